"""Save a list of venues (tempat): all of it, or nothing where a row has an error."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import select

from app.database import Db
from app.models import Venue, VenueKind
from app.people.values.kelurahan import PlaceIndex
from app.permissions import Actor, Permission
from app.queries.areas.reference import sheet_reference
from app.queries.workshops.venues import known_venues
from app.services.activities import record, snapshot
from app.spreadsheets.reading import read_venue_list
from app.spreadsheets.venues import CheckedVenue, RowError, VenueFacts, check_venues


@dataclass(frozen=True)
class VenueImport:
    """How many venues a list added, changed and left as they were; with `errors` nothing was saved."""

    added: int
    changed: int
    unchanged: int
    errors: Sequence[RowError] = ()


def import_venues(db: Db, actor: Actor, file_name: str, content: bytes) -> VenueImport:
    """Raises `UnreadableFile` or `TooLarge`. The file is read before `db` takes the write lock."""
    actor.require(Permission.SESSION_WRITE)
    rows = read_venue_list(content).rows
    venues, errors = check_venues(rows, known_venues(db), PlaceIndex(sheet_reference(db)))
    if errors:
        return VenueImport(0, 0, 0, errors)
    added = [venue for venue in venues if venue.known is None]
    changed = [venue for venue in venues if venue.known not in (None, venue.facts)]
    _write(db, actor, [*added, *changed])
    if added or changed:
        counts = {"create": len(added), "update": len(changed)}
        record(db, actor, "import", "venue-list", file_name[-200:], after={"counts": counts})
    return VenueImport(len(added), len(changed), len(venues) - len(added) - len(changed))


def _write(db: Db, actor: Actor, venues: Sequence[CheckedVenue]) -> None:
    by_name = {venue.name: venue for venue in db.exec(select(Venue))}
    for checked in venues:
        venue = by_name.get(checked.facts.name)
        before = snapshot(venue) if venue else None
        venue = venue or Venue(name=checked.facts.name)
        _apply(venue, checked.facts)
        db.add(venue)
        db.flush()
        action = "change" if before else "create"
        record(db, actor, action, "venue", venue.id, before=before, after=snapshot(venue))


def _apply(venue: Venue, facts: VenueFacts) -> None:
    venue.kind = VenueKind(facts.kind)
    venue.kelurahan_code = facts.kelurahan
    venue.public_wifi = facts.public_wifi
