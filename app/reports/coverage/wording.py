"""The sentences around the figures, the same in every format: title, subtitle, headline and notes."""

from datetime import date

from app.i18n import Language, Translator, date_text, integer_text, time_text
from app.reports.coverage.breakdowns import pillar_label
from app.reports.coverage.report import CoverageReport, Filters, counting_rule, group_progress


def report_title(_: Translator) -> str:
    return _("Coverage of the digital-literacy workshops")


def headline(report: CoverageReport, _: Translator, language: Language) -> str:
    """Return a sentence on how many kelurahan reached their target, out of those with a target above 0."""
    return _("%(covered)s of %(of)s kelurahan reached their target for %(year)s") % {
        "covered": integer_text(report.totals.covered, language),
        "of": integer_text(report.totals.with_target, language),
        "year": report.target_year,
    }


def period_text(report: CoverageReport, _: Translator) -> str:
    """Return the period as a translated text: "Period 01-01-2025 to 31-12-2025"."""
    return _("Period %(from)s to %(to)s") % {
        "from": date_text(report.period.from_),
        "to": date_text(report.period.to),
    }


def subtitle(report: CoverageReport, _: Translator) -> tuple[str, ...]:
    """Return a line for the period, one for each filter, and one that says when these figures were made."""
    status = _("Not issued: working figures as of %(time)s") % {"time": time_text(report.generated_at)}
    return (period_text(report, _), *_filter_lines(report.filters, _), status)


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
    if totals.with_target < totals.kelurahan:
        lines.append(
            _("Of %(kelurahan)s kelurahan, %(count)s have a target")
            % {
                "kelurahan": integer_text(totals.kelurahan, language),
                "count": integer_text(totals.with_target, language),
            }
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
        "period": f"{date_text(before.period.from_)} – {date_text(before.period.to)}",
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


def _filter_lines(filters: Filters, _: Translator) -> list[str]:
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
