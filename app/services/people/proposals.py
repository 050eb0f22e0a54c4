"""Propose changes of a person's record, which its owner, or an administrator, accepts or rejects (decision 20).

What strangers and delegations say of a known person, and what one organization says of a person whom others know, does
not change the record by itself.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

from sqlalchemy import delete, select
from sqlmodel import col

from app.database import Db
from app.errors import Conflict
from app.i18n import N_
from app.models import AttendanceImport, Participant, ProposalState, ProposedChange, Sex
from app.models.base import now
from app.people.fields import MERGED_FIELDS
from app.people.person import PersonValues
from app.people.values.outside_places import OUTSIDE
from app.permissions import Actor, Permission
from app.queries.in_values import in_values
from app.queries.people.proposals import list_decidable_changes
from app.services.activities import log_activities, log_activity, snapshot
from app.services.locks import lock_people_table, lock_row
from app.services.people.participants import place_columns

# Who someone is: of a person whom several organizations know, only the record's owner changes these.
IDENTITY_FIELDS = frozenset({"name", "nik", "kelurahan"})

# New values of a record's columns as JSON, by key of `MERGED_FIELDS`.
Differences: TypeAlias = Mapping[str, dict[str, Any]]

_PARSERS = {"sex": Sex, "birth_date": date.fromisoformat}


@dataclass(frozen=True)
class ProposalSource:
    """What a proposal comes from: a registration, an import, or neither if a user corrected the person."""

    registration_id: int | None = None
    attendance_import_id: int | None = None


def find_differences(
    person: Participant,
    values: PersonValues,
    encrypted_nik: str | None,
    fields: Collection[str] = MERGED_FIELDS.keys(),
) -> dict[str, dict[str, Any]]:
    """Return what the values say otherwise than the person's record, or what it doesn't know, for these fields.

    Names that differ in titles or spelling of the same words are the same; an RT that is missing is no difference.
    """
    differences: dict[str, dict[str, Any]] = {}
    if values.name_key and values.name_key != person.name_key:
        differences["name"] = {"name": values.name, "name_key": values.name_key}
    if values.nik_key and encrypted_nik and values.nik_key != person.nik_key:
        differences["nik"] = {"nik_key": values.nik_key, "nik_encrypted": encrypted_nik}
    if place := _find_other_place(person, values):
        differences["kelurahan"] = place
    for field in MERGED_FIELDS.keys() - IDENTITY_FIELDS:
        value = getattr(values, field)
        if value is not None and value != getattr(person, field):
            differences[field] = {field: value.isoformat() if isinstance(value, date) else str(value)}
    return {field: differences[field] for field in MERGED_FIELDS if field in differences and field in fields}


def _find_other_place(person: Participant, values: PersonValues) -> dict[str, Any] | None:
    """Return the columns of where the values say that the person lives if it is elsewhere, else None."""
    if values.kelurahan is None:
        return None
    place = place_columns(values)
    names_no_place = values.kelurahan == OUTSIDE and place["outside_place"] == OUTSIDE
    lives_there = place == {name: getattr(person, name) for name in place} or (
        names_no_place and person.outside_place is not None
    )
    if lives_there and values.rt in (None, person.rt):
        return None
    return (
        {"kelurahan_code": person.kelurahan_code, "outside_place": person.outside_place, "rt": values.rt}
        if lives_there
        else {**place, "rt": values.rt}
    )


def propose_changes(
    db: Db, actor: Actor, differences: Mapping[int, Differences], source: ProposalSource
) -> list[ProposedChange]:
    """Save the differences of each person (by id) as proposals, log them unless an import says them, and return them.

    They replace the open proposals of the same registration. What was proposed already, or was rejected, is left out.
    Needs no permission beyond that of saying it.
    """
    sources = dict.fromkeys(differences, source)
    if source.registration_id is not None:
        _delete_open_proposals(db, [source.registration_id])
    proposals = _add_proposals(db, actor, differences, sources)
    if source.attendance_import_id is None and proposals:
        fields = [proposed.field for proposed in proposals]
        after = {"fields": fields}
        log_activity(db, actor, "propose-change", "participant", proposals[0].participant_id, after=after)
    return proposals


def propose_changes_of_registrations(
    db: Db, actor: Actor, differences: Mapping[int, Differences], registrations: Mapping[int, int]
) -> None:
    """Save and log differences as `propose_changes` does, for many people with a registration each (by person id)."""
    _delete_open_proposals(db, registrations.values())
    sources = {person_id: ProposalSource(registration_id=id_) for person_id, id_ in registrations.items()}
    fields: dict[int, list[str]] = {}
    for proposed in _add_proposals(db, actor, differences, sources):
        fields.setdefault(proposed.participant_id, []).append(proposed.field)
    lines = ((person_id, {"fields": names}) for person_id, names in fields.items())
    log_activities(db, actor, "propose-change", "participant", lines)


def _delete_open_proposals(db: Db, registrations: Collection[int]) -> None:
    """Delete the open proposals of these registrations."""
    db.execute(
        delete(ProposedChange).where(
            in_values(db, col(ProposedChange.registration_id), registrations),
            col(ProposedChange.state) == ProposalState.OPEN,
        )
    )


def _add_proposals(
    db: Db, actor: Actor, differences: Mapping[int, Differences], sources: Mapping[int, ProposalSource]
) -> list[ProposedChange]:
    """Save the differences that were not proposed before, with the source of each person, flush and return them."""
    people = [person_id for person_id, fields in differences.items() if fields]
    if not people:
        return []
    of_people = in_values(db, col(ProposedChange.participant_id), people)
    known = {_identify(proposed) for proposed in db.scalars(select(ProposedChange).where(of_people))}
    proposals = [
        ProposedChange(
            participant_id=person_id,
            field=field,
            value=value,
            registration_id=sources[person_id].registration_id,
            attendance_import_id=sources[person_id].attendance_import_id,
            proposed_by=actor.user_id,
        )
        for person_id in people
        for field, value in differences[person_id].items()
    ]
    proposals = [proposed for proposed in proposals if _identify(proposed) not in known]
    db.add_all(proposals)
    db.flush()
    return proposals


def withdraw_proposals(db: Db, attendance_import: AttendanceImport) -> None:
    """Delete the open proposals of an import that is undone. Those that were accepted stay, as they were decided on."""
    db.execute(
        delete(ProposedChange).where(
            col(ProposedChange.attendance_import_id) == attendance_import.id,
            col(ProposedChange.state) == ProposalState.OPEN,
        )
    )


def _identify(proposed: ProposedChange) -> tuple[int, str, str]:
    """Return person, field and value of a proposal, for comparison; each encryption of a NIK differs."""
    value = {name: text for name, text in proposed.value.items() if name != "nik_encrypted"}
    return proposed.participant_id, proposed.field, repr(sorted(value.items()))


def accept_changes(db: Db, actor: Actor, proposal_ids: Collection[int]) -> int:
    """Write proposed changes to the people's records, log them, and return how many there were.

    Ids of proposals that are decided already are ignored. Raises `Forbidden` without `ATTENDANCE_WRITE`, `NotFound` if
    the actor does not decide on one of them, and `Conflict` if another participant has the NIK.
    """
    actor.require(Permission.ATTENDANCE_WRITE)
    lock_people_table(db)
    proposals = list_decidable_changes(db, actor, proposal_ids)
    apply_changes(db, actor, proposals)
    return len(proposals)


def reject_changes(db: Db, actor: Actor, proposal_ids: Collection[int]) -> int:
    """Reject proposed changes, log it, and return how many there were; the same is not proposed again.

    Raises `Forbidden` and `NotFound` as `accept_changes` does.
    """
    actor.require(Permission.ATTENDANCE_WRITE)
    lock_people_table(db)
    proposals = list_decidable_changes(db, actor, proposal_ids)
    for proposed in proposals:
        proposed.state = ProposalState.REJECTED
        proposed.decided_at, proposed.decided_by = now(), actor.user_id
        after = {"fields": [proposed.field]}
        log_activity(db, actor, "reject-change", "participant", proposed.participant_id, after=after)
    db.flush()
    return len(proposals)


def apply_changes(db: Db, actor: Actor, proposals: Iterable[ProposedChange]) -> None:
    """Write proposed changes to the people's records, delete the proposals and log it; flushes.

    Sheets of earlier sessions don't overwrite what was accepted. The caller has locked the people table and checked who
    may decide. Raises `Conflict` (code "nik-taken") if another participant has a proposed NIK.
    """
    by_person: dict[int, list[ProposedChange]] = {}
    for proposed in proposals:
        by_person.setdefault(proposed.participant_id, []).append(proposed)
    for person_id, changes in by_person.items():
        person = lock_row(db, Participant, person_id)
        before = snapshot(person)
        has_new_nik = False
        for proposed in changes:
            _require_free_nik(db, person, proposed.value.get("nik_key"))
            has_new_nik |= proposed.field == "nik"
            person.sqlmodel_update(parse_columns(proposed.value))
            db.delete(proposed)
        person.latest_session_at = max(now(), person.latest_session_at or now())
        after = snapshot(person) | ({"nik_changed": True} if has_new_nik else {})
        log_activity(db, actor, "accept-change", "participant", person_id, before=before, after=after)
    db.flush()


def parse_columns(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of a proposal as a participant's row has them."""
    return {name: _PARSERS[name](text) if text and name in _PARSERS else text for name, text in value.items()}


def _require_free_nik(db: Db, person: Participant, nik_key: str | None) -> None:
    """Raise `Conflict` if another participant than the person has this NIK."""
    if nik_key is None:
        return
    holder = select(col(Participant.id)).where(
        col(Participant.nik_key) == nik_key, col(Participant.id) != person.id
    )
    if db.scalars(holder).first() is not None:
        text = N_("Another participant has this NIK. Perhaps the two are one: see the possible duplicates.")
        raise Conflict(text, code="nik-taken")
