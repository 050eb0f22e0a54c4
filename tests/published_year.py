"""Reports that are issued in tests, and a year whose figures are worth publishing."""

from dataclasses import replace
from datetime import date

from app.database import writing
from app.models import IssuedReport
from app.queries.coverage.filters import CoverageFilters
from app.queries.issued_reports.reports import slug_of
from app.reports.official import Signatory
from app.services.issued_reports.issue import ReportText, issue_report, revise_report
from tests.city import City, sheet

SITE = "http://testserver"
HEAD = Signatory(name="Wayan Contoh, S.Kom.", role="Kepala Dinas", nip="197001012000031001")

# Participants of 2025 by kelurahan and group, in whole and with small figures.
PEOPLE = {
    ("Manggar", "umkm"): 12,
    ("Manggar", "rt"): 3,
    ("Lamaru", "umkm"): 9,
    ("Lamaru", "rt"): 7,
    ("Teritip", "umkm"): 6,
    ("Teritip", "komunitas"): 8,
    ("Damai", "umkm"): 2,
}
# A name with "rt 01" would say where the person lives.
GROUP_NAMES = {"umkm": "Usaha", "rt": "Pengurus", "komunitas": "Komunitas"}


def year(number: int) -> CoverageFilters:
    return CoverageFilters(date(number, 1, 1), date(number, 12, 31))


def hold_session(city: City, people: dict[tuple[str, str], int] = PEOPLE, code: str = "UMKM-2025-1") -> None:
    """Hold a session in August 2025 at which these people were present."""
    rows = (
        f"Peserta {kelurahan} {GROUP_NAMES[group]} {number:03};{kelurahan};{group};hadir"
        for (kelurahan, group), count in people.items()
        for number in range(count)
    )
    city.import_sheet(city.session(code), sheet("Nama;Kelurahan;Unsur;Kehadiran", *rows))


def issue(city: City, filters: CoverageFilters | None = None, **changes: object) -> IssuedReport:
    """Issue the report of 2025, or of other filters, and return it."""
    with writing(city.engine) as db:
        return issue_report(db, city.actor("made"), filters or year(2025), _text(**changes), SITE)


def revise(city: City, report: IssuedReport, **changes: object) -> IssuedReport:
    with writing(city.engine) as db:
        return revise_report(
            db, city.actor("made"), slug_of(report.number), _text(**changes), "Daftar susulan.", SITE
        )


def _text(**changes: object) -> ReportText:
    text = ReportText(
        title="Laporan Cakupan", classification="biasa", narrative="", signatories=(HEAD,), request_key=""
    )
    return replace(text, **changes)  # type: ignore[arg-type]
