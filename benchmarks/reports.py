"""Measures the files of a report, each against the bare calls of the library that writes it, for the same table.

`python -m benchmarks.reports` runs it; benchmarks/README.md says what is compared, and has the figures.
`--attendances` sets the size of the city's history, of which the report is made.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from io import BytesIO, StringIO
from itertools import count
from typing import Any
from unittest.mock import patch

import docx
import orjson
import typer
from openpyxl import Workbook, load_workbook
from openpyxl.styles import NamedStyle
from pydantic import SecretStr

from app.database import create_engine, reading
from app.i18n import Language, translator
from app.permissions import OPERATOR
from app.queries.coverage.documents import add_document_parts
from app.queries.coverage.filters import CoverageFilters
from app.queries.coverage.report import build_coverage_report
from app.reports.activity.document import DataTable, Document, Heading
from app.reports.activity.docx import render_docx
from app.reports.coverage.breakdowns import DIMENSIONS
from app.reports.coverage.files.download import csv_tables
from app.reports.coverage.files.pdf import render_coverage_pdf
from app.reports.coverage.files.workbook.book import render_coverage_xlsx
from app.reports.coverage.report import CoverageReport, coverage_document
from app.reports.formats import typesetting
from app.reports.formats.csv import render_csv
from app.reports.formats.xlsx import table_styles
from app.reports.letterhead import LETTERHEAD
from app.reports.table import Table
from app.services.reference_data import set_up_database
from app.settings import Settings
from benchmarks import dossiers
from benchmarks.contenders import SECRET
from benchmarks.coverage import TIMES, time_in_turns
from benchmarks.fill import fill
from benchmarks.import_attendance import new_database

ATTENDANCES = 100_000
PEOPLE = 200
"""In the attendance list of the .docx file."""
TWO_YEARS = (date(2024, 1, 1), date(2025, 12, 31))
LANGUAGE: Language = "id"
PLAIN = "Normal"
"""The style of cells that have none."""
HEADINGS = "file     kB  bare ms  file ms  × bare"
_ = translator(LANGUAGE)


@dataclass(frozen=True, slots=True)
class Contest:
    """A file: the bare calls of its library, and what makes it of the same table."""

    name: str
    bare: Callable[[], bytes]
    file: Callable[[], bytes]


def main(attendances: int = ATTENDANCES) -> None:
    with new_database("sqlite", "") as url:
        report = make_report(url, attendances)
    typer.echo(HEADINGS)
    for contest in contests(report):
        typer.echo(measure(contest))
    typer.echo(f"\n{dossiers.HEADINGS}")
    with new_database("sqlite", "") as url:
        typer.echo(dossiers.measure_dossier(url))


def make_report(url: str, attendances: int) -> CoverageReport:
    """Return the report on two years of a made-up city, with all breakdowns, trend, sessions and gaps."""
    engine = create_engine(Settings(database_url=url, secret_key=SecretStr(SECRET)))
    set_up_database(engine)
    fill(engine, attendances)
    filters = CoverageFilters(*TWO_YEARS)
    with reading(engine) as db:
        report = build_coverage_report(db, OPERATOR, filters, LANGUAGE, dimensions=DIMENSIONS, trend=True)
        report = add_document_parts(db, report, filters)
    engine.dispose()
    return report


def measure(contest: Contest) -> str:
    """Return a line of figures: the size, both times and their ratio."""
    size = len(contest.file())
    bare, file = time_in_turns(contest.bare, contest.file)
    return f"{contest.name:<5} {size / 1000:>5.0f} {bare:>8.2f} {file:>8.2f} {file / bare:>7.2f}"


def contests(report: CoverageReport) -> Iterator[Contest]:
    document = coverage_document(report, _)
    yield Contest(
        "json",
        lambda: orjson.dumps(document, option=orjson.OPT_INDENT_2),
        lambda: orjson.dumps(coverage_document(report, _), option=orjson.OPT_INDENT_2),
    )
    tables = csv_tables(report, _, LANGUAGE)
    lines = [line for table in tables for line in lines_of(table, with_notes=table is tables[0])]
    yield Contest("csv", lambda: bare_csv(lines), lambda: render_csv(*tables))
    sheets = cells_of(render_coverage_xlsx(report, _, LANGUAGE))
    yield Contest(
        "xlsx",
        lambda: bare_xlsx(sheets, table_styles()),
        lambda: render_coverage_xlsx(report, _, LANGUAGE),
    )
    clock = count()

    def at_another_time() -> CoverageReport:
        """Return the report with another time in its text, as Typst keeps what it has once typeset."""
        return replace(report, generated_at=report.generated_at + timedelta(minutes=next(clock)))

    calls = iter([typst_call(at_another_time()) for _round in range(TIMES + 1)])
    yield Contest(
        "pdf",
        lambda: next(calls)(),
        lambda: render_coverage_pdf(at_another_time(), _, LANGUAGE),
    )

    letter = workshop_report()
    yield Contest("docx", lambda: bare_docx(letter), lambda: render_docx(letter))


def workshop_report() -> Document:
    """Return the report on a workshop with its attendance list."""
    rows = tuple(
        (number, f"Orang Contoh {number}", "Manggar", "Pelaku UMKM", "L", "Hadir")
        for number in range(1, PEOPLE + 1)
    )
    headings = ("No.", "Nama", "Kelurahan", "Kelompok", "L/P", "Kehadiran")
    return Document(
        title="Laporan Kegiatan",
        heading=("LAPORAN KEGIATAN",),
        blocks=(Heading("Daftar hadir"), DataTable("", headings, rows, (1, 5, 3, 3, 1, 2))),
        letterhead=LETTERHEAD,
        generated_at=datetime(2025, 11, 4, tzinfo=UTC),
        page_of="Halaman {page} dari {pages}",
    )


def bare_docx(document: Document) -> bytes:
    """Return the headings and tables of a document as python-docx's own documentation writes them."""
    word = docx.Document()
    for block in document.blocks:
        if isinstance(block, Heading):
            word.add_heading(block.text, block.level)
        elif isinstance(block, DataTable):
            table = word.add_table(1, len(block.headings), style="Table Grid")
            for cell, text in zip(table.rows[0].cells, block.headings, strict=True):
                cell.text = text
            for row in block.rows:
                for cell, value in zip(table.add_row().cells, row, strict=True):
                    cell.text = str(value)
    content = BytesIO()
    word.save(content)
    return content.getvalue()


def lines_of(table: Table, *, with_notes: bool) -> list[Sequence[Any]]:
    """Return what a table says in a CSV file: headings, rows, total and title, and of the first also its notes."""
    texts = (table.title, *table.subtitle, *table.notes) if with_notes else (table.title,)
    rows = (*table.rows, *([table.total] if table.total else []))
    return [
        [column.full_heading for column in table.columns],
        *(row.cells for row in rows),
        *([text] for text in texts),
    ]


def bare_csv(lines: list[Sequence[Any]]) -> bytes:
    text = StringIO(newline="")
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(lines)
    return text.getvalue().encode("utf-8-sig")


def cells_of(content: bytes) -> dict[str, list[list[tuple[Any, str]]]]:
    """Return the cells of each sheet of a workbook by lines, each with the name of its style."""
    return {
        sheet.title: [[(cell.value, cell.style) for cell in line] for line in sheet]
        for sheet in load_workbook(BytesIO(content)).worksheets
    }


def bare_xlsx(sheets: dict[str, list[list[tuple[Any, str]]]], styles: Iterable[NamedStyle]) -> bytes:
    """Return a workbook with these cells in their styles, and nothing else: no widths, rules or charts."""
    book = Workbook()
    for style in styles:
        book.add_named_style(style)
    for name, lines in sheets.items():
        sheet = book.create_sheet(name)
        for number, line in enumerate(lines, 1):
            for column, (value, style_name) in enumerate(line, 1):
                if value is not None or style_name != PLAIN:
                    sheet.cell(number, column, value).style = style_name
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def typst_call(report: CoverageReport) -> Callable[[], bytes]:
    """Return a function that typesets the PDF of the report in this process, which is nearly a bare call of Typst."""
    with patch.object(typesetting, "call_in_child", return_value=b"") as call:
        render_coverage_pdf(report, _, LANGUAGE)
    function, *arguments = call.call_args.args
    return partial(function, *arguments)


if __name__ == "__main__":
    typer.run(main)
