"""Known people that could be meant by a person who is being typed into a form, and which of them the actor may pick."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlmodel import col, select

from app.database import Db
from app.errors import PLEASE_CORRECT, Invalid
from app.i18n import N_
from app.models import Participant, Registration, RegistrationStatus, WorkshopSession
from app.nik_vault import NikVault
from app.people.person import PersonInput
from app.people.values.emails import parse_email
from app.people.values.names import name_key
from app.people.values.nik import parse_nik
from app.people.values.outside_places import OUTSIDE
from app.people.values.phones import parse_phone
from app.permissions import Actor
from app.queries.people.participants import PersonSummary, get_person_summaries
from app.queries.people.search import PersonSearch, list_visible_people, search_people
from app.queries.registrations.seats import Cap, get_seats
from app.queries.workshops.workshops import list_target_group_codes
from app.services.registrations.person_input import match_known_people, parse_people

# Remarks on values that are not typed to their end yet, by which no known person can be found.
INCOMPLETE = frozenset({"name-missing", "phone-invalid", "email-invalid", "nik-invalid"})


@dataclass(frozen=True)
class Suggestions:
    """The known people that could be meant; `matched` is the id of the one that the input identifies, and comes first.

    `is_new` tells that no known person is meant, which is not certain while a phone number is half typed.
    `registered` are the codes of the registrations for this session, by person id. `full` are the caps that would put
    the person on the waiting list.
    """

    people: tuple[PersonSummary, ...]
    matched: int | None
    is_new: bool
    registered: Mapping[int, str]
    full: tuple[Cap, ...]


def suggest_people(
    db: Db, vault: NikVault, actor: Actor, workshop_session: WorkshopSession, person: PersonInput
) -> Suggestions:
    """Return the known people that could be meant by what is typed into a form so far.

    People whose record is not open to the actor are among them only if a whole phone number, e-mail address or NIK is
    theirs, or if they are registered for the session. Only reads, matches like `register_person`, and checks no
    permission. The caller logs the search (`log_search`).
    """
    target_groups = list_target_group_codes(db, workshop_session.workshop_id)
    people = parse_people(db, vault, workshop_session, target_groups, [person])
    (matched,) = match_known_people(db, workshop_session, target_groups, people, reader=actor)
    search = build_traits(vault, person)
    matched_ids = [matched.person] if matched.person else []
    registered = _registration_codes(db, workshop_session, matched_ids)
    shown_ids = [
        id_ for id_ in matched_ids if id_ in registered or list_visible_people(db, actor, [id_], search)
    ]
    ids = list(dict.fromkeys((*shown_ids, *search_people(db, actor, search))))
    seen = get_person_summaries(db, actor, ids)
    kelurahan, group = matched.values.kelurahan, matched.values.target_group or ""
    seats = get_seats(db, workshop_session)
    return Suggestions(
        people=tuple(seen[person_id] for person_id in ids),
        matched=matched.person if shown_ids else None,
        is_new=not ids and INCOMPLETE.isdisjoint(remark.code for remark in matched.remarks),
        registered=_registration_codes(db, workshop_session, ids),
        full=seats.full_caps(None if kelurahan == OUTSIDE else kelurahan, group),
    )


def can_select_person(db: Db, vault: NikVault, actor: Actor, person_id: int, person: PersonInput) -> bool:
    """Return whether the actor may pick this person: their record is open to the actor, or a whole phone number, e-mail
    address or NIK that was just typed is theirs. So trying ids or names finds no one.
    """
    return person_id in list_visible_people(db, actor, [person_id], build_traits(vault, person))


def get_selectable_person(
    db: Db, vault: NikVault, actor: Actor, person_id: int, person: PersonInput
) -> Participant:
    """Return the known person with this id. Raises `Invalid` unless `can_select_person`."""
    if not can_select_person(db, vault, actor, person_id, person):
        text = N_("The person chosen is not found by this name. Choose again, or register somebody new.")
        raise Invalid(PLEASE_CORRECT, fields={"name": text})
    return db.get_one(Participant, person_id)


def build_traits(vault: NikVault, person: PersonInput) -> PersonSearch:
    """Return the values by which a person who is being typed is searched for.

    A phone, e-mail or NIK that is missing or not typed to its end is None, a missing name "".
    """
    nik = parse_nik(person.nik).digits
    return PersonSearch(
        name_key=name_key(person.name),
        phone=parse_phone(person.phone),
        email=parse_email(person.email) if person.email else None,
        nik_key=vault.key(nik) if nik else None,
    )


def _registration_codes(
    db: Db, workshop_session: WorkshopSession, person_ids: Collection[int]
) -> dict[int, str]:
    """Return the codes of these people's registrations for the session by person id, without cancelled ones."""
    registrations = db.exec(
        select(Registration.participant_id, Registration.code).where(
            Registration.workshop_session_id == workshop_session.id,
            Registration.status != RegistrationStatus.CANCELLED,
            col(Registration.participant_id).in_(person_ids),
        )
    )
    return dict(registrations.all())
