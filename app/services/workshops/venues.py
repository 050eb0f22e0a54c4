"""Create, change, delete and import venues (tempat). All organizations share them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import col, select

from app.database import Db
from app.errors import PLEASE_CORRECT, Conflict, Forbidden, Invalid, NotFound
from app.i18n import N_
from app.models import Venue, VenueKind, WorkshopSession
from app.people.values.kelurahan import PlaceIndex
from app.permissions import Actor, Permission, Scope
from app.queries.areas.reference import list_kelurahan_with, load_reference
from app.queries.workshops.venues import VenueView, list_venue_facts
from app.services.activities import log_activity, snapshot
from app.services.edit_conflicts import require_unchanged
from app.services.locks import lock_row
from app.spreadsheets.reading import read_venue_list
from app.spreadsheets.venues import MAX_NAME_LENGTH, CheckedVenue, RowError, check_venues, clean_name


@dataclass(frozen=True)
class VenueInput:
    """What a user enters about a venue. `kelurahan` is a code; `public_wifi` is None if it is not known."""

    name: str
    kind: str = VenueKind.LAINNYA
    kelurahan: str | None = None
    public_wifi: bool | None = None


@dataclass(frozen=True)
class VenueImport:
    """How many venues of a list were added, changed and left as they were. If there are `errors`, nothing was saved."""

    added: int
    changed: int
    unchanged: int
    errors: Sequence[RowError] = ()


def get_or_create_venue(db: Db, actor: Actor, name: str) -> Venue | None:
    """Return the venue of that name; create and log one if there is none. Return None for an empty name.

    Only to create one the actor needs `SESSION_WRITE`. Raises what `create_venue` raises.
    """
    if not clean_name(name):
        return None
    return _find_venue(db, name) or create_venue(db, actor, VenueInput(name))


def create_venue(db: Db, actor: Actor, data: VenueInput) -> Venue:
    """Create a venue and log it.

    Raises `Forbidden` without `SESSION_WRITE`, and `Invalid` for wrong fields, such as a name that another venue has.
    """
    actor.require(Permission.SESSION_WRITE)
    _check(db, data)
    venue = Venue(name=clean_name(data.name))
    _apply(venue, data)
    db.add(venue)
    db.flush()
    log_activity(db, actor, "create", "venue", venue.id, after=snapshot(venue))
    return venue


def change_venue(
    db: Db, actor: Actor, venue_id: int, data: VenueInput, *, form_fingerprint: str = ""
) -> Venue:
    """Replace all fields of a venue and log it.

    `form_fingerprint` is the fingerprint of what the user's form showed, "" without a form. Raises `Forbidden` without
    `SESSION_WRITE`, `NotFound`, `Invalid` for wrong fields, and `Conflict` if others have changed what the form showed
    and `data` would change it.
    """
    actor.require(Permission.SESSION_WRITE)
    venue = _lock_venue(db, venue_id)
    _check(db, data, venue)
    before, current = snapshot(venue), venue_input(venue)
    _apply(venue, data)
    if venue_input(venue) != current:
        require_unchanged(form_fingerprint, current)
    db.flush()
    log_activity(db, actor, "change", "venue", venue.id, before=before, after=snapshot(venue))
    return venue


def venue_input(venue: Venue | VenueView) -> VenueInput:
    """Return a venue's saved values as the input of its form."""
    return VenueInput(venue.name, venue.kind, venue.kelurahan_code, venue.public_wifi)


def delete_venue(db: Db, actor: Actor, venue_id: int) -> None:
    """Delete a venue and log it.

    Raises `Forbidden` unless `can_delete_venues`, `NotFound`, and `Conflict` if a session uses it.
    """
    actor.require(Permission.SESSION_WRITE)
    if not can_delete_venues(actor):
        raise Forbidden(N_("Your role does not allow this."))
    venue = _lock_venue(db, venue_id)
    if db.exec(select(WorkshopSession.id).where(WorkshopSession.venue_id == venue_id)).first():
        raise Conflict(
            N_("Sessions were or will be held at this venue; it can't be deleted."), code="venue-used"
        )
    db.delete(venue)
    log_activity(db, actor, "delete", "venue", venue_id, before=snapshot(venue))


def can_delete_venues(actor: Actor) -> bool:
    """Return whether the actor may delete venues: they may if they can change sessions of every organization."""
    return actor.scope(Permission.SESSION_WRITE) is Scope.ALL


def import_venues(db: Db, actor: Actor, file_name: str, content: bytes) -> VenueImport:
    """Create or change the venues in a file's list: all of them, or none if a row has an error. Return the counts.

    Venues are matched by name, regardless of case and punctuation. Every change is logged, and the list as a whole if
    it changed anything. Raises `Forbidden` without `SESSION_WRITE`, `UnreadableFile` or `TooLarge`. The file is read
    before `db` takes the write lock.
    """
    actor.require(Permission.SESSION_WRITE)
    rows = read_venue_list(content).rows
    venues, errors = check_venues(rows, list_venue_facts(db), PlaceIndex(load_reference(db)))
    if errors:
        return VenueImport(0, 0, 0, errors)
    added = [venue for venue in venues if venue.known is None]
    changed = [venue for venue in venues if venue.known not in (None, venue.facts)]
    _save_rows(db, actor, [*added, *changed])
    if added or changed:
        counts = {"create": len(added), "update": len(changed)}
        log_activity(db, actor, "import", "venue-list", file_name[-200:], after={"counts": counts})
    return VenueImport(len(added), len(changed), len(venues) - len(added) - len(changed))


def _save_rows(db: Db, actor: Actor, rows: Sequence[CheckedVenue]) -> None:
    """Create or change the venue of each row, found by its exact name, and log each."""
    by_name = {venue.name: venue for venue in db.exec(select(Venue))}
    for row in rows:
        facts = row.facts
        venue = by_name.get(facts.name)
        before = snapshot(venue) if venue else None
        venue = venue or Venue(name=facts.name)
        venue.kind, venue.kelurahan_code = VenueKind(facts.kind), facts.kelurahan
        venue.public_wifi = facts.public_wifi
        db.add(venue)
        db.flush()
        action = "change" if before else "create"
        log_activity(db, actor, action, "venue", venue.id, before=before, after=snapshot(venue))


def _find_venue(db: Db, name: str) -> Venue | None:
    """Return the venue with this name as it was entered, else with its tidied name, else None.

    Names that were saved before names were tidied stay as they are.
    """
    names = (" ".join(name.split()), clean_name(name))
    return db.exec(
        select(Venue).where(col(Venue.name).in_(names)).order_by(col(Venue.name) != names[0])
    ).first()


def _lock_venue(db: Db, venue_id: int) -> Venue:
    """Return the venue with its row locked. Raises `NotFound`."""
    if db.get(Venue, venue_id) is None:
        raise NotFound(N_("There is no such venue."))
    return lock_row(db, Venue, venue_id)


def _check(db: Db, data: VenueInput, venue: Venue | None = None) -> None:
    """Raise `Invalid` with the wrong fields if `venue`, or a new one if it is None, can't have these values."""
    errors: dict[str, str] = {}
    name = clean_name(data.name)
    if not name:
        errors["name"] = N_("A name is needed.")
    elif len(name) > MAX_NAME_LENGTH:
        errors["name"] = N_("A name has at most 200 characters.")
    elif (venue is None or name != venue.name) and db.exec(
        select(Venue.id).where(Venue.name == name)
    ).first():
        errors["name"] = N_("There is a venue of this name already.")
    if data.kind not in set(VenueKind):
        errors["kind"] = N_("This kind of venue is not known.")
    places = list_kelurahan_with(db, venue.kelurahan_code if venue else None)
    if data.kelurahan and data.kelurahan not in {place.code for place in places}:
        errors["kelurahan"] = N_("This kelurahan is not known.")
    if errors:
        raise Invalid(PLEASE_CORRECT, fields=errors)


def _apply(venue: Venue, data: VenueInput) -> None:
    venue.name = clean_name(data.name)
    venue.kind = VenueKind(data.kind)
    venue.kelurahan_code = data.kelurahan
    venue.public_wifi = data.public_wifi
