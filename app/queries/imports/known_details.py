"""What is known of a person where a sheet says otherwise, as it is shown beside what the sheet says."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from app.database import Db
from app.models import Participant
from app.nik_vault import NikVault
from app.people.remarks import Remark
from app.people.values.emails import mask_email
from app.queries.people.participants import format_details

DIFFERS = "detail-differs"


def known_details(db: Db, vault: NikVault, people: Collection[int]) -> dict[int, dict[str, str]]:
    """Each person's details, field → text; telephone, e-mail and NIK masked. What isn't known is left out."""
    if not people:
        return {}
    found = db.scalars(select(Participant).where(col(Participant.id).in_(people)))
    return {person.id: _details(person, vault) for person in found}


def known_where_differing(
    messages: Sequence[Remark],
    details: Mapping[str, str],
    places: Mapping[str, str],
    groups: Mapping[Any, str],
) -> dict[str, str]:
    """Field → what is known, for those of which it is said that the sheet differs.

    Of a place and a group it is the registration's, which the remark names by their codes.
    """
    known: dict[str, str] = {}
    for remark in messages:
        if remark.code != DIFFERS or remark.field is None:
            continue
        code = str(remark.params.get("known", ""))
        named = {"kelurahan": places.get(code, code), "target_group": groups.get(code, code)}
        if text := named.get(remark.field) or details.get(remark.field, ""):
            known[remark.field] = text
    return known


def _details(person: Participant, vault: NikVault) -> dict[str, str]:
    details = format_details(person, vault) | {
        "email": mask_email(person.email) if person.email else "",
        "rt": f"RT {person.rt}" if person.rt else "",
    }
    return {field: text for field, text in details.items() if text}
