"""Choosing somebody known for what is typed of a person."""

from sqlmodel import select

from app.database import Db
from app.errors import Invalid
from app.i18n import N_
from app.models import Participant, Registration
from app.nik_vault import NikVault
from app.people.person import PersonInput
from app.people.values.emails import parse_email
from app.people.values.names import name_key
from app.people.values.nik import parse_nik
from app.people.values.phones import parse_phone
from app.permissions import Actor, Permission
from app.queries.people.search import PersonSearch, is_found_by
from app.queries.scope import registrations_within
from app.services.registrations.recognition import PLEASE_CORRECT


def can_select_person(db: Db, vault: NikVault, actor: Actor, person_id: int, person: PersonInput) -> bool:
    """Return whether the actor may pick this person: they match what the actor just typed, or are within their scope.

    So nobody is found by trying numbers.
    """
    if is_found_by(db, person_id, traits_of(vault, person)):
        return True
    within = registrations_within(actor, Permission.PARTICIPANT_READ)
    seen = select(Registration.id).where(Registration.participant_id == person_id, within)
    return db.exec(seen).first() is not None


def chosen_person(db: Db, vault: NikVault, actor: Actor, person_id: int, person: PersonInput) -> Participant:
    """Return a known person, to take details from. Raises `Invalid` if the actor may not pick them."""
    require_choosable(db, vault, actor, person_id, person)
    return db.get_one(Participant, person_id)


def require_choosable(db: Db, vault: NikVault, actor: Actor, person_id: int, person: PersonInput) -> None:
    """Raise `Invalid` if the actor may not pick this person."""
    if not can_select_person(db, vault, actor, person_id, person):
        text = N_("The person chosen is not found by this name. Choose again, or register somebody new.")
        raise Invalid(PLEASE_CORRECT, fields={"name": text})


def traits_of(vault: NikVault, person: PersonInput) -> PersonSearch:
    """Return what a person who is being typed is searched by."""
    nik = parse_nik(person.nik).digits
    return PersonSearch(
        name_key=name_key(person.name),
        phone=parse_phone(person.phone),
        email=parse_email(person.email) if person.email else None,
        nik_key=vault.key(nik) if nik else None,
    )
