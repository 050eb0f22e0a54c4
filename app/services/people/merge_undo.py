"""Undo a merge of two people: everything becomes as it was, unless something newer depends on the merge."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select, union_all, update
from sqlmodel import col

from app.database import Db
from app.errors import Conflict
from app.i18n import N_
from app.models import (
    AttendanceImport,
    AttendanceImportRow,
    GroupMembership,
    ImportStatus,
    Participant,
    PeopleMerge,
    PossibleDuplicate,
    ProposedChange,
    Registration,
)
from app.models.base import now
from app.people.fields import MERGED_FIELDS
from app.permissions import Actor, Permission
from app.queries.people.merges import MERGE_UNDO_PERIOD, get_merge, has_folded_registrations
from app.services.activities import log_activity
from app.services.locks import lock_people_table, lock_row
from app.services.people.merge_snapshots import (
    ROW_KEY,
    AffectedRows,
    Snapshot,
    rows_from_json,
    take_snapshot,
)

# Groups of a person's columns that are restored together or not at all.
_COLUMN_GROUPS = (*MERGED_FIELDS.values(), ("latest_session_at",), ("created_at",))


def undo_merge(db: Db, actor: Actor, merge_id: int) -> PeopleMerge:
    """Restore the absorbed person with their registrations, memberships and import rows, and log it.

    A merge that is undone already is returned unchanged. Details that were changed since the merge stay with the kept
    person. If all that was known of the kept person came from imports undone since, they are deleted.

    Raises `Forbidden` without `PEOPLE_MERGE`, `NotFound`, and `Conflict` if the merge is older than 30 days, two
    registrations for one session became one, one of the people was merged again, the same registrations were changed,
    or another participant has the NIK that would be restored.
    """
    actor.require(Permission.PEOPLE_MERGE)
    lock_people_table(db)
    people_merge = lock_row(db, PeopleMerge, get_merge(db, actor, merge_id).id)
    if people_merge.undone_at is not None:
        return people_merge
    if has_folded_registrations(db, people_merge.id):
        text = N_(
            "This merge can't be undone: %(first)s and %(second)s were registered for the same session, and those "
            "registrations are one now. If they are two people, register the other one again and correct the "
            "attendance by hand."
        )
        raise Conflict(text, code="registrations-folded", **_names(people_merge))
    if not people_merge.before or people_merge.merged_at < now() - MERGE_UNDO_PERIOD:
        raise Conflict(N_("A merge can be undone for 30 days; this one is older."), code="too-late")
    current = take_snapshot(db, AffectedRows.of_merge(people_merge))
    _require_nothing_newer(db, people_merge, current)
    _restore(db, people_merge, current)
    _delete_kept_if_unknown(db, people_merge)
    people_merge.undone_at = now()
    people_merge.undone_by = actor.user_id
    db.flush()
    people = [people_merge.absorbed_id, people_merge.kept_id]
    log_activity(db, actor, "undo", "people-merge", people_merge.id, after={"people": people})
    return people_merge


def clear_old_merges(db: Db) -> None:
    """Delete the snapshots, which are personal data, of all merges older than 30 days: these can't be undone."""
    is_over = col(PeopleMerge.merged_at) < now() - MERGE_UNDO_PERIOD
    db.execute(update(PeopleMerge).where(is_over).values(before={}, after={}))


def _names(people_merge: PeopleMerge) -> dict[str, str]:
    """Return the names of the absorbed (`first`) and the kept person (`second`) as params of a message."""
    return {"first": people_merge.absorbed_name, "second": people_merge.kept_name}


def _require_nothing_newer(db: Db, people_merge: PeopleMerge, current: Snapshot) -> None:
    """Raise `Conflict` if something newer depends on the merge; `current` is the snapshot of its rows as they are now.

    That is a later merge of the kept person that was not undone, a change of the absorbed person's registrations,
    attendances or marks, that the kept person was deleted, or another participant with a NIK that would be restored.
    """
    kept_id = people_merge.kept_id
    later_merges = select(PeopleMerge).where(
        col(PeopleMerge.id) > people_merge.id,
        col(PeopleMerge.undone_at).is_(None),
        (col(PeopleMerge.kept_id) == kept_id) | (col(PeopleMerge.absorbed_id) == kept_id),
    )
    if (newer := db.scalars(later_merges).first()) is not None:
        text = (
            N_(
                "This merge can't be undone: the same person was merged with %(name)s after it, and that can't be "
                "undone."
            )
            if has_folded_registrations(db, newer.id)
            else N_(
                "This merge can't be undone: the same person was merged with %(name)s after it. Undo that first."
            )
        )
        name = newer.absorbed_name if newer.kept_id == kept_id else newer.kept_name
        raise Conflict(text, code="merged-later", name=name)
    is_kept_deleted = not current["people"]
    parts = ("registrations", "attendances", "marks")
    if is_kept_deleted or any(current[part] != people_merge.after[part] for part in parts):
        text = N_(
            "This merge can't be undone: the attendance of %(first)s and %(second)s was changed after it."
        )
        raise Conflict(text, code="changed-later", **_names(people_merge))
    if _is_nik_taken(db, people_merge):
        text = N_("This merge can't be undone: the NIK of %(first)s belongs to another participant by now.")
        raise Conflict(text, code="changed-later", **_names(people_merge))


def _is_nik_taken(db: Db, people_merge: PeopleMerge) -> bool:
    """Return whether another participant than the kept one has a NIK that one of the two had before the merge."""
    niks = [person["nik_key"] for person in people_merge.before["people"] if person["nik_key"]]
    holder = select(col(Participant.id)).where(
        col(Participant.nik_key).in_(niks), col(Participant.id) != people_merge.kept_id
    )
    return db.scalars(holder.limit(1)).first() is not None


def _restore(db: Db, people_merge: PeopleMerge, current: Snapshot) -> None:
    """Restore all rows, and flush.

    First the kept person gives back the NIK, which is unique, then the absorbed one is added.
    """
    before = people_merge.before
    _restore_kept_person(db, people_merge)
    absorbed = [person for person in before["people"] if person["id"] == people_merge.absorbed_id]
    db.add_all(rows_from_json(Participant, absorbed))
    db.flush()
    registration_ids = [registration["id"] for registration in before["registrations"]]
    db.execute(
        update(Registration)
        .where(col(Registration.id).in_(registration_ids))
        .values(participant_id=people_merge.absorbed_id)
    )
    db.execute(
        update(ProposedChange)
        .where(col(ProposedChange.registration_id).in_(registration_ids))
        .values(participant_id=people_merge.absorbed_id)
    )
    _restore_memberships(db, people_merge, current)
    _restore_import_rows(db, people_merge, current)
    _restore_pairs(db, before)
    db.flush()


def unchanged_columns(current: Mapping[str, Any], left: Mapping[str, Any]) -> list[str]:
    """Return the columns of a person that still have the value that a merge or import left, and so can be restored.

    Both are rows as JSON. Of columns that belong together, as kelurahan and RT, all are returned or none.
    """
    return [
        column
        for columns in _COLUMN_GROUPS
        if all(column in left and current[column] == left[column] for column in columns)
        for column in columns
    ]


def _restore_kept_person(db: Db, people_merge: PeopleMerge) -> None:
    """Restore the columns of the kept person that are still as the merge left them."""
    before, left = (
        next(person for person in snapshot["people"] if person["id"] == people_merge.kept_id)
        for snapshot in (people_merge.before, people_merge.after)
    )
    kept = db.get_one(Participant, people_merge.kept_id)
    [restored] = rows_from_json(Participant, [before])
    columns = unchanged_columns(kept.model_dump(mode="json"), left)
    kept.sqlmodel_update({column: getattr(restored, column) for column in columns})
    db.flush()


def _delete_kept_if_unknown(db: Db, people_merge: PeopleMerge) -> None:
    """Delete the kept person if they are in an import that was undone, and have no registration or membership."""
    kept_id = people_merge.kept_id
    in_undone_imports = (
        select(col(AttendanceImport.id))
        .join(AttendanceImportRow, col(AttendanceImportRow.attendance_import_id) == col(AttendanceImport.id))
        .where(
            col(AttendanceImportRow.participant_id) == kept_id,
            col(AttendanceImport.status) == ImportStatus.UNDONE,
        )
    )
    other_uses = union_all(
        *(
            select(col(model.id)).where(col(model.participant_id) == kept_id)
            for model in (Registration, GroupMembership)
        )
    )
    if db.scalars(in_undone_imports).first() is not None and db.scalars(other_uses).first() is None:
        db.execute(delete(Participant).where(col(Participant.id) == kept_id))


def _restore_memberships(db: Db, people_merge: PeopleMerge, current: Snapshot) -> None:
    """Restore the memberships that are still as the merge left them, and add those that it deleted, with new ids."""
    current_by_id, left_by_id = (
        {membership["id"]: membership for membership in snapshot["memberships"]}
        for snapshot in (current, people_merge.after)
    )
    for membership in rows_from_json(GroupMembership, people_merge.before["memberships"]):
        if membership.id not in left_by_id:
            db.add(GroupMembership(**membership.model_dump(exclude={"id"})))
        elif current_by_id.get(membership.id) == left_by_id[membership.id]:
            db.get_one(GroupMembership, membership.id).sqlmodel_update(membership.model_dump())
    db.flush()


def _restore_import_rows(db: Db, people_merge: PeopleMerge, current: Snapshot) -> None:
    """Restore the import rows that are still as the merge left them; the others stay with the kept person."""
    current_by_key, left_by_key = (_rows_by_key(snapshot) for snapshot in (current, people_merge.after))
    for key, row in _rows_by_key(people_merge.before).items():
        if key in current_by_key and current_by_key[key] == left_by_key[key]:
            db.get_one(AttendanceImportRow, key).sqlmodel_update(row)


def _rows_by_key(snapshot: Snapshot) -> dict[tuple[int, int], dict[str, Any]]:
    """Return the import rows of a snapshot by import id and row number."""
    return {(row[ROW_KEY[0]], row[ROW_KEY[1]]): row for row in snapshot["rows"]}


def _restore_pairs(db: Db, before: Snapshot) -> None:
    """Add the absorbed person's possible duplicates again, with new ids, if the other person still exists."""
    pairs = rows_from_json(PossibleDuplicate, before["pairs"])
    people = {person_id for pair in pairs for person_id in (pair.participant_id, pair.other_id)}
    existing = set(db.scalars(select(col(Participant.id)).where(col(Participant.id).in_(people))))
    db.add_all(
        PossibleDuplicate(**pair.model_dump(exclude={"id"}))
        for pair in pairs
        if {pair.participant_id, pair.other_id} <= existing
    )
