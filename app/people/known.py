"""People who are in the database: how they are looked up, and what new values would change of their details."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from app.people.fields import PERSON_FIELDS
from app.people.identity import NO_MATCH, Identity, Match, PeopleIndex, differing_details
from app.people.person import PersonDetails, PersonValues
from app.people.remarks import Remark
from app.people.values.names import SAME, similarity
from app.people.values.sex import Sex

_FILLED = tuple(person_field.key for person_field in PERSON_FIELDS if person_field.fills_blank)
_COMPARED = tuple(person_field.key for person_field in PERSON_FIELDS if person_field.warns)


@dataclass(frozen=True, slots=True)
class MatchKeys:
    """The values by which people are looked up; `niks` are keyed hashes, `person_ids` were chosen by a user."""

    niks: frozenset[str]
    phones: frozenset[str]
    emails: frozenset[str]
    name_keys: frozenset[str]
    registrations: frozenset[str]
    person_ids: frozenset[int]


def match_keys(
    people: Iterable[PersonValues], *, person_ids: Iterable[int] = (), registrations: Iterable[str] = ()
) -> MatchKeys:
    """Return what to search the database for: the NIK hashes, phones, e-mails and name keys that these people have.

    `person_ids` and codes of `registrations` are added as they are.
    """
    values = list(people)
    return MatchKeys(
        niks=frozenset(value.nik_key for value in values if value.nik_key),
        phones=frozenset(value.phone for value in values if value.phone),
        emails=frozenset(value.email for value in values if value.email),
        name_keys=frozenset(value.name_key for value in values if value.name_key),
        registrations=frozenset(registrations),
        person_ids=frozenset(person_ids),
    )


@dataclass(slots=True)
class KnownPerson(PersonDetails):
    """A participant of the database. `groups` are their target groups on the session's day."""

    id: int = field(kw_only=True)
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DoorMark:
    """When an attendance was recorded by a person and not by a list (HH.MM in WITA), and that person's first name."""

    time: str
    by: str


@dataclass(frozen=True, slots=True)
class KnownRegistration:
    """A registration for the session, with the details that it stores of the person.

    `door` tells who recorded the `attendance`; None if a list did.
    """

    code: str
    person_id: int
    status: str
    attendance: Literal["present", "absent", "excused"] | None = None
    kelurahan: str | None = None
    target_group: str | None = None
    rt: str | None = None
    sex: Sex | None = None
    outside_place: str | None = None
    door: DoorMark | None = None


class KnownPeople:
    """People that a list may mean, with their registrations for one session, indexed for matching."""

    def __init__(
        self, people: Iterable[KnownPerson] = (), registrations: Iterable[KnownRegistration] = ()
    ) -> None:
        self.person = {person.id: person for person in people}
        self.registration = {registration.code: registration for registration in registrations}
        self.registration_of = {known.person_id: known for known in self.registration.values()}
        self.registered_by_name: dict[str, tuple[int, ...]] = {}
        for id_ in self.registration_of:
            if registered := self.person.get(id_):
                namesakes = self.registered_by_name.get(registered.name_key, ())
                self.registered_by_name[registered.name_key] = (*namesakes, id_)
        # Sorted, as of many people who share a phone only the first are compared.
        self.index = PeopleIndex(
            (id_, self._as_registered(person)) for id_, person in sorted(self.person.items())
        )

    def _as_registered(self, person: KnownPerson) -> KnownPerson:
        """Return the person as indexed: with kelurahan and RT of the registration if its kelurahan is another one.

        So people who moved since they registered still match.
        """
        registration = self.registration_of.get(person.id)
        if registration is None or registration.kelurahan in (None, person.kelurahan):
            return person
        return replace(person, kelurahan=registration.kelurahan, outside_place=None, rt=registration.rt)

    def find_registered_by_name(self, person: Identity) -> Match:
        """Return the match for a person without a kelurahan: by name among those registered for the session."""
        if person.kelurahan is not None or not person.name_key:
            return NO_MATCH
        namesakes = self.registered_by_name.get(person.name_key, ())
        compatible = [id_ for id_ in namesakes if not differing_details(person, self.index.identity[id_])]
        if len(namesakes) == 1 == len(compatible):
            return Match(compatible[0], "name")
        return Match(candidates=namesakes, basis="name") if namesakes else NO_MATCH


def person_changes(person: KnownPerson, values: PersonValues) -> dict[str, str | date]:
    """Return the blank details of a known person that the values fill: field → new value, {} if there are none.

    Details that are filled are never overwritten, nor is the name. Under "nik" it is the NIK in clear. An RT is filled
    only for a person in the same kelurahan as the values, or in none.
    """
    changes: dict[str, str | date] = {}
    if person.nik_key is None and values.nik is not None:
        changes["nik"] = values.nik
    for key in _FILLED:
        value = getattr(values, key)
        if value is not None and getattr(person, key) is None:
            changes[key] = value
    if person.kelurahan is None and values.kelurahan is not None:
        changes["kelurahan"] = values.kelurahan
    if person.rt is None and values.rt is not None and person.kelurahan in (None, values.kelurahan):
        changes["rt"] = values.rt
    return changes


def detail_remarks(person: KnownPerson, values: PersonValues) -> list[Remark]:
    """Return a warning "detail-differs" for each detail that is known of the person and that the values contradict.

    NIK, sex, date of birth, phone and e-mail are compared, the RT only within the same kelurahan; names differ if they
    aren't similar enough to be one person's.
    """
    differing = [
        key
        for key in _COMPARED
        if getattr(values, key) is not None
        and getattr(person, key) is not None
        and getattr(values, key) != getattr(person, key)
    ]
    if values.nik_key and person.nik_key and values.nik_key != person.nik_key:
        differing.append("nik")
    if values.name_key and similarity(values.name_key, person.name_key) < SAME:
        differing.append("name")
    if values.rt and person.rt and values.rt != person.rt and values.kelurahan == person.kelurahan:
        differing.append("rt")
    return [Remark("warning", key, "detail-differs", {}) for key in differing]
