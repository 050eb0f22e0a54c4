"""The venues that are known by name."""

from collections.abc import Sequence

from sqlmodel import col, select

from app.database import Db
from app.models import Venue


def venue_names(db: Db) -> Sequence[str]:
    """All of them, in alphabetical order."""
    return db.exec(select(Venue.name).order_by(col(Venue.name))).all()
