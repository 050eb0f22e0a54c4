"""From a figure of the coverage report to the people or sessions behind it, for those who may see all of them.

Who sees fewer is not led there: a shorter list would contradict the figure.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from app.permissions import Actor, Permission, Reach
from app.reports.coverage.report import CoverageReport
from app.reports.drawings.map import Link
from app.reports.table import Column, Counts, Row


@dataclass(frozen=True, slots=True)
class FigureLinks:
    """The links of one report for one reader; `own_workshops` are the codes of their organization's."""

    actor: Actor
    report: CoverageReport
    own_workshops: Collection[str]

    @property
    def to_people(self) -> Link | None:
        """To who was present, by kelurahan; None where the reader isn't led to the people of the report."""
        if not self._sees_all("present", self._given({})):
            return None
        return lambda kelurahan: _address("present", self._given({"kelurahan": kelurahan}))

    def of_cell(self, column: Column, row: Row) -> str | None:
        """To what a cell counts."""
        if column.counts is None or row.narrowed is None:
            return None
        given = self._given({**row.narrowed, **column.narrowed})
        return _address(column.counts, given) if self._sees_all(column.counts, given) else None

    @property
    def of_totals(self) -> dict[str, str | None]:
        """To what the figures over the page count, by their names."""
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

    def _sees_all(self, counts: Counts, given: Mapping[str, str]) -> bool:
        """Whether all that is counted under these filters is within the reader's reach."""
        match self.actor.reach(
            Permission.WORKSHOP_READ if counts == "sessions" else Permission.PARTICIPANT_READ
        ):
            case Reach.ALL:
                return True
            case Reach.OWN:
                own = str(self.actor.organization_id)
                return given.get("organization") == own or given.get("workshop") in self.own_workshops
            case Reach.NONE:
                return False

    def _given(self, narrowed: Mapping[str, str]) -> dict[str, str]:
        """The filters of the report, narrowed further."""
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


def _address(counts: Counts, given: dict[str, str]) -> str:
    if counts == "sessions":
        return f"/cakupan/sesi?{urlencode(given)}"
    if "group" in given:
        given["target_group"] = given.pop("group")
    if counts == "registered":
        given["counted"] = "registered"
    return f"/peserta?{urlencode(given)}"
