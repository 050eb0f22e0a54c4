"""Snapshots of the rows that a merge of two people changes, taken before and after it. Undo restores from them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, or_, select
from sqlmodel import SQLModel, col

from app.database import Db
from app.models import (
    Attendance,
    AttendanceImportRow,
    AttendanceMark,
    GroupMembership,
    Participant,
    PeopleMerge,
    PossibleDuplicate,
    Registration,
)

ROW_KEY = ("attendance_import_id", "number")
ROW_COLUMNS = ("participant_id", "decision", "before", "after")

# Lists of database rows as JSON: "people", "memberships", "pairs", "registrations", "attendances", "marks", "rows".
Snapshot = dict[str, Any]
Model = TypeVar("Model", bound=SQLModel)


@dataclass(frozen=True)
class AffectedRows:
    """The ids of the rows that a merge changes. `import_rows` are keys of import rows: (import id, row number)."""

    kept_id: int
    absorbed_id: int
    registrations: tuple[int, ...]
    import_rows: tuple[tuple[int, int], ...]

    @classmethod
    def of_merge(cls, people_merge: PeopleMerge) -> "AffectedRows":
        """Return the rows that a merge has changed, from its snapshot, which must not have been cleared."""
        before = people_merge.before
        return cls(
            kept_id=people_merge.kept_id,
            absorbed_id=people_merge.absorbed_id,
            registrations=tuple(registration["id"] for registration in before["registrations"]),
            import_rows=tuple((row["attendance_import_id"], row["number"]) for row in before["rows"]),
        )


def find_affected_rows(db: Db, kept_id: int, absorbed_id: int) -> AffectedRows:
    """Return the ids of the rows that merging these two people would change now."""
    key = (col(AttendanceImportRow.attendance_import_id), col(AttendanceImportRow.number))
    rows = db.execute(
        select(*key).where(col(AttendanceImportRow.participant_id) == absorbed_id).order_by(*key)
    )
    registrations = select(col(Registration.id)).where(col(Registration.participant_id) == absorbed_id)
    return AffectedRows(
        kept_id=kept_id,
        absorbed_id=absorbed_id,
        registrations=tuple(db.scalars(registrations.order_by(col(Registration.id)))),
        import_rows=tuple((import_id, number) for import_id, number in rows),
    )


def take_snapshot(db: Db, affected: AffectedRows) -> Snapshot:
    """Flush, and return the affected rows as they are now, with memberships, pairs, attendances and marks.

    Rows that don't exist any more are left out.
    """
    db.flush()
    people = (affected.kept_id, affected.absorbed_id)
    pair_of_absorbed = or_(
        col(PossibleDuplicate.participant_id) == affected.absorbed_id,
        col(PossibleDuplicate.other_id) == affected.absorbed_id,
    )
    attendance_of_registrations = col(Attendance.registration_id).in_(affected.registrations)
    marks_of_registrations = col(AttendanceMark.registration_id).in_(affected.registrations)
    rows = [row for key in affected.import_rows if (row := db.get(AttendanceImportRow, key))]
    return {
        "people": _rows_to_json(db, Participant, col(Participant.id).in_(people)),
        "memberships": _rows_to_json(db, GroupMembership, col(GroupMembership.participant_id).in_(people)),
        "pairs": _rows_to_json(db, PossibleDuplicate, pair_of_absorbed),
        "registrations": _rows_to_json(db, Registration, col(Registration.id).in_(affected.registrations)),
        "attendances": _rows_to_json(db, Attendance, attendance_of_registrations),
        "marks": _rows_to_json(db, AttendanceMark, marks_of_registrations),
        "rows": [row.model_dump(mode="json", include={*ROW_KEY, *ROW_COLUMNS}) for row in rows],
    }


def rows_from_json(model: type[Model], rows: Iterable[Mapping[str, Any]]) -> list[Model]:
    """Return rows of a snapshot as model objects, in the same order; they are not added to the database."""
    return [model.model_validate(row) for row in rows]


def _rows_to_json(db: Db, model: type[SQLModel], condition: ColumnElement[bool]) -> list[dict[str, Any]]:
    """Return the model's rows that meet a condition as JSON, in the order of their primary keys."""
    key = SQLModel.metadata.tables[str(model.__tablename__)].primary_key
    rows = db.scalars(select(model).where(condition).order_by(*key))
    return [row.model_dump(mode="json") for row in rows]
