"""Correct the details of a participant. The facts of their past registrations don't change."""

from sqlmodel import col, select

from app.database import Db
from app.errors import PLEASE_CORRECT, Invalid
from app.i18n import N_
from app.models import Participant, Sex
from app.models.base import now
from app.nik_vault import NikVault
from app.people.fields import FORM_TEXT_FIELDS
from app.people.person import PersonInput, PersonValues
from app.people.values.phones import mask_phone
from app.permissions import Actor, Permission
from app.queries.people.participants import get_participant
from app.services.activities import log_activity, snapshot
from app.services.edit_conflicts import require_unchanged
from app.services.locks import lock_people_table
from app.services.people.participants import place_columns
from app.services.registrations.person_input import InvalidPeople, find_errors, parse_person


def correct_participant(
    db: Db,
    vault: NikVault,
    actor: Actor,
    participant_id: int,
    data: PersonInput,
    *,
    form_fingerprint: str = "",
) -> Participant:
    """Replace the details of a participant by those of a form, and log it if anything changed.

    Empty fields are cleared, except phone and NIK: the form doesn't show them in full, so empty means unchanged; "-"
    clears the phone. Past registrations keep their facts, and sheets of earlier sessions don't overwrite the
    correction. `form_fingerprint` is that of the `correction_form_values` that the form showed, "" without a form.

    Raises `Forbidden` without `ATTENDANCE_WRITE`, `NotFound` also if the participant has no registration within the
    actor's scope, `InvalidPeople` with the wrong fields, `Invalid` if another participant has the NIK, and `Conflict`
    if others have changed what the form showed and `data` changes it.
    """
    actor.require(Permission.ATTENDANCE_WRITE)
    lock_people_table(db)
    person = get_participant(db, actor, participant_id)
    parsed = parse_person(db, vault, data)
    if remarks := find_errors(parsed):
        raise InvalidPeople({1: remarks}, of_list=False)
    before, form_values = snapshot(person), correction_form_values(person)
    person.sqlmodel_update(_columns(parsed.values, data))
    if data.phone.strip():
        person.phone = parsed.values.phone
    changed = {"nik_changed": True} if _set_nik(db, vault, person, parsed.values) else {}
    after = snapshot(person) | changed
    if after != before:
        require_unchanged(form_fingerprint, form_values)
        log_activity(db, actor, "correct-person", "participant", person.id, before=before, after=after)
        person.latest_session_at = max(now(), person.latest_session_at or now())
    return person


def correction_form_values(person: Participant) -> dict[str, object]:
    """Return the values that the correction form shows of a person, by column, for its fingerprint.

    The phone is masked, and the NIK is its keyed hash.
    """
    fields = (
        "name",
        "kelurahan_code",
        "outside_place",
        "rt",
        "email",
        "sex",
        "birth_date",
        *FORM_TEXT_FIELDS,
    )
    values = {name: getattr(person, name) for name in fields}
    return values | {"phone": person.phone and mask_phone(person.phone), "nik_key": person.nik_key}


def _columns(values: PersonValues, data: PersonInput) -> dict[str, object]:
    """Return the participant's columns that the form replaces or clears: all but those of phone and NIK."""
    return {
        "name": values.name,
        "name_key": values.name_key,
        "email": values.email,
        "sex": Sex(values.sex) if values.sex else None,
        "birth_date": values.birth_date,
        # The parser finds an RT in other fields, too, as in "Ketua RT 12".
        "rt": values.rt if data.rt.strip() else None,
        **{field: getattr(values, field) for field in FORM_TEXT_FIELDS},
        **place_columns(values),
    }


def _set_nik(db: Db, vault: NikVault, person: Participant, values: PersonValues) -> bool:
    """Set the NIK if the form has one, and return whether it changed.

    Raises `Invalid` if another participant has it.
    """
    if values.nik is None or values.nik_key is None or values.nik_key == person.nik_key:
        return False
    if db.scalars(select(Participant.id).where(col(Participant.nik_key) == values.nik_key)).first():
        text = N_("Another participant has this NIK. Perhaps the two are one: see the possible duplicates.")
        raise Invalid(PLEASE_CORRECT, fields={"nik": text})
    person.nik_key, person.nik_encrypted = values.nik_key, vault.encrypt(values.nik)
    return True
