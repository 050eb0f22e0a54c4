"""What a row would change of what is known: blank details are filled, filled ones never overwritten."""

from datetime import date

from app.people.names import SAME, similarity
from app.spreadsheets.attendance.judgement import KnownPerson, KnownRegistration, RowValues
from app.spreadsheets.document import Message

_FILLED = ("phone", "email", "birth_date", "sex", "address", "organization")
_COMPARED = ("phone", "email", "birth_date", "sex")


def person_changes(person: KnownPerson, values: RowValues) -> dict[str, str | date]:
    """The person's blank details that the row fills: field → value. Their RT only where they live in the same place."""
    changes: dict[str, str | date] = {}
    if person.nik_key is None and values.nik is not None:
        changes["nik"] = values.nik
    for field in _FILLED:
        value = getattr(values, field)
        if value is not None and getattr(person, field) is None:
            changes[field] = value
    if person.kelurahan is None and values.kelurahan is not None:
        changes["kelurahan"] = values.kelurahan
    if person.rt is None and values.rt is not None and person.kelurahan in (None, values.kelurahan):
        changes["rt"] = values.rt
    return changes


def detail_messages(person: KnownPerson, values: RowValues) -> list[Message]:
    """One warning for each filled detail that the row says otherwise."""
    differing = [
        field
        for field in _COMPARED
        if getattr(values, field) is not None
        and getattr(person, field) is not None
        and getattr(values, field) != getattr(person, field)
    ]
    if values.nik_key and person.nik_key and values.nik_key != person.nik_key:
        differing.append("nik")
    if values.name_key and similarity(values.name_key, person.name_key) < SAME:
        differing.append("name")
    if values.rt and person.rt and values.rt != person.rt and values.kelurahan == person.kelurahan:
        differing.append("rt")
    return [Message("warning", field, "detail-differs", {}) for field in differing]


def registration_facts(
    registration: KnownRegistration, values: RowValues, stated_group: str | None
) -> dict[str, str]:
    """What the sheet says otherwise than the registration; a group only where the sheet itself states one."""
    said = {
        "kelurahan": values.kelurahan,
        "target_group": stated_group,
        "rt": values.rt,
        "sex": values.sex,
    }
    return {field: value for field, value in said.items() if value and value != getattr(registration, field)}
