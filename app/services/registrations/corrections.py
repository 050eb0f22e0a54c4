"""Correcting a registration before its session: who it is, where they live, in which group they come."""

from collections.abc import Mapping

from app.database import Db
from app.errors import Conflict, Invalid
from app.i18n import N_
from app.models import Participant, Registration, RegistrationStatus, WorkshopSession
from app.models.base import now
from app.nik_vault import NikVault
from app.people.person import PersonInput, PersonValues
from app.permissions import Actor
from app.queries.registrations.seats import seats_of
from app.queries.registrations.tickets import is_own_record
from app.services.activities import log_activity, snapshot
from app.services.locks import lock_people_table, lock_row
from app.services.messages.notifications import tell
from app.services.people.participants import place_columns
from app.services.registrations.recognition import PLEASE_CORRECT, NotUnderstood, faults, recognise
from app.services.registrations.registering import TOLD
from app.services.registrations.waiting_list import move_up

FULL_THERE: Mapping[str, str] = {
    "kelurahan": N_("There is no place left for this kelurahan. Your registration stays as it was."),
    "group": N_("There is no place left for this group. Your registration stays as it was."),
}
FIELDS_OF_CAPS = {"kelurahan": "kelurahan", "group": "target_group"}


def correct_registration(
    db: Db, vault: NikVault, actor: Actor, registration: Registration, given: PersonInput
) -> bool:
    """Puts right what a ticket says. A place is kept where the caps allow it, a waiting number in any case.

    A new e-mail address gets the ticket; returns whether there is one. The person's own record follows where it is
    the ticket holder's (`is_own_record`). Raises `Conflict` once the session
    has begun or the registration is cancelled, `NotUnderstood`, and `Invalid` where there is no place for the
    kelurahan or the group that is wanted.
    """
    lock_people_table(db)
    workshop_session = lock_row(db, WorkshopSession, registration.workshop_session_id)
    registration = lock_row(db, Registration, registration.id)
    _require_correctable(workshop_session, registration)
    (judged,) = recognise(db, vault, workshop_session, (given,))
    if found := faults(judged):
        raise NotUnderstood({1: found}, of_list=False)
    values = judged.values
    before = snapshot(registration)
    _require_place(db, workshop_session, registration, values)
    _correct_person(db, actor, registration, values)
    has_new_address = values.email not in {None, registration.contact_email}
    _correct_facts(registration, values)
    if has_new_address and registration.status in TOLD:
        tell(db, TOLD[registration.status], registration)
    log_activity(
        db,
        actor,
        "correct-person",
        "registration",
        registration.code,
        before=before,
        after=snapshot(registration),
    )
    move_up(db, actor, workshop_session, because="corrected", code=registration.code)
    return has_new_address


def _require_correctable(workshop_session: WorkshopSession, registration: Registration) -> None:
    if registration.status is RegistrationStatus.CANCELLED or workshop_session.cancelled_at is not None:
        raise Conflict(N_("This registration is cancelled."), code="registration-closed")
    if workshop_session.starts_at <= now():
        raise Conflict(N_("The session has begun: nothing can be corrected here any more."), code="too-late")


def _require_place(
    db: Db, workshop_session: WorkshopSession, registration: Registration, values: PersonValues
) -> None:
    """Whoever has a place takes it along, unless what they change to is full."""
    if registration.status is not RegistrationStatus.CONFIRMED:
        return
    kelurahan, group = place_columns(values)["kelurahan_code"], values.target_group or ""
    changed = {
        "kelurahan": kelurahan != registration.kelurahan_code,
        "group": group != registration.target_group_code,
    }
    caps = seats_of(db, workshop_session).full(kelurahan, group)
    full = [cap.kind for cap in caps if changed.get(cap.kind)]
    if full:
        raise Invalid(PLEASE_CORRECT, fields={FIELDS_OF_CAPS[kind]: FULL_THERE[kind] for kind in full})


def _correct_person(db: Db, actor: Actor, registration: Registration, values: PersonValues) -> None:
    """What this registration told of the person is told anew; what others told stays."""
    person = db.get_one(Participant, registration.participant_id)
    if not is_own_record(db, registration):
        registration.name_given = values.name if values.name != person.name else None
        return
    registration.name_given = None
    before = snapshot(person)
    person.name, person.name_key = values.name, values.name_key
    if person.phone in {None, registration.contact_phone}:
        person.phone = values.phone
    if person.email in {None, registration.contact_email}:
        person.email = values.email
    if (person.kelurahan_code, person.outside_place) == (
        registration.kelurahan_code,
        registration.outside_place,
    ):
        _move(person, values)
    if (after := snapshot(person)) != before:
        log_activity(db, actor, "correct-person", "participant", person.id, before=before, after=after)


def _correct_facts(registration: Registration, values: PersonValues) -> None:
    _move(registration, values)
    registration.target_group_code = values.target_group or ""
    registration.contact_phone, registration.contact_email = values.phone, values.email


def _move(lives: Participant | Registration, values: PersonValues) -> None:
    """An RT is its kelurahan's: it doesn't move along."""
    place = place_columns(values)
    if place["kelurahan_code"] != lives.kelurahan_code:
        lives.rt = None
    lives.sqlmodel_update(place)
