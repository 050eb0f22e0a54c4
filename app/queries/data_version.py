"""The version of the data that reports depend on, for ETags."""

from sqlalchemy import case, func, select
from sqlmodel import col

from app.database import Db
from app.models import ACCESS_ACTIONS, Activity, WorkshopSession
from app.models.base import now

NEWEST = 1_000
"""How many activities are compared, so that one whose transaction committed late is noticed."""


def data_version(db: Db) -> tuple[int, int, int]:
    """Return three numbers that change with every change in the activity log, and when a session begins or ends.

    They are the sum of the `NEWEST` highest ids of changes in the log, and the numbers of sessions that have begun and
    ended. The highest id would not be enough: PostgreSQL hands out ids in another order than transactions are committed
    in. The sum also changes when a transaction with a lower id is committed late.
    """
    changes = select(col(Activity.id)).where(col(Activity.action).not_in(ACCESS_ACTIONS))
    newest = changes.order_by(col(Activity.id).desc()).limit(NEWEST).subquery()
    moment = now()
    statement = select(
        select(func.coalesce(func.sum(newest.c.id), 0)).scalar_subquery(),
        func.count(case((col(WorkshopSession.starts_at) <= moment, 1))),
        func.count(case((col(WorkshopSession.ends_at) <= moment, 1))),
    )
    activities, begun, ended = db.execute(statement).one()
    return int(activities), begun, ended
