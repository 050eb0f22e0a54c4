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
from app.queries.people.search import Traits, has_traits
from app.queries.scope import registrations_within
from app.services.registrations.recognition import PLEASE_CORRECT


def may_be_chosen(db: Db, vault: NikVault, actor: Actor, person_id: int, given: PersonInput) -> bool:
    """Who is found by what was typed, or within the actor's reach: nobody is found by trying numbers."""
    if has_traits(db, person_id, traits_of(vault, given)):
        return True
    within = registrations_within(actor, Permission.PARTICIPANT_READ)
    seen = select(Registration.id).where(Registration.participant_id == person_id, within)
    return db.exec(seen).first() is not None


def chosen_person(db: Db, vault: NikVault, actor: Actor, person_id: int, given: PersonInput) -> Participant:
    """Somebody known, to take details from. Raises `Invalid` where they may not be chosen."""
    require_choosable(db, vault, actor, person_id, given)
    return db.get_one(Participant, person_id)


def require_choosable(db: Db, vault: NikVault, actor: Actor, person_id: int, given: PersonInput) -> None:
    """Raises `Invalid` where somebody may not be chosen."""
    if not may_be_chosen(db, vault, actor, person_id, given):
        text = N_("The person chosen is not found by this name. Choose again, or register somebody new.")
        raise Invalid(PLEASE_CORRECT, fields={"name": text})


def traits_of(vault: NikVault, given: PersonInput) -> Traits:
    """What somebody who is typed is looked for by."""
    nik = parse_nik(given.nik).digits
    return Traits(
        name_key=name_key(given.name),
        phone=parse_phone(given.phone),
        email=parse_email(given.email) if given.email else None,
        nik_key=vault.key(nik) if nik else None,
    )
