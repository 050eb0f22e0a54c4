"""The pages of many lists: upload, the table, the session of each list, saving, and discarding."""

import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from app.jobs.tasks import TaskRunner
from app.models import Activity, Attendance, BatchList, UploadBatch, UploadedFile, Workshop, WorkshopSession
from app.services.workshops.workshop_sessions import WorkshopSessionInput
from app.settings import Settings
from app.web.security import MAX_BATCH_BYTES, MAX_BODY_BYTES
from tests.city import MORNING, City
from tests.lists import (
    ListedSession,
    csv_list,
    folder_of_lists,
    list_rows,
    listed_sessions,
    made_up_people,
    xlsx_lists,
    zip_of,
)

BROKEN = b"PK\x03\x04[Content_Types].xml" + bytes(100)
FILES = folder_of_lists(3, people=2)
PATHS = tuple(FILES)


@pytest.fixture
def runner(settings: Settings, city: City) -> TaskRunner:
    return TaskRunner(settings, city.engine, city.vault)


def send(browser: TestClient, files: dict[str, bytes], **fields: str) -> Response:
    uploads = [("files", (path, content)) for path, content in files.items()]
    return browser.post("/unggahan/banyak", files=uploads, data=fields)


def uploaded(browser: TestClient, runner: TaskRunner, files: dict[str, bytes]) -> str:
    """Upload files, read them, and return the address of their batch."""
    answer = send(browser, files)
    assert answer.status_code == 303, answer.text
    runner.drain()
    return answer.headers["location"]


def heading(page: Response) -> str:
    found = re.search(r"<h1>(.*?)</h1>", page.text, re.DOTALL)
    assert found is not None
    return found[1]


def line(page: Response, path: str) -> str:
    """Return the text of a list's line in the table."""
    for row in re.findall(r'<tr id="daftar-\d+">.*?</tr>', page.text, re.DOTALL):
        text = " ".join(re.sub(r"<[^>]+>", " ", row).split())
        if path.rpartition("/")[2] in text:
            return text
    pytest.fail(f"{path} is not in the table")


def list_address(city: City, batch: str, path: str) -> str:
    batch_id = int(batch.rpartition("/")[2])
    lists = [one for one in city.all(BatchList) if one.upload_batch_id == batch_id]
    return f"{batch}/{next(one.id for one in lists if one.path == path)}"


def listed(title: str, **changes: object) -> ListedSession:
    values = {**vars_of(next(listed_sessions(1))), "title": title, **changes}
    return ListedSession(**values)  # type: ignore[arg-type]


def vars_of(session: ListedSession) -> dict[str, object]:
    return {name: getattr(session, name) for name in ("title", "day", "starts", "ends", "venue", "group")}


def test_the_form_says_its_limits_and_what_happens(organizer: TestClient) -> None:
    page = organizer.get("/unggahan/banyak").text
    for sentence in (
        "Choose up to 200 files",
        "10 MB",
        "40 MB",
        "Nothing counts as attendance until you save",
    ):
        assert sentence in page
    for place in ("/unggahan", "/kegiatan"):
        assert 'href="/unggahan/banyak"' in organizer.get(place).text


def test_lists_become_sessions_and_attendance_with_two_presses(
    organizer: TestClient, city: City, runner: TaskRunner
) -> None:
    batch = uploaded(organizer, runner, {**FILES, "rusak.xlsx": BROKEN})
    page = organizer.get(batch)
    assert heading(page) == "0 ready to be saved, 4 need an answer"
    assert "The file is damaged" in line(page, "rusak.xlsx")
    assert "Create 3 sessions and 3 workshops" in page.text
    assert "Mon, 3 Feb 2025 , 08.30–11.30 · Aula Dinas Kominfo" in line(page, PATHS[0])

    answer = organizer.post(f"{batch}/sesi-baru")
    assert (answer.status_code, answer.headers["location"]) == (303, batch)
    assert heading(organizer.get(batch)) == "Lists are being read"
    runner.drain()
    page = organizer.get(batch)
    assert heading(page) == "3 ready to be saved, 1 need an answer"
    assert len(city.all(WorkshopSession)) == 3

    organizer.post(f"{batch}/simpan", data={"basis": "public-task"})
    runner.drain()
    page = organizer.get(batch)
    assert heading(page) == "0 ready to be saved, 1 need an answer, 3 saved"
    assert "2 added, 0 changed" in line(page, PATHS[0])
    assert "Undo" in line(page, PATHS[0])
    assert len(city.all(Attendance)) == 6
    assert "3 of 4 lists saved" in organizer.get("/unggahan").text


def test_what_lists_of_a_workshop_have_in_common_is_corrected_once(
    organizer: TestClient, city: City, runner: TaskRunner
) -> None:
    people = made_up_people(4)
    first, second = (
        listed("Klas Digital", day=day) for day in (MORNING.date(), MORNING.date() + timedelta(1))
    )
    without_hours = csv_list(second, people[2:]).replace(b"Waktu;: 08.30 - 11.30 WITA", b"")
    batch = uploaded(organizer, runner, {"satu.csv": csv_list(first, people[:2]), "dua.csv": without_hours})
    page = organizer.get(batch)
    assert "Missing: start, end" in line(page, "dua.csv")
    key = re.search(r'name="title-(\d+)"', page.text)
    assert key is not None

    wrong = organizer.post(f"{batch}/sesi-baru", data={"starts": "pagi", "ends": "12.00"})
    assert wrong.status_code == 422
    assert "This is not a time of day." in wrong.text
    assert city.all(WorkshopSession) == []

    title = {f"title-{key[1]}": "Kelas Digital"}
    organizer.post(f"{batch}/sesi-baru", data={**title, "starts": "13.00", "ends": "15.00"})
    assert [workshop.title for workshop in city.all(Workshop)] == ["Kelas Digital"]
    starts = sorted(session.starts_at.hour for session in city.all(WorkshopSession))
    assert starts == [0, 5]  # 08.30 and 13.00 WITA


def test_the_group_of_a_workshop_is_chosen_once_for_lists_that_name_none(
    organizer: TestClient, city: City, runner: TaskRunner
) -> None:
    people = made_up_people(2)
    files = {
        f"{title}.csv": csv_list(listed(title, group=""), people)
        for title in ("Kelas Digital", "Kelas Belanja Aman")
    }
    batch = uploaded(organizer, runner, files)
    page = organizer.get(batch)
    assert page.text.count("for whom is not stated") == 2
    key = re.search(r'name="group-(\d+)"', page.text)
    assert key is not None

    organizer.post(f"{batch}/sesi-baru", data={f"group-{key[1]}": "komunitas"})
    runner.drain()
    assert "Ready to be saved" in line(organizer.get(batch), "Kelas Digital.csv")
    assert "2 rows need an answer" in line(organizer.get(batch), "Kelas Belanja Aman.csv")


def test_of_two_days_that_a_list_states_a_user_types_the_right_one(
    organizer: TestClient, city: City, runner: TaskRunner
) -> None:
    session = listed("Kelas Digital")
    content = csv_list(session, made_up_people(2)).replace(b"Senin,", b"Selasa,")
    batch = uploaded(organizer, runner, {"daftar.csv": content})
    assert "Mon, 3 Feb 2025 or Tue, 4 Feb 2025" in line(organizer.get(batch), "daftar.csv")
    assert "Create the proposed sessions" in organizer.get(batch).text

    page = organizer.get(list_address(city, batch, "daftar.csv")).text
    assert "03-02-2025 or 04-02-2025" in page
    assert 'value="03-02-2025"' not in page


def test_a_session_is_searched_and_chosen_for_a_list(
    organizer: TestClient, city: City, runner: TaskRunner
) -> None:
    city.session("PASAR-1")
    batch = uploaded(organizer, runner, {PATHS[0]: FILES[PATHS[0]]})
    address = list_address(city, batch, PATHS[0])
    page = organizer.get(f"{address}?q=pasar")
    assert 'value="PASAR-1"' in page.text
    assert "Aula Dinas Kominfo" in page.text  # what the list says
    assert 'value="PASAR-1"' not in organizer.get(f"{address}?q=entah").text

    answer = organizer.post(f"{address}/sesi", data={"session": "PASAR-1"})
    assert answer.headers["location"] == f"{batch}#daftar-{address.rpartition('/')[2]}"
    runner.drain()
    assert "chosen by hand" in line(organizer.get(batch), PATHS[0])
    assert "another day" in line(organizer.get(batch), PATHS[0])  # asked, because the list says another date


def test_the_proposal_of_one_list_is_corrected_and_created(
    organizer: TestClient, city: City, runner: TaskRunner
) -> None:
    batch = uploaded(organizer, runner, {PATHS[0]: FILES[PATHS[0]]})
    address = list_address(city, batch, PATHS[0])
    form = {"title": "Kelas Baru", "day": "4-2-2025", "starts": "9", "ends": "11", "venue": "Balai Contoh"}
    assert organizer.post(f"{address}/sesi-baru", data={**form, "day": "31-2-2025"}).status_code == 422
    assert organizer.post(f"{address}/sesi-baru", data=form).status_code == 303
    assert "Kelas Baru Tue, 4 Feb 2025 , 09.00–11.00 · Balai Contoh" in line(organizer.get(batch), PATHS[0])

    organizer.post(f"{address}/buat")
    runner.drain()
    assert "The list is of another day." in line(organizer.get(batch), PATHS[0])
    assert [workshop.title for workshop in city.all(Workshop)] == ["Kelas Baru"]


def test_a_copy_is_asked_about_left_out_and_taken_in_again(
    organizer: TestClient, city: City, runner: TaskRunner
) -> None:
    batch = uploaded(organizer, runner, {PATHS[0]: FILES[PATHS[0]], "salinan.xlsx": FILES[PATHS[0]]})
    organizer.post(f"{batch}/sesi-baru")
    runner.drain()
    assert len(city.all(WorkshopSession)) == 1
    assert f"This is the same file as {PATHS[0]}." in line(organizer.get(batch), "salinan.xlsx")

    address = list_address(city, batch, "salinan.xlsx")
    organizer.post(f"{address}/lewati")
    assert heading(organizer.get(batch)) == "1 ready to be saved, 0 need an answer"
    organizer.post(f"{batch}/simpan")
    runner.drain()
    organizer.post(f"{address}/pakai")
    runner.drain()
    assert f"This is the same file as {PATHS[0]}." in line(organizer.get(batch), "salinan.xlsx")
    organizer.post(f"{address}/jawab", data={"question": "same-file"})
    assert heading(organizer.get(batch)) == "1 ready to be saved, 0 need an answer, 1 saved"
    assert organizer.post(f"{address}/jawab", data={"question": "same-file"}).status_code == 422


def test_after_the_second_sheet_of_a_file_the_next_file_is_asked_about(
    organizer: TestClient, city: City, runner: TaskRunner
) -> None:
    session, people = listed("Kelas Digital"), made_up_people(6)
    sheets = {"Satu": list_rows(session, people[:2]), "Dua": list_rows(session, people[2:4])}
    more = {f"lain {at}.csv": csv_list(session, people[at : at + 1]) for at in (4, 5)}
    batch = uploaded(organizer, runner, {"dua.xlsx": xlsx_lists(sheets), **more})
    organizer.post(f"{batch}/sesi-baru")
    runner.drain()
    second = next(one.id for one in city.all(BatchList) if one.sheet == "Dua")
    answer = organizer.post(f"{batch}/{second}/lewati")
    following = list_address(city, batch, "lain 4.csv").rpartition("/")[2]
    assert answer.headers["location"] == f"{batch}#daftar-{following}"


def test_a_folder_that_was_saved_before_is_left_out_with_one_press(
    organizer: TestClient, city: City, runner: TaskRunner
) -> None:
    first = uploaded(organizer, runner, FILES)
    assert 'href="/unggahan/banyak/1"' in organizer.get("/").text
    for step in ("sesi-baru", "simpan"):
        organizer.post(f"{first}/{step}")
        runner.drain()
    assert 'href="/unggahan/banyak/1"' not in organizer.get("/").text

    again = uploaded(organizer, runner, FILES)
    page = organizer.get(again)
    assert heading(page) == "0 ready to be saved, 3 need an answer"
    assert "This is the same file as" in line(page, PATHS[0])
    assert "The same file as another one: <strong>3 lists</strong>" in page.text
    organizer.post(f"{again}/lewati", data={"question": "same-file"})
    assert heading(organizer.get(again)) == "Nothing to be saved"
    for path in PATHS:
        organizer.post(f"{list_address(city, again, path)}/pakai")
    runner.drain()
    organizer.post(f"{again}/jawab", data={"question": "same-file"})
    assert heading(organizer.get(again)) == "3 ready to be saved, 0 need an answer"
    assert len(city.all(Attendance)) == 6


def test_a_form_that_is_sent_again_makes_no_second_batch(
    organizer: TestClient, city: City, runner: TaskRunner
) -> None:
    """Its answer was lost. Other files, chosen after going back to the form, are a batch of their own."""
    first = send(organizer, FILES, key="k1").headers["location"]
    runner.drain()

    assert send(organizer, FILES, key="k1").headers["location"] == first
    assert len(city.all(UploadBatch)) == 1
    send(organizer, {"lain.csv": csv_list(listed("Kelas Foto Produk"), made_up_people(2))}, key="k1")
    assert [len(city.all(UploadBatch)), len(city.all(BatchList))] == [2, len(FILES) + 1]


def test_a_script_sends_files_in_parts_and_a_part_again(
    organizer: TestClient, stranger: TestClient, city: City, runner: TaskRunner
) -> None:
    organizer.headers["accept"] = stranger.headers["accept"] = "application/json"
    first = send(organizer, {PATHS[0]: FILES[PATHS[0]]}).json()
    second = {path: FILES[path] for path in PATHS[1:]}
    for _again in range(2):
        answer = send(organizer, second, batch=str(first["batch"]))
        assert answer.json() == first
    runner.drain()
    assert [one.path for one in city.all(BatchList)] == list(PATHS)
    assert len(city.all(UploadBatch)) == 1

    assert send(stranger, second, batch=str(first["batch"])).status_code == 404
    for unknown in ("undefined", "1e3", "0", " "):
        assert send(organizer, second, batch=unknown).status_code == 404
    assert len(city.all(UploadBatch)) == 1
    many = {f"{number}.csv": b"Nama\n" for number in range(198)}
    refused = send(organizer, many, batch=str(first["batch"]))
    assert (refused.status_code, refused.json()["code"]) == (409, "too-many-files")
    assert len(city.all(BatchList)) == 3


@pytest.mark.parametrize("name", ["files", "zip"])
def test_what_is_no_list_is_said(organizer: TestClient, city: City, runner: TaskRunner, name: str) -> None:
    files = {**FILES, "Thumbs.db": b"x", "~$daftar.xlsx": b"x"}
    files = files if name == "files" else {"arsip 2025.zip": zip_of(files)}
    page = organizer.get(uploaded(organizer, runner, files))
    assert "is no list. It was left out." in line(page, "Thumbs.db")
    assert len(city.all(UploadedFile)) == 3
    if name == "zip":
        assert "arsip 2025.zip" in page.text


def test_without_a_list_the_form_says_so(organizer: TestClient, city: City) -> None:
    assert "Choose a file first." in organizer.post("/unggahan/banyak").text
    refused = send(organizer, {"Thumbs.db": b"x"})
    assert refused.status_code == 422
    assert "There is no list among these files." in refused.text
    assert city.all(UploadBatch) == []


def test_files_beyond_one_list_are_taken_up_to_the_limit(organizer: TestClient, city: City) -> None:
    large = {f"{number}.csv": b"Nama;Kelurahan\n" + bytes(6 * 1024**2) for number in range(3)}
    assert send(organizer, large).status_code == 303  # 18 MB
    content = b"--x\r\n" + b"a" * MAX_BATCH_BYTES
    headers = {"content-type": "multipart/form-data; boundary=x"}
    answer = organizer.post("/unggahan/banyak", content=content, headers=headers)
    assert answer.status_code == 303
    assert "Together the files may have 40 MB." in organizer.get("/unggahan/banyak").text
    assert len(city.all(UploadBatch)) == 1


def test_a_body_that_is_too_large_for_a_button_of_a_batch_is_said(
    organizer: TestClient, runner: TaskRunner
) -> None:
    batch = uploaded(organizer, runner, {PATHS[0]: FILES[PATHS[0]]})
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = organizer.post(f"{batch}/simpan", content=b"a" * (MAX_BODY_BYTES + 1), headers=headers)
    assert answer.status_code == 413
    assert "larger than 10 MB" in answer.text
    # As when the address of a refused form is opened again.
    assert organizer.get(f"{batch}/simpan").headers["location"] == batch


def test_progress_is_polled_until_the_lists_are_read(
    organizer: TestClient, city: City, runner: TaskRunner
) -> None:
    batch = send(organizer, FILES).headers["location"]
    poll = {"hx-request": "true"}
    assert "0 of 3 read" in organizer.get(batch, headers=poll).text
    runner.drain()
    assert organizer.get(batch, headers=poll).headers["hx-refresh"] == "true"


def test_a_list_leads_back_to_its_batch(organizer: TestClient, city: City, runner: TaskRunner) -> None:
    batch = uploaded(organizer, runner, {PATHS[0]: FILES[PATHS[0]]})
    organizer.post(f"{batch}/sesi-baru")
    runner.drain()
    (one,) = city.all(BatchList)
    for page in (f"/unggahan/{one.attendance_import_id}", f"/unggahan/{one.attendance_import_id}/batalkan"):
        assert f'href="{batch}"' in organizer.get(page).text


def test_a_batch_is_discarded_with_its_files(organizer: TestClient, city: City, runner: TaskRunner) -> None:
    batch = uploaded(organizer, runner, FILES)
    assert "Nothing of it has been saved." in organizer.get(batch).text
    answer = organizer.post(f"{batch}/buang")
    assert answer.headers["location"] == "/unggahan"
    assert (city.all(UploadBatch), city.all(UploadedFile)) == ([], [])
    assert city.all(Activity)[-1].action == "discard"
    assert organizer.get(batch).status_code == 404


def test_staff_may_choose_but_not_create_workshops(
    staff: TestClient, organizer: TestClient, city: City, runner: TaskRunner
) -> None:
    workshop = city.workshop("KELAS")
    city.add_session(workshop, "KELAS-1", WorkshopSessionInput(MORNING, MORNING + timedelta(hours=3)))
    batch = uploaded(staff, runner, {PATHS[0]: FILES[PATHS[0]]})
    assert organizer.get(batch).status_code == 200
    assert "KELAS-1" in staff.get(list_address(city, batch, PATHS[0])).text
    assert staff.post(f"{batch}/sesi-baru").status_code in (403, 422)
    assert len(city.all(WorkshopSession)) == 1
