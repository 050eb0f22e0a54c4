"""Pages of imports: upload a sheet, what was uploaded, undo one. Going through one: import_review.py."""

from typing import Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile
from starlette.responses import Response

from app.database import Db
from app.errors import Conflict, Invalid, Problem, TooLarge, UnreadableFile
from app.i18n import Language, Translator, translator
from app.permissions import Actor, Permission
from app.queries.areas import reference
from app.queries.imports import people as import_people
from app.queries.imports.attendance_imports import attendance_import, attendance_imports
from app.queries.workshops.workshop_sessions import WorkshopSessionView, workshop_session
from app.queries.workshops.workshops import workshop
from app.services.imports import uploaded_files
from app.services.imports.judging import SheetChoices
from app.services.imports.undo import undo
from app.services.imports.undo_obstacles import obstacles
from app.services.imports.upload import discard, upload
from app.spreadsheets.formats.failures import MAX_BYTES, MAX_ROWS
from app.web.dependencies import Lang, PageActor, Reader, Translate, Vault, Writer
from app.web.downloads import attachment
from app.web.flash import flash
from app.web.pages import render, see
from app.web.uploads import sent_file

router = APIRouter(include_in_schema=False)

HISTORY_LENGTH = 50
MEGABYTE = 1024**2


@router.get("/sesi/{code}/unggah")
def upload_form(request: Request, look: Reader, actor: PageActor, language: Lang, code: str) -> Response:
    return _upload_form(request, look, actor, language, code)


@router.post("/sesi/{code}/unggah")
def upload_sheet(
    request: Request,
    look: Reader,
    db: Writer,
    vault: Vault,
    actor: PageActor,
    language: Lang,
    code: str,
    file: Annotated[UploadFile | str | None, File()] = None,
    target_group: Annotated[str, Form()] = "",
) -> Response:
    try:
        name, content = sent_file(file)
        choices = SheetChoices(target_group=target_group or None)
        uploaded = upload(look, db, vault, actor, code, name, content, choices)
    except (Invalid, TooLarge, UnreadableFile) as problem:
        db.rollback()
        return _upload_form(request, look, actor, language, code, target_group, problem)
    return see(f"/unggahan/{uploaded.id}")


@router.get("/unggahan")
def history(
    request: Request, look: Reader, actor: PageActor, sesi: str = "", before: int | None = None
) -> Response:
    actor.require(Permission.IMPORT_READ)
    found = attendance_imports(
        look, actor, session_code=sesi or None, before=before, limit=HISTORY_LENGTH + 1
    )
    following = found[HISTORY_LENGTH - 1].id if len(found) > HISTORY_LENGTH else None
    return render(
        request,
        "imports/history.html",
        imports=found[:HISTORY_LENGTH],
        session_code=sesi,
        following=following,
    )


@router.get("/unggahan/{import_id}/batalkan")
def undo_form(request: Request, look: Reader, actor: PageActor, _: Translate, import_id: int) -> Response:
    return _undo_form(request, look, actor, _, import_id)


@router.post("/unggahan/{import_id}/batalkan")
def undo_import(
    request: Request, look: Reader, db: Writer, actor: PageActor, _: Translate, import_id: int
) -> Response:
    try:
        undo(db, actor, import_id)
    except Conflict as conflict:
        db.rollback()
        return _undo_form(request, look, actor, _, import_id, conflict)
    response = see(f"/unggahan/{import_id}")
    flash(response, _("The import is undone."))
    return response


@router.post("/unggahan/{import_id}/buang")
def discard_import(db: Writer, actor: PageActor, _: Translate, import_id: int) -> Response:
    discard(db, actor, import_id)
    response = see("/unggahan")
    flash(response, _("The upload is discarded."))
    return response


@router.get("/unggahan/{import_id}/berkas")
def original_file(db: Writer, vault: Vault, actor: PageActor, import_id: int) -> Response:
    """A download of personal data: a GET that writes one line, of who took it, before the first byte."""
    file = uploaded_files.download(db, vault, actor, import_id)
    return attachment(file.name, file.content)


def _upload_form(
    request: Request,
    look: Db,
    actor: Actor,
    language: Language,
    code: str,
    target_group: str = "",
    problem: Problem | None = None,
) -> Response:
    actor.require(Permission.IMPORT_WRITE)
    to = workshop_session(look, actor, code)
    return render(
        request,
        "imports/upload.html",
        status=problem.status if problem else 200,
        workshop_session=to,
        groups=_groups_of(look, actor, language, to),
        target_group=target_group,
        refusal=problem.sentence(translator(language)) if problem else None,
        largest_megabytes=MAX_BYTES // MEGABYTE,
        most_rows=MAX_ROWS,
    )


def _groups_of(look: Db, actor: Actor, language: Language, to: WorkshopSessionView) -> list[tuple[str, str]]:
    """The workshop's groups to choose from; where it has a single one, that needs no choosing."""
    own = workshop(look, actor, to.workshop_code).target_groups
    groups = [(group.code, group.label) for group in reference.target_groups(look, language)]
    return [group for group in groups if group[0] in own] if own else groups


def _undo_form(
    request: Request, look: Db, actor: Actor, _: Translator, import_id: int, conflict: Conflict | None = None
) -> Response:
    found = attendance_import(look, actor, import_id)
    return render(
        request,
        "imports/undo.html",
        status=conflict.status if conflict else 200,
        sheet_import=found,
        people=import_people.people_figures(look, found),
        listed_again=import_people.listed_again(look, found),
        obstacles=obstacles(look, import_id),
        problem=conflict.sentence(_) if conflict else None,
    )
