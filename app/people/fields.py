"""The registry of a person's fields: label, columns, and how each is shown, compared, merged and logged.

A new field of plain text (as `organization` is one) needs an entry here, an attribute in `person.py`, a column of
`models.Participant` with its migration, its headings in `data/column-headings.csv`, and an attribute of the form
(`web.registrations.person_form`) and of the API (`routers.api.registrations`). Everything else reads this registry.
A field that isn't plain text is parsed by its own method of `parsing.PersonParser`, and placed in the pages by hand.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.i18n import N_, date_text
from app.people.values.nik import mask_nik
from app.people.values.phones import mask_phone


@dataclass(frozen=True, kw_only=True)
class PersonField:
    """One field of a person.

    - `label`: its msgid, in forms, in reviews, and as the heading of columns that the service writes.
    - `columns`: those of `models.Participant` that hold it. A merge takes them together from one of two people.
    - `show`: returns the text that users see of a value, masked where it is private.
    - `is_text`: it is kept as it was written.
    - `names_group`: its text may name a target group and an RT ("Ketua RT 12").
    - `in_forms`: organizers' forms ask for it. Only of plain text; other fields have a place of their own there.
    - `fills_blank`: an import fills it in where nothing is known of a person. It never overwrites.
    - `warns`: a sheet that says something else than what is known gets the warning "detail-differs".
    - `is_private`: the activity log says that it was changed, and not to what.
    """

    key: str
    label: str
    columns: tuple[str, ...] = ()
    show: Callable[[Any], str] = str
    is_text: bool = False
    names_group: bool = False
    in_forms: bool = False
    fills_blank: bool = False
    warns: bool = False
    is_private: bool = False


PERSON_FIELDS: tuple[PersonField, ...] = (
    PersonField(key="name", label=N_("Name"), columns=("name", "name_key")),
    PersonField(key="nik", label=N_("NIK"), columns=("nik_key", "nik_encrypted"), show=mask_nik),
    PersonField(key="sex", label=N_("Sex (L/P)"), columns=("sex",), fills_blank=True, warns=True),
    PersonField(
        key="birth_date",
        label=N_("Date of birth"),
        columns=("birth_date",),
        show=date_text,
        fills_blank=True,
        warns=True,
        is_private=True,
    ),
    PersonField(
        key="phone",
        label=N_("Telephone"),
        columns=("phone",),
        show=mask_phone,
        fills_blank=True,
        warns=True,
        is_private=True,
    ),
    PersonField(
        key="email", label=N_("E-mail"), columns=("email",), fills_blank=True, warns=True, is_private=True
    ),
    # An RT is its kelurahan's: the two go together.
    PersonField(key="kelurahan", label=N_("Kelurahan"), columns=("kelurahan_code", "outside_place", "rt")),
    PersonField(key="kecamatan", label=N_("Kecamatan")),
    PersonField(key="rt", label=N_("RT")),
    PersonField(
        key="address",
        label=N_("Address"),
        columns=("address",),
        is_text=True,
        fills_blank=True,
        is_private=True,
    ),
    PersonField(key="target_group", label=N_("Target group")),
    PersonField(
        key="organization",
        label=N_("Institution or business"),
        columns=("organization",),
        is_text=True,
        names_group=True,
        in_forms=True,
        fills_blank=True,
    ),
    PersonField(
        key="occupation",
        label=N_("Occupation"),
        columns=("occupation",),
        is_text=True,
        names_group=True,
        in_forms=True,
        fills_blank=True,
    ),
)

BY_KEY: Mapping[str, PersonField] = {field.key: field for field in PERSON_FIELDS}
TEXT_FIELDS: tuple[str, ...] = tuple(field.key for field in PERSON_FIELDS if field.is_text)
GROUP_TEXT_FIELDS: tuple[str, ...] = tuple(field.key for field in PERSON_FIELDS if field.names_group)
FORM_TEXT_FIELDS: tuple[str, ...] = tuple(field.key for field in PERSON_FIELDS if field.in_forms)
MERGED_FIELDS: Mapping[str, tuple[str, ...]] = {
    field.key: field.columns for field in PERSON_FIELDS if field.columns
}
"""The fields that a user chooses between when two people are merged, with the columns that go together."""
