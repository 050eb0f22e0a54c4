"""`jangkau backup`, `restore` and `db move`: beside a server, killed at any moment, and each night by the server."""

import random
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import inspect
from sqlmodel import col, select

from app.database import reading
from app.models import AttendanceImport, BackupRun
from app.services.operation.nightly_backups import INTERRUPTED
from tests import jangkau_command
from tests.city import City, crowd, dump
from tests.database import Template, on_sqlite
from tests.scenarios import named_scenario, scenario
from tests.server import Jangkau, Server, serving, wait_until
from tests.services.operation.test_backups import engine_of, on_postgresql

SEED = 6471


@scenario
def crowded(city: City) -> None:
    """Three hundred people of one list."""
    city.import_sheet(city.session(), crowd(300))


@pytest.mark.slow
def test_a_served_database_is_backed_up_and_the_restored_one_served(
    crowded: City,
    server: Server,
    jangkau: Jangkau,
    environment: dict[str, str],
    empty_database_url: str,
    tmp_path: Path,
) -> None:
    file = tmp_path / "copy.zip"
    made = jangkau("backup", file)
    assert (made.returncode, made.stderr) == (0, "")
    assert "not the secret" in made.stdout
    assert "Keep a copy of JANGKAU_SECRET_KEY" in made.stdout

    refused = jangkau("restore", file)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("The database is not empty")
    tried = jangkau("restore", "--drill", file)
    assert (tried.returncode, tried.stdout[:33]) == (0, "Restored into a scratch database,")
    assert [path.name for path in tmp_path.iterdir() if "drill" in path.name] == []

    environment["JANGKAU_DATABASE_URL"] = empty_database_url
    restored = jangkau("restore", file)
    assert (restored.returncode, restored.stderr) == (0, "")
    with serving(environment, tmp_path) as other:
        assert httpx2.get(f"{other.url}/health/ready").status_code == 200
        assert httpx2.get(f"{other.url}/").status_code == 200
    assert jangkau("audit", "verify").returncode == 0
    with engine_of(empty_database_url) as engine, reading(engine) as db:
        import_id = db.exec(select(col(AttendanceImport.id))).one()
    assert jangkau("undo", str(import_id)).returncode == 0


@pytest.mark.slow
@on_sqlite
def test_the_server_makes_the_nightly_backup(city: City, environment: dict[str, str], tmp_path: Path) -> None:
    """At its first start, as none was made at the last due time."""
    folder = tmp_path / "backups"
    environment["JANGKAU_BACKUP_DIR"] = str(folder)
    with serving(environment, tmp_path) as server:
        wait_until(lambda: [run.ended_at is None for run in city.all(BackupRun)] == [False, False], server)

    assert [(run.kind, run.failure) for run in city.all(BackupRun)] == [("backup", None), ("drill", None)]
    assert [path.stat().st_mode & 0o777 for path in folder.glob("*.zip")] == [0o600]


@pytest.mark.slow
@on_sqlite
def test_a_backup_ends_with_its_server(
    crowded: City, jangkau: Jangkau, environment: dict[str, str], tmp_path: Path
) -> None:
    """It is recorded as interrupted, by itself or by the next one, and leaves no part of a file."""
    folder = tmp_path / "backups"
    environment["JANGKAU_BACKUP_DIR"] = str(folder)
    with serving(environment, tmp_path) as server:
        wait_until(lambda: bool(crowded.all(BackupRun)), server)

    interrupted = len(crowded.all(BackupRun))
    while (next_one := jangkau("backup")).returncode:
        assert "exists" in next_one.stderr  # one of the same second has its name
    for run in crowded.all(BackupRun)[:interrupted]:
        assert run.ended_at is not None
        assert run.failure in {None, INTERRUPTED}
    assert list(folder.glob("*.part")) == []


@pytest.mark.slow
@on_postgresql
def test_a_move_is_refused_while_a_server_works_and_says_what_to_set_next(
    sqlite_template: Template,
    jangkau: Jangkau,
    environment: dict[str, str],
    empty_database_url: str,
    tmp_path: Path,
) -> None:
    source = tmp_path / "jangkau.sqlite3"
    source.write_bytes(Path(sqlite_template(named_scenario("crowded"))).read_bytes())
    environment |= {"JANGKAU_DATABASE_URL": f"sqlite:///{source}"}
    move = ["db", "move", "--to", empty_database_url]
    with serving(environment, tmp_path) as server:
        wait_until(lambda: jangkau(*move).stderr.startswith("Stop all servers"), server)
    with engine_of(empty_database_url) as target:
        assert inspect(target).get_table_names() == []

    done = jangkau(*move)

    assert (done.returncode, done.stderr) == (0, "")
    assert "JANGKAU_DATABASE_URL=postgresql+psycopg://" in done.stdout
    assert "JANGKAU_SECRET_KEY=the content of" not in done.stdout  # it is set already
    environment["JANGKAU_DATABASE_URL"] = empty_database_url
    with serving(environment, tmp_path) as server:
        assert httpx2.get(f"{server.url}/health/ready").status_code == 200


@on_sqlite
def test_a_failed_backup_exits_with_one_and_a_sentence(
    city: City, jangkau: Jangkau, environment: dict[str, str], tmp_path: Path
) -> None:
    assert jangkau("backup").stderr.startswith("Name a file, or set JANGKAU_BACKUP_DIR")
    assert jangkau("restore", __file__).stderr == f"{__file__} is not a backup of Jangkau.\n"
    assert jangkau("backup", tmp_path / "missing" / "copy.zip").returncode == 1
    already = jangkau("db", "move", "--to", f"sqlite:///{tmp_path / 'other.sqlite3'}")
    assert (already.returncode, "--to is not the address" in already.stderr) == (1, True)
    (tmp_path / "full").touch()
    environment["JANGKAU_BACKUP_DIR"] = str(tmp_path / "full")
    assert jangkau("backup").returncode == 1


@pytest.mark.soak
def test_a_restore_that_is_killed_leaves_an_empty_database(
    crowded: City,
    jangkau: Jangkau,
    environment: dict[str, str],
    empty_database_url: str,
    tmp_path: Path,
) -> None:
    """Ten kills at random moments; whatever is left is empty or complete."""
    file = tmp_path / "copy.zip"
    assert jangkau("backup", file).returncode == 0
    before = dump(crowded.engine)
    environment["JANGKAU_DATABASE_URL"] = empty_database_url
    kill_at_random(["restore", str(file)], environment, tmp_path, empty_database_url)

    jangkau("restore", file)

    with engine_of(empty_database_url) as engine:
        assert dump(engine) == before


@pytest.mark.soak
def test_a_backup_that_is_killed_leaves_no_file_of_its_name(
    crowded: City, jangkau: Jangkau, environment: dict[str, str], tmp_path: Path
) -> None:
    chance = random.Random(SEED)  # noqa: S311
    for number in range(10):
        file = tmp_path / f"copy-{number}.zip"
        process = jangkau_command.start(["backup", str(file)], environment, output=tmp_path / "log")
        process.join(chance.uniform(0.2, 1.2))
        process.kill()
        process.join()
        if file.exists():
            assert jangkau("restore", "--drill", file).returncode == 0


@pytest.mark.soak
@on_postgresql
def test_a_move_that_is_killed_is_run_again(
    sqlite_template: Template,
    jangkau: Jangkau,
    environment: dict[str, str],
    empty_database_url: str,
    tmp_path: Path,
) -> None:
    """Ten kills at random moments: nothing is doubled, and the source is as it was."""
    source = tmp_path / "source.sqlite3"
    source.write_bytes(Path(sqlite_template(named_scenario("crowded"))).read_bytes())
    environment["JANGKAU_DATABASE_URL"] = f"sqlite:///{source}"
    with engine_of(environment["JANGKAU_DATABASE_URL"]) as engine:
        before = dump(engine)
    move = ["db", "move", "--to", empty_database_url]
    kill_at_random(move, environment, tmp_path, empty_database_url)

    jangkau(*move)

    with engine_of(environment["JANGKAU_DATABASE_URL"]) as old, engine_of(empty_database_url) as new:
        assert dump(old) == dump(new) == before
    again = jangkau(*move)
    assert (again.returncode, again.stderr[:26]) == (1, "The database is not empty.")


def kill_at_random(command: list[str], environment: dict[str, str], folder: Path, target_url: str) -> None:
    """Kill the command up to ten times while it fills the target. Each time no table is there, or all is complete."""
    chance = random.Random(SEED)  # noqa: S311
    for _ in range(10):
        process = jangkau_command.start(command, environment, output=folder / "log")
        process.join(chance.uniform(0.1, 1.2))
        process.kill()
        process.join()
        with engine_of(target_url) as engine:
            if inspect(engine).get_table_names():
                return  # It was killed after its commit; the caller compares everything.
