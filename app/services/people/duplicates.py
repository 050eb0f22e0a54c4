"""Save possible duplicates for users to decide on, and the decision that two people are different."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlmodel import col

from app.database import Db
from app.models import PairState, Participant, PossibleDuplicate
from app.models.base import now
from app.people.values.names import similarity
from app.permissions import Actor, Permission
from app.queries.in_values import in_values
from app.queries.people.duplicates import get_possible_duplicate
from app.queries.people.similar_people import SimilarPair
from app.services.activities import log_activity
from app.services.locks import lock_people_table, lock_row


def save_pairs(db: Db, pairs: Sequence[SimilarPair]) -> None:
    """Save the possible duplicates that aren't saved yet and whose people both still exist, and flush.

    A pair that is saved stays as it is, also if users have decided on it. The caller must have locked the people table,
    or the identity keys of one person of each pair.
    """
    people = {person_id for pair in pairs for person_id in (pair.participant_id, pair.other_id)}
    existing = set(db.scalars(select(col(Participant.id)).where(col(Participant.id).in_(people))))
    saved = {
        (participant_id, other_id)
        for participant_id, other_id in db.execute(
            select(col(PossibleDuplicate.participant_id), col(PossibleDuplicate.other_id)).where(
                col(PossibleDuplicate.participant_id).in_(people)
            )
        )
    }
    db.add_all(
        PossibleDuplicate(participant_id=pair.participant_id, other_id=pair.other_id, likeness=pair.likeness)
        for pair in pairs
        if {pair.participant_id, pair.other_id} <= existing
        and (pair.participant_id, pair.other_id) not in saved
    )
    db.flush()


def mark_as_different(db: Db, actor: Actor, pair_id: int) -> PossibleDuplicate:
    """Record and log that the two people of a possible duplicate are different, so that it isn't proposed again.

    Does nothing if that was decided already. Raises `Forbidden` without `PEOPLE_MERGE`, and `NotFound` if the pair was
    merged, or one of the two has a registration out of the actor's scope.
    """
    actor.require(Permission.PEOPLE_MERGE)
    lock_people_table(db)
    pair = lock_row(db, PossibleDuplicate, get_possible_duplicate(db, actor, pair_id).id)
    _set_different(db, actor, pair)
    return pair


def mark_people_as_different(db: Db, actor: Actor, pairs: Collection[tuple[int, int]]) -> None:
    """Record and log that the people of each pair of ids are different, also if they are no possible duplicate yet.

    Pairs that are decided already stay as they are, and people who have been deleted are skipped. Needs no permission
    beyond that of saving the form or review in which the user chose "somebody new". The caller must have locked the
    people table or the people's identity keys.
    """
    ordered = sorted({(min(pair), max(pair)) for pair in pairs})
    people = {person for pair in ordered for person in pair}
    if not people:
        return
    participants = db.scalars(select(Participant).where(in_values(db, col(Participant.id), people)))
    names = {participant.id: participant.name_key for participant in participants}
    saved = {
        (pair.participant_id, pair.other_id): pair
        for pair in db.scalars(
            select(PossibleDuplicate).where(in_values(db, col(PossibleDuplicate.participant_id), people))
        )
    }
    for one_id, other_id in ordered:
        if one_id in names and other_id in names:
            likeness = round(similarity(names[one_id], names[other_id]))
            pair = saved.get((one_id, other_id)) or PossibleDuplicate(
                participant_id=one_id, other_id=other_id, likeness=likeness
            )
            db.add(pair)
            _set_different(db, actor, pair)
    db.flush()


def _set_different(db: Db, actor: Actor, pair: PossibleDuplicate) -> None:
    """Mark a pair as different and log it, unless it is decided already."""
    if pair.state is PairState.OPEN:
        pair.state = PairState.DIFFERENT
        pair.decided_at = now()
        pair.decided_by = actor.user_id
        after = {"other": pair.other_id}
        log_activity(db, actor, "tell-apart", "participant", pair.participant_id, after=after)
