"""A person who cancelled registers again for the same session."""

from sqlmodel import select

from app.database import writing
from app.models import Channel, Registration, RegistrationStatus, WorkshopSession
from app.people.person import PersonInput
from app.services.registrations.registrations import cancel_registration, register_person
from app.services.registrations.requests import RegistrationRequest
from tests.city import City
from tests.upcoming_sessions import create_upcoming_session


def test_the_group_of_a_cancelled_registration_is_not_asked_again(city: City) -> None:
    code = create_upcoming_session(city, groups=("umkm", "rt"))
    sari, by_organizer = city.actor("sari"), RegistrationRequest(Channel.ORGANIZER)
    siti = PersonInput("Siti Aminah", "Manggar", "rt", phone="081200000001")
    without_group = PersonInput("Siti Aminah", "Manggar", phone="081200000001")

    for person in (siti, without_group):
        with writing(city.engine) as db:
            session_id = db.exec(select(WorkshopSession.id).where(WorkshopSession.code == code)).one()
            registration = register_person(db, city.vault, sari, session_id, person, by_organizer)
        if person is siti:
            with writing(city.engine) as db:
                cancel_registration(db, sari, db.get_one(Registration, registration.id))

    (registered,) = city.all(Registration)
    assert (registered.status, registered.target_group_code) == (
        RegistrationStatus.CONFIRMED,
        "rt",
    )
