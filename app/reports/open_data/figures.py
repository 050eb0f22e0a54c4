"""The figures of an issued report as everyone may see them: small ones are hidden (`small_cells`)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.reports.coverage.report import CoverageReport, CoverageRow, TargetGroup
from app.reports.coverage.states import State
from app.reports.open_data.small_cells import ALL, SMALLEST_SHOWN, Position, hidden_positions, is_small


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicTotals:
    """Figures of the whole city; None is hidden. `covered` are the kelurahan that were reached, out of `kelurahan`."""

    kelurahan: int
    covered: int | None
    registered: int | None
    attendances: int | None
    participants: int | None


@dataclass(frozen=True, slots=True)
class PublicGroup:
    """The participants of a target group in the whole city, None if they are hidden."""

    group: TargetGroup
    participants: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKelurahan:
    """The state and the participants of a kelurahan, also by group; None is hidden."""

    code: str
    name: str
    kecamatan: str
    state: State | None
    target: int | None
    participants: int | None
    groups: Mapping[str, int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicFigures:
    """All that is published of a report. If it is `withheld`, every figure is hidden, and so are the states."""

    totals: PublicTotals
    groups: tuple[PublicGroup, ...]
    kelurahan: tuple[PublicKelurahan, ...]
    withheld: bool


def public_figures(report: CoverageReport) -> PublicFigures:
    """Return what is published of a report: participants by kelurahan and group, totals, states and targets.

    What else the report has is not published, such as people by sex: each further figure makes others computable.
    """
    figures = participants_by_position(report)
    hidden = hidden_positions(figures)
    shown = {
        position: figure
        for position, figure in figures.items()
        if hidden is not None and position not in hidden
    }
    rows = tuple(
        PublicKelurahan(
            code=row.kelurahan,
            name=row.name,
            kecamatan=row.kecamatan,
            state=None if hidden is None else _public_state(row, shown),
            target=row.target,
            participants=shown.get((row.kelurahan, ALL)),
            groups={group.code: shown.get((row.kelurahan, group.code)) for group in report.groups},
        )
        for row in report.rows
    )
    return PublicFigures(
        totals=_public_totals(report, shown, rows),
        groups=tuple(PublicGroup(group, shown.get((ALL, group.code))) for group in report.groups),
        kelurahan=rows,
        withheld=hidden is None,
    )


def participants_by_position(report: CoverageReport) -> dict[Position, int]:
    """Return the participants of each kelurahan and group, with all totals, as `hidden_positions` takes them."""
    return {
        (ALL, ALL): report.totals.participants,
        **{(ALL, group.code): report.totals.by_group[group.code].participants for group in report.groups},
        **{(row.kelurahan, ALL): row.participants for row in report.rows},
        **{
            (row.kelurahan, group.code): row.groups[group.code].participants
            for row in report.rows
            for group in report.groups
        },
    }


def _public_state(row: CoverageRow, shown: Mapping[Position, int]) -> State | None:
    """Return the state of a kelurahan, None if it would narrow down participants that are hidden.

    They are known to be from 1 to 4, or 5 or more. Then the state of a target from 2 to 4, or above 5, tells more: with
    a target of 4, "reached" is 4 participants.
    """
    if (row.kelurahan, ALL) in shown or row.target is None:
        return row.state
    first = 1 if is_small(row.participants) else SMALLEST_SHOWN
    is_same_for_all = row.target <= first or (first == 1 and row.target >= SMALLEST_SHOWN)
    return row.state if is_same_for_all else None


def _public_totals(
    report: CoverageReport, shown: Mapping[Position, int], rows: Iterable[PublicKelurahan]
) -> PublicTotals:
    """Return the totals. Together with the states that are shown, `covered` would tell a single hidden one."""
    totals = report.totals
    is_shown = (ALL, ALL) in shown
    return PublicTotals(
        kelurahan=totals.kelurahan,
        covered=totals.covered if all(row.state for row in rows) else None,
        registered=totals.registered if is_shown and not is_small(totals.registered) else None,
        attendances=totals.attendances if is_shown else None,
        participants=shown.get((ALL, ALL)),
    )
