"""Group the rows of a meeting's report by person: people join again, with other devices, under another name."""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from app.people.remarks import Remark
from app.people.values.cells import cell_text
from app.people.values.name_cells import is_device_name
from app.people.values.names import CLEARLY_DIFFERENT, name_key, similarity
from app.people.values.place_names import place_key
from app.people.values.text import clean, collapse, words
from app.spreadsheets.detected_table import SheetRow

_PART = re.compile(r"\s*[_|/()\[\]–—,;]\s*|\s+-+\s*|\s*-+\s+")

Stay = TypeVar("Stay")


@dataclass(slots=True)
class ReportPerson(Generic[Stay]):
    """The rows of one person, and those of further lists of the report that say when they came and went."""

    name: str
    stays: list[Stay] = field(default_factory=list)
    activities: list[Stay] = field(default_factory=list)


def group_people(
    stays: Sequence[Stay],
    activities: Iterable[Stay],
    row_of: Callable[[Stay], SheetRow],
    place_keys: Collection[str],
) -> list[ReportPerson[Stay]]:
    """Return the people of a report with their rows.

    Rows are one person's if they have the same e-mail and names that may be one person's, or no e-mail and the same
    name as rows of one e-mail or of none. Devices without an e-mail ("iPhone") are one person each.
    """
    grouping = _Grouping[Stay](place_keys)
    for stay in stays:
        grouping.learn(row_of(stay))
    for stay in stays:
        grouping.person_of(row_of(stay)).stays.append(stay)
    for stay in activities:
        if person := grouping.find_person(row_of(stay)):
            person.activities.append(stay)
    return grouping.people


class _Grouping(Generic[Stay]):
    def __init__(self, place_keys: Collection[str]) -> None:
        self.place_keys = place_keys
        self.people: list[ReportPerson[Stay]] = []
        self.by_key: dict[str, list[ReportPerson[Stay]]] = defaultdict(list)
        self.emails: dict[str, set[str]] = defaultdict(set)

    def learn(self, row: SheetRow) -> None:
        """Remember which e-mails a name has."""
        if email := _email(row):
            self.emails[words(_name(row))].add(email)

    def key(self, row: SheetRow) -> str:
        email, name = _email(row), words(_name(row))
        if not email and name and len(self.emails[name]) == 1:
            email = next(iter(self.emails[name]))
        if email:
            return f"email {email}"
        return f"name {name}" if name and not is_device_name(_name(row)) else f"row {row.number}"

    def find_person(self, row: SheetRow) -> ReportPerson[Stay] | None:
        """Return the person of a row, None for a new one."""
        own = _own_name(_name(row), self.place_keys)
        return next(
            (person for person in self.by_key[self.key(row)] if _may_be_same(person.name, own)),
            None,
        )

    def person_of(self, row: SheetRow) -> ReportPerson[Stay]:
        person = self.find_person(row)
        own = _own_name(_name(row), self.place_keys)
        if person is None:
            person = ReportPerson[Stay](own)
            self.people.append(person)
            self.by_key[self.key(row)].append(person)
        person.name = person.name or own
        return person


def _email(row: SheetRow) -> str:
    return clean(cell_text(row.cells.get("email"))).lower()


def _name(row: SheetRow) -> str:
    return collapse(clean(cell_text(row.cells.get("name"))))


def _own_name(text: str, place_keys: Collection[str]) -> str:
    """Return the key of a name without the places beside it, "" for a device."""
    if is_device_name(text):
        return ""
    parts = [part for part in _PART.split(text) if part and not is_device_name(part)]
    return name_key(" ".join(part for part in parts if place_key(part) not in place_keys))


def _may_be_same(one: str, other: str) -> bool:
    one_words, other_words = set(one.split()), set(other.split())
    return one_words <= other_words or other_words <= one_words or similarity(one, other) >= CLEARLY_DIFFERENT


def name_alike(rows: Sequence[SheetRow], place_keys: Collection[str]) -> Iterator[SheetRow]:
    """Yield the rows of one person with the name that tells most: they joined as "iPhone", and then typed their name.

    A name that says something else than the one that is taken gets a warning.
    """
    best = max((_name(row) for row in rows), key=lambda name: _tells(name, place_keys))
    for row in rows:
        name = _name(row)
        if words(name) == words(best):
            yield row
            continue
        is_part = set(words(name).split()) <= set(words(best).split())
        found = {"found": name, "name": best}
        remarks = () if is_part else (Remark("warning", "name", "meeting-other-name", found),)
        yield replace(row, cells={**row.cells, "name": best}, remarks=(*row.remarks, *remarks))


def _tells(name: str, place_keys: Collection[str]) -> tuple[bool, bool]:
    """Return a key that is highest for the name that tells most: no device, and with a kelurahan."""
    parts = _PART.split(name)
    return not is_device_name(name), any(place_key(part) in place_keys for part in parts if part)
