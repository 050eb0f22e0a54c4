"""Imports: upload a sheet, list of uploads, undo, discard, and files to download. Reviewing an import: `review`."""

from typing import Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile
from starlette.responses import Response

from app.database import Db
from app.errors import Problem
from app.i18n import Language
from app.models import ImportStatus
from app.permissions import Actor, Permission
from app.queries.areas import reference
from app.queries.imports import attendance_imports as queries
from app.queries.imports import people as import_people
from app.queries.imports.batches.batches import list_batches
from app.queries.imports.shared_uploads import list_shared_imports
from app.queries.workshops import workshop_sessions
from app.queries.workshops.workshop_sessions import WorkshopSessionView
from app.queries.workshops.workshops import get_workshop_view
from app.services.imports import undo, upload
from app.services.imports.downloads import download_error_sheet, download_uploaded_file
from app.services.imports.sheet_choices import SheetChoices
from app.services.imports.undo_obstacles import list_undo_obstacles
from app.services.registrations.rosters import download_list_template
from app.spreadsheets.formats.failures import MAX_BYTES, MAX_ROWS
from app.spreadsheets.tables.columns.header import NO_HEADER_ROW
from app.web.dependencies import CurrentActor, Lang, LongWriteDb, ReadDb, Translate, Vault, WriteDb
from app.web.downloads import download
from app.web.forms import catch_problem, read_upload
from app.web.pages import redirect, render

router = APIRouter(include_in_schema=False)

PAGE_SIZE = 50
BATCHES_SHOWN = 5
MEGABYTE = 1024**2


@router.get("/sesi/{code}/unggah")
def upload_form(request: Request, db: ReadDb, actor: CurrentActor, language: Lang, code: str) -> Response:
    return _upload_page(request, db, actor, language, code)


@router.post("/sesi/{code}/unggah")
def upload_sheet(
    request: Request,
    read_db: ReadDb,
    db: WriteDb,
    vault: Vault,
    actor: CurrentActor,
    language: Lang,
    code: str,
    file: Annotated[UploadFile | str | None, File()] = None,
    target_group: Annotated[str, Form()] = "",
) -> Response:
    """Upload a sheet of a session's attendance, and redirect to its review."""
    with catch_problem(db) as caught:
        name, content = read_upload(file)
        choices = SheetChoices(target_group=target_group or None)
        attendance_import = upload.upload_for_review(read_db, db, vault, actor, code, name, content, choices)
    if problem := caught.problem:
        return _upload_page(request, read_db, actor, language, code, target_group, problem)
    is_without_header = attendance_import.header_row == NO_HEADER_ROW
    return redirect(f"/unggahan/{attendance_import.id}{'/pemetaan' if is_without_header else ''}")


@router.get("/unggahan")
def uploads_page(
    request: Request, db: ReadDb, actor: CurrentActor, sesi: str = "", before: int | None = None
) -> Response:
    """Show `PAGE_SIZE` uploads within the actor's scope, the newest first; `sesi` narrows to one session.

    Lists that were uploaded with others are on the page of their batch until they are saved.

    `before` is the id of the last upload of the page before.
    """
    actor.require(Permission.IMPORT_READ)
    imports = queries.list_attendance_imports(
        db, actor, session_code=sesi or None, with_batches=bool(sesi), before=before, limit=PAGE_SIZE + 1
    )
    # Of all sessions, on the first page.
    batches = [] if sesi or before else list_batches(db, actor, limit=BATCHES_SHOWN)
    following = imports[PAGE_SIZE - 1].id if len(imports) > PAGE_SIZE else None
    return render(
        request,
        "imports/history.html",
        imports=imports[:PAGE_SIZE],
        batches=batches,
        session_code=sesi,
        following=following,
    )


@router.get("/unggahan/templat.xlsx")
def list_template(db: ReadDb, actor: CurrentActor, _: Translate, language: Lang) -> Response:
    """Download an empty attendance list, to be used before its session exists."""
    return download(download_list_template(db, actor, _, language))


@router.get("/panduan/daftar-hadir")
def reading_guide(request: Request, actor: CurrentActor) -> Response:
    """Show how attendance lists are read, by five examples."""
    actor.require(Permission.IMPORT_READ)
    return render(request, "imports/guide.html", max_megabytes=MAX_BYTES // MEGABYTE, max_rows=MAX_ROWS)


@router.get("/unggahan/{import_id}/batalkan")
def undo_form(request: Request, db: ReadDb, actor: CurrentActor, import_id: int) -> Response:
    """Show what an undo would take back, and what stands in its way."""
    return _undo_page(request, db, actor, import_id)


@router.post("/unggahan/{import_id}/batalkan")
def undo_import(
    request: Request, read_db: ReadDb, db: LongWriteDb, actor: CurrentActor, _: Translate, import_id: int
) -> Response:
    """Undo the import, and redirect to its page. If something stands in the way, the page of the undo says what."""
    with catch_problem(db) as caught:
        undo.undo_import(db, actor, import_id)
    if problem := caught.problem:
        return _undo_page(request, read_db, actor, import_id, problem)
    return redirect(f"/unggahan/{import_id}", _("The import is undone."))


@router.post("/unggahan/{import_id}/buang")
def discard_import(db: WriteDb, actor: CurrentActor, _: Translate, import_id: int) -> Response:
    """Delete an upload that was not committed, with its file."""
    upload.discard_import(db, actor, import_id)
    return redirect("/unggahan", _("The upload is discarded."))


@router.get("/unggahan/{import_id}/berkas")
def original_file(db: WriteDb, vault: Vault, actor: CurrentActor, import_id: int) -> Response:
    """Download the file as it was uploaded.

    This GET writes to the activity log, because the file has personal data.
    """
    return download(download_uploaded_file(db, vault, actor, import_id))


@router.get("/unggahan/{import_id}/perbaikan.xlsx")
def error_sheet(
    read_db: ReadDb,
    db: WriteDb,
    vault: Vault,
    actor: CurrentActor,
    import_id: int,
    language: Lang,
    _: Translate,
) -> Response:
    """Download the rows that need attention as an Excel file, to correct and upload again.

    This GET writes to the activity log, because the file has personal data. 409 if no row needs attention.
    """
    return download(download_error_sheet(read_db, db, vault, actor, import_id, _, language))


def _upload_page(
    request: Request,
    db: Db,
    actor: Actor,
    language: Language,
    code: str,
    target_group: str = "",
    problem: Problem | None = None,
) -> Response:
    actor.require(Permission.IMPORT_WRITE)
    workshop_session = workshop_sessions.get_workshop_session_view(db, actor, code)
    return render(
        request,
        "imports/upload.html",
        problem=problem,
        workshop_session=workshop_session,
        groups=_groups(db, actor, language, workshop_session),
        target_group=target_group,
        max_megabytes=MAX_BYTES // MEGABYTE,
        max_rows=MAX_ROWS,
    )


def _groups(
    db: Db, actor: Actor, language: Language, workshop_session: WorkshopSessionView
) -> list[tuple[str, str]]:
    """Return code and label of the workshop's target groups, or of all groups if it is for everyone."""
    of_workshop = get_workshop_view(db, actor, workshop_session.workshop_code).target_groups
    groups = [(group.code, group.label) for group in reference.list_target_groups(db, language)]
    return [group for group in groups if not of_workshop or group[0] in of_workshop]


def _undo_page(
    request: Request, db: Db, actor: Actor, import_id: int, problem: Problem | None = None
) -> Response:
    """Return the page with what an undo would take back: people, later imports, and obstacles."""
    attendance_import = queries.get_attendance_import_view(db, actor, import_id)
    saved_sessions = [
        shared
        for shared in list_shared_imports(db, actor, attendance_import)
        if shared.attendance_import.status is ImportStatus.COMMITTED
    ]
    return render(
        request,
        "imports/undo.html",
        problem=problem,
        attendance_import=attendance_import,
        people=import_people.count_people(db, attendance_import),
        later_imports=import_people.list_later_imports(db, attendance_import)
        if attendance_import.status is ImportStatus.COMMITTED
        else (),
        obstacles=list_undo_obstacles(db, import_id),
        saved_sessions=0 if attendance_import.registers else len(saved_sessions),
    )
