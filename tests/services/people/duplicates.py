"""Helpers for tests of possible duplicates, merges and their undo."""

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
    """Search all places, as every night. Return the names of all pairs that are saved then."""
    with reading(city.engine) as read_db:
        for place in list_places(read_db):
            with writing(city.engine) as db:
                save_pairs(db, list_similar_pairs(read_db, place))
    name = {person.id: person.name for person in city.all(Participant)}
    return [(name[pair.participant_id], name[pair.other_id]) for pair in city.all(PossibleDuplicate)]


def get_person_id(city: City, name: str) -> int:
    return next(person.id for person in city.all(Participant) if person.name == name)


def get_pair_id(city: City, one: str, other: str) -> int:
    """Return the id of the pair of two people, which is saved if it isn't yet."""
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
    """Merge two people; `right` names, by field, the person whose value is right."""
    choices = {field: get_person_id(city, name) for field, name in right.items()}
    pair_id = get_pair_id(city, one, other)
    with writing(city.engine) as db:
        return merge_people(db, city.actor(by), pair_id, choices)


def unmerge(city: City, people_merge: PeopleMerge, *, by: str = "sari") -> PeopleMerge:
    with writing(city.engine) as db:
        return undo_merge(db, city.actor(by), people_merge.id)


def dump_state(city: City) -> Dump:
    """Return all rows except the log and the merges. Ids of pairs are replaced, because undo gives them new ones."""
    tables = dump(city.engine, without=("activity", "people_merge", "folded_registration"))
    pairs = sorted(
        ({**pair, "id": 0} for pair in tables["possible_duplicate"]), key=lambda pair: str(pair.values())
    )
    return {**tables, "possible_duplicate": pairs}


def undo_conflict_code(city: City, people_merge: PeopleMerge) -> str:
    """Return the code of the conflict that undoing a merge raises, and assert that nothing has changed."""
    before = dump_state(city)
    with pytest.raises(Conflict) as conflict:
        unmerge(city, people_merge)
    assert dump_state(city) == before
    return conflict.value.code
