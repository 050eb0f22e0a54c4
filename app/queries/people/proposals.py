"""Read proposed changes of people's records: the list of those that an actor decides on, and their rows."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.database import Db
from app.errors import NotFound
from app.i18n import N_
from app.models import (
    Area,
    Channel,
    Organization,
    Participant,
    ProposalState,
    ProposedChange,
    Registration,
    User,
    Workshop,
    WorkshopSession,
)
from app.nik_vault import NikVault
from app.people.values.emails import mask_email
from app.permissions import Actor
from app.queries.areas import reference
from app.queries.in_values import in_values
from app.queries.people.participants import format_details, place_name
from app.queries.people.records import is_decided_by

PAGE_LENGTH = 25

Said = Literal["self", "delegation", "organizer", "walk-in", "sheet", "correction"]
"""Where a proposal comes from: how the person was registered, a sheet, or a user who corrected the person."""


@dataclass(frozen=True)
class ProposalFilters:
    """Filters of the list; None and "" mean all. `person` is the id of a participant."""

    person: int | None = None
    field: str = ""
    said: Said | None = None


@dataclass(frozen=True)
class ProposalView:
    """One proposed change. `old` and `new` are texts with phone, e-mail and NIK masked, "" for a blank; of the sex,
    codes.

    `organization` is the one with whose session it was said, "" if a user without one corrected the person. `by` is the
    user's name, "" if it was said by a person without an account.
    """

    id: int
    field: str
    old: str
    new: str
    said: Said
    organization: str
    by: str
    at: datetime


@dataclass(frozen=True)
class ShownChange:
    """A proposed change as texts, as in `ProposalView`."""

    field: str
    old: str
    new: str


@dataclass(frozen=True)
class PersonProposals:
    """The proposed changes of one person's record."""

    person_id: int
    name: str
    place: str
    proposals: tuple[ProposalView, ...]


@dataclass(frozen=True)
class ProposalPage:
    """A page of people with proposals, the oldest record first. `following` is the `after` of the next page, or
    None."""

    people: tuple[PersonProposals, ...]
    following: int | None


def list_proposals(
    db: Db,
    vault: NikVault,
    actor: Actor,
    filters: ProposalFilters,
    *,
    after: int = 0,
    limit: int = PAGE_LENGTH,
) -> ProposalPage:
    """Return at most `limit` people, by id from behind `after`, with the open proposals on which the actor decides."""
    conditions = [*_open_to(actor), *_conditions(filters)]
    ids = db.scalars(
        _select(col(ProposedChange.participant_id))
        .where(*conditions, col(ProposedChange.participant_id) > after)
        .distinct()
        .order_by(col(ProposedChange.participant_id))
        .limit(limit + 1)
    ).all()
    shown = ids[:limit]
    organization, user = aliased(Organization), aliased(User)
    rows = db.execute(
        _select(ProposedChange, col(Registration.channel), col(organization.name), col(user.name))
        .outerjoin(WorkshopSession, col(WorkshopSession.id) == col(Registration.workshop_session_id))
        .outerjoin(Workshop, col(Workshop.id) == col(WorkshopSession.workshop_id))
        .outerjoin(user, col(user.id) == col(ProposedChange.proposed_by))
        .outerjoin(
            organization,
            col(organization.id) == func.coalesce(col(Workshop.organization_id), col(user.organization_id)),
        )
        .where(*conditions, in_values(db, col(ProposedChange.participant_id), shown))
        .order_by(col(ProposedChange.participant_id), col(ProposedChange.id))
    ).all()
    places = {place.code: place.name for place in reference.list_kelurahan(db)}
    people = {
        person.id: (person, kelurahan)
        for person, kelurahan in db.execute(
            select(Participant, col(Area.name))
            .outerjoin(Area, col(Area.code) == col(Participant.kelurahan_code))
            .where(in_values(db, col(Participant.id), shown))
        )
    }
    views: dict[int, list[ProposalView]] = {}
    for proposed, channel, organization_name, user_name in rows:
        person = people[proposed.participant_id][0]
        views.setdefault(person.id, []).append(
            ProposalView(
                id=proposed.id,
                field=proposed.field,
                old=_format_field(person, proposed.field, vault, places),
                new=_format_field(_with_change(person, proposed), proposed.field, vault, places),
                said=_said(proposed, channel),
                organization=organization_name or "",
                by=user_name or "",
                at=proposed.proposed_at,
            )
        )
    return ProposalPage(
        tuple(
            PersonProposals(
                person_id,
                people[person_id][0].name,
                place_name(people[person_id][1], people[person_id][0].outside_place),
                tuple(views[person_id]),
            )
            for person_id in shown
        ),
        following=shown[-1] if len(ids) > limit else None,
    )


def show_proposals(
    db: Db, vault: NikVault, registration: Registration, proposals: Sequence[ProposedChange]
) -> list[ShownChange]:
    """Return proposals of a registration as texts. The caller has checked that the person's record is open."""
    places = {place.code: place.name for place in reference.list_kelurahan(db)}
    person = db.get_one(Participant, registration.participant_id)
    return [
        ShownChange(
            field=proposed.field,
            old=_format_field(person, proposed.field, vault, places),
            new=_format_field(_with_change(person, proposed), proposed.field, vault, places),
        )
        for proposed in proposals
    ]


def list_registration_proposals(db: Db, registration: Registration) -> Sequence[ProposedChange]:
    """Return the open proposals that were said with a registration, by id. No permission is checked."""
    return db.scalars(
        select(ProposedChange)
        .where(
            col(ProposedChange.registration_id) == registration.id,
            col(ProposedChange.state) == ProposalState.OPEN,
        )
        .order_by(col(ProposedChange.id))
    ).all()


def count_proposals(db: Db, actor: Actor, person_id: int | None = None) -> int:
    """Return the number of open proposals on which the actor decides, of all people or of one."""
    conditions = [*_open_to(actor), *_conditions(ProposalFilters(person=person_id))]
    return db.scalar(_select(func.count()).where(*conditions)) or 0


def list_decidable_changes(db: Db, actor: Actor, proposal_ids: Collection[int]) -> Sequence[ProposedChange]:
    """Return the open proposals with these ids, without those that are decided already.

    Raises `NotFound` if the actor does not decide on one of them.
    """
    of_ids = in_values(db, col(ProposedChange.id), proposal_ids)
    statement = select(ProposedChange).where(of_ids, col(ProposedChange.state) == ProposalState.OPEN)
    proposals = db.scalars(statement.order_by(col(ProposedChange.id))).all()
    is_decided = is_decided_by(actor, col(ProposedChange.participant_id))
    allowed = set(db.scalars(select(col(ProposedChange.id)).where(of_ids, is_decided)))
    if any(proposed.id not in allowed for proposed in proposals):
        raise NotFound(N_("There is no such proposal."))
    return proposals


def _select(*columns: Any) -> Select[Any]:
    """Return a statement that selects these columns of proposals, with the registration that each comes from."""
    return (
        select(*columns)
        .select_from(ProposedChange)
        .outerjoin(Registration, col(Registration.id) == col(ProposedChange.registration_id))
    )


def _open_to(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that a proposal is open and that the actor decides on it."""
    return (
        col(ProposedChange.state) == ProposalState.OPEN,
        is_decided_by(actor, col(ProposedChange.participant_id)),
    )


def _conditions(filters: ProposalFilters) -> list[ColumnElement[bool]]:
    """Return the conditions of the filters, on a statement of `_select`."""
    conditions: list[ColumnElement[bool]] = []
    if filters.person is not None:
        conditions.append(col(ProposedChange.participant_id) == filters.person)
    if filters.field:
        conditions.append(col(ProposedChange.field) == filters.field)
    if filters.said == "sheet":
        conditions.append(col(ProposedChange.attendance_import_id).is_not(None))
    elif filters.said == "correction":
        conditions.append(
            col(ProposedChange.attendance_import_id).is_(None) & col(ProposedChange.registration_id).is_(None)
        )
    elif filters.said:
        conditions.append(col(Registration.channel) == Channel(filters.said))
    return conditions


def _said(proposed: ProposedChange, channel: Channel | None) -> Said:
    if proposed.attendance_import_id is not None:
        return "sheet"
    if proposed.registration_id is None:
        return "correction"
    return channel.value if channel else "sheet"


def _with_change(person: Participant, proposed: ProposedChange) -> Participant:
    """Return a copy of the person with the proposed value; it is not added to the database."""
    return Participant.model_validate(person.model_dump(mode="json") | proposed.value)


def _format_field(person: Participant, field: str, vault: NikVault, places: Mapping[str, str]) -> str:
    """Return the text of a person's field, masked where it is private."""
    if field == "kelurahan":
        code = person.kelurahan_code
        place = place_name(places.get(code, code) if code else None, person.outside_place)
        return f"{place} RT {person.rt}" if place and person.rt else place
    if field == "email":
        return mask_email(person.email) if person.email else ""
    return format_details(person, vault)[field]
