"""What the form of a report to issue suggests as title and narrative, in Indonesian, for the issuer to change."""

from app.i18n import Language, full_days_text, integer_text, month_text, translator
from app.reports.coverage.report import CoverageReport
from app.reports.coverage.texts.wording import filter_lines, headline
from app.reports.periods import (
    MONTHS_PER_QUARTER,
    Period,
    first_of_quarter,
    months_from,
    quarter_text,
    year_period,
)

LANGUAGE: Language = "id"
MAX_TITLE = 200


def draft_title(report: CoverageReport) -> str:
    """Return a title with the period and, if they fit, the filters."""
    _ = translator(LANGUAGE)
    title = _("Report on the coverage of the digital-literacy workshops, %(period)s") % {
        "period": _period_name(report.period)
    }
    filters = [line for line in filter_lines(report.filters, _) if line != _("All workshops")]
    whole = f"{title} ({'; '.join(filters)})" if filters else title
    return whole if len(whole) <= MAX_TITLE else title


def draft_narrative(report: CoverageReport) -> str:
    """Return a paragraph on the sessions held, their participants, and the targets reached."""
    _ = translator(LANGUAGE)
    reached = sum(row.participants > 0 for row in report.open_rows)
    counts = {
        "period": full_days_text(report.period.from_, report.period.to, LANGUAGE),
        "sessions": integer_text(len(report.sessions), LANGUAGE),
        "participants": integer_text(report.totals.participants, LANGUAGE),
        "kelurahan": integer_text(reached, LANGUAGE),
    }
    held = _(
        "In the period %(period)s, %(sessions)s sessions of digital-literacy workshops were held, attended by "
        "%(participants)s residents of %(kelurahan)s kelurahan."
    )
    return f"{held % counts} {headline(report, _, LANGUAGE)}."


def _period_name(period: Period) -> str:
    """Return the name of a year, quarter or month, and the days of any other period."""
    _ = translator(LANGUAGE)
    if period == year_period(period.to.year):
        return _("year %(year)s") % {"year": period.to.year}
    if period == months_from(first_of_quarter(period.from_), MONTHS_PER_QUARTER):
        return quarter_text(period.from_, _)
    if period == months_from(period.from_, 1):
        return month_text(period.from_, LANGUAGE)
    return full_days_text(period.from_, period.to, LANGUAGE)
