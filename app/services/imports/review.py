"""A person goes through an import's rows: corrects cells, says who somebody is, leaves rows out."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlmodel import col, select

from app.database import Db
from app.errors import Invalid, NotFound
from app.i18n import N_
from app.models import AttendanceImport, AttendanceImportRow, Registration, WorkshopSession
from app.nik_vault import NikVault
from app.people.text import collapse
from app.permissions import Actor, Permission
from app.queries.imports.attendance_imports import attendance_import_by_id
from app.queries.imports.document import shown_cells
from app.queries.imports.questions import NEEDS_ATTENTION, questions_of, rows_asking
from app.queries.imports.rows import decision_from_json, judged_columns, kept_sheet, seal_cells
from app.queries.scope import registrations_within
from app.services.activities import record
from app.services.imports.judging import judge_sheet
from app.services.imports.upload import choices_of, keep_summary, require_known_place, require_review
from app.services.locks import lock_row
from app.services.unseen_changes import require_seen, seal
from app.spreadsheets.document import FIELDS
from app.spreadsheets.progress import Progress, nobody_waits

DECISIONS = {"person", "kelurahan", "skip"}


def correct_row(
    db: Db,
    vault: NikVault,
    actor: Actor,
    import_id: int,
    number: int,
    *,
    cells: Mapping[str, str] | None = None,
    decision: Mapping[str, Any] | None = None,
    filled: Mapping[str, str] | None = None,
    seen: str = "",
) -> list[int]:
    """Replaces cells of a row and notes what a person chose for it; an empty decision takes choices back.

    `filled` is what a form said of the cells, `seen` the seal of `answers_of` beside a button: where others have
    answered otherwise since, that is a `Conflict`. Returns the numbers of all rows that this changed, in order.
    """
    attendance_import = _open_import(db, actor, import_id)
    row = _row(db, import_id, number)
    _check_decision(db, actor, row, decision or {})
    _require_seen(row, vault, cells or {}, decision, filled or {}, seen)
    before = _logged(row, vault, cells or ())
    changed = _correct(db, vault, attendance_import, [row], cells, decision)
    after = _logged(row, vault, cells or ())
    record(db, actor, "correct", "attendance-import", f"{import_id}/{number}", before=before, after=after)
    return changed


def correct_alike(
    db: Db,
    vault: NikVault,
    actor: Actor,
    import_id: int,
    number: int,
    *,
    cells: Mapping[str, str] | None = None,
    decision: Mapping[str, Any] | None = None,
) -> list[int]:
    """The same answer for every row of the import that asks what this row asks about the field that it answers.

    Asked alike is a field with the same text as read, such as every row whose kelurahan reads "Gunung Sari".
    Returns what `correct_row` does. Raises `Invalid` where the answer is to no such question.
    """
    attendance_import = _open_import(db, actor, import_id)
    row = _row(db, import_id, number)
    answered = {*(cells or ()), *(decision or ())}
    asked = [one for one in questions_of(row) if one is not None and {one.field} == answered]
    if row.kind not in NEEDS_ATTENTION or not asked:
        raise Invalid(N_("Row %(row)s asks nothing that has the same answer in other rows."), row=number)
    _check_decision(db, actor, row, decision or {})
    rows = rows_asking(db, import_id, asked[0])
    before = _logged(row, vault, cells or ())
    changed = _correct(db, vault, attendance_import, rows, cells, decision)
    after = _logged(row, vault, cells or ()) | {"rows": len(rows)}
    record(db, actor, "correct", "attendance-import", f"{import_id}/{number}", before=before, after=after)
    return changed


def answers_of(cells: Mapping[str, str], decision: Mapping[str, Any]) -> dict[str, Any]:
    """What people have said of a row, by its cells as they are shown and by choices."""
    return {"cells": cells, "decision": decision}


def _require_seen(
    row: AttendanceImportRow,
    vault: NikVault,
    cells: Mapping[str, str],
    decision: Mapping[str, Any] | None,
    filled: Mapping[str, str],
    seen: str,
) -> None:
    """Nothing is overwritten unseen. Whoever says the same again, as by pressing twice, overwrites nothing."""
    shown, decided = shown_cells(row, vault), row.decision or {}
    theirs = {field: shown.get(field, "") for field in cells if cells[field] != shown.get(field, "")}
    wanted = {**decided, **decision} if decision else decision
    if theirs or wanted not in (None, decided):
        require_seen(seen, answers_of(shown, decided))
    said = {field: collapse(filled.get(field, text)) for field, text in theirs.items()}
    require_seen(seal(said), {field: collapse(text) for field, text in theirs.items()})


def _logged(row: AttendanceImportRow, vault: NikVault, fields: Collection[str]) -> dict[str, Any]:
    """What the log says of a row before and after: the cells that are corrected, and what was chosen."""
    cells = shown_cells(row, vault)
    return {
        "cells": {field: cells.get(field, "") for field in fields},
        "corrected": row.corrected,
        "decision": row.decision,
    }


def _open_import(db: Db, actor: Actor, import_id: int) -> AttendanceImport:
    """The import, held and open to changes."""
    attendance_import_by_id(db, actor, import_id)
    attendance_import = lock_row(db, AttendanceImport, import_id)
    require_review(attendance_import)
    return attendance_import


def _row(db: Db, import_id: int, number: int) -> AttendanceImportRow:
    row = db.get(AttendanceImportRow, (import_id, number))
    if row is None:
        raise NotFound(N_("There is no row %(number)s in this import."), number=number)
    return row


def _correct(
    db: Db,
    vault: NikVault,
    attendance_import: AttendanceImport,
    rows: Sequence[AttendanceImportRow],
    cells: Mapping[str, str] | None,
    decision: Mapping[str, Any] | None,
) -> list[int]:
    """Changes the rows and judges the import once."""
    for row in rows:
        if cells:
            _replace_cells(row, cells, vault)
        if decision is not None:
            row.decision = {**(row.decision or {}), **decision} if decision else None
    db.flush()
    changed = judge_again(db, vault, attendance_import)
    return sorted({*(row.number for row in rows), *changed})


def judge_now(db: Db, vault: NikVault, actor: Actor, import_id: int) -> None:
    """Judges an import in review again: what others have recorded since may call for a person's attention."""
    judge_again(db, vault, _open_import(db, actor, import_id))


def judge_again(
    db: Db, vault: NikVault, attendance_import: AttendanceImport, progress: Progress = nobody_waits
) -> list[int]:
    """Judges the kept rows against the database as it is now; returns the numbers of those that changed."""
    rows = db.exec(
        select(AttendanceImportRow)
        .where(AttendanceImportRow.attendance_import_id == attendance_import.id)
        .order_by(col(AttendanceImportRow.number))
    ).all()
    dated = judge_sheet(
        db,
        vault,
        db.get_one(WorkshopSession, attendance_import.workshop_session_id),
        kept_sheet(attendance_import, rows, vault),
        choices_of(attendance_import),
        {row.number: made for row in rows if (made := decision_from_json(row.decision))},
        progress,
        uploaded_at=attendance_import.uploaded_at,
        purpose=attendance_import.purpose,
    )
    keep_summary(attendance_import, dated)
    stored = {row.number: row for row in rows}
    changed: list[int] = []
    for judged in dated.judgement.rows:
        row, columns = stored[judged.number], judged_columns(judged, vault)
        if any(_unsealed(columns[name]) != _unsealed(getattr(row, name)) for name in columns):
            row.sqlmodel_update(columns)
            changed.append(judged.number)
    db.flush()
    return changed


def _replace_cells(row: AttendanceImportRow, cells: Mapping[str, str], vault: NikVault) -> None:
    unknown = sorted(set(cells) - set(FIELDS))
    if unknown:
        raise Invalid(N_("An attendance list has no column %(field)s."), field=unknown[0])
    row.cells = row.cells | seal_cells(cells, vault)
    row.corrected = sorted({*row.corrected, *cells})


def _check_decision(db: Db, actor: Actor, row: AttendanceImportRow, decision: Mapping[str, Any]) -> None:
    unknown = sorted(set(decision) - DECISIONS)
    if unknown:
        raise Invalid(N_("There is no choice %(choice)s."), choice=unknown[0])
    require_known_place(db, decision.get("kelurahan"))
    match decision.get("person"):
        case None | "new":
            pass
        case int(identity):
            if not _may_be_chosen(db, actor, row, identity):
                raise Invalid(N_("There is no participant %(participant)s."), participant=identity)
        case {"row": int(number)}:
            if db.get(AttendanceImportRow, (row.attendance_import_id, number)) is None:
                raise Invalid(N_("There is no row %(number)s in this import."), number=number)
        case _:
            raise Invalid(N_("Say who it is: a participant, a row of this file, or someone new."))


def _may_be_chosen(db: Db, actor: Actor, row: AttendanceImportRow, person_id: int) -> bool:
    """Whom the judge offers for the row, or whom the actor sees anyway: nobody is found by trying numbers."""
    offered = {
        candidate["value"]
        for message in row.messages
        for candidate in message["candidates"]
        if candidate["kind"] == "person"
    }
    if person_id in offered or person_id == row.participant_id:
        return True
    seen = select(Registration.id).where(
        Registration.participant_id == person_id, registrations_within(actor, Permission.PARTICIPANT_READ)
    )
    return db.exec(seen).first() is not None


def _unsealed(column: Any) -> Any:
    """A judged column for comparing: encrypting the same NIK twice gives two texts, its key stays the same."""
    if isinstance(column, dict) and "values" in column:
        values = {name: value for name, value in column["values"].items() if name != "nik_encrypted"}
        return column | {"values": values}
    return column
