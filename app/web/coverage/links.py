"""Links from figures on coverage to what is behind them: people, sessions, gaps or targets.

Every figure leads somewhere. Users who may see participants are led to people; the list says how many of the figure's
people it leaves out. Others are led to the sessions, whose page says who may see names.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from app.permissions import Actor, Permission, Scope
from app.reports.coverage.report import CoverageReport
from app.reports.table import Column, Counts, Row


@dataclass(frozen=True, slots=True)
class FigureLinks:
    """The links of a report for an actor."""

    actor: Actor
    report: CoverageReport

    def kelurahan_link(self, kelurahan: str) -> str:
        """Return the URL of a kelurahan's participants; of its sessions if nobody came, or names are not shown."""
        row = next(row for row in self.report.rows if row.kelurahan == kelurahan)
        counts: Counts = "present" if row.participants and self._sees_people else "sessions"
        return self.figure_link(counts, {"kelurahan": kelurahan}) or ""

    def cell_link(self, column: Column, row: Row) -> str | None:
        """Return the URL of what a cell counts, for the filters of its row and column; None if there is none."""
        if column.counts is None or row.filters is None:
            return None
        return self.figure_link(column.counts, {**row.filters, **column.filters})

    @property
    def total_links(self) -> dict[str, str | None]:
        """The URLs of the figures of the whole report, by name; "L" and "P" are its participants by sex."""
        return {
            "participants": self.figure_link("present", {}),
            "registered": self.figure_link("registered", {}),
            "attendances": self.figure_link("attendances", {}),
            "gap": self.figure_link("gap", {}),
            "L": self.figure_link("present", {"sex": "L"}),
            "P": self.figure_link("present", {"sex": "P"}),
        }

    def figure_link(self, counts: Counts, filters: Mapping[str, str]) -> str | None:
        """Return the URL of what a figure counts; None for a target if the actor may not set targets."""
        parameters = self._parameters(filters)
        match counts:
            case "present" | "registered":
                if self._sees_people:
                    return people_url(counts, parameters)
                return f"/cakupan/sesi?{urlencode({**parameters, 'counted': counts})}"
            case "attendances":
                return f"/cakupan/sesi?{urlencode({**parameters, 'counted': 'present'})}"
            case "sessions":
                return f"/cakupan/sesi?{urlencode(parameters)}"
            case "gap":
                kelurahan = parameters.pop("kelurahan", "")
                fragment = f"#kelurahan-{kelurahan}" if kelurahan else ""
                return f"/cakupan/berikutnya?{urlencode({**parameters, 'tampil': 'semua'})}{fragment}"
            case "target":
                may_set = self.actor.can(Permission.TARGET_WRITE)
                return f"/target/{self.report.target_year}" if may_set else None

    @property
    def _sees_people(self) -> bool:
        return self.actor.scope(Permission.PARTICIPANT_READ) is not Scope.NONE

    def _parameters(self, filters: Mapping[str, str]) -> dict[str, str]:
        """Return the query parameters: `filters`, then the report's period and filters.

        A filter that both have has the value in `filters`; those that are not set are left out.
        """
        return {**filters, **report_parameters(self.report), **filters}


def report_parameters(report: CoverageReport) -> dict[str, str]:
    """Return the query parameters for the report's period and the filters that are set."""
    parameters = {
        "from": report.period.from_,
        "to": report.period.to,
        "workshop": report.filters.workshop,
        "group": report.filters.group,
        "sex": report.filters.sex,
        "kecamatan": report.filters.kecamatan,
        "pillar": report.filters.pillar,
        "organization": report.filters.organization,
    }
    return {name: str(value) for name, value in parameters.items() if value is not None}


def build_issue_url(report: CoverageReport) -> str:
    """Return the URL of the form that issues the report."""
    return f"/laporan/terbitkan?{urlencode(report_parameters(report))}"


def people_url(counts: Counts, parameters: Mapping[str, str]) -> str:
    """Return the URL of the people whom a figure counts, with the names of parameters that their list uses."""
    names = {"group": "target_group"}
    renamed = {names.get(name, name): value for name, value in parameters.items() if name != "counted"}
    if counts == "registered":
        renamed["counted"] = "registered"
    return f"/peserta?{urlencode(renamed)}"
