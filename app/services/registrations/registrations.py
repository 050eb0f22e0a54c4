"""Registering people for a session: exact seats, a waiting list, and one registration for each person."""

from collections.abc import Sequence
from dataclasses import replace

from sqlmodel import col, select

from app.database import Db
from app.errors import Conflict, NotFound
from app.i18n import N_
from app.models import (
    Attendance,
    Channel,
    MessageKind,
    Registration,
    RegistrationStatus,
    TargetGroup,
    WorkshopSession,
)
from app.models.base import now
from app.nik_vault import NikVault
from app.people.matching import MatchedPerson
from app.people.person import ParsedPerson, PersonInput
from app.people.remarks import Remark
from app.permissions import Actor
from app.queries.registrations.seats import seats_of
from app.queries.workshops.workshops import list_target_group_codes
from app.services.activities import log_activity
from app.services.locks import GONE, lock_identity_keys, lock_people_table, lock_row
from app.services.messages.notifications import notify
from app.services.registrations.person_choices import require_choosable
from app.services.registrations.recognition import (
    NotUnderstood,
    faults,
    identity_keys,
    match_known_people,
    parse_people,
)
from app.services.registrations.requests import NoPlaces, RegistrationRequest, offered_group, require_open
from app.services.registrations.waiting_list import give_place, move_up
from app.services.registrations.writing import RegistrationWriter


def register(
    db: Db,
    vault: NikVault,
    actor: Actor,
    workshop_session_id: int,
    person: PersonInput,
    request: RegistrationRequest,
) -> Registration:
    """Register one person: confirmed, on the waiting list if a cap is reached, or as a walk-in.

    Raises `Conflict` with the codes `registration-closed`, `already-registered` and `person-unclear`, and
    `NotUnderstood` with the fields to correct. A request that was sent before returns the registration made then.
    """
    workshop_session = _session(db, workshop_session_id)
    target_groups = list_target_group_codes(db, workshop_session.workshop_id)
    if request.channel is Channel.SELF:
        offered = target_groups or db.scalars(select(TargetGroup.code)).all()
        person = replace(person, target_group=offered_group(person.target_group, offered))
    people = parse_people(db, vault, workshop_session, target_groups, [person])
    workshop_session = _lock(db, workshop_session, people, request)
    if request.request_key and (sent := _registration_sent(db, request.request_key)):
        return sent
    require_open(workshop_session, request)
    decision = request.decision
    if decision and isinstance(decision.person, int):
        require_choosable(db, vault, actor, decision.person, person)
    (judged,) = match_known_people(
        db,
        workshop_session,
        target_groups,
        people,
        {1: decision} if decision else None,
        by_membership=request.channel in {Channel.ORGANIZER, Channel.WALK_IN},
    )
    if found := [*faults(judged), *_lacking_consent(request)]:
        raise NotUnderstood({1: found}, of_list=False)
    seats = seats_of(db, workshop_session)
    return RegistrationWriter(db, vault, actor, workshop_session, request, seats).write(judged)


def register_delegation(
    db: Db,
    vault: NikVault,
    actor: Actor,
    workshop_session_id: int,
    delegates: Sequence[PersonInput],
    request: RegistrationRequest,
) -> list[Registration]:
    """Register a whole delegation, all or nothing: if one of them gets no seat, nobody is registered.

    Raises what `register` does, and `NoPlaces`; faults are named by the person's number in the list.
    """
    workshop_session = _session(db, workshop_session_id)
    target_groups = list_target_group_codes(db, workshop_session.workshop_id)
    people = parse_people(db, vault, workshop_session, target_groups, delegates)
    workshop_session = _lock(db, workshop_session, people, request)
    require_open(workshop_session, request)
    judged = match_known_people(db, workshop_session, target_groups, people)
    _require_all_understood(judged)
    writer = RegistrationWriter(db, vault, actor, workshop_session, request, seats_of(db, workshop_session))
    registrations = [writer.write(one) for one in judged]
    waiting = [
        number
        for number, registration in enumerate(registrations, start=1)
        if registration.status is RegistrationStatus.WAITLISTED
    ]
    if waiting:
        raise NoPlaces(waiting)
    return registrations


def _session(db: Db, workshop_session_id: int) -> WorkshopSession:
    workshop_session = db.get(WorkshopSession, workshop_session_id)
    if workshop_session is None:
        raise NotFound(GONE)
    return workshop_session


def _lock(
    db: Db, workshop_session: WorkshopSession, people: Sequence[ParsedPerson], request: RegistrationRequest
) -> WorkshopSession:
    """Lock what these people could be found by and the session's row; return the row as it is now.

    The request's key is locked too, so that a form that is sent twice at once registers once.
    """
    keys = identity_keys(people)
    lock_identity_keys(db, {*keys, request.request_key} if request.request_key else keys)
    return lock_row(db, WorkshopSession, workshop_session.id)


def _registration_sent(db: Db, request_key: str) -> Registration | None:
    return db.scalars(select(Registration).where(col(Registration.request_key) == request_key)).first()


def _lacking_consent(request: RegistrationRequest) -> list[Remark]:
    lacking = request.channel is Channel.SELF and not request.consent
    return [Remark("error", "consent", "consent-missing", {})] if lacking else []


def _require_all_understood(judged: Sequence[MatchedPerson]) -> None:
    found = {one.number: faults(one) for one in judged}
    if any(found.values()):
        raise NotUnderstood(found, of_list=True)
    if twice := [one for one in judged if one.of is not None]:
        text = N_("Person %(number)s stands in the list twice.")
        raise Conflict(text, code="duplicate", number=twice[0].number)


def cancel(db: Db, actor: Actor, registration: Registration) -> Registration:
    """Cancel a registration; its seat goes to the first on the waiting list who fits. Cancelling twice changes nothing.

    Raises `Conflict` once the session has begun or the person's attendance is recorded.
    """
    lock_people_table(db)
    workshop_session = lock_row(db, WorkshopSession, registration.workshop_session_id)
    registration = lock_row(db, Registration, registration.id)
    if registration.status is RegistrationStatus.CANCELLED:
        return registration
    if workshop_session.starts_at <= now() or db.get(Attendance, registration.id) is not None:
        raise Conflict(
            N_("The session has begun: mark the attendance instead of cancelling."), code="too-late"
        )
    before = {"status": registration.status.value, "waiting_number": registration.waiting_number}
    registration.status, registration.waiting_number = RegistrationStatus.CANCELLED, None
    after = {"status": registration.status.value, "waiting_number": None}
    log_activity(db, actor, "cancel", "registration", registration.code, before=before, after=after)
    notify(db, MessageKind.CANCELLED, registration)
    move_up(db, actor, workshop_session, because=registration.code)
    return registration


def overrule(db: Db, actor: Actor, registration: Registration) -> Registration:
    """Give a person on the waiting list a seat beyond the caps; the log says who decided it."""
    lock_people_table(db)
    workshop_session = lock_row(db, WorkshopSession, registration.workshop_session_id)
    registration = lock_row(db, Registration, registration.id)
    if registration.status is not RegistrationStatus.WAITLISTED:
        raise Conflict(N_("This person is not on the waiting list."), code="not-waiting")
    if workshop_session.cancelled_at is not None:
        raise Conflict(N_("This session is cancelled."), code="registration-closed")
    give_place(db, actor, registration, "overrule", because="overrule")
    return registration
