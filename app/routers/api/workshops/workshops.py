"""Workshops: list, create, show and change."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from app.queries.workshops import workshops as queries
from app.services.workshops import workshops as services
from app.services.workshops.workshops import WorkshopInput
from app.web.container import container_of
from app.web.dependencies import ApiActor, FiguresActor, ReadDb, WriteDb

router = APIRouter(prefix="/api/v1/workshops", tags=["workshops"])

PillarCode = Literal["cakap", "etika", "aman", "budaya"]


SPBE: dict[str, JsonValue] = {
    "code": "SPBE-2026",
    "title": "Workshop Literasi Promosi SPBE",
    "description": "Bawa ponsel sendiri.",
    "target_groups": ["umkm", "rt"],
    "pillar": "cakap",
    "public": True,
    "contact_phone": "+6281200000411",
}
SPBE_OUT: dict[str, JsonValue] = {
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
    contact_phone: str = ""


class WorkshopPatch(BaseModel):
    """Fields that are left out stay as they are. Null removes the pillar, "" the phone number.

    Pages do not list archived workshops.
    """

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"title": "Promosi SPBE", "public": False}]}
    )

    title: str | None = None
    description: str | None = None
    target_groups: list[str] | None = None
    pillar: PillarCode | None = None
    public: bool | None = None
    contact_phone: str | None = None
    archived: bool | None = None


class WorkshopOut(BaseModel):
    model_config = ConfigDict(from_attributes=True, json_schema_extra={"examples": [SPBE | SPBE_OUT]})

    code: str
    title: str
    description: str
    organization: str
    pillar: PillarCode | None
    public: bool
    contact_phone: str
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
    db: ReadDb,
    actor: FiguresActor,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: str = "",
) -> WorkshopPage:
    """Return at most `limit` workshops that you may see, also archived ones, in the order of their codes.

    `cursor` is that of the page before: the code after which this page begins.
    """
    page = queries.list_workshops(db, actor, after=cursor, limit=limit + 1)
    items = [WorkshopOut.model_validate(view) for view in page[:limit]]
    return WorkshopPage(items=items, cursor=items[-1].code if len(page) > limit else None)


@router.post("", status_code=201)
def create_workshop(request: Request, data: WorkshopIn, db: WriteDb, actor: ApiActor) -> WorkshopOut:
    """Create a workshop of your organization, and return it.

    403 if your role may not create workshops, 409 `code-taken`, 422 with the fields to correct.
    """
    workshop = services.create_workshop(
        db,
        actor,
        data.code,
        WorkshopInput(
            data.title,
            tuple(data.target_groups),
            data.description,
            data.pillar,
            data.public,
            data.contact_phone,
        ),
        privacy_contact=container_of(request).settings.privacy_contact,
    )
    return WorkshopOut.model_validate(queries.get_workshop_view(db, actor, workshop.code))


@router.get("/{code}")
def get_workshop(code: str, db: ReadDb, actor: FiguresActor) -> WorkshopOut:
    """Return a workshop. 404 if there is none with this code that you may see."""
    return WorkshopOut.model_validate(queries.get_workshop_view(db, actor, code))


@router.patch("/{code}")
def change_workshop(
    request: Request, code: str, data: WorkshopPatch, db: WriteDb, actor: ApiActor
) -> WorkshopOut:
    """Change the fields that are sent, and return the workshop. `archived` archives it or undoes that.

    403 if your role may not change workshops, 404 for a workshop that you may not see, 422 with the fields to correct.
    """
    fields = data.model_dump(exclude_none=True, exclude={"archived"})
    if "pillar" in data.model_fields_set:
        fields["pillar"] = data.pillar
    if data.target_groups is not None:
        fields["target_groups"] = tuple(data.target_groups)
    contact = container_of(request).settings.privacy_contact
    services.patch_workshop(db, actor, code, fields, privacy_contact=contact)
    if data.archived is not None:
        services.set_archived(db, actor, code, archived=data.archived)
    return WorkshopOut.model_validate(queries.get_workshop_view(db, actor, code))
