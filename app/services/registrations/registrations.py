"""Registering people for a session: exact places, a waiting list, and one registration a person."""

from collections.abc import Sequence
from dataclasses import replace

from app.database import Db
from app.errors import Conflict
from app.i18n import N_
from app.models import Attendance, Channel, MessageKind, Registration, RegistrationStatus, WorkshopSession
from app.models.base import now
from app.nik_vault import NikVault
from app.people.matching import MatchedPerson
from app.people.person import PersonInput
from app.people.remarks import Remark
from app.permissions import CITIZEN, Actor
from app.queries.registrations.admissions import admission
from app.queries.workshops.public_workshops import no_workshop
from app.services.activities import log_activity
from app.services.locks import lock_people_table, lock_row, lock_session_of_page, share_people
from app.services.messages.notifications import tell
from app.services.registrations.new_registrations import Registered
from app.services.registrations.person_choices import require_choosable
from app.services.registrations.recognition import NotUnderstood, faults, recognise
from app.services.registrations.registering import Registering
from app.services.registrations.requests import NoPlaces, RegistrationRequest, offered_group, require_open
from app.services.registrations.waiting_list import give_place, move_up


def register(
    db: Db,
    vault: NikVault,
    actor: Actor,
    workshop_session_id: int,
    given: PersonInput,
    asking: RegistrationRequest,
) -> Registered:
    """One person's registration: confirmed, waiting where a cap is reached, or a walk-in's.

    Raises `Conflict` with the codes `registration-closed`, `already-registered` and `person-unclear`, and
    `NotUnderstood` with the fields to correct. Sent again with the same `request_key`, it gives the first one.
    """
    lock_people_table(db)
    workshop_session = lock_row(db, WorkshopSession, workshop_session_id)
    return _register(db, vault, actor, workshop_session, given, asking)


def register_by_page(
    db: Db,
    vault: NikVault,
    workshop_code: str,
    session_code: str,
    given: PersonInput,
    asking: RegistrationRequest,
) -> Registered:
    """As `register`, by a workshop's public page. Raises `NotFound` where it has no such session.

    For hundreds at once: those who register for other sessions, and are others, aren't waited for.
    """
    share_people(db, asking.request_key)
    workshop_session = lock_session_of_page(db, workshop_code, session_code)
    if workshop_session is None:
        raise no_workshop(workshop_code)
    return _register(db, vault, CITIZEN, workshop_session, given, asking)


def _register(
    db: Db,
    vault: NikVault,
    actor: Actor,
    workshop_session: WorkshopSession,
    given: PersonInput,
    asking: RegistrationRequest,
) -> Registered:
    """People are held, or shared, and the session's row is held."""
    admitted = admission(db, workshop_session, asking.request_key)
    if admitted.sent is not None:
        return Registered.of(db.get_one(Registration, admitted.sent))
    require_open(workshop_session, asking)
    if asking.channel is Channel.SELF:
        given = replace(given, target_group=offered_group(given.target_group, admitted.offered))
    if asking.decision and isinstance(asking.decision.person, int):
        require_choosable(db, vault, actor, asking.decision.person, given)
    (judged,) = recognise(
        db,
        vault,
        workshop_session,
        (given,),
        {1: asking.decision} if asking.decision else None,
        by_membership=asking.channel in {Channel.ORGANIZER, Channel.WALK_IN},
        shared=asking.channel is Channel.SELF,
        admitted=admitted,
    )
    if found := [*faults(judged), *_lacking_consent(asking)]:
        raise NotUnderstood({1: found}, of_list=False)
    return Registering(db, vault, actor, workshop_session, asking, admitted.places).register(judged)


def register_delegation(
    db: Db,
    vault: NikVault,
    actor: Actor,
    workshop_session_id: int,
    given: Sequence[PersonInput],
    asking: RegistrationRequest,
) -> list[Registered]:
    """A whole delegation at once, all or nothing: each gets a place, or nobody is registered.

    Raises what `register` does, and `NoPlaces`; faults are named by the person's number in the list.
    """
    lock_people_table(db)
    workshop_session = lock_row(db, WorkshopSession, workshop_session_id)
    require_open(workshop_session, asking)
    admitted = admission(db, workshop_session, asking.request_key)
    judged = recognise(db, vault, workshop_session, given, admitted=admitted)
    _require_all_understood(judged)
    registering = Registering(db, vault, actor, workshop_session, asking, admitted.places)
    made = [registering.register(one) for one in judged]
    waiting = [
        number for number, one in enumerate(made, start=1) if one.status is RegistrationStatus.WAITLISTED
    ]
    if waiting:
        raise NoPlaces(waiting)
    return made


def _lacking_consent(asking: RegistrationRequest) -> list[Remark]:
    lacking = asking.channel is Channel.SELF and not asking.consent
    return [Remark("error", "consent", "consent-missing", {})] if lacking else []


def _require_all_understood(judged: Sequence[MatchedPerson]) -> None:
    found = {one.number: faults(one) for one in judged}
    if any(found.values()):
        raise NotUnderstood(found, of_list=True)
    if twice := [one for one in judged if one.of is not None]:
        text = N_("Person %(number)s stands in the list twice.")
        raise Conflict(text, code="duplicate", number=twice[0].number)


def cancel(db: Db, actor: Actor, registration: Registration) -> Registration:
    """Takes a registration back; its place goes to the first who waits and fits. Cancelled twice, it stays so.

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
    tell(db, MessageKind.CANCELLED, registration)
    move_up(db, actor, workshop_session, because=registration.code)
    return registration


def overrule(db: Db, actor: Actor, registration: Registration) -> Registration:
    """Gives somebody who waits a place beyond the caps; the log says who decided it."""
    lock_people_table(db)
    workshop_session = lock_row(db, WorkshopSession, registration.workshop_session_id)
    registration = lock_row(db, Registration, registration.id)
    if registration.status is not RegistrationStatus.WAITLISTED:
        raise Conflict(N_("This person is not on the waiting list."), code="not-waiting")
    if workshop_session.cancelled_at is not None:
        raise Conflict(N_("This session is cancelled."), code="registration-closed")
    give_place(db, actor, registration, "overrule", because="overrule")
    return registration
