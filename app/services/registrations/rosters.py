"""Download a session's attendance list, to fill in or to sign; each download is in the activity log."""

from typing import Literal

from sqlmodel import col, select

from app.database import Db
from app.i18n import Language, Translator, day_text, wita
from app.models import RosterPrint, WorkshopSession
from app.models.base import now
from app.paper.layout import PrintLayout, layout_to_json
from app.permissions import Actor, Permission
from app.queries.areas.reference import list_kelurahan, list_target_groups
from app.queries.installation.letterhead import get_letterhead
from app.queries.registrations.roster_prints import find_print_code, layout_sha256
from app.queries.registrations.rosters import get_roster
from app.reports.formats.download import MEDIA_TYPES, Download
from app.reports.roster_pdf import PrintedPerson, PrintedRoster, lay_out_roster, render_roster_pdf
from app.services.activities import log_activity
from app.services.registrations.codes import generate_print_code
from app.spreadsheets.exports.rosters import (
    Roster,
    roster_facts,
    roster_title,
    write_list_template,
    write_roster,
)

RosterFormat = Literal["xlsx", "pdf"]


def download_roster(
    read_db: Db,
    db: Db,
    actor: Actor,
    session_code: str,
    file_format: RosterFormat,
    base_url: str,
    _: Translator,
    language: Language,
) -> Download:
    """Return a session's attendance list as a file, and log the download.

    `base_url` is the URL of the service, for the link in the list. The file is rendered with `read_db`, before `db`
    takes the write lock for the log and for the layout of a list to sign. Raises `Forbidden` without
    `ATTENDANCE_WRITE`, and `NotFound` if the session is not within the actor's scope.
    """
    actor.require(Permission.ATTENDANCE_WRITE)
    roster = get_roster(read_db, actor, session_code, language)
    letterhead = get_letterhead(read_db)
    if file_format == "xlsx":
        address = f"{base_url.rstrip('/')}/sesi/{roster.session_code}/unggah"
        content = write_roster(roster, letterhead.names, address, language)
    else:
        printed = _to_printed_roster(roster, _, language)
        layout = lay_out_roster(printed, letterhead, _, language)
        print_code = find_print_code(read_db, roster.session_code, layout) or generate_print_code()
        content = render_roster_pdf(printed, layout, print_code, base_url, letterhead, _, language)
        _save_print(db, actor, roster.session_code, print_code, layout)
    stem = _("attendance-list")
    name = f"{stem}-{roster.session_code}.{file_format}"
    log_activity(db, actor, "download", "session", roster.session_code, after={"file": name})
    return Download(name, MEDIA_TYPES[file_format], content)


def download_list_template(read_db: Db, actor: Actor, _: Translator, language: Language) -> Download:
    """Return an empty attendance list as .xlsx. It has no personal data, so the download is not logged.

    Raises `Forbidden` without `IMPORT_WRITE`.
    """
    actor.require(Permission.IMPORT_WRITE)
    kelurahan = tuple(place.name for place in list_kelurahan(read_db))
    groups = tuple(group.label for group in list_target_groups(read_db, language))
    name = "-".join((_("attendance-list"), _("template"))) + ".xlsx"
    names = get_letterhead(read_db).names
    return Download(name, MEDIA_TYPES["xlsx"], write_list_template(kelurahan, groups, names, _))


def _save_print(db: Db, actor: Actor, session_code: str, print_code: str, layout: PrintLayout) -> None:
    """Store the layout of a print, unless a print with this code is stored already."""
    if find_print_code(db, session_code, layout) == print_code:
        return
    session_id = db.scalars(
        select(col(WorkshopSession.id)).where(col(WorkshopSession.code) == session_code)
    ).one()
    db.add(
        RosterPrint(
            code=print_code,
            workshop_session_id=session_id,
            layout=layout_to_json(layout),
            layout_sha256=layout_sha256(layout),
            pages=len(layout.pages),
            printed_by=actor.user_id,
        )
    )


def _to_printed_roster(roster: Roster, _: Translator, language: Language) -> PrintedRoster:
    """Return the roster with the texts and columns that the PDF shows."""
    return PrintedRoster(
        title=roster_title(_),
        subject=f"{roster.workshop_title} · {day_text(wita(roster.starts_at).date(), language)}",
        facts=roster_facts(roster, _, language),
        people=tuple(
            PrintedPerson(
                line.registration,
                line.name,
                line.sex or "",
                f"{line.place} RT\N{NO-BREAK SPACE}{line.rt}" if line.rt else line.place,
                line.target_group,
            )
            for line in roster.people
        ),
        session_code=roster.session_code,
        generated_at=now(),
    )
