"""Registering a list of people for a session, pasted or uploaded as a sheet. It is reviewed in `imports.review`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile
from starlette.responses import Response

from app.database import Db
from app.errors import Invalid, Problem
from app.i18n import N_, Language, Translator
from app.models.base import now
from app.people.values.nik import mask_niks
from app.permissions import Actor, Permission
from app.queries.registrations.window import get_registration_window
from app.queries.workshops.group_question import list_selectable_groups
from app.queries.workshops.workshop_sessions import get_workshop_session, get_workshop_session_view
from app.services.imports.sheet_choices import SheetChoices
from app.services.registrations.lists import upload_pasted_list, upload_registration_list
from app.spreadsheets.formats.failures import MAX_BYTES, MAX_ROWS
from app.web.dependencies import CurrentActor, Lang, ReadDb, Translate, Vault, WriteDb
from app.web.forms import catch_problem, read_upload
from app.web.pages import redirect, render
from app.web.security import MAX_BODY_BYTES

# The form accepts a text that is too long, so that it can be shown again with a message.
router = APIRouter(
    prefix="/sesi/{code}/daftarkan", include_in_schema=False, form_limits={"max_part_size": MAX_BODY_BYTES}
)

MEGABYTE = 1024**2
MAX_LINES_QUOTED, QUOTED_LENGTH = 3, 60
# A pasted text is read within the request.
MAX_PASTED = 1_000_000


@dataclass(frozen=True)
class ListForm:
    """The pasted text, and the group of people whose row names none. Browsers can't fill in a file again."""

    text: str = ""
    target_group: str = ""


@router.get("")
def list_form(request: Request, db: ReadDb, actor: CurrentActor, language: Lang, code: str) -> Response:
    return _page(request, db, actor, language, code, ListForm())


@router.post("")
def send_list(
    request: Request,
    read_db: ReadDb,
    db: WriteDb,
    vault: Vault,
    actor: CurrentActor,
    language: Lang,
    _: Translate,
    code: str,
    text: Annotated[str, Form()] = "",
    file: Annotated[UploadFile | str | None, File()] = None,
    target_group: Annotated[str, Form()] = "",
) -> Response:
    """Upload a list of people to register, and redirect to its review: the pasted text if there is any, else the file.

    A message quotes lines of the pasted text that name nobody. If the list can't be read, the form is shown again.
    """
    choices = SheetChoices(target_group=target_group or None)
    lines_left_out: Sequence[str] = ()
    with catch_problem(db) as caught:
        if len(text) > MAX_PASTED:
            sentence = N_("This list is too long to be pasted. Save it as a file, and choose that.")
            raise Invalid(sentence, fields={"text": sentence})
        if text.strip():
            attendance_import, lines_left_out = upload_pasted_list(
                read_db, db, vault, actor, code, text, choices, _
            )
        else:
            attendance_import = upload_registration_list(
                read_db, db, vault, actor, code, *_read_list(file), choices
            )
    if problem := caught.problem:
        return _page(request, read_db, actor, language, code, ListForm(text, target_group), problem)
    message = _left_out_message(lines_left_out, _) if lines_left_out else ""
    return redirect(f"/unggahan/{attendance_import.id}", message)


def _read_list(file: UploadFile | str | None) -> tuple[str, bytes]:
    """Return name and content of the file. Raises `Invalid` if the user has neither pasted a list nor chosen a file."""
    try:
        return read_upload(file)
    except Invalid as no_file:
        sentence = N_("Paste a list, or choose a file.")
        raise Invalid(sentence, fields={"text": sentence}) from no_file


def _left_out_message(lines: Sequence[str], _: Translator) -> str:
    """Return the message that quotes the first lines that were left out, with NIKs masked."""
    quoted = ", ".join(f"“{mask_niks(line)[:QUOTED_LENGTH]}”" for line in lines[:MAX_LINES_QUOTED])
    more = ", …" if len(lines) > MAX_LINES_QUOTED else ""
    params = {"count": len(lines), "lines": quoted + more}
    return _("%(count)s lines name nobody and were left out: %(lines)s.") % params


def _page(
    request: Request,
    db: Db,
    actor: Actor,
    language: Language,
    code: str,
    form: ListForm,
    problem: Problem | None = None,
) -> Response:
    row = get_workshop_session(db, actor, code, Permission.IMPORT_WRITE)
    return render(
        request,
        "registrations/lists/form.html",
        form=form,
        problem=problem,
        workshop_session=get_workshop_session_view(db, actor, code, Permission.IMPORT_WRITE),
        window=get_registration_window(row, now()),
        groups=[(group.code, group.label) for group in list_selectable_groups(db, row.workshop_id, language)],
        max_megabytes=MAX_BYTES // MEGABYTE,
        max_rows=MAX_ROWS,
    )
