"""Possible duplicates: pairs are kept for people to decide on, and what they decide is remembered."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlmodel import col

from app.database import Db
from app.models import PairState, Participant, PossibleDuplicate
from app.models.base import now
from app.people.names import similarity
from app.permissions import Actor
from app.queries.in_values import in_values
from app.queries.people.duplicates import get_possible_duplicate
from app.queries.people.similar_people import SimilarPair
from app.services.activities import record
from app.services.locks import lock_people_table, lock_row


def save_pairs(db: Db, pairs: Sequence[SimilarPair]) -> None:
    """Add the pairs that aren't kept yet and whose people both still exist.

    Lock the people table first, or the identity keys of one person of each pair.
    """
    people = {identity for pair in pairs for identity in (pair.participant_id, pair.other_id)}
    there = set(db.scalars(select(col(Participant.id)).where(col(Participant.id).in_(people))))
    known = {
        (one, other)
        for one, other in db.execute(
            select(col(PossibleDuplicate.participant_id), col(PossibleDuplicate.other_id)).where(
                col(PossibleDuplicate.participant_id).in_(people)
            )
        )
    }
    db.add_all(
        PossibleDuplicate(participant_id=pair.participant_id, other_id=pair.other_id, likeness=pair.likeness)
        for pair in pairs
        if {pair.participant_id, pair.other_id} <= there and (pair.participant_id, pair.other_id) not in known
    )
    db.flush()


def mark_as_different(db: Db, actor: Actor, pair_id: int) -> PossibleDuplicate:
    """Remembers that two people of similar names are not one. Raises `NotFound` for a pair out of reach or gone."""
    lock_people_table(db)
    pair = lock_row(db, PossibleDuplicate, get_possible_duplicate(db, actor, pair_id).id)
    _set_apart(db, actor, pair)
    return pair


def mark_people_as_different(db: Db, actor: Actor, pairs: Collection[tuple[int, int]]) -> None:
    """Remembers that people aren't one of whom somebody said so before they were a pair: "this is somebody new".

    People are held. Whoever is gone meanwhile is passed over.
    """
    ordered = sorted({(min(pair), max(pair)) for pair in pairs})
    people = {person for pair in ordered for person in pair}
    if not people:
        return
    found = db.scalars(select(Participant).where(in_values(db, col(Participant.id), people)))
    names = {person.id: person.name_key for person in found}
    known = {
        (pair.participant_id, pair.other_id): pair
        for pair in db.scalars(
            select(PossibleDuplicate).where(in_values(db, col(PossibleDuplicate.participant_id), people))
        )
    }
    for one, other in ordered:
        if one in names and other in names:
            likeness = round(similarity(names[one], names[other]))
            pair = known.get((one, other)) or PossibleDuplicate(
                participant_id=one, other_id=other, likeness=likeness
            )
            db.add(pair)
            _set_apart(db, actor, pair)
    db.flush()


def _set_apart(db: Db, actor: Actor, pair: PossibleDuplicate) -> None:
    if pair.state is PairState.OPEN:
        pair.state = PairState.DIFFERENT
        pair.decided_at = now()
        pair.decided_by = actor.user_id
        after = {"other": pair.other_id}
        record(db, actor, "tell-apart", "participant", pair.participant_id, after=after)
