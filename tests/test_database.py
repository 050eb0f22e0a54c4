"""Transactions: a change is saved as a whole or not at all, on both databases."""

from contextlib import closing
from pathlib import Path

import pysqlite3.dbapi2 as sqlite3
import pytest
from sqlalchemy import Engine, func, text
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlmodel import col, delete, select

from app import database, postgresql
from app.database import create_engine_for, reading, reclaim_space, require_safe_sqlite, writing
from app.errors import Problem
from app.models import AreaAlias, AttendanceStatus, Participant, Registration
from app.request_context import RequestContext, current_request
from app.services.bulk import insert_rows, reserve_ids
from app.services.imports.upload import discard_import
from tests import jangkau_command
from tests.city import City, sheet
from tests.database import on_sqlite
from tests.services.imports.test_concurrency import on_postgresql

MANGGAR = "64.71.01.1001"


def test_a_sqlite_that_can_corrupt_a_database_is_refused() -> None:
    with pytest.raises(Problem, match=r"SQLite 3\.46\.1 can corrupt a database in use; 3\.51\.3 or newer"):
        require_safe_sqlite((3, 46, 1))

    require_safe_sqlite((3, 51, 3))


@on_sqlite
def test_a_commit_is_on_the_disk_when_it_returns(engine: Engine) -> None:
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2  # FULL
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"


@on_sqlite
def test_a_request_that_gave_up_leaves_no_impatient_connection(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Background work, such as the rewriting of the file, may get the same connection next."""
    monkeypatch.setattr(database, "REQUEST_BUSY_MILLISECONDS", 500)
    assert engine.url.database is not None
    with closing(sqlite3.connect(engine.url.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        request = current_request.set(RequestContext("test"))
        with pytest.raises(OperationalError, match="locked"), writing(engine) as db:
            db.connection()
        current_request.reset(request)

    with closing(engine.raw_connection()) as connection:
        waited: sqlite3.Connection = connection.driver_connection
        assert waited.execute("PRAGMA busy_timeout").fetchone() == (database.BUSY_MILLISECONDS,)


def aliases(engine: Engine) -> set[str]:
    with reading(engine) as db:
        return set(db.exec(select(AreaAlias.alias)))


def alias(text: str, area_code: str = MANGGAR) -> AreaAlias:
    return AreaAlias(alias=text, area_code=area_code)


def test_a_change_is_kept_when_its_block_ends(engine: Engine) -> None:
    with writing(engine) as db:
        db.add(alias("manggar besar"))

    assert "manggar besar" in aliases(engine)


def test_a_change_that_fails_leaves_nothing(engine: Engine) -> None:
    before = aliases(engine)

    with pytest.raises(IntegrityError), writing(engine) as db:
        db.add_all([alias("manggar besar"), alias("atlantis", area_code="64.71.99.9999")])

    assert aliases(engine) == before


def test_a_reading_session_saves_nothing(engine: Engine) -> None:
    before = aliases(engine)

    with reading(engine) as db:
        db.add(alias("manggar besar"))
        db.flush()

    assert aliases(engine) == before


def test_a_reading_session_sees_one_state_of_the_database(engine: Engine) -> None:
    with reading(engine) as db:
        before = set(db.exec(select(AreaAlias.alias)))
        with writing(engine) as other:
            other.add(alias("manggar besar"))

        assert set(db.exec(select(AreaAlias.alias))) == before


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)  # SQLite has no server
def test_a_server_that_was_restarted_is_asked_over_a_new_connection(
    engine: Engine, postgresql: Engine
) -> None:
    with engine.connect() as one, engine.connect() as other:
        gone = [connection.scalar(select(func.pg_backend_pid())) for connection in (one, other)]
    with postgresql.connect() as operator:
        operator.execute(select(func.pg_terminate_backend(func.unnest(gone))))

    assert aliases(engine) == aliases(engine)


def test_bulk_inserts_raise_integrity_errors(engine: Engine) -> None:
    before = aliases(engine)

    with pytest.raises(IntegrityError), writing(engine) as db:
        insert_rows(
            db,
            AreaAlias,
            [
                {"alias": "manggar besar", "area_code": MANGGAR},
                {"alias": "atlantis", "area_code": "64.71.99.9999"},
            ],
        )

    assert aliases(engine) == before


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)  # SQLite's texts have any length
def test_bulk_inserts_raise_data_errors(engine: Engine) -> None:
    with pytest.raises(DataError), writing(engine) as db:
        insert_rows(db, Registration, [{"code": "longer than any code"}])


def test_the_database_refuses_an_unknown_attendance_status(city: City) -> None:
    city.import_sheet(city.session(), sheet("Nama;Kelurahan;Kehadiran", "Siti Aminah;Manggar;hadir"))
    statement = text("UPDATE attendance SET status = :status")

    for status in AttendanceStatus:
        with writing(city.engine) as db:
            db.execute(statement, {"status": status.value})
    with pytest.raises(IntegrityError), writing(city.engine) as db:
        db.execute(statement, {"status": "late"})


def test_the_id_of_a_deleted_row_is_never_used_again(city: City) -> None:
    code = city.session()
    gone = city.register(code, "Siti Aminah").id
    with writing(city.engine) as db:
        registration = db.exec(select(Registration.id)).one()
        db.exec(delete(Registration))
        db.exec(delete(Participant).where(col(Participant.id) == gone))

    with writing(city.engine) as db:
        assert next(iter(reserve_ids(db, Participant, 1))) > gone
        assert next(iter(reserve_ids(db, Registration, 1))) > registration
    made = city.import_sheet(code, sheet("Nama;Kelurahan;Kehadiran", "Nur Aini;Lamaru;hadir"))
    bulk = city.all(Participant)[0].id
    city.undo(made.id)
    assert city.register(code, "Rahmat Contoh").id > bulk > gone


def test_the_id_of_a_discarded_upload_is_never_used_again(city: City) -> None:
    discarded = city.upload(city.session(), sheet("Nama;Kelurahan", "Siti Aminah;Manggar"))
    with writing(city.engine) as db:
        discard_import(db, city.actor("sari"), discarded.id)

    assert city.upload("UMKM-2025-1", sheet("Nama;Kelurahan", "Nur Aini;Lamaru")).id > discarded.id


def test_servers_that_start_together_build_one_database(
    environment: dict[str, str], empty_database_url: str, tmp_path: Path
) -> None:
    environment = {**environment, "JANGKAU_DATABASE_URL": empty_database_url}
    outputs = [tmp_path / f"{number}.txt" for number in range(3)]

    together = [jangkau_command.start(["db", "upgrade"], environment, output=output) for output in outputs]

    for process in together:
        process.join(jangkau_command.SECONDS_TO_END)
    assert [output.read_text() for output in outputs] == ["", "", ""]
    assert [process.exitcode for process in together] == [0, 0, 0]


@on_postgresql
def test_a_long_statement_goes_on_where_no_further_connection_is_free(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether the server still answers is tried by a connection, which it may refuse."""
    monkeypatch.setattr(postgresql, "SECONDS_BETWEEN_PROBES", 0.1)
    other = create_engine_for(engine.url.set(database="postgres").render_as_string(hide_password=False))
    with other.connect().execution_options(isolation_level="AUTOCOMMIT") as operator:
        request = current_request.set(RequestContext("test"))
        try:
            with reading(engine, long_statements=True) as db:
                db.connection()
                operator.execute(text(f'ALTER DATABASE "{engine.url.database}" ALLOW_CONNECTIONS false'))
                assert db.scalar(text("SELECT 1 FROM pg_sleep(0.5)")) == 1
        finally:
            current_request.reset(request)
            operator.execute(text(f'ALTER DATABASE "{engine.url.database}" ALLOW_CONNECTIONS true'))
    other.dispose()


@on_postgresql
def test_space_is_reclaimed_without_making_others_wait(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table that is in use is tried again for some time; meanwhile others read it."""
    monkeypatch.setattr(database, "SECONDS_TO_VACUUM", 0.2)
    with engine.connect() as user:
        user.execute(text("SELECT count(*) FROM participant"))
        with pytest.raises(OperationalError, match="participant"):
            reclaim_space(engine)
    reclaim_space(engine)
