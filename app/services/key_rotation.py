"""Replace the installation's secret: what the old one encrypted and hashed is encrypted and hashed with the new one.

It is done in batches, each in a transaction of its own. A row is either as it was or wholly renewed, and renewing it
again changes nothing: after a kill the same call goes through all rows once more and does what is left.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidTag
from sqlalchemy import JSON, Column, LargeBinary, Row, String, Table, and_, cast, or_, select, tuple_
from sqlmodel import SQLModel

from app.database import Db
from app.errors import Problem
from app.models import KeyRotation
from app.nik_vault import NONCE_BYTES, NikVault
from app.people.values.nik import LENGTH as NIK_LENGTH
from app.permissions import Actor, Permission
from app.queries.encryption import can_decrypt, is_rotating
from app.services.activities import log_activity

ROWS_AT_ONCE = 200
FILES_AT_ONCE = 4  # of up to 10 MiB

# A column that holds a NIK or another secret encrypted is called …_encrypted. These are the others.
_OTHER_ENCRYPTED = {
    ("attendance_import", "preview"),
    ("authenticator_app", "secret"),
    ("uploaded_file", "content"),
}
_SUFFIX = "_encrypted"
_HASH = "nik_key"


@dataclass(frozen=True)
class EncryptedTable:
    """A table and those of its columns that the secret has a part in.

    `encrypted` are texts and files, `hashes` keyed hashes of NIKs, `documents` are JSON in which both may stand at any
    depth, as in the states that an undo restores.
    """

    table: Table
    encrypted: tuple[Column[Any], ...]
    hashes: tuple[Column[Any], ...]
    documents: tuple[Column[Any], ...]

    @property
    def rows_at_once(self) -> int:
        """How many rows a batch has."""
        return FILES_AT_ONCE if any(isinstance(c.type, LargeBinary) for c in self.encrypted) else ROWS_AT_ONCE


def list_encrypted_tables() -> list[EncryptedTable]:
    """Return all tables with encrypted columns, keyed hashes or JSON documents, in the order of their names."""
    tables = []
    for name, table in sorted(SQLModel.metadata.tables.items()):
        columns = list(table.columns)
        parts = EncryptedTable(
            table,
            tuple(c for c in columns if c.name.endswith(_SUFFIX) or (name, c.name) in _OTHER_ENCRYPTED),
            tuple(c for c in columns if c.name == _HASH),
            tuple(c for c in columns if isinstance(c.type, JSON)),
        )
        if parts.encrypted or parts.documents:
            tables.append(parts)
    return tables


def begin_rotation(db: Db, actor: Actor, old: NikVault, new: NikVault) -> None:
    """Record that the secret is being replaced; servers don't start from then on. Does nothing if it is recorded.

    Raises `Forbidden` without `USER_WRITE`, and `Problem` if neither secret is that of the data.
    """
    actor.require(Permission.USER_WRITE)
    if not can_decrypt(db, old) and not can_decrypt(db, new):
        raise Problem("NIKs and files in this database were encrypted with another secret than the old one.")
    if not is_rotating(db):
        db.add(KeyRotation())
        log_activity(db, actor, "begin-rotation", "secret-key", "")


def end_rotation(db: Db, actor: Actor) -> None:
    """Record that everything has been renewed. Raises `Forbidden` without `USER_WRITE`."""
    actor.require(Permission.USER_WRITE)
    if rotation := db.get(KeyRotation, 1):
        db.delete(rotation)
    log_activity(db, actor, "rotate", "secret-key", "")


def renew_rows(
    db: Db, old: NikVault, new: NikVault, parts: EncryptedTable, after: tuple[Any, ...] | None
) -> tuple[tuple[Any, ...] | None, int]:
    """Renew the next batch of a table: the rows whose primary key follows `after`, None for the first batch.

    Return the key of the last row of the batch, None if it was the last batch, and how many rows were changed. Raises
    `Problem` for a value that neither secret has encrypted.
    """
    keys = list(parts.table.primary_key)
    columns = [*parts.encrypted, *parts.hashes, *parts.documents]
    texts = [cast(document, String) for document in parts.documents]
    holds_some = or_(
        *(column.is_not(None) for column in parts.encrypted),
        *(text.like(pattern) for text in texts for pattern in (f"%{_HASH}%", f"%{_SUFFIX}%")),
    )
    statement = select(*keys, *columns).where(holds_some).order_by(*keys).limit(parts.rows_at_once)
    if after is not None:
        statement = statement.where(tuple_(*keys) > after)
    connection = db.connection()
    rows = connection.execute(statement.with_for_update()).all()
    changed = 0
    for row in rows:
        try:
            values = _renew_row(row, parts, old, new)
        except InvalidTag:
            where = ", ".join(f"{key.name} {row._mapping[key.name]}" for key in keys)
            raise Problem(f"{parts.table.name}, {where}: encrypted with neither secret.") from None
        if values:
            same_row = and_(*(key == row._mapping[key.name] for key in keys))
            connection.execute(parts.table.update().where(same_row).values(values))
            changed += 1
    is_last = len(rows) < parts.rows_at_once
    return None if is_last else tuple(rows[-1][: len(keys)]), changed


def _renew_row(row: Row[Any], parts: EncryptedTable, old: NikVault, new: NikVault) -> dict[str, Any]:
    """Return the columns of a row that change, with their new values.

    A hash has no way back to its NIK, but wherever one stands the same row has the NIK encrypted.
    """
    renewal = _Renewal(old, new)
    before = {c.name: row._mapping[c.name] for c in (*parts.encrypted, *parts.hashes, *parts.documents)}
    after = dict(before)
    for column in parts.encrypted:
        after[column.name] = renewal.encrypted(before[column.name])
    for column in parts.documents:
        after[column.name] = renewal.document(before[column.name])
    for column in (*parts.hashes, *parts.documents):
        after[column.name] = renewal.with_new_hashes(after[column.name])
    return {name: value for name, value in after.items() if value != before[name]}


@dataclass
class _Renewal:
    """Renews the values of one row. `hashes` are the old hashes of its NIKs with the new ones."""

    old: NikVault
    new: NikVault
    hashes: dict[str, str] = field(default_factory=dict)

    def encrypted(self, value: Any) -> Any:
        """Return an encrypted text or file as the new secret encrypts it; None and "" stay. Raises `InvalidTag`.

        The nonce stays: it is as unique under the new key, and texts that were equal stay equal, by which an undo sees
        that nothing has changed since.
        """
        if not value:
            return value
        as_text = isinstance(value, str)
        raw = b64decode(value) if as_text else bytes(value)
        try:
            content, is_new = self.old.decrypt_bytes(raw), False
        except InvalidTag:
            content, is_new = self.new.decrypt_bytes(raw), True
        if len(content) == NIK_LENGTH and content.isdigit():
            self.hashes[self.old.key(content.decode())] = self.new.key(content.decode())
        if is_new:
            return value
        renewed = self.new.encrypt_bytes(content, raw[:NONCE_BYTES])
        return b64encode(renewed).decode() if as_text else renewed

    def document(self, node: Any) -> Any:
        """Return a JSON value with everything renewed that stands under a name in `…_encrypted`."""
        match node:
            case Mapping():
                return {
                    name: self.encrypted(value) if name.endswith(_SUFFIX) else self.document(value)
                    for name, value in node.items()
                }
            case list():
                return [self.document(value) for value in node]
            case _:
                return node

    def with_new_hashes(self, node: Any) -> Any:
        """Return a JSON value or text in which the new hashes stand for the old ones."""
        match node:
            case Mapping():
                return {name: self.with_new_hashes(value) for name, value in node.items()}
            case list():
                return [self.with_new_hashes(value) for value in node]
            case str():
                return self.hashes.get(node, node)
            case _:
                return node
