"""Workshops."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from app.queries.workshops import workshops as queries
from app.services.workshops import workshops as services
from app.services.workshops.workshops import WorkshopInput
from app.web.dependencies import ApiActor, Reader, Writer

router = APIRouter(prefix="/api/v1/workshops", tags=["workshops"])

PillarCode = Literal["cakap", "etika", "aman", "budaya"]


SPBE: dict[str, JsonValue] = {
    "code": "SPBE-2026",
    "title": "Workshop Literasi Promosi SPBE",
    "description": "Bawa ponsel sendiri.",
    "target_groups": ["umkm", "rt"],
    "pillar": "cakap",
    "public": True,
}
SPBE_BESIDES: dict[str, JsonValue] = {
    "organization": "Dinas Komunikasi dan Informatika",
    "archived_at": None,
    "sessions": 1,
    "first_starts_at": "2026-08-05T01:00:00Z",
    "latest_starts_at": "2026-08-05T01:00:00Z",
}


class WorkshopIn(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [SPBE]})

    code: str
    title: str
    description: str = ""
    target_groups: list[str] = Field(default_factory=list)
    pillar: PillarCode | None = None
    public: bool = False


class WorkshopPatch(BaseModel):
    """Only what is given changes; null takes the pillar away. An archived workshop is kept out of lists of pages."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"title": "Promosi SPBE", "public": False}]}
    )

    title: str | None = None
    description: str | None = None
    target_groups: list[str] | None = None
    pillar: PillarCode | None = None
    public: bool | None = None
    archived: bool | None = None


class WorkshopOut(BaseModel):
    model_config = ConfigDict(from_attributes=True, json_schema_extra={"examples": [SPBE | SPBE_BESIDES]})

    code: str
    title: str
    description: str
    organization: str
    pillar: PillarCode | None
    public: bool
    archived_at: datetime | None
    target_groups: list[str]
    sessions: int
    first_starts_at: datetime | None
    latest_starts_at: datetime | None


class WorkshopPage(BaseModel):
    """`cursor` is None on the last page."""

    items: list[WorkshopOut]
    cursor: str | None


@router.get("")
def list_workshops(
    look: Reader,
    actor: ApiActor,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: str = "",
) -> WorkshopPage:
    """The workshops you may see, in code order."""
    found = queries.workshops(look, actor, after=cursor, limit=limit + 1)
    items = [WorkshopOut.model_validate(view) for view in found[:limit]]
    return WorkshopPage(items=items, cursor=items[-1].code if len(found) > limit else None)


@router.post("", status_code=201)
def create_workshop(given: WorkshopIn, db: Writer, actor: ApiActor) -> WorkshopOut:
    """A new workshop of your organization."""
    made = services.create_workshop(
        db,
        actor,
        given.code,
        WorkshopInput(given.title, tuple(given.target_groups), given.description, given.pillar, given.public),
    )
    return WorkshopOut.model_validate(queries.workshop(db, actor, made.code))


@router.get("/{code}")
def get_workshop(code: str, look: Reader, actor: ApiActor) -> WorkshopOut:
    return WorkshopOut.model_validate(queries.workshop(look, actor, code))


@router.patch("/{code}")
def change_workshop(code: str, given: WorkshopPatch, db: Writer, actor: ApiActor) -> WorkshopOut:
    """Changes what is given and leaves the rest."""
    fields = given.model_dump(exclude_none=True, exclude={"archived"})
    if "pillar" in given.model_fields_set:
        fields["pillar"] = given.pillar
    if given.target_groups is not None:
        fields["target_groups"] = tuple(given.target_groups)
    services.amend_workshop(db, actor, code, fields)
    if given.archived is not None:
        services.set_archived(db, actor, code, archived=given.archived)
    return WorkshopOut.model_validate(queries.workshop(db, actor, code))
