"""The demonstration, and its figures in every format that the command writes."""

import csv
import io
import json
import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import Engine, text
from sqlalchemy.exc import DatabaseError
from sqlmodel import select

from app.database import reading
from app.models import Registration, RegistrationStatus
from app.models.base import now
from app.nik_vault import NikVault
from app.queries.workshops.public_schedule import ScheduleFilters, get_schedule
from app.queries.workshops.public_workshops import get_public_workshop
from app.services.accounts.logins import authenticate
from app.services.demonstration import create_demonstration
from app.settings import Settings
from tests.city import dump
from tests.database import on_sqlite, postgresql_in_soak
from tests.server import Jangkau

pytestmark = pytest.mark.slow

# The demonstration has targets of groups alone: target and gap of the whole are empty, or a dash.
TOTAL = re.compile(r"Jumlah \d+ dari \d+ terjangkau[ –]*((?:\d+ ?){3})")
COUNTED = ("registered", "attendances", "participants")


@postgresql_in_soak
def test_it_is_created_once_and_its_totals_are_equal_in_every_format(
    jangkau: Jangkau, engine: Engine, tmp_path: Path
) -> None:
    done = jangkau("demo")
    assert done.returncode == 0, done.stderr
    passwords = dict(re.findall(r"^\s+(\S+@contoh\.id)\s+(\S+)$", done.stdout, re.MULTILINE))
    assert sorted(passwords) == [
        "admin@contoh.id",
        "dinas@contoh.id",
        "panitia@contoh.id",
        "petugas@contoh.id",
    ]
    with reading(engine) as db:
        for email, password in passwords.items():
            assert authenticate(db, email, password) is not None

    before = dump(engine)
    refused = jangkau("demo")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "not empty" in refused.stderr
    assert dump(engine) == before
    left_alone = jangkau("demo", "--if-empty")
    assert (left_alone.returncode, left_alone.stdout, left_alone.stderr) == (0, "", "")
    assert dump(engine) == before

    report = json.loads(jangkau("report", "coverage", "--format", "json").stdout)
    assert (report["period"], report["totals"]["kelurahan"]) == (
        {"from": "2025-01-01", "to": "2025-12-31"},
        34,
    )
    assert {row["state"] for row in report["rows"]} >= {"reached"}
    totals = [str(report["totals"][name]) for name in COUNTED]
    assert in_csv(write_report(jangkau, tmp_path / "cakupan.csv")) == totals
    assert in_xlsx(write_report(jangkau, tmp_path / "cakupan.xlsx")) == totals
    assert in_pdf(write_report(jangkau, tmp_path / "cakupan.pdf")) == totals


@on_sqlite
def test_two_public_workshops_have_sessions_to_come(engine: Engine, settings: Settings) -> None:
    create_demonstration(engine, NikVault(settings.secret))

    with reading(engine) as db:
        workshops = get_schedule(db, ScheduleFilters(), "id").workshops
        phones = {get_public_workshop(db, workshop.code, "id").phone for workshop in workshops}
        waiting = db.exec(
            select(Registration).where(Registration.status == RegistrationStatus.WAITLISTED)
        ).all()
    sessions = {workshop.code: workshop.sessions for workshop in workshops}
    assert {code: len(listed) for code, listed in sessions.items()} == {"UMKM-DARING": 12, "ANTI-PENIPUAN": 3}
    first, second, *_ = sessions["UMKM-DARING"]
    assert (first.is_full, second.has_places, len(waiting)) == (True, True, 2)
    assert all(session.starts_at > now() for listed in sessions.values() for session in listed)
    assert all(phones)


@on_sqlite
def test_an_interrupted_one_leaves_nothing_and_can_be_created_again(
    engine: Engine, settings: Settings
) -> None:
    before = dump(engine)
    with engine.begin() as connection:
        connection.execute(
            text(
                "CREATE TRIGGER interruption BEFORE INSERT ON attendance_import "
                "WHEN (SELECT count(*) FROM attendance_import) = 2 BEGIN SELECT RAISE(ABORT, 'interrupted'); END"
            )
        )
    with pytest.raises(DatabaseError, match="interrupted"):
        create_demonstration(engine, NikVault(settings.secret))
    assert dump(engine) == before

    with engine.begin() as connection:
        connection.execute(text("DROP TRIGGER interruption"))
    assert len(create_demonstration(engine, NikVault(settings.secret))) == 4


def write_report(jangkau: Jangkau, path: Path) -> bytes:
    done = jangkau("report", "coverage", "--format", path.suffix[1:], "-o", path)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    return path.read_bytes()


def in_csv(content: bytes) -> list[str]:
    text = content.decode("utf-8-sig")
    delimiter = ";" if text.count(";") > text.count(",") else ","
    return in_lines(" ".join(cells) for cells in csv.reader(io.StringIO(text), delimiter=delimiter))


def in_xlsx(content: bytes) -> list[str]:
    rows = load_workbook(io.BytesIO(content))["Matriks"].iter_rows(values_only=True)
    return in_lines(" ".join(str(cell) for cell in row if cell is not None) for row in rows)


def in_pdf(content: bytes) -> list[str]:
    return in_lines(
        line for page in PdfReader(io.BytesIO(content)).pages for line in page.extract_text().splitlines()
    )


def in_lines(lines: Iterable[str]) -> list[str]:
    """Return the first figures of the line of totals."""
    (total,) = filter(None, map(TOTAL.search, lines))
    return total[1].split()
