"""Participants as lists, pages and choices show them: phones and e-mails masked, NIKs masked or left out.

Of people whose record is not open to the actor, lists and pages show what the organization's own latest registration of
them says, and choices no more than initials and where they live (`records`).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlmodel import col

from app.database import Db
from app.errors import NotFound
from app.i18n import N_
from app.models import (
    Area,
    Participant,
    Registration,
    WorkshopSession,
)
from app.nik_vault import NikVault
from app.people.fields import FORM_TEXT_FIELDS, PERSON_FIELDS
from app.people.values.emails import mask_email
from app.people.values.names import initials
from app.people.values.phones import mask_phone
from app.permissions import Actor, Permission
from app.queries.in_values import in_values
from app.queries.people.participant_filters import (
    ParticipantFilters,
    ParticipantOrder,
    select_participant_ids,
)
from app.queries.people.records import list_open_people
from app.queries.people.shown_people import ShownPeople
from app.queries.scope import people_within

PAGE_LENGTH = 50

BY_NAME = ParticipantOrder()


@dataclass(frozen=True)
class ParticipantView:
    """A participant as lists and pages show them, with `phone` and `email` masked.

    `place` is the name of the kelurahan or of the place outside the city, `texts` the plain text fields of organizers'
    forms by key. `sessions` is the number of sessions that they are registered for within the actor's scope, and
    `latest_starts_at` when the latest of those starts. Without `is_open` the details are those of the latest
    registration, and what only the record knows is left out.
    """

    id: int
    name: str
    place: str
    rt: str | None
    outside: bool
    sex: str | None
    birth_date: date | None
    phone: str | None
    email: str | None
    texts: Mapping[str, str | None]
    sessions: int
    latest_starts_at: datetime | None
    is_erased: bool
    is_open: bool = True


@dataclass(frozen=True)
class ParticipantPage:
    """A page of participants, and whether another one follows it."""

    participants: tuple[ParticipantView, ...]
    has_next: bool


@dataclass(frozen=True)
class PersonSummary:
    """The details by which users tell known people of the same name apart; `phone` is masked.

    Without `is_open`, `name` is the initials and only `place` is set besides. `first_session` is the code of the
    earliest session that the person is registered for, `first_starts_at` its start.
    """

    id: int
    name: str
    place: str
    rt: str | None
    birth_date: date | None
    sex: str | None
    phone: str | None
    first_session: str | None
    first_starts_at: datetime | None
    is_open: bool = True


def place_name(kelurahan: str | None, outside_place: str | None) -> str:
    """Return the name of where a person lives: the kelurahan's, else that of the place outside the city, else ""."""
    return kelurahan or outside_place or ""


def format_details(person: Participant, vault: NikVault) -> dict[str, str]:
    """Return the texts of a person's details by field, with phone and NIK masked, "" for a blank one.

    Where the person lives is left out. The e-mail address is not masked.
    """
    values = {field.key: getattr(person, field.key) for field in PERSON_FIELDS if len(field.columns) == 1}
    values["name"] = person.name
    values["nik"] = vault.decrypt(person.nik_encrypted) if person.nik_encrypted else None
    return {
        field.key: field.show(values[field.key]) if values[field.key] else ""
        for field in PERSON_FIELDS
        if field.key in values
    }


def list_participants(
    db: Db,
    actor: Actor,
    filters: ParticipantFilters,
    order: ParticipantOrder = BY_NAME,
    *,
    page: int = 1,
    limit: int | None = PAGE_LENGTH,
) -> ParticipantPage:
    """Return a page of at most `limit` participants who match the filters, in this order; without `limit` all.

    They have a registration of any status, even a cancelled one, within the actor's scope for seeing participants. What
    is shown of them is loaded for the page alone: grouping all registrations takes seconds in a large city.
    """
    ids = select_participant_ids(db, actor, filters, order)
    if limit is not None:
        ids = ids.offset((page - 1) * limit).limit(limit + 1)
    found = list(db.scalars(ids))
    views = _load_views(db, actor, found[:limit])
    return ParticipantPage(tuple(views), limit is not None and len(found) > limit)


def _load_views(db: Db, actor: Actor, ids: Sequence[int]) -> list[ParticipantView]:
    """Return the participants with these ids, in this order, without those out of the actor's scope."""
    if not ids:
        return []
    shown = _select_shown(actor, in_values(db, col(Registration.participant_id), ids))
    views = {view.id: view for view in (_to_view(*row) for row in db.execute(shown.select()))}
    return [views[participant_id] for participant_id in ids if participant_id in views]


def get_participant_view(db: Db, actor: Actor, participant_id: int) -> ParticipantView:
    """Return a participant as pages show them, by id.

    Raises `NotFound` if none of their registrations, of any status, is within the actor's scope for seeing
    participants.
    """
    views = _load_views(db, actor, [participant_id])
    if not views:
        raise NotFound(N_("There is no such participant."))
    return views[0]


def get_participant(db: Db, actor: Actor, participant_id: int) -> Participant:
    """Return the row of a participant, to change it.

    Raises `NotFound` unless their record is open within the actor's scope for recording attendance, and for an erased
    participant.
    """
    statement = select(Participant).where(
        col(Participant.id) == participant_id,
        col(Participant.erased_at).is_(None),
        people_within(actor, Permission.ATTENDANCE_WRITE, col(Participant.id)),
    )
    participant = db.scalars(statement).first()
    if participant is None:
        raise NotFound(N_("There is no such participant."))
    return participant


def get_person_summaries(db: Db, actor: Actor, ids: Collection[int]) -> dict[int, PersonSummary]:
    """Return summaries by id, also of people of other organizations: of these only initials and place.

    Unknown ids are missing. Callers pass only ids that the actor may see: candidates for what was typed or uploaded, or
    people within scope.
    """
    open_people = list_open_people(db, actor, ids)
    first = (
        select(
            col(Registration.participant_id).label("participant_id"),
            col(WorkshopSession.code).label("code"),
            col(WorkshopSession.starts_at).label("starts_at"),
            func.row_number()
            .over(
                partition_by=col(Registration.participant_id),
                order_by=(col(WorkshopSession.starts_at), col(WorkshopSession.id)),
            )
            .label("position"),
        )
        .join(WorkshopSession, col(WorkshopSession.id) == col(Registration.workshop_session_id))
        .where(col(Registration.participant_id).in_(ids))
        .subquery()
    )
    statement = (
        select(Participant, col(Area.name), first.c.code, first.c.starts_at)
        .outerjoin(Area, col(Area.code) == col(Participant.kelurahan_code))
        .outerjoin(first, (first.c.participant_id == col(Participant.id)) & (first.c.position == 1))
        .where(col(Participant.id).in_(ids))
    )
    return {
        person.id: PersonSummary(
            id=person.id,
            name=person.name,
            place=place_name(kelurahan, person.outside_place),
            rt=person.rt,
            birth_date=person.birth_date,
            sex=person.sex,
            phone=person.phone and mask_phone(person.phone),
            first_session=code,
            first_starts_at=starts_at,
        )
        if person.id in open_people
        else hide_person(person.id, person.name, place_name(kelurahan, person.outside_place))
        for person, kelurahan, code, starts_at in db.execute(statement)
    }


def hide_person(person_id: int, name: str, place: str) -> PersonSummary:
    """Return all that may be shown of a person whose record is not open: the initials of the name, and the place."""
    return PersonSummary(
        id=person_id,
        name=initials(name),
        place=place,
        rt=None,
        birth_date=None,
        sex=None,
        phone=None,
        first_session=None,
        first_starts_at=None,
        is_open=False,
    )


def _select_shown(actor: Actor, *conditions: ColumnElement[bool]) -> ShownPeople:
    """Return the people within the scope, with the number of their sessions there and the start of the latest."""
    measures: dict[str, ColumnElement[Any]] = {
        "sessions": func.count(),
        "latest": func.max(col(WorkshopSession.starts_at)),
    }
    return ShownPeople(actor, measures, *conditions)


def _to_view(
    person: Participant,
    registration: Registration,
    name: str,
    kelurahan: str | None,
    is_open: int,
    sessions: int,
    latest: datetime,
) -> ParticipantView:
    if not is_open:
        phone, email = registration.contact_phone, registration.contact_email
        return ParticipantView(
            id=person.id,
            name=name,
            place=place_name(kelurahan, registration.outside_place),
            rt=registration.rt,
            outside=registration.outside_place is not None,
            sex=registration.sex.value if registration.sex else None,
            birth_date=None,
            phone=phone and mask_phone(phone),
            email=email and mask_email(email),
            texts=dict.fromkeys(FORM_TEXT_FIELDS),
            sessions=sessions,
            latest_starts_at=latest,
            is_erased=person.erased_at is not None,
            is_open=False,
        )
    return ParticipantView(
        id=person.id,
        name=name,
        place=place_name(kelurahan, person.outside_place),
        rt=person.rt,
        outside=person.outside_place is not None,
        sex=person.sex.value if person.sex else None,
        birth_date=person.birth_date,
        phone=person.phone and mask_phone(person.phone),
        email=person.email and mask_email(person.email),
        texts={field: getattr(person, field) for field in FORM_TEXT_FIELDS},
        sessions=sessions,
        latest_starts_at=latest,
        is_erased=person.erased_at is not None,
    )
