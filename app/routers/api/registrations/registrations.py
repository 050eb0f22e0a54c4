"""Registrations for a session: list, register a person, cancel; and the roster of a session as a file."""

import hashlib
from dataclasses import fields
from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue

from app.models import AttendanceStatus, Basis, Channel, Registration, RegistrationStatus
from app.people.matching import Decision
from app.people.person import PersonInput
from app.people.values.outside_places import OUTSIDE
from app.permissions import Actor, Permission
from app.queries.people.participants import get_person_summaries
from app.queries.registrations import registrations as queries
from app.queries.workshops.workshop_sessions import get_workshop_session
from app.services.people.searches import log_search
from app.services.registrations import registrations as services
from app.services.registrations.requests import AlreadyRegistered, PersonUnclear, RegistrationRequest
from app.services.registrations.rosters import RosterFormat, download_roster
from app.web.container import container_of
from app.web.dependencies import ApiActor, Lang, PeopleActor, ReadDb, Translate, Vault, WriteDb
from app.web.downloads import download

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
    "basis": "consent",
    "consent_notice": "2026-2",
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
    """`kelurahan` is a code, a name or "outside". `consent`: the person agreed to the privacy notice in force.

    Without consent `basis` says why the data may be kept. `person` answers `person-unclear`. `overrule` gives a seat
    beyond the limits; that is recorded.
    """

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [ANI]})

    name: str
    kelurahan: str
    target_group: str
    consent: bool
    basis: Literal["public-task", "paper-consent"] = "public-task"
    nik: str = ""
    phone: str = ""
    email: str = ""
    sex: Literal["L", "P"] | None = None
    birth_date: date | None = None
    rt: str = ""
    organization: str = ""
    occupation: str = ""
    person: int | Literal["new"] | None = None
    overrule: bool = False

    def to_input(self) -> PersonInput:
        """Return the person's details as the service takes them: all as text, "" for those left out."""
        details = self.model_dump(include={field.name for field in fields(PersonInput)}, mode="json")
        return PersonInput(**{field: text or "" for field, text in details.items()})


class CapOut(BaseModel):
    """A limit that is reached: the session's, or that of the kelurahan or group `code`."""

    model_config = ConfigDict(from_attributes=True)

    kind: Literal["session", "kelurahan", "group"]
    code: str | None
    places: int = Field(validation_alias="seats")
    taken: int


class RegistrationOut(BaseModel):
    """`phone` is masked. On the waiting list, `ahead` people come first, and `waiting_for` are the limits reached."""

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
    basis: Basis
    consent_notice: str | None
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
    db: ReadDb,
    actor: PeopleActor,
    status: RegistrationStatus | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[int, Query(ge=0)] = 0,
) -> RegistrationPage:
    """Return at most `limit` registrations of the session in the order in which they were made, also cancelled ones.

    `status` narrows to one status. `cursor` is that of the page before. 403 if your role may not record attendance, 404
    for a session that you may not see.
    """
    workshop_session = get_workshop_session(db, actor, code, Permission.ATTENDANCE_WRITE)
    filters = queries.RegistrationFilters(status=status)
    page = queries.list_registrations(db, actor, workshop_session, filters, after=cursor, limit=limit + 1)
    items = [RegistrationOut.model_validate(view) for view in page[:limit]]
    return RegistrationPage(items=items, cursor=str(page[limit - 1].id) if len(page) > limit else None)


@router.post("/sessions/{code}/registrations", status_code=201, responses=CONFLICTS)
def register_person(
    request: Request,
    code: str,
    data: RegistrationIn,
    db: WriteDb,
    vault: Vault,
    actor: ApiActor,
    language: Lang,
    idempotency_key: Annotated[str, Header(max_length=200)] = "",
) -> RegistrationOut:
    """Register a person, and return the registration: `confirmed`, or `waitlisted` if a limit is reached.

    With `overrule` the person gets a seat all the same. Sent again with the same `Idempotency-Key`, it registers nobody
    and returns the first registration. 403 if your role may not register people, 404 for a session that you may not
    see, 422 with the fields to correct.
    """
    workshop_session = get_workshop_session(db, actor, code, Permission.ATTENDANCE_WRITE)
    registration_request = RegistrationRequest(
        Channel.ORGANIZER,
        language=language,
        consent=data.consent,
        basis=Basis(data.basis),
        request_key=_request_key(actor, workshop_session.code, idempotency_key) if idempotency_key else None,
        overrule=data.overrule,
        decision=Decision(person=data.person) if data.person is not None else None,
    )
    try:
        registration = services.register_person(
            db, vault, actor, workshop_session.id, data.to_input(), registration_request
        )
    except AlreadyRegistered as problem:
        problem.details["registration"] = problem.registration.code
        raise
    except PersonUnclear as problem:
        problem.details["candidates"] = [
            {
                "id": person.id,
                "name": person.name,
                "place": person.place,
                "rt": person.rt,
                "phone": person.phone,
            }
            for person in get_person_summaries(db, actor, problem.candidates).values()
        ]
        db.rollback()  # the log is written in a transaction of its own
        terms = (data.name, data.phone, data.nik, data.email)
        log_search(container_of(request).engine, vault, actor, "session", code, *terms)
        raise
    return RegistrationOut.model_validate(
        queries.get_registration_view(db, db.get_one(Registration, registration.id))
    )


@router.delete("/registrations/{code}")
def cancel_registration(code: str, db: WriteDb, actor: ApiActor) -> RegistrationOut:
    """Cancel a registration and return it. Its seat goes to the first person on the waiting list who fits.

    Cancelling twice changes nothing. 403 if your role may not cancel, 404 for a registration of a session that you may
    not see, 409 `too-late` once the session has begun or attendance is recorded.
    """
    registration = queries.get_registration(db, actor, code, Permission.ATTENDANCE_WRITE)
    return RegistrationOut.model_validate(
        queries.get_registration_view(db, services.cancel_registration(db, actor, registration))
    )


@router.get("/sessions/{code}/roster.{file_format}", response_class=Response, tags=["sessions"])
def get_roster(
    request: Request,
    code: str,
    file_format: RosterFormat,
    read_db: ReadDb,
    db: WriteDb,
    actor: PeopleActor,
    language: Lang,
    translate: Translate,
) -> Response:
    """Return the attendance list of a session as a file: xlsx to fill in and upload again, pdf to print and sign.

    It has personal data, so the download is logged. 403 if your role may not record attendance, 404 for an unknown
    session.
    """
    base_url = container_of(request).settings.base_url
    return download(download_roster(read_db, db, actor, code, file_format, base_url, translate, language))


def _request_key(actor: Actor, session_code: str, key: str) -> str:
    """Return the SHA-256 of user, session and key: the same key of another user or session has another hash."""
    return hashlib.sha256(f"{actor.user_id}/{session_code}/{key}".encode()).hexdigest()
