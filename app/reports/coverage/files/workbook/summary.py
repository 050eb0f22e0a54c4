"""The first sheet of the workbook: letterhead, key figures and charts on one page, then notes and signatories."""

from base64 import b64decode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO

from openpyxl.chart import BarChart
from openpyxl.drawing.image import Image
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, TwoCellAnchor
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.worksheet import Worksheet

from app.excel import FONT, GRID, HEAD_FILL, WORDS, Value, set_up_print, write_cell
from app.i18n import Language, Translator, day_text, wita
from app.reports.coverage.report import CoverageReport
from app.reports.coverage.texts.wording import headline, notes, report_title, subtitle
from app.reports.letterhead import Letterhead
from app.reports.official import CLASSIFICATION_NAMES, OfficialDetails, Signatory

COLUMNS = 12
_COLUMN_WIDTH = 7.6
"""In characters. Twelve columns take the width of A4 in portrait."""
_LINE_LETTERS = 100
"""Letters of a line of text across the page."""
_LINE_HEIGHT = 14.5
"""In points."""
_LOGO_HEIGHT = 66
"""In pixels: that of the lines of names."""
_CHART_LINES = 15
"""The lines of cells that a chart covers; two rows of charts end where the first page does."""
_RULE = Border(bottom=Side(style="medium", color="1F2933"))
_LABEL = Alignment(horizontal="left", vertical="center", indent=1)
_FIGURE = Alignment(horizontal="right", vertical="center", indent=1)


@dataclass(slots=True)
class SummarySheet:
    """A sheet that is written from the top, `line` by line. `alt_texts` describe its drawings."""

    sheet: Worksheet
    line: int = 1
    alt_texts: list[str] = field(default_factory=list)

    def write(
        self,
        text: Value,
        *,
        size: int = 10,
        bold: bool = False,
        align: str = "left",
        first: int = 1,
        last: int = COLUMNS,
    ) -> None:
        """Write a text across the columns from `first` to `last`, as high as it needs, and go on below it."""
        cell = write_cell(self.sheet, self.line, first, text)
        cell.font = Font(name=FONT, size=size, bold=bold)
        cell.alignment = Alignment(horizontal=align, vertical="center", wrap_text=True)
        self.sheet.merge_cells(start_row=self.line, end_row=self.line, start_column=first, end_column=last)
        letters = _LINE_LETTERS * (last - first + 1) / COLUMNS * 10 / size
        lines = sum(1 + int(len(part) // letters) for part in str(text).split("\n"))
        self.sheet.row_dimensions[self.line].height = _LINE_HEIGHT * lines * max(1, size / 10)
        self.line += 1

    def write_heading(self, text: str) -> None:
        """Write the heading of a part, with an empty line above it."""
        self.line += 1
        self.write(text, size=11, bold=True)

    def add_charts(self, charts: Sequence[tuple[BarChart, str]]) -> None:
        """Place charts with their descriptions, two side by side, and go on below them."""
        half = COLUMNS // 2
        for number, (chart, description) in enumerate(charts):
            line, column = self.line + number // 2 * _CHART_LINES, number % 2 * half
            start = AnchorMarker(col=column, row=line - 1)
            end = AnchorMarker(col=column + half, row=line + _CHART_LINES - 2)
            chart.anchor = TwoCellAnchor("oneCell", _from=start, to=end)  # type: ignore[assignment]
            self.sheet.add_chart(chart)
            self.alt_texts.append(description)
        self.line += (len(charts) + 1) // 2 * _CHART_LINES


def start_summary(
    sheet: Worksheet, report: CoverageReport, _: Translator, language: Language
) -> SummarySheet:
    """Write letterhead, title, headline and key figures, and return the sheet for what follows."""
    for column in range(1, COLUMNS + 1):
        sheet.column_dimensions[get_column_letter(column)].width = _COLUMN_WIDTH
    sheet.sheet_view.showGridLines = False
    summary = SummarySheet(sheet)
    _write_letterhead(summary, report.letterhead)
    official = report.official
    summary.write(official.title if official else report_title(_), size=14, bold=True, align="center")
    if official:
        summary.write(_("Number: %(number)s") % {"number": official.number}, bold=True, align="center")
    summary.write(" · ".join(subtitle(report, _, language)), align="center")
    summary.line += 1
    summary.write(headline(report, _, language), size=12, bold=True)
    _write_figures(summary, report, _)
    summary.line += 1
    return summary


def _write_letterhead(summary: SummarySheet, letterhead: Letterhead) -> None:
    """Write the names in the middle, with a rule below them and the coat of arms on the left if there is one."""
    government, office = letterhead.names
    first = 3 if letterhead.coat_of_arms else 1
    last = COLUMNS - first + 1
    summary.write(government, size=12, bold=True, align="center", first=first, last=last)
    summary.write(office, size=14, bold=True, align="center", first=first, last=last)
    summary.write(letterhead.contact, size=9, align="center", first=first, last=last)
    for column in range(1, COLUMNS + 1):
        summary.sheet.cell(summary.line - 1, column).border = _RULE
    summary.line += 1


def add_coat_of_arms(summary: SummarySheet, letterhead: Letterhead) -> None:
    """Place the coat of arms in the letterhead if there is one. Charts must have been placed before."""
    if not letterhead.coat_of_arms:
        return
    image = Image(BytesIO(b64decode(letterhead.coat_of_arms)))
    image.width, image.height = round(image.width * _LOGO_HEIGHT / image.height), _LOGO_HEIGHT
    summary.sheet.add_image(image, "A1")
    summary.alt_texts.append(f"Lambang {letterhead.government}")


def _write_figures(summary: SummarySheet, report: CoverageReport, _: Translator) -> None:
    """Write the key figures in two columns: of kelurahan and targets, and of people."""
    places, people = list(_place_figures(report, _)), list(_people_figures(report, _))
    half = COLUMNS // 2
    first_line = summary.line
    for figures, first in ((places, 1), (people, half + 1)):
        for line, (label, value) in enumerate(figures, first_line):
            _write_figure(summary.sheet, line, first, label, value)
    summary.line = first_line + max(len(places), len(people))


def _write_figure(sheet: Worksheet, line: int, first: int, label: str, value: int) -> None:
    """Write a label over five columns, and its figure in the sixth."""
    last = first + COLUMNS // 2 - 1
    name = write_cell(sheet, line, first, label)
    name.font, name.alignment = Font(name=FONT, size=10), _LABEL
    figure = write_cell(sheet, line, last, value)
    figure.font, figure.alignment, figure.number_format = (
        Font(name=FONT, size=11, bold=True),
        _FIGURE,
        "#,##0",
    )
    sheet.merge_cells(start_row=line, end_row=line, start_column=first, end_column=last - 1)
    for column in range(first, last + 1):
        sheet.cell(line, column).border = GRID
    sheet.row_dimensions[line].height = 1.2 * _LINE_HEIGHT


def _place_figures(report: CoverageReport, _: Translator) -> Iterator[tuple[str, int]]:
    totals = report.totals
    yield _("Kelurahan"), totals.kelurahan
    if totals.with_target:
        yield _("Kelurahan with a target for %(year)s") % {"year": report.target_year}, totals.with_target
        yield _("Kelurahan that reached their target"), totals.target_reached
    if totals.without_target:
        yield _("Kelurahan without a target"), totals.without_target
        yield _("of them with at least one participant"), totals.reached_without_target
    if totals.target is not None and totals.gap is not None:
        yield _("Target (participants)"), totals.target
        yield _("Gap (participants)"), totals.gap


def _people_figures(report: CoverageReport, _: Translator) -> Iterator[tuple[str, int]]:
    totals = report.totals
    yield _("Participants"), totals.participants
    yield _("Registered"), totals.registered
    yield _("Attendances"), totals.attendances
    if report.sessions:
        yield _("Sessions held"), len(report.sessions)
    if not report.filters.kecamatan:
        yield _("Participants from outside the city"), totals.outside
    yield _("People on a waiting list only"), totals.waitlisted


def finish_summary(summary: SummarySheet, report: CoverageReport, _: Translator, language: Language) -> None:
    """Write what stands below the charts: narrative, notes and, of an issued report, what makes it official."""
    official = report.official
    if official and official.paragraphs:
        summary.write_heading(_("Narrative"))
        for paragraph in official.paragraphs:
            summary.write(paragraph)
        # A page ends here, as the heading of the notes would be the last line of the first one.
        summary.sheet.row_breaks.append(Break(id=summary.line))
    summary.write_heading(_("Notes"))
    for note in notes(report, _, language):
        summary.write(note)
    if official:
        _write_official(summary, official, _, language)


def _write_official(
    summary: SummarySheet, official: OfficialDetails, _: Translator, language: Language
) -> None:
    summary.write_heading(_("Issued document"))
    issued_on = day_text(wita(official.issued_at).date(), language)
    facts = [
        (_("Document no."), official.number),
        (_("Issued on"), issued_on),
        (_("Classification"), _(CLASSIFICATION_NAMES[official.classification])),
        (_("Checksum of the figures"), official.checksum),
        (_("Confirmed at"), official.verify_url),
    ]
    if official.revises:
        facts += [(_("Replaces"), official.revises), (_("What changed"), official.what_changed)]
    for label, text in facts:
        _write_fact(summary, label, text)
    if official.signatories:
        summary.write_heading(_("Signatories"))
        _write_signatories(summary, official.signatories, _)


def _write_fact(summary: SummarySheet, label: str, text: str) -> None:
    name = write_cell(summary.sheet, summary.line, 1, label)
    name.font, name.alignment = Font(name=FONT, size=10, bold=True), WORDS
    summary.sheet.merge_cells(start_row=summary.line, end_row=summary.line, start_column=1, end_column=3)
    summary.write(text, first=4)


def _write_signatories(summary: SummarySheet, signatories: Sequence[Signatory], _: Translator) -> None:
    """Write a table of the signatories, with their positions, ranks and NIPs."""
    spans = ((1, 3), (4, 7), (8, 9), (10, 12))
    lines = [(_("Name"), _("Position"), _("Civil service rank"), "NIP")]
    for person in signatories:
        role = _("Acknowledged by: %(role)s") % {"role": person.role} if person.acknowledges else person.role
        lines.append((person.name, role, person.rank, person.nip))
    for number, texts in enumerate(lines):
        for (first, last), text in zip(spans, texts, strict=True):
            cell = write_cell(summary.sheet, summary.line, first, text)
            cell.font = Font(name=FONT, size=10, bold=number == 0)
            cell.alignment = WORDS
            cell.fill = HEAD_FILL if number == 0 else PatternFill()
            for column in range(first, last + 1):
                summary.sheet.cell(summary.line, column).border = GRID
            summary.sheet.merge_cells(
                start_row=summary.line, end_row=summary.line, start_column=first, end_column=last
            )
        summary.sheet.row_dimensions[summary.line].height = 2 * _LINE_HEIGHT
        summary.line += 1


def set_up_summary_print(summary: SummarySheet, footer: str) -> None:
    set_up_print(summary.sheet, 0, 0, portrait=True, footer=footer)
