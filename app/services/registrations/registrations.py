"""Registering people for a session: exact seats, a waiting list, and one registration for each person."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import bindparam
from sqlmodel import col, select

from app.database import Db
from app.errors import PLEASE_CORRECT, Conflict, Invalid, NotFound
from app.i18n import N_
from app.models import (
    CHANNELS_WITHOUT_ACCOUNT,
    Attendance,
    Channel,
    DelegationLink,
    MessageKind,
    Registration,
    RegistrationStatus,
    WorkshopSession,
)
from app.models.base import now
from app.nik_vault import NikVault
from app.people.matching import MatchedPerson
from app.people.person import PersonInput
from app.people.remarks import Remark
from app.people.values.phones import parse_phone
from app.permissions import CITIZEN, Actor, Permission
from app.queries.privacy.notices import get_current_notice_version
from app.queries.registrations.seats import get_seats
from app.queries.workshops.group_question import get_group_question
from app.queries.workshops.workshops import list_target_group_codes
from app.services.activities import log_activity
from app.services.authorization import require_permission
from app.services.locks import GONE, lock_identity_keys, lock_people_table, lock_row
from app.services.messages.notifications import notify
from app.services.registrations.person_input import (
    InvalidPeople,
    find_errors,
    find_missing_contact,
    identity_keys,
    match_known_people,
    parse_people,
)
from app.services.registrations.requests import (
    NotEnoughSeats,
    RegistrationRequest,
    parse_group_answer,
    require_open,
)
from app.services.registrations.suggestions import get_selectable_person
from app.services.registrations.waiting_list import confirm_waiting, fill_free_seats
from app.services.registrations.writer import RegistrationWriter

_BY_REQUEST_KEY = select(Registration).where(col(Registration.request_key) == bindparam("request_key"))


def register_person(
    db: Db,
    vault: NikVault,
    actor: Actor,
    workshop_session_id: int,
    person: PersonInput,
    request: RegistrationRequest,
) -> Registration:
    """Register one person: confirmed, on the waiting list if a cap is reached, or as a walk-in.

    The registration is logged, and mailed except to walk-ins. A request that was sent before returns the registration
    made then. Citizens (channel "self", actor `CITIZEN`) may register themselves on the public page without an account,
    and the holder of a delegation link too; all others need `ATTENDANCE_WRITE`.

    Raises `NotFound` if the session was deleted, `Forbidden`, `Conflict` (code "registration-closed"),
    `AlreadyRegistered`, `PersonUnclear`, `InvalidPeople` with the fields to correct, `WorkshopNotForPerson` for a
    citizen of none of its groups, and `Invalid` for a decision for a person whom the actor may not pick.
    """
    workshop_session = _get_workshop_session(db, workshop_session_id)
    _require_may_register(db, actor, workshop_session, request)
    notice = get_current_notice_version(db)
    workshop_session = _lock(db, vault, workshop_session, [person], request)
    if request.request_key and (earlier_registration := _find_by_request_key(db, request.request_key)):
        return earlier_registration
    require_open(workshop_session, request)
    question = get_group_question(db, workshop_session.workshop_id, "id")
    target_groups = tuple(sorted(group.code for group in question.audience))
    if request.channel is Channel.SELF:
        person = replace(person, target_group=parse_group_answer(person.target_group, question))
    people = parse_people(db, vault, workshop_session, target_groups, [person])
    decision = request.decision
    if decision and isinstance(decision.person, int):
        get_selectable_person(db, vault, actor, decision.person, person)
    (matched,) = match_known_people(
        db,
        workshop_session,
        () if request.channel in CHANNELS_WITHOUT_ACCOUNT else target_groups,
        people,
        {1: decision} if decision else None,
        reader=actor if request.channel in {Channel.ORGANIZER, Channel.WALK_IN} else None,
    )
    errors = find_errors(matched)
    if request.channel is Channel.SELF:
        errors += find_missing_contact(matched)
    if errors := [*errors, *_find_missing_consent(request, notice)]:
        raise InvalidPeople({1: errors}, of_list=False)
    seats = get_seats(db, workshop_session)
    return RegistrationWriter(db, vault, actor, workshop_session, request, seats, notice).write(matched)


def register_delegation(
    db: Db,
    vault: NikVault,
    actor: Actor,
    workshop_session_id: int,
    delegates: Sequence[PersonInput],
    request: RegistrationRequest,
) -> list[Registration]:
    """Register a whole delegation or none of it; return the registrations in the same order.

    The holder of a delegation link may do so without an account (channel "delegation", actor `CITIZEN`).

    Raises what `register_person` does, with the person's number in the list before the names of fields, `Conflict`
    (code "duplicate") if a person is in the list twice, and `NotEnoughSeats` if not all of them get a seat. The caller
    must roll back then. Without `informed` and a valid `contact` in the request it raises `Invalid` with these fields.
    The contact is kept with the link.
    """
    workshop_session = _get_workshop_session(db, workshop_session_id)
    _require_may_register(db, actor, workshop_session, request)
    notice = get_current_notice_version(db)
    workshop_session = _lock(db, vault, workshop_session, delegates, request)
    require_open(workshop_session, request)
    target_groups = list_target_group_codes(db, workshop_session.workshop_id)
    people = parse_people(db, vault, workshop_session, target_groups, delegates)
    matched = match_known_people(db, workshop_session, (), people)  # Every row names its group.
    _require_valid(matched)
    _require_informed(request, notice)
    contact = _parse_contact(request)
    seats = get_seats(db, workshop_session)
    writer = RegistrationWriter(db, vault, actor, workshop_session, request, seats, notice)
    registrations = [writer.write(person) for person in matched]
    waiting = [
        number
        for number, registration in enumerate(registrations, start=1)
        if registration.status is RegistrationStatus.WAITLISTED
    ]
    if waiting:
        raise NotEnoughSeats(waiting)
    if request.delegation_link_id is not None:
        db.get_one(DelegationLink, request.delegation_link_id).contact_phone = contact
    return registrations


def _get_workshop_session(db: Db, workshop_session_id: int) -> WorkshopSession:
    """Return the session with this id. Raises `NotFound`."""
    workshop_session = db.get(WorkshopSession, workshop_session_id)
    if workshop_session is None:
        raise NotFound(GONE)
    return workshop_session


def _require_may_register(
    db: Db, actor: Actor, workshop_session: WorkshopSession, request: RegistrationRequest
) -> None:
    """Raise `Forbidden` without `ATTENDANCE_WRITE`, unless the channel needs no account and nothing is overruled."""
    if request.overrule or request.channel not in CHANNELS_WITHOUT_ACCOUNT:
        require_permission(db, actor, Permission.ATTENDANCE_WRITE, workshop_session)


def _lock(
    db: Db,
    vault: NikVault,
    workshop_session: WorkshopSession,
    people: Sequence[PersonInput],
    request: RegistrationRequest,
) -> WorkshopSession:
    """Lock the keys by which these people could be matched, and the session's row; return the row as it is now.

    The request's key is locked too, so that a form that is sent twice at once registers once. Whatever else the people
    are judged by, such as the workshop's target groups, is read after this: it cannot change while keys are locked.
    """
    keys = identity_keys(vault, people)
    lock_identity_keys(db, {*keys, request.request_key} if request.request_key else keys)
    return lock_row(db, WorkshopSession, workshop_session.id)


def _find_by_request_key(db: Db, request_key: str) -> Registration | None:
    """Return the registration that was made by this request, None if there is none."""
    return db.scalars(_BY_REQUEST_KEY, {"request_key": request_key}).first()


def _find_missing_consent(request: RegistrationRequest, version: str) -> list[Remark]:
    """Return the error of a request without valid consent, else []. `version` is the notice in force.

    That is "consent-missing" for a request of the public page, and "notice-changed" for consent to another version.
    """
    if request.channel is Channel.SELF and not request.consent:
        return [Remark("error", "consent", "consent-missing", {})]
    if request.consent and request.notice and request.notice != version:
        return [Remark("error", "consent", "notice-changed", {})]
    return []


def _require_informed(request: RegistrationRequest, version: str) -> None:
    """Raise `Invalid` unless the kelurahan says that its delegates know the privacy notice in force."""
    if not request.informed:
        text = N_("Tell your people first how their data is used, and tick that you did.")
        raise Invalid(PLEASE_CORRECT, fields={"informed": text})
    if request.notice and request.notice != version:
        text = N_("The privacy notice has changed meanwhile. Read it again, and tell your people.")
        raise Invalid(PLEASE_CORRECT, fields={"informed": text})


def _parse_contact(request: RegistrationRequest) -> str:
    """Return the phone number of the kelurahan's staff as E.164. Raises `Invalid` if it is missing or wrong."""
    contact = parse_phone(request.contact)
    if contact is None:
        text = N_("Fill in your own WhatsApp number: news for people without one reach them through you.")
        raise Invalid(PLEASE_CORRECT, fields={"contact": text})
    return contact


def _require_valid(people: Sequence[MatchedPerson]) -> None:
    """Raise `InvalidPeople` if values of these people must be corrected, `Conflict` if one is in the list twice."""
    errors = {person.number: find_errors(person) for person in people}
    if any(errors.values()):
        raise InvalidPeople(errors, of_list=True)
    if repeated := [person for person in people if person.of is not None]:
        text = N_("Person %(number)s is in the list twice.")
        raise Conflict(text, code="duplicate", number=repeated[0].number)


def cancel_registration(
    db: Db, actor: Actor, registration: Registration, *, reason: str = ""
) -> Registration:
    """Cancel a registration, log it with the reason, notify the person, and return it; twice changes nothing.

    Its seat goes to the first on the waiting list who fits. `CITIZEN` may do so without an account: the right comes
    from the ticket's code or the delegation link in the URL. Raises `Forbidden` without `ATTENDANCE_WRITE`, and
    `Conflict` (code "too-late") once the session has begun or the person's attendance is recorded.
    """
    if actor is not CITIZEN:
        require_permission(db, actor, Permission.ATTENDANCE_WRITE, registration)
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
    log_activity(
        db, actor, "cancel", "registration", registration.code, before=before, after=after, reason=reason
    )
    notify(db, MessageKind.CANCELLED, registration)
    fill_free_seats(db, actor, workshop_session, because=registration.code)
    return registration


def give_seat_beyond_caps(db: Db, actor: Actor, registration: Registration) -> Registration:
    """Give a person on the waiting list a seat although a cap is reached, log it, notify the person; return the row.

    Raises `Forbidden` without `ATTENDANCE_WRITE`, and `Conflict` if the person is not waiting (code "not-waiting") or
    the session is cancelled ("registration-closed").
    """
    require_permission(db, actor, Permission.ATTENDANCE_WRITE, registration)
    lock_people_table(db)
    workshop_session = lock_row(db, WorkshopSession, registration.workshop_session_id)
    registration = lock_row(db, Registration, registration.id)
    if registration.status is not RegistrationStatus.WAITLISTED:
        raise Conflict(N_("This person is not on the waiting list."), code="not-waiting")
    if workshop_session.cancelled_at is not None:
        raise Conflict(N_("This session is cancelled."), code="registration-closed")
    confirm_waiting(db, actor, registration, "overrule", {"because": "overrule"})
    return registration
