"""Putting right what is known of a person. What is frozen on their registrations stays as it was."""

from sqlmodel import col, select

from app.database import Db
from app.errors import PLEASE_CORRECT, Invalid
from app.i18n import N_
from app.models import Participant, Sex
from app.models.base import now
from app.nik_vault import NikVault
from app.people.fields import FORM_TEXT_FIELDS
from app.people.person import PersonInput, PersonValues
from app.people.phones import masked_phone
from app.permissions import Actor
from app.queries.people.participants import participant_to_correct
from app.services.activities import record, snapshot
from app.services.locks import lock_people_table
from app.services.people.participants import place_columns
from app.services.registrations.person_input import InvalidPeople, find_errors, parse_person
from app.services.unseen_changes import require_seen


def correct_participant(
    db: Db, vault: NikVault, actor: Actor, participant_id: int, data: PersonInput, *, seen: str = ""
) -> Participant:
    """The person's details as they are typed: an empty one is taken away, but for phone and NIK.

    Those two are not shown in full to whoever corrects: empty they stay. A dash takes the phone number away.
    What is said here is newer than any sheet so far. `seen` is the seal of what the actor's form was filled with.
    Raises `Forbidden` and `NotFound` by reach, `InvalidPeople` with the fields to correct, `Invalid` where the NIK is
    another person's, and `Conflict` where something else has become known of the person since.
    """
    lock_people_table(db)
    person = participant_to_correct(db, actor, participant_id)
    read = parse_person(db, vault, data)
    if found := find_errors(read):
        raise InvalidPeople({1: found}, of_list=False)
    before, filled = snapshot(person), filled_with(person)
    person.sqlmodel_update(_columns(read.values, data))
    if data.phone.strip():
        person.phone = read.values.phone
    changed = {"nik_changed": True} if _take_nik(db, vault, person, read.values) else {}
    after = snapshot(person) | changed
    if after != before:
        require_seen(seen, filled)
        record(db, actor, "correct-person", "participant", person.id, before=before, after=after)
        person.latest_session_at = max(now(), person.latest_session_at or now())
    return person


def filled_with(person: Participant) -> dict[str, object]:
    """What the form of a correction shows of a person; of phone and NIK a part, or their key."""
    shown = ("name", "kelurahan_code", "outside_place", "rt", "email", "sex", "birth_date", *FORM_TEXT_FIELDS)
    known = {name: getattr(person, name) for name in shown}
    return known | {"phone": person.phone and masked_phone(person.phone), "nik_key": person.nik_key}


def _columns(values: PersonValues, data: PersonInput) -> dict[str, object]:
    return {
        "name": values.name,
        "name_key": values.name_key,
        "email": values.email,
        "sex": Sex(values.sex) if values.sex else None,
        "birth_date": values.birth_date,
        # The reader would look for an RT elsewhere, too, as in "Ketua RT 12".
        "rt": values.rt if data.rt.strip() else None,
        **{field: getattr(values, field) for field in FORM_TEXT_FIELDS},
        **place_columns(values),
    }


def _take_nik(db: Db, vault: NikVault, person: Participant, values: PersonValues) -> bool:
    """Sets or replaces the NIK where one is given; whether that changed it."""
    if values.nik is None or values.nik_key is None or values.nik_key == person.nik_key:
        return False
    if db.scalars(select(Participant.id).where(col(Participant.nik_key) == values.nik_key)).first():
        text = N_("Another participant has this NIK. Perhaps the two are one: see the possible duplicates.")
        raise Invalid(PLEASE_CORRECT, fields={"nik": text})
    person.nik_key, person.nik_encrypted = values.nik_key, vault.encrypt(values.nik)
    return True
