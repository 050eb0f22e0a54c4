"""The tables of what is to be done next, for documents: gaps, and sessions planned."""

from app.i18n import Translator, time_text
from app.reports.coverage.report import CoverageReport
from app.reports.coverage.states import state_text
from app.reports.table import Column, Row, Table


def short_gaps_table(report: CoverageReport, _: Translator) -> Table:
    """Return a table with a row per gap, the largest first: where, which target group, and what is missing."""
    return Table(
        name=_("Gaps"),
        title=_("Kelurahan and target groups short of their target"),
        subtitle=(),
        columns=(
            Column(_("No."), "integer"),
            Column(_("Kecamatan"), "text"),
            Column(_("Kelurahan"), "name"),
            Column(_("Target group"), "text"),
            Column(_("State"), "state"),
            Column(_("Target"), "integer"),
            Column(_("Participants"), "integer"),
            Column(_("Gap"), "integer"),
        ),
        rows=tuple(
            Row(
                (
                    number,
                    gap.kecamatan,
                    gap.name,
                    gap.group_label or _("All groups"),
                    state_text(gap.state, gap.unmeasured_why, _),
                    gap.target,
                    gap.participants,
                    gap.gap,
                ),
                key=gap.kelurahan,
                mark=gap.state,
            )
            for number, gap in enumerate(report.gaps, 1)
        ),
        total=None,
        notes=(),
    )


def planned_sessions_table(report: CoverageReport, _: Translator) -> Table:
    """Return a table with a row per session to come: when, what, and where."""
    return Table(
        name=_("Sessions planned"),
        title=_("Sessions planned"),
        subtitle=(),
        columns=(
            Column(_("No."), "integer"),
            Column(_("Time"), "text"),
            Column(_("Session"), "name"),
            Column(_("Venue"), "text"),
            Column(_("Kelurahan"), "text"),
        ),
        rows=tuple(
            Row(
                (
                    number,
                    time_text(session.starts_at),
                    session.title,
                    session.venue or (_("Online") if session.is_online else ""),
                    session.kelurahan,
                ),
                key=session.code,
            )
            for number, session in enumerate(report.planned, 1)
        ),
        total=None,
        notes=(),
    )
