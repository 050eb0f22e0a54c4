"""Links from figures of the coverage report to the people or sessions that they count.

A figure has a link only if its reader may see all of them; a shorter list would contradict the figure.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from app.permissions import Actor, Permission, Scope
from app.reports.coverage.report import CoverageReport
from app.reports.drawings.map import Link
from app.reports.table import Column, Counts, Row


@dataclass(frozen=True, slots=True)
class FigureLinks:
    """The links of a report for an actor; `own_workshops` are the codes of their organization's workshops."""

    actor: Actor
    report: CoverageReport
    own_workshops: Collection[str]

    @property
    def kelurahan_link(self) -> Link | None:
        """The link from a kelurahan to its participants, None if the actor may not see all of them."""
        if not self._sees_all("present", self._parameters({})):
            return None
        return lambda kelurahan: _url("present", self._parameters({"kelurahan": kelurahan}))

    def cell_link(self, column: Column, row: Row) -> str | None:
        """Return the URL of what a cell counts, None if it has no link."""
        if column.counts is None or row.filters is None:
            return None
        parameters = self._parameters({**row.filters, **column.filters})
        return _url(column.counts, parameters) if self._sees_all(column.counts, parameters) else None

    @property
    def total_links(self) -> dict[str, str | None]:
        """The links of the figures at the top of the page, by their names."""
        total_row = Row((), filters={})
        counts: dict[str, Counts] = {
            "participants": "present",
            "registered": "registered",
            "attendances": "sessions",
        }
        return {
            name: self.cell_link(Column("", "integer", counts=counted), total_row)
            for name, counted in counts.items()
        }

    def _sees_all(self, counts: Counts, parameters: Mapping[str, str]) -> bool:
        """Return whether everything that these filters leave is within the actor's scope."""
        match self.actor.scope(
            Permission.WORKSHOP_READ if counts == "sessions" else Permission.PARTICIPANT_READ
        ):
            case Scope.ALL:
                return True
            case Scope.OWN:
                own = str(self.actor.organization_id)
                return (
                    parameters.get("organization") == own or parameters.get("workshop") in self.own_workshops
                )
            case Scope.NONE:
                return False

    def _parameters(self, filters: Mapping[str, str]) -> dict[str, str]:
        """Return the filters of the report with further ones, which come first and take precedence."""
        of_report = {
            "from": self.report.period.from_,
            "to": self.report.period.to,
            "workshop": self.report.filters.workshop,
            "group": self.report.filters.group,
            "sex": self.report.filters.sex,
            "kecamatan": self.report.filters.kecamatan,
            "pillar": self.report.filters.pillar,
            "organization": self.report.filters.organization,
        }
        set_filters = {name: str(value) for name, value in of_report.items() if value is not None}
        return {**filters, **set_filters, **filters}


def _url(counts: Counts, parameters: dict[str, str]) -> str:
    if counts == "sessions":
        return f"/cakupan/sesi?{urlencode(parameters)}"
    if "group" in parameters:
        parameters["target_group"] = parameters.pop("group")
    if counts == "registered":
        parameters["counted"] = "registered"
    return f"/peserta?{urlencode(parameters)}"
