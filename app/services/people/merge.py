"""Merge two records of one person. The rows that change are kept with the merge, so that it can be undone.

If both people are registered for the same session, these two registrations become one and the merge can't be undone.
Of such a merge only the ids of these registrations are kept.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete, select, update
from sqlmodel import col

from app.database import Db
from app.errors import Invalid
from app.i18n import N_
from app.models import (
    Attendance,
    AttendanceImport,
    AttendanceImportRow,
    AttendanceMark,
    AttendanceStatus,
    DataRequest,
    FoldedRegistration,
    GroupMembership,
    Message,
    Participant,
    PeopleMerge,
    ProposedChange,
    Registration,
    RegistrationStatus,
    WorkshopSession,
)
from app.people.fields import MERGED_FIELDS
from app.permissions import Actor, Permission
from app.queries.people.duplicates import find_undisputed_source, get_newest_id, get_possible_duplicate
from app.services.activities import log_activity
from app.services.locks import lock_people_table, lock_row
from app.services.people.memberships import memberships_overlap
from app.services.people.merge_snapshots import AffectedRows, find_affected_rows, take_snapshot
from app.services.registrations.waiting_list import fill_free_seats

# The first in the list wins when two registrations become one.
_OUTCOMES = (AttendanceStatus.PRESENT, AttendanceStatus.EXCUSED, AttendanceStatus.ABSENT, None)
_STATUSES = (
    RegistrationStatus.CONFIRMED,
    RegistrationStatus.WALK_IN,
    RegistrationStatus.WAITLISTED,
    RegistrationStatus.CANCELLED,
)


@dataclass(frozen=True)
class _Fold:
    """The ids of two registrations for one session: the later one, which stays, and the one that is deleted."""

    workshop_session_id: int
    staying: int
    going: int


def merge_people(db: Db, actor: Actor, pair_id: int, choices: Mapping[str, int] | None = None) -> PeopleMerge:
    """Merge the two people of a possible duplicate: the one with the lower id is absorbed and deleted.

    `choices` is, by key of `MERGED_FIELDS`, the id of the person whose value is kept. It counts only where both have a
    value and these differ; without a choice the value of the person with the newer session is kept. Registrations,
    memberships and import rows of the absorbed person become the kept one's. Two registrations for the same session
    become one, in which present wins over excused and excused over absent; a seat that becomes free goes to the waiting
    list, and such a merge cannot be undone. The merge is logged.

    Raises `Forbidden` without `PEOPLE_MERGE`, `NotFound` (the pair is gone, or one of the people has a registration out
    of the actor's scope), and `Invalid` for a choice of an unknown field or of neither person.
    """
    actor.require(Permission.PEOPLE_MERGE)
    lock_people_table(db)
    pair = get_possible_duplicate(db, actor, pair_id)
    absorbed, kept = (
        db.get_one(Participant, id_, populate_existing=True) for id_ in (pair.participant_id, pair.other_id)
    )
    taken = _fields_to_take(absorbed, kept, choices or {})
    folds = _find_folds(db, kept.id, absorbed.id)
    sessions_to_fold = [lock_row(db, WorkshopSession, fold.workshop_session_id) for fold in folds]
    affected = find_affected_rows(db, kept.id, absorbed.id)
    people_merge = PeopleMerge(
        kept_id=kept.id,
        absorbed_id=absorbed.id,
        kept_name=kept.name,
        absorbed_name=absorbed.name,
        before={} if folds else take_snapshot(db, affected),
        after={},
        merged_by=actor.user_id,
    )
    db.add(people_merge)
    db.flush()
    _move_import_rows(db, affected, taken)
    _replace_absent_registrations(db, folds)
    for fold in folds:
        _fold(db, kept.id, fold, _contacts(absorbed, kept, taken))
    _move_registrations(db, affected)
    _move_memberships(db, affected)
    _move_data_requests(db, affected)
    of_absorbed = col(ProposedChange.participant_id) == absorbed.id
    db.execute(update(ProposedChange).where(of_absorbed).values(participant_id=kept.id))
    db.add_all(
        FoldedRegistration(people_merge_id=people_merge.id, registration_id=fold.staying) for fold in folds
    )
    _absorb(db, kept, absorbed, taken)
    for workshop_session in sessions_to_fold:
        fill_free_seats(db, actor, workshop_session, because="merge")
    if not folds:
        people_merge.after = take_snapshot(db, affected)
    after = {"other": absorbed.id, "fields": sorted(taken), "folded": len(folds)}
    log_activity(db, actor, "merge", "participant", kept.id, after=after)
    return people_merge


def _fields_to_take(absorbed: Participant, kept: Participant, choices: Mapping[str, int]) -> frozenset[str]:
    """Return the keys of `MERGED_FIELDS` whose values the kept record takes from the absorbed one.

    Raises `Invalid` for a choice of an unknown field or of neither person.
    """
    if not set(choices) <= set(MERGED_FIELDS) or not set(choices.values()) <= {absorbed.id, kept.id}:
        raise Invalid(N_("Choose for each detail which of the two is right."))
    newest_id = get_newest_id(absorbed, kept)

    def source_id(field: str) -> int:
        undisputed = find_undisputed_source(field, kept, absorbed)
        return undisputed.id if undisputed else choices.get(field, newest_id)

    return frozenset(field for field in MERGED_FIELDS if source_id(field) == absorbed.id)


def _find_folds(db: Db, kept_id: int, absorbed_id: int) -> list[_Fold]:
    """Return the two registrations of each session for which both people are registered, by session id."""
    kept, absorbed = (_registration_ids(db, person_id) for person_id in (kept_id, absorbed_id))
    return [
        _Fold(
            session_id,
            staying=max(kept[session_id], absorbed[session_id]),
            going=min(kept[session_id], absorbed[session_id]),
        )
        for session_id in sorted(kept.keys() & absorbed.keys())
    ]


def _registration_ids(db: Db, person_id: int) -> dict[int, int]:
    """Return the ids of a person's registrations by session id."""
    statement = select(col(Registration.workshop_session_id), col(Registration.id)).where(
        col(Registration.participant_id) == person_id
    )
    return dict(iter(db.execute(statement)))


def _contacts(absorbed: Participant, kept: Participant, taken: Collection[str]) -> frozenset[str]:
    """Return the phone and the e-mail that the merged person will have; without those that are blank."""
    contacts = (getattr(absorbed if field in taken else kept, field) for field in ("phone", "email"))
    return frozenset(filter(None, contacts))


def _move_import_rows(db: Db, affected: AffectedRows, taken: Collection[str]) -> None:
    """Make import rows of the absorbed person name the kept one, so that undoing an import finds what it wrote.

    An import that had filled a field of the absorbed record will empty it only if the kept record took that field.
    """
    taken_columns = {column for field in taken for column in MERGED_FIELDS[field]}
    for key in affected.import_rows:
        row = db.get_one(AttendanceImportRow, key)
        row.participant_id = affected.kept_id
        row.before = _before_without_untaken(row, taken_columns)
        if (row.decision or {}).get("person") == affected.absorbed_id:
            row.decision = {**(row.decision or {}), "person": affected.kept_id}
    db.flush()


def _before_without_untaken(
    row: AttendanceImportRow, taken_columns: Collection[str]
) -> dict[str, Any] | None:
    """Return the row's state before its import, so that undoing the import restores only taken columns of the person.

    The other columns have the values that the import left. Returned as it is if the import created the person or has
    stored no states for the row.
    """
    if not row.before or not row.after or row.before["person"] is None:
        return row.before
    to_restore = {name: value for name, value in row.before["person"].items() if name in taken_columns}
    return {**row.before, "person": row.after["person"] | to_restore}


def _replace_absent_registrations(db: Db, folds: Collection[_Fold]) -> None:
    """Replace the registrations that a fold deletes by the staying ones in `others` of the imports, and flush.

    `others` lists the registrations that an import marked absent because they were not on its sheet.
    """
    staying = {fold.going: fold.staying for fold in folds}
    of_sessions = col(AttendanceImport.workshop_session_id).in_([fold.workshop_session_id for fold in folds])
    for attendance_import in db.scalars(select(AttendanceImport).where(of_sessions)):
        others = sorted({staying.get(id_, id_) for id_ in attendance_import.others})
        if others != attendance_import.others:
            attendance_import.others = others
    db.flush()


def _fold(db: Db, person_id: int, fold: _Fold, contacts: Collection[str]) -> None:
    """Make one registration of two for the same session, and flush.

    It has the id of the later one, the better of the two statuses (`_STATUSES`), on the waiting list the lower number,
    and otherwise the facts and attendance of the stronger one: that with the better attendance (`_OUTCOMES`), else the
    better status. If both are equally strong, it is the one with the merged person's own `contacts`, because its ticket
    was sent there; otherwise the earlier one. Marks and messages of both are kept.
    """
    staying, going = (db.get_one(Registration, id_) for id_ in (fold.staying, fold.going))
    attendances = {registration.id: db.get(Attendance, registration.id) for registration in (staying, going)}

    def rank(registration: Registration) -> tuple[int, int, bool]:
        attendance = attendances[registration.id]
        outcome = _OUTCOMES.index(attendance.status if attendance else None)
        has_contact = registration.contact_phone in contacts or registration.contact_email in contacts
        return outcome, _STATUSES.index(registration.status), not has_contact

    stronger = min((going, staying), key=rank)
    facts = stronger.model_dump(exclude={"id"}) | {
        "participant_id": person_id,
        "opens_record": staying.opens_record or going.opens_record,
        "status": min((staying.status, going.status), key=_STATUSES.index),
    }
    if facts["status"] is RegistrationStatus.WAITLISTED:
        numbers = (staying.waiting_number, going.waiting_number)
        facts["waiting_number"] = min((number for number in numbers if number is not None), default=None)
    strongest_attendance = attendances[stronger.id]
    outcome = strongest_attendance.model_dump(exclude={"registration_id"}) if strongest_attendance else None
    for attendance in filter(None, attendances.values()):
        db.delete(attendance)
    db.flush()
    for model in (AttendanceMark, Message, ProposedChange):
        of_going = col(model.registration_id) == going.id
        db.execute(update(model).where(of_going).values(registration_id=staying.id))
    db.delete(going)
    db.flush()
    staying.sqlmodel_update(facts)
    if outcome:
        db.add(Attendance(registration_id=staying.id, **outcome))
    db.flush()


def _move_registrations(db: Db, affected: AffectedRows) -> None:
    """Give the kept person the registrations of the absorbed one, and flush."""
    of_absorbed = col(Registration.participant_id) == affected.absorbed_id
    for registration in db.scalars(select(Registration).where(of_absorbed)):
        registration.participant_id = affected.kept_id
    db.flush()


def _move_data_requests(db: Db, affected: AffectedRows) -> None:
    """Make what the absorbed person asked about their data a request of the kept one: its clock goes on."""
    of_absorbed = col(DataRequest.participant_id) == affected.absorbed_id
    db.execute(update(DataRequest).where(of_absorbed).values(participant_id=affected.kept_id))


def _move_memberships(db: Db, affected: AffectedRows) -> None:
    """Give the kept person the memberships of both; overlapping memberships of one group become one."""
    people = (affected.kept_id, affected.absorbed_id)
    statement = select(GroupMembership).where(col(GroupMembership.participant_id).in_(people))
    latest: dict[str, GroupMembership] = {}
    for membership in db.scalars(
        statement.order_by(col(GroupMembership.valid_from), col(GroupMembership.id))
    ):
        earlier = latest.get(membership.target_group_code)
        if earlier and memberships_overlap(earlier, membership):
            earlier.valid_to = _later_end(earlier.valid_to, membership.valid_to)
            earlier.position = earlier.position or membership.position
            db.delete(membership)
        else:
            membership.participant_id = affected.kept_id
            latest[membership.target_group_code] = membership
    db.flush()


def _later_end(one: date | None, other: date | None) -> date | None:
    """Return the later of two last days; None means that there is no end."""
    return max(one, other) if one and other else None


def _absorb(db: Db, kept: Participant, absorbed: Participant, taken: Collection[str]) -> None:
    """Delete the absorbed record, and set the taken columns of the kept one, its latest session and its creation.

    In this order, because a NIK is unique. Flushes.
    """
    columns = [column for field in taken for column in MERGED_FIELDS[field]]
    values: dict[str, Any] = {column: getattr(absorbed, column) for column in columns}
    session_starts = [person.latest_session_at for person in (kept, absorbed) if person.latest_session_at]
    values["latest_session_at"] = max(session_starts, default=None)
    values["created_at"] = min(kept.created_at, absorbed.created_at)
    db.execute(delete(Participant).where(col(Participant.id) == absorbed.id))
    kept.sqlmodel_update(values)
    db.flush()
