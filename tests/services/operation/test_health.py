"""Each check of the installation, seen failing once; and what administrators are told by mail."""

import shutil
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import SecretStr
from sqlalchemy import Engine, text

from app.database import Db, connections_needed, create_engine, reading, writing
from app.jobs.clock_watch import ClockWatch
from app.jobs.tasks import TaskRunner
from app.models import (
    Activity,
    BackupKind,
    BackupRun,
    HealthReport,
    KeyRotation,
    OutboxKind,
    OutboxTask,
    WorkerLease,
)
from app.models.base import now
from app.nik_vault import NikVault
from app.paper.parts import LIBRARIES
from app.permissions import OPERATOR
from app.queries.operation.database_checks import check_clock, check_connections, check_sqlite_version
from app.queries.operation.health_lines import HealthLine, HealthState
from app.queries.operation.machine_checks import check_certificate, check_disk
from app.services.operation.health import check_installation
from app.services.operation.health_reports import save_health_report
from app.settings import Settings
from tests.city import City
from tests.database import on_sqlite
from tests.server import free_port
from tests.smtp_server import SmtpServer

HOURS = timedelta(hours=1)


class Usage(NamedTuple):
    total: int
    used: int
    free: int


def change(settings: Settings, **changed: Any) -> Settings:
    """Return other settings, without what was computed from the former ones."""
    settings = settings.model_copy(update=changed)
    for name in ("database", "secret"):
        settings.__dict__.pop(name, None)
    return settings


@pytest.fixture
def check(engine: Engine, settings: Settings) -> Callable[..., dict[str, HealthLine]]:
    """A function that checks the installation, with other settings where they are given; lines by their key."""

    def run(**changed: Any) -> dict[str, HealthLine]:
        changed_settings = change(settings, **changed)
        vault = NikVault(changed_settings.secret)
        lines = check_installation(changed_settings, engine, engine, vault, OPERATOR)
        assert len({line.key for line in lines}) == len(lines)
        for line in lines:  # All placeholders can be filled in, in both languages.
            assert "%(" not in line.text_in("id") + line.advice_in("id") + line.text_in("en")
            assert bool(line.advice) != line.is_ok
        return {line.key: line for line in lines}

    return run


def test_a_good_installation_is_in_order(
    check: Callable[..., dict[str, HealthLine]], engine: Engine, smtp_server: SmtpServer
) -> None:
    with writing(engine) as db:
        db.add(WorkerLease(holder="a", beats=1, renewed_at=now()))

    lines = check(
        smtp_url=SecretStr(smtp_server.url), base_url="http://jangkau.contoh.id", second_factor="all"
    )

    wrong = {key for key, line in lines.items() if not line.is_ok}
    assert wrong == {"address", "backup"}
    assert smtp_server.mails == []


def fill_backups(db: Db, kind: BackupKind, *, hours_ago: int, failure: str | None = None) -> None:
    moment = now() - hours_ago * HOURS
    db.add(BackupRun(kind=kind, began_at=moment, ended_at=moment, file_name="a", size=1, failure=failure))


# Key and state of a line, and what is stored so that it says so.
STORED: list[tuple[str, HealthState, Callable[[Db], Any]]] = [
    ("worker", HealthState.WARNING, lambda db: None),
    (
        "worker",
        HealthState.WARNING,
        lambda db: db.add(WorkerLease(holder="a", beats=1, renewed_at=now() - HOURS)),
    ),
    (
        "queue",
        HealthState.WARNING,
        lambda db: db.add(OutboxTask(kind=OutboxKind.FIND_DUPLICATES, payload={}, created_at=now() - HOURS)),
    ),
    ("backup", HealthState.WARNING, lambda db: None),
    ("backup", HealthState.WARNING, lambda db: fill_backups(db, BackupKind.BACKUP, hours_ago=37)),
    (
        "backup",
        HealthState.WARNING,
        lambda db: fill_backups(db, BackupKind.BACKUP, hours_ago=1, failure="no room"),
    ),
    ("drill", HealthState.WARNING, lambda db: fill_backups(db, BackupKind.DRILL, hours_ago=37)),
    (
        "drill",
        HealthState.FAILED,
        lambda db: fill_backups(db, BackupKind.DRILL, hours_ago=1, failure="differs"),
    ),
    (
        "clock",
        HealthState.FAILED,
        lambda db: db.add(
            Activity(at=now() + HOURS, actor="a", action="create", subject="venue", subject_id="1")
        ),
    ),
    ("keys", HealthState.FAILED, lambda db: db.add(KeyRotation(id=1))),
    (
        "migrations",
        HealthState.FAILED,
        lambda db: db.execute(text("UPDATE alembic_version SET version_num = '9999'")),
    ),
    (
        "migrations",
        HealthState.FAILED,
        lambda db: db.execute(text("UPDATE alembic_version SET version_num = '0012'")),
    ),
]


def test_a_clock_that_was_set_is_told(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    watch, real_time = ClockWatch(), time.time
    assert abs(watch.read_jump()) < 1

    monkeypatch.setattr(time, "time", lambda: real_time() - 3600)
    jump = watch.read_jump()

    assert round(jump) == -3600
    with reading(engine) as db:
        assert check_clock(db, jump).state is HealthState.WARNING
    assert abs(watch.read_jump()) < 1


@pytest.mark.parametrize(("key", "state", "store"), STORED)
def test_what_is_stored_shows_what_is_wrong(
    check: Callable[..., dict[str, HealthLine]],
    engine: Engine,
    tmp_path: Path,
    key: str,
    state: HealthState,
    store: Callable[[Db], Any],
) -> None:
    with writing(engine) as db:
        store(db)

    assert check(backup_dir=tmp_path)[key].state is state


@on_sqlite
@pytest.mark.parametrize(
    ("key", "changed"),
    [
        ("mail", {"smtp_url": SecretStr("smtp://127.0.0.1:9")}),
        ("mail", {}),
        ("address", {}),
        ("second-factor", {"second_factor": "off"}),
        ("privacy-contact", {"privacy_contact": ""}),
        ("certificate", {"base_url": "https://127.0.0.1:9"}),
        ("backup", {}),
    ],
)
def test_settings_show_what_is_wrong(
    check: Callable[..., dict[str, HealthLine]], key: str, changed: dict[str, Any]
) -> None:
    line = check(**changed)[key]

    assert line.state is (HealthState.FAILED if "smtp_url" in changed else HealthState.WARNING)


@on_sqlite
def test_photos_can_be_read_where_the_packages_are_installed(
    check: Callable[..., dict[str, HealthLine]], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert check()["photos"].is_ok
    monkeypatch.setitem(LIBRARIES, "cv2_of_no_installation", "opencv-python-headless")
    line = check()["photos"]
    assert line.state is HealthState.WARNING
    assert "opencv-python-headless" in line.text_in("en")


@on_sqlite
def test_another_secret_does_not_read_what_is_stored(
    check: Callable[..., dict[str, HealthLine]], city: City
) -> None:
    session = city.session()
    city.upload(session, b"Nama;Kelurahan;Unsur;Kehadiran\nSiti Aminah;Manggar;umkm;hadir\n")
    assert check()["keys"].is_ok

    other = SecretStr("Zk3vQ9tYw1xB7nLs5Hc2Rj8Gd4Mf6Pa0Ue_Ti-OqXyWbNv")

    assert check(secret_key=other)["keys"].state is HealthState.FAILED


@on_sqlite
def test_other_users_may_not_read_the_secret(
    check: Callable[..., dict[str, HealthLine]], tmp_path: Path
) -> None:
    changed = {"secret_key": SecretStr(""), "data_dir": tmp_path, "database_url": ""}
    assert check(**changed)["secret-file"].is_ok

    (tmp_path / "secret-key").chmod(0o644)

    assert check(**changed)["secret-file"].state is HealthState.WARNING


@pytest.mark.parametrize(
    ("free", "total", "state"),
    [
        (199, 100_000, HealthState.FAILED),
        (2_047, 10_000, HealthState.WARNING),
        (9_000, 100_000, HealthState.WARNING),
        (30_000, 1_000_000, HealthState.OK),
        (3_000, 10_000, HealthState.OK),
    ],
)
def test_scarce_space_is_told_before_it_is_used_up(
    free: int, total: int, state: HealthState, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = Usage(total * 1024**2, (total - free) * 1024**2, free * 1024**2)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)

    assert check_disk(tmp_path).state is state
    assert check_disk(tmp_path, needed=usage.free + 1).state is not HealthState.OK


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert check_disk(tmp_path / "gone").state is HealthState.FAILED


def test_an_old_sqlite_is_told() -> None:
    assert check_sqlite_version((3, 46, 1)).state is HealthState.FAILED
    assert check_sqlite_version().is_ok


def test_too_many_connections_are_told(engine: Engine) -> None:
    with reading(engine) as db:
        few, many = check_connections(db, 1), check_connections(db, connections_needed(1_000))

    if engine.dialect.name == "sqlite":
        assert few is many is None
    else:
        assert (few and few.state, many and many.state) == (HealthState.OK, HealthState.WARNING)


@on_sqlite
def test_a_database_that_is_away_is_one_line(settings: Settings, engine: Engine, tmp_path: Path) -> None:
    for url in (f"sqlite:///{tmp_path}/none.sqlite3", "postgresql+psycopg://x@127.0.0.1:9/x"):
        away = create_engine(change(settings, database_url=url))
        lines = check_installation(settings, away, away, NikVault(settings.secret), OPERATOR)
        states = {line.key: line.state for line in lines}

        assert states["database"] is HealthState.FAILED
        assert {"disk", "mail", "second-factor"} <= set(states)
        assert not {"migrations", "queue", "keys"} & set(states)
    assert not (tmp_path / "none.sqlite3").exists()


@contextmanager
def https_server(folder: Path, days: float) -> Iterator[str]:
    """A server with a certificate of its own that is valid for so many days; its base URL."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x")]),
    )
    end = datetime.now(UTC) + timedelta(days=days)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(end - timedelta(days=90))
        .not_valid_after(end)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    encoding = serialization.Encoding.PEM
    file = folder / "certificate.pem"
    file.write_bytes(
        key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(encoding)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    server = HTTPServer(("127.0.0.1", free_port()), type("Quiet", (), {"__init__": lambda *_: None}))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield f"https://localhost:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("days", "is_trusted", "state"),
    [
        (60, True, HealthState.OK),
        (10, True, HealthState.WARNING),
        (-1, True, HealthState.FAILED),
        (60, False, HealthState.WARNING),
    ],
)
def test_a_certificate_that_ends_soon_is_told(
    days: float, is_trusted: bool, state: HealthState, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with https_server(tmp_path, days) as url:
        if is_trusted:
            monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
        line = check_certificate(url)

    assert line is not None
    assert line.state is state, line.text_in("en")
    assert check_certificate("http://localhost") is None


@pytest.fixture
def runner(engine: Engine, settings: Settings, smtp_server: SmtpServer) -> TaskRunner:
    changed = change(settings, smtp_url=SecretStr(smtp_server.url), base_url="http://jangkau.contoh.id")
    return TaskRunner(changed, engine, NikVault(settings.secret))


def subjects(smtp_server: SmtpServer) -> list[str]:
    return [mail["Subject"] for mail in smtp_server.mails]


def test_administrators_get_one_mail_a_day_and_a_last_one(
    city: City, engine: Engine, runner: TaskRunner, smtp_server: SmtpServer, settings: Settings
) -> None:
    with writing(engine) as db:
        db.add(WorkerLease(holder="a", beats=1, renewed_at=now()))

    runner.check_health()  # A thing of a moment is not worth a mail.
    runner.drain()
    assert smtp_server.mails == []

    for _ in range(2):
        runner.check_health()
    runner.drain()
    assert [mail["To"] for mail in smtp_server.mails] == ["made@contoh.id"]
    assert subjects(smtp_server) == ["Jangkau perlu perhatian"]
    assert "Perlu perhatian: Cadangan terakhir. Cadangan setiap malam belum diatur." in smtp_server.texts()[0]
    assert "http://jangkau.contoh.id/administrasi/kesehatan" in smtp_server.texts()[0]

    with writing(engine) as db:
        report = db.get_one(HealthReport, 1)
        assert report.mailed_at is not None
        report.mailed_at -= timedelta(days=1)
    runner.check_health()
    runner.drain()
    assert subjects(smtp_server)[1:] == ["Jangkau perlu perhatian"]

    for _ in range(2):
        with writing(engine) as db:
            save_health_report(db, [])
    runner.drain()
    assert subjects(smtp_server)[2:] == ["Jangkau sudah baik kembali"]
