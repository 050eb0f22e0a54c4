"""Forms by which a person is registered or corrected."""

import hashlib
from collections.abc import Collection
from dataclasses import replace
from typing import Self

from pydantic import BaseModel

from app.i18n import date_text
from app.models import Participant
from app.people.fields import FORM_TEXT_FIELDS
from app.people.person import PersonInput
from app.people.values.outside_places import ELSEWHERE, OUTSIDE
from app.people.values.text import collapse
from app.queries.areas.reference import TargetGroupView
from app.services.registrations.requests import resolve_target_group

# The `maxlength` of the field: browsers don't send more.
MAX_PLACE_LENGTH = 100


class PersonForm(BaseModel):
    """`kelurahan` is a code or "outside", then `outside_place` names where; `phone` and `email` may be empty."""

    name: str = ""
    kelurahan: str = ""
    outside_place: str = ""
    target_group: str = ""
    phone: str = ""
    email: str = ""

    def person_input(self, target_groups: Collection[TargetGroupView] | None = None) -> PersonInput:
        """Return the values of the form as the services take them, not checked yet.

        With `target_groups` the group becomes one of them: the only one, else the chosen one, or "" if that is not
        among them.
        """
        group = self.target_group
        if target_groups is not None:
            group = resolve_target_group(group, [target_group.code for target_group in target_groups])
        return PersonInput(
            name=self.name,
            kelurahan=self.place(),
            target_group=group,
            phone=self.phone,
            email=self.email,
        )

    def place(self) -> str:
        """Return the kelurahan's code, or "outside".

        A named place outside the city is returned as "Luar kota: NAME", which the parser of places understands.
        """
        place = self.outside_place.strip()[:MAX_PLACE_LENGTH]
        return f"Luar kota: {place}" if self.kelurahan == OUTSIDE and place else self.kelurahan


class PersonDetailsForm(PersonForm):
    """All details of a person; `birth_date` is dd-mm-yyyy."""

    nik: str = ""
    rt: str = ""
    sex: str = ""
    birth_date: str = ""
    organization: str = ""
    occupation: str = ""

    def person_input(self, target_groups: Collection[TargetGroupView] | None = None) -> PersonInput:
        """Return what `PersonForm.person_input` does, with the further details."""
        return replace(
            super().person_input(target_groups),
            **{
                field: getattr(self, field)
                for field in PersonDetailsForm.model_fields.keys() - PersonForm.model_fields
            },
        )

    @property
    def has_more_details(self) -> bool:
        """Whether a detail in the folded part of the form is filled in."""
        texts = (getattr(self, field) for field in FORM_TEXT_FIELDS)
        return any((self.outside_place, self.email, self.sex, self.birth_date, *texts))

    def fill_from(self, person: Participant) -> Self:
        """Return a copy of the form with the details of the person's record.

        Phone, e-mail and NIK are not filled in, because users see them masked. They and the details that the record
        leaves blank stay as they are in this form.
        """
        details = {
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
        return self.model_copy(update={name: value for name, value in details.items() if value})


def build_request_key(form_key: str, name: str) -> str | None:
    """Return a hash of a form's random key and the name, as the key of the registration request.

    A form that is sent again for the same name then registers once. None without a form's key.
    """
    if not form_key:
        return None
    return hashlib.sha256(f"{form_key} {collapse(name).casefold()}".encode()).hexdigest()
