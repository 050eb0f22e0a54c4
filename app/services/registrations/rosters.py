"""Download a session's attendance list, to fill in or to sign; each download is in the activity log."""

from typing import Literal

from app.database import Db
from app.i18n import Language, Translator
from app.models.base import now
from app.permissions import Actor, Permission
from app.queries.areas.reference import list_kelurahan, list_target_groups
from app.queries.installation.letterhead import get_letterhead
from app.queries.registrations.rosters import get_roster
from app.reports.formats.download import MEDIA_TYPES, Download
from app.reports.roster_pdf import PrintedRoster, render_roster_pdf
from app.services.activities import log_activity
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
    takes the write lock for the log. Raises `Forbidden` without `ATTENDANCE_WRITE`, and `NotFound` if the session is
    not within the actor's scope.
    """
    actor.require(Permission.ATTENDANCE_WRITE)
    roster = get_roster(read_db, actor, session_code, language)
    address = f"{base_url.rstrip('/')}/sesi/{roster.session_code}/unggah"
    letterhead = get_letterhead(read_db)
    if file_format == "xlsx":
        content = write_roster(roster, letterhead.names, address, language)
    else:
        content = render_roster_pdf(_to_printed_roster(roster, address, _, language), letterhead, _, language)
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


def _to_printed_roster(
    roster: Roster, upload_address: str, _: Translator, language: Language
) -> PrintedRoster:
    """Return the roster with the texts and columns that the PDF shows."""
    return PrintedRoster(
        title=roster_title(_),
        facts=roster_facts(roster, _, language),
        people=tuple(
            (
                line.name,
                line.sex or "",
                f"{line.place} RT\N{NO-BREAK SPACE}{line.rt}" if line.rt else line.place,
                line.target_group,
            )
            for line in roster.people
        ),
        upload_address=upload_address,
        session_code=roster.session_code,
        generated_at=now(),
    )
