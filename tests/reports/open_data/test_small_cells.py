"""Small figures can't be read or computed from what is published; the readers who try are in `attack.py`."""

import random
from collections import defaultdict
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.reports.open_data.small_cells import ALL, Position, hidden_positions, is_small
from tests.reports.open_data.attack import Reader

Attendances = list[tuple[int, str, str]]
"""A person, and the kelurahan and group of one attendance."""


def table(rows: Mapping[str, Mapping[str, int]]) -> dict[Position, int]:
    """Return the figures of a table in which nobody is counted twice."""
    figures: defaultdict[Position, int] = defaultdict(int)
    for kelurahan, groups in rows.items():
        for group, people in groups.items():
            for position in ((kelurahan, group), (kelurahan, ALL), (ALL, group), (ALL, ALL)):
                figures[position] += people
    return dict(figures)


def count_people(attendances: Attendances, kelurahan: list[str], groups: list[str]) -> dict[Position, int]:
    """Return the distinct people of each position."""
    return {
        (place, group): len(
            {
                person
                for person, of_place, of_group in attendances
                if place in (ALL, of_place) and group in (ALL, of_group)
            }
        )
        for place in [*kelurahan, ALL]
        for group in [*groups, ALL]
    }


def found_by_readers(figures: Mapping[Position, int]) -> dict[Position, int]:
    """Return the hidden figures that a reader can compute, who knows more or less about the people counted twice."""
    hidden = hidden_positions(figures)
    if hidden is None:
        return {}
    readers = (Reader(figures, hidden), Reader(figures, hidden, knows_differences=False))
    return {position: figure for reader in readers for position, figure in reader.find_figures().items()}


WORST_CASES = {
    "one small figure": {"a": {"x": 3, "y": 20}, "b": {"x": 9, "y": 30}},
    "two ones": {"a": {"x": 1, "y": 1, "z": 9}, "b": {"x": 8, "y": 8, "z": 8}},
    "two fours": {"a": {"x": 4, "y": 4, "z": 9}, "b": {"x": 8, "y": 8, "z": 8}},
    "ones alone": {"a": {"x": 1}, "b": {"x": 1}, "c": {"x": 1}, "d": {"x": 1}, "e": {"x": 1}},
    "a person in each kelurahan but one": {"a": {"x": 1}, "b": {"x": 1}, "c": {"x": 6}, "d": {"x": 0}},
    "one kelurahan with few": {"a": {"x": 1, "y": 0}, "b": {"x": 9, "y": 30}, "c": {"x": 12, "y": 7}},
    "four people of four groups": {
        "a": {"x": 1, "y": 1, "z": 1, "w": 1},
        "b": {"x": 9, "y": 9, "z": 9, "w": 9},
    },
    "a group with few": {"a": {"x": 1, "y": 20}, "b": {"x": 2, "y": 30}, "c": {"x": 0, "y": 11}},
    "fives beside it": {"a": {"x": 4, "y": 5}, "b": {"x": 5, "y": 5}},
    "a single kelurahan": {"a": {"x": 2, "y": 5}},
    "a single group": {"a": {"x": 3}, "b": {"x": 3}, "c": {"x": 50}},
    "only small ones": {str(number): {"x": 2, "y": 2} for number in range(6)},
    "a diagonal": {
        "a": {"x": 2, "y": 0, "z": 0},
        "b": {"x": 0, "y": 2, "z": 0},
        "c": {"x": 0, "y": 0, "z": 2},
    },
    "zeros around": {
        "a": {"x": 3, "y": 0, "z": 12},
        "b": {"x": 0, "y": 0, "z": 8},
        "c": {"x": 6, "y": 0, "z": 0},
    },
}


@pytest.mark.parametrize("rows", WORST_CASES.values(), ids=WORST_CASES)
def test_no_reader_finds_a_hidden_figure_in_the_worst_cases(rows: Mapping[str, Mapping[str, int]]) -> None:
    assert found_by_readers(table(rows)) == {}


def test_the_solver_finds_figures_where_only_the_small_ones_are_hidden() -> None:
    """The readers are able to find something: without further hidden figures they do."""
    figures = table(WORST_CASES["one small figure"])
    small = {position for position, figure in figures.items() if is_small(figure)}

    assert Reader(figures, small).find_figures() == {("a", "x"): 3}
    assert Reader(
        table(WORST_CASES["two fours"]), {("a", "x"), ("a", "y")}, knows_differences=False
    ).find_figures()


def test_a_small_figure_is_hidden_with_three_others_and_the_rest_is_shown() -> None:
    rows = {"a": {"x": 3, "y": 20, "z": 12}, "b": {"x": 9, "y": 30, "z": 7}, "c": {"x": 0, "y": 8, "z": 11}}

    assert sorted(hidden_positions(table(rows)) or ()) == [("a", "x"), ("a", "z"), ("b", "x"), ("b", "z")]


def test_a_kelurahan_with_few_people_is_not_broken_down() -> None:
    figures = table(
        {"a": {"x": 2, "y": 0}, "b": {"x": 9, "y": 30}, "c": {"x": 3, "y": 0}, "d": {"x": 0, "y": 0}}
    )
    hidden = hidden_positions(figures)

    assert hidden is not None
    assert {("a", ALL), ("a", "x"), ("a", "y"), ("c", ALL), ("c", "x"), ("c", "y")} <= hidden
    assert not {("d", ALL), ("d", "x"), (ALL, ALL)} & hidden


def test_people_of_several_groups_don_t_tell_how_many_there_are() -> None:
    """Three people of Manggar came for two groups each, so the groups' sum is twice the total."""
    attendances = [(person, "a", group) for person in range(3) for group in ("x", "y")]
    attendances += [(person, "b", "x") for person in range(10, 20)]
    attendances += [(person, "c", group) for person in range(30, 44) for group in ("x", "y")]

    assert found_by_readers(count_people(attendances, ["a", "b", "c"], ["x", "y"])) == {}


@pytest.mark.parametrize("people", [1, 4])
def test_a_city_with_fewer_than_five_people_is_not_published(people: int) -> None:
    assert hidden_positions(table({"a": {"x": people}, "b": {"x": 0}})) is None


def test_a_city_without_people_is_published() -> None:
    assert hidden_positions(table({"a": {"x": 0}, "b": {"x": 0}})) == frozenset()


@st.composite
def histories(draw: st.DrawFn) -> tuple[Attendances, list[str], list[str]]:
    """Return attendances of a small city: few people or many, of some kelurahan more than of others."""
    kelurahan = [f"kelurahan {number}" for number in range(draw(st.integers(1, 6)))]
    groups = [f"kelompok {number}" for number in range(draw(st.integers(1, 4)))]
    weights = draw(st.lists(st.sampled_from([0, 1, 2, 4, 9, 25]), min_size=6, max_size=6))
    people = st.integers(0, draw(st.sampled_from([5, 30, 200])))
    places = [
        place for place, weight in zip(kelurahan, weights, strict=False) for _ in range(weight)
    ] or kelurahan
    attendance = st.tuples(people, st.sampled_from(places), st.sampled_from(groups))
    return draw(st.lists(attendance, max_size=draw(st.sampled_from([8, 40, 90])))), kelurahan, groups


@pytest.mark.slow
@settings(max_examples=60)
@given(histories())
def test_no_reader_finds_a_hidden_figure_in_a_random_history(
    history: tuple[Attendances, list[str], list[str]],
) -> None:
    assert found_by_readers(count_people(*history)) == {}


@pytest.mark.slow
@pytest.mark.parametrize(
    "seed", [pytest.param(0, marks=pytest.mark.soak), pytest.param(1, marks=pytest.mark.soak), 2]
)
def test_no_reader_finds_a_hidden_figure_in_a_whole_city(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 (a test that can be repeated)
    kelurahan = [f"kelurahan {number}" for number in range(34)]
    groups = [f"kelompok {number}" for number in range(5)]
    places = chance.choices(kelurahan, [chance.choice([1, 2, 5, 20]) for _ in kelurahan], k=70 * 10**seed)
    attendances = [(chance.randrange(60 * 10**seed), place, chance.choice(groups)) for place in places]

    assert found_by_readers(count_people(attendances, kelurahan, groups)) == {}
