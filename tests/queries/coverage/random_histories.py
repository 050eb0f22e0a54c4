"""Random histories of a city: what is planned, held and recorded there, and taken back again."""

from collections.abc import Callable
from datetime import date
from typing import Any

from hypothesis import strategies as st

from app.models import AttendanceStatus
from app.queries.coverage.counts import CoverageFilters
from app.services.registrations.recognition import PersonInput
from tests.queries.coverage.life import GROUPS, HELD, HOMES, MARKS, NAMES, SESSIONS, WORKSHOPS, Deed, Life
from tests.stories import LAMARU, MANGGAR

numbers = st.integers(0, 20)
sessions = st.integers(0, len(SESSIONS) - 1)
homes = st.sampled_from(HOMES)
groups = st.sampled_from(GROUPS)
known = st.booleans()
others = st.sampled_from(["leave", "absent"])


places = st.sampled_from([None, MANGGAR, LAMARU])


def rarely(*values: str) -> st.SearchStrategy[str | None]:
    return st.sampled_from([None] * 6 + [*values])


def given_person(number: int, home: str, group: str, by_nik: bool, told_sex: bool) -> PersonInput:
    """Without the NIK somebody is recognised by name and kelurahan alone, and is another record after moving."""
    return PersonInput(
        NAMES[number], home, group, nik(number) if by_nik else "", sex="LP"[number % 2] if told_sex else ""
    )


def nik(number: int) -> str:
    """Of somebody born on the first of the month; a woman's day is 40 later."""
    return f"647105{1 + 40 * (number % 2):02}0190{number + 1:04}"


def row(person: PersonInput, mark: str) -> str:
    home = "Samarinda" if person.kelurahan == "outside" else person.kelurahan
    return ";".join((person.name, person.nik, person.sex, home, person.target_group, mark))


persons = st.builds(given_person, st.integers(0, len(NAMES) - 1), homes, groups, known, known)
rows = st.lists(st.builds(row, persons, st.sampled_from(MARKS)), min_size=1, max_size=4)


def several(deeds: st.SearchStrategy[Deed]) -> st.SearchStrategy[list[Deed]]:
    return st.lists(deeds, min_size=4, max_size=8)


def deed(what: Callable[..., None], *said: st.SearchStrategy[Any]) -> st.SearchStrategy[Deed]:
    """With anything that may be said."""
    return st.builds(Deed, st.just(what), st.tuples(*said))


registering = deed(Life.register, sessions, persons, st.booleans())
uploading = deed(Life.upload, sessions, rows, others, st.sampled_from([True, True, True, False]))
before = st.one_of(
    registering,
    registering,
    registering,
    deed(Life.cancel, numbers),
    deed(Life.correct, numbers, persons),
    deed(Life.move, numbers, persons),
    deed(Life.call_off, st.just(len(HELD) - 1)),
    deed(
        Life.aim, st.sampled_from([2025, 2026]), places, st.sampled_from([*GROUPS, None]), st.integers(0, 3)
    ),
)
merging = deed(Life.merge, numbers, numbers)
unmerging = deed(Life.undo_merge, numbers)
after = st.one_of(
    uploading,
    uploading,
    deed(Life.commit, numbers, others),
    deed(Life.undo, numbers),
    deed(Life.walk_in, sessions, persons),
    deed(Life.mark, numbers, st.sampled_from([*AttendanceStatus, None])),
    merging,
    unmerging,
    unmerging,
    deed(Life.move, numbers, persons),
    registering,
)
held = st.sets(st.integers(0, len(HELD) - 1), min_size=3)


@st.composite
def histories(draw: st.DrawFn) -> list[Deed]:
    """What is planned, the sessions that take place, and what follows; Manggar is split at some time or never."""
    planned = draw(st.lists(registering, min_size=3, max_size=4)) + draw(several(before))
    taking_place = [Deed(Life.hold, (number,)) for number in sorted(draw(held))]
    following = [*draw(st.lists(uploading, min_size=2, max_size=3)), draw(merging), *draw(several(after))]
    deeds = [*planned, *taking_place, *following]
    if (when := draw(st.integers(0, len(deeds) * 2))) <= len(deeds):
        deeds.insert(when, Deed(Life.split))
    return deeds


asked = st.builds(
    CoverageFilters,
    from_=st.sampled_from([date(2024, 12, 31), date(2025, 1, 1), date(2025, 7, 1)]),
    to=st.sampled_from([date(2025, 12, 31), date(2026, 1, 1), date(2099, 12, 31)]),
    workshop=rarely(*WORKSHOPS),
    group=rarely(*GROUPS),
    sex=rarely("L", "P"),
    kecamatan=rarely("64.71.01"),
    pillar=rarely("aman"),
)
