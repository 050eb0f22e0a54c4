"""A person's details: as texts that were typed (`PersonInput`), and as parsed values."""

from dataclasses import dataclass, fields
from datetime import date

from app.people.remarks import Remark
from app.people.values.sex import Sex


@dataclass(frozen=True)
class PersonInput:
    """A person's details as typed, "" if nothing was entered. `kelurahan` is a name, a code or "outside"."""

    name: str = ""
    kelurahan: str = ""
    target_group: str = ""
    nik: str = ""
    phone: str = ""
    email: str = ""
    sex: str = ""
    birth_date: str = ""
    rt: str = ""
    organization: str = ""
    occupation: str = ""

    def cells(self) -> dict[str, str]:
        """Return the trimmed texts that aren't empty, by field."""
        texts = ((field.name, getattr(self, field.name).strip()) for field in fields(self))
        return {name: text for name, text in texts if text}


@dataclass(slots=True)
class PersonDetails:
    """A person's details as values.

    `kelurahan` is a code, or "outside" with `outside_place` as the place's name. `name_key` is the key by which names
    are compared, `nik_key` the keyed hash of a NIK; `phone` is E.164; `rt` has no leading zeros.
    """

    name: str = ""
    name_key: str = ""
    nik_key: str | None = None
    sex: Sex | None = None
    birth_date: date | None = None
    phone: str | None = None
    email: str | None = None
    kelurahan: str | None = None
    outside_place: str | None = None
    rt: str | None = None
    address: str | None = None
    organization: str | None = None
    occupation: str | None = None


@dataclass(slots=True)
class PersonValues(PersonDetails):
    """The details parsed from a form or a row; they contain the NIK in clear."""

    nik: str | None = None
    kecamatan: str | None = None
    target_group: str | None = None


@dataclass(slots=True)
class ParsedPerson:
    """A person's values, and the remarks on the texts from which they were parsed."""

    values: PersonValues
    remarks: list[Remark]
