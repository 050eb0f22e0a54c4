"""The import document: the JSON that the API and the command line show of an import and its rows."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlmodel import col

from app.database import Db
from app.i18n import Translator
from app.models import AttendanceImportRow, Participant
from app.nik_vault import NikVault
from app.people.remarks import remark_from_json
from app.people.values.names import initials
from app.permissions import Actor
from app.queries.imports.attendance_imports import get_attendance_import_view
from app.queries.imports.rows import (
    BATCH_SIZE,
    displayed_cells,
    is_between,
    list_import_rows,
    load_committed_codes,
)
from app.queries.imports.shared_uploads import SharedImport, list_shared_imports
from app.queries.people.records import list_open_people
from app.spreadsheets.remark_texts import remark_text

FIRST_ROWS = 200


def get_import_document(
    db: Db, vault: NikVault, actor: Actor, import_id: int, _: Translator
) -> dict[str, Any]:
    """Return the document of an import with its first 200 rows, with texts in the translator's language.

    Raises `NotFound` for an unknown id, and out of the actor's scope for seeing imports.
    """
    document = get_import_document_without_rows(db, actor, import_id, _)
    rows = list_import_rows(db, import_id, limit=FIRST_ROWS)
    return document | {"rows": list_row_documents(db, vault, actor, rows, _)}


def get_import_document_without_rows(db: Db, actor: Actor, import_id: int, _: Translator) -> dict[str, Any]:
    """Return the document of an import without the key "rows"; "failure" is a key only after a failure.

    "meeting" and "minutes" are keys only for the report of an online meeting.

    Raises `NotFound` for an unknown id, and out of the actor's scope for seeing imports.
    """
    attendance_import = get_attendance_import_view(db, actor, import_id)
    document: dict[str, Any] = {
        "id": attendance_import.id,
        "purpose": attendance_import.purpose.value,
        "status": attendance_import.status.value,
        "session": attendance_import.session_code,
        "file": {
            "name": attendance_import.file_name,
            "sha256": attendance_import.file_sha256,
            "bytes": attendance_import.file_bytes,
            "format": attendance_import.file_format,
        },
        "sheet": attendance_import.sheet,
        "sheets": list(attendance_import.sheets),
        "header_row": attendance_import.header_row,
        "columns": list(attendance_import.columns),
        "blank_means": attendance_import.blank_means,
        "stated_total": attendance_import.stated_total,
        "stated_total_of": attendance_import.stated_total_of,
        "stated_date": attendance_import.stated_date.isoformat() if attendance_import.stated_date else None,
        "counts": attendance_import.counts,
        "warnings": [
            {
                "code": warning["code"],
                "level": warning["level"],
                "text": remark_text(remark_from_json(warning), _),
            }
            for warning in attendance_import.warnings
        ],
    }
    if attendance_import.meeting:
        document["meeting"] = attendance_import.meeting
    if rule := attendance_import.minutes_rule:
        document["minutes"] = {"least": rule.least, "of": rule.length, "chosen": rule.is_chosen}
    if attendance_import.day_columns:
        document["day_column"] = attendance_import.day_column
        document["day_columns"] = list(attendance_import.day_columns)
    shared_imports = list_shared_imports(db, actor, attendance_import)
    if len(shared_imports) > 1:
        document["sessions"] = [_session_document(shared) for shared in shared_imports]
    if problem := attendance_import.problem:
        document["failure"] = {"code": problem.code, "text": problem.sentence(_)}
    return document


def _session_document(shared: SharedImport) -> dict[str, Any]:
    """Return the import of a session that reads the same file, in short; `questions` are codes."""
    return {
        "id": shared.attendance_import.id,
        "session": shared.attendance_import.session_code,
        "status": shared.attendance_import.status.value,
        "sheet": shared.attendance_import.sheet,
        "day_column": shared.attendance_import.day_column,
        "counts": shared.attendance_import.counts,
        "questions": [question.code for question in shared.questions],
    }


def stream_row_documents(
    db: Db, vault: NikVault, actor: Actor, import_id: int, _: Translator
) -> Iterator[dict[str, Any]]:
    """Yield every row of an import as in the import document, in the sheet's order, reading 1000 rows at a time.

    The caller has checked that the import is within the actor's scope.
    """
    after = 0
    while rows := list_import_rows(db, import_id, after=after, limit=BATCH_SIZE):
        yield from list_row_documents(db, vault, actor, rows, _)
        after = rows[-1].number


def list_row_documents(
    db: Db, vault: NikVault, actor: Actor, rows: Sequence[AttendanceImportRow], _: Translator
) -> list[dict[str, Any]]:
    """Return these rows as in the import document, in their order, with a constant number of queries.

    Of people whose record is not open to the actor, they have the initials for the name.

    They must be consecutive rows of one import, in the sheet's order.
    """
    people = _load_matched_people(db, actor, rows)
    candidates = {id_ for row in rows for id_ in _offered_person_ids(row.messages)}
    hidden = candidates - list_open_people(db, actor, candidates)
    codes = load_committed_codes(db, rows)
    return [
        _row_document(row, people.get(row.participant_id or 0), codes.get(row.number), hidden, vault, _)
        for row in rows
    ]


def stream_remark_texts(db: Db, import_id: int, _: Translator) -> Iterator[tuple[int, str, list[str]]]:
    """Yield each row with remarks as its number, name and the codes and texts of its remarks, in the sheet's order.

    The name is "" if the row has none. The caller has checked that the import is within the actor's scope.
    """
    row = AttendanceImportRow
    statement = (
        select(col(row.number), col(row.result)["values"]["name"].as_string(), col(row.messages))
        .where(col(row.attendance_import_id) == import_id, col(row.messages) != [])
        .order_by(col(row.number))
        .execution_options(yield_per=BATCH_SIZE)
    )
    db.flush()
    for number, name, remarks in db.connection().execute(statement):
        texts = ((remark["code"], remark_text(remark_from_json(remark), _)) for remark in remarks)
        yield number, name or "", [f"{code}: {text}" for code, text in texts]


def _row_document(
    row: AttendanceImportRow,
    person: dict[str, Any] | None,
    registration_code: str | None,
    hidden: Collection[int],
    vault: NikVault,
    _: Translator,
) -> dict[str, Any]:
    """Return a row as in the import document.

    `registration_code` is the registration that the commit wrote; without it "registration" is the one that existed
    when the row was judged, or None. `hidden` are the ids of people of whom candidates show only the initials.
    """
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
        "cells": displayed_cells(row, vault),
        "person": person,
        "messages": [_remark_document(remark, hidden, _) for remark in row.messages],
        **({"minutes": row.result["minutes"]} if "minutes" in row.result else {}),
    }


def _load_matched_people(
    db: Db, actor: Actor, rows: Sequence[AttendanceImportRow]
) -> dict[int, dict[str, Any]]:
    """Return id, name and kelurahan of the people whom these rows name, by their id.

    `rows` are consecutive rows of one import.
    """
    named = select(col(AttendanceImportRow.participant_id)).where(is_between(rows))
    people: Select[*tuple[Any, ...]] = select(
        col(Participant.id), col(Participant.name), col(Participant.kelurahan_code).label("kelurahan")
    ).where(col(Participant.id).in_(named))
    loaded = {person["id"]: dict(person) for person in db.execute(people).mappings()}
    for person_id in loaded.keys() - list_open_people(db, actor, loaded.keys()):
        loaded[person_id]["name"] = initials(loaded[person_id]["name"])
    return loaded


def _offered_person_ids(remarks: Sequence[Mapping[str, Any]]) -> list[int]:
    """Return the ids of the people whom stored remarks offer as candidates."""
    return [
        candidate["value"]
        for remark in remarks
        for candidate in remark["candidates"]
        if candidate["kind"] == "person"
    ]


def _hide_candidate(candidate: dict[str, Any], hidden: Collection[int]) -> dict[str, Any]:
    """Return a candidate with the initials for its label if it is one of the `hidden` people."""
    is_hidden = candidate["kind"] == "person" and candidate["value"] in hidden
    return {**candidate, "label": initials(candidate["label"])} if is_hidden else candidate


def _remark_document(stored: dict[str, Any], hidden: Collection[int], _: Translator) -> dict[str, Any]:
    """Return a stored remark as in the import document: without its parameters, with its text."""
    return {
        "level": stored["level"],
        "field": stored["field"],
        "code": stored["code"],
        "text": remark_text(remark_from_json(stored), _),
        "candidates": [_hide_candidate(candidate, hidden) for candidate in stored["candidates"]],
    }
