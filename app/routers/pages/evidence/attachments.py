"""The attachments of a session: upload, look at, describe, delete."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, Response, UploadFile

from app.attachments.checking import MAX_BYTES
from app.database import Db
from app.errors import PLEASE_CORRECT, Invalid, Problem
from app.i18n import N_
from app.models import AttachmentKind
from app.permissions import Actor, Permission
from app.queries.evidence import attachments as queries
from app.queries.evidence.attachments import AttachmentView
from app.queries.workshops.workshop_sessions import get_workshop_session_view
from app.reports.formats.download import Download
from app.services.evidence import attachments as services
from app.web.dependencies import CurrentActor, ReadDb, Translate, Vault, WriteDb
from app.web.downloads import download
from app.web.forms import catch_problem
from app.web.pages import redirect, render
from app.web.registrations.invitations import build_public_url
from app.web.security import MAX_ATTACHMENTS_BYTES

router = APIRouter(prefix="/sesi/{code}/bukti", include_in_schema=False)

MEGABYTE = 1024**2
MAX_FILES = 20
SOME_REFUSED = N_("Some files were not attached.")
ALL_REFUSED = N_("No file was attached.")


@router.get("")
def attachments_page(request: Request, db: ReadDb, actor: CurrentActor, code: str) -> Response:
    """Show the attachments of a session by kind, and the form that adds some."""
    return _page(request, db, actor, code)


@router.post("")
def attach_files(
    request: Request,
    read_db: ReadDb,
    db: WriteDb,
    vault: Vault,
    actor: CurrentActor,
    _: Translate,
    code: str,
    files: Annotated[Sequence[UploadFile | str], File()] = (),
    kind: Annotated[str, Form()] = "",
    caption: Annotated[str, Form()] = "",
) -> Response:
    """Attach the files to a session, and redirect to its attachments; the page says which were refused, and why."""
    with catch_problem(db) as caught:
        uploaded = services.attach_files(read_db, db, vault, actor, code, _read_all(files), kind, caption)
    form = {"kind": kind, "caption": caption}
    if problem := caught.problem:
        return _page(request, read_db, actor, code, form=form, problem=problem)
    if uploaded.refused:
        return _page(
            request,
            db,
            actor,
            code,
            form=form,
            problem=Problem(SOME_REFUSED if uploaded.attached else ALL_REFUSED, code="files-refused"),
            refused={name: one.sentence(_) for name, one in uploaded.refused.items()},
            attached=uploaded.attached,
        )
    message = _("%(count)s attached.") % {"count": uploaded.attached}
    if uploaded.known:
        known = _("Attached already: %(names)s") % {"names": ", ".join(uploaded.known)}
        message = f"{message} {known}"
    return redirect(f"/sesi/{code}/bukti", message)


@router.get("/{attachment_id:int}")
def attachment_file(
    db: WriteDb, vault: Vault, actor: CurrentActor, code: str, attachment_id: int
) -> Response:
    """Show a picture, or download a PDF: it may hold scripts, so no browser shows it as a page of this site.

    This GET writes to the activity log, because the file may show people.
    """
    file = services.download_attachment(db, vault, actor, code, attachment_id)
    return _picture(file) if file.media_type.startswith("image/") else download(file)


@router.get("/{attachment_id:int}/kecil")
def attachment_thumbnail(
    db: ReadDb, vault: Vault, actor: CurrentActor, code: str, attachment_id: int
) -> Response:
    """Return the thumbnail of a picture. It is a part of the page of attachments, whose view is logged."""
    view = queries.get_attachment(db, actor, code, attachment_id)
    content = queries.load_content(db, vault, view.id, thumbnail=True)
    return _picture(Download(view.file_name, view.media_type, content))


@router.get("/{attachment_id:int}/ubah")
def change_page(request: Request, db: ReadDb, actor: CurrentActor, code: str, attachment_id: int) -> Response:
    view = queries.get_attachment(db, actor, code, attachment_id, Permission.IMPORT_WRITE)
    return _change_page(request, db, actor, view, {"kind": view.kind, "caption": view.caption})


@router.post("/{attachment_id:int}/ubah")
def change_attachment(
    request: Request,
    db: WriteDb,
    actor: CurrentActor,
    _: Translate,
    code: str,
    attachment_id: int,
    kind: Annotated[str, Form()] = "",
    caption: Annotated[str, Form()] = "",
) -> Response:
    """Change kind and caption of an attachment, and redirect to the attachments."""
    with catch_problem(db) as caught:
        services.describe_attachment(db, actor, code, attachment_id, kind, caption)
    if problem := caught.problem:
        view = queries.get_attachment(db, actor, code, attachment_id, Permission.IMPORT_WRITE)
        return _change_page(request, db, actor, view, {"kind": kind, "caption": caption}, problem)
    return redirect(f"/sesi/{code}/bukti", _("The changes are saved."))


@router.get("/{attachment_id:int}/hapus")
def delete_page(request: Request, db: ReadDb, actor: CurrentActor, code: str, attachment_id: int) -> Response:
    """Ask whether an attachment is to be deleted."""
    view = queries.get_attachment(db, actor, code, attachment_id, Permission.IMPORT_WRITE)
    return render(
        request,
        "evidence/delete.html",
        workshop_session=get_workshop_session_view(db, actor, code),
        attachment=view,
    )


@router.post("/{attachment_id:int}/hapus")
def delete_attachment(
    db: WriteDb, actor: CurrentActor, _: Translate, code: str, attachment_id: int
) -> Response:
    services.delete_attachment(db, actor, code, attachment_id)
    return redirect(f"/sesi/{code}/bukti", _("The file is deleted."))


def _page(
    request: Request,
    db: Db,
    actor: Actor,
    code: str,
    *,
    form: Mapping[str, str] | None = None,
    problem: Problem | None = None,
    refused: Mapping[str, str] | None = None,
    attached: int = 0,
) -> Response:
    """Return the page of a session's attachments, with the form as it was sent and the files that were refused."""
    workshop_session = get_workshop_session_view(db, actor, code, Permission.PARTICIPANT_READ)
    return render(
        request,
        "evidence/attachments.html",
        workshop_session=workshop_session,
        public_address=build_public_url(request, workshop_session.workshop_code),
        attachments=queries.list_attachments(db, actor, code),
        kinds=list(AttachmentKind),
        form=form or {"kind": AttachmentKind.PHOTO, "caption": ""},
        problem=problem,
        refused=refused or {},
        attached=attached,
        max_files=MAX_FILES,
        max_megabytes=MAX_BYTES // MEGABYTE,
        max_together=MAX_ATTACHMENTS_BYTES // MEGABYTE,
    )


def _change_page(
    request: Request,
    db: Db,
    actor: Actor,
    view: AttachmentView,
    form: Mapping[str, str],
    problem: Problem | None = None,
) -> Response:
    return render(
        request,
        "evidence/change.html",
        workshop_session=get_workshop_session_view(db, actor, view.session_code),
        attachment=view,
        form=form,
        problem=problem,
    )


def _read_all(files: Sequence[UploadFile | str]) -> Iterator[tuple[str, bytes]]:
    """Return name and content of each chosen file, read one by one. Raises `Invalid` for more than `MAX_FILES`."""
    chosen = [file for file in files if not isinstance(file, str) and file.filename]
    if len(chosen) > MAX_FILES:
        fields = {"files": N_("At most %(limit)s files at once.")}
        raise Invalid(PLEASE_CORRECT, fields=fields, limit=MAX_FILES)
    return ((file.filename or "", file.file.read()) for file in chosen)


def _picture(file: Download) -> Response:
    """Return a picture that a page shows. It was drawn anew, so it holds nothing but the picture."""
    disposition = f'inline; filename="{file.name}"'
    return Response(file.content, media_type=file.media_type, headers={"content-disposition": disposition})
