"""Batches of lists: many files that are uploaded together, each list of which is for a session of its own."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.models.base import Instant, JsonDocument, choice, now


class BatchListState(StrEnum):
    """What was done with a list: its file waits to be read, is read, could not be read, or was left out."""

    WAITING = "waiting"
    READ = "read"
    FAILED = "failed"
    LEFT_OUT = "left-out"


class UploadBatch(SQLModel, table=True):
    """Files that a user uploaded together: a folder, a zip file, or a selection. `name` is that of folder or zip file.

    New sessions of its lists belong to workshops of `organization_id`. `request_key` identifies the form that was sent,
    so that one that is sent again makes no second batch.
    """

    __tablename__ = "upload_batch"
    __table_args__ = {"sqlite_autoincrement": True}

    id: int = Field(default=None, primary_key=True)
    name: str = Field(max_length=200)
    organization_id: int | None = Field(default=None, foreign_key="organization.id", index=True)
    uploaded_by: int | None = Field(default=None, foreign_key="app_user.id", index=True)
    uploaded_at: datetime = Field(default_factory=now, sa_type=Instant)
    request_key: str | None = Field(default=None, unique=True, max_length=64)


class BatchList(SQLModel, table=True):
    """A list of a batch: one sheet of one file. Before a file is read, it is one list without a sheet.

    `path` is the file's name with its folders. `stated` is what the list says of its session, as JSON of
    `spreadsheets.stated_session`. `workshop_session_id` is the session that was found for it, for the reason
    `matched_by`, or chosen by a user ("user"); `new_session` is the session to create instead, as a form has it. The
    list is judged and saved as the import `attendance_import_id`. `failure` is the problem with which reading ended.
    `answers` has the questions about the list that a user answered by "save anyway": what was asked about, by the code
    of the question, so that the answer does not hold for another list or session later.
    """

    __tablename__ = "batch_list"
    __table_args__ = (
        UniqueConstraint("upload_batch_id", "position"),
        CheckConstraint("state = 'read' OR attendance_import_id IS NULL", name="judged"),
    )

    id: int = Field(default=None, primary_key=True)
    upload_batch_id: int = Field(foreign_key="upload_batch.id", ondelete="CASCADE")
    position: int
    path: str = Field(max_length=400)
    uploaded_file_id: int | None = Field(default=None, foreign_key="uploaded_file.id", index=True)
    sheet: str | None = None
    state: BatchListState = Field(default=BatchListState.WAITING, sa_type=choice(BatchListState, "state"))
    people: int = 0
    stated: dict[str, Any] = Field(default_factory=dict, sa_type=JsonDocument)
    workshop_session_id: int | None = Field(
        default=None, foreign_key="workshop_session.id", ondelete="SET NULL", index=True
    )
    matched_by: str = Field(default="", max_length=20)
    new_session: dict[str, Any] | None = Field(default=None, sa_type=JsonDocument)
    attendance_import_id: int | None = Field(
        default=None, foreign_key="attendance_import.id", ondelete="SET NULL", index=True
    )
    failure: dict[str, Any] | None = Field(default=None, sa_type=JsonDocument)
    answers: dict[str, str] = Field(default_factory=dict, sa_type=JsonDocument)
