"""Photos of signed attendance lists: upload, pictures of pages and lines, answers beside them, and the evidence."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, File, Request, UploadFile
from starlette.responses import JSONResponse, Response

from app.database import Db
from app.errors import Problem
from app.models import ImportStatus
from app.paper.reading import MAX_BYTES as MAX_BYTES_OF_PHOTO
from app.permissions import Actor, Permission
from app.queries.imports.attendance_imports import (
    AttendanceImportView,
    get_attendance_import,
    get_attendance_import_view,
)
from app.queries.imports.photos import find_signature, load_line_picture, load_page_picture
from app.queries.registrations.registrations import get_registration, get_registration_view
from app.queries.workshops.workshop_sessions import get_workshop_session_view
from app.routers.pages.imports.review import FormTexts
from app.services.imports.photos.files import (
    MAX_BYTES_OF_PHOTOS,
    MAX_PHOTOS,
    PhotoFile,
)
from app.services.imports.photos.upload import add_photos, upload_photos
from app.services.imports.review import RowAnswer, correct_rows
from app.web.dependencies import CurrentActor, ReadDb, Translate, Vault, WriteDb
from app.web.flash import FLASH_FRAGMENT
from app.web.forms import catch_problem, is_whole_number
from app.web.pages import redirect, render

router = APIRouter(include_in_schema=False)

MEGABYTE = 1024**2
MAX_PIXELS = 2400
"""The longest side of a photo that the browser has made smaller; the readers need no more."""
ANSWERED = frozenset({"name", "sex", "kelurahan", "target_group", "attendance"})
"""The fields that are typed or chosen beside the picture of a line."""

UploadedPhotos = Annotated[Sequence[UploadFile | str], File()]


@router.get("/sesi/{code}/foto")
def photos_page(request: Request, db: ReadDb, actor: CurrentActor, code: str) -> Response:
    """Show the form that uploads photos of a session's signed attendance list."""
    return _upload_page(request, db, actor, code)


@router.post("/sesi/{code}/foto")
def upload_signed_pages(
    request: Request,
    read_db: ReadDb,
    db: WriteDb,
    vault: Vault,
    actor: CurrentActor,
    code: str,
    files: UploadedPhotos = (),
) -> Response:
    """Read the photos, and redirect to the review of what is seen on them.

    A script, which sends one photo after the other, gets the addresses of the review and for the next photos as JSON.
    """
    with catch_problem(db) as caught:
        attendance_import = upload_photos(read_db, db, vault, actor, code, _read_all(files))
    if problem := caught.problem:
        if _is_script(request):
            raise problem
        return _upload_page(request, read_db, actor, code, problem=problem)
    return _answer(request, attendance_import.id)


@router.get("/unggahan/{import_id}/foto")
def more_photos_page(request: Request, db: ReadDb, actor: CurrentActor, import_id: int) -> Response:
    """Show the form that adds photos to an upload of photos in review; redirect from any other to its page."""
    attendance_import = get_attendance_import_view(db, actor, import_id)
    if not attendance_import.is_photo or attendance_import.status is not ImportStatus.REVIEW:
        return redirect(f"/unggahan/{import_id}")
    return _upload_page(request, db, actor, attendance_import.session_code, attendance_import)


@router.post("/unggahan/{import_id}/foto")
def add_signed_pages(
    request: Request,
    read_db: ReadDb,
    db: WriteDb,
    vault: Vault,
    actor: CurrentActor,
    import_id: int,
    files: UploadedPhotos = (),
) -> Response:
    """Read further photos, and redirect to the review; a script gets JSON as from `upload_signed_pages`."""
    with catch_problem(db) as caught:
        add_photos(read_db, db, vault, actor, import_id, _read_all(files))
    if problem := caught.problem:
        if _is_script(request):
            raise problem
        attendance_import = get_attendance_import_view(read_db, actor, import_id)
        return _upload_page(
            request, read_db, actor, attendance_import.session_code, attendance_import, problem
        )
    return _answer(request, import_id)


@router.get("/unggahan/{import_id}/halaman/{photo_id}.jpg")
def page_picture(db: ReadDb, vault: Vault, actor: CurrentActor, import_id: int, photo_id: int) -> Response:
    """Return the straightened picture of a page."""
    attendance_import = get_attendance_import(db, actor, import_id)
    return _picture(load_page_picture(db, vault, attendance_import.id, photo_id))


@router.get("/unggahan/{import_id}/baris/{number}/gambar.jpg")
def line_picture(db: ReadDb, vault: Vault, actor: CurrentActor, import_id: int, number: int) -> Response:
    """Return the picture of a line."""
    attendance_import = get_attendance_import(db, actor, import_id)
    return _picture(load_line_picture(db, vault, attendance_import.id, number))


@router.post("/unggahan/{import_id}/foto/jawaban")
def answer_lines(
    db: WriteDb, vault: Vault, actor: CurrentActor, _: Translate, import_id: int, data: FormTexts
) -> Response:
    """Store what was chosen and typed beside the pictures, and redirect to the review."""
    answers = _parse_answers(data)
    corrected = correct_rows(db, vault, actor, import_id, answers)
    if corrected.answered_by_others:
        numbers = ", ".join(map(str, corrected.answered_by_others))
        message = _("Other users have answered these lines meanwhile: %(rows)s. Look at them again.")
        return redirect(f"/unggahan/{import_id}{FLASH_FRAGMENT}", message % {"rows": numbers})
    message = _("%(count)s lines answered.") if answers else _("Nothing was chosen or typed.")
    return redirect(f"/unggahan/{import_id}{FLASH_FRAGMENT}", message % {"count": len(answers)})


@router.get("/pendaftaran/{code}/tanda-tangan")
def signature_page(request: Request, db: ReadDb, actor: CurrentActor, code: str) -> Response:
    """Show the picture of a person's signature, and the page and upload that it comes from."""
    registration = get_registration(db, actor, code, Permission.PARTICIPANT_READ)
    view = get_registration_view(db, registration)
    return render(
        request,
        "imports/photos/signature.html",
        registration=view,
        workshop_session=get_workshop_session_view(db, actor, view.session_code, Permission.PARTICIPANT_READ),
        signature=find_signature(db, registration.id),
    )


@router.get("/pendaftaran/{code}/tanda-tangan/gambar.jpg")
def signature_picture(db: ReadDb, vault: Vault, actor: CurrentActor, code: str) -> Response:
    """Return the picture of a person's signature."""
    registration = get_registration(db, actor, code, Permission.PARTICIPANT_READ)
    signature = find_signature(db, registration.id)
    import_id, number = (signature.import_id, signature.number) if signature else (0, 0)
    return _picture(load_line_picture(db, vault, import_id, number))


def _upload_page(
    request: Request,
    db: Db,
    actor: Actor,
    code: str,
    attendance_import: AttendanceImportView | None = None,
    problem: Problem | None = None,
) -> Response:
    """Return the form for photos of a session, or for further ones of an upload."""
    actor.require(Permission.IMPORT_WRITE)
    return render(
        request,
        "imports/photos/upload.html",
        problem=problem,
        workshop_session=get_workshop_session_view(db, actor, code),
        attendance_import=attendance_import,
        max_files=MAX_PHOTOS,
        max_pixels=MAX_PIXELS,
        max_photo_bytes=MAX_BYTES_OF_PHOTO,
        max_megabytes=MAX_BYTES_OF_PHOTO // MEGABYTE,
        max_together=MAX_BYTES_OF_PHOTOS // MEGABYTE,
    )


def _read_all(files: Sequence[UploadFile | str]) -> list[PhotoFile]:
    """Return the files that were chosen; a browser sends an empty one for a field that was left alone."""
    chosen = [file for file in files if not isinstance(file, str) and file.filename]
    return [PhotoFile(file.filename or "", file.file.read()) for file in chosen]


def _answer(request: Request, import_id: int) -> Response:
    """Return the redirect to the review, or to a script the addresses of the review and for further photos."""
    review = f"/unggahan/{import_id}"
    return (
        JSONResponse({"review": review, "more": f"{review}/foto"})
        if _is_script(request)
        else redirect(review)
    )


def _is_script(request: Request) -> bool:
    return request.headers.get("accept") == "application/json"


def _parse_answers(data: Mapping[str, str]) -> dict[int, RowAnswer]:
    """Return the answers by line, from fields such as "name-41", "skip-41" and "seen-41"; without unchanged lines.

    A cell is an answer if it differs from what the form was filled with ("filled-name-41").
    """
    cells: dict[int, dict[str, str]] = {}
    skipped = set()
    for name, text in data.items():
        field, _, number = name.rpartition("-")
        if not is_whole_number(number):
            continue
        if field == "skip":
            skipped.add(int(number))
        elif field in ANSWERED and text.strip() != data.get(f"filled-{name}", "").strip():
            cells.setdefault(int(number), {})[field] = text.strip()
    return {
        number: RowAnswer(
            {} if number in skipped else cells[number],
            {"skip": True} if number in skipped else None,
            data.get(f"seen-{number}", ""),
        )
        for number in sorted(skipped | set(cells))
    }


def _picture(content: bytes) -> Response:
    """Return a picture that browsers do not keep: it shows a signature."""
    headers = {"cache-control": "no-store", "content-disposition": "inline"}
    return Response(content, media_type="image/jpeg", headers=headers)
