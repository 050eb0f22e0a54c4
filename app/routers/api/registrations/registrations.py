"""Registrations for a session: who is registered, registering somebody, cancelling."""

import hashlib
from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue

from app.models import AttendanceStatus, Channel, RegistrationStatus
from app.permissions import Actor, Permission
from app.queries.people.participants import people_seen
from app.queries.registrations.registrations import (
    RegistrationFilters,
    registration_by_code,
    registration_view,
    registrations,
)
from app.queries.workshops.workshop_sessions import workshop_session_by_code
from app.services.registrations.recognition import PersonInput
from app.services.registrations.registrations import cancel, register
from app.services.registrations.requests import AlreadyRegistered, PersonUnclear, RegistrationRequest
from app.spreadsheets.attendance.judgement import OUTSIDE, Decision
from app.web.dependencies import ApiActor, Lang, Reader, Vault, Writer

router = APIRouter(prefix="/api/v1", tags=["registrations"])

ANI: dict[str, JsonValue] = {
    "name": "Ani Contoh",
    "kelurahan": "64.71.01.1001",
    "target_group": "umkm",
    "phone": "081200000123",
    "sex": "P",
    "rt": "12",
    "consent": True,
}
ANI_WAITS: dict[str, JsonValue] = {
    "code": "7KQ2M9XA",
    "status": "waitlisted",
    "session": "SPBE-2026-1",
    "name": "Ani Contoh",
    "kelurahan": "64.71.01.1001",
    "place": "Manggar",
    "rt": "12",
    "sex": "P",
    "target_group": "umkm",
    "phone": "0812••••123",
    "channel": "organizer",
    "attendance": None,
    "registered_at": "2026-07-21T02:15:00Z",
    "ahead": 2,
    "waiting_for": [{"kind": "kelurahan", "code": "64.71.01.1001", "places": 2, "taken": 2}],
}
ALREADY = {
    "type": "urn:jangkau:problem:already-registered",
    "title": "Conflict",
    "status": 409,
    "code": "already-registered",
    "detail": "This person is registered for this session already.",
    "registration": "7KQ2M9XA",
}
CONFLICTS: dict[int | str, dict[str, Any]] = {
    409: {
        "description": "`already-registered` with the `registration`'s code, `registration-closed`, or "
        '`person-unclear` with `candidates`: send one\'s `id` as `person`, or "new".',
        "content": {"application/problem+json": {"example": ALREADY}},
    }
}


class RegistrationIn(BaseModel):
    """`kelurahan` is a code, a name or "outside". `consent` says that the person agreed to the notice about data.

    `person` says who it is where that was unclear. `overrule` gives a place beyond the limits; that is recorded.
    """

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [ANI]})

    name: str
    kelurahan: str
    target_group: str
    consent: bool
    nik: str = ""
    phone: str = ""
    email: str = ""
    sex: Literal["L", "P"] | None = None
    birth_date: date | None = None
    rt: str = ""
    organization: str = ""
    person: int | Literal["new"] | None = None
    overrule: bool = False

    def person_input(self) -> PersonInput:
        return PersonInput(
            name=self.name,
            kelurahan=self.kelurahan,
            target_group=self.target_group,
            nik=self.nik,
            phone=self.phone,
            email=self.email,
            sex=self.sex or "",
            birth_date=self.birth_date.isoformat() if self.birth_date else "",
            rt=self.rt,
            organization=self.organization,
        )


class CapOut(BaseModel):
    """A limit that is reached: the session's, or that of the kelurahan or group `code`."""

    model_config = ConfigDict(from_attributes=True)

    kind: Literal["session", "kelurahan", "group"]
    code: str | None
    places: int
    taken: int


class RegistrationOut(BaseModel):
    """`phone` is masked. Who is waitlisted has `ahead` of them so many, and waits for `waiting_for`."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"examples": [ANI_WAITS]})

    code: str
    status: RegistrationStatus
    session: str = Field(validation_alias="session_code")
    name: str
    kelurahan: Annotated[str, BeforeValidator(lambda code: code or OUTSIDE)] = Field(
        validation_alias="kelurahan_code", description='A code, or "outside".'
    )
    place: str
    rt: str | None
    sex: Literal["L", "P"] | None
    target_group: str
    phone: str | None
    channel: Channel | None
    attendance: AttendanceStatus | None
    registered_at: datetime = Field(validation_alias="created_at")
    ahead: int
    waiting_for: list[CapOut]


class RegistrationPage(BaseModel):
    """`cursor` is None on the last page."""

    items: list[RegistrationOut]
    cursor: str | None


@router.get("/sessions/{code}/registrations")
def list_registrations(
    code: str,
    look: Reader,
    actor: ApiActor,
    status: RegistrationStatus | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[int, Query(ge=0)] = 0,
) -> RegistrationPage:
    """Everyone registered in the order in which they came, the cancelled too."""
    held = workshop_session_by_code(look, actor, code, Permission.ATTENDANCE_WRITE)
    filters = RegistrationFilters(status=status)
    found = registrations(look, actor, held, filters, after=cursor, limit=limit + 1)
    items = [RegistrationOut.model_validate(view) for view in found[:limit]]
    return RegistrationPage(items=items, cursor=str(found[limit - 1].id) if len(found) > limit else None)


@router.post("/sessions/{code}/registrations", status_code=201, responses=CONFLICTS)
def register_person(
    code: str,
    data: RegistrationIn,
    db: Writer,
    vault: Vault,
    actor: ApiActor,
    language: Lang,
    idempotency_key: Annotated[str, Header(max_length=200)] = "",
) -> RegistrationOut:
    """Registers somebody: confirmed, or waitlisted where a limit is reached.

    Sent again with the same `Idempotency-Key` it answers with the first registration.
    """
    held = workshop_session_by_code(db, actor, code, Permission.ATTENDANCE_WRITE)
    request = RegistrationRequest(
        Channel.ORGANIZER,
        language=language,
        consent=data.consent,
        request_key=_request_key(actor, held.code, idempotency_key) if idempotency_key else None,
        overrule=data.overrule,
        decision=Decision(person=data.person) if data.person is not None else None,
    )
    try:
        registration = register(db, vault, actor, held.id, data.person_input(), request)
    except AlreadyRegistered as known:
        known.details["registration"] = known.registration.code
        raise
    except PersonUnclear as unclear:
        unclear.details["candidates"] = [
            {"id": one.id, "name": one.name, "place": one.place, "rt": one.rt, "phone": one.phone}
            for one in people_seen(db, unclear.candidates).values()
        ]
        raise
    return RegistrationOut.model_validate(registration_view(db, registration))


@router.delete("/registrations/{code}")
def cancel_registration(code: str, db: Writer, actor: ApiActor) -> RegistrationOut:
    """Cancels; the first on the waiting list who fits moves up. 409 `too-late` once the session has begun."""
    found = registration_by_code(db, actor, code, Permission.ATTENDANCE_WRITE)
    return RegistrationOut.model_validate(registration_view(db, cancel(db, actor, found)))


def _request_key(actor: Actor, session_code: str, key: str) -> str:
    """A caller's key is its own, and for this session: it never brings up what another one sent."""
    return hashlib.sha256(f"{actor.user_id}/{session_code}/{key}".encode()).hexdigest()
