"""Remember the columns that staff chose for a list, for the organization's next list with the same headings."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace

from sqlmodel import col, delete, select

from app.database import Db
from app.i18n import wita
from app.models import ColumnMapping, Workshop, WorkshopSession
from app.models.base import now
from app.people.remarks import Remark
from app.people.values.nik import mask_niks
from app.people.values.target_groups import list_group_names
from app.people.values.text import words
from app.permissions import Actor, Permission
from app.queries.areas.reference import load_reference
from app.queries.imports.attendance_imports import get_attendance_import
from app.services.activities import log_activity
from app.services.authorization import require_permission
from app.services.imports.sheet_choices import SheetChoices
from app.spreadsheets.detected_table import Column, DetectedTable, SheetSession
from app.spreadsheets.pasted.lists import number_by_lines
from app.spreadsheets.reading import read_sheet

REMEMBERED = "columns-remembered"


def read_with_remembered_columns(
    read_db: Db, workshop_session: WorkshopSession, content: bytes, choices: SheetChoices, *, recall: bool
) -> tuple[DetectedTable, SheetChoices]:
    """Read a sheet; with `recall` and without chosen columns, use the columns remembered for its headings.

    Returns the sheet, and the choices with the columns that were used. If those are the remembered ones, the sheet has
    the warning "columns-remembered". Raises `UnreadableFile` or `TooLarge` as `read_sheet` does.
    """
    reference = load_reference(read_db)
    places = [kelurahan.name for kelurahan in reference.kelurahan]
    groups = list_group_names(reference)
    session = _sheet_session(read_db, workshop_session)

    def read(columns: Mapping[int, str | None] | None) -> DetectedTable:
        return number_by_lines(
            read_sheet(
                content,
                sheet=choices.sheet,
                sheets=choices.sheets or (),
                session=session,
                header_row=choices.header_row,
                columns=columns,
                places=places,
                groups=groups,
            )
        )

    sheet = read(choices.columns)
    remembered = _remembered_columns(read_db, workshop_session, sheet.columns)
    if remembered and choices.columns is None and recall:
        choices = replace(choices, columns=remembered)
        sheet = read(remembered)
    if remembered and choices.columns == remembered:
        sheet = replace(sheet, warnings=(*sheet.warnings, Remark("warning", None, REMEMBERED, {})))
    return sheet, choices


def _sheet_session(read_db: Db, workshop_session: WorkshopSession) -> SheetSession:
    """Return the session as `read_sheet` takes it to choose the sheet, and to count the minutes of a meeting."""
    starts = select(WorkshopSession.starts_at).where(
        col(WorkshopSession.workshop_id) == workshop_session.workshop_id
    )
    days = sorted({wita(starts_at).date() for starts_at in read_db.exec(starts)})
    day = wita(workshop_session.starts_at).date()
    return SheetSession(
        day,
        workshop_session.code,
        days.index(day) + 1,
        starts=workshop_session.starts_at,
        ends=workshop_session.ends_at,
    )


def remember_columns(
    db: Db,
    actor: Actor,
    workshop_session: WorkshopSession,
    columns: Iterable[Column],
    chosen: Mapping[int, str | None],
) -> None:
    """Remember the fields that a user has `chosen` for these columns, for the workshop's organization.

    They replace those remembered for the same headings. The caller has required the permission to change the import.
    """
    db.merge(
        ColumnMapping(
            organization_id=_organization_id(db, workshop_session),
            headings=_headings_key((column.index, column.header) for column in columns),
            columns={str(index): field for index, field in chosen.items()},
            remembered_by=actor.user_id,
            remembered_at=now(),
        )
    )


def forget_columns(db: Db, actor: Actor, import_id: int) -> None:
    """Forget the columns that the workshop's organization has remembered for the headings of this import's sheet.

    Logged, also if nothing was remembered. The import itself does not change. Raises `Forbidden` without
    `IMPORT_WRITE`, and `NotFound` also out of the actor's scope.
    """
    attendance_import = get_attendance_import(db, actor, import_id)
    require_permission(db, actor, Permission.IMPORT_WRITE, attendance_import)
    key = _headings_key((column["index"], column["header"]) for column in attendance_import.columns)
    workshop_session = db.get_one(WorkshopSession, attendance_import.workshop_session_id)
    db.exec(
        delete(ColumnMapping).where(
            col(ColumnMapping.organization_id) == _organization_id(db, workshop_session),
            col(ColumnMapping.headings) == key,
        )
    )
    log_activity(db, actor, "forget", "attendance-import", import_id)


def _remembered_columns(
    read_db: Db, workshop_session: WorkshopSession, columns: Iterable[Column]
) -> dict[int, str | None] | None:
    """Return the fields remembered for these headings by column index, None if there are none."""
    key = _headings_key((column.index, column.header) for column in columns)
    mapping = read_db.get(ColumnMapping, (_organization_id(read_db, workshop_session), key))
    return {int(index): field for index, field in mapping.columns.items()} if mapping else None


def _organization_id(db: Db, workshop_session: WorkshopSession) -> int:
    """Return the id of the organization that holds the session's workshop."""
    return db.get_one(Workshop, workshop_session.workshop_id).organization_id


def _headings_key(headings: Iterable[tuple[int, str]]) -> str:
    """Return a hash of the headings and their positions that ignores case, spaces and punctuation.

    NIKs in them are masked, and blank headings left out.
    """
    lines = [f"{index} {heading}" for index, text in headings if (heading := words(mask_niks(text)))]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
