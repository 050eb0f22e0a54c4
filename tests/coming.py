"""Sessions to come, for which people register: days from now, as the forms refuse what has begun."""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import select

from app.database import writing
from app.i18n import wita
from app.models import Registration, WorkshopSession
from app.models.base import now
from app.services.workshops.workshop_sessions import WorkshopSessionInput, create_workshop_session
from app.services.workshops.workshops import WorkshopInput, create_workshop
from tests.city import City

JUALAN = "JUALAN"


def coming_session(
    city: City,
    code: str = "JUALAN-1",
    *,
    workshop: str = JUALAN,
    groups: tuple[str, ...] = ("umkm",),
    days: int = 10,
    public: bool = True,
    **given: Any,
) -> str:
    """A session of Sari's of three hours; its workshop is made with its first."""
    starts = morning_in(days)
    given.setdefault("venue", "Aula Contoh")
    with writing(city.engine) as db:
        if not db.exec(select(WorkshopSession).where(WorkshopSession.code.startswith(workshop))).first():
            about = WorkshopInput("Jualan Daring", groups, "Bawa ponsel sendiri.", public=public)
            create_workshop(db, city.actor("sari"), workshop, about)
        wanted = WorkshopSessionInput(starts, starts + timedelta(hours=3), **given)
        return create_workshop_session(db, city.actor("sari"), workshop, code, wanted).code


def morning_in(days: int) -> datetime:
    """Nine o'clock in WITA on the day that is so many days from now."""
    day = wita(now()) + timedelta(days=days)
    return day.replace(hour=9, minute=0, second=0, microsecond=0, tzinfo=None)


def changed(city: City, code: str, **columns: Any) -> None:
    """The session's row is otherwise, whatever rules would say."""
    with writing(city.engine) as db:
        held = db.exec(select(WorkshopSession).where(WorkshopSession.code == code)).one()
        held.sqlmodel_update(columns)


def begun(city: City, code: str) -> None:
    """It has begun an hour ago, and lasts another two."""
    changed(city, code, starts_at=now() - timedelta(hours=1), ends_at=now() + timedelta(hours=2))


def statuses(city: City) -> list[str]:
    """How the registrations stand, in the order in which they were made."""
    return [str(one.status) for one in city.all(Registration)]
