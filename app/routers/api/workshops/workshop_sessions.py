"""Sessions of a workshop: create, show and change."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Literal

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue

from app.errors import Invalid
from app.queries.workshops import workshop_sessions as queries
from app.services.workshops import workshop_sessions as services
from app.services.workshops.workshop_sessions import WorkshopSessionInput, to_local_time
from app.web.dependencies import ApiActor, FiguresActor, ReadDb, WriteDb

router = APIRouter(prefix="/api/v1", tags=["sessions"])

# The API's names of the fields of a `WorkshopSessionInput` that have another name there.
API_NAMES = {
    "starts": "starts_at",
    "ends": "ends_at",
    "registration_opens": "registration_opens_at",
    "registration_closes": "registration_closes_at",
}
# Null removes the value of these fields; for other fields it changes nothing.
NULLABLE = {
    "capacity",
    "min_minutes",
    "places_per_kelurahan",
    "registration_opens_at",
    "registration_closes_at",
}

Mode = Literal["luring", "daring", "hybrid"]


SPBE_1: dict[str, JsonValue] = {
    "code": "SPBE-2026-1",
    "starts_at": "2026-08-05T09:00:00+08:00",
    "ends_at": "2026-08-05T12:00:00+08:00",
    "venue": "Aula Balai Kota",
    "mode": "luring",
    "online_link": "",
    "capacity": 80,
    "places_per_kelurahan": 2,
    "places_of_group": {"umkm": 40},
    "registration_opens_at": None,
    "registration_closes_at": "2026-08-04T17:00:00+08:00",
    "min_minutes": None,
}
SPBE_1_OUT: dict[str, JsonValue] = {
    "workshop_code": "SPBE-2026",
    "workshop_title": "Workshop Literasi Promosi SPBE",
    "cancelled_at": None,
    "cancelled_why": None,
    "registered": 68,
    "waiting": 3,
    "present": 60,
    "absent": 6,
    "excused": 2,
}


class SessionIn(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [SPBE_1]})

    code: str
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    venue: str = ""
    mode: Mode = "luring"
    online_link: str = ""
    capacity: int | None = None
    places_per_kelurahan: int | None = None
    places_of_group: dict[str, int] = Field(default_factory=dict)
    registration_opens_at: AwareDatetime | None = None
    registration_closes_at: AwareDatetime | None = None
    min_minutes: int | None = None


class SessionPatch(BaseModel):
    """Fields that are left out stay as they are. Null removes a limit, a time of registration or the least minutes."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"venue": "Aula Pemkot", "capacity": 100}]}
    )

    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None
    venue: str | None = None
    mode: Mode | None = None
    online_link: str | None = None
    capacity: int | None = None
    places_per_kelurahan: int | None = None
    places_of_group: dict[str, int] | None = None
    registration_opens_at: AwareDatetime | None = None
    registration_closes_at: AwareDatetime | None = None
    min_minutes: int | None = None


class SessionOut(BaseModel):
    """`registered` counts confirmed registrations and walk-ins, `waiting` the waiting list.

    `min_minutes` of an online meeting count as present; null for half of the session.
    """

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"examples": [SPBE_1 | SPBE_1_OUT]})

    code: str
    workshop_code: str
    workshop_title: str
    starts_at: datetime
    ends_at: datetime
    venue: str
    mode: Mode
    online_link: str
    capacity: int | None
    places_per_kelurahan: int | None
    places_of_group: dict[str, int]
    registration_opens_at: datetime | None
    registration_closes_at: datetime | None
    min_minutes: int | None
    cancelled_at: datetime | None
    cancelled_why: str | None
    registered: int
    waiting: int
    present: int
    absent: int
    excused: int


@router.post("/workshops/{workshop_code}/sessions", status_code=201)
def create_session(workshop_code: str, data: SessionIn, db: WriteDb, actor: ApiActor) -> SessionOut:
    """Create a session of a workshop, and its venue if there is none with that name. Return the session.

    403 if your role may not create sessions, 404 for a workshop that you may not see, 409 `code-taken`, 422 with the
    fields to correct.
    """
    fields = _to_input_names(data.model_dump(exclude={"code"}))
    with _errors_by_api_names():
        workshop_session = services.create_workshop_session(
            db, actor, workshop_code, data.code, WorkshopSessionInput(**fields)
        )
    return SessionOut.model_validate(queries.get_workshop_session_view(db, actor, workshop_session.code))


@router.get("/sessions/{code}")
def get_session(code: str, db: ReadDb, actor: FiguresActor) -> SessionOut:
    """Return a session with its numbers of registrations. 404 if there is none with this code that you may see."""
    return SessionOut.model_validate(queries.get_workshop_session_view(db, actor, code))


@router.patch("/sessions/{code}")
def change_session(code: str, data: SessionPatch, db: WriteDb, actor: ApiActor) -> SessionOut:
    """Change the fields that are sent, and return the session.

    If its time or place changes, the people registered are told by e-mail; if seats become free, people on the waiting
    list get them. 403 if your role may not change sessions, 404 for a session that you may not see, 409 if it is
    cancelled, 422 with the fields to correct.
    """
    changes = data.model_dump(exclude_unset=True).items()
    fields = _to_input_names(
        {name: value for name, value in changes if value is not None or name in NULLABLE}
    )
    with _errors_by_api_names():
        services.patch_workshop_session(db, actor, code, fields)
    return SessionOut.model_validate(queries.get_workshop_session_view(db, actor, code))


@contextmanager
def _errors_by_api_names() -> Iterator[None]:
    """Rename the fields of an `Invalid` raised in the block to their names in the API, and raise it again."""
    try:
        yield
    except Invalid as problem:
        problem.fields = {API_NAMES.get(name, name): text for name, text in problem.fields.items()}
        raise


def _to_input_names(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields under the names of `WorkshopSessionInput`, with times that are naive and in WITA."""
    moments = {name: to_local_time(fields.pop(api)) for name, api in API_NAMES.items() if api in fields}
    return fields | moments
