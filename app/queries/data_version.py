"""By what one sees that figures may have changed."""

from sqlalchemy import bindparam, case, func, select
from sqlmodel import col

from app.database import Db, lines
from app.models import Activity, WorkshopSession
from app.models.base import Instant, now

NEWEST = 1_000
"""Activities looked at: one that another overtook while its transaction was open is among them."""

_newest = select(col(Activity.id)).order_by(col(Activity.id).desc()).limit(NEWEST).subquery()
_now = bindparam("now", type_=Instant)
# Put together once: it is asked with every visit to a report.
_VERSION = select(
    select(func.coalesce(func.sum(_newest.c.id), 0)).scalar_subquery(),
    func.count(case((col(WorkshopSession.starts_at) <= _now, 1))),
    func.count(case((col(WorkshopSession.ends_at) <= _now, 1))),
)


def data_version(db: Db) -> tuple[int, int, int]:
    """Grows or changes with every recorded change, and with every session that begins or ends.

    The newest number alone wouldn't do: PostgreSQL gives out numbers in an order in which nothing has to be
    committed. Together the newest ones tell of one that came in late.
    """
    activities, begun, ended = lines(db, _VERSION, {"now": now()}).one()
    return int(activities), begun, ended
