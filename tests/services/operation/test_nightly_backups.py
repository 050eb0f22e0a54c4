"""Nightly backups: what is kept, what is deleted, and what is recorded."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from app.database import create_engine_for, reading, writing
from app.errors import Problem
from app.i18n import wita
from app.models import BackupKind, BackupRun
from app.models.base import now
from app.services.operation import nightly_backups
from app.services.operation.backup_files import Backup
from app.services.operation.nightly_backups import back_up_nightly, choose_kept
from app.services.operation.restore import restore_backup
from app.services.operation.scratch import drill_backup, scratch_sqlite
from app.settings import Settings
from tests.database import on_sqlite


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "backups"


@pytest.fixture
def nightly(settings: Settings, folder: Path) -> Settings:
    return settings.model_copy(update={"backup_dir": folder})


def runs(engine: Engine) -> list[tuple[BackupKind, bool, str | None]]:
    """Return kind, whether it has ended, and failure of each run."""
    with reading(engine) as db:
        return [
            (run.kind, run.ended_at is not None, run.failure)
            for run in db.exec(select(BackupRun).order_by(col(BackupRun.id)))
        ]


def test_a_backup_is_made_tried_and_recorded(engine: Engine, nightly: Settings, folder: Path) -> None:
    made = back_up_nightly(nightly, engine)

    assert runs(engine) == [(BackupKind.BACKUP, True, None), (BackupKind.DRILL, True, None)]
    assert (folder.stat().st_mode & 0o777, made.path.stat().st_mode & 0o777) == (0o700, 0o600)
    assert {path.name for path in folder.iterdir()} == {made.path.name, ".jangkau-backups.lock"}
    with reading(engine) as db:
        assert {(run.file_name, run.size, run.sha256) for run in db.exec(select(BackupRun))} == {
            (made.path.name, made.size, made.sha256)
        }


@on_sqlite
def test_only_its_own_files_are_deleted_and_only_after_a_good_drill(
    engine: Engine, nightly: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.mkdir()
    foreign = folder / "jangkau-20200101-011700.zip"
    foreign.touch()
    old = []
    with writing(engine) as db:
        for years in range(1, 9):
            moment = now() - timedelta(days=365 * years)
            old.append(folder / f"jangkau-{2026 - years}0601-011700.zip")
            old[-1].touch()
            run = BackupRun(kind=BackupKind.BACKUP, file_name=old[-1].name, size=0)
            run.began_at = run.ended_at = moment
            db.add(run)

    def broken(*_: object) -> int:
        raise Problem("Its rows are other ones.")

    with monkeypatch.context() as patched:
        patched.setattr(nightly_backups, "drill_backup", broken)
        with pytest.raises(Problem):
            back_up_nightly(nightly, engine)
    assert runs(engine)[-1] == (BackupKind.DRILL, True, "Its rows are other ones.")
    assert all(path.exists() for path in [foreign, *old])
    for path in folder.glob(f"jangkau-{wita(now()):%Y%m%d}*.zip"):
        path.unlink()  # the next one is made in the same second

    few = nightly.model_copy(update={"backup_keep_days": 2, "backup_keep_weeks": 1, "backup_keep_months": 3})
    made = back_up_nightly(few, engine)

    assert made.path.exists()
    assert foreign.exists()
    assert [path.exists() for path in old] == [True, True] + [
        False
    ] * 6  # this month and two before that have one


@on_sqlite
def test_a_run_that_was_killed_is_closed_and_its_file_deleted(
    engine: Engine, nightly: Settings, folder: Path
) -> None:
    folder.mkdir()
    with writing(engine) as db:
        db.add(BackupRun(kind=BackupKind.BACKUP, file_name="jangkau-20261201-011700.zip"))
    left = folder / "jangkau-20261201-011700.zip.1f2e3d4c.part"
    left.touch()
    drill = folder / ".jangkau-drill-x"
    drill.mkdir()

    back_up_nightly(nightly, engine)

    assert runs(engine)[0] == (BackupKind.BACKUP, True, "It was interrupted: its process ended.")
    assert not left.exists()
    assert not drill.exists()


@on_sqlite
def test_a_database_counts_the_backup_that_it_was_restored_from(
    engine: Engine, nightly: Settings, folder: Path, tmp_path: Path
) -> None:
    """In a nightly backup its own run has not ended yet; without it the file would never be deleted."""
    made = back_up_nightly(nightly, engine)
    restored = create_engine_for(f"sqlite:///{tmp_path / 'restored.sqlite3'}")
    restore_backup(restored, nightly.secret, made)
    assert runs(restored) == [(BackupKind.BACKUP, False, None)]
    earlier = made.path.rename(
        folder / "jangkau-20250101-011700.zip"
    )  # the next one is made in the same second
    with writing(restored) as db:
        db.exec(select(BackupRun)).one().file_name = earlier.name

    few = nightly.model_copy(update={"backup_keep_days": 1, "backup_keep_weeks": 0, "backup_keep_months": 0})
    back_up_nightly(few, restored)

    assert runs(restored)[0] == (BackupKind.BACKUP, True, None)
    assert not earlier.exists()
    restored.dispose()


def test_no_other_file_is_touched_whatever_the_folder_and_the_database_say(
    engine: Engine, nightly: Settings, folder: Path, tmp_path: Path
) -> None:
    """Others may write into the folder, and the rows may be those of a backup that somebody has changed."""
    folder.mkdir()
    precious = tmp_path / "precious.zip"
    precious.write_text("kept")
    part = tmp_path / "precious.zip.x.part"
    part.write_text("kept")
    with writing(engine) as db:
        for years, name in enumerate((str(precious), "../precious.zip", "jangkau-20200101-011700.zip"), 1):
            moment = now() - timedelta(days=365 * years)
            db.add(
                BackupRun(kind=BackupKind.BACKUP, file_name=name, began_at=moment, ended_at=moment, size=1)
            )
        db.add(BackupRun(kind=BackupKind.BACKUP, file_name="../precious.zip"))
        db.add(BackupRun(kind=BackupKind.BACKUP, file_name="*"))
    other_file_of_that_name = folder / "jangkau-20200101-011700.zip"
    other_file_of_that_name.write_text("of another size than the backup")
    others_part = folder / "of-others.x.part"
    others_part.touch()
    few = nightly.model_copy(update={"backup_keep_days": 1, "backup_keep_weeks": 0, "backup_keep_months": 0})

    back_up_nightly(few, engine)

    assert (precious.read_text(), part.read_text()) == ("kept", "kept")
    assert other_file_of_that_name.exists()
    assert others_part.exists()

    lock = folder / ".jangkau-backups.lock"
    lock.unlink()
    lock.symlink_to(precious)
    with pytest.raises(OSError, match="symbolic"):
        back_up_nightly(few, engine)
    assert precious.read_text() == "kept"


@on_sqlite
def test_a_drill_leaves_the_scratch_database_of_another_alone(
    engine: Engine, nightly: Settings, folder: Path
) -> None:
    """`jangkau restore --drill` of an older backup, while the nightly one is tried."""
    made = back_up_nightly(nightly, engine)
    with scratch_sqlite(folder) as url:
        other = Path(url.removeprefix("sqlite:///")).parent
        drill_backup(nightly, engine, made, folder)
        assert other.exists()
    assert not other.exists()


@on_sqlite
def test_a_full_disk_is_recorded(
    engine: Engine, nightly: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> Backup:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(nightly_backups, "write_backup", full)
    with pytest.raises(OSError, match="No space left"):
        back_up_nightly(nightly, engine)
    assert runs(engine) == [(BackupKind.BACKUP, True, "No space left on device")]


def test_the_newest_of_days_weeks_and_months_are_kept() -> None:
    """Two backups a day for 400 days, at 01.17 and 13.00 WITA; then none for a month."""
    first = datetime(2025, 1, 1, tzinfo=UTC)
    backups = [
        (f"{first + timedelta(days=day):%Y-%m-%d}-{part}", first + timedelta(days=day, hours=hours))
        for day in range(400)
        for part, hours in (("night", -6.7), ("noon", 5))
    ]

    kept = choose_kept(backups, restored={name for name, _ in backups}, days=7, weeks=4, months=6)

    # The last day is Wednesday, 4 February 2026.
    assert kept == {
        *(f"2026-02-0{day}-noon" for day in range(1, 5)),
        *(f"2026-01-{day}-noon" for day in (29, 30, 31)),
        *(f"2026-{day}-noon" for day in ("01-25", "01-18")),  # Sundays; 1 February is one of the days
        *(f"2025-{day}-noon" for day in ("09-30", "10-31", "11-30", "12-31")),
    }


def test_a_backup_that_could_not_be_restored_replaces_none_that_could() -> None:
    noon = datetime(2026, 2, 4, 4, tzinfo=UTC)
    backups = [(str(day), noon - timedelta(days=day)) for day in range(4)]

    kept = choose_kept(backups, restored={"0", "3"}, days=1, weeks=2, months=0)

    # Wednesday, and Sunday of the week before; Monday and Tuesday could not be restored.
    assert kept == {"0", "3"}
    assert choose_kept(backups[1:3], restored=set(), days=1, weeks=0, months=0) == {"1"}
    assert choose_kept(backups[1:], restored={"2"}, days=0, weeks=1, months=0) == {"2"}
