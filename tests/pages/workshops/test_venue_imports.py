"""Uploading a list of venues: it is saved as a whole, or every error is named."""

import html
import re
from collections.abc import Sequence
from io import BytesIO

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook

from app.database import reading
from app.models import Activity, Venue, VenueKind
from app.queries.areas.reference import list_kelurahan
from app.spreadsheets.plain_tables import MAX_VENUES
from tests.city import MANGGAR, SEPINGGAN, City
from tests.database import on_sqlite
from tests.files.workbooks import stray_cell
from tests.files.writers import csv_file, file_of, xlsx
from tests.sheet_reading import in_child

HEADER = ("No", "Nama", "Kelurahan", "Jenis", "Wi-Fi publik gratis")
KINDS = ("Ruang publik", "Kantor", "Sekolah", "Aula", "Lainnya", "Kampus")


def wifi_points(city: City) -> list[list[object]]:
    """Return rows of 362 venues with Wi-Fi, in every kelurahan."""
    with reading(city.engine) as db:
        places = [place.name for place in list_kelurahan(db)]
    return [
        [number, f"Titik Contoh {number}", places[number % len(places)], KINDS[number % len(KINDS)], "Ya"]
        for number in range(1, 363)
    ]


def upload(browser: TestClient, *rows: Sequence[object], header: Sequence[object] = HEADER) -> str:
    """Upload a list and return the page that follows."""
    answer = browser.post("/tempat/unggah", files={"file": ("titik.csv", csv_file(header, *rows))})
    if answer.status_code == 303:
        return browser.get(answer.headers["location"]).text
    assert answer.status_code == 422
    return answer.text


def errors(page: str) -> list[tuple[int, str]]:
    found = re.findall(r'<th scope="row">Row (\d+)</th>\s*<td>(.*?)</td>', page)
    return [(int(row), html.unescape(text)) for row, text in found]


def test_a_list_of_362_venues_names_every_error_or_is_saved_as_a_whole(
    organizer: TestClient, admin: TestClient, city: City
) -> None:
    rows = wifi_points(city)
    rows[19][2], rows[149][2], rows[221][1], rows[361][1] = "Sepingan", "Entah", None, "Titik Contoh 1"
    rows[9][3], rows[10][4] = "Masjid", "50 Mbps"

    page = upload(organizer, *rows)

    assert "Nothing was saved: 6 errors." in page
    assert [(row, text.partition(".")[0]) for row, text in errors(page)] == [
        (11, "“Masjid” is not a kind of venue"),
        (12, "“50 Mbps” is neither yes nor no"),
        (21, "“Sepingan” is not clearly one kelurahan (Sepinggan)"),
        (151, "“Entah” is not a kelurahan of the city"),
        (223, "The name is missing"),
        (363, "Row 2 has the same name"),
    ]
    assert city.all(Venue) == []

    assert "362 venues added, 0 changed, 0 as they were" in upload(organizer, *wifi_points(city))
    venues = {venue.name: venue for venue in city.all(Venue)}
    assert len(venues) == 362
    assert all(venue.public_wifi for venue in venues.values())
    assert venues["Titik Contoh 3"].kind is VenueKind.AULA
    assert "of 34 kelurahan have no venue" not in organizer.get("/tempat").text
    assert re.search(r"Sari Panitia</strong> imported\s+list of venues", admin.get("/catatan").text)


def test_the_same_list_again_changes_nothing(organizer: TestClient, city: City) -> None:
    rows = wifi_points(city)[:10]
    upload(organizer, *rows)
    activities = len(city.all(Activity))

    assert "0 venues added, 0 changed, 10 as they were" in upload(organizer, *rows)
    assert (len(city.all(Venue)), len(city.all(Activity))) == (10, activities)


def test_a_known_venue_changes_only_in_cells_that_are_filled_in(organizer: TestClient, city: City) -> None:
    upload(organizer, (1, "Balai Contoh", "Manggar", "Aula", "Tidak"))

    page = upload(organizer, ("balai  contoh", "Sepinggan", ""), header=("Nama", "Kelurahan", "Jenis"))

    assert "0 venues added, 1 changed, 0 as they were" in page
    (venue,) = city.all(Venue)
    assert (venue.name, venue.kind, venue.kelurahan_code, venue.public_wifi) == (
        "Balai Contoh",
        VenueKind.AULA,
        SEPINGGAN,
        False,
    )


def test_a_list_changes_no_venue_of_another_organization(
    organizer: TestClient, stranger: TestClient, admin: TestClient, city: City
) -> None:
    upload(organizer, (1, "Balai Contoh", "Manggar", "Aula", "Tidak"))
    rows = ((1, "BALAI CONTOH", "Sepinggan", "Kantor", "Ya"), (2, "Pos Contoh", "Manggar", "Kantor", "Ya"))

    page = upload(stranger, *rows)

    assert errors(page) == [
        (
            2,
            "“Balai Contoh” belongs to Panitia Literasi SPBE, and only they change it. "
            "Delete the row; you may use the venue all the same.",
        )
    ]
    assert [(venue.name, venue.kelurahan_code) for venue in city.all(Venue)] == [("Balai Contoh", MANGGAR)]
    same = upload(stranger, (1, "Balai Contoh", "Manggar", "", ""), rows[1])
    assert "1 venues added, 0 changed, 1 as they were" in same
    owners = {venue.name: venue.organization_id for venue in city.all(Venue)}
    assert owners["Pos Contoh"] == city.users["tono"].organization_id
    assert "0 venues added, 1 changed" in upload(admin, rows[0])
    assert city.all(Venue)[0].organization_id == owners["Balai Contoh"]


@on_sqlite
@pytest.mark.parametrize("language", ["id", "en"])
def test_the_template_is_filled_in_and_uploaded(organizer: TestClient, city: City, language: str) -> None:
    organizer.headers["accept-language"] = language
    book = load_workbook(BytesIO(organizer.get("/tempat/unggah/templat.xlsx").content))
    page, choices = book.worksheets
    assert (page.max_row, choices.sheet_state) == (1, "hidden")
    first, *_, last = [cell.value for cell in choices["A"]]
    assert (first, last, len(choices["A"])) == ("Baru Ilir", "Muara Rapak", 34)
    kind, wifi = choices["B1"].value, choices["C1"].value
    page.append(["Taman <Contoh>", "Manggar", kind, wifi])

    answer = organizer.post("/tempat/unggah", files={"file": ("a.xlsx", file_of(page))})

    assert answer.status_code == 303
    (venue,) = city.all(Venue)
    assert (venue.name, venue.kelurahan_code, venue.kind, venue.public_wifi) == (
        "Taman <Contoh>",
        MANGGAR,
        VenueKind.AULA,
        True,
    )
    assert "Taman &lt;Contoh&gt;" in organizer.get("/tempat").text


@on_sqlite
@pytest.mark.parametrize(
    ("content", "status", "text"),
    [
        (b"", 422, "The file is empty."),
        (b"\x89PNG ...", 422, "This is a photo or picture."),
        (b"PK\x03\x04" + bytes(100), 422, "The file is damaged or can&#39;t be read."),
        (b"Nomor;Ukuran\n1;2\n", 422, "among them “Nama” and “Kelurahan”. Use the template."),
        (b"Nama;Alamat\nPos;Damai\n", 422, "among them “Nama” and “Kelurahan”. Use the template."),
        (b"Nama;Kelurahan\n", 422, "The list has headings but no venues."),
        (b"Nama;Kelurahan\n" + b"Pos;Damai\n" * (MAX_VENUES + 1), 413, "The list has more than 2000 venues."),
        (b"Nama\n" + b"a" * 10 * 1024**2, 413, "The file is larger than 10 MB."),
    ],
    ids=["empty", "picture", "damaged", "no header", "no kelurahan", "no venues", "too many", "too large"],
)
def test_a_file_that_cannot_be_read_is_refused_with_a_hint(
    organizer: TestClient, content: bytes, status: int, text: str
) -> None:
    page = organizer.post("/tempat/unggah", files={"file": ("titik.csv", content)})

    assert page.status_code == status
    assert text in page.text
    assert 'type="file"' in page.text


@on_sqlite
@in_child
def test_a_stray_cell_that_would_exhaust_memory_is_ignored(organizer: TestClient, city: City) -> None:
    """With one cell in the last row and column of a sheet, the parser asks for more memory than there is."""
    assert organizer.post("/tempat/unggah", files={"file": ("a.xlsx", stray_cell())}).status_code == 303
    assert len(city.all(Venue)) == 2


@on_sqlite
def test_a_form_without_a_file_is_refused(organizer: TestClient) -> None:
    page = organizer.post("/tempat/unggah")
    assert (page.status_code, "Choose a file first." in page.text) == (422, True)


@on_sqlite
def test_a_list_is_uploaded_only_with_the_permission_to_change_venues(
    viewer: TestClient, staff: TestClient, organizer: TestClient, city: City
) -> None:
    file = {"file": ("a.xlsx", xlsx(["Nama", "Kelurahan"], ["Balai Contoh", "Manggar"]))}

    for browser in (viewer, staff):
        assert browser.get("/tempat/unggah/templat.xlsx").status_code == 403
        assert browser.post("/tempat/unggah", files=file).status_code == 403
    assert city.all(Venue) == []
    assert organizer.post("/tempat/unggah", files=file).status_code == 303
