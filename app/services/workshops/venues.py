"""Making, changing and deleting venues (tempat). They are shared by the city: who plans sessions may add to them."""

from dataclasses import dataclass

from sqlmodel import col, select

from app.database import Db
from app.errors import Conflict, Forbidden, Invalid, NotFound
from app.i18n import N_
from app.models import Venue, VenueKind, WorkshopSession
from app.permissions import Actor, Permission, Reach
from app.queries.areas.reference import kelurahan_and
from app.queries.workshops.venues import VenueView
from app.services.activities import record, snapshot
from app.services.locks import lock_row
from app.services.unseen_changes import require_seen
from app.spreadsheets.venues import MAX_NAME_LENGTH, clean_name


@dataclass(frozen=True)
class VenueInput:
    """What a person says of a venue: a kind by its code, a kelurahan's code or none, and None for Wi-Fi unknown."""

    name: str
    kind: str = VenueKind.LAINNYA
    kelurahan: str | None = None
    public_wifi: bool | None = None


def venue_named(db: Db, actor: Actor, name: str) -> Venue | None:
    """The venue of that name, made as by `create_venue` where none is known; None where nothing is named."""
    if not clean_name(name):
        return None
    return _known(db, name) or create_venue(db, actor, VenueInput(name))


def create_venue(db: Db, actor: Actor, given: VenueInput) -> Venue:
    """A new venue. Raises `Invalid` for what can't be, a name among it that another venue has."""
    actor.require(Permission.SESSION_WRITE)
    _check(db, given)
    venue = Venue(name=clean_name(given.name))
    _apply(venue, given)
    db.add(venue)
    db.flush()
    record(db, actor, "create", "venue", venue.id, after=snapshot(venue))
    return venue


def change_venue(db: Db, actor: Actor, venue_id: int, given: VenueInput, *, seen: str = "") -> Venue:
    """Replaces all that can be said of a venue; the sessions held there show it too.

    `seen` is the seal of what the actor's form was filled with: raises `Conflict` where others changed that since.
    """
    actor.require(Permission.SESSION_WRITE)
    venue = _held(db, venue_id)
    _check(db, given, of=venue)
    before, said = snapshot(venue), said_of(venue)
    _apply(venue, given)
    if said_of(venue) != said:
        require_seen(seen, said)
    db.flush()
    record(db, actor, "change", "venue", venue.id, before=before, after=snapshot(venue))
    return venue


def said_of(venue: Venue | VenueView) -> VenueInput:
    """A venue as somebody would have to say it."""
    return VenueInput(venue.name, venue.kind, venue.kelurahan_code, venue.public_wifi)


def delete_venue(db: Db, actor: Actor, venue_id: int) -> None:
    """Deletes a venue at which no session was or will be held. For those whose reach is the whole city."""
    actor.require(Permission.SESSION_WRITE)
    if not may_delete_venues(actor):
        raise Forbidden(N_("Your role does not allow this."))
    venue = _held(db, venue_id)
    if db.exec(select(WorkshopSession.id).where(WorkshopSession.venue_id == venue_id)).first():
        raise Conflict(
            N_("Sessions were or will be held at this venue; it can't be deleted."), code="venue-used"
        )
    db.delete(venue)
    record(db, actor, "delete", "venue", venue_id, before=snapshot(venue))


def may_delete_venues(actor: Actor) -> bool:
    return actor.reach(Permission.SESSION_WRITE) is Reach.ALL


def _known(db: Db, name: str) -> Venue | None:
    """By its name as it is typed, too: those that sessions made were kept as they were."""
    names = (" ".join(name.split()), clean_name(name))
    return db.exec(
        select(Venue).where(col(Venue.name).in_(names)).order_by(col(Venue.name) != names[0])
    ).first()


def _held(db: Db, venue_id: int) -> Venue:
    if db.get(Venue, venue_id) is None:
        raise NotFound(N_("There is no such venue."))
    return lock_row(db, Venue, venue_id)


def _check(db: Db, given: VenueInput, of: Venue | None = None) -> None:
    fields: dict[str, str] = {}
    name = clean_name(given.name)
    if not name:
        fields["name"] = N_("A name is needed.")
    elif len(name) > MAX_NAME_LENGTH:
        fields["name"] = N_("A name has at most 200 characters.")
    elif (of is None or name != of.name) and db.exec(select(Venue.id).where(col(Venue.name) == name)).first():
        fields["name"] = N_("There is a venue of this name already.")
    if given.kind not in set(VenueKind):
        fields["kind"] = N_("This kind of venue is not known.")
    places = kelurahan_and(db, of.kelurahan_code if of else None)
    if given.kelurahan and given.kelurahan not in {place.code for place in places}:
        fields["kelurahan"] = N_("This kelurahan is not known.")
    if fields:
        raise Invalid(N_("Please correct the marked fields."), fields=fields)


def _apply(venue: Venue, given: VenueInput) -> None:
    venue.name = clean_name(given.name)
    venue.kind = VenueKind(given.kind)
    venue.kelurahan_code = given.kelurahan
    venue.public_wifi = given.public_wifi
