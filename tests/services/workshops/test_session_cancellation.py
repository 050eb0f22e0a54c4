"""A session that is called off: it was not held, so it counts nowhere and takes no attendance."""

import pytest
from sqlmodel import col, select

from app.database import reading, writing
from app.errors import Conflict, NotFound
from app.models import AttendanceStatus, Participant, Registration, RegistrationStatus, WorkshopSession
from app.people.values.names import name_key
from app.permissions import OPERATOR
from app.queries.coverage.counts import CoverageFilters
from app.queries.coverage.report import coverage
from app.queries.messages.contacts import without_email
from app.queries.workshops.workshop_sessions import workshop_sessions_without_attendance
from app.services.registrations.attendance_marks import Marking, mark
from app.services.workshops.session_cancellation import cancel_session
from tests.city import City, crowd


def called_off(city: City, code: str, by: str = "sari") -> None:
    with writing(city.engine) as db:
        cancel_session(db, city.actor(by), code, "Hujan deras")


def test_nobody_counts_as_registered_for_it(city: City) -> None:
    for code in ("A-1", "B-1"):
        city.register(city.session(code), f"Peserta {code}")

    called_off(city, "B-1")

    with reading(city.engine) as look:
        report = coverage(look, OPERATOR, CoverageFilters(), "en")
        missing = workshop_sessions_without_attendance(look, city.actor("sari"), 10)
    assert report.totals.registered == 1
    assert [held.code for held in missing] == ["A-1"]
    assert len(city.all(Registration)) == 2


def test_its_attendance_is_not_recorded(city: City) -> None:
    made = city.upload(city.session("A-1"), crowd(3))
    called_off(city, "A-1")

    with pytest.raises(Conflict) as refused:
        city.commit(made.id)

    assert refused.value.code == "session-cancelled"
    assert city.all(Registration) == []


def test_nobody_is_marked_at_its_venue(city: City) -> None:
    city.register(city.session("A-1"), "Rina Melati")
    [registration] = city.all(Registration)
    called_off(city, "A-1")

    with pytest.raises(Conflict) as refused, writing(city.engine) as db:
        mark(db, city.actor("budi"), registration, Marking(AttendanceStatus.PRESENT, confirmed=True))

    assert refused.value.code == "session-cancelled"
    assert city.outcomes() == {"Rina Melati": None}


def test_what_was_held_is_not_cancelled(city: City) -> None:
    city.register(city.session("A-1"), "Rina Melati", outcome=AttendanceStatus.PRESENT)

    with pytest.raises(Conflict) as refused:
        called_off(city, "A-1")

    assert refused.value.code == "held"


def test_only_by_those_who_may_and_once(city: City) -> None:
    city.session("A-1")
    with pytest.raises(NotFound):
        called_off(city, "A-1", by="tono")

    called_off(city, "A-1", by="budi")
    (first,) = city.all(WorkshopSession)
    called_off(city, "A-1")

    assert city.all(WorkshopSession) == [first]
    assert first.cancelled_why == "Hujan deras"


def test_whom_no_mail_reaches_is_counted(city: City) -> None:
    held = city.session("A-1")
    for name, email, status in (
        ("Ani Aster", "ani@contoh.id", RegistrationStatus.CONFIRMED),
        ("Budi Bakung", None, RegistrationStatus.CONFIRMED),
        ("Citra Cempaka", None, RegistrationStatus.WAITLISTED),
        ("Dewi Dahlia", None, RegistrationStatus.CANCELLED),
        ("Eka Edelweis", None, RegistrationStatus.CONFIRMED),
    ):
        person = Participant(name=name, name_key=name_key(name), email=email)
        city.register(held, name, person=person, status=status)
    with writing(city.engine) as db:
        eka = db.exec(select(Registration).order_by(col(Registration.id).desc())).first()
        assert eka
        eka.contact_email = "eka@contoh.id"
        session_id = eka.workshop_session_id

    with reading(city.engine) as look:
        assert without_email(look, session_id) == 2
