"""A city office for tests: its users, their workshops and sessions, and the sheets that they upload.

The fixture `city` is a `City`.

Sari (organizer) and Budi (staff) belong to one organization, Tono (organizer) to another; Made (admin) and
Rina (viewer) are Dinas Kominfo's. Budi is assigned to Sari's sessions.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Column, Connection, Engine, Table
from sqlmodel import SQLModel, col, select

from app.database import reading, writing
from app.models import (
    ACCESS_ACTIONS,
    Activity,
    Attendance,
    AttendanceImport,
    AttendanceImportRow,
    AttendanceStatus,
    Basis,
    Organization,
    Participant,
    Registration,
    RegistrationStatus,
    Role,
    Sex,
    User,
    WorkshopSession,
)
from app.nik_vault import NikVault
from app.people.values.names import name_key
from app.permissions import OPERATOR, Actor
from app.queries.imports.rows import list_import_rows
from app.services.accounts.organizations import DINAS_KOMINFO
from app.services.accounts.users import create_user
from app.services.imports.commit import CommitChoices, commit_import
from app.services.imports.review import correct_row
from app.services.imports.sheet_choices import SheetChoices
from app.services.imports.undo import undo_import
from app.services.imports.upload import upload_sheet
from app.services.registrations.codes import generate_registration_code
from app.services.workshops.session_staff import assign_staff
from app.services.workshops.workshop_sessions import WorkshopSessionInput, create_workshop_session
from app.services.workshops.workshops import WorkshopInput, create_workshop
from app.settings import Settings

SAMPLES = Path(__file__).parent / "samples"

MANGGAR = "64.71.01.1001"
LAMARU = "64.71.01.1002"
SEPINGGAN = "64.71.05.1002"

MORNING = datetime(2025, 8, 5, 9)  # noqa: DTZ001 (a wall-clock time in WITA)
OWN = "Panitia Literasi SPBE"
OTHER = "Komunitas Pesisir Digital"
# Whom to call about their workshops, as public pages need it.
PHONES = {OWN: "+6281200000901", OTHER: "+6281200000902", DINAS_KOMINFO: "+6281200000900"}

STAFF = (
    ("made@contoh.id", "Made Admin", Role.ADMIN, DINAS_KOMINFO),
    ("sari@contoh.id", "Sari Panitia", Role.ORGANIZER, OWN),
    ("budi@contoh.id", "Budi Petugas", Role.STAFF, OWN),
    ("rina@contoh.id", "Rina Dinas", Role.VIEWER, DINAS_KOMINFO),
    ("tono@contoh.id", "Tono Tetangga", Role.ORGANIZER, OTHER),
)

PEOPLE_TABLES = ("attendance", "participant", "registration")

Dump = dict[str, list[dict[str, Any]]]
Thing = TypeVar("Thing", bound=SQLModel)


class City:
    """The steps of a test, each in a transaction of its own, as when people use the service.

    Users that the database does not have yet are created.
    """

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self.engine = engine
        self.vault = NikVault(settings.secret)
        with writing(engine) as db:
            known = {user.email: user for user in db.exec(select(User))}
            self.users = {
                name.split()[0].lower(): known.get(email)
                or create_user(db, OPERATOR, email=email, name=name, role=role, organization=organization)
                for email, name, role, organization in STAFF
            }
            for organization in db.exec(select(Organization).where(col(Organization.phone).is_(None))):
                organization.phone = PHONES.get(organization.name)
            self._kinds = {row.id: row.kind for row in db.exec(select(Organization))}

    def actor(self, name: str) -> Actor:
        """Return the actor for made, sari, budi, rina or tono."""
        user = self.users[name]
        return Actor.from_user(user, self._kinds[user.organization_id])

    def workshop(self, code: str, *groups: str, by: str = "sari") -> str:
        """Create a workshop and return its code."""
        with writing(self.engine) as db:
            return create_workshop(db, self.actor(by), code, WorkshopInput(f"Kegiatan {code}", groups)).code

    def session(
        self,
        code: str = "UMKM-2025-1",
        starts: datetime = MORNING,
        *,
        groups: tuple[str, ...] = ("umkm",),
        capacity: int | None = None,
        by: str = "sari",
    ) -> str:
        """Create a session of three hours in a workshop of its own, and return its code."""
        workshop = self.workshop(f"{code}-W", *groups, by=by)
        return self.add_session(
            workshop,
            code,
            WorkshopSessionInput(starts, starts + timedelta(hours=3), capacity=capacity),
            by=by,
        )

    def add_session(self, workshop: str, code: str, data: WorkshopSessionInput, *, by: str = "sari") -> str:
        """Create a session of a workshop, to which Sari assigns Budi if it is hers, and return its code."""
        with writing(self.engine) as db:
            create_workshop_session(db, self.actor(by), workshop, code, data)
            if by == "sari":
                assign_staff(db, self.actor(by), code, [self.users["budi"].id])
            return code

    def workshop_of_days(self, code: str = "TIGA", count: int = 3) -> tuple[str, ...]:
        """Create a workshop with a session on each of `count` days in a row, and return the sessions' codes."""
        workshop = self.workshop(code, "umkm")
        codes = tuple(f"{code}-{number}" for number in range(1, count + 1))
        for days, session_code in enumerate(codes):
            starts = MORNING + timedelta(days=days)
            self.add_session(
                workshop, session_code, WorkshopSessionInput(starts, starts + timedelta(hours=3))
            )
        return codes

    def upload(
        self,
        session_code: str,
        content: bytes,
        *,
        name: str = "daftar.csv",
        by: str = "sari",
        choices: SheetChoices | None = None,
    ) -> AttendanceImport:
        with reading(self.engine) as read_db, writing(self.engine) as db:
            return upload_sheet(read_db, db, self.vault, self.actor(by), session_code, name, content, choices)

    def commit(
        self, import_id: int, *, by: str = "sari", choices: CommitChoices | None = None
    ) -> AttendanceImport:
        with writing(self.engine) as db:
            return commit_import(db, self.vault, self.actor(by), import_id, choices)

    def undo(self, import_id: int, *, by: str = "sari") -> AttendanceImport:
        with writing(self.engine) as db:
            return undo_import(db, self.actor(by), import_id)

    def correct(
        self,
        import_id: int,
        number: int,
        *,
        cells: Mapping[str, str] | None = None,
        decision: Mapping[str, Any] | None = None,
    ) -> list[int]:
        """Correct a row, and return the numbers of the rows that this changed."""
        with writing(self.engine) as db:
            actor = self.actor("sari")
            return correct_row(db, self.vault, actor, import_id, number, cells=cells, decision=decision)

    def import_sheet(self, session_code: str, content: bytes, *, by: str = "sari") -> AttendanceImport:
        """Upload a sheet and commit it."""
        return self.commit(self.upload(session_code, content, by=by).id, by=by)

    def register(
        self,
        session_code: str,
        name: str,
        kelurahan: str | None = MANGGAR,
        *,
        person: Participant | None = None,
        group: str = "umkm",
        sex: Sex | None = None,
        status: RegistrationStatus = RegistrationStatus.CONFIRMED,
        outcome: AttendanceStatus | None = None,
    ) -> Participant:
        """Register a new person, or `person`; from outside the city if `kelurahan` is None."""
        with writing(self.engine) as db:
            workshop_session = db.exec(
                select(WorkshopSession).where(WorkshopSession.code == session_code)
            ).one()
            outside = None if kelurahan else "Samarinda"
            person = db.merge(
                person
                or Participant(
                    name=name, name_key=name_key(name), kelurahan_code=kelurahan, outside_place=outside
                )
            )
            db.flush()
            registration = Registration(
                code=generate_registration_code(),
                participant_id=person.id,
                workshop_session_id=workshop_session.id,
                status=status,
                kelurahan_code=kelurahan,
                outside_place=outside,
                sex=sex,
                target_group_code=group,
                basis=Basis.PUBLIC_TASK,
            )
            db.add(registration)
            db.flush()
            if outcome:
                db.add(Attendance(registration_id=registration.id, status=outcome))
            return person

    def outcomes(self) -> dict[str, str | None]:
        """Return each registered person's attendance, by name."""
        statement = (
            select(Participant.name, Attendance.status)
            .join(Registration, col(Registration.participant_id) == col(Participant.id))
            .outerjoin(Attendance, col(Attendance.registration_id) == col(Registration.id))
            .order_by(col(Registration.id))
        )
        with reading(self.engine) as db:
            return {name: status and str(status) for name, status in db.exec(statement)}

    def people_and_attendance(self) -> Dump:
        """Return the rows of the tables that an import changes for good."""
        return {name: lines for name, lines in dump(self.engine).items() if name in PEOPLE_TABLES}

    def rows(self, import_id: int) -> dict[int, AttendanceImportRow]:
        """Return the rows of an import by their numbers in the sheet."""
        with reading(self.engine) as db:
            return {row.number: row for row in list_import_rows(db, import_id)}

    def changes(self) -> list[Activity]:
        """Return the lines of the activity log about changes, in their order: without views, searches and refusals."""
        return [line for line in self.all(Activity) if line.action not in ACCESS_ACTIONS]

    def all(self, model: type[Thing]) -> list[Thing]:
        """Return all rows of a model, in the order of their keys."""
        with reading(self.engine) as db:
            return list(db.exec(select(model).order_by(*_keys(model))))


def sheet(*lines: str) -> bytes:
    """Return a CSV list: a header, then one line a person, the cells separated by semicolons."""
    return "\n".join(lines).encode()


def crowd(size: int, *, kelurahan: str = "Manggar", group: str = "umkm") -> bytes:
    """Return a list of `size` people who were present."""
    people = (f"Peserta Contoh {number:05};{kelurahan};{group};hadir" for number in range(size))
    return sheet("Nama;Kelurahan;Unsur;Kehadiran", *people)


def dump(engine: Engine, *, without: Collection[str] = ()) -> Dump:
    """Return all rows of all tables, by the tables' names, but for the notes that sessions were changed."""
    without = {*without, "changed_session"}
    tables = [table for table in SQLModel.metadata.sorted_tables if table.name not in without]
    with engine.connect() as connection:
        return {table.name: _lines(connection, table) for table in tables}


def _lines(connection: Connection, table: Table) -> list[dict[str, Any]]:
    rows = connection.execute(table.select().order_by(*table.primary_key)).mappings()
    return [dict(line) for line in rows]


def _keys(model: type[SQLModel]) -> Iterable[Column[Any]]:
    return SQLModel.metadata.tables[str(model.__tablename__)].primary_key
