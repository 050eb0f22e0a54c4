"""Compares people: by NIK, then phone and e-mail, then name and kelurahan."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol, TypeAlias

from app.people.values.names import CLEARLY_DIFFERENT, SAME, similarity

Basis: TypeAlias = Literal["nik", "contact", "details", "name"]
_Keys: TypeAlias = tuple[int, ...]
_Index: TypeAlias = dict[str, _Keys]

MAX_SHARING = 20
"""How many people of one phone or e-mail are compared by name. A number that more of them have is an office's, and in
a list in which all have it everyone would be compared with everyone."""


class Identity(Protocol):
    """The details by which people are compared: `PersonValues` and `KnownPerson` both have them."""

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
    """The person found (`key`) and on which `basis`, or the `candidates` between whom a user must choose.

    Candidates found by name alone give way to stronger evidence elsewhere.
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
        _enter(self.by_nik, identity.nik_key, key)
        _enter(self.by_phone, identity.phone, key, most=MAX_SHARING)
        _enter(self.by_email, identity.email, key, most=MAX_SHARING)
        _enter(self.by_name, identity.name_key, key)

    def find(self, who: Identity) -> Match:
        """Return the person that `who` is, or those that it may be; an empty finding where there is none."""
        if not self.identity:
            return NO_MATCH
        if who.nik_key and (same_nik := self.by_nik.get(who.nik_key)):
            return self._by_nik(who, same_nik)
        contacts = self._contacts(who)
        if contacts and who.name_key:
            found = self._by_contact(who, contacts)
            if found is not None:
                return found
        shared = bool(who.name_key) and who.phone in self.by_phone
        return self._by_name(who, phone_shared=shared)

    def _contacts(self, who: Identity) -> _Keys:
        by_phone = self.by_phone.get(who.phone, ()) if who.phone else ()
        by_email = self.by_email.get(who.email, ()) if who.email else ()
        if not (by_phone or by_email):
            return ()
        beyond = self._namesakes_sharing(who) if MAX_SHARING in (len(by_phone), len(by_email)) else ()
        return tuple(dict.fromkeys((*by_phone, *by_email, *beyond)))

    def _namesakes_sharing(self, who: Identity) -> list[int]:
        return [key for key in self.by_name.get(who.name_key, ()) if _shares_contact(who, self.identity[key])]

    def _by_nik(self, who: Identity, same_nik: _Keys) -> Match:
        """Find by NIK, unless the name is clearly different. Without a name the NIK alone decides."""
        if not who.name_key:
            return _one_of(same_nik, "nik")
        alike = self._alike(who, same_nik)
        same = [key for key, likeness in alike.items() if likeness >= SAME]
        possible = same or [key for key, likeness in alike.items() if likeness >= CLEARLY_DIFFERENT]
        return _one_of(possible, "nik") if possible else Match(candidates=same_nik, basis="nik")

    def _by_contact(self, who: Identity, contacts: _Keys) -> Match | None:
        alike = self._alike(who, contacts)
        same = [key for key, likeness in alike.items() if likeness >= SAME]
        if same:
            return _one_of(same, "contact")
        unclear = tuple(key for key, likeness in alike.items() if likeness >= CLEARLY_DIFFERENT)
        return Match(candidates=unclear, basis="contact") if unclear else None

    def _by_name(self, who: Identity, *, phone_shared: bool) -> Match:
        namesakes = [
            key for key in self.by_name.get(who.name_key, ()) if _lives_with(who, self.identity[key])
        ]
        if not namesakes:
            return Match(phone_shared=True) if phone_shared else NO_MATCH
        compatible = [key for key in namesakes if not _contradict(who, self.identity[key])]
        told = [key for key in compatible if _agree(who, self.identity[key])]
        if len(told) == 1:
            return Match(told[0], "details", phone_shared=phone_shared)
        if len(namesakes) == 1 == len(compatible):
            return Match(compatible[0], "name", phone_shared=phone_shared)
        return Match(candidates=tuple(namesakes), basis="name", phone_shared=phone_shared)

    def _alike(self, who: Identity, keys: Iterable[int]) -> dict[int, float]:
        return {key: similarity(who.name_key, self.identity[key].name_key) for key in keys}


def _enter(index: _Index, value: str | None, key: int, most: int | None = None) -> None:
    if value:
        index[value] = (*index.get(value, ()), key)[:most]


def _shares_contact(one: Identity, other: Identity) -> bool:
    return (one.phone is not None and one.phone == other.phone) or (
        one.email is not None and one.email == other.email
    )


def _one_of(keys: Sequence[int], basis: Basis) -> Match:
    return Match(keys[0], basis) if len(keys) == 1 else Match(candidates=tuple(keys), basis=basis)


def _lives_with(one: Identity, other: Identity) -> bool:
    """The same kelurahan; of two outside the city, not from places that differ."""
    if one.kelurahan is None or one.kelurahan != other.kelurahan:
        return False
    return not _differ(one, other, lambda who: who.outside_place)


_Detail: TypeAlias = Callable[[Identity], str | date | None]
_CONTRADICTING: dict[str, _Detail] = {
    "nik": lambda who: who.nik_key,
    "birth_date": lambda who: who.birth_date,
    "sex": lambda who: who.sex,
    "rt": lambda who: who.rt,
    "phone": lambda who: who.phone,
}
_TELLING: tuple[_Detail, ...] = (lambda who: who.birth_date, lambda who: who.rt)


def _differ(one: Identity, other: Identity, detail: _Detail) -> bool:
    mine, theirs = detail(one), detail(other)
    return mine is not None and theirs is not None and mine != theirs


def _contradict(one: Identity, other: Identity) -> bool:
    return any(_differ(one, other, detail) for detail in _CONTRADICTING.values())


def contradictions(one: Identity, other: Identity) -> frozenset[str]:
    """Return the fields whose values differ, which speaks against the two being one person."""
    return frozenset(name for name, detail in _CONTRADICTING.items() if _differ(one, other, detail))


def _agree(one: Identity, other: Identity) -> bool:
    """Return whether date of birth or RT agree too. An equal sex proves nothing."""
    return any(detail(one) is not None and detail(one) == detail(other) for detail in _TELLING)


_BROUGHT_TOGETHER_BY = ("nik", "phone", "email", "name")


def unclear_match_params(who: Identity, others: Sequence[Sequence[Identity]]) -> dict[str, str | int]:
    """Return why `who` may be one of the others, as params of the remark "person-unclear" (`remark_texts.doubt_text`).

    Each of the others is known from one place or two (the database, a row above). Without others, the person that a
    user chose before no longer exists.
    """
    if not others:
        return {"why": "gone"}
    reasons = {min((_shared(who, one) for one in other), key=_BROUGHT_TOGETHER_BY.index) for other in others}
    why = reasons.pop() if len(reasons) == 1 else ""
    contradicted = [set().union(*(contradictions(who, one) for one in other)) for other in others]
    differs = [detail for detail in _CONTRADICTING if all(detail in details for details in contradicted)]
    parts = ["several"] if len(others) > 1 else []
    if why:
        parts.append(why)
    if why == "name" and differs:
        return {"why": "-".join([*parts, "differs"]), "differs": ",".join(differs)}
    return {"why": "-".join(parts)}


def _shared(who: Identity, other: Identity) -> str:
    """Return the strongest detail that the two have in common."""
    if who.nik_key and who.nik_key == other.nik_key:
        return "nik"
    if who.phone and who.phone == other.phone:
        return "phone"
    return "email" if who.email and who.email == other.email else "name"
