"""Match people with each other and with known people, by the same rules for a form, the API, a list and a sheet."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, TypeAlias

from app.people.identity import Identity, Match, PeopleIndex, unclear_match_params
from app.people.known import KnownPeople, KnownRegistration, detail_remarks, person_changes
from app.people.person import ParsedPerson, PersonValues
from app.people.remarks import Candidate, Remark
from app.people.unlisted import UnlistedPeople

_STRONG = frozenset({"nik", "contact"})


@dataclass(frozen=True, slots=True)
class SameAsRow:
    """The choice "this is the person of row n"."""

    row: int


PersonChoice: TypeAlias = int | Literal["new"] | SameAsRow | None


@dataclass(frozen=True, slots=True)
class Decision:
    """What a user chose for one row: which person it is, the kelurahan, or that the row is skipped.

    `skip` False takes in a row that a list sets aside; None leaves that to the list.

    `keep` tells which attendance holds where a list contradicts one that was recorded at the door. `over` describes the
    latter; the choice does not hold for a later mark, of which the user knew nothing.
    """

    person: PersonChoice = None
    kelurahan: str | None = None
    skip: bool | None = None
    keep: Literal["door", "sheet"] | None = None
    over: str = ""


@dataclass(slots=True)
class MatchedPerson:
    """One person of a list after matching. `number` is the row in the sheet, or counts from 1.

    `person` is a known person's id, None for a new person; `of` is the number of an earlier entry that is the same
    person. `has_default_place`: the kelurahan is a default for the whole list. `changes` are a known person's blank
    details that would be filled: field → new value, under "nik" the NIK in clear. `corrects` names those of the changes
    that replace a filled detail. `distinct_from` are the known people and earlier entries that a user excluded by
    choosing "new".
    """

    number: int
    values: PersonValues
    remarks: list[Remark] = field(default_factory=list)
    of: int | None = None
    person: int | None = None
    has_default_place: bool = False
    changes: dict[str, str | date] = field(default_factory=dict)
    corrects: tuple[str, ...] = ()
    distinct_from: tuple[int | SameAsRow, ...] = ()

    @property
    def needs_attention(self) -> bool:
        """Return whether there is a remark of the level "error" or "review"."""
        return any(remark.level != "warning" for remark in self.remarks)

    def drop_questions(self) -> None:
        """Keep only warnings, as errors and questions of a repeated entry need no answer."""
        self.remarks = [remark for remark in self.remarks if remark.level == "warning"]


class PeopleAbove:
    """The earlier entries of a list, by number and by the known person with whom they were matched."""

    def __init__(self) -> None:
        self.index = PeopleIndex()
        self.number_of: dict[int, int] = {}
        self._person_of: dict[int, int] = {}

    def add(self, number: int, values: PersonValues, person: int | None) -> None:
        """Add an entry of the list; `person` is the id of the known person with whom it was matched, or None."""
        self.index.add(number, values)
        if person is not None:
            self.number_of[person] = number
            self._person_of[number] = person

    def __contains__(self, number: object) -> bool:
        return number in self.index.identity

    def name(self, number: int) -> str:
        """Return the name of an earlier entry, "" if there is none of that number."""
        return self.index.identity[number].name if number in self else ""

    def person(self, number: int) -> int | None:
        """Return the id of the known person with whom an earlier entry was matched, or None."""
        return self._person_of.get(number)


class PersonMatcher:
    """Matches the people of one list in its order: first with earlier entries (`above`), then with known people.

    After `set_unlisted`, `unlisted` are the people registered for the session whom no entry names exactly. An entry
    that may mean one of them asks who it is, instead of becoming a new person. `repeats_people`: the list has several
    entries of a person as a rule, so the same name and place is the same person.
    """

    def __init__(
        self, known: KnownPeople, target_groups: tuple[str, ...] = (), *, repeats_people: bool = False
    ) -> None:
        self.known = known
        self.target_groups = target_groups
        self.repeats_people = repeats_people
        self.above = PeopleAbove()
        self.unlisted: UnlistedPeople | None = None

    def find_named_person(
        self,
        values: PersonValues,
        remarks: Sequence[Remark],
        choice: PersonChoice,
        registration: str | None,
        *,
        has_default_place: bool = False,
    ) -> int | None:
        """Return the known person whom an entry names exactly, without regard to the other entries, or None."""
        if choice is not None:
            return choice if isinstance(choice, int) else None
        if registration and (known := self.known.registration.get(registration)):
            return known.person_id
        match = self.known.index.find(values)
        if match.key is None and has_default_place:
            match = self.known.find_registered_by_name(without_place(values))
        elif match.key is None and any(remark.code == "kelurahan-missing" for remark in remarks):
            match = self.known.find_registered_by_name(values)
        return match.key

    def set_unlisted(self, named: Collection[int]) -> None:
        """Set the people registered for the session whom no entry names exactly."""
        self.unlisted = UnlistedPeople(
            (id_, self.known.index.identity[id_])
            for id_ in self.known.registration_of
            if id_ in self.known.person and id_ not in named
        )

    def identify(
        self,
        matched: MatchedPerson,
        choice: PersonChoice,
        registration: str | None = None,
        *,
        formerly: int | None = None,
    ) -> None:
        """Set `of` or `person`, or add the remark "person-unclear".

        `choice` was made by a user; `registration` is the code that the list gives for this person. `formerly` is the
        person whom an earlier version of the list names there.
        """
        if choice == "new":
            matched.distinct_from = self._matches_without_choice(matched)
        elif isinstance(choice, SameAsRow):
            if choice.row in self.above:
                matched.of = choice.row
            else:
                self._ask(matched, rows=(choice.row,), gone=True)
        elif choice is not None:
            self._take_chosen(matched, choice)
        elif not self._identify_by_registration(matched, registration):
            self._identify_by_comparing(matched, formerly)

    def complete(
        self, matched: MatchedPerson, registration: KnownRegistration | None, default_group: str | None = None
    ) -> None:
        """Set the target group if none is given, and a known person's `changes`; add remarks on group, NIK and details.

        The group is that of the `registration`, the `default_group`, the person's only group or the workshop's only
        group, in this order; without any, the remark is "group-missing". A NIK that another person or an earlier entry
        has is removed with the warning "nik-taken", unless the entry needs attention anyway. Details of a known person
        that differ get the warning "detail-differs".
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
        """Return the person's registration for the session, None for a new person or without one.

        `registering` ignores a cancelled registration too, as the person can register again.
        """
        registration = self.known.registration_of.get(person) if person is not None else None
        if registration is not None and registration.status == "cancelled" and registering:
            return None
        return registration

    def asks_who_of_registered(self, matched: MatchedPerson) -> bool:
        """Return whether the entry asks who it is, and everybody offered is registered for the session."""
        offered = [
            candidate
            for remark in matched.remarks
            if remark.code == "person-unclear"
            for candidate in remark.candidates
        ]
        return bool(offered) and all(
            candidate.kind == "person" and candidate.value in self.known.registration_of
            for candidate in offered
        )

    def find_registered_sharing_word(self, values: PersonValues) -> tuple[Candidate, ...]:
        """Return registered people, named by no other entry, whom a text that is no person's name may mean."""
        people = self.unlisted.find_sharing_word(values) if self.unlisted else []
        return tuple(Candidate("person", person, self.known.person[person].name) for person in people)

    def _matches_without_choice(self, matched: MatchedPerson) -> tuple[int | SameAsRow, ...]:
        """Return the people (ids) and earlier entries that would match, or be candidates, without the user's choice.

        `matched` is not changed.
        """
        unchosen = replace(matched, remarks=[])
        self._identify_by_comparing(unchosen)
        if unchosen.person is not None:
            return (unchosen.person,)
        candidates = [candidate for remark in unchosen.remarks for candidate in remark.candidates]
        rows = [unchosen.of, *(candidate.value for candidate in candidates if candidate.kind == "row")]
        people = [candidate.value for candidate in candidates if candidate.kind == "person"]
        return (
            *(SameAsRow(row) for row in rows if isinstance(row, int)),
            *(person for person in people if isinstance(person, int)),
        )

    def _take_chosen(self, matched: MatchedPerson, person: int) -> None:
        """Set the chosen person. If that record no longer exists, ask again instead of guessing.

        The candidates are then the people who match now.
        """
        if person in self.known.person:
            self._take_person(matched, person)
        else:
            self._ask(matched, people=_candidates_of(self.known.index.find(matched.values)), gone=True)

    def _identify_by_registration(self, matched: MatchedPerson, code: str | None) -> bool:
        """Set the person of the registration with this code, and return whether there is one.

        An unknown code adds the warning "registration-unknown".
        """
        registration = self.known.registration.get(code) if code else None
        if registration is not None and registration.person_id in self.known.person:
            self._take_person(matched, registration.person_id)
            return True
        if code:
            matched.remarks.append(Remark("warning", "registration", "registration-unknown", {"found": code}))
        return False

    def _identify_by_comparing(self, matched: MatchedPerson, formerly: int | None = None) -> None:
        """Compare with earlier entries first; a match by name alone gives way to stronger evidence in the database."""
        in_list = self.above.index.find(matched.values)
        in_database = self.known.index.find(matched.values)
        known_otherwise = in_database.key is not None and in_database.basis != "name"
        if in_list.phone_shared or in_database.phone_shared:
            matched.remarks.append(Remark("warning", "phone", "phone-shared", {}))
        is_unknown = in_database.key is None and not in_database.candidates
        if in_list.key is not None and in_list.basis != "name":
            if in_list.basis in _STRONG or not matched.needs_attention:
                matched.of = in_list.key
        elif in_list.candidates and in_list.basis != "name":
            self._ask(matched, rows=in_list.candidates)
        elif self.repeats_people and in_list.basis == "name" and in_list.key is not None:
            matched.of = in_list.key
        elif in_list.basis == "name" and not known_otherwise:
            self._ask(matched, rows=_candidates_of(in_list), people=_candidates_of(in_database))
        elif is_unknown and self.unlisted is not None and not _asks_kelurahan(matched.remarks):
            self._identify_among_registered(matched, self.unlisted, formerly)
        else:
            self._take_match(matched, in_database)

    def _identify_among_registered(
        self, matched: MatchedPerson, unlisted: UnlistedPeople, formerly: int | None
    ) -> None:
        """Match an entry by its name among the registered people, or ask if it may name an unlisted one.

        Sets `person`, or adds the remark "person-unclear"; does nothing if no registered person comes close. `formerly`
        is the person whom an earlier version of the list names there, and is offered first.
        """
        values = without_place(matched.values) if matched.has_default_place else matched.values
        by_name = self.known.find_registered_by_name(values)
        if by_name.key is not None:
            if (number := self.above.number_of.get(by_name.key)) is None:
                matched.remarks.append(Remark("warning", "name", "person-by-name", {"of": "registered"}))
                self._take_person(matched, by_name.key)
            else:
                self._ask(matched, rows=(number,), people=(by_name.key,))
        elif by_name.candidates:
            self._ask(matched, people=by_name.candidates, why="registered-names")
        elif formerly is not None:
            others = (candidate.person for candidate in unlisted.find(matched.values))
            self._ask(matched, people=tuple(dict.fromkeys((formerly, *others))), why="registered-formerly")
        elif candidates := unlisted.find(matched.values):
            reasons = {candidate.reason for candidate in candidates}
            why = f"registered-{reasons.pop()}" if len(reasons) == 1 else "registered"
            matched.remarks = [remark for remark in matched.remarks if remark.code != "phone-shared"]
            self._ask(matched, people=tuple(candidate.person for candidate in candidates), why=why)

    def _take_match(self, matched: MatchedPerson, match: Match) -> None:
        """Set the known person of a match, with a warning if only the name matched; ask if it has candidates."""
        if match.candidates:
            self._ask(matched, people=match.candidates)
        elif match.key is not None:
            if match.basis == "name":
                matched.remarks.append(Remark("warning", "name", "person-by-name", {}))
            self._take_person(matched, match.key)

    def _take_person(self, matched: MatchedPerson, person: int) -> None:
        """Set a known person, and `of` to the earlier entry that was matched with the same person, if there is one."""
        matched.person = person
        matched.of = self.above.number_of.get(person)

    def _ask(
        self,
        matched: MatchedPerson,
        *,
        rows: tuple[int, ...] = (),
        people: tuple[int, ...] = (),
        gone: bool = False,
        why: str = "",
    ) -> None:
        """Add the remark "person-unclear" with earlier entries (`rows`) and known `people` as candidates.

        An earlier entry that was matched with one of the people is not offered beside that person. People registered
        for the session are offered first. The reason is found by comparing, unless `why` tells it.
        """
        people = tuple(sorted(people, key=lambda id_: id_ not in self.known.registration_of))
        again = {person: number for number in rows if (person := self.above.person(number)) in people}
        rows = tuple(number for number in rows if number not in again.values())
        others = [
            *((self.above.index.identity[number],) for number in rows if not gone),
            *(self._identities_of(person, again.get(person)) for person in people if not gone),
        ]
        candidates = (
            *(Candidate("row", number, self.above.name(number)) for number in rows),
            *(Candidate("person", person, self.known.person[person].name) for person in people),
        )
        params = {
            **({"why": why} if why else unclear_match_params(matched.values, others)),
            **{f"row_of_{person}": row for person, row in again.items()},
        }
        matched.remarks.append(Remark("review", "name", "person-unclear", params, candidates))

    def _identities_of(self, person: int, number: int | None) -> tuple[Identity, ...]:
        """Return a person's identity in the database, and that of the earlier entry `number` unless it is None."""
        known = self.known.index.identity[person]
        return (known,) if number is None else (known, self.above.index.identity[number])

    def _has_nik_of_another(self, matched: MatchedPerson) -> bool:
        """Return whether an earlier entry, or a known person other than the matched one, has the same NIK."""
        key = matched.values.nik_key
        if key is None:
            return False
        owners = self.known.index.by_nik.get(key, ())
        return key in self.above.index.by_nik or any(owner != matched.person for owner in owners)

    def _complete_group(
        self, matched: MatchedPerson, registered: str | None, default_group: str | None
    ) -> None:
        """Set the target group as `complete` says, where `registered` is the registration's group.

        Adds the remark "group-missing", or the warning "group-unexpected" if the workshop is not for that group.
        Nothing is done if the group's text was unclear.
        """
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
    """Return the people of a registration form or delegation matched with each other and with known people, in order.

    They are numbered from 1; `choices` are a user's, by number. Each has the remarks of parsing and matching; one that
    repeats an earlier entry has only warnings. A missing group is also taken from a cancelled registration for the
    session. Nothing is stored.
    """
    matcher = PersonMatcher(known, target_groups)
    result = []
    for number, parsed in enumerate(people, start=1):
        matched = MatchedPerson(number, parsed.values, list(parsed.remarks))
        matcher.identify(matched, choices.get(number))
        if matched.of is not None:
            matched.drop_questions()
        else:
            matcher.complete(matched, matcher.registration_of(matched.person, registering=False))
            if not matched.needs_attention:
                matcher.above.add(number, matched.values, matched.person)
        result.append(matched)
    return tuple(result)


def _candidates_of(match: Match) -> tuple[int, ...]:
    """Return the candidates of a match, else the matched person as the only one, else ()."""
    return match.candidates or (() if match.key is None else (match.key,))


def without_place(values: PersonValues) -> PersonValues:
    """Return the values of a person of whom it is not known where they live."""
    return replace(values, kelurahan=None, outside_place=None, kecamatan=None)


def _asks_kelurahan(remarks: Iterable[Remark]) -> bool:
    """Return whether a kelurahan is given and not understood. Who it is becomes clearer once that is answered."""
    return any(
        remark.field == "kelurahan" and remark.level != "warning" and remark.code != "kelurahan-missing"
        for remark in remarks
    )


def _only(groups: tuple[str, ...]) -> str | None:
    """Return the group if there is exactly one, else None."""
    return groups[0] if len(groups) == 1 else None
