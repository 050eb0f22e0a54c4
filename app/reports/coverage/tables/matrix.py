"""The coverage report as tables: the matrix of kelurahan and target groups, and the totals of the city."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from app.i18n import Language, Translator, integer_text
from app.reports.coverage.report import SEX_KEYS, CoverageReport, CoverageRow, Figures, SexKey, TargetGroup
from app.reports.coverage.states import state_text
from app.reports.coverage.texts.wording import closed_name, headline, notes, report_title, subtitle
from app.reports.table import Cell, Column, Counts, Row, Table

REGISTERED: Counts = "registered"
PRESENT: Counts = "present"


def coverage_table(report: CoverageReport, _: Translator, language: Language) -> Table:
    """Return the matrix: a row per kelurahan, with its figures, its participants by sex, and the figures of each group.

    A group has a target column only if any kelurahan has a target for it. A compared report has a column for the
    change.
    """
    groups_with_target = _groups_with_target(report)
    before = {row.kelurahan: row.participants for row in report.before.rows} if report.before else {}
    return Table(
        name=_("Coverage"),
        title=report_title(_),
        subtitle=(*subtitle(report, _, language), headline(report, _, language)),
        columns=_columns(report, groups_with_target, _),
        rows=tuple(_row(row, report, before, groups_with_target, _) for row in report.rows),
        total=_total(report, groups_with_target, _, language),
        notes=notes(report, _, language),
    )


def overview_table(report: CoverageReport, _: Translator, language: Language) -> Table:
    """Return the six columns that a reader begins with: kelurahan, kecamatan, target, participants, gap, state.

    A compared report has a column for the change.
    """
    totals, before = report.totals, report.before
    people_before = {row.kelurahan: row.participants for row in before.rows} if before else {}
    table = coverage_table(report, _, language)
    return replace(
        table,
        columns=(
            Column(_("Kelurahan"), "name", sort="kelurahan"),
            Column(_("Kecamatan"), "text", sort="kecamatan"),
            Column(_("Target"), "integer", counts="target", sort="target"),
            Column(_("Participants"), "integer", counts=PRESENT, sort="peserta"),
            *change_column(report, _),
            Column(_("Gap"), "integer", counts="gap", sort="kurang"),
            Column(_("State"), "state", sort="keadaan"),
        ),
        rows=tuple(
            Row(
                (
                    closed_name(row.name, row.closed_on, _),
                    row.kecamatan,
                    target_cell(row.target, _),
                    row.participants,
                    *change(report, row.participants, people_before.get(row.kelurahan, 0)),
                    row.gap,
                    row_state(row, _),
                ),
                key=row.kelurahan,
                mark=row.state,
                filters={"kelurahan": row.kelurahan},
            )
            for row in report.rows
        ),
        total=Row(
            (
                _("Total"),
                "",
                totals.target,
                totals.participants,
                *change(report, totals.participants, before.totals.participants if before else 0),
                totals.gap,
                total_state(report, _, language),
            ),
            filters={},
        ),
    )


def totals_table(report: CoverageReport, _: Translator, language: Language) -> Table:
    """Return a table of the city's figures by target group, its participants by sex, and its totals."""
    totals, before = report.totals, report.before.totals if report.before else None
    sexes: dict[SexKey, str] = {"L": _("Men (L)"), "P": _("Women (P)"), "unknown": _("Not recorded")}
    by_group = [
        _figures_row(
            (_("Target group"), group.label),
            totals.by_group[group.code],
            change(
                report,
                totals.by_group[group.code].participants,
                before.by_group[group.code].participants if before else 0,
            ),
            {"group": group.code},
        )
        for group in report.groups
    ]
    by_sex = [
        Row(
            (
                *(_("Sex"), label, None, None, None, totals.by_sex[sex]),
                *change(report, totals.by_sex[sex], before.by_sex[sex] if before else 0),
            ),
            filters=None if sex == "unknown" else {"sex": sex},
        )
        for sex, label in sexes.items()
    ]
    city = Figures(
        target=totals.target,
        registered=totals.registered,
        attendances=totals.attendances,
        participants=totals.participants,
    )
    return Table(
        name=_("Totals"),
        title=_("Totals by target group and sex"),
        subtitle=subtitle(report, _, language),
        columns=(
            Column(_("Divided by"), "text"),
            Column(_("Part"), "name"),
            Column(_("Target"), "integer"),
            *people_columns(_),
            *change_column(report, _),
        ),
        rows=(*by_group, *by_sex),
        total=_figures_row(
            ("", _("Whole city")),
            city,
            change(report, totals.participants, before.participants if before else 0),
            {},
        ),
        notes=(),
    )


def _figures_row(
    labels: tuple[str, str], figures: Figures, change_cell: Sequence[int], filters: Mapping[str, str]
) -> Row:
    """Return a row of two labels, the figures, and the cell for the change, if there is one."""
    return Row(
        (
            *labels,
            figures.target,
            figures.registered,
            figures.attendances,
            figures.participants,
            *change_cell,
        ),
        filters=filters,
    )


def people_columns(_: Translator) -> tuple[Column, ...]:
    """Return the columns for registered people, attendances and participants, which most tables have."""
    return (
        Column(_("Registered"), "integer", counts=REGISTERED),
        Column(_("Attendances"), "integer", counts="attendances"),
        Column(_("Participants"), "integer", counts=PRESENT, sort="peserta"),
    )


def change_column(report: CoverageReport, _: Translator) -> list[Column]:
    """Return the column for the change since the period before, as a list; empty if the report isn't compared."""
    return [Column(_("Change"), "integer", signed=True)] if report.before else []


def change(report: CoverageReport, participants: int, before: int) -> list[int]:
    """Return the cell for `change_column`, as a list; empty if the report isn't compared."""
    return [participants - before] if report.before else []


def _groups_with_target(report: CoverageReport) -> frozenset[str]:
    """Return the codes of the groups for which any kelurahan has a target, even 0."""
    return frozenset(
        code for row in report.rows for code, figures in row.groups.items() if figures.target is not None
    )


def _columns(report: CoverageReport, groups_with_target: frozenset[str], _: Translator) -> tuple[Column, ...]:
    sex = _("Sex of participants")
    columns = [
        Column(_("Code"), "code"),
        Column(_("Kecamatan"), "text", sort="kecamatan"),
        Column(_("Kelurahan"), "name", sort="kelurahan"),
        Column(_("State"), "state", sort="keadaan"),
        Column(_("Target"), "integer", counts="target", sort="target"),
        *people_columns(_),
        *change_column(report, _),
        Column(_("Gap"), "integer", counts="gap", sort="kurang"),
        Column("L", "integer", group=sex, counts=PRESENT, filters={"sex": "L"}),
        Column("P", "integer", group=sex, counts=PRESENT, filters={"sex": "P"}),
        Column(_("Not recorded"), "integer", group=sex),
    ]
    for group in report.groups:
        if group.code in groups_with_target:
            columns.append(Column(_("Target"), "integer", group=group.label, counts="target"))
        columns += [
            Column(heading, "integer", group.label, counts=counts, filters={"group": group.code})
            for heading, counts in ((_("Registered"), REGISTERED), (_("Participants"), PRESENT))
        ]
    return tuple(columns)


def _row(
    row: CoverageRow,
    report: CoverageReport,
    before: Mapping[str, int],
    groups_with_target: frozenset[str],
    _: Translator,
) -> Row:
    cells: list[Cell] = [
        row.kelurahan,
        row.kecamatan,
        closed_name(row.name, row.closed_on, _),
        row_state(row, _),
        target_cell(row.target, _),
        row.registered,
        row.attendances,
        row.participants,
        *change(report, row.participants, before.get(row.kelurahan, 0)),
        row.gap,
        *(row.by_sex[sex] for sex in SEX_KEYS),
        *_group_cells(row.groups, report.groups, groups_with_target, _),
    ]
    return Row(cells=tuple(cells), key=row.kelurahan, mark=row.state, filters={"kelurahan": row.kelurahan})


def target_cell(target: int | None, _: Translator) -> Cell:
    """Return the cell of a target: "no target" for 0, None where none is set."""
    return _("no target") if target == 0 else target


def row_state(row: CoverageRow, _: Translator) -> str:
    """Return the state of a kelurahan as a translated text."""
    return state_text(row.state, row.unmeasured_why, _, has_target=row.target is not None)


def total_state(report: CoverageReport, _: Translator, language: Language) -> str:
    """Return how many kelurahan are reached, out of those with a target and of those for which none is set."""
    totals, parts = report.totals, []
    if totals.with_target or not totals.without_target:
        parts.append(
            _("%(covered)s of %(of)s reached")
            % {
                "covered": integer_text(totals.target_reached, language),
                "of": integer_text(totals.with_target, language),
            }
        )
    if totals.without_target:
        parts.append(
            _("%(covered)s of %(of)s reached, no target set")
            % {
                "covered": integer_text(totals.reached_without_target, language),
                "of": integer_text(totals.without_target, language),
            }
        )
    return "; ".join(parts)


def _total(
    report: CoverageReport, groups_with_target: frozenset[str], _: Translator, language: Language
) -> Row:
    totals = report.totals
    cells: list[Cell] = [
        "",
        "",
        _("Total"),
        total_state(report, _, language),
        totals.target,
        totals.registered,
        totals.attendances,
        totals.participants,
        *change(report, totals.participants, report.before.totals.participants if report.before else 0),
        totals.gap,
        *(totals.by_sex[sex] for sex in SEX_KEYS),
        *_group_cells(totals.by_group, report.groups, groups_with_target, _),
    ]
    return Row(cells=tuple(cells), filters={})


def _group_cells(
    figures: Mapping[str, Figures],
    groups: tuple[TargetGroup, ...],
    groups_with_target: frozenset[str],
    _: Translator,
) -> list[Cell]:
    """Return the cells of each group: its target if it has that column, people registered, and participants."""
    cells: list[Cell] = []
    for group in groups:
        if group.code in groups_with_target:
            cells.append(target_cell(figures[group.code].target, _))
        cells += [figures[group.code].registered, figures[group.code].participants]
    return cells
