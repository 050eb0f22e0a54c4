"""The push of open data to a data portal."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from app.models.base import Instant, JsonDocument


class OpenDataPush(SQLModel, table=True):
    """The latest successful push and the failure after it, in a single row; no row before the first attempt.

    `pushed_reports` are the numbers and checksums of the reports that the portal has, `portal_url` is the page of the
    data set there. `failure` is a code of `PushFailed`, "" if the latest attempt succeeded; `answer` is what the portal
    said to it. `attempts` counts those since the latest success or request.
    """

    __tablename__ = "open_data_push"
    __table_args__ = (
        CheckConstraint("id = 1", name="single"),
        CheckConstraint("(failed_at IS NULL) = (failure = '')", name="failure"),
    )

    id: int = Field(default=1, primary_key=True, sa_column_kwargs={"autoincrement": False})
    pushed_at: datetime | None = Field(default=None, sa_type=Instant)
    pushed_reports: list[str] = Field(default_factory=list, sa_type=JsonDocument)
    portal_url: str = ""
    failed_at: datetime | None = Field(default=None, sa_type=Instant)
    failure: str = Field(default="", max_length=20)
    answer: str = ""
    attempts: int = 0
