"""Sessions of a workshop."""

from dataclasses import replace
from datetime import datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict

from app.i18n import wita
from app.queries import workshop_sessions as queries
from app.queries.workshop_sessions import WorkshopSessionView
from app.services import workshop_sessions as services
from app.services.workshop_sessions import WorkshopSessionInput
from app.web.dependencies import ApiActor, Reader, Writer

router = APIRouter(prefix="/api/v1", tags=["sessions"])

Mode = Literal["luring", "daring", "hybrid"]


class SessionIn(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "code": "SPBE-2026-1",
                    "starts_at": "2026-08-05T09:00:00+08:00",
                    "ends_at": "2026-08-05T12:00:00+08:00",
                    "venue": "Aula Balai Kota",
                    "capacity": 80,
                }
            ]
        },
    )

    code: str
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    venue: str = ""
    mode: Mode = "luring"
    online_link: str = ""
    capacity: int | None = None


class SessionPatch(BaseModel):
    """Only what is given changes; null takes the capacity away."""

    model_config = ConfigDict(extra="forbid")

    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None
    venue: str | None = None
    mode: Mode | None = None
    online_link: str | None = None
    capacity: int | None = None


class SessionOut(BaseModel):
    """`registered` are confirmed or walk-in; the outcomes count them."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    workshop_code: str
    workshop_title: str
    starts_at: datetime
    ends_at: datetime
    venue: str
    mode: Mode
    online_link: str
    capacity: int | None
    registered: int
    present: int
    absent: int
    excused: int


@router.post("/workshops/{workshop_code}/sessions", status_code=201)
def create_session(workshop_code: str, given: SessionIn, db: Writer, actor: ApiActor) -> SessionOut:
    """A new session; a venue of that name is made where there is none."""
    made = services.create_workshop_session(
        db,
        actor,
        workshop_code,
        given.code,
        WorkshopSessionInput(
            starts=_wall_clock(given.starts_at),
            ends=_wall_clock(given.ends_at),
            venue=given.venue,
            mode=given.mode,
            online_link=given.online_link,
            capacity=given.capacity,
        ),
    )
    return SessionOut.model_validate(queries.workshop_session(db, actor, made.code))


@router.get("/sessions/{code}")
def get_session(code: str, look: Reader, actor: ApiActor) -> SessionOut:
    return SessionOut.model_validate(queries.workshop_session(look, actor, code))


@router.patch("/sessions/{code}")
def change_session(code: str, given: SessionPatch, db: Writer, actor: ApiActor) -> SessionOut:
    """Changes what is given and leaves the rest."""
    fields = given.model_dump(exclude_none=True)
    if "capacity" in given.model_fields_set:
        fields["capacity"] = given.capacity
    for api_name, name in (("starts_at", "starts"), ("ends_at", "ends")):
        if (instant := fields.pop(api_name, None)) is not None:
            fields[name] = _wall_clock(instant)
    found = queries.workshop_session(db, actor, code)
    services.change_workshop_session(db, actor, code, replace(_as_input(found), **fields))
    return SessionOut.model_validate(queries.workshop_session(db, actor, code))


def _as_input(found: WorkshopSessionView) -> WorkshopSessionInput:
    return WorkshopSessionInput(
        starts=_wall_clock(found.starts_at),
        ends=_wall_clock(found.ends_at),
        venue=found.venue,
        mode=found.mode,
        online_link=found.online_link,
        capacity=found.capacity,
    )


def _wall_clock(instant: datetime) -> datetime:
    """What the clocks of Balikpapan show at that instant."""
    return wita(instant).replace(tzinfo=None)
