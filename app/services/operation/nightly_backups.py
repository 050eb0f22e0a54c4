"""Nightly backups: made in a folder, restored into a scratch database, and deleted when they need not be kept."""

import fcntl
import logging
import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError
from sqlmodel import col

from app.database import reading, violated_constraint, writing
from app.errors import Problem
from app.i18n import wita
from app.models import BackupKind, BackupRun
from app.models.base import now
from app.services.operation.backup_files import Backup, open_backup, write_backup
from app.services.operation.scratch import drill_backup
from app.settings import Settings, make_folder

log = logging.getLogger(__name__)

LOCK_FILE = ".jangkau-backups.lock"
# Names are read from the database, which may have been restored from a file that somebody has changed.
_OWN_NAME = re.compile(r"jangkau-\d{8}-\d{6}\.zip", re.ASCII)
INTERRUPTED = "It was interrupted: its process ended."


def back_up_nightly(settings: Settings, engine: Engine) -> Backup:
    """Make a backup in the folder of the settings, restore it into a scratch database, and delete old backups.

    Old backups are kept if the new one can't be restored. Each step is recorded in `backup_run`; failures are recorded
    with a sentence and raised. Raises `Problem` without a folder and while another process does the same.
    """
    if settings.backup_dir is None:
        raise Problem("Name a file, or set JANGKAU_BACKUP_DIR to the folder of the nightly backups.")
    folder = settings.backup_dir.absolute()
    make_folder(folder)
    with _lock(folder):
        _close_interrupted_runs(engine, folder)
        name = f"jangkau-{wita(now()):%Y%m%d-%H%M%S}.zip"
        with _recorded(engine, BackupKind.BACKUP, name) as finish:
            backup = write_backup(engine, settings.secret, folder / name)
            finish(backup)
        with _recorded(engine, BackupKind.DRILL, name) as finish:
            drill_backup(settings, engine, open_backup(backup.path), folder)
            finish(backup)
        delete_old_backups(settings, engine, folder)
    return backup


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    """Keep other processes from making backups in the folder. Raises `Problem` if one does.

    Others may be able to write into the folder: a link is not followed.
    """
    descriptor = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Problem("Another process is making a backup in %(folder)s.", folder=folder) from None
        yield


def _close_interrupted_runs(engine: Engine, folder: Path) -> None:
    """Record that runs have ended whose process was killed, and delete the files that they did not complete.

    A backup that has its name is complete: its process was killed afterwards, or this database was restored from it.
    """
    with writing(engine) as db:
        for run in db.scalars(select(BackupRun).where(col(BackupRun.ended_at).is_(None))):
            run.ended_at = now()
            is_backup = run.kind is BackupKind.BACKUP and bool(_OWN_NAME.fullmatch(run.file_name))
            file = folder / run.file_name
            if is_backup and file.is_file():
                run.size = file.stat().st_size
                continue
            run.failure = INTERRUPTED
            if is_backup:
                for part in folder.glob(f"{run.file_name}.*.part"):
                    part.unlink()


@contextmanager
def _recorded(engine: Engine, kind: BackupKind, file_name: str) -> Iterator[Callable[[Backup], None]]:
    """Record a run around the block, which calls the function that is yielded when it has succeeded."""
    with writing(engine) as db:
        run = BackupRun(kind=kind, file_name=file_name)
        db.add(run)
        db.flush()
        run_id = run.id

    def finish(backup: Backup | None, failure: str | None = None) -> None:
        with writing(engine) as db:
            run = db.get_one(BackupRun, run_id)
            run.ended_at, run.failure = now(), failure
            if backup is not None:
                run.size, run.sha256 = backup.size, backup.sha256

    try:
        yield finish
    except BaseException as error:
        failure = _describe_failure(error)
        log.error("%s %s failed: %s", kind, file_name, failure)
        finish(None, failure)
        raise


def _describe_failure(error: BaseException) -> str:
    """Return a sentence that holds no data about people, which the texts of constraint errors quote."""
    match error:
        case Problem():
            return str(error)
        case OSError():
            return error.strerror or type(error).__name__
        case IntegrityError() | DataError():
            return f"refused by {violated_constraint(error)}"
        case SQLAlchemyError():
            return f"the database did not answer as it should ({type(error).__name__})"
        case KeyboardInterrupt():
            return INTERRUPTED
        case _:
            return type(error).__name__


def delete_old_backups(settings: Settings, engine: Engine, folder: Path) -> None:
    """Delete the backups in the folder that need not be kept: only files that `backup_run` says were made here.

    A file of another size is another one.
    """
    with reading(engine) as read_db:
        statement = select(BackupRun).where(
            col(BackupRun.ended_at).is_not(None), col(BackupRun.failure).is_(None)
        )
        runs = read_db.scalars(statement).all()
    made = [run for run in runs if run.kind is BackupKind.BACKUP and _OWN_NAME.fullmatch(run.file_name)]
    there = {run.file_name: run.began_at for run in made if _is_there(folder / run.file_name, run.size)}
    kept = choose_kept(
        there.items(),
        restored={run.file_name for run in runs if run.kind is BackupKind.DRILL},
        days=settings.backup_keep_days,
        weeks=settings.backup_keep_weeks,
        months=settings.backup_keep_months,
    )
    for name in sorted(set(there) - kept):
        (folder / name).unlink()
        log.info("old backup %s deleted", name)


def _is_there(path: Path, size: int | None) -> bool:
    """Return whether there is a file of this size."""
    try:
        return path.is_file() and path.lstat().st_size == size
    except FileNotFoundError:
        return False


def choose_kept(
    backups: Iterable[tuple[str, datetime]],
    *,
    restored: Collection[str],
    days: int,
    weeks: int,
    months: int,
) -> set[str]:
    """Return the names of the backups to keep.

    They are the newest backup of each of the latest `days` days that have one, and the same for weeks and months, by
    WITA. Days without a backup don't count: after a time without backups the old ones are still there. Backups that
    could not be `restored` are kept only where there is no other.
    """
    best_first = sorted(backups, key=lambda backup: (backup[0] in restored, backup[1]), reverse=True)
    periods: tuple[tuple[int, Callable[[datetime], Any]], ...] = (
        (days, lambda moment: moment.date()),
        (weeks, lambda moment: moment.date() - timedelta(days=moment.weekday())),
        (months, lambda moment: (moment.year, moment.month)),
    )
    kept = set[str]()
    for count, period_of in periods:
        best = dict[Any, str]()
        for name, moment in best_first:
            best.setdefault(period_of(wita(moment)), name)
        kept.update(best[period] for period in sorted(best, reverse=True)[:count])
    return kept
