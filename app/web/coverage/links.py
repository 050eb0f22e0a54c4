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
        """The function from a kelurahan's code to the URL of its participants.

        None if the actor may not see all participants of the report.
        """
        if not self._sees_all("present", self._parameters({})):
            return None
        return lambda kelurahan: _list_url("present", self._parameters({"kelurahan": kelurahan}))

    def cell_link(self, column: Column, row: Row) -> str | None:
        """Return the URL of the people or sessions that a cell counts, for the filters of its row and column.

        None if the column or the row has no link, or if the actor may not see all of them.
        """
        if column.counts is None or row.filters is None:
            return None
        parameters = self._parameters({**row.filters, **column.filters})
        return _list_url(column.counts, parameters) if self._sees_all(column.counts, parameters) else None

    @property
    def total_links(self) -> dict[str, str | None]:
        """The URLs of the figures of the whole report: "participants", "registered" and "attendances".

        None for a figure without a link.
        """
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
        """Return whether all sessions or people that these filters leave are within the actor's scope.

        With a scope of the own organization, the filters must name this organization or one of its workshops. Staff see
        no more than their own sessions, which no filter names.
        """
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
            case Scope.ASSIGNED | Scope.NONE:
                return False

    def _parameters(self, filters: Mapping[str, str]) -> dict[str, str]:
        """Return the query parameters: `filters`, then the report's period and filters.

        A filter that both have has the value in `filters`; those that are not set are left out.
        """
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


def _list_url(counts: Counts, parameters: dict[str, str]) -> str:
    """Return the URL of the list of sessions or of participants, with the names of parameters that this page uses."""
    if counts == "sessions":
        return f"/cakupan/sesi?{urlencode(parameters)}"
    if "group" in parameters:
        parameters["target_group"] = parameters.pop("group")
    if counts == "registered":
        parameters["counted"] = "registered"
    return f"/peserta?{urlencode(parameters)}"
