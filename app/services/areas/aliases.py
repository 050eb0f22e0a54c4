"""How people write the names of kelurahan: what is noted here, the next sheet is read by."""

from collections.abc import Collection

from sqlmodel import col, delete

from app.database import Db
from app.errors import Invalid, NotFound
from app.i18n import N_
from app.models import AmbiguousPlace, AmbiguousPlaceCandidate, Area, AreaAlias
from app.people.values.kelurahan import PlaceIndex
from app.people.values.outside_places import parse_outside_place
from app.people.values.place_names import place_key
from app.people.values.text import clean, collapse
from app.permissions import Actor, Permission
from app.queries.areas.areas import kelurahan_by_code
from app.queries.areas.reference import sheet_reference
from app.services.activities import record
from app.services.locks import lock_people_table
from app.services.registrations.recognition import PLEASE_CORRECT

LONGEST_TEXT = 100


def add_alias(db: Db, actor: Actor, area_code: str, typed: str) -> AreaAlias:
    """Another way of writing a kelurahan's name. Raises `Invalid` for a text that is understood otherwise already."""
    area = kelurahan_by_code(db, actor, area_code)
    lock_people_table(db)
    alias = AreaAlias(alias=_free_text(db, typed, "alias"), area_code=area.code)
    db.add(alias)
    db.flush()
    record(db, actor, "create", "area-alias", alias.alias, after={"area_code": area.code})
    return alias


def remove_alias(db: Db, actor: Actor, area_code: str, text: str) -> None:
    actor.require(Permission.USER_WRITE)
    lock_people_table(db)
    alias = db.get(AreaAlias, text)
    if alias is None or alias.area_code != area_code:
        raise NotFound(N_("This way of writing is not noted."))
    db.delete(alias)
    record(db, actor, "delete", "area-alias", text, before={"area_code": area_code})


def add_ambiguous_place(
    db: Db, actor: Actor, typed: str, why: str, candidates: Collection[str]
) -> AmbiguousPlace:
    """A text that names no single kelurahan: it is asked each time, with the `candidates` (codes) to choose from.

    Raises `Invalid` for a text that is understood already, and where neither a reason nor a candidate is given.
    """
    actor.require(Permission.USER_WRITE)
    lock_people_table(db)
    text, why = _free_text(db, typed, "text"), collapse(clean(why))
    if len(why) > LONGEST_TEXT:
        raise _refused("why", N_("Write at most 100 characters."))
    if not why and not candidates:
        raise _refused("why", N_("Say what this is, or choose the kelurahan that it may mean."))
    areas = [kelurahan_by_code(db, actor, code).code for code in sorted(set(candidates))]
    place = AmbiguousPlace(text=text, why=why)
    db.add(place)
    db.flush()
    db.add_all(AmbiguousPlaceCandidate(text=text, area_code=code) for code in areas)
    record(db, actor, "create", "ambiguous-place", text, after={"why": why, "candidates": areas})
    return place


def remove_ambiguous_place(db: Db, actor: Actor, text: str) -> None:
    actor.require(Permission.USER_WRITE)
    lock_people_table(db)
    place = db.get(AmbiguousPlace, text)
    if place is None:
        raise NotFound(N_("This way of writing is not noted."))
    db.exec(delete(AmbiguousPlaceCandidate).where(col(AmbiguousPlaceCandidate.text) == text))
    db.delete(place)
    record(db, actor, "delete", "ambiguous-place", text, before={"why": place.why})


def _free_text(db: Db, typed: str, field: str) -> str:
    """The text, tidied, where nothing is known of it yet: a near miss of a name is what is noted here."""
    text = collapse(clean(typed))
    if not any(map(str.isalpha, text)) or len(text) > LONGEST_TEXT:
        raise _refused(field, N_("Write a name of at most 100 characters."))
    places = PlaceIndex(sheet_reference(db))
    key = place_key(text)
    if code := places.code.get(key):
        name = db.get_one(Area, code).name
        raise _refused(field, N_("This is read as %(name)s already."), name=name)
    if key in places.ambiguous:
        raise _refused(field, N_("This is noted as a text that names no single kelurahan."))
    if place := parse_outside_place(text):
        raise _refused(field, N_("This is read as a place outside the city: %(place)s."), place=place)
    return text


def _refused(field: str, sentence: str, **params: str) -> Invalid:
    return Invalid(PLEASE_CORRECT, fields={field: sentence}, **params)
