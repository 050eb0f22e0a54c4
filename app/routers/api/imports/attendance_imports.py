"""Attendance imports: upload, map, correct, commit, undo."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Query, Request, Response, UploadFile
from pydantic import BaseModel, ConfigDict, model_validator

from app.models import Basis, ImportStatus, RowKind
from app.queries.imports.attendance_imports import UNDER_WAY, attendance_import
from app.queries.imports.document import import_document, row_documents
from app.queries.imports.rows import import_rows
from app.services.imports.commit import CommitChoices, commit_or_queue
from app.services.imports.mapping import remap
from app.services.imports.review import correct_alike, correct_row
from app.services.imports.undo import undo
from app.services.imports.upload import upload
from app.services.registrations.lists import upload_list
from app.web.container import container_of
from app.web.dependencies import ApiActor, Reader, Translate, Vault, Writer

router = APIRouter(prefix="/api/v1", tags=["attendance imports"])

Document = dict[str, Any]


class ColumnIn(BaseModel):
    index: int
    field: str | None


class DefaultsIn(BaseModel):
    """What serves for rows that don't say it themselves. The kelurahan is a code, "outside", or "above": as in the
    row above."""

    model_config = ConfigDict(extra="forbid")

    target_group: str | None = None
    kelurahan: str | None = None


class MappingIn(BaseModel):
    """Only what is given changes."""

    model_config = ConfigDict(extra="forbid")

    sheet: str | None = None
    header_row: int | None = None
    columns: list[ColumnIn] | None = None
    blank_means: Literal["present", "absent"] | None = None
    defaults: DefaultsIn | None = None


class SameAs(BaseModel):
    model_config = ConfigDict(extra="forbid")

    row: int


class RowPatch(BaseModel):
    """Cells to replace, or a decision: who it is, where they live, or that the row is left out.

    With `alike` the answer, to a question about one field, is given to every row that asks the same.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"cells": {"kelurahan": "Sepinggan"}},
                {"kelurahan": "64.71.05.1002", "alike": True},
                {"person": "new"},
                {"skip": True},
            ]
        },
    )

    cells: dict[str, str] | None = None
    person: int | Literal["new"] | SameAs | None = None
    kelurahan: str | None = None
    skip: bool | None = None
    alike: bool = False

    @model_validator(mode="after")
    def _says_something(self) -> "RowPatch":
        if not self.model_fields_set - {"alike"}:
            raise ValueError("give cells or a decision")
        return self


class CommitIn(BaseModel):
    """`others` and `confirm` are about attendance. `overrule` registers beyond the caps, and after the closing time."""

    model_config = ConfigDict(extra="forbid")

    only_valid: bool = False
    others: Literal["leave", "absent"] = "leave"
    basis: Literal["public-task", "paper-consent"] = "public-task"
    confirm: list[str] = []
    overrule: bool = False


@router.post("/sessions/{code}/attendance-imports", status_code=201)
def create_import(
    code: str,
    file: UploadFile,
    look: Reader,
    db: Writer,
    vault: Vault,
    actor: ApiActor,
    translate: Translate,
    purpose: Annotated[Literal["attendance", "registration"], Form()] = "attendance",
) -> Document:
    """Reads and judges a sheet; nothing of it counts before it is committed.

    With the purpose `registration` it is a list of people to register: its commit gives out places, in the list's
    order, and says nothing of attendance. 409 `registration-closed` for a session that is over.
    """
    take = upload_list if purpose == "registration" else upload
    made = take(look, db, vault, actor, code, file.filename or "", file.file.read())
    return import_document(db, vault, actor, made.id, translate)


@router.get("/attendance-imports/{import_id}")
def get_import(
    request: Request, import_id: int, look: Reader, vault: Vault, actor: ApiActor, translate: Translate
) -> Document:
    """The document with its first 200 rows; while it is read or committed, how far that has come."""
    return _with_progress(request, import_document(look, vault, actor, import_id, translate))


@router.get("/attendance-imports/{import_id}/rows")
def list_rows(
    import_id: int,
    look: Reader,
    vault: Vault,
    actor: ApiActor,
    translate: Translate,
    kind: Annotated[list[RowKind] | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 200,
    cursor: int = 0,
) -> Document:
    """The rows in the sheet's order; `cursor` is the number of the row after which to go on."""
    attendance_import(look, actor, import_id)
    rows = import_rows(look, import_id, kinds=kind or (), after=cursor, limit=limit + 1)
    return {
        "rows": row_documents(look, vault, rows[:limit], translate),
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
    given: MappingIn,
    look: Reader,
    db: Writer,
    vault: Vault,
    actor: ApiActor,
    translate: Translate,
) -> Document:
    """Reads the kept file again with another sheet, header or columns, and judges it again. 202 while that is under
    way: ask for the import until it is no longer `reading`; where it couldn't be read so, its `failure` says why."""
    choices: dict[str, Any] = given.model_dump(exclude_unset=True, exclude={"columns", "defaults"})
    if given.columns is not None:
        choices["columns"] = {column.index: column.field for column in given.columns}
    if given.defaults is not None:
        choices |= given.defaults.model_dump(exclude_unset=True)
    if remap(look, db, vault, actor, import_id, choices).status is ImportStatus.READING:
        response.status_code = 202
    return _with_progress(request, import_document(db, vault, actor, import_id, translate))


@router.patch("/attendance-imports/{import_id}/rows/{number}")
def change_row(
    import_id: int,
    number: int,
    given: RowPatch,
    db: Writer,
    vault: Vault,
    actor: ApiActor,
    translate: Translate,
) -> Document:
    """Answers every row that this changed, and the counts."""
    decision = given.model_dump(exclude_unset=True, exclude={"cells", "alike"}) or None
    correct = correct_alike if given.alike else correct_row
    changed = correct(db, vault, actor, import_id, number, cells=given.cells, decision=decision)
    rows = import_rows(db, import_id, numbers=changed)
    return {
        "rows": row_documents(db, vault, rows, translate),
        "counts": attendance_import(db, actor, import_id).counts,
    }


@router.post(
    "/attendance-imports/{import_id}/commit",
    responses={202: {"description": "A long list: it is being committed, status `committing`"}},
)
def commit_import(
    request: Request,
    response: Response,
    import_id: int,
    given: CommitIn,
    db: Writer,
    vault: Vault,
    actor: ApiActor,
    translate: Translate,
) -> Document:
    """All rows or none. 409 while rows need attention, unless `only_valid`. 202 while it is being committed:
    ask for the import until it is no longer `committing`; back in `review`, its `failure` says why."""
    confirmed = frozenset(given.confirm)
    choices = CommitChoices(given.only_valid, given.others, Basis(given.basis), confirmed, given.overrule)
    if commit_or_queue(db, vault, actor, import_id, choices).status is ImportStatus.COMMITTING:
        response.status_code = 202
    return _with_progress(request, import_document(db, vault, actor, import_id, translate))


@router.post("/attendance-imports/{import_id}/undo")
def undo_import(import_id: int, db: Writer, vault: Vault, actor: ApiActor, translate: Translate) -> Document:
    """Takes back what the import made or changed; 409 where something newer was built on it."""
    undo(db, actor, import_id)
    return import_document(db, vault, actor, import_id, translate)


def _with_progress(request: Request, document: Document) -> Document:
    """While an import is read or committed: rows done of rows, as soon as it is known how many there are."""
    if document["status"] in UNDER_WAY:
        rows = container_of(request).rows_done(document["id"]) or (0, document["counts"].get("rows", 0))
        if rows[1]:
            document["progress"] = {"done": rows[0], "of": rows[1]}
    return document
