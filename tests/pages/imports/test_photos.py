"""The pages of photos of signed lists: upload, what was read, answers beside pictures, and the evidence."""

import re

import pytest
from fastapi.testclient import TestClient
from sqlmodel import update

from app.database import writing
from app.models import Activity, Participant, Registration, RosterPrint, SignaturePicture
from tests.city import City
from tests.signed_pages import JPEG, add_readings, print_list, read_page, upload_readings

SESSION = "UMKM-2025-1"
ANI, BUDI, CITRA, WRITTEN = 1, 2, 3, 4
SCRIPT = {"accept": "application/json"}


@pytest.fixture
def printed(city: City) -> RosterPrint:
    """Print the list of a session with three people: Ani, Budi and Citra, in the lines 1 to 3."""
    city.session(SESSION)
    for name in ("Citra Kenanga", "Ani Aster", "Budi Melati"):
        city.register(SESSION, name)
    return print_list(city, SESSION)


def seen(page: str) -> dict[str, str]:
    """Return the hidden fields of the form with pictures."""
    return dict(re.findall(r'<input type="hidden" name="(seen-\d+)" value="([^"]+)"', page))


def registration_of(city: City, name: str) -> str:
    person = next(person for person in city.all(Participant) if person.name == name)
    return next(row.code for row in city.all(Registration) if row.participant_id == person.id)


def test_the_session_leads_to_photos_and_a_wrong_file_is_said(
    city: City, printed: RosterPrint, organizer: TestClient
) -> None:
    for page in ("kehadiran", "unggah", "unggahan"):
        assert f"/sesi/{SESSION}/foto" in organizer.get(f"/sesi/{SESSION}/{page}").text

    page = organizer.get(f"/sesi/{SESSION}/foto").text
    assert 'capture="environment"' in page
    assert organizer.get(f"/F/{printed.code}/1").headers["location"] == f"/sesi/{SESSION}/foto"

    none = organizer.post(f"/sesi/{SESSION}/foto", files={"files": ("", b"")})
    assert (none.status_code, "Choose at least one photo of a signed page." in none.text) == (422, True)
    wrong = organizer.post(f"/sesi/{SESSION}/foto", files={"files": ("a.txt", b"text")}, headers=SCRIPT)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "not-a-photo")
    assert "“a.txt” is no photo." in wrong.json()["detail"]


def test_what_the_pages_leave_open_is_answered_beside_pictures(
    city: City, printed: RosterPrint, organizer: TestClient
) -> None:
    reading = read_page(printed, signed=[ANI, WRITTEN], unsure=[CITRA], written=[WRITTEN])
    import_id = upload_readings(city, SESSION, reading).id
    address = f"/unggahan/{import_id}"
    page = organizer.get(address).text
    assert "1 of 1 pages were read." in page
    assert f'src="{address}/baris/{CITRA}/gambar.jpg"' in page
    assert f'src="{address}/baris/{ANI}/gambar.jpg"' not in page
    for other in ("pemetaan", "perbaikan.xlsx"):
        assert f"{address}/{other}" not in page

    picture = organizer.get(f"{address}/baris/{CITRA}/gambar.jpg")
    assert (picture.content, picture.headers["content-type"], picture.headers["cache-control"]) == (
        b"line 3",
        "image/jpeg",
        "no-store",
    )
    answered = organizer.post(
        f"{address}/foto/jawaban",
        data=seen(page)
        | {
            f"attendance-{CITRA}": "tidak",
            f"name-{WRITTEN}": "Dodi Teratai",
            f"sex-{WRITTEN}": "L",
            f"kelurahan-{WRITTEN}": "Manggar",
            f"target_group-{WRITTEN}": "umkm",
        },
    )
    assert answered.headers["location"] == f"{address}#kabar"
    assert 'id="gambar"' not in organizer.get(address).text
    organizer.post(f"{address}/simpan")
    assert city.outcomes() == {
        "Citra Kenanga": "absent",
        "Ani Aster": "present",
        "Budi Melati": "absent",
        "Dodi Teratai": "present",
    }


def test_what_others_answered_meanwhile_stays_and_a_line_can_be_skipped(
    city: City, printed: RosterPrint, organizer: TestClient
) -> None:
    reading = read_page(printed, unsure=[ANI], signed=[BUDI], written=[WRITTEN])
    import_id = upload_readings(city, SESSION, reading).id
    address = f"/unggahan/{import_id}"
    shown = seen(organizer.get(address).text)
    city.correct(import_id, ANI, cells={"attendance": "hadir"})

    data = shown | {f"attendance-{ANI}": "tidak", f"skip-{WRITTEN}": "true"}
    answered = organizer.post(f"{address}/foto/jawaban", data=data)
    page = organizer.get(answered.headers["location"]).text
    assert "Other users have answered these lines meanwhile: 1." in page
    rows = city.rows(import_id)
    assert (rows[ANI].result["attendance"], rows[WRITTEN].kind) == ("present", "skip")


def test_pages_that_are_missing_twice_or_unreadable_are_said(city: City, organizer: TestClient) -> None:
    city.session(SESSION)
    for number in range(24):
        city.register(SESSION, f"Warga {number:02}")
    first_print = print_list(city, SESSION)
    assert first_print.pages == 2
    read, again = (read_page(first_print, signed=[1], photo=photo) for photo in range(2))
    import_id = upload_readings(city, SESSION, read, again, read_page(first_print, problem="no-markers")).id
    page = organizer.get(f"/unggahan/{import_id}").text
    assert "1 of 2 pages were read." in page
    assert "Page 2 is missing: nobody on it is recorded." in page
    assert "The same page is in another of these photos." in page
    assert "The black squares in the four corners of the page are not all seen." in page

    assert "Add photos" in organizer.get(f"/unggahan/{import_id}/foto").text
    add_readings(city, import_id, read_page(first_print, 2))
    page = organizer.get(f"/unggahan/{import_id}").text
    assert "2 of 2 pages were read." in page
    assert "is missing" not in page


def test_an_attendance_leads_to_its_signature_until_it_is_deleted(
    city: City, printed: RosterPrint, organizer: TestClient, stranger: TestClient
) -> None:
    everybody = [ANI, BUDI, CITRA]
    photos = read_page(printed, unsure=everybody), read_page(printed, signed=everybody)
    import_id = upload_readings(city, SESSION, *photos).id
    code = registration_of(city, "Ani Aster")
    evidence = f"/pendaftaran/{code}/tanda-tangan"
    assert evidence not in organizer.get(f"/pendaftaran/{code}").text
    city.commit(import_id)

    person = next(person.id for person in city.all(Participant) if person.name == "Ani Aster")
    for page in (f"/pendaftaran/{code}", f"/peserta/{person}", f"/sesi/{SESSION}/hadir/{code}"):
        assert evidence in organizer.get(page).text, page
    shown = organizer.get(evidence).text
    assert "page 1 of 1, line 1" in shown
    assert ">IMG_2.jpg</a>" in shown
    picture = organizer.get(f"{evidence}/gambar.jpg")
    assert (picture.content, picture.headers["cache-control"]) == (b"line 1", "no-store")
    assert stranger.get(f"{evidence}/gambar.jpg").status_code == 404
    assert code in {line.subject_id for line in city.all(Activity) if line.action == "view"}

    with writing(city.engine) as db:
        db.exec(update(SignaturePicture).values(picture_encrypted=b""))
    assert "The picture was deleted already" in organizer.get(evidence).text
    assert organizer.get(f"{evidence}/gambar.jpg").status_code == 404


def test_a_script_gets_addresses_and_an_installation_without_a_print_says_so(
    city: City, organizer: TestClient
) -> None:
    city.session(SESSION)
    refused = organizer.post(f"/sesi/{SESSION}/foto", files={"files": ("a.jpg", JPEG)}, headers=SCRIPT)
    assert (refused.status_code, refused.json()["code"]) == (409, "not-printed")

    city.register(SESSION, "Ani Aster")
    print_list(city, SESSION)
    photos = [("files", (f"{number}.jpg", JPEG)) for number in range(3)]  # so many are read in the background
    answer = organizer.post(f"/sesi/{SESSION}/foto", files=photos, headers=SCRIPT)
    assert answer.json() == {"review": "/unggahan/1", "more": "/unggahan/1/foto"}
    waits = organizer.post("/unggahan/1/foto", files={"files": ("b.jpg", JPEG)}, headers=SCRIPT)
    assert (waits.status_code, waits.json()["code"]) == (409, "not-in-review")
