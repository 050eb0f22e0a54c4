"""Two records of one Siti, and what the tests do with them."""

import pytest

from app.database import reading, writing
from app.errors import Conflict
from app.models import Participant, PeopleMerge, PossibleDuplicate
from app.queries.people.similar_people import list_places, list_similar_pairs
from app.services.people.duplicates import save_pairs
from app.services.people.merge import merge_people
from app.services.people.merge_undo import undo_merge
from tests.city import City, Dump, dump


def find_duplicates(city: City) -> list[tuple[str, str]]:
    """Looks everywhere, as each night; the names of all pairs that are kept then."""
    with reading(city.engine) as look:
        for place in list_places(look):
            with writing(city.engine) as db:
                save_pairs(db, list_similar_pairs(look, place))
    name = {person.id: person.name for person in city.all(Participant)}
    return [(name[pair.participant_id], name[pair.other_id]) for pair in city.all(PossibleDuplicate)]


def get_person_id(city: City, name: str) -> int:
    return next(one.id for one in city.all(Participant) if one.name == name)


def get_pair_id(city: City, one: str, other: str) -> int:
    """The number of the pair of two people, kept as if it had been found where it isn't there."""
    first, second = sorted((get_person_id(city, one), get_person_id(city, other)))
    for pair in city.all(PossibleDuplicate):
        if (pair.participant_id, pair.other_id) == (first, second):
            return pair.id
    with writing(city.engine) as db:
        pair = PossibleDuplicate(participant_id=first, other_id=second, likeness=95)
        db.add(pair)
        db.flush()
        return pair.id


def merge_by_names(city: City, one: str, other: str, *, by: str = "sari", **right: str) -> PeopleMerge:
    """Merges two people by name; `right` says for a field whose value is right."""
    choices = {field: get_person_id(city, name) for field, name in right.items()}
    pair_id = get_pair_id(city, one, other)
    with writing(city.engine) as db:
        return merge_people(db, city.actor(by), pair_id, choices)


def unmerge(city: City, made: PeopleMerge, *, by: str = "sari") -> PeopleMerge:
    with writing(city.engine) as db:
        return undo_merge(db, city.actor(by), made.id)


def dump_state(city: City) -> Dump:
    """All that there is but the log and the merges themselves; the number of a pair says nothing."""
    tables = dump(city.engine, without=("activity", "people_merge", "folded_registration"))
    pairs = sorted(
        ({**pair, "id": 0} for pair in tables["possible_duplicate"]), key=lambda pair: str(pair.values())
    )
    return {**tables, "possible_duplicate": pairs}


def undo_conflict_code(city: City, made: PeopleMerge) -> str:
    """The code of the refusal to undo a merge, which changes nothing."""
    before = dump_state(city)
    with pytest.raises(Conflict) as conflict:
        unmerge(city, made)
    assert dump_state(city) == before
    return conflict.value.code
