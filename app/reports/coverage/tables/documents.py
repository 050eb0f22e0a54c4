"""The tables that documents have besides matrix and breakdowns: kelurahan by state, sessions held, definitions."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from app.i18n import N_, Language, Translator, clock_text, wita
from app.reports.coverage.report import CoverageReport, CoverageRow, counting_rule
from app.reports.coverage.states import State
from app.reports.coverage.tables.breakdowns import breakdown_tables
from app.reports.coverage.texts.definitions import glossary
from app.reports.coverage.texts.wording import state_meanings, subtitle
from app.reports.official import HeldSession
from app.reports.table import Column, Row, Table

# msgids
KELURAHAN_BY_STATE = N_("Kelurahan by state")


def kecamatan_table(report: CoverageReport, _: Translator, language: Language) -> Table:
    """Return a table with a row per kecamatan: its kelurahan by state, and its figures if the report has them.

    Kelurahan whose target is 0 are counted in a column of their own, as they are left out of those to be reached.
    """
    figures = next(
        (
            table
            for table, breakdown in zip(breakdown_tables(report, _, language), report.breakdowns, strict=True)
            if breakdown.by == "kecamatan"
        ),
        None,
    )
    names = list(dict.fromkeys(row.kecamatan for row in report.rows))
    states = state_meanings(report, _)
    counts = {
        name: _counts([row for row in report.open_rows if row.kecamatan == name], states) for name in names
    }
    total = _counts(report.open_rows, states)
    by_name = {str(row.cells[0]): row for row in figures.rows} if figures else {}
    empty = (0,) * len(total)
    group = _(KELURAHAN_BY_STATE)
    has_zero_targets = bool(report.totals.with_target_zero)
    kept = slice(None) if has_zero_targets else slice(0, -1)
    labels = [_("In all"), *(label for label, _meaning in states.values()), _("no target")]
    rows = by_name or {name: Row((name,)) for name in names}
    return Table(
        name=_("Kecamatan"),
        title=_("Coverage by: %(division)s") % {"division": _("Kecamatan")},
        subtitle=subtitle(report, _, language),
        columns=(
            Column(_("Kecamatan"), "name"),
            *(Column(label, "integer", group=group) for label in labels[kept]),
            *(figures.columns[1:] if figures else ()),
        ),
        rows=tuple(
            replace(row, cells=(name, *counts.get(name, empty)[kept], *row.cells[1:]))
            for name, row in rows.items()
        ),
        total=Row(
            (_("Total"), *total[kept], *(figures.total.cells[1:] if figures and figures.total else ()))
        ),
        notes=figures.notes if figures else (),
    )


def _counts(rows: Sequence[CoverageRow], states: Iterable[State]) -> tuple[int, ...]:
    """Return how many kelurahan there are, how many are in each of the states, and how many have a target of 0."""
    to_reach = [row for row in rows if row.target != 0]
    return (
        len(rows),
        *(sum(row.state == state for row in to_reach) for state in states),
        len(rows) - len(to_reach),
    )


def sessions_table(report: CoverageReport, _: Translator, language: Language) -> Table:
    """Return a table with a row per session held in the period, in the order of their days."""
    return Table(
        name=_("Workshops"),
        title=_("Sessions held in the period"),
        subtitle=subtitle(report, _, language),
        columns=(
            Column(_("No."), "integer"),
            Column(_("Date"), "text"),
            Column(_("Time"), "text"),
            Column(_("Code"), "code"),
            Column(_("Workshop"), "name"),
            Column(_("Organizer"), "text"),
            Column(_("Venue"), "text"),
            Column(_("Registered"), "integer"),
            Column(_("Attendances"), "integer"),
        ),
        rows=tuple(_session_row(number, session, _) for number, session in enumerate(report.sessions, 1)),
        total=_session_total(report, _),
        notes=(
            _("Registered and present people from the city; who came to several sessions counts in each."),
        )
        if report.sessions
        else (_("No session was held in the period."),),
    )


def held_workshops_table(report: CoverageReport, _: Translator, language: Language) -> Table:
    """Return a table with a row per workshop held in the period, in the order of the first session's day."""
    sessions_of: defaultdict[str, list[HeldSession]] = defaultdict(list)
    for session in report.sessions:
        sessions_of[session.workshop].append(session)
    return Table(
        name=_("Workshops"),
        title=_("Workshops held in the period"),
        subtitle=subtitle(report, _, language),
        columns=(
            Column(_("No."), "integer"),
            Column(_("First session"), "text"),
            Column(_("Last session"), "text"),
            Column(_("Code"), "code"),
            Column(_("Workshop"), "name"),
            Column(_("Organizer"), "text"),
            Column(_("Sessions"), "integer"),
            Column(_("Registered"), "integer"),
            Column(_("Attendances"), "integer"),
        ),
        rows=tuple(_workshop_row(number, held) for number, held in enumerate(sessions_of.values(), 1)),
        total=Row((None, None, None, None, _("Total"), None, len(report.sessions), *_sums(report.sessions))),
        notes=(
            _("Registered and present people from the city; who came to several sessions counts in each."),
            _("The Excel file of this report lists each of the %(sessions)s sessions.")
            % {"sessions": len(report.sessions)},
        ),
    )


def _workshop_row(number: int, held: Sequence[HeldSession]) -> Row:
    """Return the row of a workshop from its sessions, the earliest first."""
    first, last = held[0], held[-1]
    return Row(
        (
            number,
            wita(first.starts_at).date(),
            wita(last.starts_at).date(),
            first.workshop,
            first.title,
            first.organization,
            len(held),
            *_sums(held),
        ),
        key=first.workshop,
    )


def _sums(sessions: Sequence[HeldSession]) -> tuple[int, int]:
    """Return the registrations and attendances of all the sessions."""
    return sum(session.registered for session in sessions), sum(session.attendances for session in sessions)


def _session_row(number: int, session: HeldSession, _: Translator) -> Row:
    return Row(
        (
            number,
            wita(session.starts_at).date(),
            f"{clock_text(session.starts_at)}–{clock_text(session.ends_at)}",
            session.code,
            session.title,
            session.organization,
            session.venue or (_("Online") if session.is_online else ""),
            session.registered,
            session.attendances,
        ),
        key=session.code,
    )


def _session_total(report: CoverageReport, _: Translator) -> Row | None:
    if not report.sessions:
        return None
    return Row((None, None, None, None, _("Total"), None, None, *_sums(report.sessions)))


def definitions_table(report: CoverageReport, _: Translator, language: Language) -> Table:
    """Return a table of the states and the terms of the report with their meanings, and the counting rule below it."""
    states = [
        Row((label, f"{meaning[:1].upper()}{meaning[1:]}."), mark=state)
        for state, (label, meaning) in state_meanings(report, _, with_gaps=True).items()
    ]
    return Table(
        name=_("Definitions"),
        title=_("Definitions"),
        subtitle=subtitle(report, _, language),
        columns=(Column(_("Term"), "name"), Column(_("Meaning"), "text")),
        rows=(*states, *(Row(term) for term in glossary(report, _))),
        total=None,
        notes=(counting_rule(report.target_year, _),),
    )
