"""How many more came in a month or quarter than in the one before it."""

from datetime import date, timedelta

from app.i18n import wita
from app.reports.coverage.parts import Breakdown, Division, Part
from app.reports.coverage.report import CoverageReport
from app.reports.periods import MONTHS_OF_QUARTER, Period, first_of_quarter, months_from, within


def changes_in_time(report: CoverageReport, before: CoverageReport, breakdown: Breakdown) -> dict[str, int]:
    """By the parts' keys: their participants less those of the month or quarter before.

    Only where both are counted whole: the one is over and lies in the period, the other in it or in that of `before`.
    """
    counted = {
        part.narrowed["from"]: part.participants
        for part in (*parts_by(before, breakdown.by), *breakdown.parts)
    }
    today, changes = wita(report.generated_at).date(), {}
    for part in breakdown.parts:
        whole = _whole(date.fromisoformat(part.narrowed["from"]), breakdown.by)
        previous = _whole(whole.from_ - timedelta(days=1), breakdown.by)
        if (
            whole.to < today
            and _inside(whole, report.period)
            and (_inside(previous, report.period) or _inside(previous, before.period))
        ):
            changes[part.key] = part.participants - counted.get(previous.from_.isoformat(), 0)
    return changes


def parts_by(report: CoverageReport, division: Division) -> tuple[Part, ...]:
    """The parts of a report by one of its divisions, none where it isn't divided so."""
    return next((one.parts for one in report.breakdowns if one.by == division), ())


def _whole(day: date, division: Division) -> Period:
    """The month or quarter of a day."""
    return (
        months_from(day, 1) if division == "month" else months_from(first_of_quarter(day), MONTHS_OF_QUARTER)
    )


def _inside(part: Period, period: Period) -> bool:
    return within(part, period) == part
