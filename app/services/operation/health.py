"""Check everything that the service needs, for `jangkau check`, the page and the daily mail."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from app.database import Db, connections_needed, reading
from app.errors import Problem
from app.i18n import N_
from app.nik_vault import NikVault
from app.permissions import Actor, Permission
from app.queries.operation.background import load_background_state
from app.queries.operation.database_checks import (
    DATABASE,
    check_clock,
    check_connections,
    check_database,
    check_keys,
    check_migrations,
    check_replica,
    check_sqlite_version,
    unreachable_replica,
)
from app.queries.operation.health_lines import HealthLine, failed, ok, warning
from app.queries.operation.machine_checks import (
    BACKUP_DISK,
    CERTIFICATE,
    check_address,
    check_certificate,
    check_disk,
    check_photo_libraries,
    check_privacy_contact,
    check_second_factor,
    check_secret_file,
)
from app.queries.operation.work_checks import (
    check_backup,
    check_drill,
    check_messages,
    check_queue,
    check_worker,
    find_size_of_last_backup,
)
from app.services.messages.mail_server import greet, mail_server_from_settings
from app.services.operation.report_database import MAX_LAG_SECONDS
from app.settings import Settings

MAIL = N_("Mail server")
SECONDS_TO_GREET = 2
SECONDS_TO_WAIT = 5


def check_installation(
    settings: Settings,
    engine: Engine,
    report_engine: Engine,
    vault: NikVault,
    actor: Actor,
    *,
    workers: int | None = None,
    clock_jump: float = 0,
) -> list[HealthLine]:
    """Return the lines of all checks that concern this installation; raises `Forbidden` for all but administrators.

    `workers` is the number of processes that serve, by default that of the settings; `clock_jump` is by how many
    seconds the clock was set since the last check. No check raises. What is stored is not checked while the database
    does not answer or has other tables. Mail server and certificate are asked meanwhile, so that both together take at
    most some seconds.
    """
    actor.require(Permission.USER_WRITE)
    threads = ThreadPoolExecutor(2)
    mail = threads.submit(check_mail_server, settings)
    certificate = threads.submit(check_certificate, settings.base_url)
    lines = [
        *_check_database(settings, engine, report_engine, vault, workers or settings.workers, clock_jump),
        _wait(mail, "mail", MAIL),
        _wait(certificate, "certificate", CERTIFICATE),
        *_check_machine(settings, engine),
    ]
    threads.shutdown(wait=False)
    return [line for line in lines if line is not None]


def _wait(future: "Future[HealthLine] | Future[HealthLine | None]", key: str, name: str) -> HealthLine | None:
    """Return the line of a check, or after `SECONDS_TO_WAIT` that there was no answer: a name server may be silent."""
    try:
        return future.result(SECONDS_TO_WAIT)
    except TimeoutError:
        return warning(
            key,
            name,
            N_("There was no answer within some seconds."),
            N_("Look whether this machine reaches the network and its name server."),
        )


def check_mail_server(settings: Settings) -> HealthLine:
    """Return whether the mail server can be reached and accepts the login. Nothing is sent."""
    server = mail_server_from_settings(settings)
    if server is None:
        return warning(
            "mail",
            MAIL,
            N_("None is set up, so no mail leaves Jangkau."),
            N_("Set JANGKAU_SMTP_URL; docs/settings.md has the forms of addresses."),
        )
    if answer := greet(server, SECONDS_TO_GREET):
        return failed(
            "mail",
            MAIL,
            N_("%(server)s does not take mails: %(answer)s"),
            N_("Correct JANGKAU_SMTP_URL, or ask who looks after the mail server. Mails wait until then."),
            server=server.address,
            answer=answer,
        )
    return ok("mail", MAIL, N_("%(server)s can be reached."), server=server.address)


def _check_database(
    settings: Settings,
    engine: Engine,
    report_engine: Engine,
    vault: NikVault,
    workers: int,
    clock_jump: float,
) -> Iterator[HealthLine]:
    """Yield the lines about the database and what is stored in it."""
    if engine.dialect.name == "sqlite":
        yield check_sqlite_version()
        if not Path(engine.url.database or "").exists():
            yield _unreachable(N_("There is none yet at %(reason)s."), str(engine.url.database))
            return
    try:
        with reading(engine) as db:
            yield check_database(db)
            migrations = check_migrations(db)
            yield migrations
            if not migrations.is_ok:
                return
            backup_dir, background = settings.backup_dir, load_background_state(db)
            checks: list[Callable[[Db], HealthLine | None]] = [
                lambda db: check_connections(db, connections_needed(workers)),
                lambda db: _check_replica(db, report_engine) if report_engine is not engine else None,
                lambda _: check_queue(background),
                lambda _: check_worker(background),
                lambda db: check_messages(db, has_mail_server=settings.sends_mail),
                lambda db: check_backup(db, is_set_up=backup_dir is not None),
                lambda db: check_drill(db, is_set_up=backup_dir is not None),
                lambda db: _check_backup_disk(db, backup_dir),
                lambda db: check_clock(db, clock_jump),
                lambda db: check_keys(db, vault),
            ]
            for check in checks:
                if line := check(db):
                    yield line
    except (SQLAlchemyError, OSError, Problem) as error:
        yield _unreachable(N_("It does not answer: %(reason)s"), _reason(error))


def _unreachable(text: str, reason: str) -> HealthLine:
    """Return the line of a database that does not answer, or is not there yet."""
    return failed(
        "database",
        DATABASE,
        text,
        N_(
            "Start it, or look at JANGKAU_DATABASE_URL and JANGKAU_DATA_DIR. 'jangkau db upgrade' makes a new one. "
            "What is stored was not checked."
        ),
        reason=reason,
    )


def _check_replica(db: Db, report_engine: Engine) -> HealthLine:
    """Return the line of the replica, also if it does not answer."""
    try:
        with reading(report_engine) as replica_db:
            return check_replica(db, replica_db, MAX_LAG_SECONDS)
    except (SQLAlchemyError, OSError):
        return unreachable_replica()


def _check_backup_disk(db: Db, folder: Path | None) -> HealthLine | None:
    """Return whether another backup fits; None if no backups are set up."""
    if folder is None:
        return None
    return check_disk(
        _existing(folder), key="backup-disk", name=BACKUP_DISK, needed=2 * find_size_of_last_backup(db)
    )


def _check_machine(settings: Settings, engine: Engine) -> Iterator[HealthLine | None]:
    """Yield the lines that need no database."""
    yield check_disk(data_folder(settings, engine))
    yield check_address(settings)
    yield check_second_factor(settings)
    yield check_secret_file(settings)
    yield check_privacy_contact(settings)
    yield check_photo_libraries()


def data_folder(settings: Settings, engine: Engine) -> Path:
    """Return the folder of the SQLite database, with PostgreSQL the data folder or the nearest folder above it."""
    if engine.dialect.name == "sqlite":
        return Path(engine.url.database or "").absolute().parent
    return _existing(settings.data_dir)


def _existing(folder: Path) -> Path:
    """Return the folder, or the nearest one above it that exists: where it will be made."""
    folder = folder.absolute()
    return next(path for path in (folder, *folder.parents) if path.exists())


def _reason(error: Exception) -> str:
    """Return the first line of what the driver says."""
    return str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
