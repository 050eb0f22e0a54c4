"""A list of people to register for a session: pasted, or uploaded as a sheet. Going through it: import_review.py."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile
from starlette.responses import Response

from app.database import Db
from app.errors import Conflict, Invalid, Problem, TooLarge, UnreadableFile
from app.i18n import N_, Language, Translator
from app.models.base import now
from app.nik_vault import with_niks_masked
from app.permissions import Actor, Permission
from app.queries.registrations.window import registration_window
from app.queries.workshops.public_workshops import groups_to_choose_from
from app.queries.workshops.workshop_sessions import workshop_session, workshop_session_by_code
from app.services.imports.judging import SheetChoices
from app.services.registrations.lists import upload_list, upload_pasted
from app.spreadsheets.formats.failures import MAX_BYTES, MAX_ROWS
from app.web.dependencies import Lang, PageActor, Reader, Translate, Vault, Writer
from app.web.flash import flash
from app.web.forms import render_form
from app.web.pages import see
from app.web.security import LARGEST_BODY
from app.web.uploads import sent_file

# Longer texts arrive too, to be sent back with the sentence that says so.
router = APIRouter(
    prefix="/sesi/{code}/daftarkan", include_in_schema=False, form_limits={"max_part_size": LARGEST_BODY}
)

MEGABYTE = 1024**2
LINES_QUOTED, QUOTED_LENGTH = 3, 60
# It is read while whoever pasted it waits.
LONGEST_PASTED = 1_000_000


@dataclass(frozen=True)
class ListForm:
    """What was pasted, and the group of those who name none; a file is chosen anew."""

    text: str = ""
    target_group: str = ""


@router.get("")
def list_form(
    request: Request, look: Reader, actor: PageActor, language: Lang, _: Translate, code: str
) -> Response:
    return _page(request, look, actor, language, _, code, ListForm())


@router.post("")
def send_list(
    request: Request,
    look: Reader,
    db: Writer,
    vault: Vault,
    actor: PageActor,
    language: Lang,
    _: Translate,
    code: str,
    text: Annotated[str, Form()] = "",
    file: Annotated[UploadFile | str | None, File()] = None,
    target_group: Annotated[str, Form()] = "",
) -> Response:
    """What is pasted goes before a file."""
    choices = SheetChoices(target_group=target_group or None)
    left_out: Sequence[str] = ()
    try:
        if len(text) > LONGEST_PASTED:
            sentence = N_("This list is too long to be pasted. Save it as a file, and choose that.")
            raise Invalid(sentence, fields={"text": sentence})
        if text.strip():
            made, left_out = upload_pasted(look, db, vault, actor, code, text, choices, _)
        else:
            made = upload_list(look, db, vault, actor, code, *_sent_list(file), choices)
    except (Conflict, Invalid, TooLarge, UnreadableFile) as problem:
        db.rollback()
        return _page(request, look, actor, language, _, code, ListForm(text, target_group), problem)
    response = see(f"/unggahan/{made.id}")
    if left_out:
        flash(response, _left_out(left_out, _))
    return response


def _sent_list(file: UploadFile | str | None) -> tuple[str, bytes]:
    try:
        return sent_file(file)
    except Invalid as nothing:
        sentence = N_("Paste a list, or choose a file.")
        raise Invalid(sentence, fields={"text": sentence}) from nothing


def _left_out(lines: Sequence[str], _: Translator) -> str:
    quoted = ", ".join(f"“{with_niks_masked(line)[:QUOTED_LENGTH]}”" for line in lines[:LINES_QUOTED])
    more = ", …" if len(lines) > LINES_QUOTED else ""
    said = {"count": len(lines), "lines": quoted + more}
    return _("%(count)s lines name nobody and were left out: %(lines)s.") % said


def _page(
    request: Request,
    look: Db,
    actor: Actor,
    language: Language,
    _: Translator,
    code: str,
    form: ListForm,
    problem: Problem | None = None,
) -> Response:
    held = workshop_session_by_code(look, actor, code, Permission.ATTENDANCE_WRITE)
    return render_form(
        request,
        "registrations/lists/form.html",
        form,
        _,
        problem,
        workshop_session=workshop_session(look, actor, code, Permission.ATTENDANCE_WRITE),
        window=registration_window(held, now()),
        groups=[(one.code, one.label) for one in groups_to_choose_from(look, held.workshop_id, language)],
        largest_megabytes=MAX_BYTES // MEGABYTE,
        most_rows=MAX_ROWS,
    )
