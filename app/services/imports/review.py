"""The review of an import: staff correct cells, choose people and skip rows, and the import is judged again."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import update
from sqlmodel import col, select

from app.database import Db
from app.errors import Conflict, Invalid, NotFound
from app.i18n import N_
from app.models import AttendanceImport, AttendanceImportRow, Registration, WorkshopSession
from app.nik_vault import NikVault
from app.people.values.text import collapse
from app.permissions import Actor, Permission
from app.queries.imports.attendance_imports import get_attendance_import
from app.queries.imports.questions import NEEDS_ATTENTION, list_questions, list_rows_asking
from app.queries.imports.rows import (
    build_stored_sheet,
    cell_columns,
    decision_from_json,
    displayed_cells,
    judged_columns,
    row_cells,
)
from app.queries.imports.shared_uploads import list_sibling_rows
from app.queries.scope import registrations_within
from app.services.activities import log_activity
from app.services.authorization import require_permission
from app.services.edit_conflicts import fingerprint, require_unchanged
from app.services.imports.judging import DatedJudgement, judge_sheet, load_judged_against
from app.services.imports.shared.answers import SharedAnswer
from app.services.imports.shared.people import lock_shared_imports
from app.services.imports.sheet_choices import SheetChoices, require_known_place
from app.services.imports.upload import require_review, store_summary
from app.spreadsheets.attendance.judge import describe_door
from app.spreadsheets.exports.field_headings import FIELDS
from app.spreadsheets.progress import Progress, ignore_progress

DECISIONS = {"person", "kelurahan", "skip", "keep"}


@dataclass(frozen=True)
class RowAnswer:
    """What a user answers about one row: cells by field, and a decision with some of `DECISIONS`; None without one.

    `form_fingerprint` is that of the `row_answers` which the form showed.
    """

    cells: Mapping[str, str] = field(default_factory=dict)
    decision: Mapping[str, Any] | None = None
    form_fingerprint: str = ""


@dataclass(frozen=True)
class CorrectedRows:
    """The rows whose judgement was changed by answers, and those that others have answered meanwhile."""

    changed: tuple[int, ...]
    answered_by_others: tuple[int, ...]


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
    form_fingerprint: str = "",
) -> list[int]:
    """Replace cells of a row (text by field), store a decision about it, and judge the whole import again.

    Returns the numbers of all rows that this changed, in order, always with `number`. `decision` has some of the keys
    "person", "kelurahan" and "skip" and is merged with the stored one; an empty one removes that. `filled` are the
    cells as the form showed them, `form_fingerprint` is that of the `row_answers` of a button. The correction is
    logged.

    Raises `Forbidden` without `IMPORT_WRITE`, `NotFound` for the import or the row, `Invalid` for an unknown field or
    decision, and `Conflict` if the import is not in review, or another user has changed the row since the form was
    shown.
    """
    attendance_import = get_attendance_import(db, actor, import_id)
    require_permission(db, actor, Permission.IMPORT_WRITE, attendance_import)
    _lock_for_review(db, attendance_import)
    row = _get_row(db, import_id, number)
    _check_decision(db, actor, row, decision or {})
    _require_unchanged(row, vault, cells or {}, decision, filled or {}, form_fingerprint)
    before = _row_for_log(row, vault, cells or ())
    changed = _correct_and_judge(
        db, vault, attendance_import, [row], {number: RowAnswer(cells or {}, decision)}
    )
    after = _row_for_log(row, vault, cells or ())
    log_activity(
        db, actor, "correct", "attendance-import", f"{import_id}/{number}", before=before, after=after
    )
    return changed


def correct_rows_with_same_question(
    db: Db,
    vault: NikVault,
    actor: Actor,
    import_id: int,
    number: int,
    *,
    cells: Mapping[str, str] | None = None,
    decision: Mapping[str, Any] | None = None,
) -> list[int]:
    """Give the same answer to every row of the import that asks the same question as this row, and judge again.

    The same question is about the same field with the same text, such as every row whose kelurahan is "Gunung Sari".
    `cells` and `decision` name that one field. Returns, logs and raises what `correct_row` does, except that changes by
    others are not checked. Raises `Invalid` if the row asks no such question.
    """
    attendance_import = get_attendance_import(db, actor, import_id)
    require_permission(db, actor, Permission.IMPORT_WRITE, attendance_import)
    _lock_for_review(db, attendance_import)
    row = _get_row(db, import_id, number)
    answered = {*(cells or ()), *(decision or ())}
    questions = [question for question in list_questions(row) if {question.answer} == answered]
    if row.kind not in NEEDS_ATTENTION or not questions:
        raise Invalid(N_("Row %(row)s has no question that other rows ask too."), row=number)
    _check_decision(db, actor, row, decision or {})
    rows = list_rows_asking(db, import_id, questions[0])
    before = _row_for_log(row, vault, cells or ())
    answer = RowAnswer(cells or {}, decision)
    changed = _correct_and_judge(db, vault, attendance_import, rows, {row.number: answer for row in rows})
    after = _row_for_log(row, vault, cells or ()) | {"rows": len(rows)}
    log_activity(
        db, actor, "correct", "attendance-import", f"{import_id}/{number}", before=before, after=after
    )
    return changed


def correct_rows(
    db: Db, vault: NikVault, actor: Actor, import_id: int, answers: Mapping[int, RowAnswer]
) -> CorrectedRows:
    """Store different answers about several rows (by number), and judge the whole import once.

    A row that others have answered since the form was shown stays as they left it, and is returned. Each correction is
    logged. Raises what `correct_row` raises, except for such a row; then nothing is stored.
    """
    attendance_import = get_attendance_import(db, actor, import_id)
    require_permission(db, actor, Permission.IMPORT_WRITE, attendance_import)
    _lock_for_review(db, attendance_import)
    rows, by_others = [], []
    for number, answer in sorted(answers.items()):
        row = _get_row(db, import_id, number)
        _check_decision(db, actor, row, answer.decision or {})
        try:
            _require_unchanged(row, vault, answer.cells, answer.decision, {}, answer.form_fingerprint)
        except Conflict:
            by_others.append(number)
        else:
            rows.append(row)
    before = {row.number: _row_for_log(row, vault, answers[row.number].cells) for row in rows}
    changed = _correct_and_judge(db, vault, attendance_import, rows, answers) if rows else []
    for row in rows:
        log_activity(
            db,
            actor,
            "correct",
            "attendance-import",
            f"{import_id}/{row.number}",
            before=before[row.number],
            after=_row_for_log(row, vault, answers[row.number].cells),
        )
    return CorrectedRows(tuple(changed), tuple(by_others))


def row_answers(cells: Mapping[str, str], decision: Mapping[str, Any]) -> dict[str, Any]:
    """Return the displayed cells and the decision of a row as one value, for the fingerprint of its form."""
    return {"cells": cells, "decision": decision}


def _require_unchanged(
    row: AttendanceImportRow,
    vault: NikVault,
    cells: Mapping[str, str],
    decision: Mapping[str, Any] | None,
    filled: Mapping[str, str],
    form_fingerprint: str,
) -> None:
    """Raise `Conflict` if this would overwrite an answer that differs from what the form showed.

    Sending the same answer again, as by pressing a button twice, overwrites nothing.
    """
    current_cells, current_decision = displayed_cells(row, vault), row.decision or {}
    overwritten = {
        field: current_cells.get(field, "") for field in cells if cells[field] != current_cells.get(field, "")
    }
    new_decision = {**current_decision, **decision} if decision else decision
    if overwritten or new_decision not in (None, current_decision):
        require_unchanged(form_fingerprint, row_answers(current_cells, current_decision))
    shown_by_form = {field: collapse(filled.get(field, text)) for field, text in overwritten.items()}
    require_unchanged(
        fingerprint(shown_by_form), {field: collapse(text) for field, text in overwritten.items()}
    )


def _row_for_log(row: AttendanceImportRow, vault: NikVault, fields: Collection[str]) -> dict[str, Any]:
    """Return what the activity log keeps of a row: these cells with NIKs masked, its corrected fields, the decision."""
    cells = displayed_cells(row, vault)
    return {
        "cells": {field: cells.get(field, "") for field in fields},
        "corrected": row.corrected,
        "decision": row.decision,
    }


def _lock_for_review(db: Db, attendance_import: AttendanceImport) -> None:
    """Lock the imports of the same file. Raises `Conflict` if this one is not open for review."""
    lock_shared_imports(db, attendance_import)
    require_review(attendance_import)


def _get_row(db: Db, import_id: int, number: int) -> AttendanceImportRow:
    """Return the row with this number. Raises `NotFound`."""
    row = db.get(AttendanceImportRow, (import_id, number))
    if row is None:
        raise NotFound(N_("There is no row %(number)s in this import."), number=number)
    return row


def _correct_and_judge(
    db: Db,
    vault: NikVault,
    attendance_import: AttendanceImport,
    rows: Sequence[AttendanceImportRow],
    corrections: Mapping[int, RowAnswer],
) -> list[int]:
    """Change the rows and judge the import once; return the numbers of all rows that this changed, in order.

    `corrections` has the answer of each of these rows, by number.

    What the answer says about people also changes the rows about the same people in other sessions. Which those are is
    found before the rows change, as a name may be corrected.
    """
    answers = {
        row.number: SharedAnswer.from_correction(
            row, corrections[row.number].cells, corrections[row.number].decision
        )
        for row in rows
    }
    people = ((corrections[row.number].decision or {}).get("person") for row in rows)
    meant = [
        _get_row(db, attendance_import.id, number)
        for number in sorted({person["row"] for person in people if isinstance(person, dict)})
    ]
    siblings = list_sibling_rows(db, attendance_import, [*rows, *meant])
    for row in rows:
        cells, decision = corrections[row.number].cells, corrections[row.number].decision
        if cells:
            _replace_cells(row, cells, vault)
        if decision is not None:
            answered = _answered_mark(row) if decision.get("keep") else {}
            row.decision = {**(row.decision or {}), **decision, **answered} if decision else None
    db.flush()
    changed = judge_stored_rows(db, vault, attendance_import)
    for sibling, same_rows in siblings:
        numbers = {row.number for row in same_rows}
        if numbers.isdisjoint(answers):
            continue
        for row in same_rows:
            if row.number in answers:
                answers[row.number].apply(vault, row, numbers)
        db.flush()
        judge_stored_rows(db, vault, sibling)
    return sorted({*(row.number for row in rows), *changed})


def _answered_mark(row: AttendanceImportRow) -> dict[str, str]:
    """Return the mark at the door about which the row asks; an answer does not hold for a later mark."""
    asked = [remark["params"] for remark in row.messages if remark["code"] == "attendance-differs"]
    return {"over": describe_door(asked[0])} if asked else {}


def judge_import_again(db: Db, vault: NikVault, actor: Actor, import_id: int) -> None:
    """Judge the rows of an import in review again, with everything that was recorded since, and store the result.

    Raises `Forbidden` without `IMPORT_WRITE`, `NotFound`, and `Conflict` if the import is not in review.
    """
    attendance_import = get_attendance_import(db, actor, import_id)
    require_permission(db, actor, Permission.IMPORT_WRITE, attendance_import)
    _lock_for_review(db, attendance_import)
    judge_stored_rows(db, vault, attendance_import)


def judge_stored_rows(
    db: Db, vault: NikVault, attendance_import: AttendanceImport, progress: Progress = ignore_progress
) -> list[int]:
    """Judge the stored rows against the database as it is now, store the judgement, and flush.

    Returns the numbers of the rows whose judgement changed, in order. The caller has locked the import's row.
    """
    rows = _load_rows(db, attendance_import)
    judged = _judge_rows(db, vault, attendance_import, rows, progress)
    store_summary(attendance_import, judged.dated)
    for row in rows:
        if columns := judged.changed.get(row.number):
            row.sqlmodel_update(columns)
    db.flush()
    return list(judged.changed)


@dataclass(frozen=True)
class JudgedRows:
    """A judgement of an import's stored rows that is not stored yet.

    `changed` are the new columns of the rows whose judgement changed, by number, and `decisions` those of staff that it
    followed.
    """

    dated: DatedJudgement
    changed: Mapping[int, dict[str, Any]]
    decisions: Mapping[int, Any]


def judge_rows_ahead(
    read_db: Db, vault: NikVault, attendance_import: AttendanceImport, progress: Progress = ignore_progress
) -> JudgedRows:
    """Judge the stored rows without storing the judgement, for a commit that takes its locks only afterwards."""
    return _judge_rows(read_db, vault, attendance_import, _load_rows(read_db, attendance_import), progress)


def holds_still(db: Db, attendance_import: AttendanceImport, judged: JudgedRows) -> bool:
    """Return whether the database says now what the rows were judged against."""
    against = load_judged_against(
        db,
        db.get_one(WorkshopSession, attendance_import.workshop_session_id),
        judged.dated.against.keys,
        uploaded_at=attendance_import.uploaded_at,
        purpose=attendance_import.purpose,
    )
    row = AttendanceImportRow
    decisions = db.execute(
        select(row.number, row.decision).where(row.attendance_import_id == attendance_import.id)
    )
    return against == judged.dated.against and judged.decisions == {
        number: decision for number, decision in decisions if decision
    }


def store_judged_rows(db: Db, attendance_import: AttendanceImport, judged: JudgedRows) -> None:
    """Store a judgement that `judge_rows_ahead` has made. The caller has locked the import's row."""
    store_summary(attendance_import, judged.dated)
    changed = [
        {"attendance_import_id": attendance_import.id, "number": number, **columns}
        for number, columns in judged.changed.items()
    ]
    if changed:
        db.execute(update(AttendanceImportRow), changed)


def _load_rows(db: Db, attendance_import: AttendanceImport) -> Sequence[AttendanceImportRow]:
    """Return the rows of an import, in order."""
    return db.exec(
        select(AttendanceImportRow)
        .where(AttendanceImportRow.attendance_import_id == attendance_import.id)
        .order_by(col(AttendanceImportRow.number))
    ).all()


def _judge_rows(
    db: Db,
    vault: NikVault,
    attendance_import: AttendanceImport,
    rows: Sequence[AttendanceImportRow],
    progress: Progress,
) -> JudgedRows:
    """Judge the rows against the database as it is now, and return the judgement."""
    dated = judge_sheet(
        db,
        vault,
        db.get_one(WorkshopSession, attendance_import.workshop_session_id),
        build_stored_sheet(attendance_import, rows, vault),
        SheetChoices.from_json(attendance_import.choices),
        {row.number: decision for row in rows if (decision := decision_from_json(row.decision))},
        progress,
        uploaded_at=attendance_import.uploaded_at,
        purpose=attendance_import.purpose,
    )
    stored = {row.number: row for row in rows}
    changed = {}
    for judged in dated.judgement.rows:
        row, columns = stored[judged.number], judged_columns(judged, vault)
        if any(columns[name] != getattr(row, name) for name in columns if name != "nik_encrypted"):
            changed[judged.number] = columns
    return JudgedRows(dated, changed, {row.number: row.decision for row in rows if row.decision})


def _replace_cells(row: AttendanceImportRow, cells: Mapping[str, str], vault: NikVault) -> None:
    """Replace cells of a row and mark them as corrected. Raises `Invalid` for an unknown field."""
    unknown = sorted(set(cells) - set(FIELDS))
    if unknown:
        raise Invalid(N_("An attendance list has no column %(field)s."), field=unknown[0])
    row.sqlmodel_update(cell_columns({**row_cells(row, vault), **cells}, vault))
    row.corrected = sorted({*row.corrected, *cells})


def _check_decision(db: Db, actor: Actor, row: AttendanceImportRow, decision: Mapping[str, Any]) -> None:
    """Raise `Invalid` unless the decision has only known keys, and names a place, person or row that exists.

    A person must also be one that the actor may pick (see `_can_select_person`).
    """
    unknown = sorted(set(decision) - DECISIONS)
    if unknown:
        raise Invalid(N_("There is no choice %(choice)s."), choice=unknown[0])
    require_known_place(db, decision.get("kelurahan"))
    if decision.get("keep") not in (None, "door", "sheet"):
        raise Invalid(N_("Keep the attendance of the door or that of the sheet."))
    match decision.get("person"):
        case None | "new":
            pass
        case int(identity):
            if not _can_select_person(db, actor, row, identity):
                raise Invalid(N_("There is no participant %(participant)s."), participant=identity)
        case {"row": int(number)}:
            if db.get(AttendanceImportRow, (row.attendance_import_id, number)) is None:
                raise Invalid(N_("There is no row %(number)s in this import."), number=number)
        case _:
            raise Invalid(N_("Say who it is: a participant, a row of this file, or someone new."))


def _can_select_person(db: Db, actor: Actor, row: AttendanceImportRow, person_id: int) -> bool:
    """Return whether the actor may pick this person: a remark of the row offers them, or they are within scope.

    Other people cannot be found by guessing ids.
    """
    offered = {
        candidate["value"]
        for remark in row.messages
        for candidate in remark["candidates"]
        if candidate["kind"] == "person"
    }
    if person_id in offered or person_id == row.participant_id:
        return True
    visible_registration = select(Registration.id).where(
        Registration.participant_id == person_id, registrations_within(actor, Permission.PARTICIPANT_READ)
    )
    return db.exec(visible_registration).first() is not None
