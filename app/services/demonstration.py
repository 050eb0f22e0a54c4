"""Fill an empty database with a demonstration: users, workshops, targets and attendance of invented people.

The attendance is imported from sheets, as users do it. Two public workshops have sessions to come.
"""

import csv
import io
import random
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path

from sqlalchemy import Engine

from app.database import Db, writing
from app.errors import Conflict
from app.i18n import N_, wita_today
from app.models import Channel, OrganizationKind, Role, SessionMode, VenueKind
from app.nik_vault import NikVault
from app.people.matching import Decision
from app.people.person import PersonInput
from app.permissions import OPERATOR, Actor
from app.queries.accounts.users import get_user_by_email, has_users
from app.queries.areas.reference import list_kelurahan
from app.services.accounts.organizations import DINAS_KOMINFO, get_or_create_organization
from app.services.accounts.users import create_user
from app.services.coverage.targets import set_targets
from app.services.imports.commit import commit_import
from app.services.imports.upload import upload_sheet
from app.services.registrations.registrations import register_person
from app.services.registrations.requests import RegistrationRequest
from app.services.workshops.session_staff import assign_staff
from app.services.workshops.venues import VenueInput, create_venue
from app.services.workshops.workshop_sessions import WorkshopSessionInput, create_workshop_session
from app.services.workshops.workshops import WorkshopInput, create_workshop

SPBE_SHEET = Path(__file__).parent.parent / "data" / "demonstration" / "spbe.xlsx"
PARTNER = "Komunitas Literasi Contoh"
STAFF = "petugas@contoh.id"
# Numbers that nobody has.
OFFICE_PHONE = "+62542000001"
PARTNER_PHONE = "+6281200000100"
YEAR = 2025
# Per kelurahan. For kelurahan as a whole no target is set.
GROUP_TARGETS = {"umkm": 3, "rt": 2}

USERS = (
    ("admin@contoh.id", "Admin Contoh", Role.ADMIN),
    ("panitia@contoh.id", "Panitia Contoh", Role.ORGANIZER),
    (STAFF, "Petugas Contoh", Role.STAFF),
    ("dinas@contoh.id", "Dinas Contoh", Role.VIEWER),
)

FIRST_NAMES = (
    "Andi",
    "Bunga",
    "Citra",
    "Dimas",
    "Eka",
    "Fajar",
    "Gita",
    "Hadi",
    "Intan",
    "Jaya",
    "Kartika",
    "Lukman",
)
LAST_NAMES = ("Contoh", "Misalnya", "Umpama", "Ibarat", "Andaikan", "Seumpama", "Percobaan", "Teladan")


@dataclass(frozen=True)
class DemoWorkshop:
    """A workshop with one session. People of `reached` and `absent` are registered; only those of `reached` attend.

    Both have kelurahan as positions in the list of kelurahan.
    """

    code: str
    title: str
    groups: tuple[str, ...]
    pillar: str
    starts: datetime
    venue: str
    reached: Sequence[int]
    absent: Sequence[int] = ()
    by_partner: bool = False


WORKSHOPS = (
    DemoWorkshop(
        code="UMKM-DIGITAL-2025",
        title="Pemasaran Digital untuk UMKM",
        groups=("umkm",),
        pillar="cakap",
        starts=datetime(YEAR, 3, 12, 9, 0),  # noqa: DTZ001 (a wall-clock time in WITA)
        venue="Aula Kecamatan Contoh",
        reached=(0, 1, 3, 4, 5, 8, 10, 12, 15, 18, 19, 21, 22, 24, 28),
        absent=(2, 7, 13),
    ),
    DemoWorkshop(
        code="RT-AMAN-2025",
        title="Aman Bermedia bagi Pengurus RT",
        groups=("rt", "tokoh"),
        pillar="aman",
        starts=datetime(YEAR, 5, 20, 19, 30),  # noqa: DTZ001 (a wall-clock time in WITA)
        venue="Balai Warga Contoh",
        reached=(0, 2, 6, 11, 16, 17, 23, 25, 29, 30),
        absent=(9, 20),
    ),
    DemoWorkshop(
        code="KOMUNITAS-2025",
        title="Etika Bercerita di Media Sosial",
        groups=("komunitas", "umum"),
        pillar="etika",
        starts=datetime(YEAR, 10, 4, 13, 0),  # noqa: DTZ001 (a wall-clock time in WITA)
        venue="Taman Baca Contoh",
        reached=(14, 22, 26, 27, 31, 32, 33),
        by_partner=True,
    ),
)

PRIVACY_CONTACT = "privasi@contoh.id"
SATURDAY = 5


@dataclass(frozen=True)
class DemoSeries:
    """A public workshop with a session of three hours each Saturday from next week on, in one venue after the other.

    `venues` are names, addresses and names of kelurahan, all "" for a session that is held online. `registered` are the
    numbers of people registered for the first sessions, in their order; those beyond the `capacity` are on the waiting
    list.
    """

    code: str
    title: str
    description: str
    groups: tuple[str, ...]
    pillar: str
    hour: int
    sessions: int
    capacity: int
    venues: Sequence[tuple[str, str, str]]
    registered: Sequence[int]


SERIES = (
    DemoSeries(
        code="UMKM-DARING",
        title="Jualan Daring untuk UMKM",
        description="Membuat toko di ponsel, memotret barang, dan melayani pembeli. Bawa ponsel sendiri.",
        groups=("umkm",),
        pillar="cakap",
        hour=9,
        sessions=12,
        capacity=8,
        venues=(
            ("Balai Usaha Contoh", "Jalan Contoh 1", "Manggar"),
            ("Ruang Belajar Contoh", "Jalan Misal 20", "Klandasan Ilir"),
            ("Aula Warga Contoh", "Jalan Umpama 300", "Sepinggan"),
        ),
        registered=(10, 5, 2),
    ),
    DemoSeries(
        code="ANTI-PENIPUAN",
        title="Aman dari Penipuan Digital",
        description="Mengenali pesan palsu, menjaga kata sandi, dan tahu ke mana melapor.",
        groups=(),
        pillar="aman",
        hour=13,
        sessions=3,
        capacity=40,
        venues=(("Taman Baca Percontohan", "Jalan Teladan 4", "Damai"), ("", "", "")),
        registered=(6,),
    ),
)


def create_demonstration(engine: Engine, vault: NikVault) -> dict[str, str]:
    """Create the demonstration in one transaction, commit it, and return its users' passwords by e-mail address.

    Raises `Conflict` if the database has users. The reference data must be loaded.
    """
    with writing(engine) as db:
        if has_users(db):
            raise Conflict(N_("The database is not empty: the demonstration needs an empty one."))
        passwords = _create_users(db)
        organizer = Actor.from_user(get_user_by_email(db, "panitia@contoh.id"))
        get_or_create_organization(db, OPERATOR, DINAS_KOMINFO).phone = OFFICE_PHONE
        partner_organization = get_or_create_organization(db, OPERATOR, PARTNER, OrganizationKind.MITRA)
        partner_organization.phone = PARTNER_PHONE
        partner = Actor(None, PARTNER, Role.ORGANIZER, partner_organization.id)
        _create_spbe_workshop(db, organizer)
        for workshop in WORKSHOPS:
            _create_workshop(db, partner if workshop.by_partner else organizer, workshop)
        set_targets(
            db, OPERATOR, YEAR, {(None, group): str(target) for group, target in GROUP_TARGETS.items()}
        )
        _import(db, vault, organizer, "SPBE-2025-1", "spbe.xlsx", SPBE_SHEET.read_bytes())
        names = [place.name for place in sorted(list_kelurahan(db), key=lambda place: place.code)]
        for workshop in WORKSHOPS:
            actor = partner if workshop.by_partner else organizer
            file_name = f"{workshop.code.lower()}.csv"
            _import(db, vault, actor, f"{workshop.code}-1", file_name, _attendance_csv(workshop, names))
        for series in SERIES:
            _create_series(db, vault, organizer, series)
    return passwords


def _create_users(db: Db) -> dict[str, str]:
    """Create the users with random passwords; return the passwords by e-mail address."""
    passwords = {email: secrets.token_urlsafe(12) for email, _, _ in USERS}
    for email, name, role in USERS:
        create_user(db, OPERATOR, email=email, name=name, role=role, password=passwords[email])
    return passwords


def _create_spbe_workshop(db: Db, actor: Actor) -> None:
    create_workshop(
        db,
        actor,
        "SPBE-2025",
        WorkshopInput(
            title="Workshop Literasi Promosi SPBE",
            target_groups=("umkm", "rt", "tokoh", "komunitas"),
            description="Dua orang dari setiap kelurahan mengenal layanan digital kota.",
            pillar="cakap",
        ),
    )
    starts = datetime(YEAR, 8, 5, 9, 0)  # noqa: DTZ001 (a wall-clock time in WITA)
    _create_session(db, actor, "SPBE-2025", starts, "Aula Balai Kota Contoh")


def _create_workshop(db: Db, actor: Actor, workshop: DemoWorkshop) -> None:
    data = WorkshopInput(title=workshop.title, target_groups=workshop.groups, pillar=workshop.pillar)
    create_workshop(db, actor, workshop.code, data)
    _create_session(db, actor, workshop.code, workshop.starts, workshop.venue)


def _create_session(db: Db, actor: Actor, workshop_code: str, starts: datetime, venue: str) -> None:
    """Create the workshop's only session, of three hours, with the code `{workshop_code}-1`. `starts` is in WITA.

    The demonstration's staff are assigned to it, unless it is the partner's.
    """
    data = WorkshopSessionInput(starts=starts, ends=starts + timedelta(hours=3), venue=venue)
    create_workshop_session(db, actor, workshop_code, f"{workshop_code}-1", data)
    staff = [get_user_by_email(db, STAFF).id] if actor.user_id is not None else []
    assign_staff(db, actor, f"{workshop_code}-1", staff)


def _create_series(db: Db, vault: NikVault, actor: Actor, series: DemoSeries) -> None:
    """Create the workshop with its venues, its sessions to come, and the people registered for them."""
    codes = {place.name: place.code for place in list_kelurahan(db)}
    for name, address, kelurahan in filter(all, series.venues):
        venue = VenueInput(name, VenueKind.AULA, codes[kelurahan], public_wifi=True, address=address)
        create_venue(db, actor, venue)
    data = WorkshopInput(series.title, series.groups, series.description, pillar=series.pillar, public=True)
    create_workshop(db, actor, series.code, data, privacy_contact=PRIVACY_CONTACT)
    next_week = wita_today() + timedelta(days=7)
    first = next_week + timedelta(days=(SATURDAY - next_week.weekday()) % 7)
    people = _invent_registrations(series, list(codes.values()))
    for number in range(series.sessions):
        venue_name, *_ = series.venues[number % len(series.venues)]
        starts = datetime.combine(first + timedelta(weeks=number), time(series.hour))
        session_input = WorkshopSessionInput(
            starts=starts,
            ends=starts + timedelta(hours=3),
            venue=venue_name,
            mode=SessionMode.LURING if venue_name else SessionMode.DARING,
            online_link="" if venue_name else "https://rapat.contoh.id/aman",
            capacity=series.capacity,
        )
        workshop_session = create_workshop_session(
            db, actor, series.code, f"{series.code}-{number + 1}", session_input
        )
        assign_staff(db, actor, workshop_session.code, [get_user_by_email(db, STAFF).id])
        for _ in range(series.registered[number] if number < len(series.registered) else 0):
            request = RegistrationRequest(Channel.ORGANIZER, "id", decision=Decision(person="new"))
            register_person(db, vault, actor, workshop_session.id, next(people), request)


def _invent_registrations(series: DemoSeries, kelurahan_codes: Sequence[str]) -> Iterator[PersonInput]:
    """Yield people who register for the sessions of the series. The same series always gets the same people."""
    generator = random.Random(series.code)  # noqa: S311 (the same names every time, nothing secret)
    for number, first in enumerate(FIRST_NAMES * len(LAST_NAMES)):
        name = f"{first} {LAST_NAMES[number // len(FIRST_NAMES)]} Rekaan"
        group = generator.choice(series.groups or ("umum", "komunitas", "rt"))
        yield PersonInput(name, generator.choice(kelurahan_codes), group)


def _import(db: Db, vault: NikVault, actor: Actor, session_code: str, file_name: str, content: bytes) -> None:
    """Upload an attendance list for a session and commit it, as the actor."""
    # `db` reads too: the sessions are not committed yet.
    attendance_import = upload_sheet(db, db, vault, actor, session_code, file_name, content)
    commit_import(db, vault, actor, attendance_import.id)


def _attendance_csv(workshop: DemoWorkshop, kelurahan_names: Sequence[str]) -> bytes:
    """Return an attendance list of invented people as CSV in UTF-8, as an organizer would type it.

    The same workshop always gets the same list.
    """
    lines = io.StringIO()
    writer = csv.writer(lines)
    writer.writerow(("No", "Nama Lengkap", "L/P", "Kelurahan", "RT", "Unsur", "Kehadiran"))
    for number, person in enumerate(_invent_people(workshop, kelurahan_names), start=1):
        writer.writerow((number, *person))
    return lines.getvalue().encode()


def _invent_people(workshop: DemoWorkshop, kelurahan_names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield one to three people for each kelurahan of `reached`, who attended, then of `absent`, who did not.

    Each is a row of texts: name, sex, kelurahan, RT, target group, attendance. The same workshop always gets the same
    people.
    """
    generator = random.Random(workshop.code)  # noqa: S311 (the same names every time, nothing secret)
    full_names = [f"{first} {last}" for first in FIRST_NAMES for last in LAST_NAMES]
    generator.shuffle(full_names)
    for positions, attendance in ((workshop.reached, "Hadir"), (workshop.absent, "Tidak")):
        for position in positions:
            for _ in range(generator.randint(1, 3)):
                sex, rt = generator.choice("LP"), str(generator.randint(1, 40))
                group = generator.choice(workshop.groups)
                yield full_names.pop(), sex, kelurahan_names[position], rt, group, attendance
