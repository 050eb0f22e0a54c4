"""The sentences around the figures, the same in every format: title, subtitle, headline and notes."""

from collections.abc import Sequence
from datetime import date

from app.i18n import (
    Language,
    Translator,
    date_text,
    day_text,
    days_text,
    integer_text,
    long_time_text,
    wita,
)
from app.reports.coverage.breakdowns import pillar_label
from app.reports.coverage.report import CoverageGap, CoverageReport, Filters, counting_rule, group_progress
from app.reports.coverage.states import REACHED_WITHOUT_TARGET, STATE_STYLES, STATES, State
from app.reports.official import ClosedPeriodNote


def report_title(_: Translator) -> str:
    return _("Coverage of the digital-literacy workshops")


def headline(report: CoverageReport, _: Translator, language: Language) -> str:
    """Return a sentence on how many kelurahan reached their target, out of those with a target above 0.

    Where no target is set it says how many were reached by at least one participant instead, or besides.
    """
    totals = report.totals
    counts = {
        "year": report.target_year,
        "reached": integer_text(totals.target_reached, language),
        "with_target": integer_text(totals.with_target, language),
        "covered": integer_text(totals.reached_without_target, language),
        "without_target": integer_text(totals.without_target, language),
    }
    if not totals.with_target and not totals.without_target:
        return _("No kelurahan has a target for %(year)s: each target is 0") % counts
    if not totals.with_target:
        return (
            _("%(covered)s of %(without_target)s kelurahan were reached (at least one participant)") % counts
        )
    if not totals.without_target:
        return _("%(reached)s of %(with_target)s kelurahan reached their target for %(year)s") % counts
    return (
        _(
            "%(reached)s of %(with_target)s kelurahan reached their target for %(year)s; "
            "%(covered)s of the %(without_target)s without a target were reached (at least one participant)"
        )
        % counts
    )


def gaps_headline(
    report: CoverageReport, gaps: Sequence[CoverageGap], _: Translator, language: Language
) -> str:
    """Return a sentence on the targets that aren't reached, and on kelurahan without a target from which nobody came.

    If there is nothing of either it says that all targets, or all kelurahan, are reached.
    """
    totals, missed = report.totals, [gap for gap in gaps if gap.gap is not None]
    counts = {
        "gaps": integer_text(len(missed), language),
        "kelurahan": integer_text(len({gap.kelurahan for gap in missed}), language),
        "others": integer_text(len(gaps) - len(missed), language),
        "year": report.target_year,
    }
    others = _("nobody has come yet from %(others)s kelurahan without a target") % counts
    if missed:
        text = _("%(gaps)s targets for %(year)s aren't reached yet, in %(kelurahan)s kelurahan") % counts
        return f"{text}; {others}" if len(missed) < len(gaps) else text
    if gaps:
        return _("Nobody has come yet from %(others)s kelurahan") % counts
    if totals.without_target:
        return _("Every kelurahan was reached (at least one participant)")
    return _("Every target for %(year)s is reached") % counts


def target_note(report: CoverageReport, _: Translator, language: Language) -> str:
    """Return the sentence that says for which kelurahan no target is set; "" if each has one."""
    totals, year = report.totals, report.target_year
    if not totals.without_target:
        return ""
    if totals.with_target or totals.with_target_zero:
        return _("No target for %(year)s is set yet for %(count)s of %(of)s kelurahan") % {
            "year": year,
            "count": integer_text(totals.without_target, language),
            "of": integer_text(totals.kelurahan, language),
        }
    if report.filters.group:
        group = report.filters.group_label or report.filters.group
        return _("No target for %(year)s is set yet for the group: %(group)s") % {
            "year": year,
            "group": group,
        }
    if group_progress(report):
        return _("No target for %(year)s is set yet for kelurahan as a whole, only for target groups") % {
            "year": year
        }
    return _("No target for %(year)s is set yet") % {"year": year}


def period_text(report: CoverageReport, _: Translator, language: Language) -> str:
    """Return the period as a translated text: "Period 1 Jan – 31 Dec 2025"."""
    days = days_text(report.period.from_, report.period.to, language)
    return _("Period %(days)s") % {"days": days}


def subtitle(report: CoverageReport, _: Translator, language: Language) -> tuple[str, ...]:
    """Return a line for the period, one for each filter, and one that says whether these figures are issued.

    Working figures have a further line for each closed period that they touch.
    """
    return (
        period_text(report, _, language),
        *filter_lines(report.filters, _),
        status_line(report, _, language),
        *closed_period_lines(report, _, language),
    )


def status_line(report: CoverageReport, _: Translator, language: Language) -> str:
    """Return the number and day of an issued report, or the time at which working figures were counted."""
    if official := report.official:
        day = day_text(wita(official.issued_at).date(), language)
        return _("Issued: %(number)s, %(day)s") % {"number": official.number, "day": day}
    made_at = long_time_text(report.generated_at, language)
    return _("Not issued: working figures as of %(time)s") % {"time": made_at}


def closed_period_lines(report: CoverageReport, _: Translator, language: Language) -> list[str]:
    """Return a sentence for each closed period that working figures touch, also those of the period compared with."""
    before = report.before.closed_periods if report.before else ()
    closed_periods = dict.fromkeys((*before, *report.closed_periods))
    return [closed_period_line(closed, _, language) for closed in closed_periods]


def closed_period_line(closed: ClosedPeriodNote, _: Translator, language: Language) -> str:
    """Return the sentence on a closed period: by which report, and how many uploads came in later."""
    return _(
        "%(days)s is closed, with official figures in report %(number)s; uploads that came in after the closing: "
        "%(uploads)s"
    ) % {
        "days": days_text(closed.period.from_, closed.period.to, language),
        "number": closed.number,
        "uploads": integer_text(closed.late_uploads, language),
    }


def state_meanings(
    report: CoverageReport, _: Translator, *, with_gaps: bool = False
) -> dict[State, tuple[str, str]]:
    """Return the label and the meaning of each state, in the order of the legend.

    "partial" is left out if no kelurahan has a target, but for a document `with_gaps`, whose table of gaps may have it
    of target groups; "reached" is worded by whether targets are set.
    """
    totals = report.totals
    has_no_target = totals.without_target == totals.kelurahan
    has_partial = not has_no_target or (with_gaps and any(gap.state == "partial" for gap in report.gaps))
    states = [state for state in STATES if state != "partial" or has_partial]
    meanings = {state: (_(STATE_STYLES[state].label), _(STATE_STYLES[state].meaning)) for state in states}
    if has_no_target:
        meanings["reached"] = _(REACHED_WITHOUT_TARGET), _("at least one participant")
    elif totals.without_target:
        meanings["reached"] = (
            meanings["reached"][0],
            _("as many participants as the target; at least one where none is set"),
        )
    return meanings


def closed_name(name: str, last: date | None, _: Translator) -> str:
    """Return the name of a kelurahan; "NAME (until DD-MM-YYYY)" if it is closed after the day `last`."""
    return _("%(name)s (until %(date)s)") % {"name": name, "date": date_text(last)} if last else name


def notes(report: CoverageReport, _: Translator, language: Language) -> tuple[str, ...]:
    """Return the sentences below the figures: the counting rule, and what the figures leave out or count twice.

    They also name the period compared with, and the progress of groups, if there are any.
    """
    totals = report.totals
    lines = [counting_rule(report.target_year, _)]
    if not report.filters.kecamatan:
        outside = integer_text(totals.outside, language)
        lines.append(
            _("People present who live outside the city, not in the figures: %(count)s") % {"count": outside}
        )
    if report.before:
        lines.append(_comparison_note(report.before, _, language))
    lines += group_lines(report, _, language)
    if note := target_note(report, _, language):
        lines.append(note)
    if totals.with_target_zero:
        without = integer_text(totals.with_target_zero, language)
        lines.append(
            _("Kelurahan whose target is 0, left out of those to be reached: %(count)s") % {"count": without}
        )
    if totals.waitlisted:
        waitlisted = integer_text(totals.waitlisted, language)
        lines.append(_("People on a waiting list, not in the figures: %(count)s") % {"count": waitlisted})
    if totals.moved:
        moved = integer_text(totals.moved, language)
        lines.append(_("People counted in more than one kelurahan: %(count)s") % {"count": moved})
    return tuple(lines)


def _comparison_note(before: CoverageReport, _: Translator, language: Language) -> str:
    """Return the sentence with the period compared with, its headline and its participants."""
    return _("Changes are those since %(period)s: %(headline)s; participants: %(participants)s") % {
        "period": days_text(before.period.from_, before.period.to, language),
        "headline": headline(before, _, language),
        "participants": integer_text(before.totals.participants, language),
    }


def group_lines(report: CoverageReport, _: Translator, language: Language) -> list[str]:
    """Return a sentence for each target group with targets of its own: in how many kelurahan its target is reached.

    Empty if the report is filtered by a target group.
    """
    return [
        _("%(group)s: the group's own target is reached in %(reached)s of %(count)s kelurahan")
        % {
            "group": progress.group.label,
            "reached": integer_text(progress.reached, language),
            "count": integer_text(progress.kelurahan, language),
        }
        for progress in group_progress(report)
    ]


def filter_lines(filters: Filters, _: Translator) -> list[str]:
    """Return a line for each filter that is set, first the workshop or "All workshops"."""
    if filters.workshop:
        workshop_title = filters.workshop_title or filters.workshop
        lines = [_("Workshop: %(title)s (%(code)s)") % {"title": workshop_title, "code": filters.workshop}]
    else:
        lines = [_("All workshops")]
    if filters.group:
        lines.append(_("Target group: %(group)s") % {"group": filters.group_label or filters.group})
    if filters.sex:
        lines.append(_("Sex: %(sex)s") % {"sex": filters.sex})
    if filters.kecamatan:
        lines.append(_("Kecamatan: %(name)s") % {"name": filters.kecamatan_name or filters.kecamatan})
    if filters.pillar:
        lines.append(_("Pillar: %(name)s") % {"name": pillar_label(filters.pillar, _)})
    if filters.organization_name:
        lines.append(_("Organizer: %(name)s") % {"name": filters.organization_name})
    return lines
