"""Find pairs of people with similar names in one place, without comparing all people with all."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlmodel import col

from app.database import Db
from app.models import AttendanceImportRow, Participant, PossibleDuplicate
from app.people.values.names import CLEARLY_DIFFERENT, SAME, similarity
from app.queries.in_values import in_values

# A name is in one block for each of its words: the block of the word's first letters. Within a block it is compared
# with its next neighbours in the order of names.
BLOCK_PREFIX_LENGTH = 3
MAX_NEIGHBOURS = 12

# The limit for the new pairs of one place in one run. Once these are decided, the nightly run finds the next.
MAX_PAIRS = 500


@dataclass(frozen=True, slots=True)
class Place:
    """A kelurahan of the city, or a place outside it."""

    kelurahan_code: str | None
    outside_place: str | None


@dataclass(frozen=True, slots=True)
class Namesake:
    """The details of a person that are compared. `letters` are the letters of the name without spaces."""

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
    """Two people; `participant_id` is the lower id. `likeness` is the similarity of their names, 0 to 100."""

    participant_id: int
    other_id: int
    likeness: int


def list_places(db: Db, *, import_ids: Collection[int] | None = None) -> list[Place]:
    """Return the distinct places where people live, in no particular order.

    With `import_ids` only the places of people whom the rows of these imports name.
    """
    statement = select(col(Participant.kelurahan_code), col(Participant.outside_place)).distinct()
    if import_ids is not None:
        in_imports = select(col(AttendanceImportRow.participant_id)).where(
            in_values(db, col(AttendanceImportRow.attendance_import_id), import_ids),
            col(AttendanceImportRow.participant_id).is_not(None),
        )
        statement = statement.where(col(Participant.id).in_(in_imports))
    return [Place(kelurahan, outside) for kelurahan, outside in db.execute(statement)]


def list_similar_pairs(db: Db, place: Place) -> list[SimilarPair]:
    """Return at most `MAX_PAIRS` (500) pairs of people in a place who may be one person, the most alike first.

    Pairs that are saved already, decided or not, are left out.
    """
    saved = _load_saved_pairs(db, place)
    pairs = [
        pair
        for pair in pair_similar_names(_load_people(db, place))
        if (pair.participant_id, pair.other_id) not in saved
    ]
    return sorted(pairs, key=lambda pair: (-pair.likeness, pair.participant_id, pair.other_id))[:MAX_PAIRS]


def pair_similar_names(people: Sequence[Namesake]) -> list[SimilarPair]:
    """Return each pair of people with similar names and no contradicting details, once.

    It compares each person with the next `MAX_NEIGHBOURS` in blocks of people whose names share the beginning of a
    word. So the work grows with the number of people, not with its square, and a few pairs may be missed.
    """
    pairs: dict[tuple[int, int], SimilarPair] = {}
    for block in _blocks(people):
        for position, one in enumerate(block):
            for other in block[position + 1 : position + 1 + MAX_NEIGHBOURS]:
                if pair := _pair(one, other):
                    pairs[pair.participant_id, pair.other_id] = pair
    return list(pairs.values())


def _blocks(people: Sequence[Namesake]) -> Iterator[list[Namesake]]:
    """Yield the people of each block, sorted by their names, rotated to begin with the block's word.

    Names that differ in one word by a typing error still meet in the blocks of their other words.
    """
    blocks: defaultdict[str, list[tuple[str, int, Namesake]]] = defaultdict(list)
    for person in people:
        words = person.name_key.split()
        for position, word in enumerate(words):
            rotated_name = " ".join(words[position:] + words[:position])
            blocks[word[:BLOCK_PREFIX_LENGTH]].append((rotated_name, person.id, person))
    for block in blocks.values():
        yield [person for _, _, person in sorted(block, key=lambda entry: entry[:2])]


def _pair(one: Namesake, other: Namesake) -> SimilarPair | None:
    """Return the pair if the two may be one person, else None.

    Their names must be the same, or not clearly different if they share another detail, and no details may contradict.
    Names are also compared without spaces: Nurhayati is Nur Hayati.
    """
    if one.id == other.id or _contradict(one, other):
        return None
    likeness = max(similarity(one.name_key, other.name_key), similarity(one.letters, other.letters))
    if likeness < (CLEARLY_DIFFERENT if _share_a_detail(one, other) else SAME):
        return None
    return SimilarPair(min(one.id, other.id), max(one.id, other.id), int(likeness))


def _contradict(one: Namesake, other: Namesake) -> bool:
    """Return whether the NIK, the birth date or the sex of both is known and differs."""
    return any(
        mine is not None and theirs is not None and mine != theirs
        for mine, theirs in (
            (one.nik_key, other.nik_key),
            (one.birth_date, other.birth_date),
            (one.sex, other.sex),
        )
    )


def _share_a_detail(one: Namesake, other: Namesake) -> bool:
    """Return whether the two have the same known birth date, phone or e-mail address."""
    return any(
        mine is not None and mine == theirs
        for mine, theirs in (
            (one.birth_date, other.birth_date),
            (one.phone, other.phone),
            (one.email, other.email),
        )
    )


def _load_people(db: Db, place: Place) -> list[Namesake]:
    """Return the people who live in a place."""
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
    """Return the letters of a name in lower case, without spaces, digits and punctuation."""
    return "".join(filter(str.isalpha, name.casefold()))


def _load_saved_pairs(db: Db, place: Place) -> set[tuple[int, int]]:
    """Return the saved pairs whose person with the lower id lives in a place, as ids, the lower first."""
    statement = (
        select(col(PossibleDuplicate.participant_id), col(PossibleDuplicate.other_id))
        .join(Participant, col(Participant.id) == col(PossibleDuplicate.participant_id))
        .where(
            col(Participant.kelurahan_code).is_not_distinct_from(place.kelurahan_code),
            col(Participant.outside_place).is_not_distinct_from(place.outside_place),
        )
    )
    return {(one, other) for one, other in db.execute(statement)}
