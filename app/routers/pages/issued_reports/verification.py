"""The public pages that say whether a report is genuine: by its number, its checksum, or the file itself."""

import hashlib
import re
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, File, Request, Response, UploadFile

from app.database import Db
from app.errors import Invalid
from app.i18n import N_, Translator
from app.queries.issued_reports.public import find_number, load_public_report, verify_typed
from app.queries.issued_reports.verification import NUMBER, Verification, verify_sha256
from app.reports.coverage.texts.wording import filter_lines
from app.web.container import container_of
from app.web.dependencies import ReadDb, Translate
from app.web.limits import address_of
from app.web.pages import redirect, render

PATH = "/verifikasi"

router = APIRouter(prefix=PATH, include_in_schema=False)

UNKNOWN = N_("There is no such report.")
NO_FILE = N_("Choose a file first.")
MAX_TYPED = 200
READ_AT_ONCE = 1024 * 1024


@router.get("")
def verification_page(request: Request, db: ReadDb, _: Translate, q: str = "") -> Response:
    """Show the forms, with the answer about a checksum or the SHA-256 of a file. A number leads to the page below."""
    typed = q.strip()[:MAX_TYPED]
    if not typed:
        return render(request, "issued_reports/verification.html", verification=None, typed="")
    verification = verify_typed(db, typed)
    if verification.report and verification.found_by == NUMBER:
        return redirect(f"{PATH}/{verification.report.slug}")
    return _answer(request, db, verification, typed, _)


@router.post("")
def verify_file(
    request: Request, db: ReadDb, _: Translate, file: Annotated[UploadFile | str | None, File()] = None
) -> Response:
    """Show the answer about an uploaded file, which is not kept. Browsers with JavaScript send its SHA-256 instead."""
    if isinstance(file, str) or file is None or not file.filename:
        problem = Invalid(NO_FILE, fields={"file": NO_FILE})
        return render(
            request, "issued_reports/verification.html", problem=problem, verification=None, typed=""
        )
    digest = hashlib.sha256()
    while part := file.file.read(READ_AT_ONCE):
        digest.update(part)
    return _answer(request, db, verify_sha256(db, digest.hexdigest()), digest.hexdigest(), _)


@router.get("/{report_number}")
def verified_number_page(request: Request, db: ReadDb, report_number: str, _: Translate) -> Response:
    """Show the answer about a number, 404 for an unknown one. The QR code of a report leads here."""
    typed = report_number[:MAX_TYPED]
    verification = verify_typed(db, typed)
    is_unknown = verification.report is None
    return _answer(request, db, verification, typed, _, HTTPStatus.NOT_FOUND if is_unknown else HTTPStatus.OK)


def _answer(
    request: Request,
    db: Db,
    verification: Verification,
    typed: str,
    _: Translator,
    status: int = HTTPStatus.OK,
) -> Response:
    """Return the page with the answer.

    Raises `TooManyRequests` if this network address asks for too much that there is not.
    """
    public = None
    if verification.report is None:
        container_of(request).wrong_codes.count(address_of(request))
    else:
        public = load_public_report(db, verification.report)
    return render(
        request,
        "issued_reports/verification.html",
        status=status,
        verification=verification,
        public=public,
        filter_lines=filter_lines(public.filters, _) if public and public.filters else [],
        typed=typed,
        number=find_number(typed),
        is_digest=bool(re.fullmatch(r"[0-9a-f]{64}", typed.lower())),
    )
