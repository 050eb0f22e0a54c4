"""Template variables for pages that show the coverage report or one of its tables."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from markupsafe import Markup

from app.i18n import Language, Translator
from app.reports.coverage.breakdowns import Breakdown
from app.reports.coverage.report import CoverageReport
from app.reports.coverage.states import STATES, state_icon_svg
from app.reports.coverage.tables.breakdowns import breakdown_note, breakdown_tables, rates_table
from app.reports.coverage.tables.matrix import coverage_table, overview_table
from app.reports.coverage.trend import STEPS, trend_table
from app.reports.drawings.area_map import map_svg
from app.reports.drawings.chart import time_chart_svg
from app.reports.drawings.map import Link, tile_map_svg
from app.reports.drawings.trend import PartLink, trend_chart_svg
from app.reports.table import Column, Row, Table, cell_text

CellLink = Callable[[Column, Row], str | None]
"""Returns the URL of the people or sessions that a cell counts, None for a cell without a link."""


@dataclass(frozen=True, slots=True)
class BreakdownView:
    """A breakdown with its table, and its chart if it is by time."""

    breakdown: Breakdown
    table: Table
    chart: Markup


@dataclass(frozen=True, slots=True)
class TrendView:
    """The months or years of the trend as a table and as a chart, which is empty if there are fewer than two."""

    table: Table
    chart: Markup


def coverage_context(
    report: CoverageReport,
    _: Translator,
    language: Language,
    link: Link | None = None,
    cell_link: CellLink | None = None,
    *,
    details: bool = False,
    sort: str = "",
    in_boundaries: bool = False,
) -> dict[str, object]:
    """Return the template variables of the coverage page: matrix, map, breakdowns and rates (None without any).

    They include those of `reports/coverage_table.html` except its table, which is `matrix`: six columns, with `details`
    all of them, sorted by the column `sort`. With `in_boundaries` the map has the boundaries of the kelurahan, if there
    are any, instead of hexagons. `link` returns the URL of the participants of a kelurahan; without it
    neither the tiles nor the names are links.
    """
    matrix = coverage_table if details else overview_table
    draw_map = map_svg if in_boundaries else tile_map_svg
    return {
        "matrix": matrix(report, _, language).for_people().sorted_by(sort),
        "map": Markup(draw_map(report, _, language, link)),  # noqa: S704 (escaped by its template)
        "rates": rates_table(report, _, language).for_people() if report.rates else None,
        "breakdown_note": breakdown_note(_),
        "breakdowns": [
            BreakdownView(
                breakdown,
                replace(table, notes=()),
                Markup(time_chart_svg(breakdown, _, language)),  # noqa: S704 (escaped by its template)
            )
            for table, breakdown in zip(breakdown_tables(report, _, language), report.breakdowns, strict=True)
        ],
        "trend": _trend_views(report, _, language, cell_link),
        **table_context(language, link, cell_link),
    }


def _trend_views(
    report: CoverageReport, _: Translator, language: Language, cell_link: CellLink | None
) -> list[TrendView]:
    """Return the months and years of the trend; empty if the report has none."""
    if report.trend is None:
        return []
    views = []
    for step in STEPS:
        table = trend_table(report.trend, step, (), _)
        link = _part_link(table, cell_link) if cell_link else None
        chart = trend_chart_svg(report.trend, step, _, language, link)
        views.append(TrendView(replace(table, notes=()), Markup(chart)))  # noqa: S704 (escaped by its template)
    return views


def _part_link(table: Table, cell_link: CellLink) -> PartLink:
    """Return the function from the key of a row to the URL of its participants."""
    rows = {row.key: row for row in table.rows}
    participants = next(column for column in table.columns if column.counts == "present")
    return lambda key: cell_link(participants, rows[key])


def table_context(
    language: Language, link: Link | None = None, cell_link: CellLink | None = None
) -> dict[str, Any]:
    """Return the template variables of `reports/coverage_table.html` except its table.

    They are `cell_text`, `state_icons`, `row_link`, `cell_link` and `sort_link`; the links are None if there are none.
    """
    return {
        "cell_text": partial(cell_text, language=language),
        "state_icons": {state: Markup(state_icon_svg(state)) for state in STATES},  # noqa: S704 (constants)
        "row_link": link,
        "cell_link": cell_link,
        "sort_link": None,
    }
