"""Possible duplicates: which pairs are proposed, and that decisions are remembered."""

import random
import string
from itertools import combinations

import pytest

from app.database import writing
from app.errors import Forbidden, NotFound
from app.jobs.tasks import TaskRunner
from app.models import OutboxTask, PairState, PossibleDuplicate
from app.people.values.names import SAME, name_key, similarity
from app.queries.people import similar_people
from app.queries.people.similar_people import Namesake, letters_only, pair_similar_names
from app.services.people.duplicates import mark_as_different
from app.settings import Settings
from tests.city import City, crowd, sheet
from tests.scenarios import scenario
from tests.services.people.duplicates import find_duplicates

HEADER = "Nama;NIK;Kelurahan;L/P;Tgl Lahir;HP;Kehadiran"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Siti Aminah;;Manggar;;;;hadir", "Siti Aminnah;;Manggar;;;;hadir"),
        ("Kusuma Wardani;;Manggar;P;;;hadir", "Qusuma Wardani;;Manggar;;;;hadir"),
        ("Muhammad Rizky Pratama;;Manggar;;;;hadir", "M. Rizki Pratama;;Manggar;;;;hadir"),
        ("Siti Aminah;;Manggar;;5/8/1980;;hadir", "Siti Aminah Putri;;Manggar;;5/8/1980;;hadir"),
        ("Nurhayati;;Manggar;;;;hadir", "Nur Hayati;;Manggar;;;;hadir"),
        ("Yusuf Contoh;;Samarinda;;;;hadir", "Yusup Contoh;;Samarinda;;;;hadir"),
    ],
)
def test_similar_names_in_one_place_are_proposed(city: City, one: str, other: str) -> None:
    city.import_sheet(city.session(), sheet(HEADER, one, other))

    assert find_duplicates(city) == [(one.split(";")[0], other.split(";")[0])]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Siti Aminah;;Manggar;;;;hadir", "Siti Aminnah;;Lamaru;;;;hadir"),
        ("Siti Aminah;;Manggar;;;;hadir", "Siti Rahmawati;;Manggar;;;;hadir"),
        ("Siti Aminah;;Manggar;;;;hadir", "Siti Aminah Putri;;Manggar;;;;hadir"),
        ("Nur Ainun;;Manggar;L;;;hadir", "Nur Ainum;;Manggar;P;;;hadir"),
        ("Siti Aminah;;Manggar;;5/8/1980;;hadir", "Siti Aminnah;;Manggar;;6/8/1990;;hadir"),
        (
            "Siti Aminah;6471054408900002;Manggar;;;;hadir",
            "Siti Aminnah;6471056109010009;Manggar;;;;hadir",
        ),
        ("Yusuf Contoh;;Samarinda;;;;hadir", "Yusup Contoh;;Penajam;;;;hadir"),
    ],
)
def test_clearly_different_people_are_not_proposed(city: City, one: str, other: str) -> None:
    city.import_sheet(city.session(), sheet(HEADER, one, other))

    assert find_duplicates(city) == []


@scenario
def sitis(city: City) -> None:
    city.import_sheet(
        city.session(), sheet(HEADER, "Siti Aminah;;Manggar;;;;hadir", "Siti Aminnah;;Manggar;;;;hadir")
    )


def test_duplicates_are_searched_after_a_commit(sitis: City, settings: Settings) -> None:
    runner = TaskRunner(settings, sitis.engine, sitis.vault)

    runner.drain()

    assert [pair.likeness for pair in sitis.all(PossibleDuplicate)] == [95]
    assert sitis.all(OutboxTask) == []


def test_duplicates_are_searched_everywhere_every_night(sitis: City, settings: Settings) -> None:
    sitis.register("UMKM-2025-1", "Siti Aminahh")
    runner = TaskRunner(settings, sitis.engine, sitis.vault)

    for _ in range(2):
        runner.check_nightly()
        runner.drain()

    assert len(sitis.all(PossibleDuplicate)) == 3


def test_people_marked_as_different_are_not_proposed_again(sitis: City) -> None:
    find_duplicates(sitis)
    [pair] = sitis.all(PossibleDuplicate)

    with writing(sitis.engine) as db:
        mark_as_different(db, sitis.actor("sari"), pair.id)

    find_duplicates(sitis)
    [pair] = sitis.all(PossibleDuplicate)
    assert (pair.state, pair.decided_by) == (PairState.DIFFERENT, sitis.users["sari"].id)


def pairs_with_state(city: City) -> list[tuple[str, str, PairState]]:
    """Search everywhere. Return the names and the state of all saved pairs."""
    pairs = find_duplicates(city)
    return [(*pair, kept.state) for pair, kept in zip(pairs, city.all(PossibleDuplicate), strict=True)]


def test_choosing_somebody_new_in_a_review_marks_people_as_different(city: City) -> None:
    """Both from a person of the database and from a person of an earlier row."""
    city.import_sheet(city.session(), sheet(HEADER, "Siti Aminah;;Manggar;P;5/8/1980;;hadir"))
    attendance_import = city.upload(
        city.session("UMKM-2025-2"),
        sheet(HEADER, "Siti Aminah;;Manggar;;;081200000001;hadir", "Siti Aminah;;Manggar;;;;hadir"),
    )
    city.correct(attendance_import.id, 2, decision={"person": "new"})
    city.correct(attendance_import.id, 3, decision={"person": "new"})

    city.commit(attendance_import.id)

    assert pairs_with_state(city) == [("Siti Aminah", "Siti Aminah", PairState.DIFFERENT)] * 3
    assert {pair.decided_by for pair in city.all(PossibleDuplicate)} == {city.users["sari"].id}


def test_a_withdrawn_choice_of_somebody_new_marks_nobody_as_different(city: City) -> None:
    content = sheet(HEADER, "Siti Aminah;;Manggar;;;081200000001;hadir", "Siti Aminah;;Manggar;;;;hadir")
    attendance_import = city.upload(city.session(), content)
    city.correct(attendance_import.id, 3, decision={"person": "new"})
    city.correct(attendance_import.id, 3, cells={"name": "Siti Aminnah"}, decision={"person": None})

    city.commit(attendance_import.id)

    assert pairs_with_state(city) == [("Siti Aminah", "Siti Aminnah", PairState.OPEN)]


def test_undoing_a_sheet_deletes_its_pairs_of_different_people(city: City) -> None:
    city.import_sheet(city.session(), sheet(HEADER, "Siti Aminah;;Manggar;P;5/8/1980;;hadir"))
    attendance_import = city.upload(
        city.session("UMKM-2025-2"), sheet(HEADER, "Siti Aminah;;Manggar;;;;hadir")
    )
    city.correct(attendance_import.id, 2, decision={"person": "new"})
    city.commit(attendance_import.id)

    city.undo(attendance_import.id)

    assert pairs_with_state(city) == []


def test_only_who_may_merge_decides(sitis: City) -> None:
    find_duplicates(sitis)
    [pair] = sitis.all(PossibleDuplicate)

    for name, refusal in (("tono", NotFound), ("budi", Forbidden), ("rina", Forbidden)):
        with writing(sitis.engine) as db, pytest.raises(refusal):
            mark_as_different(db, sitis.actor(name), pair.id)

    assert [pair.state for pair in sitis.all(PossibleDuplicate)] == [PairState.OPEN]


def test_pairs_are_deleted_with_their_people(sitis: City) -> None:
    find_duplicates(sitis)

    sitis.undo(1)

    assert sitis.all(PossibleDuplicate) == []


def test_the_most_similar_pairs_of_a_place_are_saved_up_to_a_limit(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(similar_people, "MAX_PAIRS", 3)
    city.import_sheet(city.session(), crowd(20))
    city.register("UMKM-2025-1", "Siti Aminah Nurhayati Lestari")
    city.register("UMKM-2025-1", "Siti Aminah Nurhayati Lestary")

    find_duplicates(city)

    kept = [pair.likeness for pair in city.all(PossibleDuplicate)]
    assert len(kept) == 3
    assert max(kept) == kept[0]


def test_comparisons_grow_linearly_with_the_number_of_people(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = [0]

    def counted(one: str, other: str) -> float:
        compared[0] += 1
        return similarity(one, other)

    monkeypatch.setattr(similar_people, "similarity", counted)
    chance = random.Random(34)  # noqa: S311 (the same made-up names every time, nothing secret)

    counts = []
    for size in (500, 2000):
        compared[0] = 0
        pair_similar_names([namesake(n, f"{word(chance)} muhammad {word(chance)}") for n in range(size)])
        counts.append(compared[0])

    assert counts[1] < 6 * counts[0] < 6 * 500 * 3 * similar_people.MAX_NEIGHBOURS


def test_every_pair_that_comparing_all_with_all_finds_is_found() -> None:
    chance = random.Random(68)  # noqa: S311
    names = [f"{word(chance)} {word(chance)}" for _ in range(150)]
    slips = [
        name.replace(name[position], chance.choice(string.ascii_lowercase), 1)
        for name in names
        for position in [chance.randrange(len(name))]
        if name[position] != " "
    ]
    people = [namesake(n, name) for n, name in enumerate(names + slips)]

    everything = {
        (one.id, other.id)
        for one, other in combinations(people, 2)
        if similarity(one.name_key, other.name_key) >= SAME
    }

    assert len(everything) > 50
    assert {(pair.participant_id, pair.other_id) for pair in pair_similar_names(people)} >= everything


def namesake(number: int, name: str) -> Namesake:
    return Namesake(number, name_key(name), letters_only(name), None, None, None, None, None)


def word(chance: random.Random) -> str:
    return "".join(chance.choices(string.ascii_lowercase, k=8))
