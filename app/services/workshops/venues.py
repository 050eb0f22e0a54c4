"""Create, change, delete and import venues (tempat).

Every organization may use a venue for its sessions; only the one that owns it, or an administrator, changes it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import col, select

from app.database import Db
from app.errors import PLEASE_CORRECT, Conflict, Forbidden, Invalid, NotFound
from app.i18n import N_
from app.models import Organization, Venue, VenueKind, WorkshopSession
from app.people.values.kelurahan import PlaceIndex
from app.permissions import Actor, Permission, Scope
from app.queries.areas.reference import list_kelurahan_with, load_reference
from app.queries.workshops.venues import VenueView, can_change_venue, list_venue_facts
from app.services.activities import log_activity, snapshot
from app.services.edit_conflicts import require_unchanged
from app.services.locks import lock_row
from app.spreadsheets.reading import read_venue_list
from app.spreadsheets.venues import MAX_NAME_LENGTH, CheckedVenue, RowError, check_venues, clean_name

MAX_ADDRESS_LENGTH = 200


@dataclass(frozen=True)
class VenueInput:
    """What a user enters about a venue. `kelurahan` is a code; `public_wifi` is None and `address` "" if not known.

    `owner_id` is the organization that the venue belongs to. Only administrators choose it; None leaves it as it is,
    and of a new venue it is the actor's organization.
    """

    name: str
    kind: str = VenueKind.LAINNYA
    kelurahan: str | None = None
    public_wifi: bool | None = None
    owner_id: int | None = None
    address: str = ""


@dataclass(frozen=True)
class VenueImport:
    """How many venues of a list were added, changed and left as they were. If there are `errors`, nothing was saved."""

    added: int
    changed: int
    unchanged: int
    errors: Sequence[RowError] = ()


def get_or_create_venue(db: Db, actor: Actor, name: str, owner_id: int) -> Venue | None:
    """Return the venue of that name; create and log one of the organization `owner_id` if there is none.

    Return None for an empty name. Used for sessions: a user who may create one may name a new place for it. Only to
    create a venue does the actor need `SESSION_WRITE`. Raises `Forbidden` without it, and `Invalid` for a name that is
    too long.
    """
    if not clean_name(name):
        return None
    venue = _find_venue(db, name)
    if venue is None:
        actor.require(Permission.SESSION_WRITE)
        venue = _create_venue(db, actor, VenueInput(name), owner_id)
    return venue


def create_venue(db: Db, actor: Actor, data: VenueInput) -> Venue:
    """Create a venue of the actor's organization and log it.

    Raises `Forbidden` without `VENUE_WRITE`, and `Invalid` for wrong fields, such as a name that another venue has.
    """
    actor.require(Permission.VENUE_WRITE)
    return _create_venue(db, actor, data, _choose_owner(actor, data.owner_id, actor.organization_id))


def _create_venue(db: Db, actor: Actor, data: VenueInput, owner_id: int | None) -> Venue:
    """Create and log a venue. Raises `Invalid` for wrong fields."""
    _check(db, data)
    venue = Venue(name=clean_name(data.name), organization_id=owner_id)
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
    `VENUE_WRITE` for it, `NotFound`, `Invalid` for wrong fields, and `Conflict` if others have changed what the form
    showed and `data` would change it.
    """
    actor.require(Permission.VENUE_WRITE)
    venue = _lock_venue(db, venue_id)
    require_own_venue(actor, venue)
    _check(db, data, venue)
    before, current = snapshot(venue), venue_input(venue)
    _apply(venue, data)
    venue.organization_id = _choose_owner(actor, data.owner_id, venue.organization_id)
    if venue_input(venue) != current:
        require_unchanged(form_fingerprint, current)
    db.flush()
    log_activity(db, actor, "change", "venue", venue.id, before=before, after=snapshot(venue))
    return venue


def venue_input(venue: Venue | VenueView) -> VenueInput:
    """Return a venue's saved values as the input of its form."""
    return VenueInput(
        venue.name,
        venue.kind,
        venue.kelurahan_code,
        venue.public_wifi,
        venue.organization_id,
        venue.address,
    )


def delete_venue(db: Db, actor: Actor, venue_id: int) -> None:
    """Delete a venue and log it.

    Raises `Forbidden` without `VENUE_WRITE` for it, `NotFound`, and `Conflict` if a session uses it.
    """
    actor.require(Permission.VENUE_WRITE)
    venue = _lock_venue(db, venue_id)
    require_own_venue(actor, venue)
    if db.exec(select(WorkshopSession.id).where(WorkshopSession.venue_id == venue_id)).first():
        raise Conflict(
            N_("Sessions were or will be held at this venue; it can't be deleted."), code="venue-used"
        )
    db.delete(venue)
    log_activity(db, actor, "delete", "venue", venue_id, before=snapshot(venue))


def require_own_venue(actor: Actor, venue: Venue | VenueView) -> None:
    """Raise `Forbidden` if the venue belongs to another organization, or to none, and the actor may not change all."""
    if not can_change_venue(actor, venue):
        raise Forbidden(
            N_("This venue is not your organization's. Only its owner or an administrator changes it.")
        )


def can_choose_owner(actor: Actor) -> bool:
    """Return whether the actor may choose to which organization a venue belongs."""
    return actor.scope(Permission.VENUE_WRITE) is Scope.ALL


def import_venues(db: Db, actor: Actor, file_name: str, content: bytes) -> VenueImport:
    """Create or change the venues in a file's list: all of them, or none if a row has an error. Return the counts.

    Venues are matched by name, regardless of case and punctuation. A row that would change a venue of another
    organization is an error; new venues belong to the actor's. Every change is logged, and the list as a whole if it
    changed anything. Raises `Forbidden` without `VENUE_WRITE`, `UnreadableFile` or `TooLarge`. The file is read before
    `db` takes the write lock.
    """
    actor.require(Permission.VENUE_WRITE)
    rows = read_venue_list(content).rows
    venues, errors = check_venues(rows, list_venue_facts(db, actor), PlaceIndex(load_reference(db)))
    if errors:
        return VenueImport(0, 0, 0, errors)
    added = [venue for venue in venues if venue.known is None]
    changed = [venue for venue in venues if venue.known not in (None, venue.facts)]
    _save_rows(db, actor, [*added, *changed])
    if added or changed:
        counts = {"create": len(added), "update": len(changed)}
        after = {"file": file_name[-200:], "counts": counts}
        log_activity(db, actor, "import", "venue-list", "", after=after)
    return VenueImport(len(added), len(changed), len(venues) - len(added) - len(changed))


def _save_rows(db: Db, actor: Actor, rows: Sequence[CheckedVenue]) -> None:
    """Create or change the venue of each row, found by its exact name, and log each."""
    by_name = {venue.name: venue for venue in db.exec(select(Venue))}
    for row in rows:
        facts = row.facts
        venue = by_name.get(facts.name)
        before = snapshot(venue) if venue else None
        venue = venue or Venue(name=facts.name, organization_id=actor.organization_id)
        venue.kind, venue.kelurahan_code = VenueKind(facts.kind), facts.kelurahan
        venue.public_wifi = facts.public_wifi
        db.add(venue)
        db.flush()
        action = "change" if before else "create"
        log_activity(db, actor, action, "venue", venue.id, before=before, after=snapshot(venue))


def _choose_owner(actor: Actor, owner_id: int | None, default: int | None) -> int | None:
    """Return the organization that a venue gets: the chosen one if the actor may choose, else the default."""
    return owner_id if owner_id is not None and can_choose_owner(actor) else default


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
    if len(data.address.strip()) > MAX_ADDRESS_LENGTH:
        errors["address"] = N_("An address has at most 200 characters.")
    if data.kind not in set(VenueKind):
        errors["kind"] = N_("This kind of venue is not known.")
    places = list_kelurahan_with(db, venue.kelurahan_code if venue else None)
    if data.kelurahan and data.kelurahan not in {place.code for place in places}:
        errors["kelurahan"] = N_("This kelurahan is not known.")
    if data.owner_id is not None and db.get(Organization, data.owner_id) is None:
        errors["owner"] = N_("This organization is not known.")
    if errors:
        raise Invalid(PLEASE_CORRECT, fields=errors)


def _apply(venue: Venue, data: VenueInput) -> None:
    venue.name = clean_name(data.name)
    venue.address = " ".join(data.address.split())
    venue.kind = VenueKind(data.kind)
    venue.kelurahan_code = data.kelurahan
    venue.public_wifi = data.public_wifi
