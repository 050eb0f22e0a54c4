"""Printed attendance lists: which signature cell is whose, and the photos of signed pages."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, LargeBinary
from sqlmodel import Field, SQLModel

from app.models.base import Instant, JsonDocument, choice, now


class RosterPrint(SQLModel, table=True):
    """An attendance list as it was printed. `code` is in the QR code of each page.

    `layout` is the JSON of `paper.layout.PrintLayout`: where on which page each registration's signature cell lies. It
    is never changed, so that a later print with other people does not mix them up; a print with the same layout is the
    same row. `layout_sha256` is that of the layout.
    """

    __tablename__ = "roster_print"

    id: int = Field(default=None, primary_key=True)
    code: str = Field(unique=True, max_length=12)
    workshop_session_id: int = Field(foreign_key="workshop_session.id", index=True)
    layout: dict[str, Any] = Field(sa_type=JsonDocument)
    layout_sha256: str = Field(max_length=64)
    pages: int
    printed_by: int | None = Field(default=None, foreign_key="app_user.id")
    printed_at: datetime = Field(default_factory=now, sa_type=Instant)


class PhotoPageState(StrEnum):
    """Whether a photographed page was read, and whether it counts."""

    READ = "read"
    REPEATED = "repeated"
    UNREADABLE = "unreadable"
    OTHER_SESSION = "other-session"


class RosterPhoto(SQLModel, table=True):
    """A photographed or scanned page of a printed list, in the import that records its signatures.

    The pictures themselves are in the import's uploaded file. `page` of the print is None where they are not known.
    `problem` is the code of what is wrong with the page or hard to see on it, "" if nothing is.
    `picture_encrypted` is the straightened page as JPEG, empty once it was erased or kept long enough.
    """

    __tablename__ = "roster_photo"
    __table_args__ = (CheckConstraint("state <> 'read' OR roster_print_id IS NOT NULL", name="print"),)

    id: int = Field(default=None, primary_key=True)
    attendance_import_id: int = Field(foreign_key="attendance_import.id", ondelete="CASCADE", index=True)
    position: int
    name: str = Field(max_length=200)
    state: PhotoPageState = Field(sa_type=choice(PhotoPageState, "state"))
    roster_print_id: int | None = Field(default=None, foreign_key="roster_print.id")
    page: int | None = None
    problem: str = Field(default="", max_length=40)
    picture_encrypted: bytes = Field(default=b"", sa_type=LargeBinary)


class SignaturePicture(SQLModel, table=True):
    """The picture of one line of a signed page: the evidence of an attendance, and what a user decides by.

    `number` is that of the import's row. `mark` is what was seen: "signed", "unsigned" or "unsure"; `ink` is the share
    of the signature cell that is ink. `picture_encrypted` is a JPEG, empty once it was erased or kept long enough.
    """

    __tablename__ = "signature_picture"

    attendance_import_id: int = Field(
        foreign_key="attendance_import.id", primary_key=True, ondelete="CASCADE"
    )
    number: int = Field(primary_key=True)
    roster_photo_id: int = Field(foreign_key="roster_photo.id", ondelete="CASCADE", index=True)
    mark: str = Field(max_length=10)
    ink: float
    picture_encrypted: bytes = Field(sa_type=LargeBinary)
