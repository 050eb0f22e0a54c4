"""The coverage report as tables: the matrix of kelurahan and target groups, and the totals of the city."""

from collections.abc import Mapping

from app.i18n import Language, Translator, date_text
from app.reports.coverage import (
    SEXES,
    CoverageReport,
    CoverageRow,
    Figures,
    Sex,
    TargetGroup,
    Totals,
)
from app.reports.states import state_text
from app.reports.table import Cell, Column, Row, Table
from app.reports.wording import headline, notes, subtitle, title


def coverage_table(report: CoverageReport, _: Translator, language: Language) -> Table:
    """A row per kelurahan; L and P split the participants, each group has its own columns.

    A group has a target column only where a target was set for it in some kelurahan.
    """
    aimed_at = _groups_with_target(report)
    return Table(
        name=_("Coverage"),
        title=title(_),
        subtitle=(*subtitle(report, _), headline(report, _, language)),
        columns=_columns(report, aimed_at, _),
        rows=tuple(_row(row, report, aimed_at, _) for row in report.rows),
        total=_total(report.totals, report.groups, aimed_at, _),
        notes=notes(report, _, language),
    )


def totals_table(report: CoverageReport, _: Translator) -> Table:
    """The city's figures by target group, and its participants by sex."""
    totals = report.totals
    by_group = [
        _figures_row(_("Target group"), group.label, totals.by_group[group.code]) for group in report.groups
    ]
    sexes: dict[Sex, str] = {"L": _("Men (L)"), "P": _("Women (P)"), "unknown": _("Not recorded")}
    by_sex = [Row((_("Sex"), label, None, None, None, totals.by_sex[sex])) for sex, label in sexes.items()]
    whole = Figures(
        target=totals.target,
        registered=totals.registered,
        attendances=totals.attendances,
        participants=totals.participants,
    )
    return Table(
        name=_("Totals"),
        title=_("Totals by target group and sex"),
        subtitle=subtitle(report, _),
        columns=(
            Column(_("Divided by"), "text"),
            Column(_("Part"), "name"),
            Column(_("Target"), "integer"),
            Column(_("Registered"), "integer"),
            Column(_("Attendances"), "integer"),
            Column(_("Participants"), "integer"),
        ),
        rows=(*by_group, *by_sex),
        total=_figures_row("", _("Whole city"), whole),
        notes=(),
    )


def _figures_row(divided_by: str, part: str, figures: Figures) -> Row:
    return Row(
        (divided_by, part, figures.target, figures.registered, figures.attendances, figures.participants)
    )


def _groups_with_target(report: CoverageReport) -> frozenset[str]:
    return frozenset(
        code for row in report.rows for code, figures in row.groups.items() if figures.target is not None
    )


def _columns(report: CoverageReport, aimed_at: frozenset[str], _: Translator) -> tuple[Column, ...]:
    sex = _("Sex of participants")
    columns = [
        Column(_("Code"), "code"),
        Column(_("Kecamatan"), "text"),
        Column(_("Kelurahan"), "name"),
        Column(_("State"), "state"),
        Column(_("Target"), "integer"),
        Column(_("Registered"), "integer"),
        Column(_("Attendances"), "integer"),
        Column(_("Participants"), "integer"),
        Column(_("Gap"), "integer"),
        Column("L", "integer", group=sex),
        Column("P", "integer", group=sex),
        Column(_("Not recorded"), "integer", group=sex),
    ]
    for group in report.groups:
        if group.code in aimed_at:
            columns.append(Column(_("Target"), "integer", group=group.label))
        columns.append(Column(_("Registered"), "integer", group=group.label))
        columns.append(Column(_("Participants"), "integer", group=group.label))
    return tuple(columns)


def _row(row: CoverageRow, report: CoverageReport, aimed_at: frozenset[str], _: Translator) -> Row:
    cells: list[Cell] = [
        row.kelurahan,
        row.kecamatan,
        _name(row, _),
        state_text(row.state, row.unmeasured_why, _),
        row.target or _("no target"),
        row.registered,
        row.attendances,
        row.participants,
        row.gap,
        *(row.by_sex[sex] for sex in SEXES),
        *_group_cells(row.groups, report.groups, aimed_at),
    ]
    return Row(cells=tuple(cells), key=row.kelurahan, mark=row.state)


def _name(row: CoverageRow, _: Translator) -> str:
    if row.closed_on is None:
        return row.name
    return _("%(name)s (until %(date)s)") % {"name": row.name, "date": date_text(row.closed_on)}


def _total(totals: Totals, groups: tuple[TargetGroup, ...], aimed_at: frozenset[str], _: Translator) -> Row:
    cells: list[Cell] = [
        "",
        "",
        _("Total"),
        _("%(covered)s of %(of)s reached") % {"covered": totals.covered, "of": totals.with_target},
        totals.target,
        totals.registered,
        totals.attendances,
        totals.participants,
        totals.gap,
        *(totals.by_sex[sex] for sex in SEXES),
        *_group_cells(totals.by_group, groups, aimed_at),
    ]
    return Row(cells=tuple(cells))


def _group_cells(
    figures: Mapping[str, Figures], groups: tuple[TargetGroup, ...], aimed_at: frozenset[str]
) -> list[Cell]:
    cells: list[Cell] = []
    for group in groups:
        if group.code in aimed_at:
            cells.append(figures[group.code].target)
        cells += [figures[group.code].registered, figures[group.code].participants]
    return cells
