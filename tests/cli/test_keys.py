"""`jangkau keys rotate`: afterwards nothing in the database can be read or found with the old secret."""

import secrets
from base64 import b64decode
from binascii import Error
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import Engine, LargeBinary
from sqlmodel import SQLModel, select

from app.database import reading, writing
from app.models import (
    AttendanceImportRow,
    AuthenticatorApp,
    Dossier,
    DossierChunk,
    KeyRotation,
    Participant,
    PossibleDuplicate,
)
from app.nik_vault import NONCE_BYTES, NikVault
from app.permissions import OPERATOR
from app.services import key_rotation
from app.services.imports.undo import undo_import
from app.services.key_rotation import begin_rotation, list_encrypted_tables, renew_rows
from app.services.log_sealing import seal_lines
from app.services.people.merge import merge_people
from app.settings import Settings
from tests import jangkau_command
from tests.city import City, sheet
from tests.database import on_sqlite, postgresql_in_soak
from tests.evidence_files import attach, photo
from tests.scenarios import scenario
from tests.server import Jangkau, Server, wait_until
from tests.signed_pages import print_list, read_page, upload_readings

HEADINGS = "Nama;Kelurahan;Unsur;NIK;HP;Kehadiran"
NIKS = [f"647101410190{number:04}" for number in range(1, 31)]
GIVEN = ("Rahmat", "Siti", "Joko", "Wulan", "Bambang", "Endang")
FAMILY = ("Anggrek", "Melati", "Kenanga", "Teratai", "Cempaka")
NEW = secrets.token_urlsafe(48)


@scenario
def encrypted_data(city: City) -> None:
    """Thirty people with NIKs from two lists, of which the second brought a telephone number; two are merged."""
    names = [f"{first} {last}" for first in GIVEN for last in FAMILY]
    lines = [f"{name};Manggar;umkm;{nik}" for name, nik in zip(names, NIKS, strict=True)]
    city.commit(
        city.upload(city.session("SATU-1"), sheet(HEADINGS, *(f"{line};;hadir" for line in lines))).id
    )
    second = [f"{line};0812000004{n:02};hadir" for n, line in enumerate(lines)]
    city.commit(city.upload(city.session("DUA-1"), sheet(HEADINGS, *second)).id)
    third = sheet(HEADINGS, "Peserta Lain;Manggar;umkm;;;hadir")
    city.commit(city.upload(city.session("TIGA-1"), third).id)
    with writing(city.engine) as db:
        first, *_, last = sorted(person.id for person in db.exec(select(Participant)))
        pair = PossibleDuplicate(participant_id=first, other_id=last, likeness=90)
        db.add(pair)
        db.flush()
        merge_people(db, city.actor("made"), pair.id)
        db.add(AuthenticatorApp(user_id=city.users["made"].id, secret=city.vault.encrypt("rahasia aplikasi")))
        db.add(Dossier(id=1, year=2026, instrument="Smart City", under_way="2026 Smart City"))
        db.flush()
        db.add(DossierChunk(dossier_id=1, number=1, content_encrypted=city.vault.encrypt_bytes(b"PK")))
        db.flush()
        seal_lines(db, city.vault)
    attach(city, "SATU-1", photo())
    upload_readings(city, "TIGA-1", read_page(print_list(city, "TIGA-1"), signed={1}))


def texts_in(node: object) -> Iterator[str]:
    """The texts at any depth of a JSON value."""
    if isinstance(node, dict):
        node = list(node.values())
    if isinstance(node, list):
        for value in node:
            yield from texts_in(value)
    elif isinstance(node, str):
        yield node


def values_of(engine: Engine) -> Iterator[tuple[str, Any]]:
    """Every text and every sequence of bytes in the database, with its table and column."""

    with engine.connect() as connection:
        for table in SQLModel.metadata.sorted_tables:
            for row in connection.execute(table.select()):
                for column in table.columns:
                    value = row._mapping[column.name]
                    where = f"{table.name}.{column.name}"
                    if isinstance(column.type, LargeBinary):
                        yield where, bytes(value or b"")
                    else:
                        yield from ((where, part) for part in texts_in(value))


def readable_with(engine: Engine, vault: NikVault) -> set[str]:
    """The columns in which this secret reads or finds something."""
    hashes = {vault.key(nik) for nik in NIKS}
    found = set()
    for where, value in values_of(engine):
        raw = value
        if isinstance(value, str):
            if value in hashes:
                found.add(f"{where} (hash)")
            with suppress(Error, ValueError):
                raw = b64decode(value, validate=True)
        if isinstance(raw, bytes) and len(raw) > NONCE_BYTES:
            with suppress(InvalidTag):
                vault.decrypt_bytes(raw)
                found.add(where)
    return found


ENCRYPTED = {
    "activity_head.key_encrypted",
    "attachment.content_encrypted",
    "attachment.thumbnail_encrypted",
    "authenticator_app.secret",
    "dossier_chunk.content_encrypted",
    "participant.nik_encrypted",
    "participant.nik_key (hash)",
    "attendance_import_row.nik_encrypted",
    "attendance_import_row.cells_encrypted",
    "attendance_import_row.result (hash)",
    "attendance_import_row.before",
    "attendance_import_row.before (hash)",
    "attendance_import_row.after",
    "attendance_import_row.after (hash)",
    "attendance_import.preview",
    "roster_photo.picture_encrypted",
    "signature_picture.picture_encrypted",
    "uploaded_file.content",
    "people_merge.before",
    "people_merge.before (hash)",
    "people_merge.after",
    "people_merge.after (hash)",
}


@pytest.fixture
def rotating(environment: dict[str, str]) -> dict[str, str]:
    """The environment in which `keys rotate` replaces the secret of the tests."""
    return environment | {
        "JANGKAU_SECRET_KEY": NEW,
        "JANGKAU_SECRET_KEY_OLD": environment["JANGKAU_SECRET_KEY"],
    }


@pytest.fixture
def old(settings: Settings) -> NikVault:
    return NikVault(settings.secret)


def test_everything_is_renewed_and_works(
    encrypted_data: City,
    old: NikVault,
    jangkau: Jangkau,
    environment: dict[str, str],
    rotating: dict[str, str],
) -> None:
    engine = encrypted_data.engine
    assert readable_with(engine, old) == ENCRYPTED
    environment.update(rotating)

    done = jangkau("keys", "rotate")

    assert (done.returncode, done.stderr) == (0, "")
    assert "participant: 30 rows renewed." in done.stdout
    assert readable_with(engine, old) == set()
    assert readable_with(engine, NikVault(NEW.encode())) == ENCRYPTED
    assert encrypted_data.all(KeyRotation) == []
    encrypted_data.vault = NikVault(NEW.encode())
    again = encrypted_data.upload(
        encrypted_data.session("EMPAT-1"), sheet(HEADINGS, f"Rahmat Teratai;Lamaru;umkm;{NIKS[3]};;hadir")
    )
    (row,) = [row for row in encrypted_data.all(AttendanceImportRow) if row.attendance_import_id == again.id]
    assert row.participant_id is not None  # found by the NIK alone: another kelurahan
    with writing(engine) as db:
        undo_import(db, OPERATOR, 2)  # refused if a person had changed since
    assert jangkau("audit", "verify").returncode == 0  # the key of the chain is still the same


def test_it_goes_on_after_a_kill(
    encrypted_data: City,
    old: NikVault,
    jangkau: Jangkau,
    environment: dict[str, str],
    rotating: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Some batches are done, and one is lost with its transaction."""
    engine, new = encrypted_data.engine, NikVault(NEW.encode())
    monkeypatch.setattr(key_rotation, "ROWS_AT_ONCE", 7)
    with writing(engine) as db:
        begin_rotation(db, OPERATOR, old, new)
    for parts in list_encrypted_tables():
        with writing(engine) as db:
            after, _changed = renew_rows(db, old, new, parts, None)
        if after:
            with reading(engine) as db:  # never committed
                renew_rows(db, old, new, parts, after)
    assert "participant.nik_encrypted" in readable_with(engine, old) & readable_with(engine, new)
    for secret in (environment["JANGKAU_SECRET_KEY"], NEW):
        environment["JANGKAU_SECRET_KEY"] = secret
        refused = jangkau("serve", "--port", "0")
        assert (refused.returncode, refused.stdout) == (1, "")
        assert refused.stderr.startswith("The secret is being replaced")

    environment.update(rotating)
    assert jangkau("keys", "rotate").returncode == 0

    assert readable_with(engine, old) == set()
    assert readable_with(engine, new) == ENCRYPTED


@postgresql_in_soak
@pytest.mark.slow
def test_a_process_that_is_killed_is_run_again(
    encrypted_data: City,
    old: NikVault,
    jangkau: Jangkau,
    environment: dict[str, str],
    rotating: dict[str, str],
    tmp_path: Path,
) -> None:
    process = jangkau_command.start(["keys", "rotate"], rotating, output=tmp_path / "log")
    while process.exitcode is None and not encrypted_data.all(KeyRotation):
        pass
    process.kill()
    process.join()
    environment.update(rotating)

    assert jangkau("keys", "rotate").returncode == 0

    assert readable_with(encrypted_data.engine, old) == set()
    assert readable_with(encrypted_data.engine, NikVault(NEW.encode())) == ENCRYPTED


@on_sqlite
def test_the_generated_secret_is_replaced_by_a_generated_one(
    encrypted_data: City, old: NikVault, jangkau: Jangkau, environment: dict[str, str], settings: Settings
) -> None:
    secret_file = settings.data_dir / "secret-key"
    secret_file.touch(0o600)
    secret_file.write_text(environment.pop("JANGKAU_SECRET_KEY"))

    done = jangkau("keys", "rotate")

    assert (done.returncode, done.stderr) == (0, "")
    new = NikVault(secret_file.read_bytes())
    assert readable_with(encrypted_data.engine, old) == set()
    assert readable_with(encrypted_data.engine, new) == ENCRYPTED
    (kept,) = settings.data_dir.glob("secret-key.until-*")
    assert NikVault(kept.read_bytes()).key(NIKS[0]) == old.key(NIKS[0])
    assert {path.stat().st_mode & 0o777 for path in (secret_file, kept)} == {0o600}
    assert jangkau("demo", "--if-empty").returncode == 0


def test_it_is_refused_while_a_server_works(
    server: Server, city: City, jangkau: Jangkau, environment: dict[str, str], rotating: dict[str, str]
) -> None:
    environment.update(rotating)
    wait_until(lambda: jangkau("keys", "rotate").returncode == 1, server)

    refused = jangkau("keys", "rotate")

    assert refused.stderr.startswith("Stop all servers")
    assert city.all(KeyRotation) == []


@on_sqlite
@pytest.mark.parametrize("named", ["JANGKAU_SECRET_KEY", "both alike"])
def test_it_says_which_secrets_it_needs(
    jangkau: Jangkau, environment: dict[str, str], rotating: dict[str, str], named: str
) -> None:
    del environment["JANGKAU_SECRET_KEY"]
    if named == "both alike":
        environment |= dict.fromkeys(("JANGKAU_SECRET_KEY", "JANGKAU_SECRET_KEY_OLD"), NEW)
    else:
        environment[named] = rotating[named]

    refused = jangkau("keys", "rotate")

    assert refused.returncode == 1
    assert "JANGKAU_SECRET_KEY_OLD" in refused.stderr


def test_a_wrong_old_secret_changes_nothing(
    encrypted_data: City,
    old: NikVault,
    jangkau: Jangkau,
    environment: dict[str, str],
    rotating: dict[str, str],
) -> None:
    environment |= rotating | {"JANGKAU_SECRET_KEY_OLD": secrets.token_urlsafe(48)}

    refused = jangkau("keys", "rotate")

    assert refused.returncode == 1
    assert "another secret than the old one" in refused.stderr
    assert readable_with(encrypted_data.engine, old) == ENCRYPTED


NOT_SECRET = {
    "issued_report_file.content",
    "letterhead.coat_of_arms",
    "passkey.credential_id",
    "passkey.public_key",
    "session_facts.facts",
}


def test_columns_that_hold_encrypted_values_are_renewed() -> None:
    """A new encrypted column only needs its name."""
    columns = {
        f"{table.name}.{column.name}"
        for table in SQLModel.metadata.sorted_tables
        for column in table.columns
        if "encrypted" in column.name or isinstance(column.type, LargeBinary)
    }

    renewed = {f"{parts.table.name}.{c.name}" for parts in list_encrypted_tables() for c in parts.encrypted}
    assert columns - NOT_SECRET <= renewed
