"""What is known of somebody while they are typed into a form: who that is, and whether they find a place."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlmodel import col, select

from app.database import Db
from app.models import Registration, RegistrationStatus, WorkshopSession
from app.nik_vault import NikVault
from app.people.matching import MatchedPerson
from app.people.person import PersonInput
from app.people.values.outside_places import OUTSIDE
from app.queries.people.participants import PersonSummary, get_person_summaries
from app.queries.people.search import search_people
from app.queries.registrations.seats import Cap, seats_of
from app.queries.workshops.workshops import list_target_group_codes
from app.services.registrations.person_choices import traits_of
from app.services.registrations.recognition import match_known_people, parse_people

# While somebody types, what finds people is not all there yet.
UNFINISHED = frozenset({"name-missing", "phone-invalid", "email-invalid", "nik-invalid"})


@dataclass(frozen=True)
class Advice:
    """`people` may be meant; first whom the form names as it stands (`recognised`).

    `is_new` says that nobody may be meant, which half a telephone number can't tell. `registered` has the codes of
    their registrations for the session, by person. `full` are the caps for which whoever is typed would have to wait.
    """

    people: tuple[PersonSummary, ...]
    recognised: int | None
    is_new: bool
    registered: Mapping[int, str]
    full: tuple[Cap, ...]


def advise(db: Db, vault: NikVault, workshop_session: WorkshopSession, person: PersonInput) -> Advice:
    """Return the advice on a person who is being typed. Reads only, with the code that `register` uses."""
    target_groups = list_target_group_codes(db, workshop_session.workshop_id)
    people = parse_people(db, vault, workshop_session, target_groups, [person])
    (judged,) = match_known_people(db, workshop_session, target_groups, people, by_membership=True)
    recognised = [judged.person] if judged.person else []
    ids = list(dict.fromkeys((*recognised, *search_people(db, traits_of(vault, person)))))
    seen = get_person_summaries(db, ids)
    return Advice(
        people=tuple(seen[person] for person in ids),
        recognised=judged.person,
        is_new=not ids and UNFINISHED.isdisjoint(remark.code for remark in judged.remarks),
        registered=_registered(db, workshop_session, ids),
        full=_full(db, workshop_session, judged),
    )


def _registered(db: Db, workshop_session: WorkshopSession, ids: Collection[int]) -> dict[int, str]:
    lines = db.exec(
        select(Registration.participant_id, Registration.code).where(
            Registration.workshop_session_id == workshop_session.id,
            Registration.status != RegistrationStatus.CANCELLED,
            col(Registration.participant_id).in_(ids),
        )
    )
    return dict(lines.all())


def _full(db: Db, workshop_session: WorkshopSession, judged: MatchedPerson) -> tuple[Cap, ...]:
    kelurahan, group = judged.values.kelurahan, judged.values.target_group
    return seats_of(db, workshop_session).full(None if kelurahan == OUTSIDE else kelurahan, group or "")
