"""A city with an issued report for tests: seven people of Manggar came in 2025, and two officials sign."""

from dataclasses import replace
from datetime import date

from app.database import writing
from app.models import AttendanceStatus, IssuedReport
from app.queries.coverage.filters import CoverageFilters
from app.queries.issued_reports.reports import slug_of
from app.reports.official import Signatory
from app.services.issued_reports.issue import ReportText, issue_report, revise_report
from tests.city import City
from tests.scenarios import scenario

BASE_URL = "http://testserver"
YEAR_2025 = CoverageFilters(date(2025, 1, 1), date(2025, 12, 31))
WAYAN = Signatory(name="Wayan Contoh, S.Kom.", role="Kepala Dinas")
DEWI = Signatory(name="Dewi Contoh, S.E.", role="Sekretaris Daerah", acknowledges=True)

# A small file that passes as a scan.
PDF = b"%PDF-1.4\n1 0 obj <</Type /Catalog>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n"


@scenario
def issued(city: City) -> None:
    session = city.session()
    for number in range(7):
        city.register(session, f"Peserta {number}", outcome=AttendanceStatus.PRESENT)
    issue(city)


def report_text(**changes: object) -> ReportText:
    text = ReportText(
        title="Laporan Cakupan 2025",
        classification="biasa",
        narrative="",
        signatories=(WAYAN, DEWI),
        request_key="",
    )
    return replace(text, **changes)  # type: ignore[arg-type]


def issue(city: City, filters: CoverageFilters = YEAR_2025, **changes: object) -> IssuedReport:
    with writing(city.engine) as db:
        return issue_report(db, city.actor("made"), filters, report_text(**changes), BASE_URL)


def revise(city: City, report: IssuedReport, what_changed: str = "Daftar susulan Sepinggan.") -> IssuedReport:
    """Revise the report after one more person was marked present."""
    city.register("UMKM-2025-1", "Peserta Susulan", outcome=AttendanceStatus.PRESENT)
    return revise_now(city, report, what_changed)


def revise_now(city: City, report: IssuedReport, what_changed: str = "Daftar susulan.") -> IssuedReport:
    with writing(city.engine) as db:
        slug = slug_of(report.number)
        return revise_report(db, city.actor("made"), slug, report_text(), what_changed, BASE_URL)


def newest(city: City) -> IssuedReport:
    return city.all(IssuedReport)[-1]
