"""The coverage report as parts of a page: what the templates in `templates/reports/` need."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from markupsafe import Markup

from app.i18n import Language, Translator
from app.reports.coverage.breakdown_table import breakdown_note, breakdown_tables
from app.reports.coverage.parts import Breakdown
from app.reports.coverage.rates_table import rates_table
from app.reports.coverage.report import STATES, CoverageReport
from app.reports.coverage.states import state_icon_svg
from app.reports.coverage.table import coverage_table, totals_table
from app.reports.drawings.chart import time_chart_svg
from app.reports.drawings.map import Link, tile_map_svg
from app.reports.table import Column, Row, Table, cell_text

CellLink = Callable[[Column, Row], str | None]
"""From a cell to the address of what its figure counts, if there is one."""


@dataclass(frozen=True, slots=True)
class PartsShown:
    """A breakdown with its table and its drawing, which is empty where time isn't what divides it."""

    breakdown: Breakdown
    table: Table
    chart: Markup


def coverage_parts(
    report: CoverageReport,
    _: Translator,
    language: Language,
    link: Link | None = None,
    cell_link: CellLink | None = None,
) -> dict[str, object]:
    """Variables of a page: `tile_map`, and what `coverage_table.html` takes.

    Its table is `matrix` or `totals`. `link` leads from a tile and a name to the people behind the figures,
    for those who may see them.
    """
    return {
        "matrix": coverage_table(report, _, language).for_people(),
        "totals": totals_table(report, _).for_people(),
        "tile_map": Markup(tile_map_svg(report, _, language, link)),  # noqa: S704 (escaped by its template)
        "rates": rates_table(report, _).for_people() if report.rates else None,
        "breakdown_note": breakdown_note(_),
        "breakdowns": [
            PartsShown(
                breakdown,
                replace(table, notes=()),
                Markup(time_chart_svg(breakdown, _, language)),  # noqa: S704 (escaped by its template)
            )
            for table, breakdown in zip(breakdown_tables(report, _), report.breakdowns, strict=True)
        ],
        **table_parts(language, link, cell_link),
    }


def table_parts(
    language: Language, link: Link | None = None, cell_link: CellLink | None = None
) -> dict[str, Any]:
    """What `coverage_table.html` takes beside its table."""
    return {
        "cell_text": partial(cell_text, language=language),
        "state_icons": {state: Markup(state_icon_svg(state)) for state in STATES},  # noqa: S704 (constants)
        "row_link": link,
        "cell_link": cell_link,
    }
