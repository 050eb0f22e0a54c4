"""Fills an empty database with a story to try the service with. Everyone in it is made up.

The attendance comes in as it does in real life: by sheets, through the import itself.
"""

import csv
import io
import random
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine

from app.database import Db, writing
from app.errors import Conflict
from app.i18n import N_
from app.models import OrganizationKind, Role
from app.nik_vault import NikVault
from app.permissions import OPERATOR, Actor
from app.queries.accounts.users import get_user_by_email, has_users
from app.queries.areas.reference import list_kelurahan
from app.services.accounts.organizations import get_or_create_organization
from app.services.accounts.users import create_user
from app.services.coverage.targets import set_targets
from app.services.imports.commit import commit
from app.services.imports.upload import upload
from app.services.workshops.workshop_sessions import WorkshopSessionInput, create_workshop_session
from app.services.workshops.workshops import WorkshopInput, create_workshop

SPBE_SHEET = Path(__file__).parent.parent / "data" / "demonstration" / "spbe.xlsx"
PARTNER = "Komunitas Literasi Contoh"
YEAR = 2025
# A target for a group says more than the default of one person for a kelurahan.
GROUP_TARGETS = {"umkm": 3, "rt": 2}

USERS = (
    ("admin@contoh.id", "Admin Contoh", Role.ADMIN),
    ("panitia@contoh.id", "Panitia Contoh", Role.ORGANIZER),
    ("petugas@contoh.id", "Petugas Contoh", Role.STAFF),
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
class Story:
    """A workshop with one session. `reached` are places in the list of kelurahan from which people come;
    `absent` those from which they were registered and nobody came."""

    code: str
    title: str
    groups: tuple[str, ...]
    pillar: str
    starts: datetime
    venue: str
    reached: Sequence[int]
    absent: Sequence[int] = ()
    by_partner: bool = False


STORIES = (
    Story(
        code="UMKM-DIGITAL-2025",
        title="Pemasaran Digital untuk UMKM",
        groups=("umkm",),
        pillar="cakap",
        starts=datetime(YEAR, 3, 12, 9, 0),  # noqa: DTZ001 (a wall-clock time in WITA)
        venue="Aula Kecamatan Contoh",
        reached=(0, 1, 3, 4, 5, 8, 10, 12, 15, 18, 19, 21, 22, 24, 28),
        absent=(2, 7, 13),
    ),
    Story(
        code="RT-AMAN-2025",
        title="Aman Bermedia bagi Pengurus RT",
        groups=("rt", "tokoh"),
        pillar="aman",
        starts=datetime(YEAR, 5, 20, 19, 30),  # noqa: DTZ001 (a wall-clock time in WITA)
        venue="Balai Warga Contoh",
        reached=(0, 2, 6, 11, 16, 17, 23, 25, 29, 30),
        absent=(9, 20),
    ),
    Story(
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


def make_demonstration(engine: Engine, vault: NikVault) -> dict[str, str]:
    """Makes users, workshops, targets and attendance; returns the users' passwords by e-mail.

    All of it is one transaction: one that is interrupted leaves nothing, least of all users whose passwords
    nobody has seen. Raises `Conflict` where the database isn't empty.
    """
    with writing(engine) as db:
        if has_users(db):
            raise Conflict(N_("The database is not empty: the demonstration needs an empty one."))
        passwords = _make_users(db)
        organizer = Actor.from_user(get_user_by_email(db, "panitia@contoh.id"))
        partner = Actor(None, PARTNER, Role.ORGANIZER, _partner_id(db))
        _make_spbe(db, organizer)
        for story in STORIES:
            _make_workshop(db, partner if story.by_partner else organizer, story)
        _set_targets(db)
        _import(db, vault, organizer, "SPBE-2025-1", "spbe.xlsx", SPBE_SHEET.read_bytes())
        names = [found.name for found in list_kelurahan(db)]
        for story in STORIES:
            actor = partner if story.by_partner else organizer
            _import(db, vault, actor, f"{story.code}-1", f"{story.code.lower()}.csv", _sheet(story, names))
    return passwords


def _make_users(db: Db) -> dict[str, str]:
    passwords = {email: secrets.token_urlsafe(9) for email, _, _ in USERS}
    for email, name, role in USERS:
        create_user(db, OPERATOR, email=email, name=name, role=role, password=passwords[email])
    return passwords


def _partner_id(db: Db) -> int:
    return get_or_create_organization(db, OPERATOR, PARTNER, OrganizationKind.MITRA).id


def _make_spbe(db: Db, actor: Actor) -> None:
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
    _make_session(db, actor, "SPBE-2025", starts, "Aula Balai Kota Contoh")


def _make_workshop(db: Db, actor: Actor, story: Story) -> None:
    given = WorkshopInput(title=story.title, target_groups=story.groups, pillar=story.pillar)
    create_workshop(db, actor, story.code, given)
    _make_session(db, actor, story.code, story.starts, story.venue)


def _make_session(db: Db, actor: Actor, code: str, starts: datetime, venue: str) -> None:
    given = WorkshopSessionInput(starts=starts, ends=starts + timedelta(hours=3), venue=venue)
    create_workshop_session(db, actor, code, f"{code}-1", given)


def _set_targets(db: Db) -> None:
    """Kelurahan as a whole have the target that needs no setting; groups one that is the same everywhere."""
    set_targets(db, OPERATOR, YEAR, {(None, group): str(target) for group, target in GROUP_TARGETS.items()})


def _import(db: Db, vault: NikVault, actor: Actor, session_code: str, file_name: str, content: bytes) -> None:
    """Reads with the handle that writes: the workshops are of the same transaction, and nobody else waits."""
    made = upload(db, db, vault, actor, session_code, file_name, content)
    commit(db, vault, actor, made.id)


def _sheet(story: Story, names: Sequence[str]) -> bytes:
    """An attendance list as an organizer would type it; the same at every making."""
    lines = io.StringIO()
    writer = csv.writer(lines)
    writer.writerow(("No", "Nama Lengkap", "L/P", "Kelurahan", "RT", "Unsur", "Kehadiran"))
    for number, person in enumerate(_people(story, names), start=1):
        writer.writerow((number, *person))
    return lines.getvalue().encode()


def _people(story: Story, names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    chance = random.Random(story.code)  # noqa: S311 (the same made-up names every time, nothing secret)
    full_names = [f"{first} {last}" for first in FIRST_NAMES for last in LAST_NAMES]
    chance.shuffle(full_names)
    for places, mark in ((story.reached, "Hadir"), (story.absent, "Tidak")):
        for place in places:
            for _ in range(chance.randint(1, 3)):
                sex, rt, group = chance.choice("LP"), str(chance.randint(1, 40)), chance.choice(story.groups)
                yield full_names.pop(), sex, names[place], rt, group, mark
