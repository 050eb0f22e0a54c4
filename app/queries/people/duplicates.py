"""Possible duplicates: the list of pairs to decide on, and the comparison of the two people of a pair."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, false, or_, select, true, tuple_
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
from app.permissions import Actor, Permission, Scope
from app.queries.people.participants import PersonSummary, format_details, get_person_summaries, place_name
from app.queries.scope import registrations_within

PAGE_LENGTH = 25


@dataclass(frozen=True)
class PairView:
    """A pair in the list. `likeness` is the similarity of the names, 0 to 100."""

    id: int
    likeness: int
    one: PersonSummary
    other: PersonSummary


@dataclass(frozen=True)
class PairPage:
    """A page of pairs, the most alike first. `following` is the `after` of the next page, None on the last."""

    pairs: tuple[PairView, ...]
    following: int | None


@dataclass(frozen=True)
class ComparedSession:
    """A session that a person is registered for. `shared` tells whether the other person of the pair is, too."""

    code: str
    workshop_title: str
    starts_at: datetime
    attendance: str | None
    shared: bool


@dataclass(frozen=True)
class ComparedPerson:
    """One person of a pair. `details` are texts by field, with phone and NIK masked, "" for a blank one.

    `sessions` are all that the person is registered for, the latest first.
    """

    id: int
    name: str
    details: Mapping[str, str]
    sessions: tuple[ComparedSession, ...]


@dataclass(frozen=True)
class PairComparison:
    """The two people of a pair side by side.

    `fields` are those that at least one person has, `disputed` those in which the two differ. `newest` is the id of the
    person with the newer session, whose values are proposed.
    """

    id: int
    likeness: int
    people: tuple[ComparedPerson, ComparedPerson]
    fields: tuple[str, ...]
    disputed: frozenset[str]
    newest: int


def get_possible_duplicate(db: Db, actor: Actor, pair_id: int) -> PossibleDuplicate:
    """Return the row of a pair, decided or not. Raises `NotFound` if there is none, as after a merge.

    Raises `NotFound`, too, unless all registrations of both people are within the actor's scope for merging.
    """
    pair = db.scalars(
        select(PossibleDuplicate).where(col(PossibleDuplicate.id) == pair_id, *_within_scope(actor))
    ).first()
    if pair is None:
        raise NotFound(N_("There is no such pair. Perhaps the two have been merged already."))
    return pair


def list_possible_duplicates(
    db: Db, actor: Actor, *, after: int | None = None, limit: int = PAGE_LENGTH
) -> PairPage:
    """Return a page of at most `limit` undecided pairs, the most alike first, then by id.

    They are the pairs whose people have all their registrations within the actor's scope for merging. The page begins
    behind the pair with the id `after`, which is `following` of the page before; it is empty if that pair no longer
    exists.
    """
    order = tuple_(-col(PossibleDuplicate.likeness), col(PossibleDuplicate.id))
    statement = (
        select(PossibleDuplicate)
        .where(col(PossibleDuplicate.state) == PairState.OPEN, *_within_scope(actor))
        .order_by(col(PossibleDuplicate.likeness).desc(), col(PossibleDuplicate.id))
        .limit(limit + 1)
    )
    if after is not None:
        likeness_of_after = select(-col(PossibleDuplicate.likeness)).where(col(PossibleDuplicate.id) == after)
        statement = statement.where(order > tuple_(likeness_of_after.scalar_subquery(), after))
    rows = db.scalars(statement).all()
    shown = rows[:limit]
    people = get_person_summaries(
        db, actor, {id_ for pair in shown for id_ in (pair.participant_id, pair.other_id)}
    )
    pairs = (
        PairView(pair.id, pair.likeness, people[pair.participant_id], people[pair.other_id]) for pair in shown
    )
    return PairPage(tuple(pairs), shown[-1].id if len(rows) > limit else None)


def compare_pair(db: Db, vault: NikVault, actor: Actor, pair_id: int) -> PairComparison:
    """Return the comparison of the two people of a pair, the lower id first.

    Raises as `get_possible_duplicate` does.
    """
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
    sessions = _load_sessions(db, ids)
    one, other = (people[id_][0] for id_ in ids)
    compared_one, compared_other = (
        ComparedPerson(id_, people[id_][0].name, _format_person(*people[id_], vault), tuple(sessions[id_]))
        for id_ in ids
    )
    return PairComparison(
        id=pair.id,
        likeness=pair.likeness,
        people=(compared_one, compared_other),
        fields=tuple(
            field for field in MERGED_FIELDS if compared_one.details[field] or compared_other.details[field]
        ),
        disputed=frozenset(
            field for field in MERGED_FIELDS if find_undisputed_source(field, one, other) is None
        ),
        newest=get_newest_id(one, other),
    )


def find_undisputed_source(field: str, one: Participant, other: Participant) -> Participant | None:
    """Return the person whose value of a field a merge keeps without asking, or None if the two values differ.

    `field` is one of `MERGED_FIELDS`. If only one has a value, it is that person; if both have the same or none, it is
    `one`. For "kelurahan", of two people in the same kelurahan it is the one whose RT is known.
    """
    one_value, other_value = (_column_values(field, person) for person in (one, other))
    if not any(other_value) or one_value == other_value:
        return one
    if not any(one_value):
        return other
    if field == "kelurahan" and one_value[:2] == other_value[:2] and not (one.rt and other.rt):
        return one if one.rt else other
    return None


def _column_values(field: str, person: Participant) -> tuple[object, ...]:
    """Return the values of a field's columns.

    For the NIK, it is the keyed hash, because each encryption of a NIK differs.
    """
    columns = ("nik_key",) if field == "nik" else MERGED_FIELDS[field]
    return tuple(getattr(person, column) for column in columns)


def get_newest_id(*people: Participant) -> int:
    """Return the id of the person with the newest session; the highest id if several have the same.

    For a person without a session, the time when the record was created is compared.
    """
    return max((person.latest_session_at or person.created_at, person.id) for person in people)[1]


def _within_scope(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that both people of a pair have all registrations within the actor's scope for merging."""
    return (
        _is_registered_only_within_scope(actor, col(PossibleDuplicate.participant_id)),
        _is_registered_only_within_scope(actor, col(PossibleDuplicate.other_id)),
    )


def _is_registered_only_within_scope(actor: Actor, person_id: Mapped[int]) -> ColumnElement[bool]:
    """Return the condition that all registrations of a person are within the actor's scope for merging.

    With the scope of one organization, the person must have a registration, too. To merge other people would change the
    figures of other organizations.
    """
    match actor.scope(Permission.PEOPLE_MERGE):
        case Scope.ALL:
            return true()
        case Scope.OWN:
            registered = exists().where(col(Registration.participant_id) == person_id)
            return registered & ~registered.where(~registrations_within(actor, Permission.PEOPLE_MERGE))
        case Scope.ASSIGNED | Scope.NONE:
            return false()


def _format_person(person: Participant, kelurahan: str | None, vault: NikVault) -> dict[str, str]:
    """Return the details of a person as texts by field of `MERGED_FIELDS`; the kelurahan's has the RT, too."""
    place = place_name(kelurahan, person.outside_place)
    return format_details(person, vault) | {
        "kelurahan": f"{place} RT {person.rt}" if place and person.rt else place
    }


def _load_sessions(db: Db, ids: tuple[int, int]) -> dict[int, list[ComparedSession]]:
    """Return the sessions for which the two people are registered, by person id, the latest first."""
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
    rows = db.execute(statement).all()
    codes = {id_: {code for person_id, code, *_ in rows if person_id == id_} for id_ in ids}
    shared = codes[ids[0]] & codes[ids[1]]
    return {
        id_: [
            ComparedSession(code, title, starts_at, outcome.value if outcome else None, code in shared)
            for person_id, code, title, starts_at, outcome in rows
            if person_id == id_
        ]
        for id_ in ids
    }
