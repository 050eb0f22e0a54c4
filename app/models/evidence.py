"""Evidence of the workshops: files attached to sessions, indicators of evaluations, what proves them, and dossiers."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.models.base import Instant, JsonDocument, choice, now


class AttachmentKind(StrEnum):
    """What an attachment is: "decree" is the SK, "signed-list" the scan of an attendance list with signatures."""

    PHOTO = "photo"
    DECREE = "decree"
    INVITATION = "invitation"
    SIGNED_LIST = "signed-list"
    MATERIAL = "material"
    OTHER = "other"


class Attachment(SQLModel, table=True):
    """A picture or PDF attached to a session. It may show people and signatures, so it is kept encrypted.

    `size`, `width`, `height` and `sha256` are those of the decrypted content, which has no metadata if it is a picture.
    A PDF has no `thumbnail_encrypted`, width and height. `name` is the name of the uploaded file.
    """

    __tablename__ = "attachment"
    __table_args__ = (
        UniqueConstraint("workshop_session_id", "sha256"),
        CheckConstraint("size > 0", name="size"),
        CheckConstraint("(width IS NULL) = (media_type = 'application/pdf')", name="width"),
    )

    id: int = Field(default=None, primary_key=True)
    workshop_session_id: int = Field(foreign_key="workshop_session.id", index=True)
    kind: AttachmentKind = Field(sa_type=choice(AttachmentKind, "kind"))
    caption: str = ""
    name: str
    media_type: str = Field(max_length=40)
    size: int
    width: int | None = None
    height: int | None = None
    sha256: str = Field(max_length=64)
    content_encrypted: bytes = Field(sa_type=LargeBinary)
    thumbnail_encrypted: bytes | None = Field(default=None, sa_type=LargeBinary)
    uploaded_at: datetime = Field(default_factory=now, sa_type=Instant)
    uploaded_by: int | None = Field(default=None, foreign_key="app_user.id")


class EvaluationIndicator(SQLModel, table=True):
    """An indicator of an evaluation ("instrument"), such as Smart City, with the texts of its levels 1 to 5.

    `dimension` is the group of indicators that it belongs to. `source` says where name and levels come from and `as_of`
    of which day that is; they are `provisional` until the official instrument has been compared.
    """

    __tablename__ = "evaluation_indicator"
    __table_args__ = (UniqueConstraint("instrument", "code"),)

    id: int = Field(default=None, primary_key=True)
    instrument: str = Field(max_length=40)
    code: str = Field(max_length=20)
    dimension: str = Field(max_length=100)
    name: str = Field(max_length=200)
    levels: list[str] = Field(sa_type=JsonDocument)
    source: str = ""
    as_of: date | None = None
    provisional: bool = True
    active: bool = True


class EvidenceFigure(StrEnum):
    """Figures of a year that can prove an indicator; each is a table of the coverage report."""

    COVERAGE = "coverage"
    GROUPS = "groups"
    KECAMATAN = "kecamatan"


class Evidence(SQLModel, table=True):
    """An attachment, an issued report or a figure that proves a level of an indicator in a year."""

    __tablename__ = "evidence"
    __table_args__ = (
        UniqueConstraint("evaluation_indicator_id", "year", "attachment_id"),
        UniqueConstraint("evaluation_indicator_id", "year", "issued_report_id"),
        UniqueConstraint("evaluation_indicator_id", "year", "figure"),
        CheckConstraint(
            "(attachment_id IS NOT NULL AND issued_report_id IS NULL AND figure IS NULL)"
            " OR (attachment_id IS NULL AND issued_report_id IS NOT NULL AND figure IS NULL)"
            " OR (attachment_id IS NULL AND issued_report_id IS NULL AND figure IS NOT NULL)",
            name="one_source",
        ),
        CheckConstraint("level BETWEEN 1 AND 5", name="level"),
    )

    id: int = Field(default=None, primary_key=True)
    evaluation_indicator_id: int = Field(foreign_key="evaluation_indicator.id")
    year: int = Field(index=True)
    level: int
    attachment_id: int | None = Field(
        default=None, foreign_key="attachment.id", ondelete="CASCADE", index=True
    )
    issued_report_id: int | None = Field(default=None, foreign_key="issued_report.id")
    figure: EvidenceFigure | None = Field(default=None, sa_type=choice(EvidenceFigure, "figure"))
    tied_at: datetime = Field(default_factory=now, sa_type=Instant)
    tied_by: int | None = Field(default=None, foreign_key="app_user.id")


class DossierStatus(StrEnum):
    MAKING = "making"
    READY = "ready"
    FAILED = "failed"


class Dossier(SQLModel, table=True):
    """The zip file with the evidence of one year and instrument, made in the background and kept for some days.

    `under_way` names year and instrument while it is made, so that the same dossier is not made twice at once.
    `files_done` of `files_total` is the progress. The file is in its chunks.
    """

    __tablename__ = "dossier"
    __table_args__ = (
        CheckConstraint("(status = 'making') = (under_way IS NOT NULL)", name="under_way"),
        CheckConstraint("(status = 'ready') = (expires_at IS NOT NULL)", name="ready"),
        {"sqlite_autoincrement": True},
    )

    id: int = Field(default=None, primary_key=True)
    year: int
    instrument: str = Field(max_length=40)
    status: DossierStatus = Field(default=DossierStatus.MAKING, sa_type=choice(DossierStatus, "status"))
    under_way: str | None = Field(default=None, unique=True)
    asked_at: datetime = Field(default_factory=now, sa_type=Instant)
    asked_by: int | None = Field(default=None, foreign_key="app_user.id")
    files_done: int = 0
    files_total: int = 0
    size: int = 0
    sha256: str = Field(default="", max_length=64)
    made_at: datetime | None = Field(default=None, sa_type=Instant)
    expires_at: datetime | None = Field(default=None, sa_type=Instant)


class DossierChunk(SQLModel, table=True):
    """A part of a dossier's file, encrypted by itself: no transaction and no process holds the whole file."""

    __tablename__ = "dossier_chunk"

    dossier_id: int = Field(foreign_key="dossier.id", primary_key=True, ondelete="CASCADE")
    number: int = Field(primary_key=True)
    content_encrypted: bytes = Field(sa_type=LargeBinary)
