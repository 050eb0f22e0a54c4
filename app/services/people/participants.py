"""Columns of a new participant, and changes that a sheet's row or a form makes to a known one."""

from datetime import datetime
from typing import Any

from app.models import Participant
from app.people.fields import TEXT_FIELDS
from app.people.matching import MatchedPerson
from app.people.person import PersonValues
from app.people.values.outside_places import OUTSIDE


def place_columns(values: PersonValues) -> dict[str, str | None]:
    """Return `kelurahan_code` and `outside_place` for where a person lives; one of them is None.

    Without a kelurahan in `values` both are None.
    """
    if values.kelurahan == OUTSIDE:
        return {"kelurahan_code": None, "outside_place": values.outside_place or OUTSIDE}
    return {"kelurahan_code": values.kelurahan, "outside_place": None}


def new_participant_columns(
    values: PersonValues, encrypted_nik: str | None, session_starts_at: datetime, created_at: datetime
) -> dict[str, Any]:
    """Return all columns of a participant to create. `session_starts_at` becomes their latest session."""
    return {
        **person_columns(values, encrypted_nik),
        "latest_session_at": session_starts_at,
        "created_at": created_at,
    }


def person_columns(values: PersonValues, encrypted_nik: str | None) -> dict[str, Any]:
    """Return the columns of a new participant that hold their details; `sex` is the plain text "L" or "P"."""
    return {
        "name": values.name,
        "name_key": values.name_key,
        "nik_key": values.nik_key,
        "nik_encrypted": encrypted_nik,
        "phone": values.phone,
        "email": values.email,
        "sex": values.sex,
        "birth_date": values.birth_date,
        "rt": values.rt,
        **{field: getattr(values, field) for field in TEXT_FIELDS},
        **place_columns(values),
    }


def update_participant(
    person: Participant,
    matched: MatchedPerson,
    encrypted_nik: str | None,
    session_starts_at: datetime,
    *,
    keep_identity: bool = False,
) -> None:
    """Fill the blank details of a known person, and set where they live unless a newer session has set it.

    `session_starts_at` then becomes their latest session. With `keep_identity` NIK and place stay as they are.
    """
    fill_blanks(person, matched, encrypted_nik, keep_identity=keep_identity)
    if keep_identity:
        return
    if person.latest_session_at is None or person.latest_session_at <= session_starts_at:
        person.latest_session_at = session_starts_at
        _set_place(person, matched.values)


def fill_blanks(
    person: Participant, matched: MatchedPerson, encrypted_nik: str | None, *, keep_identity: bool = False
) -> None:
    """Fill in the missing details of a person, and replace those that a list corrects.

    Details that were filled in since the row was judged are kept; with `keep_identity` NIK, kelurahan and RT are too.
    """
    for name, value in matched.changes.items():
        if keep_identity and name in {"nik", "kelurahan", "rt"}:
            continue
        if _is_known(person, name) and name not in matched.corrects:
            continue
        match name:
            case "nik":
                person.nik_key = matched.values.nik_key
                person.nik_encrypted = encrypted_nik
            case "kelurahan":
                person.sqlmodel_update(place_columns(matched.values))
            case _:
                setattr(person, name, value)


def _is_known(person: Participant, name: str) -> bool:
    """Return whether the person's record has a value for a field; for "kelurahan" a place outside counts too."""
    if name == "kelurahan":
        return person.kelurahan_code is not None or person.outside_place is not None
    return getattr(person, "nik_key" if name == "nik" else name) is not None


def _set_place(person: Participant, values: PersonValues) -> None:
    """Set where the person lives. Without an RT in `values` theirs is cleared if the place changes, else kept."""
    place = place_columns(values)
    has_moved = any(getattr(person, name) != value for name, value in place.items())
    if has_moved:
        person.sqlmodel_update(place)
    person.rt = values.rt or (None if has_moved else person.rt)
