"""Native bar charts of Excel, which read their figures from the cells of a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from openpyxl.chart import BarChart, Reference
from openpyxl.chart.axis import ChartLines
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.layout import Layout, ManualLayout
from openpyxl.chart.series import Series
from openpyxl.chart.series_factory import SeriesFactory
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import (
    CharacterProperties,
    Font,
    Paragraph,
    ParagraphProperties,
    RegularTextRun,
    RichTextProperties,
)

from app.excel import FONT, writable_text
from app.reports.formats.xlsx import TableSheet

OUTLINE = "7D8890"
GRID_LINE = "D5DADD"
_GAP = 45
"""Between bars, in per cent of their width."""
_SLANTED = -2_700_000
"""The rotation of long labels, in 60,000ths of a degree."""
_MAX_UPRIGHT = 4
"""With more columns than this their labels are slanted."""
_FEW = 10
"""Up to this figure an axis counts by ones."""


@dataclass(frozen=True, slots=True)
class Bars:
    """One series of a chart: the column of a table by its index, its name in the legend, and its colour."""

    column: int
    name: str
    colour: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartTexts:
    """What a chart says: its title, the titles of its axes, and a description for people who can't see it."""

    title: str
    categories: str
    values: str
    description: str


def bar_chart(
    data: TableSheet,
    names: int,
    series: Sequence[Bars],
    texts: ChartTexts,
    *,
    direction: Literal["bar", "col"] = "col",
    lines: tuple[int, int] | None = None,
) -> BarChart:
    """Return a chart of columns ("col") or horizontal bars ("bar"), stacked if there is more than one series.

    `names` is the index of the column with the names of the bars. `lines`, the first and last line of the sheet to
    show, are those of all rows by default. A single series called as its axis has figures at its bars instead of a
    legend.
    """
    chart = BarChart()
    chart.type = direction
    chart.grouping, chart.overlap = ("stacked", 100) if len(series) > 1 else ("clustered", None)
    chart.gapWidth = _GAP
    chart.title = _title(texts.title, 1000)
    first, last = lines or (data.first_line, data.last_line)
    for bars in series:
        chart.append(_series(data, bars, first, last))
    chart.set_categories(_cells(data, names, first, last))
    chart.legend.position = "b"
    chart.legend.txPr = _style(800)
    if [bars.name for bars in series] == [texts.values]:
        chart.legend = None
        chart.dataLabels = _labels()
    chart.graphical_properties = GraphicalProperties(noFill=True, ln=LineProperties(solidFill=GRID_LINE))
    _set_up_axes(chart, texts, last - first + 1, _highest(data, series, first, last))
    return chart


def _cells(data: TableSheet, index: int, first: int, last: int) -> Reference:
    return Reference(data.sheet, min_col=index + 1, min_row=first, max_row=last)


def _series(data: TableSheet, bars: Bars, first: int, last: int) -> Series:
    series: Series = SeriesFactory(_cells(data, bars.column, first, last), title=writable_text(bars.name))
    series.graphicalProperties = GraphicalProperties(
        solidFill=bars.colour, ln=LineProperties(solidFill=OUTLINE, w=6350)
    )
    series.invertIfNegative = False
    return series


def _highest(data: TableSheet, series: Sequence[Bars], first: int, last: int) -> int:
    """Return the figure of the longest bar, or of the longest stack of bars."""
    rows = data.table.rows[first - data.first_line : last + 1 - data.first_line]
    figures = [[row.cells[bars.column] for bars in series] for row in rows]
    return max((sum(cell for cell in line if isinstance(cell, int)) for line in figures), default=0)


def _set_up_axes(chart: BarChart, texts: ChartTexts, bars: int, highest: int) -> None:
    """Show both axes with their titles; names begin at the top, and long rows of them are slanted."""
    names, values = chart.x_axis, chart.y_axis
    for axis, title in ((names, texts.categories), (values, texts.values)):
        axis.delete = False
        axis.title = _title(title, 800)
        axis.graphicalProperties = GraphicalProperties(ln=LineProperties(solidFill=OUTLINE))
        axis.txPr = _style(800)
    values.number_format = "#,##0"
    values.majorGridlines = ChartLines(GraphicalProperties(ln=LineProperties(solidFill=GRID_LINE)))
    values.scaling.min = 0
    if highest <= _FEW:
        values.majorUnit = 1
        values.scaling.max = max(highest, 1)
    names.tickLblPos = "low"
    if chart.type == "bar":
        names.scaling.orientation = "maxMin"
        values.crosses = "max"
    elif bars > _MAX_UPRIGHT:
        names.txPr = _style(800, rotation=_SLANTED)


def _labels() -> DataLabelList:
    """Return labels with the figures alone, at the ends of the bars."""
    return DataLabelList(
        showVal=True,
        showSerName=False,
        showCatName=False,
        showLegendKey=False,
        showPercent=False,
        numFmt="#,##0",
        txPr=_style(800),
    )


def _letters(size: int, *, bold: bool = False) -> CharacterProperties:
    """Return the style of letters; `size` is in hundredths of a point."""
    return CharacterProperties(sz=size, b=bold, solidFill="222222", latin=Font(typeface=FONT))


def _style(size: int, rotation: int | None = None) -> RichText:
    """Return the style of an axis, a legend or labels."""
    paragraph = Paragraph(pPr=ParagraphProperties(defRPr=_letters(size)), endParaRPr=_letters(size))
    return RichText(bodyPr=RichTextProperties(rot=rotation), p=[paragraph])


def _title(text: str, size: int) -> Title:
    letters = _letters(size, bold=True)
    run = RegularTextRun(rPr=letters, t=writable_text(text))
    paragraph = Paragraph(pPr=ParagraphProperties(defRPr=letters), r=[run])
    return Title(tx=Text(rich=RichText(p=[paragraph])), overlay=False, layout=Layout(ManualLayout()))
