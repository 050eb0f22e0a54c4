"""What a person said about the columns of a list, for the next list with the same headings."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from app.models.base import Instant, JsonDocument, now


class ColumnMapping(SQLModel, table=True):
    """`headings` is the SHA-256 of the normalised headings; `columns` maps index to field, None where it is ignored."""

    __tablename__ = "column_mapping"

    organization_id: int = Field(foreign_key="organization.id", primary_key=True)
    headings: str = Field(max_length=64, primary_key=True)
    columns: dict[str, str | None] = Field(sa_type=JsonDocument)
    remembered_by: int | None = Field(default=None, foreign_key="app_user.id")
    remembered_at: datetime = Field(default_factory=now, sa_type=Instant)
