"""Possible duplicates as people decide on them: a list of pairs, and one pair side by side."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, or_, select, true, tuple_
from sqlalchemy.orm import Mapped
from sqlmodel import col

from app.database import Db
from app.errors import NotFound
from app.i18n import N_
from app.models import (
    Area,
    Attendance,
    PairState,
    Participant,
    PossibleDuplicate,
    Registration,
    Workshop,
    WorkshopSession,
)
from app.nik_vault import NikVault
from app.people.fields import MERGED_FIELDS
from app.permissions import Actor, Permission, Reach
from app.queries.people.details import format_details
from app.queries.people.participants import PersonSummary, get_person_summaries, place_name
from app.queries.scope import registrations_within

PAGE_LENGTH = 25


@dataclass(frozen=True)
class PairView:
    id: int
    likeness: int
    one: PersonSummary
    other: PersonSummary


@dataclass(frozen=True)
class PairPage:
    """The likeliest first; `following` is the id of the pair after which the next page begins."""

    pairs: tuple[PairView, ...]
    following: int | None


@dataclass(frozen=True)
class ComparedSession:
    """A session that a person is registered for; `shared` tells that the other of the pair is too."""

    code: str
    workshop_title: str
    starts_at: datetime
    attendance: str | None
    shared: bool


@dataclass(frozen=True)
class ComparedPerson:
    """One of a pair: `details` are texts by field as people may see them (phone and NIK masked), "" where blank."""

    id: int
    name: str
    details: Mapping[str, str]
    sessions: tuple[ComparedSession, ...]


@dataclass(frozen=True)
class PairComparison:
    """`fields` are those of which something is known, `disputed` those in which the two differ.

    `newest` is the id of the one of whom the newest session told: what it says is the likelier.
    """

    id: int
    likeness: int
    people: tuple[ComparedPerson, ComparedPerson]
    fields: tuple[str, ...]
    disputed: frozenset[str]
    newest: int


def registered_only_within(actor: Actor, person_id: Mapped[int]) -> ColumnElement[bool]:
    """People all of whose registrations are within the actor's reach: merging others would change foreign figures."""
    if actor.reach(Permission.PEOPLE_MERGE) is Reach.ALL:
        return true()
    registered = exists().where(col(Registration.participant_id) == person_id)
    return registered & ~registered.where(~registrations_within(actor, Permission.PEOPLE_MERGE))


def get_possible_duplicate(db: Db, actor: Actor, pair_id: int) -> PossibleDuplicate:
    """Raises `Forbidden` by role, `NotFound` where it is out of reach or no longer there."""
    actor.require(Permission.PEOPLE_MERGE)
    found = db.scalars(
        select(PossibleDuplicate).where(col(PossibleDuplicate.id) == pair_id, *_within(actor))
    ).first()
    if found is None:
        raise NotFound(N_("There is no such pair. Perhaps the two have been merged already."))
    return found


def list_possible_duplicates(
    db: Db, actor: Actor, *, after: int | None = None, limit: int = PAGE_LENGTH
) -> PairPage:
    """Pairs that nobody has decided on, within the actor's reach. Raises `Forbidden` by role."""
    actor.require(Permission.PEOPLE_MERGE)
    order = tuple_(-col(PossibleDuplicate.likeness), col(PossibleDuplicate.id))
    statement = (
        select(PossibleDuplicate)
        .where(col(PossibleDuplicate.state) == PairState.OPEN, *_within(actor))
        .order_by(col(PossibleDuplicate.likeness).desc(), col(PossibleDuplicate.id))
        .limit(limit + 1)
    )
    if after is not None:
        there = select(-col(PossibleDuplicate.likeness)).where(col(PossibleDuplicate.id) == after)
        statement = statement.where(order > tuple_(there.scalar_subquery(), after))
    found = db.scalars(statement).all()
    shown = found[:limit]
    people = get_person_summaries(db, {id_ for pair in shown for id_ in (pair.participant_id, pair.other_id)})
    pairs = (
        PairView(pair.id, pair.likeness, people[pair.participant_id], people[pair.other_id]) for pair in shown
    )
    return PairPage(tuple(pairs), shown[-1].id if len(found) > limit else None)


def compare_pair(db: Db, vault: NikVault, actor: Actor, pair_id: int) -> PairComparison:
    """A pair with all that is known of the two."""
    pair = get_possible_duplicate(db, actor, pair_id)
    ids = (pair.participant_id, pair.other_id)
    people = {
        person.id: (person, kelurahan)
        for person, kelurahan in db.execute(
            select(Participant, col(Area.name))
            .outerjoin(Area, col(Area.code) == col(Participant.kelurahan_code))
            .where(col(Participant.id).in_(ids))
        )
    }
    sessions = _sessions(db, ids)
    one, other = (people[id_][0] for id_ in ids)
    beside_one, beside_other = (
        ComparedPerson(id_, people[id_][0].name, _details(*people[id_], vault), tuple(sessions[id_]))
        for id_ in ids
    )
    return PairComparison(
        id=pair.id,
        likeness=pair.likeness,
        people=(beside_one, beside_other),
        fields=tuple(
            field for field in MERGED_FIELDS if beside_one.details[field] or beside_other.details[field]
        ),
        disputed=frozenset(
            field for field in MERGED_FIELDS if find_undisputed_source(field, one, other) is None
        ),
        newest=get_newest_id(one, other),
    )


def find_undisputed_source(field: str, one: Participant, other: Participant) -> Participant | None:
    """Whose value of a field stays without a choice: of one value that one, of a kelurahan the one with the RT.

    None where the two say something different.
    """
    mine, theirs = (_value(field, person) for person in (one, other))
    if not any(theirs) or mine == theirs:
        return one
    if not any(mine):
        return other
    if field == "kelurahan" and mine[:2] == theirs[:2] and not (one.rt and other.rt):
        return one if one.rt else other
    return None


def _value(field: str, person: Participant) -> tuple[object, ...]:
    """A field's columns; a NIK is compared by its key, since each encryption of it differs."""
    columns = ("nik_key",) if field == "nik" else MERGED_FIELDS[field]
    return tuple(getattr(person, column) for column in columns)


def get_newest_id(*people: Participant) -> int:
    """The id of the person of whom the newest session told, of two equals the later record."""
    told = [(person.latest_session_at or person.created_at, person.id) for person in people]
    return max(told)[1]


def _within(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    return (
        registered_only_within(actor, col(PossibleDuplicate.participant_id)),
        registered_only_within(actor, col(PossibleDuplicate.other_id)),
    )


def _details(person: Participant, kelurahan: str | None, vault: NikVault) -> dict[str, str]:
    place = place_name(kelurahan, person.outside_place)
    return format_details(person, vault) | {
        "kelurahan": f"{place} RT {person.rt}" if place and person.rt else place
    }


def _sessions(db: Db, ids: tuple[int, int]) -> dict[int, list[ComparedSession]]:
    statement = (
        select(
            col(Registration.participant_id),
            col(WorkshopSession.code),
            col(Workshop.title),
            col(WorkshopSession.starts_at),
            col(Attendance.status),
        )
        .join(WorkshopSession, col(WorkshopSession.id) == col(Registration.workshop_session_id))
        .join(Workshop, col(Workshop.id) == col(WorkshopSession.workshop_id))
        .outerjoin(Attendance, col(Attendance.registration_id) == col(Registration.id))
        .where(or_(*(col(Registration.participant_id) == id_ for id_ in ids)))
        .order_by(col(WorkshopSession.starts_at).desc(), col(WorkshopSession.id))
    )
    found = db.execute(statement).all()
    codes = {id_: {code for person_id, code, *_ in found if person_id == id_} for id_ in ids}
    shared = codes[ids[0]] & codes[ids[1]]
    return {
        id_: [
            ComparedSession(code, title, starts_at, outcome.value if outcome else None, code in shared)
            for person_id, code, title, starts_at, outcome in found
            if person_id == id_
        ]
        for id_ in ids
    }
