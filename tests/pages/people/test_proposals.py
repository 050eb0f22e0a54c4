"""What strangers, delegations and other organizations say of a known person stays on the registration.

The person's record takes it when the person confirms their contact, or when staff accept it.
"""

import re

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response

from app.database import writing
from app.models import Activity, Message, Participant, ProposedChange, Registration
from tests.city import LAMARU, MANGGAR, City, sheet
from tests.pages.conftest import english_browser
from tests.pages.filled_forms import form_data
from tests.pages.registrations.delegations import link
from tests.pages.registrations.public_form import TYPED, sent
from tests.scenarios import scenario
from tests.upcoming_sessions import begin_session, create_upcoming_session, morning_in

pytestmark = pytest.mark.parametrize(
    "database_kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.soak)]
)

HEADER = "Nama;Kelurahan;RT;HP;Email;Kehadiran"
PHONE, EMAIL = "+6281200000411", "siti@contoh.id"
AS_KNOWN = TYPED | {"email": ""}
"""Siti's name, kelurahan and phone, which a stranger may know."""

DELEGATE = {
    "name": "Siti Contoh",
    "target_group": "umkm",
    "contact": "0812 0000 0700",
    "informed": "true",
}


@scenario
def known_siti(city: City) -> None:
    """Siti came to an earlier session of Sari's, and registers for the one to come."""
    city.import_sheet(city.session("LAMA-1"), sheet(HEADER, f"Siti Contoh;Manggar;12;{PHONE};{EMAIL};hadir"))
    create_upcoming_session(city)


@pytest.fixture
def kelurahan(app: FastAPI) -> TestClient:
    """The browser of a kelurahan's staff, who have no account."""
    return english_browser(app)


def siti(city: City) -> Participant:
    return city.all(Participant)[0]


def correct_ticket(citizen: TestClient, ticket: str, **otherwise: str) -> Response:
    return citizen.post(f"{ticket}/ubah", data=AS_KNOWN | otherwise)


def proposed(city: City) -> list[str]:
    return [change.field for change in city.all(ProposedChange)]


def sent_code(city: City) -> str:
    """Return the code of the last mail, as its recipient reads it."""
    found = re.search(r"\b\d{6}\b", city.all(Message)[-1].body)
    assert found
    return found[0]


def choices(page: str) -> list[dict[str, str]]:
    """Return the forms of the list that decide on one proposal."""
    forms = re.findall(r'<form method="post" action="[^"]*/usulan.*?</form>', page, re.DOTALL)
    return [form_data(form) for form in forms]


def test_a_stranger_with_name_kelurahan_and_phone_does_not_rename_the_record(
    citizen: TestClient, organizer: TestClient, known_siti: City
) -> None:
    city = known_siti
    before = siti(city)
    ticket = sent(citizen, email="jahat@contoh.com").headers["location"]

    renamed = correct_ticket(
        citizen, ticket, name="Orang Jahat", kelurahan=LAMARU, phone="081200000999", email="jahat@contoh.com"
    )

    assert renamed.status_code == 303
    assert siti(city) == before
    registration = city.all(Registration)[-1]
    assert (registration.name_given, registration.kelurahan_code) == ("Orang Jahat", LAMARU)
    assert (registration.contact_phone, registration.contact_email) == ("+6281200000999", "jahat@contoh.com")
    assert "Orang Jahat" in citizen.get(ticket).text
    assert proposed(city) == ["name", "phone", "email", "kelurahan"]
    assert [message.recipient for message in city.all(Message)] == ["jahat@contoh.com"]
    page = organizer.get("/usulan").text
    for text in ("Siti Contoh", "Orang Jahat", "Manggar RT 12", "Lamaru", "registered by themselves"):
        assert text in page
    assert "081200000999" not in page


def test_a_code_sent_to_another_address_than_the_records_changes_nothing(
    citizen: TestClient, known_siti: City
) -> None:
    city = known_siti
    before = siti(city)
    ticket = sent(citizen, email="jahat@contoh.com", kelurahan=LAMARU).headers["location"]
    assert citizen.post(f"{ticket}/kode").status_code == 303

    confirmed = citizen.post(f"{ticket}/surel", data={"code": sent_code(city)})

    assert confirmed.status_code == 303
    assert siti(city) == before
    assert city.all(Registration)[-1].contact_confirmed_at is not None


def test_the_person_confirms_a_change_by_a_code_from_their_own_address(
    citizen: TestClient, organizer: TestClient, known_siti: City
) -> None:
    city = known_siti
    ticket = sent(citizen, email=EMAIL, kelurahan=LAMARU).headers["location"]
    assert siti(city).kelurahan_code == MANGGAR
    assert "Confirm your e-mail address" in citizen.get(ticket).text

    citizen.post(f"{ticket}/kode")
    code = sent_code(city)
    wrong = citizen.post(f"{ticket}/surel", data={"code": "000000" if code != "000000" else "111111"})
    assert wrong.status_code == 422
    assert siti(city).kelurahan_code == MANGGAR
    assert code not in organizer.get("/pesan").text
    assert citizen.post(f"{ticket}/surel", data={"code": f"{code[:3]} {code[3:]}"}).status_code == 303

    assert (siti(city).kelurahan_code, siti(city).rt) == (LAMARU, None)
    assert proposed(city) == []
    page = citizen.get(ticket).text
    assert "Confirm your e-mail address" not in page
    assert "confirmed" in page
    assert citizen.post(f"{ticket}/surel", data={"code": code}).status_code == 422


def test_a_code_allows_five_attempts(citizen: TestClient, known_siti: City) -> None:
    city = known_siti
    ticket = sent(citizen, email=EMAIL, kelurahan=LAMARU).headers["location"]
    citizen.post(f"{ticket}/kode")
    code = sent_code(city)
    for number in range(5):
        assert (
            citizen.post(
                f"{ticket}/surel", data={"code": f"{(int(code) + number + 1) % 10**6:06}"}
            ).status_code
            == 422
        )

    late = citizen.post(f"{ticket}/surel", data={"code": code})

    assert late.status_code == 422
    assert "not valid any more" in late.text
    assert siti(city).kelurahan_code == MANGGAR


def test_a_delegation_with_the_phone_of_a_namesake_changes_nothing_and_reads_nothing(
    organizer: TestClient, kelurahan: TestClient, known_siti: City
) -> None:
    city = known_siti
    before = siti(city)
    address = link(organizer, LAMARU)

    kelurahan.post(address, data=DELEGATE | {"phone": PHONE, "rt": "7"})

    assert siti(city) == before
    registration = city.all(Registration)[-1]
    assert (registration.participant_id, registration.kelurahan_code, registration.rt) == (
        before.id,
        LAMARU,
        "7",
    )
    assert proposed(city) == ["kelurahan"]
    for page in (kelurahan.get(address).text, kelurahan.get(f"/tiket/{registration.code}").text):
        assert not [text for text in (EMAIL, "RT 12", "LAMA-1") if text in page]


def test_nobody_gets_the_ticket_of_a_namesake(
    organizer: TestClient, kelurahan: TestClient, known_siti: City
) -> None:
    """A delegation names somebody without a contact; she is taken for the known Siti, who must not get her ticket."""
    city = known_siti

    kelurahan.post(link(organizer), data=DELEGATE)

    registration = city.all(Registration)[-1]
    assert registration.participant_id == siti(city).id
    assert city.all(Message) == []
    assert PHONE[-3:] not in organizer.get("/sesi/JUALAN-1/peserta").text
    assert PHONE.lstrip("+") not in organizer.get("/sesi/JUALAN-1/whatsapp").text


@pytest.mark.parametrize("decision", ["accept", "reject"])
def test_staff_accept_or_reject(
    organizer: TestClient, citizen: TestClient, known_siti: City, decision: str
) -> None:
    city = known_siti
    before = siti(city)
    sent(citizen, email="baru@contoh.id", kelurahan=LAMARU)
    assert 'Proposed changes <span class="count">2</span>' in organizer.get("/peserta").text
    assert "Changes proposed for this person: 2." in organizer.get(f"/peserta/{before.id}").text

    one, other, *_all = choices(organizer.get(f"/usulan?peserta={before.id}").text)
    answer = organizer.post("/usulan", data=one | {"decision": decision})
    assert answer.status_code == 303
    organizer.post("/usulan", data=other | {"decision": decision})

    now = siti(city)
    if decision == "accept":
        assert (now.email, now.kelurahan_code, now.rt) == ("baru@contoh.id", LAMARU, None)
    else:
        assert now == before
    assert choices(organizer.get("/usulan").text) == []
    actions = [line.action for line in city.all(Activity)]
    assert actions.count(f"{decision}-change") == 2
    assert "baru@contoh.id" not in str(
        [line.after for line in city.all(Activity) if line.subject == "participant"]
    )
    again = sent(citizen, name="Siti Contoh", phone="", email="baru@contoh.id", kelurahan=LAMARU)
    assert again.status_code in {303, 409}
    assert len(choices(organizer.get("/usulan").text)) == 0


def test_all_of_a_person_are_accepted_at_once(
    organizer: TestClient, citizen: TestClient, known_siti: City
) -> None:
    city = known_siti
    sent(citizen, email="baru@contoh.id", kelurahan=LAMARU)
    page = organizer.get("/usulan").text
    ids = [str(change.id) for change in city.all(ProposedChange)]
    assert "Accept all of this person" in page

    organizer.post("/usulan", data={"proposal": ids, "decision": "accept"})

    assert (siti(city).email, siti(city).kelurahan_code) == ("baru@contoh.id", LAMARU)


def test_the_list_is_filtered(organizer: TestClient, citizen: TestClient, known_siti: City) -> None:
    sent(citizen, email="baru@contoh.id", kelurahan=LAMARU)
    for query, count in (
        ("", 2),
        ("?data=email", 1),
        ("?data=name", 0),
        ("?dari=self", 2),
        ("?dari=delegation", 0),
        ("?peserta=999", 0),
    ):
        page = organizer.get(f"/usulan{query}").text
        assert page.count('value="accept" class="quiet"') == count, query


def test_only_the_owner_and_admins_decide(
    organizer: TestClient,
    staff: TestClient,
    stranger: TestClient,
    viewer: TestClient,
    admin: TestClient,
    citizen: TestClient,
    known_siti: City,
) -> None:
    city = known_siti
    sent(citizen, email="baru@contoh.id")
    (change,) = city.all(ProposedChange)
    accept = {"proposal": [str(change.id)], "decision": "accept"}

    assert [
        browser.get("/usulan").status_code for browser in (organizer, staff, stranger, viewer, admin)
    ] == [*(200, 200, 200, 403, 200)]
    assert "baru" not in stranger.get("/usulan").text
    assert stranger.post("/usulan", data=accept).status_code == 404
    assert viewer.post("/usulan", data=accept).status_code == 403
    assert siti(city).email == EMAIL
    assert admin.post("/usulan", data=accept).status_code == 303
    assert siti(city).email == "baru@contoh.id"


def test_registering_somebody_does_not_make_the_owner(
    stranger: TestClient, organizer: TestClient, known_siti: City
) -> None:
    """Tono's registration is the newest one, but it doesn't open the record, so Sari decides on what he says."""
    city = known_siti
    before = siti(city)
    city.session("TONO-1", morning_in(10), by="tono")
    typed = {
        "name": "Siti Palsu",
        "kelurahan": LAMARU,
        "target_group": "umkm",
        "phone": PHONE,
        "nik": "6471054408900002",
    }

    stranger.post("/sesi/TONO-1/daftarkan-orang", data=typed | {"person": str(before.id)})

    assert siti(city) == before
    assert set(proposed(city)) >= {"name", "nik", "kelurahan"}
    assert choices(stranger.get("/usulan").text) == []
    ids = [str(change.id) for change in city.all(ProposedChange)]
    assert stranger.post("/usulan", data={"proposal": ids, "decision": "accept"}).status_code == 404
    page = organizer.get("/usulan").text
    assert "Tono Tetangga" in page
    assert "6471054408900002" not in page
    organizer.post("/usulan", data={"proposal": ids, "decision": "accept"})
    assert (siti(city).name, siti(city).kelurahan_code) == ("Siti Palsu", LAMARU)
    assert city.vault.decrypt(siti(city).nik_encrypted or "") == "6471054408900002"


def test_a_shared_persons_identity_is_proposed_to_the_newest_organization(
    stranger: TestClient, organizer: TestClient, known_siti: City
) -> None:
    """Both have made Siti's record their own; Tono's registration is the newer one."""
    city = known_siti
    with writing(city.engine) as db:
        db.get_one(Registration, 1).opens_record = True
    city.register(city.session("TONO-1", by="tono"), "Siti Contoh", person=siti(city))
    page = f"/peserta/{siti(city).id}"
    form = form_data(organizer.get(f"{page}/ubah").text)

    answer = organizer.post(
        f"{page}/ubah", data=form | {"name": "Siti Baru", "kelurahan": LAMARU, "organization": "Warung"}
    )

    assert answer.status_code == 303
    assert "wait until they are accepted" in organizer.get(page).text
    assert (siti(city).name, siti(city).kelurahan_code, siti(city).organization) == (
        "Siti Contoh",
        MANGGAR,
        "Warung",
    )
    assert choices(organizer.get("/usulan").text) == []
    ids = [str(change.id) for change in city.all(ProposedChange)]
    assert stranger.post("/usulan", data={"proposal": ids, "decision": "accept"}).status_code == 303
    assert (siti(city).name, siti(city).kelurahan_code) == ("Siti Baru", LAMARU)
    form = form_data(stranger.get(f"{page}/ubah").text)
    stranger.post(f"{page}/ubah", data=form | {"name": "Siti Lagi"})
    assert siti(city).name == "Siti Lagi"


def test_a_sheet_of_another_organization_proposes_where_a_person_lives(
    organizer: TestClient, known_siti: City
) -> None:
    city = known_siti
    later = city.session("TONO-1", morning_in(-2), by="tono")

    made = city.import_sheet(later, sheet(HEADER, f"Siti Contoh;Lamaru;3;{PHONE};{EMAIL};hadir"), by="tono")

    assert siti(city).kelurahan_code == MANGGAR
    assert city.all(Registration)[-1].kelurahan_code == LAMARU
    (change,) = city.all(ProposedChange)
    assert (change.field, change.attendance_import_id) == ("kelurahan", made.id)
    assert "attendance list" in organizer.get("/usulan").text
    later_sheet = sheet(f"{HEADER};Pekerjaan", f"Siti Contoh;Lamaru;3;{PHONE};{EMAIL};hadir;Penjahit")
    again = city.import_sheet(city.session("TONO-2", morning_in(-1), by="tono"), later_sheet, by="tono")
    assert siti(city).occupation is None
    assert proposed(city) == ["kelurahan", "occupation"], "what was proposed already is not proposed again"
    city.undo(again.id, by="tono")

    city.undo(made.id, by="tono")
    assert city.all(ProposedChange) == []


def test_staff_at_the_door_confirm_what_a_registration_says(
    staff: TestClient, citizen: TestClient, known_siti: City
) -> None:
    city = known_siti
    sent(citizen, email="baru@contoh.id", kelurahan=LAMARU)
    code = city.all(Registration)[-1].code
    address = f"/sesi/JUALAN-1/hadir/{code}"
    early = staff.post(f"{address}/sesuai")
    assert early.status_code == 409
    assert siti(city).kelurahan_code == MANGGAR

    begin_session(city, "JUALAN-1")
    assert "Manggar RT 12 → <strong>Lamaru</strong>" in staff.get(address).text
    assert staff.post(f"{address}/sesuai").status_code == 303

    assert (siti(city).email, siti(city).kelurahan_code) == ("baru@contoh.id", LAMARU)
    assert proposed(city) == []


def test_at_the_door_of_another_organization_nothing_is_confirmed(
    stranger: TestClient, known_siti: City
) -> None:
    """Tono writes his own address for Siti: as a confirmed contact it would let him change all of her record."""
    city = known_siti
    before = siti(city)
    city.session("TONO-1", morning_in(1), by="tono")
    typed = {
        "name": "Siti Contoh",
        "kelurahan": LAMARU,
        "target_group": "umkm",
        "phone": PHONE,
        "email": "tono@contoh.com",
    }
    stranger.post("/sesi/TONO-1/daftarkan-orang", data=typed | {"person": str(before.id)})
    begin_session(city, "TONO-1")
    address = f"/sesi/TONO-1/hadir/{city.all(Registration)[-1].code}"

    assert "This registration says something new" not in stranger.get(address).text
    stranger.post(f"{address}/sesuai")

    assert siti(city) == before
    assert proposed(city) == ["email", "kelurahan"]


def test_a_record_that_a_ticket_made_is_corrected_with_it(citizen: TestClient, city: City) -> None:
    create_upcoming_session(city)
    ticket = sent(citizen).headers["location"]

    correct_ticket(citizen, ticket, name="Siti Contoh Aminah", email=EMAIL)

    assert siti(city).name == "Siti Contoh Aminah"
    assert proposed(city) == []
