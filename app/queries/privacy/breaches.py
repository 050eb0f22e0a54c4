"""Breaches of personal data, and the people whom one concerned."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ScalarSelect, Select, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.database import Db
from app.errors import NotFound
from app.i18n import N_, utc
from app.models import (
    Area,
    Attendance,
    AttendanceImport,
    AttendanceImportRow,
    Breach,
    BreachScope,
    Participant,
    Registration,
    UploadedFile,
    User,
    Workshop,
    WorkshopSession,
)
from app.models.base import now
from app.permissions import Actor, Permission
from app.queries.people.participants import place_name

# The people and the agency must be told in writing within 3×24 hours (UU 27/2022, article 46).
TIME_TO_NOTIFY = timedelta(hours=3 * 24)

# The `name_key` of an erased participant. That of a name is never empty.
ERASED_NAME_KEY = ""


@dataclass(frozen=True)
class BreachView:
    """A breach as pages show it. `target` names the workshop, session or file of its scope, "" for the other scopes.

    `workshop_code`, `session_code` and `attendance_import_id` are those of the scope, None for the others.
    """

    id: int
    title: str
    found_at: datetime
    happened: str
    data_affected: str
    measures: str
    scope: BreachScope
    target: str
    workshop_code: str | None
    session_code: str | None
    attendance_import_id: int | None
    first_day: date | None
    last_day: date | None
    agency_notified_at: datetime | None
    people_notified_at: datetime | None
    recorded_at: datetime
    recorded_by: str

    @property
    def notify_until(self) -> datetime:
        """When the agency and the people must have been told."""
        return self.found_at + TIME_TO_NOTIFY

    @property
    def hours_left(self) -> int:
        """The whole hours until `notify_until`, negative after it."""
        return int((self.notify_until - now()).total_seconds() // 3600)

    @property
    def is_open(self) -> bool:
        """Whether the agency or the people have not been told yet."""
        return self.agency_notified_at is None or self.people_notified_at is None


@dataclass(frozen=True)
class ConcernedPerson:
    """A person whose data a breach concerned, with all phones and e-mail addresses that are known, in full."""

    id: int
    name: str
    place: str
    rt: str | None
    phones: tuple[str, ...]
    emails: tuple[str, ...]


def list_breaches(db: Db, actor: Actor) -> list[BreachView]:
    """Return all breaches, the one found last first. Raises `Forbidden` without `BREACH_WRITE`."""
    actor.require(Permission.BREACH_WRITE)
    return [_to_view(*row) for row in db.execute(_select_breaches())]


def get_breach_view(db: Db, actor: Actor, breach_id: int) -> BreachView:
    """Return a breach as it is shown. Raises `NotFound`, and `Forbidden` without `BREACH_WRITE`."""
    actor.require(Permission.BREACH_WRITE)
    row = db.execute(_select_breaches().where(col(Breach.id) == breach_id)).first()
    if row is None:
        raise _not_found()
    return _to_view(*row)


def get_breach(db: Db, actor: Actor, breach_id: int) -> Breach:
    """Return the row of a breach, to change it. Raises `NotFound`, and `Forbidden` without `BREACH_WRITE`."""
    actor.require(Permission.BREACH_WRITE)
    breach = db.get(Breach, breach_id)
    if breach is None:
        raise _not_found()
    return breach


def list_concerned_people(db: Db, actor: Actor, breach_id: int) -> list[ConcernedPerson]:
    """Return the people whom a breach concerned as of now, by place and name, for letters that are handed out there.

    People who were erased are left out: nothing is known by which they could be told.
    Raises `NotFound`, and `Forbidden` without `BREACH_WRITE`.
    """
    breach = get_breach(db, actor, breach_id)
    people = (
        select(Participant, col(Area.name))
        .outerjoin(Area, col(Area.code) == col(Participant.kelurahan_code))
        .where(col(Participant.name_key) != ERASED_NAME_KEY)
    )
    contacts = select(
        col(Registration.participant_id), col(Registration.contact_phone), col(Registration.contact_email)
    ).order_by(col(Registration.id).desc())
    if (concerned := _concerned(breach)) is not None:
        people = people.where(col(Participant.id).in_(concerned))
        contacts = contacts.where(col(Registration.participant_id).in_(concerned))
    phones: dict[int, list[str | None]] = {}
    emails: dict[int, list[str | None]] = {}
    for participant_id, phone, email in db.execute(contacts):
        phones.setdefault(participant_id, []).append(phone)
        emails.setdefault(participant_id, []).append(email)
    found = [
        ConcernedPerson(
            id=person.id,
            name=person.name,
            place=place_name(kelurahan, person.outside_place),
            rt=person.rt,
            phones=_distinct([person.phone, *phones.get(person.id, ())]),
            emails=_distinct([person.email, *emails.get(person.id, ())]),
        )
        for person, kelurahan in db.execute(people)
    ]
    # Sorted here, because the databases sort names differently.
    return sorted(found, key=lambda person: (person.place.casefold(), person.name.casefold(), person.id))


def list_codes(db: Db, actor: Actor) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return code and title of all workshops, and of all sessions, the newest first, to choose from.

    Raises `Forbidden` without `BREACH_WRITE`.
    """
    actor.require(Permission.BREACH_WRITE)
    workshops = db.execute(select(col(Workshop.code), col(Workshop.title)).order_by(col(Workshop.id).desc()))
    sessions = db.execute(
        select(col(WorkshopSession.code), col(Workshop.title))
        .join(Workshop, col(Workshop.id) == col(WorkshopSession.workshop_id))
        .order_by(col(WorkshopSession.starts_at).desc())
    )
    return [(code, title) for code, title in workshops], [(code, title) for code, title in sessions]


def _concerned(breach: Breach) -> Select[int] | None:
    """Return the statement that selects the ids of the people of a breach's scope, None for all people."""
    registered = select(col(Registration.participant_id)).join(
        WorkshopSession, col(WorkshopSession.id) == col(Registration.workshop_session_id)
    )
    match breach.scope:
        case BreachScope.ALL:
            return None
        case BreachScope.WORKSHOP:
            return registered.where(col(WorkshopSession.workshop_id) == breach.workshop_id)
        case BreachScope.SESSION:
            return registered.where(col(WorkshopSession.id) == breach.workshop_session_id)
        case BreachScope.FILE:
            return _people_of_file(breach)
        case BreachScope.PERIOD:
            first, last = breach.first_day, breach.last_day
            return registered.where(
                col(WorkshopSession.starts_at) >= utc(datetime.combine(first or date.min, time.min)),
                col(WorkshopSession.starts_at) <= utc(datetime.combine(last or date.max, time.max)),
            )


def _people_of_file(breach: Breach) -> Select[int]:
    """Return the statement that selects the people whom an uploaded file names.

    Besides the people of its rows these are the ones whose attendance it recorded, as rows may have been deleted. The
    file may have been read for several sessions.
    """
    file_id: ScalarSelect[int] = (
        select(col(AttendanceImport.uploaded_file_id))
        .where(col(AttendanceImport.id) == breach.attendance_import_id)
        .scalar_subquery()
    )
    imports = select(col(AttendanceImport.id)).where(col(AttendanceImport.uploaded_file_id) == file_id)
    in_rows = select(col(AttendanceImportRow.participant_id)).where(
        col(AttendanceImportRow.attendance_import_id).in_(imports),
        col(AttendanceImportRow.participant_id).is_not(None),
    )
    recorded = select(col(Attendance.registration_id)).where(
        col(Attendance.attendance_import_id).in_(imports)
    )
    return select(col(Participant.id)).where(
        col(Participant.id).in_(in_rows)
        | col(Participant.id).in_(
            select(col(Registration.participant_id)).where(col(Registration.id).in_(recorded))
        )
    )


def _select_breaches() -> Select[Breach, str, str, str, str, str, str]:
    """Return the statement whose rows are the arguments of `_to_view`, the breach found last first."""
    workshop_of_session = aliased(Workshop)
    return (
        select(
            Breach,
            col(User.name),
            col(Workshop.code),
            col(Workshop.title),
            col(WorkshopSession.code),
            col(workshop_of_session.title),
            col(UploadedFile.name),
        )
        .outerjoin(User, col(User.id) == col(Breach.recorded_by))
        .outerjoin(Workshop, col(Workshop.id) == col(Breach.workshop_id))
        .outerjoin(WorkshopSession, col(WorkshopSession.id) == col(Breach.workshop_session_id))
        .outerjoin(workshop_of_session, col(workshop_of_session.id) == col(WorkshopSession.workshop_id))
        .outerjoin(AttendanceImport, col(AttendanceImport.id) == col(Breach.attendance_import_id))
        .outerjoin(UploadedFile, col(UploadedFile.id) == col(AttendanceImport.uploaded_file_id))
        .order_by(col(Breach.found_at).desc(), col(Breach.id).desc())
    )


def _to_view(
    breach: Breach,
    recorded_by: str | None,
    workshop_code: str | None,
    workshop_title: str | None,
    session_code: str | None,
    session_title: str | None,
    file_name: str | None,
) -> BreachView:
    return BreachView(
        id=breach.id,
        title=breach.title,
        found_at=breach.found_at,
        happened=breach.happened,
        data_affected=breach.data_affected,
        measures=breach.measures,
        scope=breach.scope,
        target=workshop_title or session_title or file_name or "",
        workshop_code=workshop_code,
        session_code=session_code,
        attendance_import_id=breach.attendance_import_id,
        first_day=breach.first_day,
        last_day=breach.last_day,
        agency_notified_at=breach.agency_notified_at,
        people_notified_at=breach.people_notified_at,
        recorded_at=breach.recorded_at,
        recorded_by=recorded_by or "",
    )


def _distinct(values: Iterable[str | None]) -> tuple[str, ...]:
    """Return the values without None and repetitions, in the same order."""
    return tuple(dict.fromkeys(value for value in values if value))


def _not_found() -> NotFound:
    return NotFound(N_("There is no such breach."))
