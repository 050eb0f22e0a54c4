"""A cancelled session counts in no figure and takes no attendance."""

import pytest
from sqlmodel import col, select

from app.database import reading, writing
from app.errors import Conflict, NotFound
from app.models import AttendanceStatus, Participant, Registration, RegistrationStatus, WorkshopSession
from app.people.values.names import name_key
from app.permissions import OPERATOR
from app.queries.coverage.filters import CoverageFilters
from app.queries.coverage.report import build_coverage_report
from app.queries.messages.contacts import count_people_without_email
from app.queries.workshops.workshop_sessions import list_workshop_sessions_without_attendance
from app.services.registrations.attendance_marks import MarkInput, mark_attendance
from app.services.workshops.workshop_sessions import cancel_session
from tests.city import City, crowd


def cancel(city: City, code: str, by: str = "sari") -> None:
    with writing(city.engine) as db:
        cancel_session(db, city.actor(by), code, "Hujan deras")


def test_a_cancelled_session_counts_no_registrations_and_misses_no_attendance(city: City) -> None:
    for code in ("A-1", "B-1"):
        city.register(city.session(code), f"Peserta {code}")

    cancel(city, "B-1")

    with reading(city.engine) as look:
        report = build_coverage_report(look, OPERATOR, CoverageFilters(), "en")
        without_attendance = list_workshop_sessions_without_attendance(look, city.actor("sari"), 10)
    assert report.totals.registered == 1
    assert [view.code for view in without_attendance] == ["A-1"]
    assert len(city.all(Registration)) == 2


def test_an_import_for_a_cancelled_session_is_not_committed(city: City) -> None:
    attendance_import = city.upload(city.session("A-1"), crowd(3))
    cancel(city, "A-1")

    with pytest.raises(Conflict) as refused:
        city.commit(attendance_import.id)

    assert refused.value.code == "session-cancelled"
    assert city.all(Registration) == []


def test_attendance_is_not_marked_for_a_cancelled_session(city: City) -> None:
    city.register(city.session("A-1"), "Rina Melati")
    [registration] = city.all(Registration)
    cancel(city, "A-1")

    with pytest.raises(Conflict) as refused, writing(city.engine) as db:
        mark_attendance(
            db, city.actor("budi"), registration, MarkInput(AttendanceStatus.PRESENT, confirmed=True)
        )

    assert refused.value.code == "session-cancelled"
    assert city.outcomes() == {"Rina Melati": None}


def test_a_session_with_attendance_cannot_be_cancelled(city: City) -> None:
    city.register(city.session("A-1"), "Rina Melati", outcome=AttendanceStatus.PRESENT)

    with pytest.raises(Conflict) as refused:
        cancel(city, "A-1")

    assert refused.value.code == "held"


def test_a_session_is_cancelled_once_and_only_by_its_organization(city: City) -> None:
    city.session("A-1")
    with pytest.raises(NotFound):
        cancel(city, "A-1", by="tono")

    cancel(city, "A-1", by="budi")
    (first,) = city.all(WorkshopSession)
    cancel(city, "A-1")

    assert city.all(WorkshopSession) == [first]
    assert first.cancelled_why == "Hujan deras"


def test_people_of_a_session_without_an_email_address_are_counted(city: City) -> None:
    code = city.session("A-1")
    for name, email, status in (
        ("Ani Aster", "ani@contoh.id", RegistrationStatus.CONFIRMED),
        ("Budi Bakung", None, RegistrationStatus.CONFIRMED),
        ("Citra Cempaka", None, RegistrationStatus.WAITLISTED),
        ("Dewi Dahlia", None, RegistrationStatus.CANCELLED),
        ("Eka Edelweis", None, RegistrationStatus.CONFIRMED),
    ):
        person = Participant(name=name, name_key=name_key(name), email=email)
        city.register(code, name, person=person, status=status)
    with writing(city.engine) as db:
        eka = db.exec(select(Registration).order_by(col(Registration.id).desc())).first()
        assert eka
        eka.contact_email = "eka@contoh.id"
        session_id = eka.workshop_session_id

    with reading(city.engine) as db:
        assert count_people_without_email(db, session_id) == 2
