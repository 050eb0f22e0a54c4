"""A list of venues comes in: it is read, looked through and put right, and then written as a whole.

Until it is written nothing of it is kept: the list goes from page to page with what was put right in it.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import select

from app.database import Db
from app.errors import Conflict
from app.i18n import N_
from app.models import Venue, VenueKind
from app.people.kelurahan import PlaceIndex
from app.permissions import Actor, Permission
from app.queries.areas.reference import sheet_reference
from app.queries.workshops.venues import known_venues
from app.services.activities import record, snapshot
from app.spreadsheets.reading import read_venue_list
from app.spreadsheets.venues import JudgedVenue, Outcome, VenueFacts, VenueRow, judge_venues, venue_rows


@dataclass(frozen=True)
class VenueList:
    """`wifi_unsaid` is what rows mean that say nothing of Wi-Fi; `left_out` are numbers of rows."""

    file_name: str
    rows: tuple[VenueRow, ...]
    wifi_unsaid: bool | None = None
    left_out: frozenset[int] = frozenset()


def read_list(
    look: Db, actor: Actor, file_name: str, content: bytes, *, wifi_unsaid: bool | None = None
) -> VenueList:
    """The list that a file holds. Raises `UnreadableFile` or `TooLarge`."""
    actor.require(Permission.SESSION_WRITE)
    places = [place.name for place in sheet_reference(look).kelurahan]
    return VenueList(file_name[-200:], venue_rows(read_venue_list(content, places).rows), wifi_unsaid)


def judge_list(look: Db, actor: Actor, venues: VenueList) -> list[JudgedVenue]:
    """What would become of every row now."""
    actor.require(Permission.SESSION_WRITE)
    return judge_venues(
        venues.rows,
        known_venues(look),
        PlaceIndex(sheet_reference(look)),
        left_out=venues.left_out,
        wifi_unsaid=venues.wifi_unsaid,
    )


def import_venues(db: Db, actor: Actor, venues: VenueList) -> Mapping[Outcome, int]:
    """Writes the list, all of it or nothing; how many rows became what.

    Raises `Conflict` where a row asks something; then nothing is written.
    """
    judged = judge_list(db, actor, venues)
    counts = Counter(venue.outcome for venue in judged)
    if counts["review"]:
        raise Conflict(
            N_("Some rows still need attention. Put them right, or leave them out."), code="rows-open"
        )
    kept = {venue.name: venue for venue in db.exec(select(Venue))}
    for one in judged:
        if one.outcome in ("create", "update"):
            _write(db, actor, kept.get(one.facts.name), one.facts)
    if counts["create"] or counts["update"]:
        record(db, actor, "import", "venue-list", venues.file_name, after={"counts": dict(counts)})
    return counts


def _write(db: Db, actor: Actor, venue: Venue | None, facts: VenueFacts) -> None:
    before = snapshot(venue) if venue else None
    venue = venue or Venue(name=facts.name)
    venue.kind = VenueKind(facts.kind)
    venue.kelurahan_code = facts.kelurahan
    venue.public_wifi = facts.public_wifi
    db.add(venue)
    db.flush()
    action = "change" if before else "create"
    record(db, actor, action, "venue", venue.id, before=before, after=snapshot(venue))
