"""The figures with which a document begins."""

from dataclasses import dataclass

from app.i18n import Language, Translator, integer_text
from app.reports.coverage.report import CoverageReport


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """A figure of the report as text ("28 of 33"), and the words below it."""

    figure: str
    label: str


def key_figures(report: CoverageReport, _: Translator, language: Language) -> tuple[KeyFigure, ...]:
    """Return the figures that a reader wants first: kelurahan reached, people, sessions held, and the gap.

    Figures of targets are left out where none is set.
    """
    totals = report.totals

    def number(value: int) -> str:
        return integer_text(value, language)

    def out_of(part: int, whole: int) -> str:
        return _("%(part)s of %(whole)s") % {"part": number(part), "whole": number(whole)}

    figures = []
    if totals.with_target:
        label = _("kelurahan reached their target for %(year)s") % {"year": report.target_year}
        figures.append(KeyFigure(out_of(totals.target_reached, totals.with_target), label))
    if totals.without_target:
        label = _("kelurahan without a target were reached (at least one participant)")
        figures.append(KeyFigure(out_of(totals.reached_without_target, totals.without_target), label))
    figures += [
        KeyFigure(number(totals.participants), _("participants, each counted once")),
        KeyFigure(number(totals.attendances), _("attendances at sessions")),
        KeyFigure(number(totals.registered), _("people registered")),
        KeyFigure(number(len(report.sessions)), _("sessions held")),
    ]
    if totals.gap is not None:
        figures.append(KeyFigure(number(totals.gap), _("participants short of the targets")))
    return tuple(figures)
