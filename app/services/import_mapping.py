"""A person says how an import's sheet is to be read: which sheet, header and columns, what a blank means."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app.database import Db
from app.errors import Conflict
from app.i18n import N_
from app.models import AttendanceImport, WorkshopSession
from app.nik_vault import NikVault
from app.permissions import Actor
from app.queries.attendance_imports import attendance_import_by_id, row_corrections
from app.services.activities import record
from app.services.attendance_imports import (
    check_choices,
    choices_of,
    keep_reading,
    read_again,
    require_review,
)
from app.services.column_mappings import remember_columns
from app.services.locks import lock_row


def remap(
    look: Db, db: Db, vault: NikVault, actor: Actor, import_id: int, given: Mapping[str, Any]
) -> AttendanceImport:
    """Reads the kept file again with other choices (the keys of `SheetChoices`) and judges it again.

    Corrections stay with their rows where the same sheet and header are read again. Raises `Conflict` where
    somebody corrected a row while the file was read.
    """
    found = attendance_import_by_id(look, actor, import_id)
    require_review(found)
    choices = replace(choices_of(found), **(_read_anew(given) | dict(given)))
    check_choices(look, choices)
    same_table = not {"sheet", "header_row"} & given.keys()
    made = row_corrections(look, import_id)
    corrections = made if same_table else {}
    reading = read_again(look, vault, found, choices, corrections, recall=not same_table)

    attendance_import = lock_row(db, AttendanceImport, import_id)
    require_review(attendance_import)
    if row_corrections(db, import_id) != made:
        text = N_("Somebody else corrected rows of this import meanwhile. Look at them, then try again.")
        raise Conflict(text, code="corrected-meanwhile")
    before = attendance_import.choices
    keep_reading(db, vault, attendance_import, *reading, corrections)
    if given.get("columns"):
        workshop_session = db.get_one(WorkshopSession, attendance_import.workshop_session_id)
        remember_columns(db, actor, workshop_session, reading[0].columns, given["columns"])
    record(db, actor, "map", "attendance-import", import_id, before=before, after=attendance_import.choices)
    return attendance_import


def _read_anew(given: Mapping[str, Any]) -> dict[str, None]:
    """What is recognised anew unless it is given too: another sheet has another header, that other columns."""
    if "sheet" in given:
        return {"header_row": None, "columns": None}
    return {"columns": None} if "header_row" in given else {}
