"""Kelompok sasaran: whom a workshop is for."""

from sqlmodel import Field, SQLModel


class TargetGroup(SQLModel, table=True):
    __tablename__ = "target_group"

    code: str = Field(primary_key=True, max_length=20)
    label_id: str
    label_en: str
    position: int = Field(unique=True)


class TargetGroupSynonym(SQLModel, table=True):
    """A word that sheets use for a group."""

    __tablename__ = "target_group_synonym"

    synonym: str = Field(primary_key=True)
    target_group_code: str = Field(foreign_key="target_group.code", index=True)
