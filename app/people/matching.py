"""Matches people with each other and with known people, by the same rules for a form, the API, a list and a sheet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, TypeAlias

from app.people.identity import Identity, Match, PeopleIndex, unclear_match_params
from app.people.known import KnownPeople, KnownRegistration, detail_remarks, person_changes
from app.people.person import ParsedPerson, PersonValues
from app.people.remarks import Candidate, Remark

_STRONG = frozenset({"nik", "contact"})


@dataclass(frozen=True, slots=True)
class SameAsRow:
    """The answer "this is the person of row n"."""

    row: int


PersonChoice: TypeAlias = int | Literal["new"] | SameAsRow | None


@dataclass(frozen=True, slots=True)
class Decision:
    """What a user chose for one row: who it is (a known person's id), where they live, or to leave it out."""

    person: PersonChoice = None
    kelurahan: str | None = None
    skip: bool = False


@dataclass(slots=True)
class MatchedPerson:
    """One person of a list, matched. `number` is theirs in the list (a sheet's row, else from 1).

    `person` is a known person's id, None for somebody new; `of` is the number of an earlier entry that is the same
    person. `changes` are a known person's blank details that would be filled: field → new value, under "nik" the NIK
    in clear. `distinct_from` are the known people and earlier entries that a user said this isn't, by choosing "new".
    """

    number: int
    values: PersonValues
    remarks: list[Remark] = field(default_factory=list)
    of: int | None = None
    person: int | None = None
    changes: dict[str, str | date] = field(default_factory=dict)
    distinct_from: tuple[int | SameAsRow, ...] = ()

    @property
    def needs_attention(self) -> bool:
        """Whether a remark is more than a warning."""
        return any(remark.level != "warning" for remark in self.remarks)

    def drop_questions(self) -> None:
        """Keep only warnings: what is wrong with somebody who repeats an earlier entry needs no answer."""
        self.remarks = [remark for remark in self.remarks if remark.level == "warning"]


class PeopleAbove:
    """The people of a list so far, by number, and by the known person as whom they were recognised."""

    def __init__(self) -> None:
        self.index = PeopleIndex()
        self.number_of: dict[int, int] = {}
        self._person_of: dict[int, int] = {}

    def add(self, number: int, values: PersonValues, person: int | None) -> None:
        self.index.add(number, values)
        if person is not None:
            self.number_of[person] = number
            self._person_of[number] = person

    def __contains__(self, number: object) -> bool:
        return number in self.index.identity

    def name(self, number: int) -> str:
        """The name of an entry, "" where it isn't among them."""
        return self.index.identity[number].name if number in self else ""

    def person(self, number: int) -> int | None:
        """The known person as whom an entry was recognised."""
        return self._person_of.get(number)


class PersonMatcher:
    """Matches the people of one list, in its order: first with those above (`above`), then with known people."""

    def __init__(self, known: KnownPeople, target_groups: tuple[str, ...] = ()) -> None:
        self.known = known
        self.target_groups = target_groups
        self.above = PeopleAbove()

    def identify(self, matched: MatchedPerson, choice: PersonChoice, registration: str | None = None) -> None:
        """Set `of` or `person`, or add the remark "person-unclear".

        `choice` is a user's, `registration` a code that the list gives for this person.
        """
        if choice == "new":
            matched.distinct_from = self._mistaken_for(matched)
        elif isinstance(choice, SameAsRow):
            if choice.row in self.above:
                matched.of = choice.row
            else:
                self._ask(matched, rows=(choice.row,), gone=True)
        elif choice is not None:
            self._take_chosen(matched, choice)
        elif not self._identify_by_registration(matched, registration):
            self._identify_by_comparing(matched)

    def complete(
        self, matched: MatchedPerson, registration: KnownRegistration | None, default_group: str | None = None
    ) -> None:
        """Add the group where none is given, and what changes of a known person; a NIK of somebody else is dropped.

        The group is that of the `registration`, the `default_group`, the known person's only one or the only one of
        the workshop.
        """
        if self._has_nik_of_another(matched) and not matched.needs_attention:
            matched.values = replace(matched.values, nik=None, nik_key=None)
            matched.remarks.append(Remark("warning", "nik", "nik-taken", {}))
        self._complete_group(matched, registration.target_group if registration else None, default_group)
        if matched.person is not None:
            person = self.known.person[matched.person]
            matched.changes = person_changes(person, matched.values)
            matched.remarks += detail_remarks(person, matched.values)

    def registration_of(self, person: int | None, *, registering: bool) -> KnownRegistration | None:
        """Return the person's registration for the session; a cancelled one keeps nobody from registering again."""
        registration = self.known.registration_of.get(person) if person is not None else None
        if registration is not None and registration.status == "cancelled" and registering:
            return None
        return registration

    def _mistaken_for(self, matched: MatchedPerson) -> tuple[int | SameAsRow, ...]:
        """Return as whom the person would be recognised, or who would be asked about, without a choice."""
        alone = replace(matched, remarks=[])
        self._identify_by_comparing(alone)
        if alone.person is not None:
            return (alone.person,)
        asked = [candidate for remark in alone.remarks for candidate in remark.candidates]
        rows = [alone.of, *(one.value for one in asked if one.kind == "row")]
        people = [one.value for one in asked if one.kind == "person"]
        return (
            *(SameAsRow(row) for row in rows if isinstance(row, int)),
            *(person for person in people if isinstance(person, int)),
        )

    def _take_chosen(self, matched: MatchedPerson, person: int) -> None:
        """Take the person that was chosen; if that record is gone meanwhile, ask again instead of guessing."""
        if person in self.known.person:
            self._take_person(matched, person)
        else:
            self._ask(matched, people=_found_by(self.known.index.find(matched.values)), gone=True)

    def _identify_by_registration(self, matched: MatchedPerson, code: str | None) -> bool:
        registration = self.known.registration.get(code) if code else None
        if registration is not None and registration.person_id in self.known.person:
            self._take_person(matched, registration.person_id)
            return True
        if code:
            matched.remarks.append(Remark("warning", "registration", "registration-unknown", {"found": code}))
        return False

    def _identify_by_comparing(self, matched: MatchedPerson) -> None:
        """Compare with the list first; a match by name alone there gives way to stronger evidence in the database."""
        in_list = self.above.index.find(matched.values)
        in_database = self.known.index.find(matched.values)
        known_otherwise = in_database.key is not None and in_database.basis != "name"
        if in_list.phone_shared or in_database.phone_shared:
            matched.remarks.append(Remark("warning", "phone", "phone-shared", {}))
        if in_list.key is not None and in_list.basis != "name":
            if in_list.basis in _STRONG or not matched.needs_attention:
                matched.of = in_list.key
        elif in_list.candidates and in_list.basis != "name":
            self._ask(matched, rows=in_list.candidates)
        elif in_list.basis == "name" and not known_otherwise:
            self._ask(matched, rows=_found_by(in_list), people=_found_by(in_database))
        else:
            self._take_match(matched, in_database)

    def _take_match(self, matched: MatchedPerson, found: Match) -> None:
        if found.candidates:
            self._ask(matched, people=found.candidates)
        elif found.key is not None:
            if found.basis == "name":
                matched.remarks.append(Remark("warning", "name", "person-by-name", {}))
            self._take_person(matched, found.key)

    def _take_person(self, matched: MatchedPerson, person: int) -> None:
        """Take a known person; if an entry above is that person already, this one repeats it."""
        matched.person = person
        matched.of = self.above.number_of.get(person)

    def _ask(
        self,
        matched: MatchedPerson,
        *,
        rows: tuple[int, ...] = (),
        people: tuple[int, ...] = (),
        gone: bool = False,
    ) -> None:
        """Ask who it is, and say why that isn't clear; `gone` means that what was chosen before no longer exists.

        An entry above that was recognised as one of the people is no choice beside that person.
        """
        again = {person: number for number in rows if (person := self.above.person(number)) in people}
        rows = tuple(number for number in rows if number not in again.values())
        others = [
            *((self.above.index.identity[number],) for number in rows if not gone),
            *(self._all_known_of(person, again.get(person)) for person in people if not gone),
        ]
        candidates = (
            *(Candidate("row", number, self.above.name(number)) for number in rows),
            *(Candidate("person", person, self.known.person[person].name) for person in people),
        )
        params = {
            **unclear_match_params(matched.values, others),
            **{f"row_of_{person}": row for person, row in again.items()},
        }
        matched.remarks.append(Remark("review", "name", "person-unclear", params, candidates))

    def _all_known_of(self, person: int, number: int | None) -> tuple[Identity, ...]:
        """Return what is known of a person, and what the entry above says that was recognised as them."""
        known = self.known.index.identity[person]
        return (known,) if number is None else (known, self.above.index.identity[number])

    def _has_nik_of_another(self, matched: MatchedPerson) -> bool:
        """Return whether the NIK belongs to another person, from whom this one was told apart all the same."""
        key = matched.values.nik_key
        if key is None:
            return False
        owners = self.known.index.by_nik.get(key, ())
        return key in self.above.index.by_nik or any(owner != matched.person for owner in owners)

    def _complete_group(
        self, matched: MatchedPerson, registered: str | None, default_group: str | None
    ) -> None:
        if any(remark.code == "group-unclear" for remark in matched.remarks):
            return
        belongs_to = self.known.person[matched.person].groups if matched.person is not None else ()
        group = (
            matched.values.target_group
            or registered
            or default_group
            or _only(belongs_to)
            or _only(self.target_groups)
        )
        if group is None:
            candidates = tuple(Candidate("target_group", code, code) for code in self.target_groups)
            matched.remarks.append(Remark("review", "target_group", "group-missing", {}, candidates))
        elif self.target_groups and group not in self.target_groups:
            matched.remarks.append(Remark("warning", "target_group", "group-unexpected", {"found": group}))
        if group != matched.values.target_group:
            matched.values = replace(matched.values, target_group=group)


def match_people(
    people: Sequence[ParsedPerson],
    known: KnownPeople,
    target_groups: tuple[str, ...],
    choices: Mapping[int, PersonChoice],
) -> tuple[MatchedPerson, ...]:
    """Match people to be registered, numbered from 1; `choices` are a user's, by number. The input stays as it is."""
    matcher = PersonMatcher(known, target_groups)
    result = []
    for number, parsed in enumerate(people, start=1):
        matched = MatchedPerson(number, parsed.values, list(parsed.remarks))
        matcher.identify(matched, choices.get(number))
        if matched.of is not None:
            matched.drop_questions()
        else:
            matcher.complete(matched, matcher.registration_of(matched.person, registering=True))
            if not matched.needs_attention:
                matcher.above.add(number, matched.values, matched.person)
        result.append(matched)
    return tuple(result)


def _found_by(finding: Match) -> tuple[int, ...]:
    """Return those between whom a user must choose, or the one found."""
    return finding.candidates or (() if finding.key is None else (finding.key,))


def _only(groups: tuple[str, ...]) -> str | None:
    return groups[0] if len(groups) == 1 else None
