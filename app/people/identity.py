"""Who a row is: compared by NIK, then phone and e-mail, then name and kelurahan."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol, TypeAlias

from app.people.names import CLEARLY_DIFFERENT, SAME, similarity

Basis: TypeAlias = Literal["nik", "contact", "details", "name"]
_Keys: TypeAlias = tuple[int, ...]
_Index: TypeAlias = dict[str, _Keys]

MOST_SHARING = 20
"""So many people of one phone or e-mail are compared by likeness: one that more have is an office's, and a list in
which all have it would be compared all with all."""


class Identity(Protocol):
    """What people are told apart by; rows of a sheet and known people both have it."""

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
class Finding:
    """`key` is the one found, on `basis`; else `candidates` are those between whom a person must choose.

    Candidates found on the basis of the name alone give way to stronger evidence elsewhere.
    """

    key: int | None = None
    basis: Basis | None = None
    candidates: tuple[int, ...] = ()
    phone_shared: bool = False


NOBODY = Finding()


class People:
    """Identities by key (a person's id, or a row's number), indexed by what they are looked up by."""

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
        _enter(self.by_phone, identity.phone, key, most=MOST_SHARING)
        _enter(self.by_email, identity.email, key, most=MOST_SHARING)
        _enter(self.by_name, identity.name_key, key)

    def find(self, who: Identity) -> Finding:
        """The one that `who` is, or those that it may be; an empty finding where there is none."""
        if not self.identity:
            return NOBODY
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
        beyond = self._namesakes_sharing(who) if MOST_SHARING in (len(by_phone), len(by_email)) else ()
        return tuple(dict.fromkeys((*by_phone, *by_email, *beyond)))

    def _namesakes_sharing(self, who: Identity) -> list[int]:
        return [key for key in self.by_name.get(who.name_key, ()) if _shares_contact(who, self.identity[key])]

    def _by_nik(self, who: Identity, same_nik: _Keys) -> Finding:
        """The same NIK, unless the name is clearly different. A row without a name is whoever has its NIK."""
        if not who.name_key:
            return _one_of(same_nik, "nik")
        alike = self._alike(who, same_nik)
        same = [key for key, likeness in alike.items() if likeness >= SAME]
        possible = same or [key for key, likeness in alike.items() if likeness >= CLEARLY_DIFFERENT]
        return _one_of(possible, "nik") if possible else Finding(candidates=same_nik, basis="nik")

    def _by_contact(self, who: Identity, contacts: _Keys) -> Finding | None:
        alike = self._alike(who, contacts)
        same = [key for key, likeness in alike.items() if likeness >= SAME]
        if same:
            return _one_of(same, "contact")
        unclear = tuple(key for key, likeness in alike.items() if likeness >= CLEARLY_DIFFERENT)
        return Finding(candidates=unclear, basis="contact") if unclear else None

    def _by_name(self, who: Identity, *, phone_shared: bool) -> Finding:
        namesakes = [
            key for key in self.by_name.get(who.name_key, ()) if _lives_with(who, self.identity[key])
        ]
        if not namesakes:
            return Finding(phone_shared=True) if phone_shared else NOBODY
        compatible = [key for key in namesakes if not _contradict(who, self.identity[key])]
        told = [key for key in compatible if _agree(who, self.identity[key])]
        if len(told) == 1:
            return Finding(told[0], "details", phone_shared=phone_shared)
        if len(namesakes) == 1 == len(compatible):
            return Finding(compatible[0], "name", phone_shared=phone_shared)
        return Finding(candidates=tuple(namesakes), basis="name", phone_shared=phone_shared)

    def _alike(self, who: Identity, keys: Iterable[int]) -> dict[int, float]:
        return {key: similarity(who.name_key, self.identity[key].name_key) for key in keys}


def _enter(index: _Index, value: str | None, key: int, most: int | None = None) -> None:
    if value:
        index[value] = (*index.get(value, ()), key)[:most]


def _shares_contact(one: Identity, other: Identity) -> bool:
    return (one.phone is not None and one.phone == other.phone) or (
        one.email is not None and one.email == other.email
    )


def _one_of(keys: Sequence[int], basis: Basis) -> Finding:
    return Finding(keys[0], basis) if len(keys) == 1 else Finding(candidates=tuple(keys), basis=basis)


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
    """The details, by name, that tell against the two being one."""
    return frozenset(name for name, detail in _CONTRADICTING.items() if _differ(one, other, detail))


def _agree(one: Identity, other: Identity) -> bool:
    """Something beside name and kelurahan tells that they are one; a sex tells nothing, half of all share it."""
    return any(detail(one) is not None and detail(one) == detail(other) for detail in _TELLING)
