"""The coverage report as a workbook: what an office sees, prints and sorts, and what other programs read of it."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from PIL import Image
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from app.i18n import Translator
from app.reports.coverage.breakdowns import Breakdown, Part
from app.reports.coverage.files.workbook.book import render_coverage_xlsx
from app.reports.coverage.report import CoverageReport
from app.reports.coverage.trend import Trend, TrendPart
from app.reports.official import Classification, HeldSession, OfficialDetails, PlannedSession, Signatory
from app.reports.periods import months_from
from tests.libreoffice import save_with_libreoffice
from tests.reports.issued import gaps

FIRST_SHEETS = ["Summary", "Matrix", "Kecamatan", "Workshops", "Gaps", "Definitions"]
NUMBER = "001/JGK/XI/2025"
CHECKSUM = "0f" * 32
STARTS = datetime(2025, 8, 5, 1, tzinfo=UTC)
FORMULA = '=HYPERLINK("http://contoh.id";"klik")'


def coat_of_arms() -> str:
    image = BytesIO()
    Image.new("RGB", (60, 80), "#0f6659").save(image, "PNG")
    return b64encode(image.getvalue()).decode()


def parts_by_kecamatan(report: CoverageReport) -> tuple[Part, ...]:
    names = dict.fromkeys((row.kelurahan[:8], row.kecamatan) for row in report.rows)
    return tuple(
        Part(
            key=code,
            label=name,
            narrowed={"kecamatan": code},
            target=sum(row.target or 0 for row in report.rows if row.kecamatan == name),
            gap=sum(row.gap or 0 for row in report.rows if row.kecamatan == name),
            participants=sum(row.participants for row in report.rows if row.kecamatan == name),
        )
        for code, name in names
    )


def trend() -> Trend:
    months = tuple(
        TrendPart(
            key=f"{first:%Y-%m}",
            label=f"{first:%B %Y}",
            period=months_from(first, 1),
            participants=90 + month,
            newcomers=60 + month,
            kelurahan=20,
        )
        for month, first in enumerate(date(2025, month, 1) for month in range(1, 11))
    )
    return Trend(months=months, years=(replace(months[-1], key="2025", label="2025"),))


@pytest.fixture
def issued(report: CoverageReport) -> CoverageReport:
    """The report with everything that documents have, issued."""
    session = HeldSession(
        code="SPBE-2025-1",
        workshop="Literasi Promosi & <SPBE>",
        title="Sesi 1",
        organization="Dinas Contoh",
        starts_at=STARTS,
        ends_at=STARTS + timedelta(hours=3),
        venue=FORMULA,
        registered=1299,
        attendances=1318,
    )
    return replace(
        report,
        breakdowns=(
            Breakdown(by="kecamatan", parts=parts_by_kecamatan(report)),
            Breakdown(by="workshop", parts=(Part(key="W", label="Literasi", narrowed={}, sessions=1),)),
        ),
        trend=trend(),
        sessions=(session,),
        planned=(
            PlannedSession(code="W-2", title="Sesi 2", starts_at=STARTS, venue="Balai", kelurahan="Teritip"),
        ),
        gaps=gaps(report),
        letterhead=replace(report.letterhead, address="Jalan Contoh 1", coat_of_arms=coat_of_arms()),
        official=OfficialDetails(
            number=NUMBER,
            title="Laporan Cakupan 2025",
            classification=Classification.RESTRICTED,
            narrative="Alinea pertama.\n\n=Alinea kedua.",
            signatories=(
                Signatory(name="Siti Contoh", role="Kepala Bidang", nip="198001012005012001"),
                Signatory(name="Budi Misal", role="Kepala Dinas", acknowledges=True),
            ),
            issued_at=datetime(2025, 11, 4, 3, tzinfo=UTC),
            checksum=CHECKSUM,
            verify_url="https://jangkau.contoh.id/verifikasi/001-JGK-XI-2025",
        ),
    )


def opened(content: bytes) -> dict[str, Worksheet]:
    sheets = load_workbook(BytesIO(content)).worksheets
    return {sheet.title: sheet for sheet in sheets if isinstance(sheet, Worksheet)}


def workbook(report: CoverageReport, english: Translator) -> dict[str, Worksheet]:
    return opened(render_coverage_xlsx(report, english, "en"))


def texts(sheet: Worksheet) -> list[object]:
    return [cell for line in sheet.values for cell in line if cell is not None]


def charts_of(sheet: Any) -> list[Any]:
    return list(sheet._charts)


def images_of(sheet: Any) -> list[Any]:
    return list(sheet._images)


def footer_of(sheet: Any) -> tuple[str, str]:
    """Return what is printed below on the left and on the right."""
    return sheet.oddFooter.left.text, sheet.oddFooter.right.text


def column(sheet: Worksheet, heading: str) -> dict[object, object]:
    """Return the cells of a column by the names of their rows, of a table with a single line of headings."""
    lines = list(sheet.values)
    head = next(line for line in lines if heading in line)
    below = lines[lines.index(head) + 1 :]
    return {line[0]: line[head.index(heading)] for line in below}


def test_six_sheets_come_first_and_the_further_tables_behind_them(
    issued: CoverageReport, english: Translator
) -> None:
    names = list(workbook(issued, english))

    assert names[:6] == FIRST_SHEETS
    assert names[6:] == ["Totals", "Trend by month", "Trend by year", "Sessions planned", "By workshop"]


def test_the_summary_states_the_key_figures(issued: CoverageReport, english: Translator) -> None:
    lines = [
        [cell for cell in line if cell is not None] for line in workbook(issued, english)["Summary"].values
    ]

    assert ["Kelurahan", 34, "Participants", 1258] in lines
    assert ["Kelurahan that reached their target", 28, "Attendances", 1318] in lines
    assert ["Target (participants)", 66, "Sessions held", 1] in lines
    assert ["28 of 33 kelurahan reached their target for 2025"] in lines


def test_kelurahan_are_counted_by_state_and_add_up_to_the_headline(
    issued: CoverageReport, english: Translator
) -> None:
    sheet = workbook(issued, english)["Kecamatan"]
    reached, without = column(sheet, "Reached"), column(sheet, "no target")

    assert reached["Total"] == 28
    assert reached["Total"] == sum(int(str(reached[part.label])) for part in issued.parts_by("kecamatan"))
    assert (without["Balikpapan Barat"], without["Total"]) == (1, 1), "Kariangau's target is 0"
    assert column(sheet, "In all")["Total"] == 34


@pytest.mark.parametrize("with_kecamatan", [True, False])
def test_kelurahan_by_state_are_there_however_the_report_is_divided(
    issued: CoverageReport, english: Translator, *, with_kecamatan: bool
) -> None:
    divided = issued if with_kecamatan else replace(issued, breakdowns=())
    sheet = workbook(divided, english)["Kecamatan"]

    assert column(sheet, "Reached")["Balikpapan Timur"] == 2
    assert ("Participants" in texts(sheet)) == with_kecamatan


def test_without_targets_kelurahan_are_said_to_be_reached_by_one_participant(
    issued: CoverageReport, english: Translator
) -> None:
    totals = replace(issued.totals, with_target=0, without_target=34, target=None, gap=None)
    rows = tuple(replace(row, target=None, gap=None) for row in issued.rows)
    book = workbook(replace(issued, rows=rows, totals=totals), english)
    (chart, *_others) = charts_of(book["Summary"])

    assert "Reached, no target set" in texts(book["Kecamatan"])
    assert "Reached" not in texts(book["Kecamatan"])
    assert chart.series[0].tx.v == "Reached, no target set"
    assert chart.legend


def test_charts_are_native_read_the_tables_and_have_visible_axes_and_descriptions(
    issued: CoverageReport, english: Translator
) -> None:
    content = render_coverage_xlsx(issued, english, "en")
    charts = charts_of(opened(content)["Summary"])
    data = [chart.series[0].val.numRef.f.replace("$", "") for chart in charts]
    drawing = ZipFile(BytesIO(content)).read("xl/drawings/drawing1.xml").decode()

    assert [cells.partition("!")[0] for cells in data] == [
        "'Kecamatan'",
        "'Totals'",
        "'Totals'",
        "'Trend by month'",
    ]
    assert [len(chart.series) for chart in charts] == [6, 1, 1, 2]
    assert not [axis for chart in charts for axis in (chart.x_axis, chart.y_axis) if axis.delete]
    assert all(chart.x_axis.title and chart.y_axis.title and chart.title for chart in charts)
    assert 'descr="Pelaku UMKM: 1,230, Pengurus RT: 28"' in drawing
    assert 'descr="28 of 33 kelurahan reached their target for 2025"' in drawing
    assert 'descr="Lambang Pemerintah Kota Balikpapan"' in drawing


def test_states_and_gaps_are_coloured_by_rules(issued: CoverageReport, english: Translator) -> None:
    book = workbook(issued, english)

    def rules(name: str) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for area in book[name].conditional_formatting:
            for rule in area.rules:
                found.setdefault(rule.type, set()).add(str(area.sqref))
        return found

    assert rules("Matrix") == {
        "cellIs": {"D7:D40"},
        "dataBar": {"I7:I40"},
        "colorScale": {"N7:N40", "P7:P40"},
    }
    assert rules("Gaps").keys() == {"cellIs", "dataBar", "colorScale"}
    assert rules("Kecamatan").keys() == {"dataBar"}
    assert rules("Definitions").keys() == {"cellIs"}


def test_an_issued_workbook_bears_its_number_on_every_page_and_its_checksum(
    issued: CoverageReport, report: CoverageReport, english: Translator
) -> None:
    book, working = workbook(issued, english), workbook(report, english)
    summary = texts(book["Summary"])

    assert {footer_of(sheet)[0] for sheet in book.values()} == {f"{NUMBER} · RESTRICTED"}
    assert {footer_of(sheet)[0] for sheet in working.values()} == {"Not issued"}
    assert {NUMBER, CHECKSUM, "Laporan Cakupan 2025", "Alinea pertama.", "Budi Misal"} <= set(summary)
    assert "Not issued" not in str(summary)
    assert CHECKSUM not in str(texts(working["Summary"]))


def test_every_sheet_is_set_up_for_paper(issued: CoverageReport, english: Translator) -> None:
    summary, *tables = workbook(issued, english).values()

    for sheet in (summary, *tables):
        assert str(sheet.page_setup.paperSize) == Worksheet.PAPERSIZE_A4
        assert sheet.page_setup.fitToWidth == 1
        assert footer_of(sheet)[1] == "&P / &N"
    assert summary.page_setup.orientation == "portrait"
    assert len(images_of(summary)) == 1
    for sheet in tables:
        assert sheet.print_title_rows
        assert sheet.freeze_panes
        assert sheet.auto_filter.ref


def test_sessions_have_dates_that_sort_and_texts_that_stay_texts(
    issued: CoverageReport, english: Translator
) -> None:
    book = workbook(issued, english)
    line = next(line for line in book["Workshops"] if line[3].value == "SPBE-2025-1")
    cells = [cell for sheet in book.values() for row in sheet for cell in row]

    assert line[1].value == datetime(2025, 8, 5)  # noqa: DTZ001 (Excel knows no time zones)
    assert line[2].value == "09.00–12.00"
    assert [cell.value for cell in line[6:]] == [FORMULA, 1299, 1318]
    assert not [cell for cell in cells if cell.data_type == "f"]


def test_a_report_without_sessions_gaps_and_targets_still_has_all_sheets(
    report: CoverageReport, english: Translator
) -> None:
    book = workbook(replace(report, breakdowns=(), trend=None), english)

    assert list(book) == [*FIRST_SHEETS, "Totals"]
    assert "No session was held in the period." in texts(book["Workshops"])


def test_calamine_reads_the_same_cells(issued: CoverageReport, english: Translator) -> None:
    content = render_coverage_xlsx(issued, english, "en")

    assert read_by_calamine(content) == read_by_openpyxl(content)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.* extension is not supported")
def test_libreoffice_opens_saves_and_prints_it(
    issued: CoverageReport, english: Translator, tmp_path: Path
) -> None:
    content = render_coverage_xlsx(issued, english, "en")

    saved = save_with_libreoffice(content, tmp_path)
    printed = PdfReader(BytesIO(save_with_libreoffice(content, tmp_path, "pdf")))

    assert read_by_calamine(saved) == read_by_calamine(content)
    before, after = opened(content), opened(saved)
    for name, sheet in before.items():
        assert len(after[name].conditional_formatting) == len(sheet.conditional_formatting), name
    assert len(charts_of(after["Summary"])) == len(charts_of(before["Summary"])) == 4
    assert len(images_of(after["Summary"])) == 1
    first = printed.pages[0].extract_text()
    assert "DINAS KOMUNIKASI DAN INFORMATIKA" in first
    for title in (
        "Kelurahan by kecamatan and state",
        "Participants by target group",
        "Participants by month",
    ):
        assert title in first, "the charts are on the first page"
    assert all(f"{NUMBER} · RESTRICTED" in page.extract_text() for page in printed.pages)
    sizes = {tuple(sorted(round(side) for side in page.mediabox[2:])) for page in printed.pages}
    assert sizes == {(595, 842)}, "A4"


def read_by_calamine(content: bytes) -> dict[str, list[list[object]]]:
    book = CalamineWorkbook.from_object(BytesIO(content))
    return {
        name: filled(book.get_sheet_by_name(name).to_python(skip_empty_area=False))
        for name in book.sheet_names
    }


def read_by_openpyxl(content: bytes) -> dict[str, list[list[object]]]:
    book: Workbook = load_workbook(BytesIO(content))
    return {
        sheet.title: filled([[plain(cell) for cell in line] for line in sheet.values])
        for sheet in book.worksheets
    }


def plain(cell: object) -> object:
    """Return a cell of openpyxl as calamine reads it."""
    return cell.date() if isinstance(cell, datetime) else "" if cell is None else cell


def filled(lines: Sequence[Sequence[object]]) -> list[list[object]]:
    """Return the lines without empty cells at their ends and empty lines at the end."""
    stripped = [
        list(line)[: max((i for i, cell in enumerate(line, 1) if cell != ""), default=0)] for line in lines
    ]
    return stripped[: max((i for i, line in enumerate(stripped, 1) if line), default=0)]
