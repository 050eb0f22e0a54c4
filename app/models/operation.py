"""What the running of the service leaves behind: who does the background work, backups made, and what was checked."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint
from sqlmodel import Field, SQLModel

from app.models.base import Instant, JsonDocument, choice, now


class WorkerLease(SQLModel, table=True):
    """The process that does the background work: the one whose `holder` (a random name) is here.

    While it works it raises `beats` by one every few seconds. Where the number stays the same for the time of the
    lease, by the clock of the process that waits, that process takes the lease over. `renewed_at` is for people.
    """

    __tablename__ = "worker_lease"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: int = Field(default=1, primary_key=True, sa_column_kwargs={"autoincrement": False})
    holder: str = Field(max_length=64)
    beats: int = Field(default=0, sa_type=BigInteger)
    renewed_at: datetime = Field(default_factory=now, sa_type=Instant)


class BackupKind(StrEnum):
    BACKUP = "backup"
    DRILL = "drill"


class BackupRun(SQLModel, table=True):
    """A backup of the database, or a drill: a backup restored into a scratch database and compared.

    `ended_at` is NULL while it runs. `failure` is an English sentence, NULL if it succeeded. `file_name` is the name of
    the backup's file within its folder; `size` in bytes and `sha256` are those of the file.
    """

    __tablename__ = "backup_run"

    id: int = Field(default=None, primary_key=True)
    kind: BackupKind = Field(sa_type=choice(BackupKind, "kind"))
    began_at: datetime = Field(default_factory=now, sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    file_name: str = ""
    size: int | None = Field(default=None, sa_type=BigInteger)
    sha256: str | None = Field(default=None, max_length=64)
    failure: str | None = None


class HealthReport(SQLModel, table=True):
    """What the background work last found when it checked the installation (`services.operation.health_reports`).

    `states` maps the name of each line that is not ok to its state. `mailed_at` is when administrators last got a mail
    about them, NULL before the first; while `is_announced`, they were not told yet that all is right again.
    `probed_at` is written by the servers to try whether the database takes writes.
    """

    __tablename__ = "health_report"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: int = Field(default=1, primary_key=True, sa_column_kwargs={"autoincrement": False})
    checked_at: datetime | None = Field(default=None, sa_type=Instant)
    states: dict[str, str] = Field(default_factory=dict, sa_type=JsonDocument)
    mailed_at: datetime | None = Field(default=None, sa_type=Instant)
    is_announced: bool = False
    probed_at: datetime | None = Field(default=None, sa_type=Instant)
