"""Counts of distinct people by numbered keys, such as kelurahan, from the arrays of `queries.coverage.facts`.

A count takes two steps: `group_by_person` leaves one row per person and key, and `count_people` counts these rows.
"""

from dataclasses import dataclass
from operator import add
from threading import Lock
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.queries.coverage.facts import FACT_BITS, REGISTERED, Fact, Facts, Numbers
from app.reports.coverage.report import SexKey

KEY_BITS = 25
"""A person's id has 31 bits and their facts 7: the three fit into one number of 64 bits, which sorts fastest."""

_ONE_AT_A_TIME = Lock()
"""Grouping a million registrations takes 50 MB for a moment. No query of the database is made meanwhile."""


class PeopleCount(NamedTuple):
    """Counts of distinct people, and the number of their attendances.

    `people`        all of them, including those on a waiting list
    `registered`    without those who are only on a waiting list
    `participants`  present at least once; `men` and `women` are those whose sex is recorded
    `to_come`, `list_missing`  without an outcome of a session to come, or of one that is over
    """

    people: int = 0
    registered: int = 0
    attendances: int = 0
    participants: int = 0
    to_come: int = 0
    list_missing: int = 0
    men: int = 0
    women: int = 0

    def plus(self, other: "PeopleCount") -> "PeopleCount":
        """Return the sum of two counts that have no people in common."""
        return PeopleCount(*map(add, self, other))

    @property
    def by_sex(self) -> dict[SexKey, int]:
        """The participants by sex, with all three keys."""
        return {"L": self.men, "P": self.women, "unknown": self.participants - self.men - self.women}


NO_PEOPLE = PeopleCount()


@dataclass(frozen=True)
class PeopleByKey:
    """A row for each person and key, by person: what any of the person's registrations with this key says."""

    person: Numbers
    key: Numbers
    facts: NDArray[np.uint8]

    @property
    def with_several_keys(self) -> NDArray[np.bool_]:
        """Whether each row's person has other rows, too."""
        has_earlier = ~self.is_first
        several = has_earlier.copy()
        several[:-1] |= has_earlier[1:]
        return several

    @property
    def is_first(self) -> NDArray[np.bool_]:
        """Whether each row is the first of its person, which is the one with the lowest key."""
        return _differs_from_previous(self.person)

    def where(self, condition: NDArray[np.bool_]) -> "PeopleByKey":
        """Return the rows for which the condition holds."""
        return PeopleByKey(self.person[condition], self.key[condition], self.facts[condition])

    def regrouped(self, key_of: Numbers) -> "PeopleByKey":
        """Return a row for each person and new key: `key_of` has the new key of each key."""
        return group_by_person(self.person, key_of[self.key], self.facts)


def group_by_person(person: Numbers, key: Numbers, facts: NDArray[np.uint8]) -> PeopleByKey:
    """Return a row per person and key, with the facts of all their rows joined. Keys have at most `KEY_BITS` bits."""
    with _ONE_AT_A_TIME:
        packed = person << KEY_BITS
        packed |= key
        packed <<= FACT_BITS
        packed |= facts
        packed.sort()
        sorted_facts = packed.astype(np.uint8) & np.uint8(2**FACT_BITS - 1)
        packed >>= FACT_BITS
        first = np.flatnonzero(_differs_from_previous(packed))
        grouped = packed[first]
        del packed
        return PeopleByKey(
            person=grouped >> KEY_BITS,
            key=grouped & (2**KEY_BITS - 1),
            facts=np.bitwise_or.reduceat(sorted_facts, first) if len(first) else sorted_facts,
        )


def _differs_from_previous(numbers: Numbers) -> NDArray[np.bool_]:
    """Return for each number whether it differs from the one before it; the first does."""
    differs = np.ones(len(numbers), np.bool_)
    np.not_equal(numbers[1:], numbers[:-1], out=differs[1:])
    return differs


def count_people(people: PeopleByKey, key_count: int) -> list[PeopleCount]:
    """Return the counts of people by key, from 0 to `key_count`, not included; `attendances` is 0 in all."""
    combined = people.key << FACT_BITS | people.facts
    table = np.bincount(combined, minlength=key_count << FACT_BITS).reshape(key_count, 1 << FACT_BITS)
    return [PeopleCount(*row) for row in (table @ _WHAT_COUNTS).tolist()]


def count_attendances(key: Numbers, facts: NDArray[np.uint8], key_count: int) -> list[int]:
    """Return the number of registrations with an attendance by key, from 0 to `key_count`, not included."""
    counts: list[int] = np.bincount(key[(facts & Fact.PRESENT) > 0], minlength=key_count).tolist()
    return counts


def count_distinct(first: Numbers, second: Numbers, key_count: int) -> list[int]:
    """Return the number of distinct values of `second` by those of `first`, from 0 to `key_count`, not included.

    Values of `second` have at most 32 bits.
    """
    pairs = np.sort(first << 32 | second)
    counts: list[int] = np.bincount(pairs[_differs_from_previous(pairs)] >> 32, minlength=key_count).tolist()
    return counts


def counts_by_session(facts: Facts) -> dict[int, tuple[int, int]]:
    """Return the registered people and the attendances of each session by id, of those in the report's rows.

    Sessions without registered people are missing.
    """
    counted = facts.where(facts.counted)
    session_count = len(facts.sessions)
    registered = np.bincount(counted.session, minlength=session_count).tolist()
    attendances = count_attendances(counted.session, counted.facts, session_count)
    return {
        session.id: (people, attended)
        for session, people, attended in zip(facts.sessions, registered, attendances, strict=True)
        if people
    }


def _what_counts() -> Numbers:
    """Return a row for each combination of facts that a person can have: in which fields of `PeopleCount` they count.

    Someone present counts neither as to come nor as missing on a list only where nothing else is unrecorded.
    """
    rows = []
    for number in range(1 << FACT_BITS):
        facts = Fact(number)
        present = Fact.PRESENT in facts
        rows.append(
            PeopleCount(
                people=1,
                registered=bool(facts & REGISTERED),
                participants=present,
                to_come=Fact.TO_COME in facts and Fact.LIST_MISSING not in facts,
                list_missing=Fact.LIST_MISSING in facts,
                men=present and Fact.MAN in facts and Fact.WOMAN not in facts,
                women=present and Fact.WOMAN in facts,
            )
        )
    return np.array(rows, np.int64)


_WHAT_COUNTS = _what_counts()
