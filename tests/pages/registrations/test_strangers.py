"""A stranger who knows a person's name and kelurahan can neither change nor learn anything of them."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlmodel import update

from app.database import writing
from app.models import Message, OutboxTask, Participant, Registration, RegistrationStatus
from app.models.base import now
from tests.city import LAMARU, MANGGAR, City
from tests.database import on_sqlite
from tests.pages.registrations.public_form import TYPED, sent
from tests.upcoming_sessions import create_upcoming_session


def ticket_of(citizen: TestClient, **otherwise: str) -> str:
    """The address of the ticket that the form leads to."""
    answer = sent(citizen, **otherwise)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def corrected(citizen: TestClient, ticket: str, **otherwise: str) -> Response:
    return citizen.post(f"{ticket}/ubah", data=TYPED | otherwise)


def test_a_second_registration_reveals_nothing_to_a_stranger(citizen: TestClient, city: City) -> None:
    create_upcoming_session(city)
    sent(citizen)

    strangers = sent(citizen, phone="0812 0000 0999", email="")
    own = sent(citizen, email="")

    assert strangers.status_code == 303
    assert "0411" not in citizen.get(strangers.headers["location"]).text
    assert own.status_code == 409
    assert "This person is registered for this session already." in own.text
    assert "/tiket/" not in own.text


@pytest.mark.parametrize("status", ["confirmed", "cancelled"])
def test_a_form_without_a_group_does_not_reveal_a_registered_name(
    citizen: TestClient, city: City, status: str
) -> None:
    create_upcoming_session(city, groups=("umkm", "rt"))
    city.register("JUALAN-1", "Siti Contoh", status=RegistrationStatus(status))

    known, unknown = (
        sent(citizen, name=name, target_group="", phone="", email="")
        for name in ("Siti Contoh", "Budi Contoh")
    )

    assert [page.status_code for page in (known, unknown)] == [422, 422]
    assert len(city.all(Registration)) == 1


@on_sqlite
def test_a_stranger_does_not_change_the_record_that_an_organizer_made(
    citizen: TestClient, city: City
) -> None:
    create_upcoming_session(city)
    city.register(city.session("LAMA-1"), "Siti Contoh")

    sent(citizen)

    (known,) = city.all(Participant)
    assert (known.name, known.phone, known.email) == ("Siti Contoh", None, None)


@on_sqlite
def test_a_person_registered_by_a_stranger_gets_the_ticket(citizen: TestClient, city: City) -> None:
    create_upcoming_session(city, "DULU-1", workshop="DULU")
    citizen.post("/daftar/DULU?sesi=DULU-1", data=TYPED)
    create_upcoming_session(city)
    sent(citizen, phone="", email="jahat@contoh.com")

    assert 'name="send_ticket"' in sent(citizen).text
    assert sent(citizen, send_ticket="true").status_code == 303
    assert [message.recipient for message in city.all(Message)][1:] == ["jahat@contoh.com", "siti@contoh.id"]


@on_sqlite
def test_a_ticket_sends_few_mails_to_other_addresses(citizen: TestClient, city: City) -> None:
    create_upcoming_session(city)
    ticket = ticket_of(citizen, email="")
    addresses = [f"orang{number}@contoh.id" for number in range(4)]

    written = (ticket, ticket.lower()) * 2
    answers = [corrected(citizen, code, email=email) for code, email in zip(written, addresses, strict=True)]

    assert [answer.status_code for answer in answers] == [303, 303, 303, 429]
    assert 'value="orang3@contoh.id"' in answers[-1].text
    assert [message.recipient for message in city.all(Message)] == addresses[:3]
    assert [registration.contact_email for registration in city.all(Registration)] == [addresses[2]]


@on_sqlite
def test_a_new_registration_after_a_cancelled_one_does_not_take_over_the_record(
    citizen: TestClient, city: City
) -> None:
    create_upcoming_session(city)
    citizen.post(f"{ticket_of(citizen)}/batal")

    ticket = ticket_of(citizen, phone="", email="jahat@contoh.com")

    assert corrected(citizen, ticket, name="Orang Lain").status_code == 303
    assert [(person.name, person.email) for person in city.all(Participant)] == [
        ("Siti Contoh", "siti@contoh.id")
    ]


@on_sqlite
def test_a_stranger_neither_sees_nor_renames_a_known_person(citizen: TestClient, city: City) -> None:
    create_upcoming_session(city)
    city.register(city.session("LAMA-1"), "Hj. Siti Contoh, S.Pd")
    ticket = ticket_of(citizen, email="orang@contoh.id")
    (letter,) = city.all(Message)
    assert "Siti Contoh" in citizen.get(ticket).text
    assert "S.Pd" not in citizen.get(ticket).text + citizen.get(f"{ticket}/ubah").text + letter.body

    changed = {"name": "Orang Lain", "kelurahan": LAMARU, "phone": "081200000999"}
    assert corrected(citizen, ticket, **changed).status_code == 303

    (known,) = city.all(Participant)
    assert (known.name, known.kelurahan_code, known.phone) == ("Hj. Siti Contoh, S.Pd", MANGGAR, None)
    assert "Orang Lain" in citizen.get(ticket).text
    assert "0812-0000-0999" in citizen.get(ticket).text


@on_sqlite
def test_a_stranger_sends_nobody_an_advertisement_by_a_name(citizen: TestClient, city: City) -> None:
    """A mail begins with the name: neither a form nor a correction takes one with a link."""
    create_upcoming_session(city)
    ticket = ticket_of(citizen)

    for name in ("Menang di judi88.com", "t.me/judi", "Klik judi[.]xyz", "bit.ly/abc Siti"):
        for refused in (sent(citizen, name=name), corrected(citizen, ticket, name=name)):
            assert refused.status_code == 422
            assert "Please write the name alone, without an internet address." in refused.text
    assert [message.recipient for message in city.all(Message)] == ["siti@contoh.id"]
    assert corrected(citizen, ticket, name="Siti Contoh, S.Kom., M.Si").status_code == 303


@on_sqlite
def test_a_stranger_can_not_fill_another_s_mailbox(
    citizen: TestClient, admin: TestClient, city: City
) -> None:
    create_upcoming_session(city)
    names = [f"{name} Contoh" for name in ("Siti", "Budi", "Wati", "Joko", "Rina")]
    tickets = [ticket_of(citizen, name=name, phone="", email="korban@contoh.id") for name in names]
    for ticket in tickets:
        citizen.post(f"{ticket}/batal")
    ticket_of(citizen, name="Tuti Contoh", phone="", email="orang@contoh.id")

    mails = [(message.recipient, message.kind, message.status) for message in city.all(Message)]
    assert mails == [
        *[("korban@contoh.id", "confirmed", "waiting")] * 3,
        *[("korban@contoh.id", "confirmed", "failed")] * 2,
        *[("korban@contoh.id", "cancelled", "waiting")] * 3,
        *[("korban@contoh.id", "cancelled", "failed")] * 2,
        ("orang@contoh.id", "confirmed", "waiting"),
    ]
    assert len(city.all(OutboxTask)) == 7
    assert admin.get("/pesan").text.count("three messages of this kind went there within a day") == 4

    with writing(city.engine) as db:
        db.exec(update(Message).values(created_at=now() - timedelta(days=1)))
    ticket_of(citizen, name="Ayu Contoh", phone="", email="korban@contoh.id")
    assert city.all(Message)[-1].status == "waiting"
