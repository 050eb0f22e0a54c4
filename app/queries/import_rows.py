"""The judged rows of an import as they are kept: typed cells, values, remarks, with NIKs sealed."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, cast

from sqlalchemy import select
from sqlmodel import col

from app.database import Db
from app.models import AttendanceImport, AttendanceImportRow, RowKind
from app.nik_vault import NikVault, holds_nik, with_niks_masked
from app.spreadsheets.document import (
    Cell,
    Column,
    FileFormat,
    Message,
    RecognisedSheet,
    SheetRow,
    cell_from_json,
    cell_to_json,
)
from app.spreadsheets.judgement import Decision, JudgedRow, RowValues, SameAsRow
from app.spreadsheets.transfer import message_from_json, message_to_json

_DATES = {"birth_date"}


def seal_cells(cells: Mapping[str, Cell], vault: NikVault) -> dict[str, Any]:
    """Cells as JSON; what stands in the NIK's column, or holds a NIK elsewhere, is encrypted."""
    return {field: _sealed(field, cell, vault) for field, cell in cells.items()}


def open_cells(stored: Mapping[str, Any], vault: NikVault) -> dict[str, Cell]:
    """The cells that `seal_cells` kept."""
    return {
        field: cell_from_json(
            json.loads(vault.decrypt(cell["sealed"])) if isinstance(cell, dict) and "sealed" in cell else cell
        )
        for field, cell in stored.items()
    }


def _sealed(field: str, cell: Cell, vault: NikVault) -> Any:
    stored = cell_to_json(cell)
    if stored is None or not (field == "nik" or (isinstance(cell, str) and holds_nik(cell))):
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
        title_kelurahan=reading["title_kelurahan"],
        preview=(),
        warnings=tuple(message_from_json(warning) for warning in reading["warnings"]),
    )


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
            "changes": _dates_to_json(_without_nik(judged)),
            "facts": dict(judged.facts),
        },
        "messages": [_message_to_json(message) for message in judged.messages],
        "of_number": judged.of,
        "participant_id": judged.person,
    }


def _without_nik(judged: JudgedRow) -> dict[str, Any]:
    """The details that change, with the key of a NIK in its place; the NIK itself is sealed in the values."""
    return judged.changes | ({"nik": judged.values.nik_key} if "nik" in judged.changes else {})


def rows_to_write(db: Db, vault: NikVault, import_id: int) -> list[JudgedRow]:
    """The rows that a commit writes, in the sheet's order, without their cells and remarks."""
    row = AttendanceImportRow
    statement = (
        select(col(row.number), col(row.kind), col(row.result), col(row.participant_id))
        .where(
            col(row.attendance_import_id) == import_id, col(row.kind).in_((RowKind.CREATE, RowKind.UPDATE))
        )
        .order_by(col(row.number))
    )
    return [
        JudgedRow(
            number=number,
            kind=kind.value,
            values=values_from_json(result["values"], vault),
            cells={},
            person=person,
            registration=result["registration"],
            attendance=result["attendance"],
            changes=_dates_from_json(result["changes"]),
            facts=result["facts"],
        )
        for number, kind, result, person in db.execute(statement)
    ]


def _message_to_json(message: Message) -> dict[str, Any]:
    """A remark quotes what was found in a cell: a NIK in the wrong column is kept masked."""
    stored = message_to_json(message)
    stored["params"] = {
        name: with_niks_masked(value) if isinstance(value, str) else value
        for name, value in message.params.items()
    }
    return stored


def _values_to_json(values: RowValues, vault: NikVault) -> dict[str, Any]:
    """Only what a row has; `nik` becomes `nik_encrypted`."""
    stored = {field.name: getattr(values, field.name) for field in fields(values)}
    nik = stored.pop("nik")
    if nik:
        stored["nik_encrypted"] = vault.encrypt(nik)
    return {name: value for name, value in _dates_to_json(stored).items() if value is not None}


def values_in_clear(row: AttendanceImportRow) -> RowValues:
    """A row's values but for its NIK, which stays sealed."""
    stored = {name: value for name, value in row.result["values"].items() if name != "nik_encrypted"}
    return RowValues(**_dates_from_json(stored))


def values_from_json(stored: dict[str, Any], vault: NikVault) -> RowValues:
    values = _dates_from_json(stored)
    encrypted = values.pop("nik_encrypted", None)
    return RowValues(**values, nik=vault.decrypt(encrypted) if encrypted else None)


def _dates_to_json(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def _dates_from_json(stored: dict[str, Any]) -> dict[str, Any]:
    return {
        name: date.fromisoformat(value) if name in _DATES and value else value
        for name, value in stored.items()
    }
