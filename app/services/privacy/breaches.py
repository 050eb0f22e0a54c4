"""Record breaches of personal data, and hand out letters and contacts of the people whom one concerned."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import col, select

from app.database import Db
from app.errors import PLEASE_CORRECT, Invalid
from app.i18n import N_, utc, wita
from app.models import AttendanceImport, Breach, BreachScope, Workshop, WorkshopSession
from app.models.base import YEARS, now
from app.permissions import Actor, Permission
from app.queries.privacy.breaches import BreachView, get_breach, get_breach_view
from app.services.activities import log_activity, snapshot
from app.services.edit_conflicts import require_unchanged
from app.services.locks import lock_row

MAX_LENGTH = 10_000
MAX_TITLE_LENGTH = 200
NEEDED = {
    "title": N_("A title is needed."),
    "happened": N_("Write what happened."),
    "data_affected": N_("Write which data are affected."),
}


@dataclass(frozen=True)
class BreachInput:
    """What a user enters about a breach; times are naive and in WITA.

    Of `workshop`, `session`, `file` (the number of an upload) and the two days only the one counts that `scope` names.
    """

    title: str
    found: datetime | None
    happened: str
    data_affected: str
    measures: str = ""
    scope: str = BreachScope.ALL.value
    workshop: str = ""
    session: str = ""
    file: int | None = None
    first_day: date | None = None
    last_day: date | None = None
    agency_notified: datetime | None = None
    people_notified: datetime | None = None


def record_breach(db: Db, actor: Actor, data: BreachInput) -> Breach:
    """Record a breach and log it. Raises `Forbidden` without `BREACH_WRITE`, and `Invalid` with the wrong fields."""
    actor.require(Permission.BREACH_WRITE)
    breach = Breach(**_parse(db, data), recorded_by=actor.user_id)
    db.add(breach)
    db.flush()
    log_activity(db, actor, "create", "breach", breach.id, after=_logged(breach))
    return breach


def change_breach(
    db: Db, actor: Actor, breach_id: int, data: BreachInput, *, form_fingerprint: str = ""
) -> Breach:
    """Replace what is recorded of a breach, and log it.

    `form_fingerprint` is the fingerprint of what the form showed, "" without a form. Raises `NotFound`, `Forbidden`
    without `BREACH_WRITE`, `Invalid` with the wrong fields, and `Conflict` if others have changed it meanwhile.
    """
    breach = lock_row(db, Breach, get_breach(db, actor, breach_id).id)
    columns = _parse(db, data)
    require_unchanged(form_fingerprint, breach_input(get_breach_view(db, actor, breach_id)))
    before = _logged(breach)
    breach.sqlmodel_update(columns)
    db.flush()
    log_activity(db, actor, "change", "breach", breach.id, before=before, after=_logged(breach))
    return breach


def breach_input(view: BreachView) -> BreachInput:
    """Return what is recorded of a breach as the input of its form."""
    return BreachInput(
        title=view.title,
        found=_local(view.found_at),
        happened=view.happened,
        data_affected=view.data_affected,
        measures=view.measures,
        scope=view.scope.value,
        workshop=view.workshop_code or "",
        session=view.session_code or "",
        file=view.attendance_import_id,
        first_day=view.first_day,
        last_day=view.last_day,
        agency_notified=_local(view.agency_notified_at),
        people_notified=_local(view.people_notified_at),
    )


def _parse(db: Db, data: BreachInput) -> dict[str, Any]:
    """Return the columns of a breach. Raises `Invalid` with the errors of all wrong fields."""
    texts = {
        "title": data.title.strip(),
        "happened": data.happened.strip(),
        "data_affected": data.data_affected.strip(),
        "measures": data.measures.strip(),
    }
    errors = {field: sentence for field, sentence in NEEDED.items() if not texts[field]}
    errors |= {
        field: N_("This text is too long: at most %(count)s characters.")
        for field, text in texts.items()
        if len(text) > MAX_LENGTH
    }
    if len(texts["title"]) > MAX_TITLE_LENGTH:
        errors["title"] = N_("A title has at most 200 characters.")
    if not _is_past(data.found):
        errors["found"] = N_("Write when it was found: a day and a time that are not in the future.")
    for field in ("agency_notified", "people_notified"):
        told: datetime | None = getattr(data, field)
        if told is not None and not (_is_past(told) and data.found and told >= data.found):
            errors[field] = N_("This must lie after the breach was found, and not in the future.")
    scope_columns = _parse_scope(db, data, errors)
    if errors:
        raise Invalid(PLEASE_CORRECT, fields=errors, count=MAX_LENGTH)
    return (
        texts
        | scope_columns
        | {
            "found_at": utc(data.found) if data.found else now(),
            "agency_notified_at": data.agency_notified and utc(data.agency_notified),
            "people_notified_at": data.people_notified and utc(data.people_notified),
        }
    )


def _parse_scope(db: Db, data: BreachInput, errors: dict[str, str]) -> dict[str, Any]:
    """Return the columns that say whom a breach concerns, and add to `errors` what is wrong with them."""
    columns: dict[str, Any] = {
        "scope": BreachScope.ALL,
        "workshop_id": None,
        "workshop_session_id": None,
        "attendance_import_id": None,
        "first_day": None,
        "last_day": None,
    }
    if data.scope not in set(BreachScope):
        errors["scope"] = N_("Choose whom it concerned.")
        return columns
    columns["scope"] = BreachScope(data.scope)
    match columns["scope"]:
        case BreachScope.WORKSHOP:
            code = col(Workshop.code) == data.workshop.strip().upper()
            columns["workshop_id"] = db.scalars(select(Workshop.id).where(code)).first()
            if columns["workshop_id"] is None:
                errors["workshop"] = N_("There is no workshop with this code.")
        case BreachScope.SESSION:
            code = col(WorkshopSession.code) == data.session.strip().upper()
            columns["workshop_session_id"] = db.scalars(select(WorkshopSession.id).where(code)).first()
            if columns["workshop_session_id"] is None:
                errors["session"] = N_("There is no session with this code.")
        case BreachScope.FILE:
            columns["attendance_import_id"] = data.file
            if data.file is None or db.get(AttendanceImport, data.file) is None:
                errors["file"] = N_("There is no upload with this number.")
        case BreachScope.PERIOD:
            columns |= {"first_day": data.first_day, "last_day": data.last_day}
            days = [day for day in (data.first_day, data.last_day) if day and day.year in YEARS]
            if len(days) < 2 or days[0] > days[1]:
                errors["last_day"] = N_("Write a first day, and a last day that is not before it.")
    return columns


def _is_past(day_and_time: datetime | None) -> bool:
    """Return whether a naive WITA time lies in a possible year and not in the future; clocks may differ by a minute."""
    if day_and_time is None or day_and_time.year not in YEARS:
        return False
    return utc(day_and_time) <= now() + timedelta(minutes=1)


def _local(instant: datetime | None) -> datetime | None:
    """Return an instant as a naive WITA time in whole minutes, as forms have it."""
    return instant and wita(instant).replace(tzinfo=None, second=0, microsecond=0)


def _logged(breach: Breach) -> dict[str, Any]:
    """Return the columns of a breach for the activity log, without its texts, which may name people."""
    texts = {"title", "happened", "data_affected", "measures"}
    return {name: value for name, value in snapshot(breach).items() if name not in texts}
