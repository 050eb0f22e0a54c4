"""Download the chosen people of a session; each download is in the activity log."""

from collections.abc import Mapping, Sequence

from app.database import Db
from app.i18n import N_, Language, Translator, time_text
from app.models import AttendanceStatus, RegistrationStatus
from app.models.base import now
from app.people.values.outside_places import OUTSIDE
from app.permissions import Actor, Permission
from app.queries.areas.reference import get_place_and_group_names
from app.queries.installation.letterhead import get_letterhead
from app.queries.registrations.registrations import RegistrationView
from app.queries.workshops.workshop_sessions import WorkshopSessionView
from app.reports.formats.download import Download, table_download
from app.reports.table import Column, Row, Table
from app.services.activities import log_activity

STATES: Mapping[RegistrationStatus, str] = {
    RegistrationStatus.CONFIRMED: N_("Registered"),
    RegistrationStatus.WAITLISTED: N_("On the waiting list"),
    RegistrationStatus.WALK_IN: N_("Came without a place"),
    RegistrationStatus.CANCELLED: N_("Cancelled"),
}
OUTCOMES: Mapping[AttendanceStatus, str] = {
    AttendanceStatus.PRESENT: N_("Present"),
    AttendanceStatus.ABSENT: N_("Absent"),
    AttendanceStatus.EXCUSED: N_("Excused"),
}


def download_chosen_people(
    read_db: Db,
    db: Db,
    actor: Actor,
    workshop_session: WorkshopSessionView,
    people: Sequence[RegistrationView],
    _: Translator,
    language: Language,
) -> Download:
    """Return these people of a session as an Excel file, with phones as pages show them, and log the download.

    The caller has loaded them within the actor's scope. The file is rendered before `db` takes the write lock for the
    log. Raises `Forbidden` without `ATTENDANCE_WRITE`.
    """
    actor.require(Permission.ATTENDANCE_WRITE)
    names = get_place_and_group_names(read_db, language)
    table = Table(
        name=_("People")[:31],
        title=_("People: %(workshop)s") % {"workshop": workshop_session.workshop_title},
        subtitle=(workshop_session.code, time_text(workshop_session.starts_at)),
        columns=tuple(
            Column(heading, "name" if index == 0 else "text")
            for index, heading in enumerate(
                (
                    _("Name"),
                    _("Kelurahan"),
                    _("RT"),
                    _("Target group"),
                    _("Telephone"),
                    _("Status"),
                    _("Attendance"),
                    _("Ticket"),
                )
            )
        ),
        rows=tuple(Row(_cells(person, names, _)) for person in people),
        total=None,
        notes=(),
    )
    stem = _("people")
    file = table_download(
        table, {}, f"{stem}-{workshop_session.code}", now(), "xlsx", get_letterhead(read_db), _, language
    )
    after = {"file": file.name, "people": len(people)}
    log_activity(db, actor, "download", "session", workshop_session.code, after=after)
    return file


def _cells(person: RegistrationView, names: Mapping[str, str], _: Translator) -> tuple[str, ...]:
    """Return the cells of a person's row; `names` are the labels of target groups by code."""
    return (
        person.name,
        _("outside the city") if person.place == OUTSIDE else person.place,
        person.rt or "",
        names[person.target_group],
        person.phone or "",
        _(STATES[person.status]),
        _(OUTCOMES[person.attendance]) if person.attendance else "",
        person.code,
    )
