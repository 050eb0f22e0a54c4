"""Users, as far as anything is shown of them."""

from sqlmodel import select

from app.database import Db
from app.models import User


def has_users(db: Db) -> bool:
    """Whether anyone can log in yet."""
    return db.exec(select(User.id).limit(1)).first() is not None
