"""Links from a figure of the coverage report to the list of people or sessions that it counts.

Users who may see only some of them get no link, because a shorter list would contradict the figure.
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
    """The links of one report for one user. `own_workshops` are the codes of their organization's workshops."""

    actor: Actor
    report: CoverageReport
    own_workshops: Collection[str]

    @property
    def to_people(self) -> Link | None:
        """The function from a kelurahan to the list of its people who were present; None if the user gets no links."""
        if not self._sees_all("present", self._filters({})):
            return None
        return lambda kelurahan: _url("present", self._filters({"kelurahan": kelurahan}))

    def of_cell(self, column: Column, row: Row) -> str | None:
        """Return the URL of what a cell counts; None if the cell counts nothing or the user gets no link."""
        if column.counts is None or row.narrowed is None:
            return None
        filters = self._filters({**row.narrowed, **column.narrowed})
        return _url(column.counts, filters) if self._sees_all(column.counts, filters) else None

    @property
    def of_totals(self) -> dict[str, str | None]:
        """The URLs of what the figures at the top of the page count, by the figures' names."""
        whole = Row((), narrowed={})
        counts: dict[str, Counts] = {
            "participants": "present",
            "registered": "registered",
            "attendances": "sessions",
        }
        return {
            name: self.of_cell(Column("", "integer", counts=counted), whole)
            for name, counted in counts.items()
        }

    def _sees_all(self, counts: Counts, filters: Mapping[str, str]) -> bool:
        """Return whether the user may see all that is counted under these filters."""
        match self.actor.scope(
            Permission.WORKSHOP_READ if counts == "sessions" else Permission.PARTICIPANT_READ
        ):
            case Scope.ALL:
                return True
            case Scope.OWN:
                own = str(self.actor.organization_id)
                return filters.get("organization") == own or filters.get("workshop") in self.own_workshops
            case Scope.NONE:
                return False

    def _filters(self, narrowed: Mapping[str, str]) -> dict[str, str]:
        """Return the filters of the report with those of a cell added, as query parameters."""
        filters = self.report.filters
        of_report = {
            "from": self.report.period.from_,
            "to": self.report.period.to,
            "workshop": filters.workshop,
            "group": filters.group,
            "sex": filters.sex,
            "kecamatan": filters.kecamatan,
            "pillar": filters.pillar,
            "organization": filters.organization,
        }
        # The kelurahan comes first, as it reads best.
        return {
            **narrowed,
            **{name: str(value) for name, value in of_report.items() if value is not None},
            **narrowed,
        }


def _url(counts: Counts, filters: dict[str, str]) -> str:
    if counts == "sessions":
        return f"/cakupan/sesi?{urlencode(filters)}"
    if "group" in filters:
        filters["target_group"] = filters.pop("group")
    if counts == "registered":
        filters["counted"] = "registered"
    return f"/peserta?{urlencode(filters)}"
