"""The form by which an organizer registers a person, with suggestions of known people."""

import re

import pytest
from fastapi.testclient import TestClient

from app.models import Activity, Participant, Registration
from app.people.values.nik import parse_nik
from tests.city import LAMARU, MANGGAR, City
from tests.pages.filled_forms import form_data
from tests.upcoming_sessions import begin_session, create_upcoming_session, registration_statuses

FORM = "/sesi/JUALAN-1/daftarkan-orang"
ANI = {"name": "Ani Aster", "kelurahan": MANGGAR, "target_group": "umkm"}
NIK = "6471014108850001"


def suggestions(page: str) -> str:
    """What the form says of whom it may mean, as text."""
    part = page[page.index('id="saran"') :]
    part = part[: part.index('name="kelurahan"')]
    return " ".join(re.sub(r"<[^>]+>", " ", part).split())


def known(city: City, name: str = "Ani Aster", kelurahan: str = MANGGAR, by: str = "sari") -> int:
    """Register a person for an earlier session; return the person's id."""
    code = f"LAMA-{len(city.all(Participant))}"
    return city.register(city.session(code, by=by), name, kelurahan).id


def test_a_new_person_is_registered(organizer: TestClient, city: City) -> None:
    create_upcoming_session(city)
    form = organizer.get(FORM).text
    key = re.search(r'name="key" value="(\w+)"', form)
    assert key
    assert 'type="hidden" name="target_group" value="umkm"' in form
    typed = ANI | {"key": key[1], "phone": "0812 0000 0123", "rt": "012", "basis": "consent"}
    assert "Nobody like this was found" in suggestions(organizer.post(f"{FORM}/cari", data=typed).text)

    first, again = (organizer.post(FORM, data=typed) for _ in range(2))
    organizer.post(FORM, data=typed | {"name": "Budi Bakung", "phone": ""})

    made, _budis = city.all(Registration)
    assert first.headers["location"] == again.headers["location"] == f"/pendaftaran/{made.code}"
    assert (made.rt, made.channel, made.basis, made.consent_notice is None) == (
        "12",
        "organizer",
        "consent",
        False,
    )
    assert "Registered, with a place." in organizer.get(first.headers["location"]).text


def test_a_known_person_is_found_while_typing_and_filled_in(organizer: TestClient, city: City) -> None:
    create_upcoming_session(city)
    person = known(city)
    known(city, "Budi Bakung")

    found = organizer.post(f"{FORM}/cari", data={"name": "aster"})
    assert "Ani Aster Manggar, known from LAMA-0 Choose" in suggestions(found.text)
    assert "Budi Bakung" not in found.text
    assert 'value="aster"' in found.text

    filled = organizer.post(f"{FORM}/cari", data={"name": "aster", "phone": "081200000999", "choose": person})
    assert "Chosen: Ani Aster" in suggestions(filled.text)
    for value in (
        'value="Ani Aster"',
        f'value="{MANGGAR}" selected',
        'value="081200000999"',
        f'name="person" value="{person}"',
    ):
        assert value in filled.text

    organizer.post(FORM, data=ANI | {"person": str(person)})
    assert [registration.participant_id for registration in city.all(Registration)][-1] == person
    assert "Registered for this session" in suggestions(organizer.post(f"{FORM}/cari", data=ANI).text)


def test_a_choice_that_the_search_no_longer_finds_is_refused_and_the_form_kept(
    organizer: TestClient, city: City
) -> None:
    create_upcoming_session(city)
    person = known(city, by="tono")
    typed = {"name": "Budi Bakung", "rt": "7", "organization": "Warung"}

    page = organizer.post(f"{FORM}/cari", data=typed | {"choose": str(person)})

    assert page.status_code == 422
    assert "The person chosen is not found by this name." in page.text
    assert "Ani Aster" not in page.text
    assert form_data(page.text) | typed == form_data(page.text)


def test_a_nik_finds_and_is_never_shown(organizer: TestClient, city: City) -> None:
    assert parse_nik(NIK).digits
    create_upcoming_session(city)
    organizer.post(FORM, data=ANI | {"nik": NIK})

    found = organizer.post(f"{FORM}/cari", data={"nik": NIK})

    assert "Ani Aster" in suggestions(found.text)
    assert found.text.count(NIK) == 1, "only where it was typed"
    assert NIK not in str([line.after for line in city.all(Activity)])
    assert f'value="{NIK}"' not in organizer.post(f"{FORM}/cari", data={"name": "Ani Aster"}).text


def test_two_letters_or_half_a_number_find_no_one(organizer: TestClient, city: City) -> None:
    create_upcoming_session(city)
    known(city)

    for typed in ({"name": "an"}, {"phone": "0812"}, {"nik": NIK[:12]}):
        assert "Ani Aster" not in organizer.post(f"{FORM}/cari", data=typed).text


@pytest.mark.parametrize(
    ("typed", "is_new"),
    [
        ({"name": "Rahmat Contoh", "phone": "081200000456"}, True),
        ({"name": "Rahmat Contoh", "phone": "0812"}, False),
        ({"name": "Rahmat Contoh", "nik": NIK[:12]}, False),
        ({"kelurahan": MANGGAR}, False),
    ],
)
def test_a_person_is_called_new_only_when_the_form_is_complete(
    organizer: TestClient, city: City, typed: dict[str, str], *, is_new: bool
) -> None:
    create_upcoming_session(city)
    page = organizer.post(f"{FORM}/cari", data=typed).text
    assert ("Nobody like this was found" in page) is is_new


def test_one_of_several_candidates_is_chosen_with_a_button(organizer: TestClient, city: City) -> None:
    create_upcoming_session(city)
    people = [known(city), known(city)]

    asked = organizer.post(FORM, data=ANI)
    assert asked.status_code == 409
    assert suggestions(asked.text).count("This person") == 2
    assert f'name="choose" value="{people[1]}"' in asked.text

    organizer.post(FORM, data=ANI | {"choose": str(people[1])})
    organizer.post(FORM, data=ANI | {"choose": "new", "name": "Ani Aster"})
    first, second = city.all(Registration)[2:]
    assert first.participant_id == people[1]
    assert second.participant_id not in people


def test_a_person_id_alone_finds_no_one(organizer: TestClient, city: City) -> None:
    create_upcoming_session(city)
    person = known(city, "Rahasia Contoh", by="tono")

    for answer in (
        organizer.post(f"{FORM}/cari", data=ANI | {"choose": str(person)}),
        organizer.post(f"{FORM}/cari", data=ANI | {"person": str(person)}),
        organizer.post(FORM, data=ANI | {"person": str(person)}),
    ):
        assert "Rahasia" not in answer.text
    assert len(city.all(Registration)) == 1


def test_the_registration_of_a_registered_person_is_linked(organizer: TestClient, city: City) -> None:
    create_upcoming_session(city)
    organizer.post(FORM, data=ANI)

    again = organizer.post(FORM, data=ANI)

    assert again.status_code == 409
    (made,) = city.all(Registration)
    assert f'href="/pendaftaran/{made.code}">See the registration' in again.text


def test_a_full_session_says_so_before_and_can_be_overruled(organizer: TestClient, city: City) -> None:
    create_upcoming_session(city, places_per_kelurahan=1)
    organizer.post(FORM, data=ANI)
    budi = ANI | {"name": "Budi Bakung"}

    assert "Full: Manggar: 1 of 1." in suggestions(organizer.post(f"{FORM}/cari", data=budi).text)
    assert "Full" not in suggestions(organizer.post(f"{FORM}/cari", data=budi | {"kelurahan": LAMARU}).text)
    waiting = organizer.post(FORM, data=budi)
    assert "Registered, on the waiting list." in organizer.get(waiting.headers["location"]).text

    organizer.post(FORM, data=ANI | {"name": "Dewi Dahlia", "overrule": "true"})
    assert registration_statuses(city) == ["confirmed", "waitlisted", "confirmed"]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)  # the wording is the same on both
@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("name", " ", "A name is needed, in letters."),
        ("kelurahan", "", "The kelurahan is needed."),
        ("target_group", "", "The target group is needed."),
        ("phone", "tidak ada", "This is not a telephone number."),
        ("nik", "123", "A NIK has 16 digits"),
        ("rt", "seratus", "This is not an RT number."),
        ("sex", "X", "Choose L or P."),
        ("birth_date", "31-02-1990", "This is not a possible date of birth."),
        ("email", "ani@", "This is not an e-mail address."),
    ],
)
def test_an_invalid_form_is_shown_again_with_its_errors(
    organizer: TestClient, city: City, field: str, typed: str, said: str
) -> None:
    create_upcoming_session(city, groups=("umkm", "rt"))
    form = ANI | {"organization": "Warung <Contoh>", field: typed}

    page = organizer.post(FORM, data=form)

    assert page.status_code == 422
    assert f'id="{field}-error">{said}' in page.text
    assert "Warung &lt;Contoh&gt;" in page.text
    if field not in {"kelurahan", "target_group", "sex"}:
        assert f'value="{typed}"' in page.text
    assert city.all(Participant) == []


def test_what_has_begun_takes_nobody(organizer: TestClient, city: City) -> None:
    create_upcoming_session(city)
    begin_session(city, "JUALAN-1")

    refused = organizer.post(FORM, data=ANI)

    assert refused.status_code == 409
    assert "Registration for this session is closed." in refused.text
    assert 'value="Ani Aster"' in refused.text


@pytest.mark.parametrize(("who", "status"), [("staff", 200), ("viewer", 403), ("stranger", 404)])
def test_who_may_register_people(who: str, status: int, request: pytest.FixtureRequest, city: City) -> None:
    create_upcoming_session(city)
    browser: TestClient = request.getfixturevalue(who)

    assert browser.get(FORM).status_code == status
    assert browser.post(f"{FORM}/cari", data=ANI).status_code == status
    assert browser.post(FORM, data=ANI).status_code == (303 if status == 200 else status)
