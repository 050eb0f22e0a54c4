"""What is published of reports of random registrations tells no hidden figure, also to readers who know all targets."""

import random

import pytest

from app.database import Db
from app.models import Area, AreaLevel, AttendanceStatus, RegistrationStatus
from app.permissions import OPERATOR
from app.queries.coverage.report import build_coverage_report
from app.reports.open_data.figures import (
    PublicFigures,
    participants_by_position,
    public_figures,
)
from app.reports.open_data.small_cells import ALL, Position
from tests.city import City
from tests.database import postgresql_in_soak
from tests.published_year import year
from tests.queries.coverage.comparison import rolled_back
from tests.queries.coverage.random_registrations import GROUPS, CityData, Visit, insert
from tests.reports.open_data.attack import Range, Reader

OF_2025 = (1, 2, 3)


@pytest.mark.slow
@postgresql_in_soak
def test_no_reader_finds_a_hidden_figure_of_random_registrations(city: City, db: Db) -> None:
    codes = [area.code for area in city.all(Area) if area.level is AreaLevel.KELURAHAN][:7]
    hidden_states = withheld = 0
    for seed in range(8):
        with rolled_back(db):
            insert(db, random_city(random.Random(seed), codes))  # noqa: S311 (a test that can be repeated)
            report = build_coverage_report(db, OPERATOR, year(2025), "en")
            figures, published = participants_by_position(report), public_figures(report)
            withheld += published.withheld
            shown = shown_figures(published)
            assert shown.items() <= figures.items()
            reader = Reader(figures, figures.keys() - shown.keys(), ranges=ranges_by_state(published))
            assert reader.find_figures() == {}
            hidden_states += sum(row.state is None for row in published.kelurahan if not published.withheld)
    assert hidden_states
    assert withheld < 2


def random_city(chance: random.Random, codes: list[str]) -> CityData:
    """Return people who came to one to three sessions in 2025; some moved, and some came for another group."""
    people = chance.choice([30, 60, 90])
    visits = []
    for person in range(people):
        home = chance.choices(codes, [1, 1, 2, 2, 4, 9, 20])[0]
        group = chance.choice(GROUPS)
        for session in chance.sample(OF_2025, chance.randint(1, 3)):
            place = chance.choice([home] * 8 + [codes[0], None])
            came = chance.choice([AttendanceStatus.PRESENT] * 4 + [AttendanceStatus.ABSENT, None])
            visit_group = chance.choice([group] * 6 + [*GROUPS])
            visits.append(Visit(person, session, place, visit_group, RegistrationStatus.CONFIRMED, came))
    targets: dict[tuple[int, str | None, str | None], int] = {
        (2025, code, None): chance.randint(1, 8) for code in codes
    }
    return CityData(tuple(visits), (None,) * people, targets)


def shown_figures(published: PublicFigures) -> dict[Position, int]:
    """Return the published participants by position."""
    figures = {
        (ALL, ALL): published.totals.participants,
        **{(ALL, entry.group.code): entry.participants for entry in published.groups},
        **{(row.code, ALL): row.participants for row in published.kelurahan},
        **{(row.code, group): people for row in published.kelurahan for group, people in row.groups.items()},
    }
    return {position: figure for position, figure in figures.items() if figure is not None}


def ranges_by_state(published: PublicFigures) -> dict[Position, Range]:
    """Return what state and target say of the participants of a kelurahan."""
    ranges: dict[Position, Range] = {}
    for row in published.kelurahan:
        if row.state == "reached":
            ranges[row.code, ALL] = (max(row.target or 0, 1), float("inf"))
        elif row.state == "partial":
            ranges[row.code, ALL] = (1, (row.target or 1) - 1)
    return ranges
