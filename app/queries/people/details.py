"""What is known of a person, as texts that users see."""

from app.models import Participant
from app.nik_vault import NikVault
from app.people.fields import PERSON_FIELDS


def format_details(person: Participant, vault: NikVault) -> dict[str, str]:
    """Return the text of each field that one column holds, phone and NIK masked; "" where nothing is known.

    Where somebody lives is told by several columns, and left out.
    """
    values = {field.key: getattr(person, field.key) for field in PERSON_FIELDS if len(field.columns) == 1}
    values["name"] = person.name
    values["nik"] = vault.decrypt(person.nik_encrypted) if person.nik_encrypted else None
    return {
        field.key: field.show(values[field.key]) if values[field.key] else ""
        for field in PERSON_FIELDS
        if field.key in values
    }
