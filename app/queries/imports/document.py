"""The import document: what the API and the command say of an import, in the contract's shape."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from app.database import Db
from app.errors import Problem
from app.i18n import Translator
from app.models import AttendanceImportRow, Participant
from app.nik_vault import NikVault, with_niks_masked
from app.people.cells import cell_text
from app.permissions import Actor
from app.queries.imports.attendance_imports import AttendanceImportView, attendance_import, import_rows
from app.queries.imports.registrations import codes_written
from app.queries.imports.rows import between, open_cells
from app.spreadsheets.remark_texts import remark_text
from app.spreadsheets.transfer import remark_from_json

FIRST_ROWS = 200


def import_document(
    db: Db, vault: NikVault, actor: Actor, import_id: int, _: Translator, *, first: int | None = FIRST_ROWS
) -> dict[str, Any]:
    """The document with its first rows (all with `first=None`). Raises `NotFound` out of the actor's reach."""
    found = attendance_import(db, actor, import_id)
    document: dict[str, Any] = {
        "id": found.id,
        "purpose": found.purpose.value,
        "status": found.status.value,
        "session": found.session_code,
        "file": {
            "name": found.file_name,
            "sha256": found.file_sha256,
            "bytes": found.file_bytes,
            "format": found.file_format,
        },
        "sheet": found.sheet,
        "sheets": list(found.sheets),
        "header_row": found.header_row,
        "columns": list(found.columns),
        "blank_means": found.blank_means,
        "stated_total": found.stated_total,
        "stated_total_of": found.stated_total_of,
        "stated_date": found.stated_date.isoformat() if found.stated_date else None,
        "counts": found.counts,
        "warnings": [_warning(warning, _) for warning in found.warnings],
        "rows": row_documents(db, vault, import_rows(db, found.id, limit=first), _),
    }
    if problem := why_broken_off(found):
        document["failure"] = {"code": problem.code, "text": problem.sentence(_)}
    return document


def row_documents(
    db: Db, vault: NikVault, rows: Sequence[AttendanceImportRow], _: Translator
) -> list[dict[str, Any]]:
    """Rows of an import as the contract shows them; two queries, however many rows."""
    people = _people(db, rows)
    codes = codes_written(db, rows)
    return [
        _row_document(row, people.get(row.participant_id or 0), codes.get(row.number), vault, _)
        for row in rows
    ]


def shown_cells(row: AttendanceImportRow, vault: NikVault) -> dict[str, str]:
    """A row's cells as read. A whole NIK is masked; a broken one is shown, for it has to be put right."""
    return {field: with_niks_masked(cell_text(cell)) for field, cell in open_cells(row.cells, vault).items()}


def _row_document(
    row: AttendanceImportRow,
    person: Participant | None,
    registration_code: str | None,
    vault: NikVault,
    _: Translator,
) -> dict[str, Any]:
    values: Mapping[str, Any] = row.result["values"]
    return {
        "number": row.number,
        "kind": row.kind.value,
        "name": values.get("name"),
        "kelurahan": values.get("kelurahan"),
        "target_group": values.get("target_group"),
        "attendance": row.result["attendance"],
        "registration": registration_code or row.result["registration"],
        "of": row.of_number,
        "cells": shown_cells(row, vault),
        "person": {"id": person.id, "name": person.name, "kelurahan": person.kelurahan_code}
        if person
        else None,
        "messages": [_message(remark, _) for remark in row.messages],
    }


def _people(db: Db, rows: Sequence[AttendanceImportRow]) -> dict[int, Participant]:
    named = select(col(AttendanceImportRow.participant_id)).where(between(rows))
    found = db.scalars(select(Participant).where(col(Participant.id).in_(named)))
    return {person.id: person for person in found}


def _message(stored: Mapping[str, Any], _: Translator) -> dict[str, Any]:
    return {
        "level": stored["level"],
        "field": stored["field"],
        "code": stored["code"],
        "text": remark_text(remark_from_json(dict(stored)), _),
        "candidates": stored["candidates"],
    }


def _warning(stored: Mapping[str, Any], _: Translator) -> dict[str, str]:
    return {"code": stored["code"], "text": remark_text(remark_from_json(dict(stored)), _)}


def why_broken_off(found: AttendanceImportView) -> Problem | None:
    """Why the file couldn't be read, or why reading or committing it broke off; None where nothing did."""
    failure = found.failure
    return Problem(failure["text"], code=failure["code"], **failure["params"]) if failure else None
