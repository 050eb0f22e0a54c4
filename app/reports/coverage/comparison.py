"""A coverage report beside that of the period before."""

from collections.abc import Iterator
from dataclasses import replace

from app.reports.coverage.parts import TIMES, Breakdown, Part
from app.reports.coverage.report import CoverageReport
from app.reports.coverage.time_changes import parts_by


def compared_with(report: CoverageReport, before: CoverageReport) -> CoverageReport:
    """The report with `before` beside it: what people came to only then is a part of its breakdowns too, at zero."""
    return replace(
        report,
        before=before,
        breakdowns=tuple(replace(one, parts=(*one.parts, *_gone(one, before))) for one in report.breakdowns),
    )


def _gone(breakdown: Breakdown, before: CoverageReport) -> Iterator[Part]:
    """The parts of before that aren't there any more; months and quarters are others in every period."""
    if breakdown.by in TIMES:
        return
    there = {part.key for part in breakdown.parts}
    for part in parts_by(before, breakdown.by):
        if part.participants and part.key not in there:
            yield Part(
                key=part.key,
                label=part.label,
                narrowed=part.narrowed,
                target=None if part.target is None else 0,
                gap=None if part.gap is None else 0,
                sessions=None if part.sessions is None else 0,
            )
