"""A person's own record: made from a sheet's row, completed by later ones, and moved where the newest says."""

from datetime import datetime
from typing import Any

from app.models import Participant
from app.people.fields import TEXT_FIELDS
from app.people.matching import MatchedPerson
from app.people.outside_places import OUTSIDE
from app.people.person import PersonValues

# The column that says whether a detail is known, where it isn't named like the detail.
_KNOWN_BY = {"nik": "nik_key", "kelurahan": "kelurahan_code"}


def place_columns(values: PersonValues) -> dict[str, str | None]:
    """Where a person lives: a kelurahan of the city, or somewhere outside it."""
    if values.kelurahan == OUTSIDE:
        return {"kelurahan_code": None, "outside_place": values.outside_place or OUTSIDE}
    return {"kelurahan_code": values.kelurahan, "outside_place": None}


def new_participant_columns(
    values: PersonValues, sealed_nik: str | None, session_starts_at: datetime, created_at: datetime
) -> dict[str, Any]:
    """The columns of a person who isn't known yet."""
    return {
        **person_columns(values, sealed_nik),
        "latest_session_at": session_starts_at,
        "created_at": created_at,
    }


def person_columns(values: PersonValues, sealed_nik: str | None) -> dict[str, Any]:
    """Of a person who isn't known yet, the columns that their row tells of."""
    return {
        "name": values.name,
        "name_key": values.name_key,
        "nik_key": values.nik_key,
        "nik_encrypted": sealed_nik,
        "phone": values.phone,
        "email": values.email,
        "sex": values.sex,
        "birth_date": values.birth_date,
        "rt": values.rt,
        **{field: getattr(values, field) for field in TEXT_FIELDS},
        **place_columns(values),
    }


def update_participant(
    person: Participant, judged: MatchedPerson, sealed_nik: str | None, session_starts_at: datetime
) -> None:
    """Fills a known person's blanks, and says where they live if no newer session told of them."""
    fill_blanks(person, judged, sealed_nik)
    if person.latest_session_at is None or person.latest_session_at <= session_starts_at:
        person.latest_session_at = session_starts_at
        _move(person, judged.values)


def fill_blanks(person: Participant, judged: MatchedPerson, sealed_nik: str | None) -> None:
    """Fills what isn't known of a person yet. What somebody else has filled since the row was judged stays."""
    for name, value in judged.changes.items():
        if getattr(person, _KNOWN_BY.get(name, name)) is not None:
            continue
        match name:
            case "nik":
                person.nik_key = judged.values.nik_key
                person.nik_encrypted = sealed_nik
            case "kelurahan":
                person.sqlmodel_update(place_columns(judged.values))
            case _:
                setattr(person, name, value)


def _move(person: Participant, values: PersonValues) -> None:
    """The person lives where the sheet says. An RT is its kelurahan's: it doesn't move along."""
    place = place_columns(values)
    moves = any(getattr(person, name) != value for name, value in place.items())
    person.sqlmodel_update(place)
    person.rt = values.rt or (None if moves else person.rt)
