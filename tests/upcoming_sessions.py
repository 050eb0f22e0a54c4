"""Sessions in the future, for which people can register."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import select

from app.database import writing
from app.i18n import wita
from app.models import Registration, WorkshopSession
from app.models.base import now
from app.services.workshops.workshop_sessions import WorkshopSessionInput
from app.services.workshops.workshops import WorkshopInput, create_workshop
from tests.city import City
from tests.scenarios import PRIVACY_CONTACT

JUALAN = "JUALAN"


def create_upcoming_session(
    city: City,
    code: str = "JUALAN-1",
    *,
    workshop: str = JUALAN,
    groups: tuple[str, ...] = ("umkm",),
    days: int = 10,
    public: bool = True,
    **fields: Any,
) -> str:
    """Create a session of three hours, with Sari's workshop if it is the first, and return its code."""
    starts = morning_in(days)
    fields.setdefault("venue", "Aula Contoh")
    with writing(city.engine) as db:
        if not db.exec(select(WorkshopSession).where(WorkshopSession.code.startswith(workshop))).first():
            data = WorkshopInput("Jualan Daring", groups, "Bawa ponsel sendiri.", public=public)
            create_workshop(db, city.actor("sari"), workshop, data, privacy_contact=PRIVACY_CONTACT)
    return city.add_session(
        workshop, code, WorkshopSessionInput(starts, starts + timedelta(hours=3), **fields)
    )


def morning_in(days: int) -> datetime:
    """Return nine o'clock WITA on the day that is `days` days from now."""
    day = wita(now()) + timedelta(days=days)
    return day.replace(hour=9, minute=0, second=0, microsecond=0, tzinfo=None)


def update_session(city: City, code: str, **columns: Any) -> None:
    """Set columns of the session's row without any checks."""
    with writing(city.engine) as db:
        workshop_session = db.exec(select(WorkshopSession).where(WorkshopSession.code == code)).one()
        workshop_session.sqlmodel_update(columns)


def begin_session(city: City, code: str) -> None:
    """Move the session so that it began an hour ago and ends in two, but not on another day in Balikpapan."""
    moment = wita(now())
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    update_session(
        city,
        code,
        starts_at=max(moment - timedelta(hours=1), midnight).astimezone(UTC),
        ends_at=min(moment + timedelta(hours=2), midnight + timedelta(hours=23, minutes=59)).astimezone(UTC),
    )


def registration_statuses(city: City) -> list[str]:
    """Return the status of every registration, in the order in which they were made."""
    return [str(registration.status) for registration in city.all(Registration)]
