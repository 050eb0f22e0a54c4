"""From a figure of the coverage report to the people or sessions behind it, for those who may see all of them.

Who sees fewer is not led there: a shorter list would contradict the figure.
"""

from collections.abc import Mapping
from urllib.parse import urlencode

from app.permissions import Actor, Permission, Reach
from app.reports.coverage import CoverageReport
from app.reports.html import CellLink
from app.reports.map import Link
from app.reports.table import Column, Counts, Row


def link_to_people(actor: Actor, report: CoverageReport) -> Link | None:
    """To who was present, by kelurahan."""
    if actor.reach(Permission.PARTICIPANT_READ) is not Reach.ALL:
        return None
    return lambda kelurahan: _behind(report, "present", {"kelurahan": kelurahan})


def link_of_cells(actor: Actor, report: CoverageReport) -> CellLink:
    """To what a cell counts."""
    people = actor.reach(Permission.PARTICIPANT_READ) is Reach.ALL
    sessions = actor.reach(Permission.WORKSHOP_READ) is Reach.ALL

    def link(column: Column, row: Row) -> str | None:
        if column.counts is None or row.narrowed is None:
            return None
        allowed = sessions if column.counts == "sessions" else people
        return _behind(report, column.counts, {**row.narrowed, **column.narrowed}) if allowed else None

    return link


def links_of_totals(actor: Actor, report: CoverageReport) -> dict[str, str | None]:
    """To what the figures over the page count, by their names."""
    link, whole = link_of_cells(actor, report), Row((), narrowed={})
    counts: dict[str, Counts] = {
        "participants": "present",
        "registered": "registered",
        "attendances": "sessions",
    }
    return {name: link(Column("", "integer", counts=counted), whole) for name, counted in counts.items()}


def _behind(report: CoverageReport, counts: Counts, narrowed: Mapping[str, str]) -> str:
    filters = report.filters
    of_report = {
        "from": report.period.from_,
        "to": report.period.to,
        "workshop": filters.workshop,
        "group": filters.group,
        "sex": filters.sex,
        "kecamatan": filters.kecamatan,
        "pillar": filters.pillar,
        "organization": filters.organization,
    }
    # The kelurahan comes first, as it reads best.
    given = {**narrowed, **{name: value for name, value in of_report.items() if value}, **narrowed}
    if counts == "sessions":
        return f"/cakupan/sesi?{urlencode(given)}"
    if "group" in given:
        given["target_group"] = given.pop("group")
    if counts == "registered":
        given["counted"] = "registered"
    return f"/peserta?{urlencode(given)}"
