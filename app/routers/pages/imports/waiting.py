"""The page of an import that is read or saved in the background, and of one whose file can't be read."""

from typing import Any

from fastapi import Request
from starlette.responses import Response

from app.i18n import N_, Translator
from app.models import ImportPurpose, ImportStatus
from app.queries.imports.attendance_imports import UNDER_WAY, AttendanceImportView
from app.queries.imports.document import import_failure
from app.web.container import container_of
from app.web.flash import flash
from app.web.pages import render

UNREAD = (*UNDER_WAY, ImportStatus.FAILED)
SAVED = {
    ImportPurpose.ATTENDANCE: N_("The attendance is saved."),
    ImportPurpose.REGISTRATION: N_("The registrations are saved."),
}


def waiting_page(request: Request, found: AttendanceImportView, _: Translator) -> Response:
    page = "unread.html" if found.status is ImportStatus.FAILED else "under_way.html"
    return render(request, f"attendance_imports/{page}", **_context(request, found, _))


def news(request: Request, found: AttendanceImportView, _: Translator) -> Response:
    """For a page that waits: how far that has come, or that it is to load itself again."""
    if found.status in UNDER_WAY:
        return render(request, "imports/rows_done.html", **_context(request, found, _))
    response = Response(headers={"HX-Refresh": "true"})
    if found.status is ImportStatus.COMMITTED:
        flash(response, _(SAVED[found.purpose]))
    return response


def _context(request: Request, found: AttendanceImportView, _: Translator) -> dict[str, Any]:
    """`rows_done` is how many rows are done, and of how many: 0 while a file isn't open yet."""
    problem = import_failure(found)
    return {
        "sheet_import": found,
        "problem": problem.sentence(_) if problem else None,
        "rows_done": container_of(request).rows_done(found.id) or (0, found.counts.get("rows", 0)),
    }
