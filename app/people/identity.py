"""Find the person that a form or a row means: by NIK, then phone and e-mail, then name and kelurahan."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Literal, Protocol, TypeAlias

from app.people.values.names import CLEARLY_DIFFERENT, SAME, similarity

Basis: TypeAlias = Literal["nik", "contact", "details", "name"]
_Keys: TypeAlias = tuple[int, ...]
_Index: TypeAlias = dict[str, _Keys]

MAX_SHARING = 20
"""How many people with the same phone or e-mail are compared by name. A number that more people have is an office's; in
a list where every row has it, each row would be compared with all others."""


class Identity(Protocol):
    """The details by which people are compared; `PersonValues` and `KnownPerson` have them."""

    @property
    def name(self) -> str: ...
    @property
    def name_key(self) -> str: ...
    @property
    def nik_key(self) -> str | None: ...
    @property
    def phone(self) -> str | None: ...
    @property
    def email(self) -> str | None: ...
    @property
    def birth_date(self) -> date | None: ...
    @property
    def sex(self) -> Literal["L", "P"] | None: ...
    @property
    def kelurahan(self) -> str | None: ...
    @property
    def outside_place(self) -> str | None: ...
    @property
    def rt(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Match:
    """The result of looking for a person: their `key` and the `basis`, or `candidates` that a user must choose from.

    A match by name alone gives way to stronger evidence elsewhere. `phone_shared`: another person has the same phone.
    """

    key: int | None = None
    basis: Basis | None = None
    candidates: tuple[int, ...] = ()
    phone_shared: bool = False


NO_MATCH = Match()


class PeopleIndex:
    """People by key (a person's id, or a row's number), indexed by NIK, phone, e-mail and name."""

    def __init__(self, identities: Iterable[tuple[int, Identity]] = ()) -> None:
        self.identity: dict[int, Identity] = {}
        self.by_nik: _Index = {}
        self.by_phone: _Index = {}
        self.by_email: _Index = {}
        self.by_name: _Index = {}
        for key, identity in identities:
            self.add(key, identity)

    def add(self, key: int, identity: Identity) -> None:
        self.identity[key] = identity
        _add_key(self.by_nik, identity.nik_key, key)
        _add_key(self.by_phone, identity.phone, key, limit=MAX_SHARING)
        _add_key(self.by_email, identity.email, key, limit=MAX_SHARING)
        _add_key(self.by_name, identity.name_key, key)

    def find(self, person: Identity) -> Match:
        """Return the match for these details; `NO_MATCH` if nobody has any of them."""
        if not self.identity:
            return NO_MATCH
        if person.nik_key and (same_nik := self.by_nik.get(person.nik_key)):
            return self._match_by_nik(person, same_nik)
        contacts = self._contacts(person)
        if contacts and person.name_key:
            found = self._match_by_contact(person, contacts)
            if found is not None:
                return found
        shared = bool(person.name_key) and person.phone in self.by_phone
        return self._match_by_name(person, phone_shared=shared)

    def _contacts(self, person: Identity) -> _Keys:
        by_phone = self.by_phone.get(person.phone, ()) if person.phone else ()
        by_email = self.by_email.get(person.email, ()) if person.email else ()
        if not (by_phone or by_email):
            return ()
        namesakes = self._namesakes_sharing(person) if MAX_SHARING in (len(by_phone), len(by_email)) else ()
        return tuple(dict.fromkeys((*by_phone, *by_email, *namesakes)))

    def _namesakes_sharing(self, person: Identity) -> list[int]:
        return [
            key
            for key in self.by_name.get(person.name_key, ())
            if _shares_contact(person, self.identity[key])
        ]

    def _match_by_nik(self, person: Identity, same_nik: _Keys) -> Match:
        """Match by NIK, unless the name is clearly different. Without a name the NIK alone decides."""
        if not person.name_key:
            return _match_or_candidates(same_nik, "nik")
        scores = self._similarities(person, same_nik)
        same = [key for key, score in scores.items() if score >= SAME]
        possible = same or [key for key, score in scores.items() if score >= CLEARLY_DIFFERENT]
        return _match_or_candidates(possible, "nik") if possible else Match(candidates=same_nik, basis="nik")

    def _match_by_contact(self, person: Identity, contacts: _Keys) -> Match | None:
        scores = self._similarities(person, contacts)
        same = [key for key, score in scores.items() if score >= SAME]
        if same:
            return _match_or_candidates(same, "contact")
        unclear = tuple(key for key, score in scores.items() if score >= CLEARLY_DIFFERENT)
        return Match(candidates=unclear, basis="contact") if unclear else None

    def _match_by_name(self, person: Identity, *, phone_shared: bool) -> Match:
        namesakes = [
            key
            for key in self.by_name.get(person.name_key, ())
            if _live_in_same_place(person, self.identity[key])
        ]
        if not namesakes:
            return Match(phone_shared=True) if phone_shared else NO_MATCH
        compatible = [key for key in namesakes if not _contradict(person, self.identity[key])]
        agreeing = [key for key in compatible if _share_telling_detail(person, self.identity[key])]
        if len(agreeing) == 1:
            return Match(agreeing[0], "details", phone_shared=phone_shared)
        if len(namesakes) == 1 == len(compatible):
            return Match(compatible[0], "name", phone_shared=phone_shared)
        return Match(candidates=tuple(namesakes), basis="name", phone_shared=phone_shared)

    def _similarities(self, person: Identity, keys: Iterable[int]) -> dict[int, float]:
        return {key: similarity(person.name_key, self.identity[key].name_key) for key in keys}


def _add_key(index: _Index, value: str | None, key: int, limit: int | None = None) -> None:
    if value:
        index[value] = (*index.get(value, ()), key)[:limit]


def _shares_contact(person: Identity, other: Identity) -> bool:
    return (person.phone is not None and person.phone == other.phone) or (
        person.email is not None and person.email == other.email
    )


def _match_or_candidates(keys: Sequence[int], basis: Basis) -> Match:
    return Match(keys[0], basis) if len(keys) == 1 else Match(candidates=tuple(keys), basis=basis)


def _live_in_same_place(person: Identity, other: Identity) -> bool:
    """Return whether both have the same kelurahan and, outside the city, no different places."""
    if person.kelurahan is None or person.kelurahan != other.kelurahan:
        return False
    return not _differ(person, other, lambda person: person.outside_place)


_Detail: TypeAlias = Callable[[Identity], str | date | None]
_CONTRADICTING: dict[str, _Detail] = {
    "nik": lambda person: person.nik_key,
    "birth_date": lambda person: person.birth_date,
    "sex": lambda person: person.sex,
    "rt": lambda person: person.rt,
    "phone": lambda person: person.phone,
}
_TELLING: tuple[_Detail, ...] = (lambda person: person.birth_date, lambda person: person.rt)


def _differ(person: Identity, other: Identity, detail: _Detail) -> bool:
    mine, theirs = detail(person), detail(other)
    return mine is not None and theirs is not None and mine != theirs


def _contradict(person: Identity, other: Identity) -> bool:
    return any(_differ(person, other, detail) for detail in _CONTRADICTING.values())


def differing_details(person: Identity, other: Identity) -> frozenset[str]:
    """Return the fields whose values differ, which is evidence against the two being one person."""
    return frozenset(name for name, detail in _CONTRADICTING.items() if _differ(person, other, detail))


def _share_telling_detail(person: Identity, other: Identity) -> bool:
    """Return whether date of birth or RT are the same; an equal sex is no evidence."""
    return any(detail(person) is not None and detail(person) == detail(other) for detail in _TELLING)


_SHARED_DETAILS = ("nik", "phone", "email", "name")


def unclear_match_params(person: Identity, others: Sequence[Sequence[Identity]]) -> dict[str, str | int]:
    """Return why it is unclear whether `person` is one of the others, as params of the remark "person-unclear".

    Each of the others has one or two identities (in the database, in a row above). No others means that the person
    whom a user chose no longer exists.
    """
    if not others:
        return {"why": "gone"}
    shared = (map(partial(_strongest_shared_detail, person), identities) for identities in others)
    reasons = {min(details, key=_SHARED_DETAILS.index) for details in shared}
    why = reasons.pop() if len(reasons) == 1 else ""
    contradicted = [
        {detail for identity in identities for detail in differing_details(person, identity)}
        for identities in others
    ]
    differs = [detail for detail in _CONTRADICTING if all(detail in details for details in contradicted)]
    parts = ["several"] if len(others) > 1 else []
    if why:
        parts.append(why)
    if why == "name" and differs:
        return {"why": "-".join([*parts, "differs"]), "differs": ",".join(differs)}
    return {"why": "-".join(parts)}


def _strongest_shared_detail(person: Identity, other: Identity) -> str:
    """Return the strongest detail that the two have in common."""
    if person.nik_key and person.nik_key == other.nik_key:
        return "nik"
    if person.phone and person.phone == other.phone:
        return "phone"
    return "email" if person.email and person.email == other.email else "name"
