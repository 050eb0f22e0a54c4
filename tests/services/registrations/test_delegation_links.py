"""The validity of delegation links."""

from datetime import timedelta

from app.database import writing
from app.models import DelegationLink
from app.services.registrations.delegation_links import create_delegation_link
from app.services.workshops.workshop_sessions import WorkshopSessionInput, change_workshop_session
from tests.city import LAMARU, MANGGAR, City
from tests.upcoming_sessions import create_upcoming_session, morning_in


def test_a_link_that_ends_with_registration_follows_its_closing_time(city: City) -> None:
    code, sari = create_upcoming_session(city, days=2), city.actor("sari")
    with writing(city.engine) as db:
        create_delegation_link(db, sari, code, MANGGAR)
        create_delegation_link(db, sari, code, LAMARU, until=morning_in(1))
    before = {link.kelurahan_code: link.expires_at for link in city.all(DelegationLink)}
    later = WorkshopSessionInput(morning_in(20), morning_in(20) + timedelta(hours=3), venue="Aula Contoh")

    with writing(city.engine) as db:
        change_workshop_session(db, sari, code, later)

    ends = {link.kelurahan_code: link.expires_at for link in city.all(DelegationLink)}
    assert ends == {MANGGAR: before[MANGGAR] + timedelta(days=18), LAMARU: before[LAMARU]}
