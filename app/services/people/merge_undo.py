"""Takes a merge of two people back: everything is as it was, where nothing newer was built on it."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select, union_all, update
from sqlmodel import col

from app.database import Db
from app.errors import Conflict
from app.i18n import N_
from app.models import (
    Attendance,
    AttendanceImport,
    AttendanceImportRow,
    AttendanceMark,
    GroupMembership,
    ImportStatus,
    Message,
    Participant,
    PeopleMerge,
    PossibleDuplicate,
    Registration,
    RegistrationStatus,
    WorkshopSession,
)
from app.models.base import now
from app.permissions import Actor
from app.queries.people.duplicates import FIELDS
from app.queries.people.merges import KEPT_FOR, merge_by_id
from app.queries.registrations.seats import seats_of
from app.services.activities import record
from app.services.locks import lock_people_table, lock_row
from app.services.people.merge_states import ROW_COLUMNS, ROW_KEY, States, Touched, states_of, things
from app.services.people.merged_memberships import put_memberships_back
from app.services.registrations.waiting_list import is_to_come, move_up, take_back_place

# Columns of a person that go together, and those that stand for themselves.
_TOGETHER = (*FIELDS.values(), ("latest_session_at",), ("created_at",))


def undo_merge(db: Db, actor: Actor, merge_id: int) -> PeopleMerge:
    """Brings the absorbed record back with all that was its own. A merge undone already stays so.

    What the kept person was told since stays theirs, and so do places that others have got: where none is left in
    a session to come, the registration that comes back waits. Raises `Conflict` after 30 days, and where the same
    people were merged again, the same registrations changed, or the NIK that would come back is another person's by
    now.
    """
    lock_people_table(db)
    made = lock_row(db, PeopleMerge, merge_by_id(db, actor, merge_id).id)
    if made.undone_at is not None:
        return made
    if not made.before or made.merged_at < now() - KEPT_FOR:
        raise Conflict(N_("A merge can be undone for 30 days; this one is older."), code="too-late")
    touched = Touched.by(made)
    held = [lock_row(db, WorkshopSession, id_) for id_ in _sessions_of_both(made)]
    found = states_of(db, touched)
    _require_nothing_newer(db, made, found)
    _bring_back(db, made, found)
    for workshop_session in held:
        _share_places(db, actor, made, workshop_session)
    _let_go_of_kept(db, made)
    made.undone_at = now()
    made.undone_by = actor.user_id
    db.flush()
    record(db, actor, "undo", "people-merge", made.id, after={"people": [made.absorbed_id, made.kept_id]})
    return made


def forget_old_merges(db: Db) -> None:
    """Empties what was kept of merges that can't be undone any more: it holds personal data."""
    over = col(PeopleMerge.merged_at) < now() - KEPT_FOR
    db.execute(update(PeopleMerge).where(over).values(before={}, after={}))


def _require_nothing_newer(db: Db, made: PeopleMerge, found: States) -> None:
    names = {"first": made.absorbed_name, "second": made.kept_name}
    again = select(PeopleMerge).where(
        col(PeopleMerge.id) > made.id,
        col(PeopleMerge.undone_at).is_(None),
        (col(PeopleMerge.kept_id) == made.kept_id) | (col(PeopleMerge.absorbed_id) == made.kept_id),
    )
    if (newer := db.scalars(again).first()) is not None:
        text = N_(
            "This merge can't be undone: the same person was merged with %(name)s after it. Undo that first."
        )
        name = newer.absorbed_name if newer.kept_id == made.kept_id else newer.kept_name
        raise Conflict(text, code="merged-later", name=name)
    kept_is_gone = not found["people"]
    parts = ("registrations", "attendances", "marks")
    if kept_is_gone or any(found[part] != made.after.get(part, []) for part in parts):
        text = N_(
            "This merge can't be undone: the attendance of %(first)s and %(second)s was changed after it."
        )
        raise Conflict(text, code="changed-later", **names)
    if _nik_is_elsewhere(db, made):
        text = N_("This merge can't be undone: the NIK of %(first)s belongs to another participant by now.")
        raise Conflict(text, code="changed-later", **names)


def _nik_is_elsewhere(db: Db, made: PeopleMerge) -> bool:
    niks = [person["nik_key"] for person in made.before["people"] if person["nik_key"]]
    holder = select(col(Participant.id)).where(
        col(Participant.nik_key).in_(niks), col(Participant.id) != made.kept_id
    )
    return db.scalars(holder.limit(1)).first() is not None


def _bring_back(db: Db, made: PeopleMerge, found: States) -> None:
    """The kept record lets go of what it got before the other takes it, registrations before attendances."""
    before = made.before
    db.execute(delete(Attendance).where(col(Attendance.registration_id).in_(_ids(before["registrations"]))))
    _put_person_back(db, made)
    db.add_all(things(Participant, (one for one in before["people"] if one["id"] == made.absorbed_id)))
    db.flush()
    there = set(_ids(found["registrations"]))
    for registration in things(Registration, before["registrations"]):
        if registration.id in there:
            db.get_one(Registration, registration.id).sqlmodel_update(registration.model_dump())
    db.flush()
    db.add_all(one for one in things(Registration, before["registrations"]) if one.id not in there)
    db.flush()
    db.add_all(things(Attendance, before["attendances"]))
    # A merge that is older than the first mark kept none.
    for mark in things(AttendanceMark, before.get("marks", [])):
        db.get_one(AttendanceMark, mark.id).registration_id = mark.registration_id
    # A merge that is older than this kept no messages: those of the registration that went are gone.
    for message in before.get("messages", []):
        db.get_one(Message, message["id"]).registration_id = message["registration_id"]
    put_memberships_back(db, made, found)
    _put_rows_back(db, made, found)
    _put_pairs_back(db, before)
    db.flush()


def _sessions_of_both(made: PeopleMerge) -> list[int]:
    """The sessions for which both were registered."""
    registered = Counter(one["workshop_session_id"] for one in made.before["registrations"])
    return sorted(session_id for session_id, count in registered.items() if count > 1)


def _share_places(db: Db, actor: Actor, made: PeopleMerge, workshop_session: WorkshopSession) -> None:
    """The two of a session have one place, unless another is free. Whose ticket was good meanwhile keeps theirs."""
    if not is_to_come(workshop_session):
        return
    good = {one["code"] for one in made.after["registrations"]}
    [back] = db.scalars(
        select(Registration).where(
            col(Registration.workshop_session_id) == workshop_session.id,
            col(Registration.id).in_(_ids(made.before["registrations"])),
            col(Registration.code).not_in(good),
        )
    )
    if back.status is RegistrationStatus.CONFIRMED and db.get(Attendance, back.id) is None:
        caps = seats_of(db, workshop_session).caps(back.kelurahan_code, back.target_group_code)
        if full := [cap.code or cap.kind for cap in caps if cap.over]:
            take_back_place(db, actor, back, full, because="unmerge")
    move_up(db, actor, workshop_session, because="unmerge")


def still_as_left(now_there: Mapping[str, Any], left: Mapping[str, Any]) -> list[str]:
    """The columns of a person (as JSON) that still hold what a change left, and so may go back.

    Columns that go together go back together or not at all: the RT of one kelurahan never stays with another.
    """
    return [
        column
        for columns in _TOGETHER
        if all(column in left and now_there[column] == left[column] for column in columns)
        for column in columns
    ]


def _put_person_back(db: Db, made: PeopleMerge) -> None:
    """Only what still is as the merge left it."""
    before, left = (
        next(one for one in states["people"] if one["id"] == made.kept_id)
        for states in (made.before, made.after)
    )
    kept = db.get_one(Participant, made.kept_id)
    [was] = things(Participant, [before])
    columns = still_as_left(kept.model_dump(mode="json"), left)
    kept.sqlmodel_update({column: getattr(was, column) for column in columns})
    db.flush()


def _let_go_of_kept(db: Db, made: PeopleMerge) -> None:
    """The kept record goes too where the sheet that told of it was undone meanwhile, and nothing else tells of it:
    it was left standing for the sake of what has just been given back."""
    told_by_undone = (
        select(col(AttendanceImport.id))
        .join(AttendanceImportRow, col(AttendanceImportRow.attendance_import_id) == col(AttendanceImport.id))
        .where(
            col(AttendanceImportRow.participant_id) == made.kept_id,
            col(AttendanceImport.status) == ImportStatus.UNDONE,
        )
    )
    told_by_others = union_all(
        *(
            select(col(model.id)).where(col(model.participant_id) == made.kept_id)
            for model in (Registration, GroupMembership)
        )
    )
    if db.scalars(told_by_undone).first() is not None and db.scalars(told_by_others).first() is None:
        db.execute(delete(Participant).where(col(Participant.id) == made.kept_id))


def _put_rows_back(db: Db, made: PeopleMerge, found: States) -> None:
    """Rows of sheets, and the lists of those marked absent, where they still are as the merge left them."""
    there, left = (_by_key(states["rows"]) for states in (found, made.after))
    for key, row in _by_key(made.before["rows"]).items():
        if key in there and there[key] == left[key]:
            stored = db.get_one(AttendanceImportRow, key)
            stored.sqlmodel_update(row)
    for import_id, others in made.before["others"].items():
        if found["others"][import_id] == made.after["others"][import_id]:
            db.get_one(AttendanceImport, int(import_id)).others = others


def _put_pairs_back(db: Db, before: States) -> None:
    """The pairs of the record that came back, under new numbers, except with people who have gone meanwhile."""
    pairs = things(PossibleDuplicate, before["pairs"])
    people = {id_ for pair in pairs for id_ in (pair.participant_id, pair.other_id)}
    there = set(db.scalars(select(col(Participant.id)).where(col(Participant.id).in_(people))))
    db.add_all(
        PossibleDuplicate(**pair.model_dump(exclude={"id"}))
        for pair in pairs
        if {pair.participant_id, pair.other_id} <= there
    )


def _ids(states: list[dict[str, Any]]) -> list[int]:
    return [state["id"] for state in states]


def _by_key(rows: list[dict[str, Any]]) -> dict[tuple[int, int], dict[str, Any]]:
    """Merges made earlier have kept a column that rows no longer have."""
    return {(row[ROW_KEY[0]], row[ROW_KEY[1]]): {name: row[name] for name in ROW_COLUMNS} for row in rows}
