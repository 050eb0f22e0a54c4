"""Attendance imports: upload, map columns, correct rows, commit, undo; and the rows to correct as a file."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Query, Request, Response, UploadFile
from pydantic import BaseModel, ConfigDict, model_validator

from app.models import Basis, ImportStatus, RowKind
from app.queries.imports.attendance_imports import RUNNING_STATUSES, get_attendance_import_view
from app.queries.imports.document import get_import_document, list_row_documents
from app.queries.imports.rows import list_import_rows
from app.services.imports import reassign, undo, upload
from app.services.imports.commit import CommitChoices, commit_or_queue
from app.services.imports.downloads import download_error_sheet
from app.services.imports.mapping import change_mapping
from app.services.imports.review import correct_row, correct_rows_with_same_question
from app.services.imports.shared import sessions
from app.services.imports.shared.commit import commit_together_or_queue
from app.services.imports.shared.sessions import SessionChoice
from app.services.imports.shared.undo import undo_together
from app.services.registrations.lists import upload_registration_list
from app.web.container import container_of
from app.web.dependencies import ApiActor, Lang, LongWriteDb, PeopleActor, ReadDb, Translate, Vault, WriteDb
from app.web.downloads import download

router = APIRouter(prefix="/api/v1", tags=["attendance imports"])

Document = dict[str, Any]


class ColumnIn(BaseModel):
    index: int
    field: str | None


class DefaultsIn(BaseModel):
    """Defaults for rows whose own cell is empty. `kelurahan`: a code, "outside" or "above" (as in the row above)."""

    model_config = ConfigDict(extra="forbid")

    target_group: str | None = None
    kelurahan: str | None = None


class MappingIn(BaseModel):
    """Fields that are left out stay as they are.

    `sheets` are read as one list; "all": all that list people. `day_column` is the heading to read of the columns of
    several days (`day_columns`).
    """

    model_config = ConfigDict(extra="forbid")

    sheet: str | None = None
    sheets: list[str] | Literal["all"] | None = None
    header_row: int | None = None
    columns: list[ColumnIn] | None = None
    day_column: str | None = None
    blank_means: Literal["present", "absent"] | None = None
    defaults: DefaultsIn | None = None


class SameAs(BaseModel):
    model_config = ConfigDict(extra="forbid")

    row: int


class RowPatch(BaseModel):
    """Cells to replace, or a decision: the person, their kelurahan, or that the row is skipped.

    `keep` answers `attendance-differs`: whether the attendance that was recorded at the door holds, or the sheet's.
    With `alike`, an answer to a question about one field is given to every row that asks the same.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"cells": {"kelurahan": "Sepinggan"}},
                {"kelurahan": "64.71.05.1002", "alike": True},
                {"person": "new"},
                {"skip": True},
                {"keep": "door", "alike": True},
            ]
        },
    )

    cells: dict[str, str] | None = None
    person: int | Literal["new"] | SameAs | None = None
    kelurahan: str | None = None
    skip: bool | None = None
    keep: Literal["door", "sheet"] | None = None
    alike: bool = False

    @model_validator(mode="after")
    def _require_change(self) -> "RowPatch":
        """Return the patch. Raises `ValueError` (answered by 422) if no field but `alike` is given, be it as null."""
        if not self.model_fields_set - {"alike"}:
            raise ValueError("give cells or a decision")
        return self


class CommitIn(BaseModel):
    """`others`, `missing` and `confirm` concern attendance.

    With `missing: "remove"` the attendance of people whom an earlier list of the same people names and this one doesn't
    is removed. `overrule` registers beyond the limits and after the closing time.

    With `together` every session that reads the same file is committed, or none. A code in `confirm` holds for all of
    them, or with an import's id before it for one: `12:date-differs`. Questions that a choice answers, such as
    `no-name-column`, cannot be confirmed.
    """

    model_config = ConfigDict(extra="forbid")

    only_valid: bool = False
    others: Literal["leave", "absent"] = "leave"
    basis: Literal["public-task", "paper-consent"] = "public-task"
    confirm: list[str] = []
    overrule: bool = False
    missing: Literal["leave", "remove"] = "leave"
    together: bool = False


class SheetSessionIn(BaseModel):
    """A session to read the file for; without `sheet` and `day_column` its date decides what is read."""

    model_config = ConfigDict(extra="forbid")

    session: str
    sheet: str | None = None
    day_column: str | None = None


class SheetSessionsIn(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"sessions": [{"session": "UMKM-2025-2", "day_column": "6 Agustus"}]}]
        },
    )

    sessions: list[SheetSessionIn]


class UndoIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    together: bool = False


class MoveIn(BaseModel):
    """Either the code of another session, or the purpose `registration`."""

    model_config = ConfigDict(extra="forbid")

    session: str | None = None
    purpose: Literal["registration"] | None = None

    @model_validator(mode="after")
    def _require_one(self) -> "MoveIn":
        if (self.session is None) == (self.purpose is None):
            raise ValueError("give a session or a purpose")
        return self


@router.post("/sessions/{code}/attendance-imports", status_code=201)
def create_import(
    code: str,
    file: UploadFile,
    read_db: ReadDb,
    db: WriteDb,
    vault: Vault,
    actor: ApiActor,
    translate: Translate,
    purpose: Annotated[Literal["attendance", "registration"], Form()] = "attendance",
) -> Document:
    """Upload a sheet for review. Return the import with its first 200 rows and what committing would do with each.

    No registration or attendance is saved before the import is committed. A file above 256 KiB is read after the
    response: request the import until its status is no longer `reading`; it is `failed` if the file can't be read.

    With the purpose `registration` it is a list of people to register: its commit gives out seats in the order of the
    list, and records no attendance. 409 `registration-closed` then for a session that is over or cancelled.

    403 if your role may not upload, 404 for a session that you may not see, 413 for a file that is too large, 422 with
    the reason as `code` for a file that can't be read. Nothing is stored then.
    """
    upload_file = upload_registration_list if purpose == "registration" else upload.upload_sheet
    uploaded = upload_file(read_db, db, vault, actor, code, file.filename or "", file.file.read())
    return get_import_document(db, vault, actor, uploaded.id, translate)


@router.get("/attendance-imports/{import_id}")
def get_import(
    request: Request, import_id: int, db: ReadDb, vault: Vault, actor: PeopleActor, translate: Translate
) -> Document:
    """Return the import with its first 200 rows; with `progress` while it is read or committed.

    404 if there is no such import of a session that you may see.
    """
    return _with_progress(request, get_import_document(db, vault, actor, import_id, translate))


@router.get("/attendance-imports/{import_id}/rows")
def list_rows(
    import_id: int,
    db: ReadDb,
    vault: Vault,
    actor: PeopleActor,
    translate: Translate,
    kind: Annotated[list[RowKind] | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 200,
    cursor: int = 0,
) -> Document:
    """Return at most `limit` rows with a number above `cursor`, in the order of the sheet.

    With `kind`, only rows of these kinds. The `cursor` of the response is the one for the next page, null on the last.
    404 if there is no such import of a session that you may see.
    """
    get_attendance_import_view(db, actor, import_id)
    rows = list_import_rows(db, import_id, kinds=kind or (), after=cursor, limit=limit + 1)
    return {
        "rows": list_row_documents(db, vault, actor, rows[:limit], translate),
        "cursor": rows[limit - 1].number if len(rows) > limit else None,
    }


@router.post(
    "/attendance-imports/{import_id}/mapping",
    responses={202: {"description": "A large file: it is being read again, status `reading`"}},
)
def map_import(
    request: Request,
    response: Response,
    import_id: int,
    data: MappingIn,
    read_db: ReadDb,
    db: WriteDb,
    vault: Vault,
    actor: ApiActor,
    translate: Translate,
) -> Document:
    """Read the file again with another sheet, header row, columns or defaults. Return the import as it is judged now.

    Corrections of rows are kept, unless the sheet or the header row changes. 202 for a large file: request the import
    until its status is no longer `reading`. If it could not be read that way, its `failure` says why.

    403 if your role may not upload, 404 for an unknown import, 409 unless its status is `review` or if a row was
    corrected while the file was read, 422 for wrong choices or a file that can't be read with them.
    """
    choices: dict[str, Any] = data.model_dump(exclude_unset=True, exclude={"columns", "defaults"})
    if isinstance(data.sheets, list):
        choices["sheets"] = tuple(data.sheets)
    if data.columns is not None:
        choices["columns"] = {column.index: column.field for column in data.columns}
    if data.defaults is not None:
        choices |= data.defaults.model_dump(exclude_unset=True)
    if change_mapping(read_db, db, vault, actor, import_id, choices).status is ImportStatus.READING:
        response.status_code = 202
    return _with_progress(request, get_import_document(db, vault, actor, import_id, translate))


@router.patch("/attendance-imports/{import_id}/rows/{number}")
def change_row(
    import_id: int,
    number: int,
    data: RowPatch,
    db: WriteDb,
    vault: Vault,
    actor: ApiActor,
    translate: Translate,
) -> Document:
    """Correct cells of a row or decide about it. Return every row that this changed, and the new counts of the import.

    With `alike` all rows that ask the same question get the same answer. The whole import is judged again, so other
    rows may change too.

    403 if your role may not upload, 404 for an unknown import or row, 409 unless the import's status is `review`, 422
    for an unknown field or choice, or if with `alike` the row asks no such question.
    """
    decision = data.model_dump(exclude_unset=True, exclude={"cells", "alike"}) or None
    correct = correct_rows_with_same_question if data.alike else correct_row
    changed = correct(db, vault, actor, import_id, number, cells=data.cells, decision=decision)
    rows = list_import_rows(db, import_id, numbers=changed)
    return {
        "rows": list_row_documents(db, vault, actor, rows, translate),
        "counts": get_attendance_import_view(db, actor, import_id).counts,
    }


@router.post(
    "/attendance-imports/{import_id}/commit",
    responses={202: {"description": "A long list: it is being committed, status `committing`"}},
)
def commit_import(
    request: Request,
    response: Response,
    import_id: int,
    data: CommitIn,
    db: WriteDb,
    vault: Vault,
    actor: ApiActor,
    translate: Translate,
) -> Document:
    """Commit all rows or none, saving registrations and attendance. Return the import, then `committed`.

    With `only_valid` the rows that need attention are left out; otherwise they are answered by 409
    `rows-need-attention`. A session that has not begun needs `session-not-started` in `confirm`, else 409. Committing
    again changes nothing.

    202 for a long list: request the import until its status is no longer `committing`. If it is in `review` again, its
    `failure` says why. 403 if your role may not commit, 404 for an unknown import, 409 also for a cancelled session.

    With `together`, 409 names in `sessions` what is still open in which session.
    """
    confirmed = frozenset(data.confirm)
    choices = CommitChoices(
        data.only_valid, data.others, Basis(data.basis), confirmed, data.overrule, data.missing
    )
    if data.together:
        imports = commit_together_or_queue(db, vault, actor, import_id, choices)
    else:
        imports = [commit_or_queue(db, vault, actor, import_id, choices)]
    if any(attendance_import.status is ImportStatus.COMMITTING for attendance_import in imports):
        response.status_code = 202
    return _with_progress(request, get_import_document(db, vault, actor, import_id, translate))


@router.post(
    "/attendance-imports/{import_id}/move",
    responses={202: {"description": "A large file: it is being read again, status `reading`"}},
)
def move_import(
    request: Request,
    response: Response,
    import_id: int,
    data: MoveIn,
    read_db: ReadDb,
    db: WriteDb,
    vault: Vault,
    actor: ApiActor,
    translate: Translate,
) -> Document:
    """Read the uploaded file for another session, or as a list of people to register. Corrections are dropped.

    202 for a large file: request the import until its status is no longer `reading`. 409 if the import is not in
    review, the session is over (for `registration`) or reads the file already (`reads-file-already`), or other sessions
    read it and this one is of another workshop (`shared-upload`).
    """
    if data.purpose == "registration":
        moved = reassign.register_instead(read_db, db, vault, actor, import_id)
    else:
        moved = reassign.move_to_session(read_db, db, vault, actor, import_id, data.session or "")
    if moved.status is ImportStatus.READING:
        response.status_code = 202
    return _with_progress(request, get_import_document(db, vault, actor, import_id, translate))


@router.post("/attendance-imports/{import_id}/sessions")
def read_for_sessions(
    import_id: int,
    data: SheetSessionsIn,
    read_db: ReadDb,
    db: WriteDb,
    vault: Vault,
    actor: ApiActor,
    translate: Translate,
) -> list[Document]:
    """Read the uploaded file for sessions of the same workshop. Return an import of each, in the order of `sessions`.

    A session that has no import of this file gets one; that of a session in review is read again if its sheet or column
    changes. Answers about the people of a row hold for all sessions that read the same sheet. A large file is read
    after the response: the imports have the status `reading` until then.

    403 if your role may not upload, 404 for an unknown import or session, 409 unless the import is in `review` or
    `committed`, 422 for a session of another workshop, an unknown sheet, or a file that can't be read for a session.
    Nothing is changed then.
    """
    choices = [SessionChoice(choice.session, choice.sheet, choice.day_column) for choice in data.sessions]
    imports = sessions.read_for_sessions(read_db, db, vault, actor, import_id, choices)
    return [get_import_document(db, vault, actor, shared.id, translate) for shared in imports]


@router.post("/attendance-imports/{import_id}/undo")
def undo_import(
    import_id: int,
    db: LongWriteDb,
    vault: Vault,
    actor: ApiActor,
    translate: Translate,
    data: UndoIn | None = None,
) -> Document:
    """Delete what the import created and restore what it changed. Return the import, whose status is then `undone`.

    With `together` the same is done for every committed session that reads the same file, or for none.

    Undoing twice changes nothing. People that are used elsewhere are kept. 403 if your role may not commit, 404 for an
    unknown import, 409 if it was not committed or if later changes of the same registrations depend on it.
    """
    if data is not None and data.together:
        undo_together(db, actor, import_id)
    else:
        undo.undo_import(db, actor, import_id)
    return get_import_document(db, vault, actor, import_id, translate)


@router.get("/attendance-imports/{import_id}/errors.xlsx", response_class=Response)
def get_error_sheet(
    import_id: int,
    read_db: ReadDb,
    db: WriteDb,
    vault: Vault,
    actor: PeopleActor,
    language: Lang,
    translate: Translate,
) -> Response:
    """Return the rows that need attention as an Excel file, to correct and to upload again.

    It has complete NIKs, so the download is logged. 403 if your role may not see imports, 404 for an unknown import,
    409 `nothing-to-correct` if no row needs attention.
    """
    return download(download_error_sheet(read_db, db, vault, actor, import_id, translate, language))


def _with_progress(request: Request, document: Document) -> Document:
    """Return the document, with `progress` added while the import is read or committed.

    `progress` is left out if the number of rows is not known yet.
    """
    if document["status"] in RUNNING_STATUSES:
        rows = container_of(request).rows_done(document["id"]) or (0, document["counts"].get("rows", 0))
        if rows[1]:
            document["progress"] = {"done": rows[0], "of": rows[1]}
    return document
