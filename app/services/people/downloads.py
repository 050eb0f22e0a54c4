"""Download a list of participants; each download is in the activity log."""

from app.database import Db
from app.errors import Conflict
from app.i18n import N_, Language, Translator, date_text, wita
from app.models.base import now
from app.people.values.outside_places import OUTSIDE
from app.permissions import Actor, Permission
from app.queries.installation.letterhead import get_letterhead
from app.queries.people.participant_filters import ParticipantFilters, ParticipantOrder
from app.queries.people.participants import ParticipantView, list_participants
from app.reports.formats.download import Download, table_download
from app.reports.table import Cell, Column, Row, Table
from app.services.activities import log_activity

# A workbook of everybody in a city would take gigabytes of memory to make.
MAX_PEOPLE = 20_000


def download_participants(
    read_db: Db,
    db: Db,
    actor: Actor,
    filters: ParticipantFilters,
    order: ParticipantOrder,
    _: Translator,
    language: Language,
) -> Download:
    """Return the participants who match the filters as an Excel file, with what the list shows, and log the download.

    Phones are masked. The file is rendered with `read_db`, before `db` takes the write lock for the log. Raises
    `Forbidden` without `PARTICIPANT_READ`, and `Conflict` for more than `MAX_PEOPLE` people.
    """
    actor.require(Permission.PARTICIPANT_READ)
    page = list_participants(read_db, actor, filters, order, limit=MAX_PEOPLE)
    if page.has_next:
        text = N_(
            "A file has at most %(count)s people. Narrow the list by its filters, and download it in parts."
        )
        raise Conflict(text, code="too-many-people", count=MAX_PEOPLE)
    people = page.participants
    table = Table(
        name=_("Participants"),
        title=_("Participants"),
        subtitle=(),
        columns=(
            Column(_("Name"), "name"),
            Column(_("Kelurahan"), "text"),
            Column(_("RT"), "text"),
            Column(_("Telephone"), "text"),
            Column(_("Sessions"), "integer"),
            Column(_("Latest session"), "text"),
        ),
        rows=tuple(Row(_cells(person, _)) for person in people),
        total=None,
        notes=(),
    )
    file = table_download(table, {}, _("people"), now(), "xlsx", get_letterhead(read_db), _, language)
    log_activity(db, actor, "download", "participant", "", after={"file": file.name, "people": len(people)})
    return file


def _cells(person: ParticipantView, _: Translator) -> tuple[Cell, ...]:
    latest = person.latest_starts_at
    return (
        person.name,
        _("outside the city") if person.place == OUTSIDE else person.place,
        person.rt or "",
        person.phone or "",
        person.sessions,
        date_text(wita(latest).date()) if latest else "",
    )
