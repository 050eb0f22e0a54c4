"""Move several people to another session of the same workshop, all or none; each keeps their ticket."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from app.database import Db
from app.errors import Conflict
from app.i18n import N_
from app.models import (
    Attendance,
    MessageKind,
    Registration,
    RegistrationStatus,
    Workshop,
    WorkshopSession,
)
from app.models.base import now
from app.permissions import Actor, Permission
from app.queries.in_values import in_values
from app.queries.registrations.seats import Seats, get_seats, get_seats_by_session
from app.queries.scope import sessions_within
from app.services.activities import log_activity
from app.services.authorization import require_permission
from app.services.locks import lock_people_table, lock_row
from app.services.messages.notifications import notify
from app.services.registrations.waiting_list import fill_free_seats, get_next_waiting_number

PLACES_CHANGED = "places-changed"


class MoveObstacle(StrEnum):
    """Why a chosen person stays: cancelled, came without a seat, has an outcome, or is in the other session already."""

    CANCELLED = "cancelled"
    WALK_IN = "walk-in"
    RECORDED = "recorded"
    IN_OTHER_SESSION = "in-other-session"


@dataclass(frozen=True)
class MovePlan:
    """What moving the chosen people does, as ids of registrations: who gets a seat, who waits, who stays and why."""

    confirmed: tuple[int, ...]
    waiting: tuple[int, ...]
    left_out: Mapping[int, MoveObstacle]

    @property
    def moved(self) -> tuple[int, ...]:
        return (*self.confirmed, *self.waiting)


def require_movable(source: WorkshopSession, target: WorkshopSession) -> None:
    """Raise `Conflict` unless people can be moved from one session to the other.

    The sessions are two of one workshop, the second is still to come, and so is the first, unless it is cancelled.
    """
    if source.cancelled_at is None and source.starts_at <= now():
        raise Conflict(N_("This session has begun: nobody can be moved out of it any more."), code="too-late")
    if source.id == target.id or source.workshop_id != target.workshop_id:
        raise Conflict(N_("Choose another session of the same workshop."), code="other-workshop")
    if target.cancelled_at is not None or target.starts_at <= now():
        raise Conflict(
            N_("The other session is cancelled or has begun: nobody can be moved there."),
            code="registration-closed",
        )


def plan_moves(
    db: Db, actor: Actor, source: WorkshopSession, registration_ids: Collection[int]
) -> dict[int, MovePlan]:
    """Return what moving these people does for each session to which they can be moved, by its id, the earliest first.

    That is as its seats are now; people who had a seat come first. Ids of other sessions are ignored. Raises
    `Forbidden` without `ATTENDANCE_WRITE`. A constant number of queries.
    """
    require_permission(db, actor, Permission.ATTENDANCE_WRITE, source)
    targets = _list_targets(db, actor, source)
    chosen = _list_chosen(db, source, registration_ids)
    seats, people = get_seats_by_session(db, targets), _list_known_people(db, targets, chosen)
    return {target.id: _plan(chosen, seats[target.id], people[target.id]) for target in targets}


def _list_targets(db: Db, actor: Actor, source: WorkshopSession) -> Sequence[WorkshopSession]:
    """Return the sessions within the actor's scope that `require_movable` accepts, the earliest first."""
    if source.cancelled_at is None and source.starts_at <= now():
        return ()
    statement = select(WorkshopSession).join(Workshop, col(Workshop.id) == col(WorkshopSession.workshop_id))
    return db.scalars(
        statement.where(
            sessions_within(actor, Permission.ATTENDANCE_WRITE),
            col(WorkshopSession.workshop_id) == source.workshop_id,
            col(WorkshopSession.id) != source.id,
            col(WorkshopSession.cancelled_at).is_(None),
            col(WorkshopSession.starts_at) > now(),
        ).order_by(col(WorkshopSession.starts_at), col(WorkshopSession.id))
    ).all()


def move_registrations(
    db: Db,
    actor: Actor,
    source: WorkshopSession,
    target: WorkshopSession,
    registration_ids: Collection[int],
    *,
    expected_seats: int,
) -> MovePlan:
    """Move the chosen people as `plan_moves` says, log it, notify them, and return what was done.

    Their seats go to the waiting list of the session that they leave. `expected_seats` is the number of people of whom
    the page said that they get a seat: if fewer do now, nobody is moved. A form that is sent twice moves once.

    Raises `Forbidden` without `ATTENDANCE_WRITE` for both sessions, what `require_movable` does, and `Conflict` with
    the code `PLACES_CHANGED`.
    """
    for workshop_session in (source, target):
        require_permission(db, actor, Permission.ATTENDANCE_WRITE, workshop_session)
    source, target = _lock(db, source, target)
    require_movable(source, target)
    chosen = _list_chosen(db, source, registration_ids)
    if not chosen and (moved := _find_moved(db, target, registration_ids)):
        return moved
    plan = _plan(chosen, get_seats(db, target), _list_known_people(db, [target], chosen)[target.id])
    if len(plan.confirmed) < expected_seats:
        text = N_(
            "Places of the other session were taken in the meantime: %(count)s people get one now. Look again."
        )
        raise Conflict(text, code=PLACES_CHANGED, count=len(plan.confirmed))
    rows = {registration.id: registration for registration, _ in chosen}
    for registration_id in plan.moved:
        _move(db, actor, rows[registration_id], source, target, has_seat=registration_id in plan.confirmed)
    notify(db, MessageKind.SESSION_CHANGED, *(rows[id_] for id_ in plan.confirmed))
    notify(db, MessageKind.WAITLISTED, *(rows[id_] for id_ in plan.waiting))
    fill_free_seats(db, actor, source, because="move")
    return plan


def _lock(
    db: Db, source: WorkshopSession, target: WorkshopSession
) -> tuple[WorkshopSession, WorkshopSession]:
    """Lock the people table and both sessions, in the order of their ids; return the rows as they are now."""
    lock_people_table(db)
    rows = {id_: lock_row(db, WorkshopSession, id_) for id_ in sorted({source.id, target.id})}
    return rows[source.id], rows[target.id]


def _list_chosen(
    db: Db, source: WorkshopSession, registration_ids: Collection[int]
) -> list[tuple[Registration, bool]]:
    """Return the chosen registrations of the session, each with whether an attendance is recorded.

    Those with a seat come first, then those who wait, by their waiting number.
    """
    statement = (
        select(Registration, col(Attendance.registration_id).is_not(None))
        .outerjoin(Attendance, col(Attendance.registration_id) == col(Registration.id))
        .where(
            col(Registration.workshop_session_id) == source.id,
            in_values(db, col(Registration.id), registration_ids),
        )
        .execution_options(populate_existing=True)
    )
    chosen = [(registration, bool(is_recorded)) for registration, is_recorded in db.execute(statement)]
    return sorted(chosen, key=lambda row: (row[0].waiting_number or 0, row[0].id))


def _find_moved(db: Db, target: WorkshopSession, registration_ids: Collection[int]) -> MovePlan | None:
    """Return which of these people are in the other session already, with a seat or waiting; None if nobody is."""
    statement = select(col(Registration.id), col(Registration.status)).where(
        col(Registration.workshop_session_id) == target.id,
        in_values(db, col(Registration.id), registration_ids),
    )
    rows = db.execute(statement.order_by(col(Registration.id))).all()
    confirmed, waiting = (
        tuple(id_ for id_, status in rows if status is wanted)
        for wanted in (RegistrationStatus.CONFIRMED, RegistrationStatus.WAITLISTED)
    )
    return MovePlan(confirmed, waiting, {}) if confirmed or waiting else None


def _list_known_people(
    db: Db, targets: Collection[WorkshopSession], chosen: Collection[tuple[Registration, bool]]
) -> defaultdict[int, set[int]]:
    """Return for each of the sessions who of the chosen is registered there already, by its id; with one query."""
    statement = select(col(Registration.workshop_session_id), col(Registration.participant_id)).where(
        in_values(db, col(Registration.workshop_session_id), [target.id for target in targets]),
        in_values(db, col(Registration.participant_id), {row.participant_id for row, _ in chosen}),
    )
    people = defaultdict[int, set[int]](set)
    for session_id, participant_id in db.execute(statement):
        people[session_id].add(participant_id)
    return people


def _plan(
    chosen: Collection[tuple[Registration, bool]], seats: Seats, in_target: Collection[int]
) -> MovePlan:
    """Return who of the chosen gets a seat or waits, and who stays; the seats given are counted as taken in `seats`."""
    confirmed: list[int] = []
    waiting: list[int] = []
    left_out: dict[int, MoveObstacle] = {}
    for registration, is_recorded in chosen:
        kelurahan, group = registration.kelurahan_code, registration.target_group_code
        if obstacle := _find_obstacle(registration, in_target, is_recorded=is_recorded):
            left_out[registration.id] = obstacle
        elif seats.full_caps(kelurahan, group):
            waiting.append(registration.id)
        else:
            seats.take(kelurahan, group)
            confirmed.append(registration.id)
    return MovePlan(tuple(confirmed), tuple(waiting), left_out)


def _find_obstacle(
    registration: Registration, in_target: Collection[int], *, is_recorded: bool
) -> MoveObstacle | None:
    """Return why a person stays, None if they can be moved. `in_target` are the people of the other session."""
    if registration.status is RegistrationStatus.CANCELLED:
        return MoveObstacle.CANCELLED
    if is_recorded:
        return MoveObstacle.RECORDED
    if registration.status is RegistrationStatus.WALK_IN:
        return MoveObstacle.WALK_IN
    return MoveObstacle.IN_OTHER_SESSION if registration.participant_id in in_target else None


def _move(
    db: Db,
    actor: Actor,
    registration: Registration,
    source: WorkshopSession,
    target: WorkshopSession,
    *,
    has_seat: bool,
) -> None:
    """Move one registration to the other session, with a seat or at the end of its waiting list, and log it."""
    before = _state(registration, source)
    number = None if has_seat else get_next_waiting_number(db, target.id)
    registration.workshop_session_id = target.id
    registration.status = RegistrationStatus.CONFIRMED if has_seat else RegistrationStatus.WAITLISTED
    registration.waiting_number = number
    db.flush()
    after = _state(registration, target)
    log_activity(db, actor, "move", "registration", registration.code, before=before, after=after)


def _state(registration: Registration, workshop_session: WorkshopSession) -> dict[str, Any]:
    """Return a registration's session, status and waiting number for the activity log."""
    return {
        "session": workshop_session.code,
        "status": registration.status.value,
        "waiting_number": registration.waiting_number,
    }
