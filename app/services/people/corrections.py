"""Correct the details of a participant. The facts of their past registrations don't change."""

from collections.abc import Mapping

from sqlmodel import col, select

from app.database import Db
from app.errors import PLEASE_CORRECT, Invalid
from app.i18n import N_
from app.models import Participant, ProposedChange, Sex
from app.models.base import now
from app.nik_vault import NikVault
from app.people.fields import FORM_TEXT_FIELDS, MERGED_FIELDS
from app.people.person import PersonInput, PersonValues
from app.people.values.phones import mask_phone
from app.permissions import Actor, Permission, Scope
from app.queries.people.participants import get_participant
from app.queries.people.records import get_record_access
from app.services.activities import log_activity, snapshot
from app.services.edit_conflicts import require_unchanged
from app.services.locks import lock_people_table
from app.services.people.participants import place_columns
from app.services.people.proposals import (
    IDENTITY_FIELDS,
    Differences,
    ProposalSource,
    find_differences,
    propose_changes,
)
from app.services.registrations.person_input import InvalidPeople, find_errors, parse_person

_IDENTITY_COLUMNS = {name for field in IDENTITY_FIELDS for name in MERGED_FIELDS[field]}


def correct_participant(
    db: Db,
    vault: NikVault,
    actor: Actor,
    participant_id: int,
    data: PersonInput,
    *,
    form_fingerprint: str = "",
) -> list[ProposedChange]:
    """Replace the details of a participant by those of a form, and log it if anything changed.

    Of a person whom other organizations know, name, NIK and kelurahan are only proposed, unless the actor decides on
    such proposals anyway. Returns what was proposed.

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
    columns = _columns(parsed.values, data)
    differences = _find_proposed(db, vault, actor, person, parsed.values, columns)
    if differences is not None:
        columns = {name: value for name, value in columns.items() if name not in _IDENTITY_COLUMNS}
    person.sqlmodel_update(columns)
    if data.phone.strip():
        person.phone = parsed.values.phone
    has_new_nik = _set_nik(db, vault, person, parsed.values, is_proposed=differences is not None)
    changed = {"nik_changed": True} if has_new_nik else {}
    after = snapshot(person) | changed
    if after != before:
        require_unchanged(form_fingerprint, form_values)
        log_activity(db, actor, "correct-person", "participant", person.id, before=before, after=after)
        person.latest_session_at = max(now(), person.latest_session_at or now())
    return propose_changes(db, actor, {person.id: differences or {}}, ProposalSource())


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


def _find_proposed(
    db: Db,
    vault: NikVault,
    actor: Actor,
    person: Participant,
    values: PersonValues,
    columns: Mapping[str, object],
) -> Differences | None:
    """Return the changes of name, NIK and kelurahan that a form may only propose; None if it may change them."""
    if actor.scope(Permission.ATTENDANCE_WRITE) is Scope.ALL or actor.organization_id is None:
        return None
    if get_record_access(db, actor.organization_id, person.id).may_change_identity:
        return None
    nik = vault.encrypt(values.nik) if values.nik else None
    differences = find_differences(person, values, nik, IDENTITY_FIELDS)
    # The form shows the whole name and the RT: a corrected title or a cleared RT is a change, too.
    for field in ("name", "kelurahan"):
        wanted = {name: columns[name] for name in MERGED_FIELDS[field]}
        if any(getattr(person, name) != value for name, value in wanted.items()):
            differences[field] = wanted
    return differences


def _set_nik(
    db: Db, vault: NikVault, person: Participant, values: PersonValues, *, is_proposed: bool
) -> bool:
    """Set the NIK if the form has one and it is not only proposed, and return whether it changed.

    Raises `Invalid` if another participant has it.
    """
    if values.nik is None or values.nik_key is None or values.nik_key == person.nik_key:
        return False
    if db.scalars(select(Participant.id).where(col(Participant.nik_key) == values.nik_key)).first():
        text = N_("Another participant has this NIK. Perhaps the two are one: see the possible duplicates.")
        raise Invalid(PLEASE_CORRECT, fields={"nik": text})
    if is_proposed:
        return False
    person.nik_key, person.nik_encrypted = values.nik_key, vault.encrypt(values.nik)
    return True
