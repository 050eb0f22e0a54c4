"""Reports are read from the replica where it is fit, else from the primary, and the log says so."""

import logging
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from app.database import create_engine, create_report_engine, reading, writing
from app.queries.operation.replica import read_replica_lag
from app.services.operation import report_database
from app.services.operation.report_database import ReportDatabase
from app.services.reference_data import set_up_database
from app.settings import Settings
from tests.database import on_sqlite
from tests.own_postgresql import OwnPostgresql
from tests.scenarios import SECRET

SECONDS = 30


def is_on(database: ReportDatabase, engine: Engine) -> bool:
    """Return whether a report would be read from this engine's database."""
    with database.reading() as db:
        db.connection()
        return bool(db.get_bind().engine.url == engine.url)


@on_sqlite
@pytest.mark.slow
def test_a_replica_that_is_gone_or_has_other_migrations_is_passed_over(
    engine: Engine,
    settings: Settings,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "replica.sqlite3"
    replica = create_report_engine(
        settings.model_copy(update={"report_database_url": f"sqlite:///{path}"}), engine
    )
    database = ReportDatabase(engine, replica)
    with caplog.at_level(logging.WARNING):
        assert [is_on(database, engine) for _ in range(3)] == [True] * 3  # It has no tables.
        assert len(caplog.messages) == 1
        assert "replica for reports unavailable" in caplog.messages[0]

        set_up_database(replica)
        assert is_on(database, engine)  # It is not tried again at once.
        monkeypatch.setattr(report_database, "SECONDS_BETWEEN_TRIES", 0)
        deadline = time.monotonic() + SECONDS
        while is_on(database, engine):
            assert time.monotonic() < deadline
        assert "available again" in caplog.messages[-1]

        with writing(replica) as db:
            db.execute(text("UPDATE alembic_version SET version_num = '0001'"))
        assert is_on(database, engine)
        assert "other migrations" in caplog.messages[-1]
    database.close()


@pytest.mark.soak
@pytest.mark.clock
def test_a_streaming_replica_that_falls_behind_or_ends_is_passed_over(
    own_postgresql: OwnPostgresql, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_database, "SECONDS_BETWEEN_TRIES", 0)
    settings = Settings(database_url=own_postgresql.url, data_dir=tmp_path, secret_key=SECRET)
    primary = create_engine(settings)
    set_up_database(primary)

    def change() -> None:
        with writing(primary) as db:
            db.execute(text("UPDATE alembic_version SET version_num = version_num"))

    with own_postgresql.replica() as url:
        replica = create_report_engine(settings.model_copy(update={"report_database_url": url}), primary)
        database = ReportDatabase(primary, replica, max_lag=1)
        wait_until(lambda: not is_on(database, primary))
        with reading(replica) as db:
            assert read_replica_lag(db) == 0
        with replica.connect() as connection:
            connection.execute(text("SELECT pg_wal_replay_pause()"))
        change()
        wait_until(lambda: is_on(database, primary))
        with replica.connect() as connection:
            connection.execute(text("SELECT pg_wal_replay_resume()"))
        change()
        wait_until(lambda: not is_on(database, primary))
    begun = time.monotonic()
    assert is_on(database, primary)
    assert time.monotonic() - begun < 6
    database.close()
    primary.dispose()


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not is_so():
        assert time.monotonic() < deadline
