"""Correcting a registration before its session: the name, where the person lives, the group and the contacts."""

from collections.abc import Mapping

from app.database import Db
from app.errors import PLEASE_CORRECT, Conflict, Invalid
from app.i18n import N_
from app.models import Channel, Participant, Registration, RegistrationStatus, WorkshopSession
from app.models.base import now
from app.nik_vault import NikVault
from app.people.person import PersonInput, PersonValues
from app.permissions import Actor
from app.queries.registrations.seats import get_seats
from app.queries.registrations.tickets import is_own_record
from app.queries.workshops.workshops import list_target_group_codes
from app.services.activities import log_activity, snapshot
from app.services.locks import lock_people_table, lock_row
from app.services.messages.notifications import notify
from app.services.people.participants import place_columns
from app.services.people.proposals import ProposalSource, find_differences, propose_changes
from app.services.registrations.person_input import (
    InvalidPeople,
    find_errors,
    find_missing_contact,
    match_known_people,
    parse_people,
)
from app.services.registrations.waiting_list import fill_free_seats
from app.services.registrations.writer import MESSAGE_KINDS

FULL_CAP_TEXTS: Mapping[str, str] = {
    "kelurahan": N_("There is no place left for this kelurahan. Your registration stays as it was."),
    "group": N_("There is no place left for this group. Your registration stays as it was."),
}
CAP_FIELDS = {"kelurahan": "kelurahan", "group": "target_group"}


def correct_registration(
    db: Db, vault: NikVault, actor: Actor, registration: Registration, person: PersonInput
) -> bool:
    """Correct and log what a ticket says, and return whether it has a new e-mail address.

    The ticket is then mailed to that address, unless the person is a walk-in. The person's record is changed too if
    this registration made it (see `is_own_record`); otherwise what differs is proposed. Nobody loses a seat or a
    waiting number, and seats that become free are given to people who wait.

    The actor is `CITIZEN`, who has no account: their right comes from the ticket's code in the URL. Raises `Conflict`
    once the session has begun, or if it or the registration is cancelled, `InvalidPeople` with the fields to correct,
    and `Invalid` if the person has a seat but there is none for the new kelurahan or group.
    """
    lock_people_table(db)
    workshop_session = lock_row(db, WorkshopSession, registration.workshop_session_id)
    registration = lock_row(db, Registration, registration.id)
    _require_correctable(workshop_session, registration)
    target_groups = list_target_group_codes(db, workshop_session.workshop_id)
    people = parse_people(db, vault, workshop_session, target_groups, [person])
    (matched,) = match_known_people(db, workshop_session, (), people)
    errors = find_errors(matched)
    if registration.channel is Channel.SELF:
        errors += find_missing_contact(matched)
    if errors:
        raise InvalidPeople({1: errors}, of_list=False)
    values = matched.values
    before = snapshot(registration)
    _require_seat(db, workshop_session, registration, values)
    _correct_person(db, vault, actor, registration, values)
    has_new_address = values.email not in {None, registration.contact_email}
    _correct_registration(registration, values)
    if has_new_address:
        registration.contact_confirmed_at = None
    if has_new_address and registration.status in MESSAGE_KINDS:
        notify(db, MESSAGE_KINDS[registration.status], registration)
    log_activity(
        db,
        actor,
        "correct-person",
        "registration",
        registration.code,
        before=before,
        after=snapshot(registration),
    )
    fill_free_seats(db, actor, workshop_session, because="corrected", code=registration.code)
    return has_new_address


def _require_correctable(workshop_session: WorkshopSession, registration: Registration) -> None:
    """Raise `Conflict` if the registration or the session is cancelled, or the session has begun."""
    if registration.status is RegistrationStatus.CANCELLED or workshop_session.cancelled_at is not None:
        raise Conflict(N_("This registration is cancelled."), code="registration-closed")
    if workshop_session.starts_at <= now():
        raise Conflict(N_("The session has begun: nothing can be corrected here any more."), code="too-late")


def _require_seat(
    db: Db, workshop_session: WorkshopSession, registration: Registration, values: PersonValues
) -> None:
    """Raise `Invalid` if the person has a seat, and would lose it because the new kelurahan or group is full."""
    if registration.status is not RegistrationStatus.CONFIRMED:
        return
    kelurahan, group = place_columns(values)["kelurahan_code"], values.target_group or ""
    changed = {
        "kelurahan": kelurahan != registration.kelurahan_code,
        "group": group != registration.target_group_code,
    }
    full_caps = get_seats(db, workshop_session).full_caps(kelurahan, group)
    full = [cap.kind for cap in full_caps if changed.get(cap.kind)]
    if full:
        raise Invalid(PLEASE_CORRECT, fields={CAP_FIELDS[kind]: FULL_CAP_TEXTS[kind] for kind in full})


def _correct_person(
    db: Db, vault: NikVault, actor: Actor, registration: Registration, values: PersonValues
) -> None:
    """Correct the person's record, and log it if it changed.

    Phone, e-mail and place are set only where the record has none or the registration's former ones. A record that this
    registration did not make stays: a differing name is kept with the registration (`name_given`), and the differences
    are proposed.
    """
    person = db.get_one(Participant, registration.participant_id)
    if not is_own_record(db, registration):
        is_hidden = not registration.opens_record
        registration.name_given = values.name if is_hidden or values.name != person.name else None
        nik = vault.encrypt(values.nik) if values.nik else None
        source = ProposalSource(registration_id=registration.id)
        propose_changes(db, actor, {person.id: find_differences(person, values, nik)}, source)
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
        _change_residence(person, values)
    if (after := snapshot(person)) != before:
        log_activity(db, actor, "correct-person", "participant", person.id, before=before, after=after)


def _correct_registration(registration: Registration, values: PersonValues) -> None:
    """Set the registration's place, target group, phone and e-mail."""
    _change_residence(registration, values)
    registration.target_group_code = values.target_group or ""
    registration.contact_phone, registration.contact_email = values.phone, values.email


def _change_residence(row: Participant | Registration, values: PersonValues) -> None:
    """Set where a person lives. An RT belongs to its kelurahan, so it is removed with a new kelurahan."""
    columns = place_columns(values)
    if columns["kelurahan_code"] != row.kelurahan_code:
        row.rt = None
    row.sqlmodel_update(columns)
