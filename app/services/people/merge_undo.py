"""Takes a merge of two people back: everything is as it was, where nothing newer was built on it."""

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
    Registration,
)
from app.models.base import now
from app.people.fields import MERGED_FIELDS
from app.permissions import Actor
from app.queries.people.merges import MERGE_UNDO_PERIOD, get_merge, has_folded_registrations
from app.services.activities import record
from app.services.locks import lock_people_table, lock_row
from app.services.people.merge_states import ROW_KEY, States, Touched, rows_from_json, states_of
from app.services.people.merged_memberships import put_memberships_back

# Columns of a person that go together, and those that stand for themselves.
_TOGETHER = (*MERGED_FIELDS.values(), ("latest_session_at",), ("created_at",))


def undo_merge(db: Db, actor: Actor, merge_id: int) -> PeopleMerge:
    """Bring the absorbed record back with all that was its own. A merge undone already stays so.

    What the kept person was told since stays theirs. Raises `Conflict` after 30 days, and if two registrations of one
    session became one, the same people were merged again, the same registrations changed, or the NIK that would come
    back is another person's by now.
    """
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
    states = states_of(db, Touched.by(people_merge))
    _require_nothing_newer(db, people_merge, states)
    _bring_back(db, people_merge, states)
    _delete_kept_if_unknown(db, people_merge)
    people_merge.undone_at = now()
    people_merge.undone_by = actor.user_id
    db.flush()
    people = [people_merge.absorbed_id, people_merge.kept_id]
    record(db, actor, "undo", "people-merge", people_merge.id, after={"people": people})
    return people_merge


def clear_old_merges(db: Db) -> None:
    """Empty what was kept of merges that can't be undone any more: it holds personal data."""
    is_over = col(PeopleMerge.merged_at) < now() - MERGE_UNDO_PERIOD
    db.execute(update(PeopleMerge).where(is_over).values(before={}, after={}))


def _names(people_merge: PeopleMerge) -> dict[str, str]:
    return {"first": people_merge.absorbed_name, "second": people_merge.kept_name}


def _require_nothing_newer(db: Db, people_merge: PeopleMerge, states: States) -> None:
    kept_id = people_merge.kept_id
    again = select(PeopleMerge).where(
        col(PeopleMerge.id) > people_merge.id,
        col(PeopleMerge.undone_at).is_(None),
        (col(PeopleMerge.kept_id) == kept_id) | (col(PeopleMerge.absorbed_id) == kept_id),
    )
    if (newer := db.scalars(again).first()) is not None:
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
    kept_is_gone = not states["people"]
    parts = ("registrations", "attendances", "marks")
    if kept_is_gone or any(states[part] != people_merge.after[part] for part in parts):
        text = N_(
            "This merge can't be undone: the attendance of %(first)s and %(second)s was changed after it."
        )
        raise Conflict(text, code="changed-later", **_names(people_merge))
    if _nik_is_elsewhere(db, people_merge):
        text = N_("This merge can't be undone: the NIK of %(first)s belongs to another participant by now.")
        raise Conflict(text, code="changed-later", **_names(people_merge))


def _nik_is_elsewhere(db: Db, people_merge: PeopleMerge) -> bool:
    niks = [person["nik_key"] for person in people_merge.before["people"] if person["nik_key"]]
    holder = select(col(Participant.id)).where(
        col(Participant.nik_key).in_(niks), col(Participant.id) != people_merge.kept_id
    )
    return db.scalars(holder.limit(1)).first() is not None


def _bring_back(db: Db, people_merge: PeopleMerge, states: States) -> None:
    """The kept record gives back its NIK before the other record, which may have had it, is there again."""
    before = people_merge.before
    _put_person_back(db, people_merge)
    db.add_all(
        rows_from_json(
            Participant, (one for one in before["people"] if one["id"] == people_merge.absorbed_id)
        )
    )
    db.flush()
    registration_ids = [registration["id"] for registration in before["registrations"]]
    db.execute(
        update(Registration)
        .where(col(Registration.id).in_(registration_ids))
        .values(participant_id=people_merge.absorbed_id)
    )
    put_memberships_back(db, people_merge, states)
    _put_rows_back(db, people_merge, states)
    _put_pairs_back(db, before)
    db.flush()


def unchanged_columns(state: Mapping[str, Any], left: Mapping[str, Any]) -> list[str]:
    """Return the columns of a person (as JSON) that still hold what a change left, and so may go back.

    Columns that go together go back together or not at all: the RT of one kelurahan never stays with another.
    """
    return [
        column
        for columns in _TOGETHER
        if all(column in left and state[column] == left[column] for column in columns)
        for column in columns
    ]


def _put_person_back(db: Db, people_merge: PeopleMerge) -> None:
    """Put back the columns of the kept person that still are as the merge left them."""
    before, left = (
        next(person for person in states["people"] if person["id"] == people_merge.kept_id)
        for states in (people_merge.before, people_merge.after)
    )
    kept = db.get_one(Participant, people_merge.kept_id)
    [was] = rows_from_json(Participant, [before])
    columns = unchanged_columns(kept.model_dump(mode="json"), left)
    kept.sqlmodel_update({column: getattr(was, column) for column in columns})
    db.flush()


def _delete_kept_if_unknown(db: Db, people_merge: PeopleMerge) -> None:
    """Delete the kept record too if only sheets told of it that were undone meanwhile, as their undo would have."""
    kept_id = people_merge.kept_id
    told_by_undone = (
        select(col(AttendanceImport.id))
        .join(AttendanceImportRow, col(AttendanceImportRow.attendance_import_id) == col(AttendanceImport.id))
        .where(
            col(AttendanceImportRow.participant_id) == kept_id,
            col(AttendanceImport.status) == ImportStatus.UNDONE,
        )
    )
    told_by_others = union_all(
        *(
            select(col(model.id)).where(col(model.participant_id) == kept_id)
            for model in (Registration, GroupMembership)
        )
    )
    if db.scalars(told_by_undone).first() is not None and db.scalars(told_by_others).first() is None:
        db.execute(delete(Participant).where(col(Participant.id) == kept_id))


def _put_rows_back(db: Db, people_merge: PeopleMerge, states: States) -> None:
    """Put back the rows of sheets that still are as the merge left them."""
    current, left = (_by_key(found["rows"]) for found in (states, people_merge.after))
    for key, row in _by_key(people_merge.before["rows"]).items():
        if key in current and current[key] == left[key]:
            db.get_one(AttendanceImportRow, key).sqlmodel_update(row)


def _by_key(rows: list[dict[str, Any]]) -> dict[tuple[int, int], dict[str, Any]]:
    return {(row[ROW_KEY[0]], row[ROW_KEY[1]]): row for row in rows}


def _put_pairs_back(db: Db, before: States) -> None:
    """Put back the pairs of the record that came back, under new ids, except with people who have gone meanwhile."""
    pairs = rows_from_json(PossibleDuplicate, before["pairs"])
    people = {person_id for pair in pairs for person_id in (pair.participant_id, pair.other_id)}
    known = set(db.scalars(select(col(Participant.id)).where(col(Participant.id).in_(people))))
    db.add_all(
        PossibleDuplicate(**pair.model_dump(exclude={"id"}))
        for pair in pairs
        if {pair.participant_id, pair.other_id} <= known
    )
