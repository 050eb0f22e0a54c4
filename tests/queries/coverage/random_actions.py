"""Random sequences of actions: registrations, sessions, sheets, corrections and undoing them."""

from collections.abc import Callable
from datetime import date
from typing import Any

from hypothesis import strategies as st

from app.models import AttendanceStatus
from app.people.person import PersonInput
from app.queries.coverage.filters import CoverageFilters
from tests.city import LAMARU, MANGGAR
from tests.queries.coverage.actions import (
    GROUPS,
    HOMES,
    MARKS,
    NAMES,
    PAST_STARTS,
    SESSIONS,
    WORKSHOPS,
    Action,
    CityActions,
)

numbers = st.integers(0, 20)
sessions = st.integers(0, len(SESSIONS) - 1)
homes = st.sampled_from(HOMES)
groups = st.sampled_from(GROUPS)
is_known = st.booleans()
others = st.sampled_from(["leave", "absent"])


places = st.sampled_from([None, MANGGAR, LAMARU])


def rarely(*values: str) -> st.SearchStrategy[str | None]:
    return st.sampled_from([None] * 6 + [*values])


def make_person(number: int, home: str, group: str, with_nik: bool, with_sex: bool) -> PersonInput:
    """Return a person. Without a NIK they match by name and kelurahan only, so they are another person after moving."""
    return PersonInput(
        NAMES[number], home, group, nik(number) if with_nik else "", sex="LP"[number % 2] if with_sex else ""
    )


def nik(number: int) -> str:
    """Return a NIK with the first day of a month as birth date; 40 is added to the day for women."""
    return f"647105{1 + 40 * (number % 2):02}0190{number + 1:04}"


def row(person: PersonInput, mark: str) -> str:
    home = "Samarinda" if person.kelurahan == "outside" else person.kelurahan
    return ";".join((person.name, person.nik, person.sex, home, person.target_group, mark))


persons = st.builds(make_person, st.integers(0, len(NAMES) - 1), homes, groups, is_known, is_known)
rows = st.lists(st.builds(row, persons, st.sampled_from(MARKS)), min_size=1, max_size=4)


def several(actions: st.SearchStrategy[Action]) -> st.SearchStrategy[list[Action]]:
    return st.lists(actions, min_size=4, max_size=8)


def action(method: Callable[..., None], *arguments: st.SearchStrategy[Any]) -> st.SearchStrategy[Action]:
    return st.builds(Action, st.just(method), st.tuples(*arguments))


registering = action(CityActions.register, sessions, persons, st.booleans())
uploading = action(CityActions.upload, sessions, rows, others, st.sampled_from([True, True, True, False]))
before = st.one_of(
    registering,
    registering,
    registering,
    action(CityActions.cancel, numbers),
    action(CityActions.correct, numbers, persons),
    action(CityActions.move, numbers, persons),
    action(CityActions.cancel_session, st.just(len(PAST_STARTS) - 1)),
    action(
        CityActions.set_target,
        st.sampled_from([2025, 2026]),
        places,
        st.sampled_from([*GROUPS, None]),
        st.integers(0, 3),
    ),
)
merging = action(CityActions.merge, numbers, numbers)
unmerging = action(CityActions.undo_merge, numbers)
after = st.one_of(
    uploading,
    uploading,
    action(CityActions.commit, numbers, others),
    action(CityActions.undo, numbers),
    action(CityActions.walk_in, sessions, persons),
    action(CityActions.mark, numbers, st.sampled_from([*AttendanceStatus, None])),
    merging,
    unmerging,
    unmerging,
    action(CityActions.move, numbers, persons),
    registering,
)
past_sessions = st.sets(st.integers(0, len(PAST_STARTS) - 1), min_size=3)


@st.composite
def action_lists(draw: st.DrawFn) -> list[Action]:
    """Draw actions before the sessions, the sessions, and actions after them.

    At any point Manggar may be split, and after half of the actions the facts of sessions are stored.
    """
    registrations = draw(st.lists(registering, min_size=3, max_size=4)) + draw(several(before))
    sessions_held = [Action(CityActions.hold, (number,)) for number in sorted(draw(past_sessions))]
    changes = [*draw(st.lists(uploading, min_size=2, max_size=3)), draw(merging), *draw(several(after))]
    actions = [*registrations, *sessions_held, *changes]
    if (position := draw(st.integers(0, len(actions) * 2))) <= len(actions):
        actions.insert(position, Action(CityActions.split_manggar))
    stored_after = draw(st.sets(st.integers(1, len(actions)), min_size=len(actions) // 2))
    for position in sorted(stored_after, reverse=True):
        actions.insert(position, Action(CityActions.store_facts))
    return actions


report_filters = st.builds(
    CoverageFilters,
    from_=st.sampled_from([date(2024, 12, 31), date(2025, 1, 1), date(2025, 7, 1)]),
    to=st.sampled_from([date(2025, 12, 31), date(2026, 1, 1), date(2099, 12, 31)]),
    workshop=rarely(*WORKSHOPS),
    group=rarely(*GROUPS),
    sex=rarely("L", "P"),
    kecamatan=rarely("64.71.01"),
    pillar=rarely("aman"),
)
