"""Requests of people about their data, as the desk's pages and the page of a ticket show them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, Subquery, func, select, true
from sqlmodel import col

from app.database import Db
from app.errors import NotFound
from app.i18n import N_
from app.models import DataRequest, DataRequestStatus, Participant, Registration, User
from app.models.base import now
from app.permissions import Actor, Permission, Scope
from app.queries.scope import people_within, registrations_within

MAX_CLOSED = 50
SECONDS_PER_HOUR = 3600


@dataclass(frozen=True)
class DataRequestView:
    """A request with the person's name, the names of the staff who took and closed it, and the clock.

    `hours_left` is negative once the request is overdue. `is_whole` is whether all registrations of the person are
    within the actor's scope; if not, an administrator answers the request.
    """

    id: int
    participant_id: int | None
    name: str
    kind: str
    channel: str
    identity: str | None
    note: str
    received_at: datetime
    received_by: str | None
    due_at: datetime
    status: str
    outcome: str
    closed_at: datetime | None
    closed_by: str | None
    is_whole: bool

    @property
    def hours_left(self) -> int:
        """The whole hours until the request is due, negative once it is overdue."""
        seconds = (self.due_at - now()).total_seconds()
        hours = int(abs(seconds) // SECONDS_PER_HOUR)
        return hours if seconds >= 0 else -max(hours, 1)


def count_open_requests(db: Db, actor: Actor) -> int:
    """Return how many requests the actor may see and that nobody has answered yet; 0 without the permission."""
    if not actor.can(Permission.DATA_REQUEST_WRITE):
        return 0
    statement = select(func.count()).select_from(DataRequest).where(_is_open(), _within(actor))
    return db.scalar(statement) or 0


def list_open_requests(db: Db, actor: Actor) -> list[DataRequestView]:
    """Return the open requests within the actor's scope, the one that is due first before the others."""
    actor.require(Permission.DATA_REQUEST_WRITE)
    statement = _select(actor).where(_is_open()).order_by(col(DataRequest.due_at), col(DataRequest.id))
    return _views(db, actor, statement)


def list_closed_requests(db: Db, actor: Actor) -> list[DataRequestView]:
    """Return the last 50 requests that were answered, the latest first, within the actor's scope."""
    actor.require(Permission.DATA_REQUEST_WRITE)
    order = (col(DataRequest.closed_at).desc(), col(DataRequest.id).desc())
    return _views(db, actor, _select(actor).where(~_is_open()).order_by(*order).limit(MAX_CLOSED))


def list_requests_of_person(db: Db, participant_id: int) -> list[DataRequestView]:
    """Return all requests of one person, the latest first. The caller has checked that they may be seen."""
    received = _users("received")
    statement = (
        select(DataRequest, col(Participant.name), received.c.name, received.c.name)
        .join(Participant, col(Participant.id) == col(DataRequest.participant_id))
        .outerjoin(received, received.c.id == col(DataRequest.received_by))
        .where(col(DataRequest.participant_id) == participant_id)
        .order_by(col(DataRequest.id).desc())
    )
    return [_to_view(*row, is_whole=True) for row in db.execute(statement)]


def get_request_view(db: Db, actor: Actor, request_id: int) -> DataRequestView:
    """Return a request. Raises `Forbidden` without `DATA_REQUEST_WRITE`, and `NotFound` out of the actor's scope."""
    actor.require(Permission.DATA_REQUEST_WRITE)
    views = _views(db, actor, _select(actor).where(col(DataRequest.id) == request_id))
    if not views:
        raise NotFound(N_("There is no such request."))
    return views[0]


def get_request(db: Db, actor: Actor, request_id: int) -> DataRequest:
    """Return the row of a request, to change it. Raises `NotFound` if it is out of the actor's scope."""
    statement = select(DataRequest).where(col(DataRequest.id) == request_id, _within(actor))
    request = db.scalars(statement).first()
    if request is None:
        raise NotFound(N_("There is no such request."))
    return request


def get_person_at_desk(db: Db, actor: Actor, participant_id: int) -> Participant:
    """Return a person whose data the actor may handle, of whom nothing was erased.

    Raises `NotFound` unless one of their registrations is within the actor's scope; administrators find everybody.
    """
    condition = _people_of(actor)
    statement = select(Participant).where(
        col(Participant.id) == participant_id, col(Participant.erased_at).is_(None), condition
    )
    person = db.scalars(statement).first()
    if person is None:
        raise NotFound(N_("There is no such participant."))
    return person


def is_whole_person_within(db: Db, actor: Actor, participant_id: int) -> bool:
    """Return whether all registrations of a person are within the actor's scope, so that it may act for all of them."""
    if actor.scope(Permission.DATA_REQUEST_WRITE) is Scope.ALL:
        return True
    elsewhere = select(col(Registration.id)).where(
        col(Registration.participant_id) == participant_id,
        ~registrations_within(actor, Permission.DATA_REQUEST_WRITE),
    )
    return not db.scalar(select(elsewhere.exists()))


def _users(name: str) -> Subquery:
    """Return the ids and names of users as a subquery with this name, for more than one join."""
    return select(col(User.id).label("id"), col(User.name).label("name")).subquery(name)


def _select(actor: Actor) -> "Select[DataRequest, str | None, str | None, str | None]":
    """Return the statement whose rows are the first arguments of `_to_view`, within the actor's scope."""
    received, closed = _users("received"), _users("closed")
    return (
        select(DataRequest, col(Participant.name), received.c.name, closed.c.name)
        .outerjoin(Participant, col(Participant.id) == col(DataRequest.participant_id))
        .outerjoin(received, received.c.id == col(DataRequest.received_by))
        .outerjoin(closed, closed.c.id == col(DataRequest.closed_by))
        .where(_within(actor))
    )


def _is_open() -> ColumnElement[bool]:
    """Return the condition that nobody has answered a request yet."""
    return col(DataRequest.status) == DataRequestStatus.OPEN


def _within(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a request is about a person with a registration in the actor's scope."""
    if actor.scope(Permission.DATA_REQUEST_WRITE) is Scope.ALL:
        return true()
    return people_within(actor, Permission.DATA_REQUEST_WRITE, col(DataRequest.participant_id))


def _people_of(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a person has a registration in the actor's scope; all people have for "all"."""
    if actor.scope(Permission.DATA_REQUEST_WRITE) is Scope.ALL:
        return true()
    return people_within(actor, Permission.DATA_REQUEST_WRITE, col(Participant.id))


def _views(
    db: Db, actor: Actor, statement: "Select[DataRequest, str | None, str | None, str | None]"
) -> list[DataRequestView]:
    return [
        _to_view(
            request,
            *names,
            is_whole=request.participant_id is None
            or is_whole_person_within(db, actor, request.participant_id),
        )
        for request, *names in db.execute(statement)
    ]


def _to_view(
    request: DataRequest,
    name: str | None,
    received_by: str | None,
    closed_by: str | None,
    *,
    is_whole: bool,
) -> DataRequestView:
    return DataRequestView(
        id=request.id,
        participant_id=request.participant_id,
        name=name or "",
        kind=request.kind,
        channel=request.channel,
        identity=request.identity,
        note=request.note,
        received_at=request.received_at,
        received_by=received_by,
        due_at=request.due_at,
        status=request.status,
        outcome=request.outcome,
        closed_at=request.closed_at,
        closed_by=closed_by,
        is_whole=is_whole,
    )
