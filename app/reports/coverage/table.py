"""The coverage report as tables: the matrix of kelurahan and target groups, and the totals of the city."""

from collections.abc import Mapping, Sequence

from app.i18n import Language, Translator
from app.reports.coverage.report import SEXES, CoverageReport, CoverageRow, Figures, Sex, TargetGroup
from app.reports.coverage.states import state_text
from app.reports.coverage.wording import headline, name_until, notes, subtitle, title
from app.reports.table import Cell, Column, Counts, Row, Table

REGISTERED: Counts = "registered"
PRESENT: Counts = "present"


def coverage_table(report: CoverageReport, _: Translator, language: Language) -> Table:
    """A row per kelurahan; L and P split the participants, each group has its own columns.

    A group has a target column only where a target was set for it in some kelurahan.
    """
    aimed_at = _groups_with_target(report)
    before = {row.kelurahan: row.participants for row in report.before.rows} if report.before else {}
    return Table(
        name=_("Coverage"),
        title=title(_),
        subtitle=(*subtitle(report, _), headline(report, _, language)),
        columns=_columns(report, aimed_at, _),
        rows=tuple(_row(row, report, before, aimed_at, _) for row in report.rows),
        total=_total(report, aimed_at, _),
        notes=notes(report, _, language),
    )


def totals_table(report: CoverageReport, _: Translator) -> Table:
    """The city's figures by target group, and its participants by sex."""
    totals, before = report.totals, report.before.totals if report.before else None
    sexes: dict[Sex, str] = {"L": _("Men (L)"), "P": _("Women (P)"), "unknown": _("Not recorded")}
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
            narrowed=None if sex == "unknown" else {"sex": sex},
        )
        for sex, label in sexes.items()
    ]
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
            *people_columns(_),
            *change_column(report, _),
        ),
        rows=(*by_group, *by_sex),
        total=_figures_row(
            ("", _("Whole city")),
            whole,
            change(report, totals.participants, before.participants if before else 0),
            {},
        ),
        notes=(),
    )


def _figures_row(
    texts: tuple[str, str], figures: Figures, changed: Sequence[int], narrowed: Mapping[str, str]
) -> Row:
    return Row(
        (
            *texts,
            figures.target,
            figures.registered,
            figures.attendances,
            figures.participants,
            *changed,
        ),
        narrowed=narrowed,
    )


def people_columns(_: Translator) -> tuple[Column, ...]:
    """The figures that are counted of people, as every table has them; attendances are looked up by session."""
    return (
        Column(_("Registered"), "integer", counts=REGISTERED),
        Column(_("Attendances"), "integer", counts="sessions"),
        Column(_("Participants"), "integer", counts=PRESENT),
    )


def change_column(report: CoverageReport, _: Translator) -> list[Column]:
    """The difference to the period before, in a report that is compared with it."""
    return [Column(_("Change"), "integer", signed=True)] if report.before else []


def change(report: CoverageReport, participants: int, before: int) -> list[int]:
    """The cell of `change_column`, if there is one."""
    return [participants - before] if report.before else []


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
        *people_columns(_),
        *change_column(report, _),
        Column(_("Gap"), "integer"),
        Column("L", "integer", group=sex, counts="present", narrowed={"sex": "L"}),
        Column("P", "integer", group=sex, counts="present", narrowed={"sex": "P"}),
        Column(_("Not recorded"), "integer", group=sex),
    ]
    for group in report.groups:
        if group.code in aimed_at:
            columns.append(Column(_("Target"), "integer", group=group.label))
        columns += [
            Column(head, "integer", group.label, counts=counts, narrowed={"group": group.code})
            for head, counts in ((_("Registered"), REGISTERED), (_("Participants"), PRESENT))
        ]
    return tuple(columns)


def _row(
    row: CoverageRow,
    report: CoverageReport,
    before: Mapping[str, int],
    aimed_at: frozenset[str],
    _: Translator,
) -> Row:
    cells: list[Cell] = [
        row.kelurahan,
        row.kecamatan,
        _name(row, _),
        state_text(row.state, row.unmeasured_why, _),
        row.target or _("no target"),
        row.registered,
        row.attendances,
        row.participants,
        *change(report, row.participants, before.get(row.kelurahan, 0)),
        row.gap,
        *(row.by_sex[sex] for sex in SEXES),
        *_group_cells(row.groups, report.groups, aimed_at),
    ]
    return Row(cells=tuple(cells), key=row.kelurahan, mark=row.state, narrowed={"kelurahan": row.kelurahan})


def _name(row: CoverageRow, _: Translator) -> str:
    if row.closed_on is None:
        return row.name
    return name_until(row.name, row.closed_on, _)


def _total(report: CoverageReport, aimed_at: frozenset[str], _: Translator) -> Row:
    totals = report.totals
    cells: list[Cell] = [
        "",
        "",
        _("Total"),
        _("%(covered)s of %(of)s reached") % {"covered": totals.covered, "of": totals.with_target},
        totals.target,
        totals.registered,
        totals.attendances,
        totals.participants,
        *change(report, totals.participants, report.before.totals.participants if report.before else 0),
        totals.gap,
        *(totals.by_sex[sex] for sex in SEXES),
        *_group_cells(totals.by_group, report.groups, aimed_at),
    ]
    return Row(cells=tuple(cells), narrowed={})


def _group_cells(
    figures: Mapping[str, Figures], groups: tuple[TargetGroup, ...], aimed_at: frozenset[str]
) -> list[Cell]:
    cells: list[Cell] = []
    for group in groups:
        if group.code in aimed_at:
            cells.append(figures[group.code].target)
        cells += [figures[group.code].registered, figures[group.code].participants]
    return cells
