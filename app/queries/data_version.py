"""By what one sees that figures may have changed."""

from sqlalchemy import case, func, select
from sqlmodel import col

from app.database import Db
from app.models import Activity, WorkshopSession
from app.models.base import now

NEWEST = 1_000
"""Activities looked at: one that another overtook while its transaction was open is among them."""


def data_version(db: Db) -> tuple[int, int, int]:
    """Grows or changes with every recorded change, and with every session that begins or ends.

    The newest number alone wouldn't do: PostgreSQL gives out numbers in an order in which nothing has to be
    committed. Together the newest ones tell of one that came in late.
    """
    newest = select(col(Activity.id)).order_by(col(Activity.id).desc()).limit(NEWEST).subquery()
    moment = now()
    statement = select(
        select(func.coalesce(func.sum(newest.c.id), 0)).scalar_subquery(),
        func.count(case((col(WorkshopSession.starts_at) <= moment, 1))),
        func.count(case((col(WorkshopSession.ends_at) <= moment, 1))),
    )
    activities, begun, ended = db.execute(statement).one()
    return int(activities), begun, ended
