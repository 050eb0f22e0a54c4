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
    """The result of looking for a person: the `key` of the one who matches, or `candidates` to choose from, or neither.

    `basis` is the evidence for them: the NIK, "contact" (phone or e-mail), "details" (name, place, and date of birth or
    RT) or "name" (name and place alone). `phone_shared`: people with clearly different names have the same phone.
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
        """Add a person; by a phone or e-mail only the first `MAX_SHARING` people are indexed."""
        self.identity[key] = identity
        _add_key(self.by_nik, identity.nik_key, key)
        _add_key(self.by_phone, identity.phone, key, limit=MAX_SHARING)
        _add_key(self.by_email, identity.email, key, limit=MAX_SHARING)
        _add_key(self.by_name, identity.name_key, key)

    def find(self, person: Identity) -> Match:
        """Return the match for these details by the strongest evidence: NIK, phone and e-mail, name and kelurahan.

        If somebody in the index has the NIK, only people with it are compared. Of people with the same phone or e-mail,
        the only one of the same name matches; names that are merely similar give candidates, even a single one. If all
        of those names are clearly different, or `person` has no name, name and kelurahan decide. Without a match and
        candidates the result is `NO_MATCH`, or one that only has `phone_shared`.
        """
        if not self.identity:
            return NO_MATCH
        if person.nik_key and (same_nik := self.by_nik.get(person.nik_key)):
            return self._match_by_nik(person, same_nik)
        contacts = self._find_by_contact(person)
        if contacts and person.name_key:
            found = self._match_by_contact(person, contacts)
            if found is not None:
                return found
        shared = bool(person.name_key) and person.phone in self.by_phone
        return self._match_by_name(person, phone_shared=shared)

    def _find_by_contact(self, person: Identity) -> _Keys:
        """Return the keys of people with the same phone or e-mail, each once; () if there are none.

        Where as many share it as the index keeps, their first ones are returned, and all of the same name.
        """
        by_phone = self.by_phone.get(person.phone, ()) if person.phone else ()
        by_email = self.by_email.get(person.email, ()) if person.email else ()
        if not (by_phone or by_email):
            return ()
        namesakes = (
            self._find_namesakes_by_contact(person) if MAX_SHARING in (len(by_phone), len(by_email)) else ()
        )
        return tuple(dict.fromkeys((*by_phone, *by_email, *namesakes)))

    def _find_namesakes_by_contact(self, person: Identity) -> list[int]:
        """Return the keys of people with the same name key who also have the same phone or e-mail."""
        return [
            key
            for key in self.by_name.get(person.name_key, ())
            if _shares_contact(person, self.identity[key])
        ]

    def _match_by_nik(self, person: Identity, same_nik: _Keys) -> Match:
        """Return the match among people with the same NIK (`same_nik`: their keys): the one with the same name.

        If none has the same name, it is the one with a similar name. Several are candidates. If all names are clearly
        different, all people with the NIK are candidates. For a `person` without a name the NIK alone decides.
        """
        if not person.name_key:
            return _match_or_candidates(same_nik, "nik")
        scores = self._similarities(person, same_nik)
        same = [key for key, score in scores.items() if score >= SAME]
        possible = same or [key for key, score in scores.items() if score >= CLEARLY_DIFFERENT]
        return _match_or_candidates(possible, "nik") if possible else Match(candidates=same_nik, basis="nik")

    def _match_by_contact(self, person: Identity, contacts: _Keys) -> Match | None:
        """Return the match among people who share a phone or e-mail (`contacts`: their keys), or None.

        One person of the same name is the match, several are candidates. If none has the same name, people with a
        similar name are candidates, even a single one. None if all names are clearly different.
        """
        scores = self._similarities(person, contacts)
        same = [key for key, score in scores.items() if score >= SAME]
        if same:
            return _match_or_candidates(same, "contact")
        unclear = tuple(key for key, score in scores.items() if score >= CLEARLY_DIFFERENT)
        return Match(candidates=unclear, basis="contact") if unclear else None

    def _match_by_name(self, person: Identity, *, phone_shared: bool) -> Match:
        """Return the match among people with the same name key who live in the same place.

        The only one with the same date of birth or RT, and no detail that contradicts, matches by "details". Else a
        single namesake whom no detail contradicts matches by "name"; else all namesakes are candidates. The result gets
        the given `phone_shared`.
        """
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
        """Return by key how similar the names of these people are to the person's, from 0 to 100."""
        return {key: similarity(person.name_key, self.identity[key].name_key) for key in keys}


def _add_key(index: _Index, value: str | None, key: int, limit: int | None = None) -> None:
    """Add `key` to those of `value` in the index; nothing if the value is blank or has `limit` keys."""
    if value:
        index[value] = (*index.get(value, ()), key)[:limit]


def _shares_contact(person: Identity, other: Identity) -> bool:
    """Return whether both have the same phone or the same e-mail."""
    return (person.phone is not None and person.phone == other.phone) or (
        person.email is not None and person.email == other.email
    )


def _match_or_candidates(keys: Sequence[int], basis: Basis) -> Match:
    """Return a match with the key if it is the only one, else with all keys as candidates."""
    return Match(keys[0], basis) if len(keys) == 1 else Match(candidates=tuple(keys), basis=basis)


def _live_in_same_place(person: Identity, other: Identity) -> bool:
    """Return whether both have the same known kelurahan and, outside the city, no different places.

    A place outside the city that isn't known agrees with every other.
    """
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
    """Return whether the detail is known of both and differs."""
    mine, theirs = detail(person), detail(other)
    return mine is not None and theirs is not None and mine != theirs


def _contradict(person: Identity, other: Identity) -> bool:
    """Return whether a NIK, date of birth, sex, RT or phone is known of both and differs."""
    return any(_differ(person, other, detail) for detail in _CONTRADICTING.values())


def differing_details(person: Identity, other: Identity) -> frozenset[str]:
    """Return the details that are known of both and differ: "nik", "birth_date", "sex", "rt", "phone".

    They are evidence against the two being one person.
    """
    return frozenset(name for name, detail in _CONTRADICTING.items() if _differ(person, other, detail))


def _share_telling_detail(person: Identity, other: Identity) -> bool:
    """Return whether both have the same date of birth or the same RT; an equal sex is no evidence."""
    return any(detail(person) is not None and detail(person) == detail(other) for detail in _TELLING)


_SHARED_DETAILS = ("nik", "phone", "email", "name")


def unclear_match_params(person: Identity, others: Sequence[Sequence[Identity]]) -> dict[str, str | int]:
    """Return why it is unclear whether `person` is one of the others, as params of the remark "person-unclear".

    `others` has for each of them one or two identities (in the database, in a row above). "why" is "gone" if there are
    no others, as the person whom a user chose no longer exists. Otherwise it is the strongest detail in common ("nik",
    "phone", "email" or "name"), with "several-" before it if there are several others, or "several" if they have
    different ones in common. If it is the name and some details differ with all others, "-differs" is added, and
    "differs" lists them: "birth_date,rt".
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
    """Return "nik", "phone" or "email", the first that both have in common; else "name", which isn't compared."""
    if person.nik_key and person.nik_key == other.nik_key:
        return "nik"
    if person.phone and person.phone == other.phone:
        return "phone"
    return "email" if person.email and person.email == other.email else "name"
