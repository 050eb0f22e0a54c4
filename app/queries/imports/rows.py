"""The judged rows of an import as the database holds them: cells, judged values and remarks, with NIKs encrypted."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from operator import attrgetter
from typing import Any, cast

from sqlalchemy import ColumnElement, String, and_, false, select, type_coerce
from sqlmodel import col

from app.database import Db
from app.models import AttendanceImport, AttendanceImportRow, ImportStatus, Registration, RowKind
from app.nik_vault import NikVault
from app.people.matching import Decision, SameAsRow
from app.people.person import PersonValues
from app.people.remarks import Remark, remark_from_json, remark_to_json
from app.people.values.cells import Cell, cell_from_json, cell_text, cell_to_json
from app.people.values.nik import contains_nik, mask_niks
from app.queries.in_values import in_values
from app.spreadsheets.attendance.rows import JudgedRow
from app.spreadsheets.detected_table import (
    Column,
    DetectedTable,
    FileFormat,
    Meeting,
    SheetRow,
    day_captions_from_json,
    row_remarks_from_json,
    summaries_from_json,
)

BATCH_SIZE = 1000
# A commit writes the rows of these kinds.
WRITTEN = (RowKind.CREATE, RowKind.UPDATE)
# The NIK is encrypted in a column of its own.
_STORED_VALUES = tuple(field.name for field in fields(PersonValues) if field.name != "nik")
_stored_values = attrgetter(*_STORED_VALUES)


def list_import_rows(
    db: Db,
    import_id: int,
    *,
    kinds: Sequence[RowKind] = (),
    after: int = 0,
    limit: int | None = None,
    numbers: Collection[int] | None = None,
) -> Sequence[AttendanceImportRow]:
    """Return an import's rows after row `after`, in the sheet's order, at most `limit` if it is given.

    `kinds` narrows them to these kinds, `numbers` to these row numbers (none for an empty collection). The caller has
    checked that the import is within the actor's scope.
    """
    statement = (
        select(AttendanceImportRow)
        .where(
            col(AttendanceImportRow.attendance_import_id) == import_id,
            col(AttendanceImportRow.number) > after,
        )
        .order_by(col(AttendanceImportRow.number))
        .limit(limit)
    )
    if kinds:
        statement = statement.where(col(AttendanceImportRow.kind).in_(kinds))
    if numbers is not None:
        statement = statement.where(in_values(db, col(AttendanceImportRow.number), numbers))
    return db.scalars(statement).all()


def cell_columns(cells: Mapping[str, Cell], vault: NikVault) -> dict[str, Any]:
    """Return the columns `cells` and `cells_encrypted` of a row, as JSON.

    Cells of the field "nik", and others that contain a NIK, are in the second, which is None without any.
    """
    clear: dict[str, Any] = {}
    with_nik: dict[str, Any] = {}
    for field, cell in cells.items():
        (with_nik if _must_be_encrypted(field, cell) else clear)[field] = cell_to_json(cell)
    encrypted = vault.encrypt(json.dumps(with_nik)) if with_nik else None
    return {"cells": clear, "cells_encrypted": encrypted}


def row_cells(row: AttendanceImportRow, vault: NikVault) -> dict[str, Cell]:
    """Return a row's typed cells by field, those that hold a NIK decrypted and unmasked."""
    stored = row.cells | json.loads(vault.decrypt(row.cells_encrypted)) if row.cells_encrypted else row.cells
    return {field: cell_from_json(cell) for field, cell in stored.items()}


def displayed_cells(row: AttendanceImportRow, vault: NikVault) -> dict[str, str]:
    """Return a row's cells as texts by field, with every complete NIK masked.

    An incomplete NIK is not masked, since it must be corrected.
    """
    return {field: mask_niks(cell_text(cell)) for field, cell in row_cells(row, vault).items()}


def _must_be_encrypted(field: str, cell: Cell) -> bool:
    """Return whether a cell must be encrypted: it is a filled cell of the field "nik", or contains a NIK."""
    if cell is None:
        return False
    if field == "nik":
        return True
    if isinstance(cell, str):
        return contains_nik(cell)
    return contains_nik(cell_text(cell))


@dataclass(frozen=True)
class Correction:
    """The cells of one row that staff replaced, by field, and the decision about it as it is stored."""

    cells: Mapping[str, Cell]
    stored_decision: dict[str, Any] | None

    @property
    def decision(self) -> Decision | None:
        """The decision as `judge_rows` takes it, None without one."""
        return decision_from_json(self.stored_decision)


def load_corrections(db: Db, vault: NikVault, import_id: int) -> dict[int, Correction]:
    """Return the cells and decisions that staff changed in an import, by row number.

    Rows without any are left out.
    """
    corrections = {}
    for row in list_import_rows(db, import_id):
        if row.corrected or row.decision:
            cells = row_cells(row, vault)
            corrections[row.number] = Correction(
                {field: cells[field] for field in row.corrected}, row.decision
            )
    return corrections


def apply_corrections(sheet: DetectedTable, corrections: Mapping[int, Correction]) -> DetectedTable:
    """Return the sheet with the corrected cells in place of its own.

    Corrections of rows that the sheet does not have are ignored.
    """
    if not corrections:
        return sheet
    return replace(
        sheet,
        rows=tuple(
            SheetRow(
                row.number,
                {**row.cells, **corrections[row.number].cells},
                _open_remarks(row.remarks, corrections[row.number].cells),
            )
            if row.number in corrections
            else row
            for row in sheet.rows
        ),
    )


def build_stored_sheet(
    attendance_import: AttendanceImport, rows: Iterable[AttendanceImportRow], vault: NikVault
) -> DetectedTable:
    """Return the sheet of an import as it was read and corrected, with these rows of it.

    `preview` is empty, `warnings` are those of the reading.
    """
    reading = attendance_import.reading
    remarks = row_remarks_from_json(reading.get("row_remarks", {}))
    return DetectedTable(
        format=cast(FileFormat, attendance_import.file_format),
        sheet=attendance_import.sheet or "",
        sheets=tuple(attendance_import.sheets),
        header_row=1 if attendance_import.header_row is None else attendance_import.header_row,
        columns=tuple(Column(**column) for column in attendance_import.columns),
        rows=tuple(
            SheetRow(
                row.number,
                row_cells(row, vault),
                _open_remarks(remarks.get(row.number, ()), row.corrected),
            )
            for row in rows
        ),
        stated_total=reading["stated_total"],
        stated_total_of=reading["stated_total_of"],
        stated_date=attendance_import.stated_date,
        stated_until=stated_until(attendance_import),
        letterhead_kelurahan=reading["title_kelurahan"],
        preview=(),
        warnings=tuple(remark_from_json(warning) for warning in reading["warnings"]),
        blank_means=reading.get("blank_means"),
        sheet_summaries=summaries_from_json(reading.get("sheet_summaries", ())),
        day_captions=day_captions_from_json(reading.get("day_captions", ())),
        meeting=find_meeting(attendance_import),
    )


def _open_remarks(remarks: tuple[Remark, ...], corrected: Collection[str]) -> tuple[Remark, ...]:
    """Return what a sheet says of a row besides its cells, without what a user has answered by correcting a cell."""
    return tuple(remark for remark in remarks if (remark.field or "attendance") not in corrected)


def stated_until(attendance_import: AttendanceImport) -> date | None:
    """Return the last day that the sheet states, which is `stated_date` if it states a single day.

    None if it states none, or the file was not read yet.
    """
    stored = attendance_import.reading.get("stated_until")
    return date.fromisoformat(stored) if stored else attendance_import.stated_date


def find_meeting(attendance_import: AttendanceImport) -> Meeting | None:
    """Return the application whose report of an online meeting an import is, or None.

    Imports from before reports were told apart say only that they are one.
    """
    reading = attendance_import.reading
    return reading.get("meeting") or ("other" if reading.get("is_meeting_report") else None)


def decision_from_json(stored: Mapping[str, Any] | None) -> Decision | None:
    """Return the decision for a row as `judge_rows` takes it; None without a decision."""
    if not stored:
        return None
    person = stored.get("person")
    return Decision(
        person=SameAsRow(person["row"]) if isinstance(person, dict) else person,
        kelurahan=stored.get("kelurahan"),
        skip=stored.get("skip"),
        keep=stored.get("keep"),
        over=stored.get("over", ""),
    )


def judged_columns(judged: JudgedRow, vault: NikVault) -> dict[str, Any]:
    """Return the columns of an import row that store its judgement, by name; its cells are not among them.

    `nik_encrypted` differs from call to call even for the same NIK; compare the `nik_key` in `result` instead.
    """
    values = judged.values
    stored = zip(_STORED_VALUES, _stored_values(values), strict=True)
    changes = judged.changes | ({"nik": values.nik_key} if "nik" in judged.changes else {})
    distinct_from = [
        {"row": other.row} if isinstance(other, SameAsRow) else other for other in judged.distinct_from
    ]
    return {
        "kind": RowKind(judged.kind),
        "result": {
            "values": _birth_date_to_json({name: value for name, value in stored if value is not None}),
            "registration": judged.registration,
            "attendance": judged.attendance,
            "stated_attendance": judged.stated_attendance,
            "changes": _birth_date_to_json(changes),
            "facts": judged.facts,
            **({"minutes": judged.minutes} if judged.minutes is not None else {}),
            **({"corrects": list(judged.corrects)} if judged.corrects else {}),
            **({"distinct_from": distinct_from} if distinct_from else {}),
        },
        "nik_encrypted": vault.encrypt(values.nik) if values.nik else None,
        "messages": [masked_remark_to_json(remark) for remark in judged.remarks],
        "of_number": judged.of,
        "participant_id": judged.person,
    }


def judged_values(result: Mapping[str, Any]) -> PersonValues:
    """Return the judged values of a row's `result`; the NIK is not among them, its `nik_key` is."""
    return PersonValues(**_birth_date_from_json(result["values"]))


@dataclass(frozen=True, slots=True)
class RowsToWrite:
    """The rows that a commit writes, in the sheet's order, without their cells, remarks and NIKs.

    `niks` are the encrypted NIKs by row number, as they are stored with the people too.
    """

    rows: list[JudgedRow]
    niks: dict[int, str]


def load_rows_to_write(db: Db, import_id: int) -> RowsToWrite:
    """Return the rows of an import that its commit writes, in the sheet's order: kinds "create" and "update"."""
    row = AttendanceImportRow
    statement = (
        select(
            col(row.number),
            type_coerce(col(row.kind), String),
            col(row.result),
            col(row.nik_encrypted),
            col(row.participant_id),
        )
        .where(col(row.attendance_import_id) == import_id, col(row.kind).in_(WRITTEN))
        .order_by(col(row.number))
        .execution_options(yield_per=BATCH_SIZE)
    )
    to_write = RowsToWrite([], {})
    for number, kind, result, nik_encrypted, person in db.connection().execute(statement):
        if nik_encrypted:
            to_write.niks[number] = nik_encrypted
        to_write.rows.append(
            JudgedRow(
                number=number,
                kind=kind,
                values=judged_values(result),
                cells={},
                person=person,
                registration=result["registration"],
                attendance=result["attendance"],
                changes=_birth_date_from_json(result["changes"]),
                facts=result["facts"],
                corrects=tuple(result.get("corrects", ())),
                distinct_from=tuple(
                    SameAsRow(**other) if isinstance(other, dict) else other
                    for other in result.get("distinct_from", ())
                ),
            )
        )
    return to_write


def masked_remark_to_json(remark: Remark) -> dict[str, Any]:
    """Return a remark as it is stored, with every NIK in its parameters masked.

    A remark quotes cells and headings, and a NIK may be in the wrong place.
    """
    stored = remark_to_json(remark)
    stored["params"] = {
        name: mask_niks(value) if isinstance(value, str) else value for name, value in remark.params.items()
    }
    return stored


def registration_of_row() -> ColumnElement[bool]:
    """Return the condition that joins an import row and its import to the registration of the row's person.

    It is the person's registration for the import's session, of any status.
    """
    return and_(
        col(Registration.participant_id) == col(AttendanceImportRow.participant_id),
        col(Registration.workshop_session_id) == col(AttendanceImport.workshop_session_id),
    )


def load_committed_codes(db: Db, rows: Sequence[AttendanceImportRow]) -> dict[int, str]:
    """Return the codes of the registrations that the commit of these rows wrote, by row number.

    `rows` are consecutive rows of one import. There are no codes if it was not committed, or was undone.
    """
    statement = (
        select(col(AttendanceImportRow.number), col(Registration.code))
        .join(AttendanceImport, col(AttendanceImport.id) == col(AttendanceImportRow.attendance_import_id))
        .join(Registration, registration_of_row())
        .where(
            is_between(rows),
            col(AttendanceImportRow.kind).in_(WRITTEN),
            col(AttendanceImport.status) == ImportStatus.COMMITTED,
        )
    )
    return {line.number: line.code for line in db.execute(statement)}


def is_between(rows: Sequence[AttendanceImportRow]) -> ColumnElement[bool]:
    """Return the condition for an import's rows from the first to the last of `rows`; none match if it is empty."""
    if not rows:
        return false()
    return and_(
        col(AttendanceImportRow.attendance_import_id) == rows[0].attendance_import_id,
        col(AttendanceImportRow.number).between(rows[0].number, rows[-1].number),
    )


def _birth_date_to_json(values: dict[str, Any]) -> dict[str, Any]:
    """Replace the birth date, the only date among a person's values, by its ISO text; return the same dictionary."""
    if born := values.get("birth_date"):
        values["birth_date"] = born.isoformat()
    return values


def _birth_date_from_json(stored: dict[str, Any]) -> dict[str, Any]:
    """Return values stored by `_birth_date_to_json`, with the birth date as a date."""
    born = stored.get("birth_date")
    return stored | {"birth_date": date.fromisoformat(born)} if born else stored
