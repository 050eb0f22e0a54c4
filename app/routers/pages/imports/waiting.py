"""The page of an import that is read or committed in the background, or whose file can't be read."""

from typing import Any

from fastapi import Request
from starlette.responses import Response

from app.i18n import N_, Translator
from app.models import ImportPurpose, ImportStatus
from app.queries.imports.attendance_imports import RUNNING_STATUSES, AttendanceImportView
from app.web.container import container_of
from app.web.flash import flash
from app.web.pages import render

STATUSES_WITHOUT_REVIEW = (*RUNNING_STATUSES, ImportStatus.FAILED)
SAVED = {
    ImportPurpose.ATTENDANCE: N_("The attendance is saved."),
    ImportPurpose.REGISTRATION: N_("The registrations are saved."),
}


def render_waiting(request: Request, attendance_import: AttendanceImportView, _: Translator) -> Response:
    """Return the page of an import that is being read or committed, with its progress.

    If its file could not be read, the page says why instead.
    """
    page = "reading_failed.html" if attendance_import.status is ImportStatus.FAILED else "under_way.html"
    return render(request, f"imports/{page}", **_context(request, attendance_import, _))


def render_progress(request: Request, attendance_import: AttendanceImportView, _: Translator) -> Response:
    """Return the part of the page that shows the progress; once the work is done, tell htmx to reload the page.

    After a commit a flash message says that the rows are saved.
    """
    if attendance_import.status in RUNNING_STATUSES:
        return render(request, "imports/review/rows_done.html", **_context(request, attendance_import, _))
    response = Response(headers={"HX-Refresh": "true"})
    if attendance_import.status is ImportStatus.COMMITTED:
        flash(response, _(SAVED[attendance_import.purpose]))
    return response


def _context(request: Request, attendance_import: AttendanceImportView, _: Translator) -> dict[str, Any]:
    """Return the template variables.

    `rows_done` is a pair: how many rows are done, of how many (0 while unknown). `refusal` is the stored problem, or
    None.
    """
    problem = attendance_import.problem
    return {
        "attendance_import": attendance_import,
        "refusal": problem.sentence(_) if problem else None,
        "rows_done": container_of(request).rows_done(attendance_import.id)
        or (0, attendance_import.counts.get("rows", 0)),
    }
