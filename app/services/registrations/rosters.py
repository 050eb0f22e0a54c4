"""Hands out a session's attendance list to fill in or to sign, and says so in the activity log."""

from typing import Literal

from app.database import Db
from app.i18n import Language, Translator
from app.models.base import now
from app.permissions import Actor, Permission
from app.queries.registrations.rosters import roster
from app.reports.formats.download import MEDIA_TYPES, Download
from app.reports.roster_pdf import PrintedRoster, render_roster_pdf
from app.reports.table import LETTERHEAD
from app.services.activities import log_activity
from app.spreadsheets.exports.rosters import Roster, roster_facts, roster_title, write_roster

RosterFormat = Literal["xlsx", "pdf"]


def download_roster(
    look: Db,
    db: Db,
    actor: Actor,
    session_code: str,
    file_format: RosterFormat,
    base_url: str,
    _: Translator,
    language: Language,
) -> Download:
    """The list in one of its formats; `base_url` is where the service is reached from outside.

    It is made with `look`, before `db` takes the write lock for the log. Raises `NotFound` where the session isn't
    within the actor's reach.
    """
    actor.require(Permission.ATTENDANCE_WRITE)
    found = roster(look, actor, session_code, language)
    address = f"{base_url.rstrip('/')}/sesi/{found.session_code}/unggah"
    if file_format == "xlsx":
        content = write_roster(found, LETTERHEAD, address, _, language)
    else:
        content = render_roster_pdf(_printed(found, address, _, language), _, language)
    stem = _("attendance-list")
    name = f"{stem}-{found.session_code}.{file_format}"
    log_activity(db, actor, "download", "session", found.session_code, after={"file": name})
    return Download(name, MEDIA_TYPES[file_format], content)


def _printed(found: Roster, upload_address: str, _: Translator, language: Language) -> PrintedRoster:
    return PrintedRoster(
        title=roster_title(_),
        facts=roster_facts(found, _, language),
        people=tuple(
            (
                line.name,
                line.sex or "",
                f"{line.place} RT\N{NO-BREAK SPACE}{line.rt}" if line.rt else line.place,
                line.target_group,
            )
            for line in found.people
        ),
        upload_address=upload_address,
        session_code=found.session_code,
        generated_at=now(),
    )
