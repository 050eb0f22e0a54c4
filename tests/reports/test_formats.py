"""All formats have the same figures, and texts entered by users are never formulas or markup."""

import csv
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO, StringIO
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from pypdf import PdfReader

from app.i18n import Language, Translator
from app.reports.coverage.breakdowns import Breakdown
from app.reports.coverage.files.download import coverage_download
from app.reports.coverage.report import CoverageReport, Filters, TargetGroup, counting_rule
from app.reports.formats.csv import escape_formula
from app.reports.formats.download import Format
from app.reports.formats.xlsx import render_xlsx
from app.reports.letterhead import LETTERHEAD
from app.reports.table import Column, Row, Table

HEADING_LINES = 6
"""Lines with letterhead, title, subtitle and two lines of headings."""

FORMULA = '=HYPERLINK("http://contoh.id";"klik")'


def content(
    report: CoverageReport, file_format: Format, english: Translator, language: Language = "en"
) -> bytes:
    return coverage_download(report, file_format, english, language).content


def csv_lines(report: CoverageReport, english: Translator) -> list[list[str]]:
    text = content(report, "csv", english).decode("utf-8-sig")
    return list(csv.reader(StringIO(text), delimiter=";"))


def sheets(report: CoverageReport, english: Translator) -> dict[str, Worksheet]:
    """Return the sheets of the Excel file by their names."""
    book = load_workbook(BytesIO(content(report, "xlsx", english)))
    return {sheet.title: sheet for sheet in book.worksheets if isinstance(sheet, Worksheet)}


def pdf_text(report: CoverageReport, english: Translator, language: Language = "en") -> str:
    pages = PdfReader(BytesIO(content(report, "pdf", english, language))).pages
    return "\n".join(page.extract_text() for page in pages)


def json_figures(row: dict[str, Any]) -> list[int]:
    """Return a row of the JSON in the order of the table's columns."""
    groups = [group[key] for group in row["groups"].values() for key in ("registered", "participants")]
    keys = ("target", "registered", "attendances", "participants", "gap")
    return [*(row[key] for key in keys), *row["by_sex"].values(), *groups]


def parse_figures(cells: Iterable[object]) -> list[int]:
    return [0 if cell == "no target" else int(str(cell).replace(",", "")) for cell in cells]


def printed_figures(text: str, name: str, count: int) -> list[int]:
    """Return the figures that follow a name in the matrix of the PDF."""
    plain = text.replace("no target", "0").replace("28 of 33 reached", "")
    match = re.search(rf"{name}\s[^\d]*((?:[\d,]+\s+){{{count}}})", plain[plain.rindex("Kecamatan") :])
    return parse_figures(match[1].split()) if match else []


def test_the_figures_are_the_same_in_all_four_formats(report: CoverageReport, english: Translator) -> None:
    document = json.loads(content(report, "json", english))
    expected = {row["name"]: json_figures(row) for row in document["rows"]}
    expected["Total"] = json_figures(document["totals"] | {"groups": document["totals"]["by_group"]})
    assert expected["Manggar"][:4] == [2, 1213, 1204, 1204]

    matrix = sheets(report, english)["Matrix"].iter_rows(
        HEADING_LINES + 1, HEADING_LINES + 35, values_only=True
    )
    assert {str(line[2]): parse_figures(line[4:]) for line in matrix} == expected
    assert {line[2]: parse_figures(line[4:]) for line in csv_lines(report, english)[1:36]} == expected
    printed = pdf_text(report, english)
    assert {name: printed_figures(printed, name, 12) for name in expected} == expected


@pytest.mark.parametrize("file_format", ["json", "csv", "xlsx", "pdf"])
def test_every_format_prints_the_counting_rule(
    report: CoverageReport, english: Translator, file_format: Format
) -> None:
    readers: dict[Format, Callable[[], str]] = {
        "json": lambda: content(report, "json", english).decode(),
        "csv": lambda: content(report, "csv", english).decode(),
        "xlsx": lambda: str([line for sheet in sheets(report, english).values() for line in sheet.values]),
        "pdf": lambda: " ".join(pdf_text(report, english).split()),
    }

    assert counting_rule(2025, english) in readers[file_format]()


def test_the_file_name_has_filters_dimensions_and_period(report: CoverageReport, english: Translator) -> None:
    filters = Filters(
        kecamatan="64.71.01",
        kecamatan_name="Balikpapan Timur",
        organization=7,
        organization_name="Komunitas / Pesisir",
        sex="P",
    )
    by_month = replace(report, filters=filters, breakdowns=(Breakdown(by="month", parts=()),), before=report)

    names = [coverage_download(variant, "csv", english, "en").name for variant in (report, by_month)]

    assert names == [
        "coverage-2025-01-01-2025-10-31.csv",
        "coverage-Balikpapan-Timur-Komunitas-Pesisir-P-by-month-compared-2025-01-01-2025-10-31.csv",
    ]


def test_a_spreadsheet_set_to_indonesian_opens_the_csv_in_columns(
    report: CoverageReport, english: Translator
) -> None:
    assert content(report, "csv", english).startswith(b"\xef\xbb\xbfCode;Kecamatan;Kelurahan;State;Target;")


@pytest.mark.parametrize("text", ["=1+1", "+62811", "-1", "@sum", "\t=1", "\r=1"])
def test_formulas_are_escaped_in_csv(text: str) -> None:
    assert escape_formula(text) == f"'{text}"
    assert escape_formula(f"a{text}") == f"a{text}"


def test_a_formula_as_a_label_stays_text(report: CoverageReport, english: Translator) -> None:
    with_formula = replace(report, groups=(TargetGroup(code="umkm", label=FORMULA), report.groups[1]))

    headings = csv_lines(with_formula, english)[0]
    cells = [cell for sheet in sheets(with_formula, english).values() for line in sheet for cell in line]

    assert f"'{FORMULA}: Registered" in headings
    assert [cell.data_type for cell in cells if cell.value == FORMULA] == ["s", "s"]
    assert not [cell for cell in cells if cell.data_type == "f"]


def test_characters_that_xml_lacks_are_left_out_of_the_workbook(
    report: CoverageReport, english: Translator
) -> None:
    label, office = "UMKM\x0b \ufffeBatik\uffff \ud800Pesisir", "Dinas\uffff Kominfo"
    odd = replace(
        report,
        groups=(TargetGroup(code="umkm", label=label), report.groups[1]),
        letterhead=replace(report.letterhead, office=office),
    )

    cells = {cell for sheet in sheets(odd, english).values() for line in sheet.values for cell in line}

    assert {"UMKM Batik Pesisir", "DINAS KOMINFO"} <= cells


def test_figures_are_numbers_in_the_workbook(report: CoverageReport, english: Translator) -> None:
    manggar = next(line for line in sheets(report, english)["Matrix"] if line[2].value == "Manggar")

    assert {cell.data_type for cell in manggar[4:]} == {"n"}


def test_the_workbook_freezes_its_headings_and_prints_them_on_every_page(
    report: CoverageReport, english: Translator
) -> None:
    book = sheets(report, english)
    matrix, totals = book["Matrix"], book["Totals"]

    assert matrix.freeze_panes == "D7"
    assert matrix.print_title_rows == "$5:$6"
    assert (matrix.page_setup.orientation, matrix.page_setup.fitToWidth) == ("landscape", 1)
    assert [cell.value for cell in totals[6]][:2] == ["Target group", "Pelaku UMKM"]


@pytest.mark.parametrize(("columns", "rotation"), [(13, 0), (14, 90)])
def test_many_columns_of_figures_have_rotated_headings(columns: int, rotation: int) -> None:
    table = Table(
        name="Wide",
        title="Wide",
        subtitle=(),
        columns=(Column("Name", "name"), *[Column("Registered", "integer", group="Some")] * columns),
        rows=(Row(("Manggar", *[12] * columns)),),
        total=None,
        notes=(),
    )
    sheet = load_workbook(BytesIO(render_xlsx([table], datetime.now(UTC), LETTERHEAD))).worksheets[0]

    heading = next(cell for line in sheet for cell in line if cell.value == "Registered")
    assert heading.alignment.textRotation == rotation
    assert (sheet.column_dimensions["B"].width < len("Registered")) == bool(rotation)


def test_typst_markup_in_a_title_is_printed_as_text(report: CoverageReport, english: Translator) -> None:
    title = "Promosi #1: *hemat* $5$ _kilat_ <b> @toko [a] \\ //"
    filtered = replace(report, filters=Filters(workshop="W-1", workshop_title=title))

    assert f"Workshop: {title} (W-1)" in pdf_text(filtered, english)


def test_a_title_with_characters_without_a_font_still_makes_a_pdf(
    report: CoverageReport, english: Translator
) -> None:
    filtered = replace(report, filters=Filters(workshop="W-1", workshop_title="Kelas \N{PARTY POPPER} seru"))

    assert "seru (W-1)" in pdf_text(filtered, english)
