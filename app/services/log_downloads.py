"""Download the activity log; each download is in the log itself."""

import orjson

from app.database import Db
from app.i18n import Translator, wita, wita_today
from app.permissions import Actor
from app.queries.activities import ActivityFilters, ActivityView, list_activities
from app.reports.formats.csv import render_csv
from app.reports.formats.download import MEDIA_TYPES, Download
from app.reports.table import Column, Row, Table
from app.services.activities import log_activity

MAX_LINES = 50_000


def download_log(read_db: Db, db: Db, actor: Actor, filters: ActivityFilters, _: Translator) -> Download:
    """Return the newest `MAX_LINES` lines that match the filters as CSV, with the codes of the log, and log that.

    The file is rendered with `read_db`, before `db` takes the write lock for the log. Raises `Forbidden` for all but
    administrators.
    """
    lines = list_activities(read_db, actor, filters, limit=MAX_LINES)
    headings = (
        *(_("Line"), _("Time (WITA)"), _("Who"), _("What"), _("Of what"), _("Code or number")),
        *(_("Address"), _("Reason"), _("Before"), _("After")),
    )
    table = Table(
        name=_("Activity log")[:31],
        title=_("Activity log"),
        subtitle=(),
        columns=tuple(Column(heading, "text") for heading in headings),
        rows=tuple(Row(_cells(line, _)) for line in lines),
        total=None,
        notes=(),
    )
    stem = _("activity-log")
    name = f"{stem}-{wita_today()}.csv"
    log_activity(db, actor, "download", "activity", "", after={"file": name, "lines": len(lines)})
    return Download(name, MEDIA_TYPES["csv"], render_csv(table))


def _cells(line: ActivityView, _: Translator) -> tuple[str | int, ...]:
    """Return the cells of a line's row."""
    before = {change.field: change.before for change in line.changes}
    after = {change.field: change.after for change in line.changes}
    erased = _("erased") if line.is_erased else ""
    return (
        *(line.id, wita(line.at).isoformat(sep=" ", timespec="seconds")[:19]),
        *(line.actor, line.action, line.subject, line.subject_id, line.address, line.reason),
        *(erased or _json(before), erased or _json(after)),
    )


def _json(values: dict[str, object]) -> str:
    """Return the fields that have a value as JSON, "" if none has."""
    kept = {field: value for field, value in values.items() if value is not None}
    return orjson.dumps(kept).decode() if kept else ""
