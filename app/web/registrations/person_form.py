"""The forms in which a person is registered or corrected."""

import hashlib
from collections.abc import Collection
from dataclasses import replace
from typing import Self

from pydantic import BaseModel

from app.i18n import date_text
from app.models import Participant
from app.people.fields import FORM_TEXT_FIELDS
from app.people.outside_places import ELSEWHERE, OUTSIDE
from app.people.person import PersonInput
from app.people.text import collapse
from app.queries.areas.reference import TargetGroupView
from app.services.registrations.requests import resolve_target_group

# The field takes no more; only a program could send it.
LONGEST_PLACE = 100


class PersonForm(BaseModel):
    """`kelurahan` is a code or "outside", then `outside_place` names where; `phone` and `email` may be empty."""

    name: str = ""
    kelurahan: str = ""
    outside_place: str = ""
    target_group: str = ""
    phone: str = ""
    email: str = ""

    def person_input(self, target_groups: Collection[TargetGroupView] | None = None) -> PersonInput:
        """Return what was sent; if `target_groups` are given, with one of those groups or none."""
        group = self.target_group
        if target_groups is not None:
            group = resolve_target_group(group, [offered.code for offered in target_groups])
        return PersonInput(
            name=self.name,
            kelurahan=self.place(),
            target_group=group,
            phone=self.phone,
            email=self.email,
        )

    def place(self) -> str:
        """The kelurahan as the reader of places knows it; "Luar kota: …" names a place outside the city."""
        where = self.outside_place.strip()[:LONGEST_PLACE]
        return f"Luar kota: {where}" if self.kelurahan == OUTSIDE and where else self.kelurahan


class PersonDetailsForm(PersonForm):
    """All that may be said of somebody; `birth_date` is dd-mm-yyyy."""

    nik: str = ""
    rt: str = ""
    sex: str = ""
    birth_date: str = ""
    organization: str = ""
    occupation: str = ""

    def person_input(self, target_groups: Collection[TargetGroupView] | None = None) -> PersonInput:
        return replace(
            super().person_input(target_groups),
            **{
                field: getattr(self, field)
                for field in PersonDetailsForm.model_fields.keys() - PersonForm.model_fields
            },
        )

    @property
    def says_more(self) -> bool:
        """Whether something is said that few people are asked for."""
        texts = (getattr(self, field) for field in FORM_TEXT_FIELDS)
        return any((self.outside_place, self.email, self.sex, self.birth_date, *texts))

    def filled_from(self, person: Participant) -> Self:
        """What is known of somebody, beside what was typed: never a phone number or a NIK, which are masked."""
        known = {
            "name": person.name,
            "kelurahan": OUTSIDE if person.outside_place is not None else person.kelurahan_code,
            "outside_place": person.outside_place
            if person.outside_place not in (None, OUTSIDE, ELSEWHERE)
            else "",
            "rt": person.rt,
            "sex": person.sex and person.sex.value,
            "birth_date": person.birth_date and date_text(person.birth_date),
            **{field: getattr(person, field) for field in FORM_TEXT_FIELDS},
        }
        return self.model_copy(update={name: value for name, value in known.items() if value})


def build_request_key(form_key: str, name: str) -> str | None:
    """The same form sent again for the same name registers once; for another name it is another registration."""
    if not form_key:
        return None
    return hashlib.sha256(f"{form_key} {collapse(name).casefold()}".encode()).hexdigest()
