"""Backup files: one consistent copy of all tables, in a form that either database can be filled from.

A file is a zip archive. `manifest.json` says which tables and columns it has, of which revision of the schema, and how
many rows each table has with their checksum; `tables/NAME.jsonl` has one line of JSON for each row. The comment at the
end of the archive is the SHA-256 of all bytes before it. `unzip` opens it.
"""

import os
import secrets
from base64 import b64decode
from collections.abc import Generator, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import version
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import IO, Any, cast
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

import orjson
from sqlalchemy import Connection, Engine, text

from app.database import is_postgresql, reading
from app.errors import Problem
from app.keys import Purpose, derive_key
from app.queries.encryption import is_rotating
from app.services.operation.table_rows import (
    ColumnKind,
    DatabaseSource,
    Digest,
    PlainRow,
    TableColumns,
    TableSum,
    encode_rows,
    read_revision,
)
from app.settings import sync_folder

FORMAT = 1
MANIFEST = "manifest.json"
README = "README-jangkau-backup.txt"
README_TEXT = """\
This is a backup of a database of Jangkau. 'jangkau restore FILE' puts it into an empty database, SQLite or PostgreSQL.
It holds personal data. It does not hold the secret that reads the NIKs and files in it.
"""
CHECKSUM_BYTES = 64  # in hexadecimal
COMPRESSION = 1  # of 6 a file is 2 % smaller, and takes a fifth longer
BUFFER_BYTES = 2**20
MAX_MANIFEST_BYTES = 2**20  # a hundred times as much as one has


@dataclass(frozen=True)
class Manifest:
    """What a backup holds."""

    program: str
    revision: str
    dialect: str
    created_at: datetime
    secret: str
    tables: dict[str, TableColumns]
    sums: dict[str, TableSum]
    highest_ids: dict[str, int]

    @property
    def row_count(self) -> int:
        """The number of rows in all tables."""
        return sum(table.rows for table in self.sums.values())


@dataclass(frozen=True)
class Backup:
    """A backup file whose checksum is right. `sha256` is that of the whole file."""

    path: Path
    manifest: Manifest
    size: int
    sha256: str

    @property
    def revision(self) -> str:
        """The revision of the schema."""
        return self.manifest.revision

    @property
    def tables(self) -> dict[str, TableColumns]:
        """The tables by their names."""
        return self.manifest.tables

    @property
    def highest_ids(self) -> dict[str, int]:
        """By table the highest id that was ever given out, where that is known."""
        return self.manifest.highest_ids

    def rows(self, table: TableColumns) -> Generator[PlainRow, None, None]:
        """Yield the rows of a table. Raises `Problem` for what is no row of it."""
        files, length = table.positions(ColumnKind.BYTES), len(table.columns)
        with ZipFile(self.path) as archive, archive.open(_member(table.name)) as member:
            buffered: Any = BufferedReader(cast(RawIOBase, member), BUFFER_BYTES)  # lines in C, twice as fast
            for line in buffered:
                try:
                    row = orjson.loads(line)
                    if type(row) is not list or len(row) != length:
                        raise _no_backup(self.path)
                    for position in files:
                        if row[position] is not None:
                            row[position] = b64decode(row[position])
                except (ValueError, TypeError) as error:
                    raise _no_backup(self.path) from error
                yield row

    def sum_of(self, table: TableColumns) -> TableSum:
        """Return the sum of a table's rows when the backup was made."""
        return self.manifest.sums[table.name]


def secret_fingerprint(secret: bytes) -> str:
    """Return a text by which a backup tells whether a secret is its own; the secret can't be computed from it."""
    return derive_key(secret, Purpose.BACKUPS).hex()


def write_backup(engine: Engine, secret: bytes, path: Path) -> Backup:
    """Write a backup of the database as it is at this moment, and return it. Others read and write meanwhile.

    Only the owner can read the file. It is written beside `path` and renamed when it is complete and on the disk.
    Raises `Problem` if there is a file of that name, and while the secret or the schema is being changed.
    """
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    _require_new(path)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            manifest = _write_archive(engine, secret, file)
        digest = _append_checksum(part)
        size = part.stat().st_size
        _require_new(path)
        part.rename(path)
        sync_folder(path.parent)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise
    return Backup(path, manifest, size, digest)


def open_backup(path: Path) -> Backup:
    """Return the backup in a file, of which every byte is checked first.

    Raises `Problem` if it is no backup, damaged, or written by a newer version of the program.
    """
    with path.open("rb") as file:
        is_backup = README.encode() in file.read(BUFFER_BYTES)[:200]
    size = path.stat().st_size
    digest = _hash_file(path, max(size - CHECKSUM_BYTES, 0))
    with path.open("rb") as file:
        file.seek(max(size - CHECKSUM_BYTES, 0))
        checksum = file.read()
    if digest.hexdigest().encode() != checksum:
        if is_backup:
            raise Problem(
                "%(file)s is damaged: its checksum is another one. Use another copy.",
                code="damaged-backup",
                file=path,
            )
        raise _no_backup(path)
    digest.update(checksum)
    try:
        manifest = _read_manifest(path)
    except (BadZipFile, LookupError, TypeError, ValueError, AttributeError) as error:
        raise _no_backup(path) from error
    return Backup(path, manifest, size, digest.hexdigest())


def _no_backup(path: Path) -> Problem:
    return Problem("%(file)s is not a backup of Jangkau.", code="no-backup", file=path)


def _read_manifest(path: Path) -> Manifest:
    """Return the manifest of a backup file. Raises `Problem` if a newer version wrote it.

    Everybody can compute the checksum of a file, so it may hold anything: raises other errors for what is no manifest.
    """
    with ZipFile(path) as archive:
        if archive.getinfo(MANIFEST).file_size > MAX_MANIFEST_BYTES:
            raise ValueError
        document = orjson.loads(archive.read(MANIFEST))
        if document["format"] != FORMAT:
            raise Problem(
                "A newer version of Jangkau made this backup. Restore it with that version.",
                code="newer-backup",
            )
        manifest = _parse_manifest(document)
        for table in manifest.tables:
            archive.getinfo(_member(table))
    return manifest


def _require_new(path: Path) -> None:
    if path.exists():
        raise Problem(
            "%(file)s exists. Name another file, or remove it first.", code="file-exists", file=path
        )


def _write_archive(engine: Engine, secret: bytes, file: IO[bytes]) -> Manifest:
    """Write the archive with all tables of one snapshot, without its checksum, and return its manifest."""
    created_at = datetime.now(UTC)
    sums = {}
    with reading(engine) as db:
        connection = db.connection()
        if is_postgresql(db):
            _wait_as_long_as_needed(connection)
        source = DatabaseSource(connection)
        if is_rotating(db):
            raise Problem(
                "The secret is being replaced: 'jangkau keys rotate' has begun and not ended. Run it again first."
            )
        with ZipFile(file, "w", ZIP_DEFLATED, compresslevel=COMPRESSION) as archive:
            archive.writestr(README, README_TEXT)
            for table in source.tables.values():
                with (
                    closing(source.rows(table)) as rows,
                    archive.open(_member(table.name), "w", force_zip64=True) as member,
                ):
                    sums[table.name] = _write_table(member, table, rows)
            manifest = Manifest(
                program=version("jangkau"),
                revision=source.revision,
                dialect=engine.dialect.name,
                created_at=created_at,
                secret=secret_fingerprint(secret),
                tables=source.tables,
                sums=sums,
                highest_ids=source.highest_ids,
            )
            archive.writestr(MANIFEST, _dump_manifest(manifest))
            archive.comment = b"0" * CHECKSUM_BYTES
    with engine.connect() as connection:
        if read_revision(connection) != source.revision:
            raise Problem("The database was upgraded while the backup was made. Make it again.")
    return manifest


def _wait_as_long_as_needed(connection: Connection) -> None:
    """Let the transaction last as long as reading the whole database takes (PostgreSQL)."""
    for setting in ("statement_timeout", "idle_in_transaction_session_timeout"):
        connection.execute(text(f"SET LOCAL {setting} = 0"))


def _write_table(member: IO[bytes], table: TableColumns, rows: Iterator[PlainRow]) -> TableSum:
    """Write the rows of a table, and return their sum."""
    digest, buffer = Digest(), bytearray()
    for line, canonical_line in encode_rows(table, rows):
        digest.add(canonical_line)
        buffer += line
        if len(buffer) >= BUFFER_BYTES:
            member.write(buffer)
            buffer.clear()
    member.write(buffer)
    return digest.result()


def _append_checksum(path: Path) -> str:
    """Put the checksum at the end of the archive, sync it to the disk, and return the SHA-256 of the whole file."""
    digest = _hash_file(path, path.stat().st_size - CHECKSUM_BYTES)
    checksum = digest.hexdigest().encode()
    with path.open("r+b") as file:
        file.seek(-CHECKSUM_BYTES, os.SEEK_END)
        file.write(checksum)
        file.flush()
        os.fsync(file.fileno())
    digest.update(checksum)
    return str(digest.hexdigest())


def _hash_file(path: Path, length: int) -> Any:
    """Return the SHA-256 of the first `length` bytes of a file, to which more can be added."""
    digest = sha256()
    with path.open("rb") as file:
        while length > 0 and (part := file.read(min(length, BUFFER_BYTES))):
            digest.update(part)
            length -= len(part)
    return digest


def _member(table: str) -> str:
    return f"tables/{table}.jsonl"


def _dump_manifest(manifest: Manifest) -> bytes:
    tables = [
        {
            "name": table.name,
            "columns": table.columns,
            "key": table.key,
            "rows": manifest.sums[table.name].rows,
            "sha256": manifest.sums[table.name].sha256,
        }
        for table in manifest.tables.values()
    ]
    document = {
        "format": FORMAT,
        "program": manifest.program,
        "revision": manifest.revision,
        "dialect": manifest.dialect,
        "created_at": manifest.created_at,
        "secret": manifest.secret,
        "highest_ids": manifest.highest_ids,
        "tables": tables,
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2)


def _parse_manifest(document: dict[str, Any]) -> Manifest:
    tables = {
        table["name"]: TableColumns(
            table["name"],
            tuple((name, ColumnKind(kind)) for name, kind in table["columns"]),
            tuple(table["key"]),
        )
        for table in document["tables"]
    }
    return Manifest(
        program=document["program"],
        revision=_parse_revision(document["revision"]),
        dialect=document["dialect"],
        created_at=datetime.fromisoformat(document["created_at"]),
        secret=document["secret"],
        tables=tables,
        sums={table["name"]: TableSum(table["rows"], table["sha256"]) for table in document["tables"]},
        highest_ids={table: int(highest) for table, highest in document["highest_ids"].items()},
    )


def _parse_revision(text: str) -> str:
    """Return a revision's number. Raises `ValueError` for the other ways in which Alembic names revisions."""
    if not text.isdecimal():
        raise ValueError
    return text
