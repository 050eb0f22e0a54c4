"""Record what people ask about their data, and what they were answered. The clock runs from the moment they ask.

UU 27/2022 gives three times 24 hours for access (article 32), correction (article 30) and for stopping what was
consented to (article 40). For erasure (article 43) it names no hours; the same clock is used.
"""

from datetime import timedelta

from sqlmodel import col, select

from app.database import Db
from app.errors import PLEASE_CORRECT, Conflict, Invalid
from app.i18n import N_
from app.models import (
    DataRequest,
    DataRequestChannel,
    DataRequestKind,
    DataRequestStatus,
    IdentityCheck,
    Registration,
)
from app.models.base import now
from app.people.values.nik import mask_niks
from app.permissions import CITIZEN, Actor, Permission
from app.queries.personal_data.requests import (
    get_person_at_desk,
    get_request,
    is_whole_person_within,
)
from app.services.activities import log_activity
from app.services.locks import lock_row

TIME_TO_ANSWER = timedelta(hours=72)
MAX_NOTE_LENGTH = 1000

FOR_AN_ADMIN = N_(
    "This person is also registered with other organizations. An administrator answers the request."
)


def file_request_at_desk(
    db: Db, actor: Actor, participant_id: int, kind: str, *, identity: str, note: str = ""
) -> DataRequest:
    """Record what a person asked at the desk, after their identity was checked, and return the request.

    Raises `Forbidden` without `DATA_REQUEST_WRITE`, `NotFound` for a person out of the actor's scope, and `Invalid` if
    the kind or the check of identity is missing.
    """
    actor.require(Permission.DATA_REQUEST_WRITE)
    person = get_person_at_desk(db, actor, participant_id)
    if identity not in set(IdentityCheck):
        raise Invalid(PLEASE_CORRECT, fields={"identity": N_("Check first who asks, and say by what.")})
    return _file(db, actor, person.id, kind, DataRequestChannel.DESK, note, identity=IdentityCheck(identity))


def file_request_by_ticket(db: Db, registration: Registration, kind: str, *, note: str = "") -> DataRequest:
    """Record what the holder of a ticket asked; the caller has checked the code that was sent to their e-mail.

    Raises `Invalid` for an unknown kind.
    """
    return _file(db, CITIZEN, registration.participant_id, kind, DataRequestChannel.TICKET, note)


def close_request(db: Db, actor: Actor, request_id: int, status: str, outcome: str) -> DataRequest:
    """Record what became of a request: done or refused, and what the person was told.

    Raises `Forbidden`, `NotFound`, `Conflict` if it was answered already or is for an administrator, and `Invalid` for
    another status and without a text.
    """
    actor.require(Permission.DATA_REQUEST_WRITE)
    request = lock_row(db, DataRequest, get_request(db, actor, request_id).id)
    require_open(request)
    require_whole_person(db, actor, request)
    if status not in {DataRequestStatus.DONE, DataRequestStatus.REFUSED}:
        raise Invalid(PLEASE_CORRECT, fields={"status": N_("Choose what became of it.")})
    if not outcome.strip():
        raise Invalid(
            PLEASE_CORRECT, fields={"outcome": N_("Say what was done and what the person was told.")}
        )
    settle(db, actor, request, DataRequestStatus(status), outcome)
    return request


def settle(db: Db, actor: Actor, request: DataRequest, status: DataRequestStatus, outcome: str) -> None:
    """Close a request with its outcome, and log it. The caller has checked that the actor may."""
    request.status, request.closed_at, request.closed_by = status, now(), actor.user_id
    request.outcome = mask_niks(outcome.strip()[:MAX_NOTE_LENGTH])
    after = {"kind": request.kind, "status": status, "hours_left": _hours_left(request)}
    log_activity(db, actor, "close", "data-request", request.id, after=after)


def require_open(request: DataRequest) -> None:
    """Raise `Conflict` if the request was answered already."""
    if request.status is not DataRequestStatus.OPEN:
        raise Conflict(N_("This request was answered already."), code="closed")


def require_whole_person(db: Db, actor: Actor, request: DataRequest) -> None:
    """Raise `Conflict` if the person is also registered out of the actor's scope: an administrator then answers."""
    if request.participant_id is not None and not is_whole_person_within(db, actor, request.participant_id):
        raise Conflict(FOR_AN_ADMIN, code="for-an-admin")


def _file(
    db: Db,
    actor: Actor,
    participant_id: int,
    kind: str,
    channel: DataRequestChannel,
    note: str,
    *,
    identity: IdentityCheck | None = None,
) -> DataRequest:
    """Add a request and log it. One of the same kind that is still open is returned instead: its clock goes on."""
    if kind not in set(DataRequestKind):
        raise Invalid(PLEASE_CORRECT, fields={"kind": N_("Choose what is asked for.")})
    open_request = db.scalars(
        select(DataRequest).where(
            col(DataRequest.participant_id) == participant_id,
            col(DataRequest.kind) == DataRequestKind(kind),
            col(DataRequest.status) == DataRequestStatus.OPEN,
        )
    ).first()
    if open_request:
        return open_request
    received_at = now()
    request = DataRequest(
        participant_id=participant_id,
        kind=DataRequestKind(kind),
        channel=channel,
        identity=identity,
        note=mask_niks(note.strip()[:MAX_NOTE_LENGTH]),
        received_at=received_at,
        received_by=actor.user_id,
        due_at=received_at + TIME_TO_ANSWER,
    )
    db.add(request)
    db.flush()
    after = {"kind": request.kind, "channel": channel, "identity": identity, "participant_id": participant_id}
    log_activity(db, actor, "file", "data-request", request.id, after=after)
    return request


def _hours_left(request: DataRequest) -> int:
    """Return the hours until the request was due when it was closed; negative if it was late."""
    return int((request.due_at - now()).total_seconds() // 3600)
