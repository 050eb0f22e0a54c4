"""The judged rows of an import as they are kept: typed cells, values, remarks, with NIKs sealed."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from operator import attrgetter
from typing import Any, cast

from sqlalchemy import ColumnElement, String, and_, false, select, type_coerce
from sqlmodel import col

from app.database import Db
from app.models import AttendanceImport, AttendanceImportRow, RowKind
from app.nik_vault import NIK_DIGITS, NikVault, holds_nik, with_niks_masked
from app.people.cells import Cell, cell_from_json, cell_text, cell_to_json
from app.people.matching import Decision, SameAsRow
from app.people.person import PersonValues
from app.people.remarks import Remark
from app.spreadsheets.attendance.rows import JudgedRow
from app.spreadsheets.document import Column, FileFormat, RecognisedSheet, SheetRow
from app.spreadsheets.transfer import remark_from_json, remark_to_json

# Rows are read from the database so many at a time.
AT_ONCE = 1000
# Rows of these kinds are what a commit writes.
WRITTEN = (RowKind.CREATE, RowKind.UPDATE)
_KEPT = tuple(field.name for field in fields(PersonValues) if field.name != "nik")
_kept_values = attrgetter(*_KEPT)


def seal_cells(cells: Mapping[str, Cell], vault: NikVault) -> dict[str, Any]:
    """Cells as JSON; what stands in the NIK's column, or holds a NIK elsewhere, is encrypted."""
    # Most cells are too short for one, and needn't be asked.
    return {
        field: cell
        if type(cell) is str and len(cell) < NIK_DIGITS and field != "nik"
        else _sealed(field, cell, vault)
        for field, cell in cells.items()
    }


def open_cells(stored: Mapping[str, Any], vault: NikVault) -> dict[str, Cell]:
    """The cells that `seal_cells` kept."""
    return {
        field: cell_from_json(
            json.loads(vault.decrypt(cell["sealed"])) if isinstance(cell, dict) and "sealed" in cell else cell
        )
        for field, cell in stored.items()
    }


def _sealed(field: str, cell: Cell, vault: NikVault) -> Any:
    stored = cell if isinstance(cell, str) else cell_to_json(cell)
    if stored is None or not (
        field == "nik" or holds_nik(cell if isinstance(cell, str) else cell_text(cell))
    ):
        return stored
    return {"sealed": vault.encrypt(json.dumps(stored))}


@dataclass(frozen=True)
class Correction:
    """What a person changed in one row: cells as they are stored, and a choice."""

    cells: Mapping[str, Any]
    stored_decision: dict[str, Any] | None

    @property
    def decision(self) -> Decision | None:
        return decision_from_json(self.stored_decision)


def corrected_sheet(
    sheet: RecognisedSheet, corrections: Mapping[int, Correction], vault: NikVault
) -> RecognisedSheet:
    """The sheet with corrected cells in place of what it says there."""
    if not corrections:
        return sheet
    return replace(
        sheet,
        rows=tuple(
            SheetRow(row.number, row.cells | open_cells(corrections[row.number].cells, vault))
            if row.number in corrections
            else row
            for row in sheet.rows
        ),
    )


def kept_sheet(
    attendance_import: AttendanceImport, rows: Iterable[AttendanceImportRow], vault: NikVault
) -> RecognisedSheet:
    """The sheet as it was read and corrected, from what is kept of it."""
    reading = attendance_import.reading
    return RecognisedSheet(
        format=cast(FileFormat, attendance_import.file_format),
        sheet=attendance_import.sheet or "",
        sheets=tuple(attendance_import.sheets),
        header_row=attendance_import.header_row or 1,
        columns=tuple(Column(**column) for column in attendance_import.columns),
        rows=tuple(SheetRow(row.number, open_cells(row.cells, vault)) for row in rows),
        stated_total=reading["stated_total"],
        stated_total_of=reading["stated_total_of"],
        stated_date=attendance_import.stated_date,
        stated_until=stated_until(attendance_import),
        title_kelurahan=reading["title_kelurahan"],
        preview=(),
        warnings=tuple(remark_from_json(warning) for warning in reading["warnings"]),
    )


def stated_until(attendance_import: AttendanceImport) -> date | None:
    """The last day that the sheet names; of one that was read before this was kept, the only one."""
    stored = attendance_import.reading.get("stated_until")
    return date.fromisoformat(stored) if stored else attendance_import.stated_date


def decision_from_json(stored: Mapping[str, Any] | None) -> Decision | None:
    """What a person chose for a row, as the judge takes it."""
    if not stored:
        return None
    person = stored.get("person")
    return Decision(
        person=SameAsRow(person["row"]) if isinstance(person, dict) else person,
        kelurahan=stored.get("kelurahan"),
        skip=bool(stored.get("skip")),
    )


def judged_columns(judged: JudgedRow, vault: NikVault) -> dict[str, Any]:
    """The columns of an import row that the judgement decides."""
    return {
        "kind": RowKind(judged.kind),
        "result": {
            "values": _values_to_json(judged.values, vault),
            "registration": judged.registration,
            "attendance": judged.attendance,
            "stated_attendance": judged.stated_attendance,
            "changes": _changes_to_json(judged) if judged.changes else {},
            "facts": judged.facts,
            **({"told_apart": _told_apart_to_json(judged)} if judged.told_apart else {}),
        },
        "messages": [masked_remark_to_json(remark) for remark in judged.remarks],
        "of_number": judged.of,
        "participant_id": judged.person,
    }


def _changes_to_json(judged: JudgedRow) -> dict[str, Any]:
    """The details that change, with the key of a NIK in its place; the NIK itself is sealed in the values."""
    nik = {"nik": judged.values.nik_key} if "nik" in judged.changes else {}
    return _date_to_json(judged.changes | nik)


def _told_apart_to_json(judged: JudgedRow) -> list[int | dict[str, int]]:
    return [{"row": one.row} if isinstance(one, SameAsRow) else one for one in judged.told_apart]


def _told_apart_from_json(result: Mapping[str, Any]) -> tuple[int | SameAsRow, ...]:
    told_apart = result.get("told_apart")
    return (
        tuple(SameAsRow(**one) if isinstance(one, dict) else one for one in told_apart) if told_apart else ()
    )


@dataclass(frozen=True, slots=True)
class RowsToWrite:
    """The rows that a commit writes, in the sheet's order, without their cells, remarks and NIKs.

    `niks` are the NIKs by row number, sealed: they are written as they were kept.
    """

    rows: list[JudgedRow]
    niks: dict[int, str]


def rows_to_write(db: Db, import_id: int) -> RowsToWrite:
    row = AttendanceImportRow
    statement = (
        select(col(row.number), type_coerce(col(row.kind), String), col(row.result), col(row.participant_id))
        .where(col(row.attendance_import_id) == import_id, col(row.kind).in_(WRITTEN))
        .order_by(col(row.number))
        .execution_options(yield_per=AT_ONCE)
    )
    to_write = RowsToWrite([], {})
    for number, kind, result, person in db.connection().execute(statement):
        values = result["values"]
        if "nik_encrypted" in values:
            to_write.niks[number] = values.pop("nik_encrypted")
        to_write.rows.append(
            JudgedRow(
                number=number,
                kind=kind,
                values=PersonValues(**_date_from_json(values)),
                cells={},
                person=person,
                registration=result["registration"],
                attendance=result["attendance"],
                changes=_date_from_json(result["changes"]),
                facts=result["facts"],
                told_apart=_told_apart_from_json(result),
            )
        )
    return to_write


def between(rows: Sequence[AttendanceImportRow]) -> ColumnElement[bool]:
    """The first to the last of an import's rows, in the database: too many for a list of parameters."""
    if not rows:
        return false()
    return and_(
        col(AttendanceImportRow.attendance_import_id) == rows[0].attendance_import_id,
        col(AttendanceImportRow.number).between(rows[0].number, rows[-1].number),
    )


def masked_remark_to_json(remark: Remark) -> dict[str, Any]:
    """A remark quotes what was found in a cell or a heading: a NIK in the wrong place is kept masked."""
    stored = remark_to_json(remark)
    stored["params"] = {
        name: with_niks_masked(value) if isinstance(value, str) else value
        for name, value in remark.params.items()
    }
    return stored


def _values_to_json(values: PersonValues, vault: NikVault) -> dict[str, Any]:
    """Only what a row has; `nik` becomes `nik_encrypted`."""
    stored = {
        name: value for name, value in zip(_KEPT, _kept_values(values), strict=True) if value is not None
    }
    if values.nik:
        stored["nik_encrypted"] = vault.encrypt(values.nik)
    return _date_to_json(stored)


def values_in_clear(result: Mapping[str, Any]) -> PersonValues:
    """The values of a row's result but for its NIK, which stays sealed."""
    stored = {name: value for name, value in result["values"].items() if name != "nik_encrypted"}
    return PersonValues(**_date_from_json(stored))


def _date_to_json(values: dict[str, Any]) -> dict[str, Any]:
    """The only date that people have, as text."""
    if born := values.get("birth_date"):
        values["birth_date"] = born.isoformat()
    return values


def _date_from_json(stored: dict[str, Any]) -> dict[str, Any]:
    if born := stored.get("birth_date"):
        stored["birth_date"] = date.fromisoformat(born)
    return stored
