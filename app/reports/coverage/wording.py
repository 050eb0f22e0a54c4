"""The lines around the figures, the same in every format: what was counted, when and how."""

from datetime import date

from app.i18n import Language, Translator, date_text, integer_text, time_text
from app.reports.coverage.parts import pillar_label
from app.reports.coverage.report import CoverageReport, Filters, counting_rule, group_standings

LETTERHEAD = ("PEMERINTAH KOTA BALIKPAPAN", "DINAS KOMUNIKASI DAN INFORMATIKA")
"""Names of offices, the same in every language."""


def title(_: Translator) -> str:
    return _("Coverage of the digital-literacy workshops")


def headline(report: CoverageReport, _: Translator, language: Language) -> str:
    """The one figure that people remember."""
    return _("%(covered)s of %(of)s kelurahan reached their target for %(year)s") % {
        "covered": integer_text(report.totals.covered, language),
        "of": integer_text(report.totals.with_target, language),
        "year": report.target_year,
    }


def period(report: CoverageReport, _: Translator) -> str:
    return _("Period %(from)s to %(to)s") % {
        "from": date_text(report.period.from_),
        "to": date_text(report.period.to),
    }


def subtitle(report: CoverageReport, _: Translator) -> tuple[str, ...]:
    """Period, filters, and the status of the figures, a line each."""
    made = _("Not issued: working figures as of %(time)s") % {"time": time_text(report.generated_at)}
    return (period(report, _), *_filter_lines(report.filters, _), made)


def name_until(name: str, last: date, _: Translator) -> str:
    """The name of a kelurahan that has ended, with its last day."""
    return _("%(name)s (until %(date)s)") % {"name": name, "date": date_text(last)}


def notes(report: CoverageReport, _: Translator, language: Language) -> tuple[str, ...]:
    """The counting rule, and the people whom the rows don't show or show more than once."""
    totals = report.totals
    lines = [
        counting_rule(report.target_year, _),
    ]
    if not report.filters.kecamatan:
        outside = integer_text(totals.outside, language)
        lines.append(
            _("People present who live outside the city, not in the figures: %(count)s") % {"count": outside}
        )
    if report.before:
        lines.append(_compared(report.before, _, language))
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


def _compared(before: CoverageReport, _: Translator, language: Language) -> str:
    return _("Changes are those since %(period)s: %(headline)s; participants: %(participants)s") % {
        "period": f"{date_text(before.period.from_)} – {date_text(before.period.to)}",
        "headline": headline(before, _, language),
        "participants": integer_text(before.totals.participants, language),
    }


def group_lines(report: CoverageReport, _: Translator, language: Language) -> list[str]:
    """In how many kelurahan each group's own target was reached: it says more than the target of the whole."""
    return [
        _("%(group)s: the group's own target is reached in %(reached)s of %(count)s kelurahan")
        % {
            "group": standing.group.label,
            "reached": integer_text(standing.reached, language),
            "count": integer_text(standing.kelurahan, language),
        }
        for standing in group_standings(report)
    ]


def _filter_lines(filters: Filters, _: Translator) -> list[str]:
    if filters.workshop:
        named = filters.workshop_title or filters.workshop
        lines = [_("Workshop: %(title)s (%(code)s)") % {"title": named, "code": filters.workshop}]
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
