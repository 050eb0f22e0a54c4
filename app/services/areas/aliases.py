"""Add and remove other spellings of kelurahan and ambiguous place names; the next sheet is read with them."""

from collections.abc import Collection

from sqlmodel import col, delete

from app.database import Db
from app.errors import PLEASE_CORRECT, Invalid, NotFound
from app.i18n import N_
from app.models import AmbiguousPlace, AmbiguousPlaceCandidate, Area, AreaAlias
from app.people.values.kelurahan import PlaceIndex
from app.people.values.outside_places import parse_outside_place
from app.people.values.place_names import place_key
from app.people.values.text import clean, collapse
from app.permissions import Actor, Permission
from app.queries.areas.areas import get_kelurahan
from app.queries.areas.reference import load_reference
from app.services.activities import log_activity
from app.services.locks import lock_people_table

MAX_TEXT_LENGTH = 100


def add_alias(db: Db, actor: Actor, area_code: str, text: str) -> AreaAlias:
    """Add another spelling of a kelurahan's name, and log it.

    Raises `Forbidden` without `USER_WRITE`, `NotFound` for an unknown kelurahan, and `Invalid` for a text that is too
    long or without letters, or that already means a place (see `_parse_new_text`).
    """
    actor.require(Permission.USER_WRITE)
    area = get_kelurahan(db, actor, area_code)
    lock_people_table(db)
    alias = AreaAlias(alias=_parse_new_text(db, text, "alias"), area_code=area.code)
    db.add(alias)
    db.flush()
    log_activity(db, actor, "create", "area-alias", alias.alias, after={"area_code": area.code})
    return alias


def remove_alias(db: Db, actor: Actor, area_code: str, text: str) -> None:
    """Remove a spelling of a kelurahan's name, and log it. `text` is the alias exactly as it is stored.

    Raises `Forbidden` without `USER_WRITE`, and `NotFound` if the kelurahan has no such alias.
    """
    actor.require(Permission.USER_WRITE)
    lock_people_table(db)
    alias = db.get(AreaAlias, text)
    if alias is None or alias.area_code != area_code:
        raise NotFound(N_("This spelling is not in the list."))
    db.delete(alias)
    log_activity(db, actor, "delete", "area-alias", text, before={"area_code": area_code})


def add_ambiguous_place(
    db: Db, actor: Actor, text: str, why: str, candidates: Collection[str]
) -> AmbiguousPlace:
    """Add a place name that could mean several kelurahan, and log it; a row of a sheet with it needs an answer.

    The review then offers the `candidates` (codes of kelurahan) and states the reason `why`. Raises `Forbidden` without
    `USER_WRITE`, `NotFound` for an unknown candidate, and `Invalid` for a text that already means a place, a reason of
    more than 100 characters, and if there is neither a reason nor a candidate.
    """
    actor.require(Permission.USER_WRITE)
    lock_people_table(db)
    text, why = _parse_new_text(db, text, "text"), collapse(clean(why))
    if len(why) > MAX_TEXT_LENGTH:
        raise _invalid("why", N_("Write at most 100 characters."))
    if not why and not candidates:
        raise _invalid("why", N_("Say what this is, or choose the kelurahan that it may mean."))
    codes = [get_kelurahan(db, actor, code).code for code in sorted(set(candidates))]
    place = AmbiguousPlace(text=text, why=why)
    db.add(place)
    db.flush()
    db.add_all(AmbiguousPlaceCandidate(text=text, area_code=code) for code in codes)
    log_activity(db, actor, "create", "ambiguous-place", text, after={"why": why, "candidates": codes})
    return place


def remove_ambiguous_place(db: Db, actor: Actor, text: str) -> None:
    """Remove an ambiguous place name with its candidates, and log it. `text` is exactly as it is stored.

    Raises `Forbidden` without `USER_WRITE`, and `NotFound`.
    """
    actor.require(Permission.USER_WRITE)
    lock_people_table(db)
    place = db.get(AmbiguousPlace, text)
    if place is None:
        raise NotFound(N_("This spelling is not in the list."))
    db.exec(delete(AmbiguousPlaceCandidate).where(col(AmbiguousPlaceCandidate.text) == text))
    db.delete(place)
    log_activity(db, actor, "delete", "ambiguous-place", text, before={"why": place.why})


def _parse_new_text(db: Db, text: str, field: str) -> str:
    """Return the text without superfluous spaces. Raises `Invalid` if it is unfit or means a place already.

    Unfit is a text without letters or of more than 100 characters. It means a place if it is the name or an alias of a
    kelurahan (regardless of case and punctuation), an ambiguous place name or a place outside the city; misspellings
    that are merely similar to a name may be added.
    """
    text = collapse(clean(text))
    if not any(map(str.isalpha, text)) or len(text) > MAX_TEXT_LENGTH:
        raise _invalid(field, N_("Write a name of at most 100 characters."))
    places = PlaceIndex(load_reference(db))
    key = place_key(text)
    if code := places.code.get(key):
        name = db.get_one(Area, code).name
        raise _invalid(field, N_("This is read as %(name)s already."), name=name)
    if key in places.ambiguous:
        raise _invalid(field, N_("This is already in the list of unclear place names."))
    if place := parse_outside_place(text):
        raise _invalid(field, N_("This is read as a place outside the city: %(place)s."), place=place)
    return text


def _invalid(field: str, error: str, **params: str) -> Invalid:
    return Invalid(PLEASE_CORRECT, fields={field: error}, **params)
