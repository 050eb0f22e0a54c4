"""The actions of users that change figures of coverage, performed by the services."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import select
from sqlmodel import SQLModel, col

from app.database import Db, writing
from app.errors import NotFound, Problem
from app.models import (
    AttendanceImport,
    AttendanceStatus,
    Channel,
    Participant,
    PeopleMerge,
    PossibleDuplicate,
    Registration,
    WorkshopSession,
)
from app.nik_vault import NikVault
from app.people.person import PersonInput
from app.permissions import OPERATOR
from app.queries.people.similar_people import SimilarPair
from app.services.areas.areas import KelurahanInput, create_kelurahan, set_last_day
from app.services.coverage.session_facts import store_facts
from app.services.coverage.targets import set_targets
from app.services.imports.commit import NOT_STARTED, CommitChoices, commit_import
from app.services.imports.judging import judge_sheet
from app.services.imports.sheet_choices import SheetChoices
from app.services.imports.undo import undo_import
from app.services.imports.upload import SheetReading, store_reading, upload_sheet
from app.services.people.corrections import correct_participant
from app.services.people.duplicates import save_pairs
from app.services.people.merge import merge_people
from app.services.people.merge_undo import undo_merge
from app.services.registrations import registrations
from app.services.registrations.attendance_marks import MarkInput, mark_attendance
from app.services.registrations.corrections import correct_registration
from app.services.registrations.requests import RegistrationRequest
from app.services.registrations.walk_ins import WalkInInput, register_walk_in
from app.services.workshops.workshop_sessions import (
    WorkshopSessionInput,
    cancel_session,
    change_workshop_session,
    create_workshop_session,
)
from app.services.workshops.workshops import WorkshopInput, create_workshop
from app.spreadsheets.tables.detection import detect_table
from tests.city import LAMARU, MANGGAR, SEPINGGAN, City, sheet

Row = TypeVar("Row", bound=SQLModel)

PLANNED = datetime(2099, 5, 5, 9)  # noqa: DTZ001 (WITA)
# In WITA, which is eight hours ahead of UTC: around the turn of years, and around the day of the split.
PAST_STARTS = tuple(
    datetime.fromisoformat(text)
    for text in (
        "2024-12-31 23:30",
        "2025-01-01 00:00",
        "2025-06-30 23:59",
        "2025-07-01 00:00",
        "2026-01-01 00:30",
    )
)
SESSIONS = tuple(f"S-{number}" for number in range(len(PAST_STARTS) + 1))
"""The last one is never held."""
WORKSHOPS = ("SPBE", "UMKM")
LAST_DAY = date(2025, 6, 30)
MANGGAR_UTARA = "64.71.01.1099"
"""The part of Manggar that becomes a kelurahan of its own when Manggar is split in mid-year."""
HOMES = (MANGGAR, MANGGAR, LAMARU, SEPINGGAN, MANGGAR_UTARA, "outside")
GROUPS = ("umkm", "rt")
NAMES = ("Siti Contoh", "Rahmat Misal", "Nur Umpama", "Joko Teladan")
HEADER = "Nama;NIK;L/P;Kelurahan;Unsur;Kehadiran"
MARKS = ("hadir", "hadir", "hadir", "tidak hadir", "izin")


def create_sessions(city: City) -> None:
    """Create the sessions in workshops of two organizers: all are to come and have few seats."""
    with writing(city.engine) as db:
        for by, code, pillar in (("sari", "SPBE", "aman"), ("tono", "UMKM", "")):
            given = WorkshopInput(f"Kegiatan {code}", GROUPS, pillar=pillar)
            create_workshop(db, city.actor(by), code, given)
        for number, code in enumerate(SESSIONS):
            create_workshop_session(db, OPERATOR, WORKSHOPS[number % 2], code, at(PLANNED))


def at(starts: datetime) -> WorkshopSessionInput:
    return WorkshopSessionInput(starts, starts + timedelta(hours=3), capacity=3)


@dataclass(frozen=True)
class Action:
    """A method of `CityActions` with its arguments."""

    method: Callable[..., None]
    arguments: tuple[Any, ...] = ()


class CityActions:
    """Actions in one transaction. Any number selects a registration, an import or a person."""

    def __init__(self, db: Db, vault: NikVault) -> None:
        self.db, self.vault = db, vault

    def perform(self, actions: Iterable[Action]) -> None:
        """Perform the actions; those that a service refuses change nothing."""
        for action in actions:
            with suppress(Problem), self.db.begin_nested():
                action.method(self, *action.arguments)

    def select_row(self, model: type[Row], number: int) -> Row:
        """Return one of the existing rows."""
        rows = self.db.scalars(select(model).order_by(col(model.id))).all()  # type: ignore[attr-defined]
        if not rows:
            raise NotFound("nothing there yet")
        return rows[number % len(rows)]

    def session(self, number: int) -> WorkshopSession:
        return self.db.scalars(
            select(WorkshopSession).where(col(WorkshopSession.code) == SESSIONS[number])
        ).one()

    def hold(self, number: int) -> None:
        """Move a session to its date in the past."""
        change_workshop_session(self.db, OPERATOR, SESSIONS[number], at(PAST_STARTS[number]))

    def register(self, session: int, given: PersonInput, overrule: bool) -> None:
        asking = RegistrationRequest(Channel.ORGANIZER, overrule=overrule)
        registrations.register_person(self.db, self.vault, OPERATOR, self.session(session).id, given, asking)

    def walk_in(self, session: int, given: PersonInput) -> None:
        register_walk_in(
            self.db, self.vault, OPERATOR, self.session(session).id, WalkInInput(given, confirmed=True)
        )

    def mark(self, number: int, status: AttendanceStatus | None) -> None:
        mark_attendance(
            self.db, OPERATOR, self.select_row(Registration, number), MarkInput(status, confirmed=True)
        )

    def cancel(self, number: int) -> None:
        registrations.cancel_registration(self.db, OPERATOR, self.select_row(Registration, number))

    def correct(self, number: int, given: PersonInput) -> None:
        """Correct the kelurahan and target group of a registration, but not the name."""
        registration = self.select_row(Registration, number)
        named = replace(given, name=self.db.get_one(Participant, registration.participant_id).name, nik="")
        correct_registration(self.db, self.vault, OPERATOR, registration, named)

    def move(self, number: int, given: PersonInput) -> None:
        """Change the kelurahan of a person."""
        person = self.select_row(Participant, number)
        correct_participant(
            self.db, self.vault, OPERATOR, person.id, replace(given, name=person.name, nik="")
        )

    def cancel_session(self, session: int) -> None:
        cancel_session(self.db, OPERATOR, SESSIONS[session], "hujan")

    def upload(self, session: int, rows: list[str], others: str, commit_it: bool) -> None:
        """Upload a sheet as `upload_sheet` does, but without the child process that reads files."""
        code, content = SESSIONS[session], sheet(HEADER, *rows)
        made = upload_sheet(
            self.db, self.db, self.vault, OPERATOR, code, "daftar.csv", content, at_once=False
        )
        read = detect_table(
            content, sheet=None, header_row=None, columns={}, place_keys=frozenset(), trim=True
        )
        choices = SheetChoices()
        judged = judge_sheet(
            self.db, self.vault, self.session(session), read, choices, {}, uploaded_at=made.uploaded_at
        )
        store_reading(self.db, self.vault, made, SheetReading(read, choices, judged))
        if commit_it:
            self._commit(made, others)

    def commit(self, number: int, others: str) -> None:
        """Commit an import that is in review."""
        self._commit(self.select_row(AttendanceImport, number), others)

    def _commit(self, made: AttendanceImport, others: str) -> None:
        choices = CommitChoices(only_valid=True, others=others, confirm=frozenset({NOT_STARTED}))
        commit_import(self.db, self.vault, OPERATOR, made.id, choices)

    def undo(self, number: int) -> None:
        undo_import(self.db, OPERATOR, self.select_row(AttendanceImport, number).id)

    def merge(self, number: int, other: int) -> None:
        one, two = sorted(self.select_row(Participant, which).id for which in (number, number + 1 + other))
        if one == two:
            return
        save_pairs(self.db, [SimilarPair(one, two, 95)])
        of_both = (col(PossibleDuplicate.participant_id) == one) & (col(PossibleDuplicate.other_id) == two)
        merge_people(
            self.db, OPERATOR, self.db.scalars(select(col(PossibleDuplicate.id)).where(of_both)).one()
        )

    def undo_merge(self, number: int) -> None:
        undo_merge(self.db, OPERATOR, self.select_row(PeopleMerge, number).id)

    def store_facts(self) -> None:
        """Do what the background work does from time to time."""
        store_facts(self.db)

    def split_manggar(self) -> None:
        """Close Manggar and open a kelurahan for a part of it."""
        set_last_day(self.db, OPERATOR, MANGGAR, LAST_DAY)
        given = KelurahanInput(MANGGAR_UTARA, "Manggar Utara", LAST_DAY + timedelta(days=1))
        create_kelurahan(self.db, OPERATOR, given)

    def set_target(self, year: int, place: str | None, group: str | None, target: int) -> None:
        set_targets(self.db, OPERATOR, year, {(place, group): str(target)})
