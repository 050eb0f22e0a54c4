"""The rates of the coverage report as a table."""

from app.i18n import Translator, date_text
from app.reports.coverage.rates import MEASURES
from app.reports.coverage.report import CoverageReport
from app.reports.coverage.wording import subtitle
from app.reports.table import Column, Row, Table


def rates_table(report: CoverageReport, _: Translator) -> Table:
    """A row for each number that a source tells."""
    return Table(
        name=_("Rates"),
        title=_("People reached out of how many there are"),
        subtitle=subtitle(report, _),
        columns=(
            Column(_("Code"), "code"),
            Column(_("Area"), "name"),
            Column(_("Measure"), "text"),
            Column(_("Participants"), "integer"),
            Column(_("There are"), "integer"),
            Column(_("Rate"), "integer"),
            Column(_("As of"), "text"),
            Column(_("Source"), "text"),
        ),
        rows=tuple(
            Row(
                (
                    rate.area,
                    rate.name,
                    _(MEASURES[rate.measure]),
                    rate.participants,
                    rate.known,
                    rate.rate,
                    date_text(rate.as_of),
                    rate.source,
                ),
                key=rate.area,
            )
            for rate in report.rates
        ),
        total=None,
        notes=(
            _(
                "A number is used for the very area that its source names, and never spread over smaller ones."
            ),
        ),
    )
