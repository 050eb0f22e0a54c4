"""Two records of one person become one. What changes is kept beside the merge, by which it can be undone.

If both are registered for one session, those registrations become one, and the merge can't be undone: nothing of it is
kept but which registrations they are.
"""

from collections.abc import Collection, Mapping
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
    FoldedRegistration,
    Message,
    Participant,
    PeopleMerge,
    Registration,
    RegistrationStatus,
    WorkshopSession,
)
from app.people.fields import MERGED_FIELDS
from app.permissions import Actor
from app.queries.people.duplicates import newest_told, pair_by_id, undisputed
from app.services.activities import record
from app.services.locks import lock_people_table, lock_row
from app.services.people.merge_states import Fold, Touched, folds_of, states_of, touched_by
from app.services.people.merged_memberships import hand_over_memberships
from app.services.registrations.waiting_list import fill_free_seats

# The stronger first: what a fold of two registrations keeps.
_OUTCOMES = (AttendanceStatus.PRESENT, AttendanceStatus.EXCUSED, AttendanceStatus.ABSENT, None)
_STATUSES = (
    RegistrationStatus.CONFIRMED,
    RegistrationStatus.WALK_IN,
    RegistrationStatus.WAITLISTED,
    RegistrationStatus.CANCELLED,
)


def merge(db: Db, actor: Actor, pair_id: int, choices: Mapping[str, int] | None = None) -> PeopleMerge:
    """Makes the two people of a pair one.

    `choices` says for a field (a key of `MERGED_FIELDS`) whose value stays, by that person's id; where only one of
    them has a value it stays, else that of the one of whom the newest session told. Registrations of the same session
    fold together: present over excused over absent; a place that this makes free goes to those who wait. Of two
    merges of a pair at once the second finds no pair: `NotFound`.
    """
    lock_people_table(db)
    pair = pair_by_id(db, actor, pair_id)
    absorbed, kept = (
        db.get_one(Participant, id_, populate_existing=True) for id_ in (pair.participant_id, pair.other_id)
    )
    taken = _fields_of(absorbed, kept, choices or {})
    folds = folds_of(db, kept.id, absorbed.id)
    held = [lock_row(db, WorkshopSession, fold.workshop_session_id) for fold in folds]
    touched = touched_by(db, kept.id, absorbed.id)
    made = PeopleMerge(
        kept_id=kept.id,
        absorbed_id=absorbed.id,
        kept_name=kept.name,
        absorbed_name=absorbed.name,
        before={} if folds else states_of(db, touched),
        after={},
        merged_by=actor.user_id,
    )
    db.add(made)
    db.flush()
    _hand_over_rows(db, touched, taken)
    _hand_over_absences(db, folds)
    _hand_over_registrations(db, touched, folds, _contacts_of(absorbed, kept, taken))
    hand_over_memberships(db, touched)
    db.add_all(FoldedRegistration(people_merge_id=made.id, registration_id=fold.staying) for fold in folds)
    _become_one(db, kept, absorbed, taken)
    for workshop_session in held:
        fill_free_seats(db, actor, workshop_session, because="merge")
    if not folds:
        made.after = states_of(db, touched)
    after = {"other": absorbed.id, "fields": sorted(taken), "folded": len(folds)}
    record(db, actor, "merge", "participant", kept.id, after=after)
    return made


def folded_into(db: Db, workshop_session_id: int, registrations: Collection[int]) -> list[PeopleMerge]:
    """Return the merges, the newest first, that folded two registrations of a session into one of these.

    What only one of the two was told can't be taken out of it again.
    """
    of_session = select(col(Registration.id)).where(
        col(Registration.workshop_session_id) == workshop_session_id
    )
    statement = (
        select(PeopleMerge, col(FoldedRegistration.registration_id))
        .join(FoldedRegistration, col(FoldedRegistration.people_merge_id) == col(PeopleMerge.id))
        .where(col(FoldedRegistration.registration_id).in_(of_session))
        .order_by(col(PeopleMerge.id).desc())
    )
    found = [(made, into) for made, into in db.execute(statement) if into in registrations]
    return list({made.id: made for made, _ in found}.values())


def _fields_of(absorbed: Participant, kept: Participant, choices: Mapping[str, int]) -> frozenset[str]:
    """The fields whose value comes from the record that goes."""
    if not set(choices) <= set(MERGED_FIELDS) or not set(choices.values()) <= {absorbed.id, kept.id}:
        raise Invalid(N_("Choose for each detail which of the two is right."))
    likelier = newest_told(absorbed, kept)
    return frozenset(
        field for field in MERGED_FIELDS if _whose(field, absorbed, kept, choices, likelier) == absorbed.id
    )


def _whose(
    field: str, absorbed: Participant, kept: Participant, choices: Mapping[str, int], likelier: int
) -> int:
    settled = undisputed(field, kept, absorbed)
    return settled.id if settled else choices.get(field, likelier)


def _contacts_of(absorbed: Participant, kept: Participant, taken: Collection[str]) -> frozenset[str]:
    """The phone and the e-mail that the one person will have."""
    found = (getattr(absorbed if field in taken else kept, field) for field in ("phone", "email"))
    return frozenset(filter(None, found))


def _hand_over_rows(db: Db, touched: Touched, taken: Collection[str]) -> None:
    """The sheets' rows name the one person, so that an undo finds what they wrote.

    What an import had filled in of the absorbed record is taken back from the kept one only where it passed on to it.
    """
    passed_on = {column for field in taken for column in MERGED_FIELDS[field]}
    for key in touched.rows:
        row = db.get_one(AttendanceImportRow, key)
        row.participant_id = touched.kept_id
        row.before = _before_of(row, passed_on)
        if (row.decision or {}).get("person") == touched.absorbed_id:
            row.decision = {**(row.decision or {}), "person": touched.kept_id}
    db.flush()


def _hand_over_absences(db: Db, folds: Collection[Fold]) -> None:
    """Name the registrations that stay in the lists of those whom an import marked absent."""
    staying = {fold.going: fold.staying for fold in folds}
    of_sessions = col(AttendanceImport.workshop_session_id).in_([fold.workshop_session_id for fold in folds])
    for attendance_import in db.scalars(select(AttendanceImport).where(of_sessions)):
        others = sorted({staying.get(id_, id_) for id_ in attendance_import.others})
        if others != attendance_import.others:
            attendance_import.others = others
    db.flush()


def _before_of(row: AttendanceImportRow, passed_on: Collection[str]) -> dict[str, Any] | None:
    """What the import found, as far as it is to be put back: of a known person only the columns that passed on."""
    if not row.before or not row.after or row.before["person"] is None:
        return row.before
    found = {name: value for name, value in row.before["person"].items() if name in passed_on}
    return {**row.before, "person": row.after["person"] | found}


def _hand_over_registrations(
    db: Db, touched: Touched, folds: Collection[Fold], contacts: Collection[str]
) -> None:
    for fold in folds:
        _fold(db, touched.kept_id, fold, contacts)
    for registration in db.scalars(
        select(Registration).where(col(Registration.participant_id) == touched.absorbed_id)
    ):
        registration.participant_id = touched.kept_id
    db.flush()


def _fold(db: Db, person_id: int, fold: Fold, contacts: Collection[str]) -> None:
    """Two registrations of a session become one: all that the stronger says, under the number of the later.

    Of two as strong the one with the person's own `contacts` stays, for they have its ticket, else the earlier one.
    Who waits keeps the better of two turns.
    """
    staying, going = (db.get_one(Registration, id_) for id_ in (fold.staying, fold.going))
    outcomes = {one.id: db.get(Attendance, one.id) for one in (staying, going)}
    stronger = min(
        (going, staying), key=lambda one: (*_rank(one, outcomes[one.id]), not _gives(one, contacts))
    )
    turns = [one.waiting_number for one in (staying, going) if one.waiting_number is not None]
    facts = stronger.model_dump(exclude={"id"}) | {
        "participant_id": person_id,
        "status": min((one.status for one in (staying, going)), key=_STATUSES.index),
    }
    if facts["status"] is RegistrationStatus.WAITLISTED:
        facts["waiting_number"] = min(turns, default=None)
    attendance = outcomes[stronger.id]
    outcome = attendance.model_dump(exclude={"registration_id"}) if attendance else None
    for found in filter(None, outcomes.values()):
        db.delete(found)
    db.flush()
    for model in (AttendanceMark, Message):
        of_going = col(model.registration_id) == going.id
        db.execute(update(model).where(of_going).values(registration_id=staying.id))
    db.delete(going)
    db.flush()
    staying.sqlmodel_update(facts)
    if outcome:
        db.add(Attendance(registration_id=staying.id, **outcome))
    db.flush()


def _rank(registration: Registration, attendance: Attendance | None) -> tuple[int, int]:
    outcome = _OUTCOMES.index(attendance.status if attendance else None)
    return outcome, _STATUSES.index(registration.status)


def _gives(registration: Registration, contacts: Collection[str]) -> bool:
    return registration.contact_phone in contacts or registration.contact_email in contacts


def _become_one(db: Db, kept: Participant, absorbed: Participant, taken: Collection[str]) -> None:
    """The going record is deleted before its NIK, of which there is but one, passes on."""
    columns = [column for field in taken for column in MERGED_FIELDS[field]]
    values: dict[str, Any] = {column: getattr(absorbed, column) for column in columns}
    told = [person.latest_session_at for person in (kept, absorbed) if person.latest_session_at]
    values["latest_session_at"] = max(told, default=None)
    values["created_at"] = min(kept.created_at, absorbed.created_at)
    db.execute(delete(Participant).where(col(Participant.id) == absorbed.id))
    kept.sqlmodel_update(values)
    db.flush()
