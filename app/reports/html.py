"""The coverage report as parts of a page: what the templates in `templates/reports/` need."""

from functools import partial

from markupsafe import Markup

from app.i18n import Language, Translator
from app.reports.coverage import STATES, CoverageReport
from app.reports.coverage_table import coverage_table, totals_table
from app.reports.map import Link, tile_map_svg
from app.reports.states import state_icon_svg
from app.reports.table import cell_text


def coverage_parts(
    report: CoverageReport, _: Translator, language: Language, link: Link | None = None
) -> dict[str, object]:
    """Variables of a page: `tile_map`, and what `coverage_table.html` takes.

    Its table is `matrix` or `totals`. `link` leads from a tile and a name to the people behind the figures,
    for those who may see them.
    """
    return {
        "matrix": coverage_table(report, _, language).for_people(),
        "totals": totals_table(report, _).for_people(),
        "tile_map": Markup(tile_map_svg(report, _, language, link)),  # noqa: S704 (escaped by its template)
        "cell_text": partial(cell_text, language=language),
        "state_icons": {state: Markup(state_icon_svg(state)) for state in STATES},  # noqa: S704 (constants)
        "row_link": link,
    }
