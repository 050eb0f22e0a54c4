"""An issued report of 2025 with all parts that documents have: trend, kecamatan, sessions, gaps and signatures."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from app.i18n import month_text
from app.reports.coverage.breakdowns import Breakdown, Part
from app.reports.coverage.report import CoverageGap, CoverageReport, VenueCounts
from app.reports.coverage.trend import Trend, TrendPart
from app.reports.official import Classification, HeldSession, OfficialDetails, PlannedSession, Signatory
from app.reports.periods import months_from, year_period

HEAD = Signatory(
    name="Ir. Umpama Pejabat, M.T.",
    role="Kepala Dinas Komunikasi dan Informatika",
    rank="Pembina Utama Muda, IV/c",
    nip="19680202 199403 1 002",
    acknowledges=True,
)
AUTHOR = Signatory(
    name="Contoh Penyusun, S.Kom.",
    role="Kepala Bidang Informatika",
    rank="Pembina, IV/a",
    nip="197001011995032001",
)
OFFICIAL = OfficialDetails(
    number="001/JGK/XI/2025",
    title="Laporan Cakupan Kegiatan Literasi Digital Januari sampai Oktober 2025",
    classification=Classification.ORDINARY,
    narrative="Kegiatan terlaksana di semua kecamatan.\n\nTiga kelurahan dijadwalkan ulang.",
    signatories=(AUTHOR, HEAD),
    issued_at=datetime(2025, 11, 4, 16, 30, tzinfo=UTC),
    checksum="3f2a9c1d" * 8,
    verify_url="https://jangkau.contoh.id/verifikasi/001-JGK-XI-2025",
)


def with_documents(report: CoverageReport, *, sessions: int = 3, planned: int = 2) -> CoverageReport:
    """Return the report with a trend, the kecamatan, its gaps, and that many sessions held and planned."""
    months = tuple(_month(date(2025, month, 1)) for month in range(1, 11))
    year = TrendPart(
        key="2025", label="2025", period=year_period(2025), participants=1258, newcomers=900, kelurahan=28
    )
    kecamatan = dict.fromkeys(row.kecamatan for row in report.rows)
    parts = tuple(Part(key=name, label=name, narrowed={}, participants=7) for name in kecamatan)
    return replace(
        report,
        trend=Trend(months=months, years=(year,)),
        breakdowns=(Breakdown(by="kecamatan", parts=parts),),
        sessions=tuple(_held(number) for number in range(1, sessions + 1)),
        planned=tuple(_planned(number) for number in range(1, planned + 1)),
        gaps=gaps(report),
    )


def issued(report: CoverageReport, **changes: object) -> CoverageReport:
    """Return the report with the details of `OFFICIAL`, of which some are changed."""
    return replace(report, official=replace(OFFICIAL, **changes))  # type: ignore[arg-type]


def _month(first: date) -> TrendPart:
    return TrendPart(
        key=f"{first:%Y-%m}",
        label=month_text(first, "id"),
        period=months_from(first, 1),
        participants=10 * first.month,
        newcomers=first.month,
        kelurahan=first.month,
    )


def _held(number: int) -> HeldSession:
    starts_at = datetime(2025, 1, 6, 1, 0, tzinfo=UTC) + timedelta(days=number)
    return HeldSession(
        code=f"LD-{number}",
        workshop="LD",
        title=f"Kelas Keamanan Digital {number}",
        organization="Dinas Komunikasi dan Informatika",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=3),
        venue="Aula Kecamatan Balikpapan Timur",
        registered=30,
        attendances=27,
    )


def _planned(number: int) -> PlannedSession:
    return PlannedSession(
        code=f"RT-{number}",
        title=f"Kelas Teritip {number}",
        starts_at=datetime(2025, 11, 10, 1, 0, tzinfo=UTC) + timedelta(days=number),
        venue="Balai Kelurahan Teritip",
        kelurahan="Teritip",
    )


def gaps(report: CoverageReport) -> tuple[CoverageGap, ...]:
    return tuple(
        CoverageGap(
            kelurahan=row.kelurahan,
            name=row.name,
            kecamatan=row.kecamatan,
            state=row.state,
            unmeasured_why=row.unmeasured_why,
            target=row.target,
            registered=row.registered,
            participants=row.participants,
            gap=row.gap,
            never_came=0,
            expected=0,
            waiting=0,
            lists_missing=0,
            venues=VenueCounts(),
        )
        for row in report.short_rows
    )
