"""A coverage report compared with the period before it, and the changes of each part of a breakdown."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from app.i18n import wita
from app.reports.coverage.breakdowns import TIME_DIMENSIONS, Breakdown, Dimension, Part
from app.reports.coverage.report import CoverageReport
from app.reports.periods import MONTHS_PER_QUARTER, Period, first_of_quarter, intersection, months_from


def compare_reports(report: CoverageReport, before: CoverageReport) -> CoverageReport:
    """Return a copy of the report that is compared with `before`.

    Its breakdowns, except by month or quarter, also have the parts in which only `before` has participants, with all
    figures 0.
    """
    breakdowns = tuple(
        replace(breakdown, parts=(*breakdown.parts, *_missing_parts(breakdown, before)))
        for breakdown in report.breakdowns
    )
    return replace(report, before=before, breakdowns=breakdowns)


def _missing_parts(breakdown: Breakdown, before: CoverageReport) -> Iterator[Part]:
    """Yield the parts that have participants in `before` and are missing in the breakdown, with figures 0.

    Yields nothing for a breakdown by month or quarter.
    """
    if breakdown.by in TIME_DIMENSIONS:  # the months of another period are never the same
        return
    keys = {part.key for part in breakdown.parts}
    for part in before.parts_by(breakdown.by):
        if part.participants and part.key not in keys:
            yield Part(
                key=part.key,
                label=part.label,
                narrowed=part.narrowed,
                target=None if part.target is None else 0,
                gap=None if part.gap is None else 0,
                sessions=None if part.sessions is None else 0,
            )


def changes_by_part(report: CoverageReport, breakdown: Breakdown) -> dict[str, int]:
    """Return the change in participants of each part, by its key; empty if the report isn't compared.

    Months and quarters are compared with the month or quarter before, and left out if one of the two is not counted
    completely. Other parts are compared with the period before.
    """
    if not report.before:
        return {}
    if breakdown.by in TIME_DIMENSIONS:
        return _changes_over_time(report, report.before, breakdown)
    earlier = {part.key: part.participants for part in report.before.parts_by(breakdown.by)}
    return {part.key: part.participants - earlier.get(part.key, 0) for part in breakdown.parts}


def _changes_over_time(
    report: CoverageReport, before: CoverageReport, breakdown: Breakdown
) -> dict[str, int]:
    """Return the change of each month or quarter since the one before it, by its key.

    Left out are those that can't be compared: the later one must be over and lie within the report's period, the
    earlier one within either period.
    """
    participants = {
        part.narrowed["from"]: part.participants
        for part in (*before.parts_by(breakdown.by), *breakdown.parts)
    }
    today, changes = wita(report.generated_at).date(), {}
    for part in breakdown.parts:
        current = _month_or_quarter(date.fromisoformat(part.narrowed["from"]), breakdown.by)
        previous = _month_or_quarter(current.from_ - timedelta(days=1), breakdown.by)
        if (
            current.to < today
            and _contains(report.period, current)
            and (_contains(report.period, previous) or _contains(before.period, previous))
        ):
            changes[part.key] = part.participants - participants.get(previous.from_.isoformat(), 0)
    return changes


def _month_or_quarter(day: date, dimension: Dimension) -> Period:
    """Return the month or the quarter in which a day lies."""
    if dimension == "month":
        return months_from(day, 1)
    return months_from(first_of_quarter(day), MONTHS_PER_QUARTER)


def _contains(period: Period, inner: Period) -> bool:
    """Return whether `inner` lies wholly within `period`."""
    return intersection(inner, period) == inner
