"""Download the attendance of a workshop, people by sessions; each download is in the activity log."""

from typing import Literal

from app.database import Db
from app.i18n import N_, Language, Translator, date_text, wita
from app.models import AttendanceStatus
from app.models.base import now
from app.permissions import Actor
from app.queries.installation.letterhead import get_letterhead
from app.queries.workshops.attendance import (
    AttendanceFilters,
    WorkshopAttendance,
    WorkshopPerson,
    get_workshop_attendance,
)
from app.reports.formats.download import Download, table_download
from app.reports.table import Column, Row, Table
from app.services.activities import log_activity

AttendanceFormat = Literal["xlsx", "csv"]

OUTCOMES = {
    AttendanceStatus.PRESENT: N_("present"),
    AttendanceStatus.ABSENT: N_("absent"),
    AttendanceStatus.EXCUSED: N_("excused"),
}


def download_workshop_attendance(
    read_db: Db,
    db: Db,
    actor: Actor,
    workshop_code: str,
    filters: AttendanceFilters,
    file_format: AttendanceFormat,
    _: Translator,
    language: Language,
) -> Download:
    """Return the people of a workshop who match the filters with their outcome at each session, and log the download.

    The file is rendered with `read_db`, before `db` takes the write lock for the log. Raises `Forbidden` if the actor's
    role may not see participants, and `NotFound` if the workshop is not within the actor's scope.
    """
    attendance = get_workshop_attendance(read_db, actor, workshop_code, filters, limit=None)
    table = _build_table(attendance, filters, _)
    stem = _("attendance")
    letterhead = get_letterhead(read_db)
    file = table_download(table, {}, f"{stem}-{workshop_code}", now(), file_format, letterhead, _, language)
    after = {"file": file.name, "people": attendance.count}
    log_activity(db, actor, "download", "workshop", workshop_code, after=after)
    return file


def _build_table(attendance: WorkshopAttendance, filters: AttendanceFilters, _: Translator) -> Table:
    """Return the attendance as a table with a column for each session."""
    workshop, sessions = attendance.workshop, attendance.workshop_sessions
    of_sessions = _("of %(count)s sessions") % {"count": len(sessions)}
    subtitle = [workshop.code]
    if filters.at_least:
        subtitle.append(_("present at %(count)s sessions or more") % {"count": filters.at_least})
    if filters.search:
        subtitle.append(_("found by “%(text)s”") % {"text": filters.search})
    columns = (
        Column(_("Name"), "name"),
        Column(_("Kelurahan"), "text"),
        Column(_("RT"), "text"),
        *(
            Column(f"{date_text(wita(session.starts_at).date())} ({session.code})", "text")
            for session in sessions
        ),
        Column(_("Present"), "integer"),
        Column(of_sessions, "integer"),
    )
    return Table(
        name=_("Attendance")[:31],
        title=_("Attendance: %(workshop)s") % {"workshop": workshop.title},
        subtitle=tuple(subtitle),
        columns=columns,
        rows=tuple(Row(_cells(person, attendance, _)) for person in attendance.people),
        total=None,
        notes=(_("An empty cell: registered, but no attendance is recorded. A dash: not registered."),),
    )


def _cells(
    person: WorkshopPerson, attendance: WorkshopAttendance, _: Translator
) -> tuple[str | int | None, ...]:
    """Return the cells of a person's row."""
    sessions = attendance.workshop_sessions
    return (
        person.name,
        person.place,
        person.rt or "",
        *(_outcome_text(person, session.id, _) for session in sessions),
        person.present,
        len(sessions),
    )


def _outcome_text(person: WorkshopPerson, session_id: int, _: Translator) -> str:
    if session_id not in person.outcomes:
        return "–"
    status = person.outcomes[session_id]
    return _(OUTCOMES[status]) if status else ""
