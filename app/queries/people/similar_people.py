"""People of similar names in one place, found without comparing everybody with everybody."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlmodel import col

from app.database import Db
from app.models import AttendanceImportRow, Participant, PossibleDuplicate
from app.people.names import CLEARLY_DIFFERENT, SAME, similarity

# A name stands in one block for each of its words; there it is compared with so many that follow it.
BLOCK_LETTERS = 3
NEIGHBOURS = 12

# So many pairs of one place are kept at a time, the likeliest first; who works them off finds the next a day later.
MAX_PAIRS = 500


@dataclass(frozen=True, slots=True)
class Place:
    """A kelurahan of the city, or a place outside it."""

    kelurahan_code: str | None
    outside_place: str | None


@dataclass(frozen=True, slots=True)
class Namesake:
    """What tells whether two people of similar names may be one. `letters` are the name's, written together."""

    id: int
    name_key: str
    letters: str
    nik_key: str | None
    birth_date: date | None
    sex: str | None
    phone: str | None
    email: str | None


@dataclass(frozen=True, slots=True)
class SimilarPair:
    """`participant_id` is the lower of the two; `likeness` is that of the names, 0 to 100."""

    participant_id: int
    other_id: int
    likeness: int


def list_places(db: Db, *, import_id: int | None = None) -> list[Place]:
    """Where people live, or only those whom an import names."""
    statement = select(col(Participant.kelurahan_code), col(Participant.outside_place)).distinct()
    if import_id is not None:
        named = select(col(AttendanceImportRow.participant_id)).where(
            col(AttendanceImportRow.attendance_import_id) == import_id,
            col(AttendanceImportRow.participant_id).is_not(None),
        )
        statement = statement.where(col(Participant.id).in_(named))
    return [Place(kelurahan, outside) for kelurahan, outside in db.execute(statement)]


def list_similar_pairs(db: Db, place: Place) -> list[SimilarPair]:
    """Pairs of people living there who may be one and whom nobody has been asked about, the likeliest first."""
    people = _people(db, place)
    asked = _pairs_of(db, place)
    found = [pair for pair in pair_similar_names(people) if (pair.participant_id, pair.other_id) not in asked]
    return sorted(found, key=lambda pair: (-pair.likeness, pair.participant_id, pair.other_id))[:MAX_PAIRS]


def pair_similar_names(people: Sequence[Namesake]) -> list[SimilarPair]:
    """Compares neighbours within blocks: people whose names share the beginning of a word, in the order of the names.

    The work grows with the number of people, not with its square. Each pair comes once.
    """
    found: dict[tuple[int, int], SimilarPair] = {}
    for block in _blocks(people):
        for position, one in enumerate(block):
            for other in block[position + 1 : position + 1 + NEIGHBOURS]:
                if pair := _pair(one, other):
                    found[pair.participant_id, pair.other_id] = pair
    return list(found.values())


def _blocks(people: Sequence[Namesake]) -> Iterator[list[Namesake]]:
    """A slip in one word leaves the two together in the blocks of the others."""
    blocks: defaultdict[str, list[tuple[str, int, Namesake]]] = defaultdict(list)
    for person in people:
        words = person.name_key.split()
        for position, word in enumerate(words):
            from_here = " ".join(words[position:] + words[:position])
            blocks[word[:BLOCK_LETTERS]].append((from_here, person.id, person))
    for block in blocks.values():
        yield [person for _, _, person in sorted(block, key=lambda entry: entry[:2])]


def _pair(one: Namesake, other: Namesake) -> SimilarPair | None:
    """Names that are the same by the rule for names, or unclear where another detail speaks for one person.

    Written together they are compared too: Nurhayati is Nur Hayati.
    """
    if one.id == other.id or _contradict(one, other):
        return None
    likeness = max(similarity(one.name_key, other.name_key), similarity(one.letters, other.letters))
    if likeness < (CLEARLY_DIFFERENT if _share_a_detail(one, other) else SAME):
        return None
    return SimilarPair(min(one.id, other.id), max(one.id, other.id), int(likeness))


def _contradict(one: Namesake, other: Namesake) -> bool:
    return any(
        mine is not None and theirs is not None and mine != theirs
        for mine, theirs in (
            (one.nik_key, other.nik_key),
            (one.birth_date, other.birth_date),
            (one.sex, other.sex),
        )
    )


def _share_a_detail(one: Namesake, other: Namesake) -> bool:
    return any(
        mine is not None and mine == theirs
        for mine, theirs in (
            (one.birth_date, other.birth_date),
            (one.phone, other.phone),
            (one.email, other.email),
        )
    )


def _people(db: Db, place: Place) -> list[Namesake]:
    columns = (
        col(Participant.id),
        col(Participant.name_key),
        col(Participant.name),
        col(Participant.nik_key),
        col(Participant.birth_date),
        col(Participant.sex),
        col(Participant.phone),
        col(Participant.email),
    )
    statement = select(*columns).where(
        col(Participant.kelurahan_code).is_not_distinct_from(place.kelurahan_code),
        col(Participant.outside_place).is_not_distinct_from(place.outside_place),
    )
    return [
        Namesake(id_, name_key, letters_only(name), *details)
        for id_, name_key, name, *details in db.execute(statement)
    ]


def letters_only(name: str) -> str:
    return "".join(filter(str.isalpha, name.casefold()))


def _pairs_of(db: Db, place: Place) -> set[tuple[int, int]]:
    statement = (
        select(col(PossibleDuplicate.participant_id), col(PossibleDuplicate.other_id))
        .join(Participant, col(Participant.id) == col(PossibleDuplicate.participant_id))
        .where(
            col(Participant.kelurahan_code).is_not_distinct_from(place.kelurahan_code),
            col(Participant.outside_place).is_not_distinct_from(place.outside_place),
        )
    )
    return {(one, other) for one, other in db.execute(statement)}
