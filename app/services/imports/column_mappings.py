"""Remembers which column holds what: an organization's lists come from the same form again and again."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace

from sqlmodel import col, delete

from app.database import Db
from app.models import ColumnMapping, Workshop, WorkshopSession
from app.models.base import now
from app.nik_vault import with_niks_masked
from app.people.remarks import Remark
from app.people.target_groups import group_names
from app.people.text import words
from app.permissions import Actor
from app.queries.areas.reference import sheet_reference
from app.queries.imports.attendance_imports import attendance_import_by_id
from app.services.activities import record
from app.services.imports.judging import SheetChoices
from app.spreadsheets.document import Column, RecognisedSheet
from app.spreadsheets.reading import read_sheet

REMEMBERED = "columns-remembered"


def read_as_remembered(
    look: Db, workshop_session: WorkshopSession, content: bytes, choices: SheetChoices, *, recall: bool
) -> tuple[RecognisedSheet, SheetChoices]:
    """Reads a sheet. With `recall`, where nobody said anything about its columns, they are as remembered.

    Returns the choices with the columns that were used; a sheet whose columns are those remembered says so by a
    warning. Raises what `read_sheet` raises.
    """
    reference = sheet_reference(look)
    places = [kelurahan.name for kelurahan in reference.kelurahan]
    groups = group_names(reference)

    def read(columns: Mapping[int, str | None] | None) -> RecognisedSheet:
        return read_sheet(
            content,
            sheet=choices.sheet,
            header_row=choices.header_row,
            columns=columns,
            places=places,
            groups=groups,
        )

    sheet = read(choices.columns)
    remembered = _remembered(look, workshop_session, sheet.columns)
    if remembered and choices.columns is None and recall:
        choices = replace(choices, columns=remembered)
        sheet = read(remembered)
    if remembered and choices.columns == remembered:
        sheet = replace(sheet, warnings=(*sheet.warnings, Remark("warning", None, REMEMBERED, {})))
    return sheet, choices


def remember_columns(
    db: Db,
    actor: Actor,
    workshop_session: WorkshopSession,
    columns: Iterable[Column],
    chosen: Mapping[int, str | None],
) -> None:
    """Keeps what a person `chose` for these columns in place of what was remembered for the same headings."""
    db.merge(
        ColumnMapping(
            organization_id=_organization(db, workshop_session),
            headings=_headings_key((column.index, column.header) for column in columns),
            columns={str(index): field for index, field in chosen.items()},
            remembered_by=actor.user_id,
            remembered_at=now(),
        )
    )


def forget_columns(db: Db, actor: Actor, import_id: int) -> None:
    """Forgets what is remembered for the headings of an import's sheet; the import itself stays as it is."""
    found = attendance_import_by_id(db, actor, import_id)
    key = _headings_key((column["index"], column["header"]) for column in found.columns)
    workshop_session = db.get_one(WorkshopSession, found.workshop_session_id)
    db.exec(
        delete(ColumnMapping).where(
            col(ColumnMapping.organization_id) == _organization(db, workshop_session),
            col(ColumnMapping.headings) == key,
        )
    )
    record(db, actor, "forget", "attendance-import", import_id)


def _remembered(
    look: Db, workshop_session: WorkshopSession, columns: Iterable[Column]
) -> dict[int, str | None] | None:
    key = _headings_key((column.index, column.header) for column in columns)
    found = look.get(ColumnMapping, (_organization(look, workshop_session), key))
    return {int(index): field for index, field in found.columns.items()} if found else None


def _organization(db: Db, workshop_session: WorkshopSession) -> int:
    return db.get_one(Workshop, workshop_session.workshop_id).organization_id


def _headings_key(headings: Iterable[tuple[int, str]]) -> str:
    """The same for the same headings at the same places, whatever their case, spaces and punctuation."""
    said = [f"{index} {heading}" for index, text in headings if (heading := words(with_niks_masked(text)))]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()
