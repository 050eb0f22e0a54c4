"""Several people chosen in a session's list: the page before each action, the action, and its undo."""

import re
from io import BytesIO
from typing import Any

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook

from app.database import writing
from app.i18n import WITA, long_time_text
from app.models import (
    Activity,
    AttendanceStatus,
    Basis,
    Message,
    Participant,
    Registration,
    RegistrationStatus,
)
from tests.city import LAMARU, MANGGAR, SEPINGGAN, City
from tests.queries.counting import queries_of
from tests.services.registrations.selections.chosen import Chosen, get_session
from tests.services.registrations.selections.test_moves import (
    get_registration_of,
    give_address,
    give_waiting_number,
)
from tests.upcoming_sessions import begin_session, create_upcoming_session, morning_in

PAGE = "/sesi/JUALAN-1/peserta"


@pytest.fixture
def chosen(city: City) -> Chosen:
    """A session to come: Ani, Budi and Citra have its three seats, Dewi waits."""
    code = create_upcoming_session(city, capacity=3)
    for name, kelurahan in (("Ani", SEPINGGAN), ("Budi", LAMARU), ("Citra", MANGGAR)):
        city.register(code, name, kelurahan)
    city.register(code, "Dewi", None, status=RegistrationStatus.WAITLISTED)
    give_waiting_number(city, "Dewi", 1)
    return Chosen(city, code)


def give_phone(city: City, name: str) -> None:
    with writing(city.engine) as db:
        get_registration_of(db, name).contact_phone = "+6281200000555"


def time_in(days: int) -> str:
    return long_time_text(morning_in(days).replace(tzinfo=WITA), "en")


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def names_in(page: str) -> list[str]:
    listed = page[page.index('class="people-list"') :]
    return re.findall(
        r'<th scope="row"><a href="/pendaftaran/\w+">([^<]+)</a>', listed.partition("</table>")[0]
    )


def filled_form(page: str, action: str) -> dict[str, list[str]]:
    """Return the hidden fields of the page's form that is sent to `action`."""
    form = page.partition(f'method="post" action="{action}">')[2].partition("</form>")[0]
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form):
        fields.setdefault(name, []).append(value)
    return fields


def choose(browser: TestClient, action: str, chosen: Chosen, *names: str) -> str:
    """Return the page that the browser shows before an action for these people."""
    return browser.get(f"{PAGE}/pilihan", params={"aksi": action, "pilih": chosen.ids(*names)}).text


def send(browser: TestClient, page: str, action: str, **fields: str) -> str:
    """Send the form of a page, follow the redirect, and return the page that it leads to."""
    response = browser.post(f"{PAGE}/{action}", data={**filled_form(page, f"{PAGE}/{action}"), **fields})
    assert response.status_code == 303, text_of(response.text)
    return browser.get(response.headers["location"]).text


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("", ["Ani", "Budi", "Citra", "Dewi"]),
        ("-name", ["Dewi", "Citra", "Budi", "Ani"]),
        ("kelurahan", ["Ani", "Budi", "Citra", "Dewi"]),
        ("status", ["Ani", "Budi", "Citra", "Dewi"]),
        ("-time", ["Dewi", "Citra", "Budi", "Ani"]),
        ("nonsense", ["Ani", "Budi", "Citra", "Dewi"]),
    ],
)
def test_the_list_is_sorted_by_its_headings(
    organizer: TestClient, chosen: Chosen, sort: str, names: list[str]
) -> None:
    page = organizer.get(PAGE, params={"urut": sort} if sort else {}).text

    assert names_in(page) == names
    assert len(re.findall(r'aria-sort="(?:a|de)scending"', page)) == 1


def test_kelurahan_are_in_the_order_of_their_kecamatan(organizer: TestClient, chosen: Chosen) -> None:
    page = organizer.get(PAGE, params={"urut": "kelurahan"}).text

    places = re.findall(r'<small class="on-phone">([^·]+) ·', page)
    assert [place.strip() for place in places[:4]] == ["Sepinggan", "Lamaru", "Manggar", "Samarinda"]


def test_the_page_before_says_who_is_marked_and_who_is_left_out(
    organizer: TestClient, chosen: Chosen
) -> None:
    chosen.mark(AttendanceStatus.EXCUSED, "Ani", key="b" * 32)

    text = text_of(choose(organizer, "excused", chosen))

    assert "Mark 2 people excused?" in text
    assert "1 left out: they are marked excused already. Ani" in text
    assert "1 left out: they have no place in this session. Dewi" in text


def test_marks_are_made_and_undone(organizer: TestClient, chosen: Chosen) -> None:
    page = send(organizer, choose(organizer, "excused", chosen, "Ani", "Budi"), "tandai", tanda="excused")
    assert "2 people are marked excused." in page
    assert chosen.city.outcomes() == {"Ani": "excused", "Budi": "excused", "Citra": None, "Dewi": None}

    undone = send(organizer, page, "urungkan")

    assert "2 people have their former outcome again." in undone
    assert set(chosen.city.outcomes().values()) == {None}
    assert "Undo these marks" not in undone


def test_everyone_whom_the_filters_find_is_chosen(organizer: TestClient, chosen: Chosen) -> None:
    query = {"aksi": "excused", "semua": "1", "status": "confirmed", "q": "i"}
    page = organizer.get(f"{PAGE}/pilihan", params=query).text
    assert "Mark 3 people excused?" in text_of(page)

    after = send(organizer, page, "tandai", tanda="excused")

    assert 'name="q" type="search" value="i"' in after
    assert "3 people are marked excused." in after


def test_more_people_than_a_form_may_have_fields_are_chosen(organizer: TestClient, chosen: Chosen) -> None:
    with writing(chosen.city.engine) as db:
        workshop_session = get_session(db, chosen.code)
        people = [
            Participant(name=f"Tamu {number}", name_key=f"tamu {number}", kelurahan_code=MANGGAR)
            for number in range(1000)
        ]
        db.add_all(people)
        db.flush()
        db.add_all(
            Registration(
                code=f"T{number:09}",
                participant_id=person.id,
                workshop_session_id=workshop_session.id,
                kelurahan_code=MANGGAR,
                target_group_code="umkm",
                basis=Basis.PUBLIC_TASK,
                status=RegistrationStatus.CONFIRMED,
            )
            for number, person in enumerate(people)
        )
    page = organizer.get(f"{PAGE}/pilihan", params={"aksi": "message", "semua": "1"}).text

    send(organizer, page, "pesan", text="Bawa ponsel.")

    assert [
        (line.after or {})["people"] for line in chosen.city.all(Activity) if line.action == "send-note"
    ] == [1004]


def test_nobody_chosen_is_said(organizer: TestClient, chosen: Chosen) -> None:
    response = organizer.get(f"{PAGE}/pilihan", params={"aksi": "move"})

    assert "Choose people of the list first." in organizer.get(response.headers["location"]).text


def test_the_rest_is_absent_once_the_session_has_begun(organizer: TestClient, chosen: Chosen) -> None:
    assert f"{PAGE}/sisa" not in organizer.get(PAGE).text
    refused = organizer.post(f"{PAGE}/sisa", data={})
    assert (refused.status_code, "nobody is absent from it yet" in refused.text) == (409, True)
    begin_session(chosen.city, chosen.code)
    assert f"{PAGE}/sisa" in organizer.get(PAGE).text

    page = organizer.get(f"{PAGE}/sisa").text
    assert "Mark the other 3 people absent?" in text_of(page)
    after = send(organizer, page, "sisa")

    assert "3 people are marked absent." in after
    assert chosen.city.outcomes() == {"Ani": "absent", "Budi": "absent", "Citra": "absent", "Dewi": None}
    send(organizer, after, "urungkan")
    assert set(chosen.city.outcomes().values()) == {None}


def test_people_are_moved_as_the_page_has_said(organizer: TestClient, chosen: Chosen) -> None:
    create_upcoming_session(chosen.city, "JUALAN-2", capacity=1, days=12)
    page = choose(organizer, "move", chosen, "Ani", "Budi")
    assert "1 get a place, 1 go on the waiting list" in text_of(page)

    after = send(organizer, page, "pindahkan", tujuan="JUALAN-2:1")

    assert f"2 people are moved to the session of {time_in(12)}. 1 of them wait for a place there." in after
    assert chosen.statuses() == {"Citra": "confirmed", "Dewi": "confirmed"}


def test_who_is_moved_and_gave_only_a_phone_is_on_a_list_to_be_told(
    organizer: TestClient, chosen: Chosen
) -> None:
    create_upcoming_session(chosen.city, "JUALAN-2", days=12)
    give_phone(chosen.city, "Ani")
    page = choose(organizer, "move", chosen, "Ani", "Budi")

    after = send(organizer, page, "pindahkan", tujuan="JUALAN-2:2")

    assert (
        f"2 people are moved to the session of {time_in(12)}. Tell those without an e-mail address here."
        in after
    )
    assert "Your session has changed." in after
    assert re.findall(r'<a href="/pendaftaran/\w+">([^<]+)</a>', after) == ["Ani"]


def test_if_the_places_are_gone_the_page_comes_again_with_what_happens_now(
    organizer: TestClient, chosen: Chosen
) -> None:
    create_upcoming_session(chosen.city, "JUALAN-2", capacity=1, days=12)
    page = choose(organizer, "move", chosen, "Ani")
    chosen.city.register("JUALAN-2", "Farah")

    response = organizer.post(
        f"{PAGE}/pindahkan", data={**filled_form(page, f"{PAGE}/pindahkan"), "tujuan": "JUALAN-2:1"}
    )

    assert response.status_code == 409
    assert "Places of the other session were taken in the meantime" in response.text
    assert "1 go on the waiting list" in response.text
    assert chosen.statuses()["Ani"] == "confirmed"


def test_people_are_not_moved_to_a_session_out_of_reach(
    organizer: TestClient, stranger: TestClient, chosen: Chosen
) -> None:
    chosen.city.session("LAIN-1", by="tono")
    data: dict[str, Any] = {"pilih": [str(id_) for id_ in chosen.ids("Ani")], "tujuan": "LAIN-1:1"}

    assert organizer.post(f"{PAGE}/pindahkan", data=data).status_code == 404
    assert stranger.post(f"{PAGE}/pindahkan", data=data | {"tujuan": "JUALAN-1:1"}).status_code == 404
    assert chosen.statuses()["Ani"] == "confirmed"


def test_registrations_are_cancelled_for_a_reason(organizer: TestClient, chosen: Chosen) -> None:
    give_address(chosen.city, "Ani")
    page = choose(organizer, "cancel", chosen, "Ani", "Budi")
    assert "1 of 2 can be told: 1 e-mail" in text_of(page)
    form = filled_form(page, f"{PAGE}/batalkan")
    assert organizer.post(f"{PAGE}/batalkan", data=form).status_code == 422

    after = send(organizer, page, "batalkan", why="Ganti acara")

    assert "2 registrations are cancelled." in after
    assert chosen.statuses()["Dewi"] == "confirmed"
    assert {line.reason for line in chosen.city.all(Activity) if line.action == "cancel"} == {"Ganti acara"}


def test_who_gets_the_place_of_others_and_gave_only_a_phone_is_on_a_list_to_be_told(
    organizer: TestClient, chosen: Chosen
) -> None:
    give_phone(chosen.city, "Dewi")
    page = choose(organizer, "cancel", chosen, "Ani")

    after = send(organizer, page, "batalkan", why="Ganti acara")

    assert "People of the waiting list got a place. Tell those without an e-mail address here." in after
    assert "You have got a place:" in after
    assert re.findall(r'<a href="/pendaftaran/\w+">([^<]+)</a>', after) == ["Dewi"]


def test_who_gets_one_of_more_places_and_gave_only_a_phone_is_on_a_list_to_be_told(
    organizer: TestClient, chosen: Chosen
) -> None:
    give_phone(chosen.city, "Dewi")
    give_phone(chosen.city, "Ani")
    page = organizer.get("/sesi/JUALAN-1/ubah").text
    fields = dict(re.findall(r'name="(day|starts|ends|venue|seen)"[^>]* value="([^"]*)"', page))

    changed = organizer.post("/sesi/JUALAN-1/ubah", data={**fields, "mode": "luring", "capacity": "4"})

    after = organizer.get(changed.headers["location"]).text

    assert "Tell those who got a place from the waiting list here." in after
    assert re.findall(r'<a href="/pendaftaran/\w+">([^<]+)</a>', after) == ["Dewi"]


def test_a_text_is_written_to_the_chosen(organizer: TestClient, chosen: Chosen) -> None:
    give_address(chosen.city, "Ani")
    page = choose(organizer, "message", chosen, "Ani")

    after = send(organizer, page, "pesan", text="Bawa ponsel yang terisi penuh.")

    assert "1 e-mails are being sent." in after
    (message,) = chosen.city.all(Message)
    assert "Bawa ponsel yang terisi penuh." in message.body


def test_a_text_that_is_sent_twice_is_written_once(organizer: TestClient, chosen: Chosen) -> None:
    give_address(chosen.city, "Ani")
    give_address(chosen.city, "Budi")
    form = filled_form(choose(organizer, "message", chosen, "Ani"), f"{PAGE}/pesan")
    both = form | {"pilih": [str(id_) for id_ in chosen.ids("Ani", "Budi")]}
    for _ in range(2):
        assert organizer.post(f"{PAGE}/pesan", data=form | {"text": "Bawa ponsel."}).status_code == 303
    assert len(chosen.city.all(Message)) == 1

    organizer.post(f"{PAGE}/pesan", data=form | {"text": "Bawa ponsel dan kabelnya."})
    organizer.post(f"{PAGE}/pesan", data=both | {"text": "Bawa ponsel."})

    assert len(chosen.city.all(Message)) == 3


def test_who_is_moved_leaves_the_lists_of_the_session_to_write_to(
    organizer: TestClient, chosen: Chosen
) -> None:
    create_upcoming_session(chosen.city, "JUALAN-2", days=12)
    with writing(chosen.city.engine) as db:
        get_registration_of(db, "Ani").contact_phone = "+6281200000555"
        code = get_registration_of(db, "Ani").code
    created = organizer.post("/sesi/JUALAN-1/whatsapp", data={"kepada": "all", "teks": "Sampai jumpa."})
    list_ = created.headers["location"]
    assert organizer.post(f"{list_}/{code}", data={"terkirim": "true"}).status_code == 303
    assert ">Ani</a>" in organizer.get(list_).text
    assert "1 of 4 sent" in text_of(organizer.get("/sesi/JUALAN-1/whatsapp").text)

    send(organizer, choose(organizer, "move", chosen, "Ani"), "pindahkan", tujuan="JUALAN-2:1")

    assert ">Ani</a>" not in organizer.get(list_).text
    assert "0 of 3 sent" in text_of(organizer.get("/sesi/JUALAN-1/whatsapp").text)
    assert organizer.post(f"{list_}/{code}", data={"terkirim": "false"}).status_code == 404


def test_the_chosen_are_downloaded_with_masked_phones_and_it_is_logged(
    organizer: TestClient, viewer: TestClient, chosen: Chosen
) -> None:
    params = {"pilih": chosen.ids("Ani", "Dewi")}
    assert viewer.get(f"{PAGE}/unduh.xlsx", params=params).status_code == 403

    response = organizer.get(f"{PAGE}/unduh.xlsx", params=params)

    sheet = load_workbook(BytesIO(response.content)).worksheets[0]
    values = [[cell.value for cell in row] for row in sheet.iter_rows()]
    people = [row for row in values if row[0] in {"Ani", "Budi", "Dewi"}]
    assert [row[0] for row in people] == ["Ani", "Dewi"]
    codes = {registration.code for registration in chosen.city.all(Registration)}
    assert {row[-1] for row in people} < codes
    line = chosen.city.all(Activity)[-1]
    assert (line.action, line.subject_id, (line.after or {})["people"]) == ("download", chosen.code, 2)


def test_ids_of_other_sessions_are_never_touched(organizer: TestClient, chosen: Chosen) -> None:
    other = Chosen(chosen.city, chosen.city.session("LAIN-1", by="tono"))
    chosen.city.register("LAIN-1", "Rahasia")
    ids = [str(id_) for id_ in other.ids()]

    assert organizer.get(f"{PAGE}/pilihan", params={"pilih": ids}).status_code == 303
    for action, fields in (("tandai", {"tanda": "present"}), ("batalkan", {"why": "Iseng"})):
        assert organizer.post(f"{PAGE}/{action}", data={"pilih": ids} | fields).status_code == 303
    assert chosen.city.outcomes()["Rahasia"] is None
    assert other.statuses() == {"Rahasia": "confirmed"}


def test_more_sessions_to_move_to_take_no_more_queries(organizer: TestClient, chosen: Chosen) -> None:
    def look() -> None:
        assert "Move 2 people to another session?" in text_of(
            choose(organizer, "move", chosen, "Ani", "Budi")
        )

    create_upcoming_session(chosen.city, "JUALAN-2", days=12)
    look()
    few = queries_of(chosen.city.engine, look)
    for number in (3, 4, 5):
        create_upcoming_session(chosen.city, f"JUALAN-{number}", days=10 + number)

    assert queries_of(chosen.city.engine, look) == few


def test_who_is_moved_to_and_fro_is_to_be_told_again(organizer: TestClient, chosen: Chosen) -> None:
    create_upcoming_session(chosen.city, "JUALAN-2", days=12)
    give_phone(chosen.city, "Ani")
    for origin, target in (("JUALAN-1", "JUALAN-2"), ("JUALAN-2", "JUALAN-1"), ("JUALAN-1", "JUALAN-2")):
        page = f"/sesi/{origin}/peserta"
        ids = Chosen(chosen.city, origin).ids("Ani")
        asked = organizer.get(f"{page}/pilihan", params={"aksi": "move", "pilih": ids}).text
        (choice,) = re.findall(rf'value="({target}:\d+)"', asked)
        form = filled_form(asked, f"{page}/pindahkan") | {"tujuan": choice}
        moved = organizer.post(f"{page}/pindahkan", data=form)
        list_ = moved.headers["location"]
        assert "0 of 1 sent" in text_of(organizer.get(list_).text)
        with writing(chosen.city.engine) as db:
            code = get_registration_of(db, "Ani").code
        assert organizer.post(f"{list_}/{code}", data={"terkirim": "true"}).status_code == 303
        assert "1 of 1 sent" in text_of(organizer.get(list_).text)
