"""Backups hold everything, are refused where they don't fit, and can be restored into either kind of database."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from itertools import count
from pathlib import Path
from threading import Event, Thread
from zipfile import ZIP_DEFLATED, ZipFile

import orjson
import pytest
from alembic import command
from sqlalchemy import JSON, Engine, String, cast, func, inspect, text
from sqlalchemy import select as sql_select
from sqlmodel import SQLModel, col, select

from app.database import create_engine_for, reading, writing
from app.errors import Problem
from app.models import (
    AttendanceImport,
    AttendanceStatus,
    ImportStatus,
    Participant,
    Registration,
)
from app.nik_vault import NikVault
from app.queries.log_verification import verify_log
from app.schema import alembic_config, upgrade
from app.services.log_sealing import seal_lines
from app.services.operation import scratch, table_rows
from app.services.operation.backup_files import Backup, open_backup, write_backup
from app.services.operation.readiness import try_writing
from app.services.operation.restore import move_database, restore_backup
from app.services.operation.scratch import drill_backup
from app.services.operation.table_rows import PlainRow, TableColumns
from app.settings import Settings
from tests.city import City, dump, sheet
from tests.database import Template, on_sqlite, url_text
from tests.evidence_files import attach, photo
from tests.issued_reports import issue
from tests.scenarios import SECRET, named_scenario, scenario

SECRET_BYTES = SECRET.get_secret_value().encode()
Change = Callable[[dict[str, bytes]], object]
on_postgresql = pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
LIST = sheet(
    "Nama;Kelurahan;Unsur;NIK;HP;Kehadiran",
    *(f"Peserta Contoh {n:02};Manggar;umkm;647101410190{n:04};0812000004{n:02};hadir" for n in range(1, 21)),
)


@scenario
def story(city: City) -> None:
    """A committed list with NIKs, an issued report, a photo, sealed log lines, and a person who was deleted."""
    city.import_sheet(city.session("SATU-1"), LIST)
    city.register("SATU-1", "Ketupat “Ñandú” \\ \u2028 😀", outcome=AttendanceStatus.PRESENT)
    attach(city, "SATU-1", photo())
    issue(city)
    with writing(city.engine) as db:
        db.add(Participant(name="Yang Dihapus", name_key="yang dihapus", kelurahan_code="64.71.01.1001"))
    with writing(city.engine) as db:
        db.delete(db.exec(select(Participant).where(Participant.name == "Yang Dihapus")).one())
        moment = datetime(2025, 8, 5, 1, 2, 3, 4, tzinfo=UTC)
        db.exec(select(Participant).order_by(col(Participant.id))).first().created_at = moment  # type: ignore[union-attr]
    assert try_writing(city.engine) == ""  # on SQLite it leaves a time without microseconds
    with writing(city.engine) as db:
        seal_lines(db, city.vault)


@pytest.fixture
def empty_engine(empty_database_url: str) -> Iterator[Engine]:
    with engine_of(empty_database_url) as engine:
        yield engine


@contextmanager
def engine_of(url: str) -> Iterator[Engine]:
    engine = create_engine_for(url)
    try:
        yield engine
    finally:
        engine.dispose()


@pytest.fixture
def backup(story: City, tmp_path: Path) -> Backup:
    return write_backup(story.engine, SECRET_BYTES, tmp_path / "copy.zip")


@pytest.mark.slow
def test_everything_is_as_it_was_and_goes_on(
    story: City, backup: Backup, empty_engine: Engine, settings: Settings
) -> None:
    before = dump(story.engine)

    restore_backup(empty_engine, SECRET_BYTES, open_backup(backup.path))

    assert dump(empty_engine) == before
    assert 0 < nulls(empty_engine) == nulls(story.engine)
    restored = City(empty_engine, settings)
    with reading(empty_engine) as db:
        assert verify_log(db, restored.vault).broken is None
        assert restored.all(Participant)[0].created_at.microsecond == 4
    assert_new_ids_are_new(restored)
    (attendance_import,) = restored.all(AttendanceImport)
    assert restored.undo(attendance_import.id).status is ImportStatus.UNDONE
    assert len(restored.all(Registration)) == 2
    with pytest.raises(Exception, match="append-only"), writing(empty_engine) as db:
        db.connection().execute(text("DELETE FROM activity"))


@on_postgresql
def test_a_database_is_moved_to_postgresql_and_back(
    sqlite_template: Template, empty_engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    source_url = f"sqlite:///{tmp_path / 'source.sqlite3'}"
    (tmp_path / "source.sqlite3").write_bytes(Path(sqlite_template(named_scenario("story"))).read_bytes())
    with (
        engine_of(source_url) as source,
        engine_of(f"sqlite:///{tmp_path / 'b.sqlite3'}") as b,
    ):
        with writing(source) as db:
            numbers = '{"z": -0.0, "b": [1e-7, -0.0, 0.30000000000000004], "a": -12.5, "n": 9007199254740993}'
            row = text("UPDATE attendance_import_row SET result = :numbers WHERE number = 2")
            assert db.connection().execute(row, {"numbers": numbers}).rowcount == 1
        before = dump(source)

        rows = move_database(source, empty_engine)

        assert (dump(source), dump(empty_engine)) == (before, before)
        assert nulls(source) == nulls(empty_engine)
        assert rows == sum(map(len, before.values()))
        write_backup(empty_engine, SECRET_BYTES, tmp_path / "copy.zip")
        moved = dump(empty_engine)
        restore_backup(b, SECRET_BYTES, open_backup(tmp_path / "copy.zip"))
        assert dump(b) == moved
        with reading(b) as db:
            assert verify_log(db, NikVault(SECRET_BYTES)).broken is None
        for engine in (empty_engine, b):
            assert_new_ids_are_new(City(engine, settings))


def nulls(engine: Engine) -> int:
    """Return how many JSON values are NULL; the models read a JSON `null` as the same None."""
    columns = [
        column
        for table in SQLModel.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, JSON) and column.nullable
    ]
    with engine.connect() as connection:
        counts = [
            connection.scalar(sql_select(func.count()).where(cast(column, String).is_(None)))
            for column in columns
        ]
    return sum(filter(None, counts))


def assert_new_ids_are_new(city: City) -> None:
    """The id of the person who was deleted is not given out again."""
    highest = max(person.id for person in city.all(Participant))
    assert city.register("SATU-1", "Peserta Baru").id > highest + 1


def test_it_is_of_one_moment_and_hinders_no_writer(story: City, tmp_path: Path, empty_engine: Engine) -> None:
    """A person and their registration are written together all the time; a backup never has one without the other."""
    written, stop = Event(), Event()

    def write() -> None:
        while not stop.is_set():
            story.register("SATU-1", "Peserta Bersamaan")
            written.set()

    thread = Thread(target=write)
    thread.start()
    try:
        written.wait(10)
        backup = write_backup(story.engine, SECRET_BYTES, tmp_path / "busy.zip")
    finally:
        stop.set()
        thread.join()

    restore_backup(empty_engine, SECRET_BYTES, backup)
    rows = dump(empty_engine)
    registered = {row["participant_id"] for row in rows["registration"]}
    assert {row["id"] for row in rows["participant"]} == registered
    assert len(registered) > 21


def test_an_interrupted_backup_leaves_no_file_and_a_usable_database(
    story: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ends between two rows of a table; what it leaves to the garbage collector must not need the connection."""
    lines = count()

    def interrupted_line(row: PlainRow) -> bytes:
        if next(lines) == 50:
            raise KeyboardInterrupt
        return original(row)

    original = table_rows._json_line
    with monkeypatch.context() as patched:
        patched.setattr(table_rows, "_json_line", interrupted_line)
        with pytest.raises(KeyboardInterrupt) as interruption:
            write_backup(story.engine, SECRET_BYTES, tmp_path / "copy.zip")

    story.engine.dispose()
    del interruption
    assert list(tmp_path.iterdir()) == []
    assert write_backup(story.engine, SECRET_BYTES, tmp_path / "copy.zip").path.exists()


@on_sqlite
def test_only_the_owner_can_read_the_file_at_any_time(
    story: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modes = set()

    def rows_of(*arguments: object) -> object:
        (part,) = tmp_path.glob("copy.zip.*.part")
        modes.add(part.stat().st_mode & 0o777)
        return original(*arguments)  # type: ignore[arg-type]

    original = table_rows.read_rows
    monkeypatch.setattr(table_rows, "read_rows", rows_of)
    backup = write_backup(story.engine, SECRET_BYTES, tmp_path / "copy.zip")
    assert modes | {backup.path.stat().st_mode & 0o777} == {0o600}
    assert list(tmp_path.glob("*.part")) == []
    assert backup.sha256 == sha256(backup.path.read_bytes()).hexdigest()
    assert SECRET_BYTES not in backup.path.read_bytes()
    with pytest.raises(Problem, match="exists"):
        write_backup(story.engine, SECRET_BYTES, backup.path)


@on_sqlite
def test_a_damaged_byte_anywhere_is_found(backup: Backup) -> None:
    content = backup.path.read_bytes()
    for position in {*range(0, len(content), len(content) // 60), 10, len(content) - 1, len(content) - 70}:
        damaged = bytearray(content)
        damaged[position] ^= 1
        backup.path.write_bytes(damaged)
        with pytest.raises(Problem, match="is damaged") as problem:
            open_backup(backup.path)
        assert problem.value.code == "damaged-backup"
    for cut in (1000, len(content) - 1):
        backup.path.write_bytes(content[:cut])
        with pytest.raises(Problem, match="is damaged"):
            open_backup(backup.path)
    for other in (b"", b"PK\3\4", b"x" * 5000):
        backup.path.write_bytes(other)
        with pytest.raises(Problem, match="not a backup"):
            open_backup(backup.path)


def test_what_does_not_fit_is_refused(story: City, backup: Backup, empty_engine: Engine) -> None:
    before = dump(story.engine)
    with pytest.raises(Problem, match="not empty"):
        restore_backup(story.engine, SECRET_BYTES, backup)
    assert dump(story.engine) == before

    with pytest.raises(Problem, match="another secret"):
        restore_backup(empty_engine, secrets.token_bytes(48), backup)

    with writing(story.engine) as db:
        db.connection().execute(text("UPDATE alembic_version SET version_num = '9999'"))
    newer = write_backup(story.engine, SECRET_BYTES, backup.path.with_name("newer.zip"))
    with pytest.raises(Problem, match="newer version"):
        restore_backup(empty_engine, SECRET_BYTES, newer)
    assert inspect(empty_engine).get_table_names() == []


def change_manifest(**changed: object) -> Change:
    def change(members: dict[str, bytes]) -> None:
        document = orjson.loads(members["manifest.json"]) | changed
        members["manifest.json"] = orjson.dumps(
            {key: value for key, value in document.items() if value != "gone"}
        )

    return change


def change_first_row(line: bytes) -> Change:
    def change(members: dict[str, bytes]) -> None:
        lines = members["tables/participant.jsonl"].splitlines(keepends=True)
        members["tables/participant.jsonl"] = b"".join((line, *lines[1:]))

    return change


FORGERIES: tuple[Change, ...] = (
    change_manifest(format="gone"),
    change_manifest(tables="gone"),
    change_manifest(tables=["participant"]),
    change_manifest(created_at="yesterday"),
    change_manifest(revision="-1"),
    change_manifest(revision=13),
    change_manifest(highest_ids={"participant": "x"}),
    lambda members: members.update({"manifest.json": b"[]"}),
    lambda members: members.update({"manifest.json": b"{"}),
    lambda members: members.update({"manifest.json": members["manifest.json"] + b" " * 2**26}),
    lambda members: members.pop("tables/participant.jsonl"),
    change_first_row(b"{\n"),
    change_first_row(b"5\n"),
    change_first_row(b"[1]\n"),
    change_first_row(orjson.dumps([[1]] * 40) + b"\n"),
    change_first_row(b'{"id": 1}\n'),
)


@on_sqlite
def test_a_file_that_somebody_has_changed_is_refused_with_a_sentence(
    backup: Backup, empty_engine: Engine
) -> None:
    """Its checksum is right, as everybody can compute it."""
    with ZipFile(backup.path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    for change in FORGERIES:
        forged = dict(members)
        change(forged)
        with ZipFile(backup.path, "w", ZIP_DEFLATED, compresslevel=1) as archive:
            for name, content in forged.items():
                archive.writestr(name, content)
            archive.comment = b"0" * 64
        unsigned = backup.path.read_bytes()[:-64]
        backup.path.write_bytes(unsigned + sha256(unsigned).hexdigest().encode())

        with pytest.raises(Problem):
            restore_backup(empty_engine, SECRET_BYTES, open_backup(backup.path))
    assert inspect(empty_engine).get_table_names() == []


def test_a_restore_that_fails_halfway_leaves_nothing(
    backup: Backup, empty_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row that was lost on the way is found, and the next try begins with an empty database."""
    original = Backup.rows

    def rows_without_one(self: Backup, table: TableColumns) -> Iterator[PlainRow]:
        rows = original(self, table)
        if table.name == "attendance":
            next(rows)
        yield from rows

    with monkeypatch.context() as patched:
        patched.setattr(Backup, "rows", rows_without_one)
        with pytest.raises(Problem, match=r"attendance has 20 rows .* the 21 rows"):
            restore_backup(empty_engine, SECRET_BYTES, backup)
    assert inspect(empty_engine).get_table_names() == []

    assert restore_backup(empty_engine, SECRET_BYTES, backup) == backup.manifest.row_count


def test_an_older_backup_is_brought_up_to_date(story: City, empty_engine: Engine, tmp_path: Path) -> None:
    """The schema of a backup is that of its revision; the tables of the later ones are made afterwards."""
    command.downgrade(alembic_config(story.engine), "0012")
    old = write_backup(story.engine, SECRET_BYTES, tmp_path / "old.zip")
    assert "backup_run" not in old.tables
    upgrade(story.engine)

    restore_backup(empty_engine, SECRET_BYTES, old)

    assert dump(empty_engine) == dump(story.engine)


@on_postgresql
def test_a_user_who_may_not_create_databases_drills_in_an_sqlite_file(
    story: City, backup: Backup, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a killed drill has left is dropped by the next one, but not what another database's drill uses."""
    server = story.engine.execution_options(isolation_level="AUTOCOMMIT")
    comment = f"scratch copy for a restore drill of the database {story.engine.url.database}"
    with server.connect() as connection:
        for statement in (
            "CREATE ROLE jangkau_plain LOGIN",
            "CREATE DATABASE jangkau_drill_left",
            f"COMMENT ON DATABASE jangkau_drill_left IS '{comment}'",
            "CREATE DATABASE jangkau_drill_other",
            f"COMMENT ON DATABASE jangkau_drill_other IS '{comment}er'",
        ):
            connection.execute(text(statement))
    targets = []

    def remember(engine: Engine, secret: bytes, saved: Backup) -> int:
        targets.append(engine.dialect.name)
        return restore_backup(engine, secret, saved)

    monkeypatch.setattr(scratch, "restore_backup", remember)
    with engine_of(url_text(story.engine.url.set(username="jangkau_plain"))) as plain:
        rows = [drill_backup(settings, engine, backup, tmp_path) for engine in (plain, story.engine)]

    assert rows == [backup.manifest.row_count] * 2
    assert targets == ["sqlite", "postgresql"]
    with server.connect() as connection:
        drills = "SELECT datname FROM pg_database WHERE datname LIKE 'jangkau_drill%'"
        assert connection.scalars(text(drills)).all() == ["jangkau_drill_other"]
        for statement in ("DROP DATABASE jangkau_drill_other", "DROP ROLE jangkau_plain"):
            connection.execute(text(statement))
