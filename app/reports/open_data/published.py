"""The issued reports whose figures are published."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from app.i18n import wita
from app.reports.coverage.report import CoverageReport
from app.reports.letterhead import Letterhead
from app.reports.open_data.figures import PublicFigures, public_figures


@dataclass(frozen=True)
class PublishedReport:
    """The newest issued report of a whole year, without filters."""

    number: str
    checksum: str
    issued_at: datetime
    report: CoverageReport

    @property
    def year(self) -> int:
        return self.report.period.to.year

    @property
    def issued_on(self) -> date:
        """The WITA day of issue."""
        return wita(self.issued_at).date()

    @property
    def verify_path(self) -> str:
        """The path of the page that confirms the report."""
        return f"/verifikasi/{self.number.replace('/', '-')}"

    @cached_property
    def figures(self) -> PublicFigures:
        return public_figures(self.report)


@dataclass(frozen=True)
class OpenData:
    """All that is published: a report for each year that has one, the newest year first.

    `site` is the URL of the service. `letterhead` names the publisher.
    """

    reports: tuple[PublishedReport, ...]
    site: str
    letterhead: Letterhead

    @property
    def updated_at(self) -> datetime | None:
        """When the newest of the reports was issued; None without any."""
        return max((published.issued_at for published in self.reports), default=None)

    @property
    def publisher(self) -> str:
        return f"{self.letterhead.office} Kota {self.letterhead.city}"

    def url(self, path: str) -> str:
        """Return the address of a page or file of the service."""
        return f"{self.site}{path}"
