"""What differs between a person's record and what is said of them, and what becomes of proposals in a merge."""

from datetime import date

import pytest

from app.database import writing
from app.models import Participant, ProposedChange, Registration
from app.people.person import PersonValues
from app.services.people.proposals import ProposalSource, find_differences, propose_changes
from tests.city import LAMARU, MANGGAR, City
from tests.services.people.duplicates import merge_by_names, unmerge

SITI = Participant(
    name="Hj. Siti Contoh, S.Pd",
    name_key="contoh siti",
    kelurahan_code=MANGGAR,
    rt="12",
    phone="+6281200000411",
)
BUDI = Participant(name="Budi Contoh", name_key="budi contoh", outside_place="Samarinda")


@pytest.mark.parametrize(
    ("person", "values", "fields"),
    [
        (SITI, PersonValues(name="Siti Contoh", name_key="contoh siti", kelurahan=MANGGAR), []),
        (SITI, PersonValues(name="Siti Lain", name_key="lain siti"), ["name"]),
        (SITI, PersonValues(kelurahan=MANGGAR, rt="12", phone="+6281200000411"), []),
        (SITI, PersonValues(kelurahan=MANGGAR, rt="3"), ["kelurahan"]),
        (SITI, PersonValues(kelurahan=LAMARU), ["kelurahan"]),
        (SITI, PersonValues(birth_date=date(1990, 8, 4), sex="P"), ["sex", "birth_date"]),
        (BUDI, PersonValues(kelurahan="outside"), []),
        (BUDI, PersonValues(kelurahan="outside", outside_place="Penajam"), ["kelurahan"]),
    ],
)
def test_what_differs(person: Participant, values: PersonValues, fields: list[str]) -> None:
    assert list(find_differences(person, values, None)) == fields


def test_a_merge_takes_the_proposals_along_and_its_undo_gives_them_back(city: City) -> None:
    absorbed = city.register(city.session("A-1"), "Siti Contoh")
    kept = city.register(city.session("B-1"), "Siti Contoh Rahma")
    source = ProposalSource(registration_id=city.all(Registration)[0].id)
    with writing(city.engine) as db:
        phone = {"phone": {"phone": "+6281200000411"}}
        propose_changes(db, city.actor("sari"), {absorbed.id: phone}, source)
    merged = merge_by_names(city, "Siti Contoh", "Siti Contoh Rahma")
    assert [change.participant_id for change in city.all(ProposedChange)] == [kept.id]

    unmerge(city, merged)

    assert [change.participant_id for change in city.all(ProposedChange)] == [absorbed.id]
