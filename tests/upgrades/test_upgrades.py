"""Databases of every released schema, of both kinds, are brought up to date with all that cities have in them.

`story.py` tells what each backup in this folder holds.
"""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pysqlite3.dbapi2 as sqlite3
import pytest
from alembic import command
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from app.database import create_engine, reading, writing
from app.jobs.tasks import TaskRunner
from app.models import (
    AttendanceImport,
    ImportStatus,
    IssuedReport,
    OutboxKind,
    OutboxTask,
    Participant,
    Registration,
)
from app.queries.coverage.filters import CoverageFilters
from app.queries.issued_reports.reports import slug_of
from app.queries.log_verification import verify_log
from app.schema import alembic_config, upgrade
from app.services.log_sealing import seal_lines
from app.services.operation.backup_files import Backup, open_backup
from app.services.operation.restore import restore_backup
from app.services.operation.table_rows import list_tables, read_rows, sum_table, write_highest_ids, write_rows
from app.settings import Settings
from tests.city import City
from tests.issued_reports import YEAR_2025
from tests.pages.conftest import logged_in, served_to_browsers
from tests.queries.coverage.comparison import assert_report_is_right
from tests.scenarios import PRIVACY_CONTACT, SECRET
from tests.upgrades.story import COMING, FOLDER, KNOWN, LATER, PAST, write_release_backup

RELEASES = [pytest.param(path, id=path.stem) for path in sorted(FOLDER.glob("*.backup"))]
PAGES = ("/", "/kegiatan", "/cakupan", "/peserta", "/unggahan", "/laporan", "/administrasi/kesehatan")


@pytest.fixture
def settings(empty_database_url: str, tmp_path: Path) -> Settings:
    return Settings(
        data_dir=tmp_path,
        database_url=empty_database_url,
        secret_key=SECRET,
        privacy_contact=PRIVACY_CONTACT,
        second_factor="off",
    )


@pytest.fixture
def empty_engine(settings: Settings) -> Iterator[Engine]:
    engine = create_engine(settings)
    yield engine
    engine.dispose()


@pytest.mark.slow
@pytest.mark.parametrize("path", RELEASES)
def test_a_backup_of_a_released_version_is_restored(
    path: Path, empty_engine: Engine, settings: Settings
) -> None:
    backup = open_backup(path)

    restore_backup(empty_engine, settings.secret, backup)

    assert_all_is_as_it_was(empty_engine, settings, backup)


@pytest.mark.slow
@pytest.mark.parametrize("path", RELEASES)
def test_a_database_of_a_released_version_is_upgraded(
    path: Path, empty_engine: Engine, settings: Settings
) -> None:
    backup = open_backup(path)
    fill_without_upgrade(empty_engine, backup)

    copy = upgrade(empty_engine)

    assert_all_is_as_it_was(empty_engine, settings, backup)
    if empty_engine.dialect.name == "sqlite":
        assert copy is not None
        with closing(sqlite3.connect(copy)) as connection:
            assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == (path.stem,)
            assert connection.execute("SELECT count(*) FROM registration").fetchone() == (
                backup.sum_of(backup.tables["registration"]).rows,
            )


@pytest.mark.slow
def test_the_backup_of_the_next_release_can_be_written(tmp_path: Path) -> None:
    backup = open_backup(write_release_backup(tmp_path).path)

    assert backup.path.name == f"{backup.revision}.backup"
    assert backup.sum_of(backup.tables["attendance_import"]).rows == 2


def fill_without_upgrade(engine: Engine, backup: Backup) -> None:
    """Make a database as the released version left it."""
    command.upgrade(alembic_config(engine), backup.revision)
    with engine.execution_options(writes=True).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL timezone = 'UTC'")
        tables = [backup.tables[made.name] for made in list_tables(connection)]
        for table in tables:
            write_rows(connection, table, backup.rows(table))
        write_highest_ids(connection, tables, backup.highest_ids)


def assert_all_is_as_it_was(engine: Engine, settings: Settings, backup: Backup) -> None:
    """Compare what the story tells with the upgraded database, look at its pages, and take back what can be undone."""
    city = City(engine, settings)
    assert_issued_files_are_the_same(engine, backup)
    with reading(engine) as db:
        assert verify_log(db, city.vault).broken is None
        assert_report_is_right(db, CoverageFilters(YEAR_2025.from_, YEAR_2025.to))
    TaskRunner(settings, engine, city.vault).drain()
    # What the released version had queued is done, but for the message: no mail server is set.
    assert [task.kind for task in city.all(OutboxTask)] == [OutboxKind.SEND_MESSAGE]
    with writing(engine) as db:
        seal_lines(db, city.vault)
    assert_pages_open(city, settings)
    assert_everything_can_be_undone(city)
    with reading(engine) as db:
        assert verify_log(db, city.vault).broken is None
        assert_report_is_right(db, CoverageFilters(YEAR_2025.from_, YEAR_2025.to))


def assert_issued_files_are_the_same(engine: Engine, backup: Backup) -> None:
    files = backup.tables["issued_report_file"]
    with engine.connect() as connection:
        assert sum_table(connection, files) == backup.sum_of(files)
        assert [tuple(row) for row in read_rows(connection, files)] == [
            tuple(row) for row in backup.rows(files)
        ]


def assert_pages_open(city: City, settings: Settings) -> None:
    (report,) = city.all(IssuedReport)
    with served_to_browsers(settings) as app:
        browser: TestClient = logged_in(app, city.engine, city.users["made"])
        sessions = (f"/sesi/{code}" for code in (PAST, LATER, COMING))
        for page in (*PAGES, *sessions, f"/sesi/{PAST}/hadir", f"/laporan/{slug_of(report.number)}"):
            assert browser.get(page).status_code == 200, page


def assert_everything_can_be_undone(city: City) -> None:
    """Undo both imports: people and registrations are then those without them."""
    known = next(person for person in city.all(Participant) if person.name == KNOWN)
    assert known.phone == "+6281200000401"
    people, registrations = len(city.all(Participant)), len(city.all(Registration))
    sheet_import, list_import = sorted(
        city.all(AttendanceImport), key=lambda made: made.counts["rows"], reverse=True
    )
    for made in (sheet_import, list_import):
        assert city.undo(made.id).status is ImportStatus.UNDONE

    known = next(person for person in city.all(Participant) if person.name == KNOWN)
    assert (known.phone, known.nik_key) == (None, None)
    assert len(city.all(Participant)) == people - 9 - 3
    assert len(city.all(Registration)) == registrations - 10 - 3
