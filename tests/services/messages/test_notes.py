"""A text that staff write to chosen people of a session: by mail, by the gateway, or by hand from a list."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from app.database import writing
from app.errors import Forbidden, Invalid, NotFound
from app.models import Message, Participant, Registration, WhatsAppList, WhatsAppRecipient
from app.models.base import now
from app.people.values.names import name_key
from app.services.messages.notes import SentNote, send_note
from app.services.messages.whatsapp_lists import tick_recipient
from tests.city import MANGGAR, City
from tests.database import postgresql_in_soak
from tests.upcoming_sessions import create_upcoming_session, update_session

pytestmark = postgresql_in_soak

TEXT = "Bawa laptop, kita praktik langsung."


@pytest.fixture(autouse=True)
def people(city: City) -> None:
    """Register Ani with an e-mail address, Budi with a phone number, and Citra with neither."""
    create_upcoming_session(city)
    register(city, "Ani Aster", email="ani@contoh.id", phone="+6281200000501")
    register(city, "Budi Bakung", phone="+6281200000502")
    register(city, "Citra Cempaka")


def register(city: City, name: str, *, email: str | None = None, phone: str | None = None) -> None:
    person = Participant(name=name, name_key=name_key(name), kelurahan_code=MANGGAR, email=email, phone=phone)
    city.register("JUALAN-1", name, person=person)


def list_codes(city: City) -> list[str]:
    return [registration.code for registration in city.all(Registration)]


def send(
    city: City, *codes: str, text: str = TEXT, by: str = "budi", engine: Engine | None = None
) -> SentNote:
    """Send the text to these people, by default to all."""
    with writing(engine or city.engine) as db:
        return send_note(db, city.actor(by), "JUALAN-1", codes or list_codes(city), text)


def test_each_person_gets_the_note_by_the_way_that_there_is(city: City) -> None:
    note = send(city)

    (mail,) = city.all(Message)
    assert (mail.kind, mail.channel, mail.recipient) == ("note", "email", "ani@contoh.id")
    assert TEXT in mail.body
    assert mail.body.endswith(f"/tiket/{list_codes(city)[0]}")
    assert (note.reach.by_email, note.reach.by_whatsapp) == (1, 1)
    assert [person.name for person in note.reach.unreached] == ["Citra Cempaka"]
    (by_hand,) = city.all(WhatsAppRecipient)
    assert (by_hand.whatsapp_list_id, by_hand.registration_id) == (note.list_id, 2)


def test_with_a_gateway_nobody_is_written_to_by_hand(city: City) -> None:
    note = send(city, engine=city.engine.execution_options(has_whatsapp_gateway=True))

    assert [(one.channel, one.recipient) for one in city.all(Message)] == [
        ("email", "ani@contoh.id"),
        ("whatsapp", "+6281200000502"),
    ]
    assert note.list_id is None


def test_only_chosen_people_of_the_session_get_it(city: City) -> None:
    create_upcoming_session(city, "JUALAN-2")
    person = Participant(
        name="Dewi Dahlia", name_key="dewi dahlia", kelurahan_code=MANGGAR, email="dewi@contoh.id"
    )
    city.register("JUALAN-2", "Dewi Dahlia", person=person)
    ani, _budi, _citra, dewi = list_codes(city)

    send(city, ani, dewi)

    assert [mail.recipient for mail in city.all(Message)] == ["ani@contoh.id"]


def test_a_note_may_follow_a_session(city: City) -> None:
    update_session(city, "JUALAN-1", starts_at=now() - timedelta(hours=3), ends_at=now())

    send(city)

    assert len(city.all(Message)) == 1


def test_the_same_text_for_more_people_extends_its_list(city: City) -> None:
    _ani, budi, _citra = list_codes(city)
    first = send(city)
    assert first.list_id is not None
    with writing(city.engine) as db:
        tick_recipient(db, city.actor("budi"), "JUALAN-1", first.list_id, budi, sent=True)
    register(city, "Eko Edelweis", phone="+6281200000505")

    again = send(city)

    assert (again.list_id, len(city.all(WhatsAppList))) == (first.list_id, 1)
    assert [one.sent_by == city.users["budi"].id for one in city.all(WhatsAppRecipient)] == [True, False]


def test_who_may_write_and_what(city: City) -> None:
    with pytest.raises(NotFound):
        send(city, by="tono")
    with pytest.raises(Forbidden):
        send(city, by="rina")
    with pytest.raises(Invalid) as refused:
        send(city, text="  ")
    assert list(refused.value.fields) == ["text"]
    with pytest.raises(Invalid):
        send(city, "TIDAKADA")
    assert city.all(Message) == []


def test_a_form_sent_twice_sends_the_note_once(city: City) -> None:
    for _ in range(2):
        with writing(city.engine) as db:
            note = send_note(db, city.actor("budi"), "JUALAN-1", list_codes(city), TEXT, key="0f")

    assert len(city.all(Message)) == 1
    assert [one.whatsapp_list_id for one in city.all(WhatsAppRecipient)] == [note.list_id]
