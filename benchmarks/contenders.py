"""Imports one sheet into an empty database, by this project or by the floor, which is the bare driver.

Runs in a process of its own, so that time and memory are measured for it alone. Prints
`{"seconds", "megabytes", "parser_megabytes"}`.
"""

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import python_calamine
from pydantic import SecretStr
from sqlalchemy import Engine

from app.database import create_engine, reading, writing
from app.nik_vault import NikVault
from app.permissions import OPERATOR
from app.services.imports.commit import commit_import
from app.services.imports.upload import upload_sheet
from app.services.reference_data import set_up_database
from app.services.workshops.workshop_sessions import WorkshopSessionInput, create_workshop_session
from app.services.workshops.workshops import WorkshopInput, create_workshop
from app.settings import Settings
from benchmarks.sheets import sheet_file

SESSION = "UKUR-2025-1"
SECRET = "for-measuring-only-P3mWc8vQzR5nXk2JtY7bLd9sHf4gAe"  # noqa: S105 (of databases that are gone a minute later)
GROUPS = ("umkm", "rt", "tokoh", "komunitas", "umum")
PERSON = ("id", "name", "name_key", "phone", "sex", "kelurahan_code", "rt", "created_at")
REGISTRATION = (
    "id",
    "code",
    "participant_id",
    "workshop_session_id",
    "status",
    "kelurahan_code",
    "rt",
    "sex",
)
KELURAHAN = "64.71.01.1001"

Line = tuple[object, ...]


def jangkau(engine: Engine, vault: NikVault, content: bytes) -> None:
    """Upload and commit the sheet with the services: every person is matched and every row is judged."""
    with reading(engine) as read_db, writing(engine) as db:
        attendance_import = upload_sheet(
            read_db, db, vault, OPERATOR, SESSION, "ukur.xlsx", content, at_once=True
        )
    with writing(engine) as db:
        commit_import(db, vault, OPERATOR, attendance_import.id)


def floor(engine: Engine, _vault: NikVault, content: bytes) -> None:
    """Read the sheet with calamine and insert its rows into the same three tables, without matching or judging."""
    sheet = python_calamine.load_workbook(_file(content)).get_sheet_by_index(0)
    now = datetime.now(UTC).replace(tzinfo=None).isoformat(sep=" ")
    people: list[Line] = []
    registrations: list[Line] = []
    attendances: list[Line] = []
    for number, row in enumerate(sheet.to_python()[1:], start=1):
        people.append(
            (
                number,
                row[1],
                str(row[1]).lower(),
                row[5],
                row[3],
                KELURAHAN,
                str(int(str(row[7]).split(".")[0])),
                now,
            )
        )
        registrations.append(
            (
                number,
                f"{number:08}",
                number,
                1,
                "confirmed",
                KELURAHAN,
                "7",
                row[3],
                "umkm",
                "public-task",
                now,
            )
        )
        attendances.append((number, "present", now))
    with engine.execution_options(writes=True).begin() as connection:
        driver = connection.connection.driver_connection
        for table, columns, rows in (
            ("participant", PERSON, people),
            ("registration", (*REGISTRATION, "target_group_code", "basis", "created_at"), registrations),
            ("attendance", ("registration_id", "status", "recorded_at"), attendances),
        ):
            _write(driver, table, columns, rows)


def _write(driver: object, table: str, columns: tuple[str, ...], rows: list[Line]) -> None:
    names = ", ".join(columns)
    with_copy = hasattr(driver, "pgconn")
    cursor = driver.cursor()  # type: ignore[attr-defined]
    if with_copy:
        with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    else:
        marks = ", ".join("?" * len(columns))
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)  # noqa: S608 (our own names)


def _file(content: bytes) -> str:
    path = Path(tempfile.mkstemp(suffix=".xlsx")[1])
    path.write_bytes(content)
    return str(path)


CONTENDERS: dict[str, Callable[[Engine, NikVault, bytes], None]] = {"jangkau": jangkau, "floor": floor}


def main(name: str, rows: int, url: str) -> None:
    settings = Settings(database_url=url, secret_key=SecretStr(SECRET))
    engine, vault = create_engine(settings), NikVault(settings.secret)
    set_up_database(engine)
    create_session(engine)
    content = sheet_file(rows).read_bytes()
    started = time.perf_counter()
    CONTENDERS[name](engine, vault, content)
    seconds = time.perf_counter() - started
    megabytes, parser = (_peak_megabytes(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(json.dumps({"seconds": seconds, "megabytes": megabytes, "parser_megabytes": parser}))  # noqa: T201


def create_session(engine: Engine) -> None:
    morning = datetime(2025, 8, 5, 9)  # noqa: DTZ001 (a wall-clock time in WITA)
    with writing(engine) as db:
        create_workshop(db, OPERATOR, "UKUR-2025", WorkshopInput("Pengukuran", GROUPS))
        times = WorkshopSessionInput(morning, morning.replace(hour=12))
        create_workshop_session(db, OPERATOR, "UKUR-2025", SESSION, times)


def _peak_megabytes(who: int) -> float:
    """Return the peak memory of this process, or of the largest of its children."""
    return resource.getrusage(who).ru_maxrss / 1024


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
