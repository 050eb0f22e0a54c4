"""A list of venues is uploaded, looked through, put right and saved."""

import html
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from openpyxl import Workbook

from app.database import reading
from app.models import Activity, Venue, VenueKind
from app.queries.areas.reference import kelurahan
from app.spreadsheets.venue_lists import MAX_VENUES
from tests.city import MANGGAR, SEPINGGAN, City
from tests.database import on_sqlite
from tests.files.workbooks import stray_cell
from tests.files.writers import csv_file, xlsx

HEADER = ("No", "Nama/Lokasi", "Alamat", "Kelurahan", "Kecamatan", "Jenis", "Wi-Fi")
KINDS = ("Taman", "Kantor", "SMP", "Balai RT", "Masjid", "Kampus")
UNCLEAR, UNKNOWN, NAMELESS, TWICE = 20, 150, 222, 362


def points(city: City) -> list[list[object]]:
    """The city's 362 Wi-Fi points, in every kelurahan, four of them with a fault."""
    with reading(city.engine) as look:
        places = kelurahan(look)
    rows: list[list[object]] = []
    for number in range(1, 363):
        place = places[number % len(places)]
        kind = KINDS[number % len(KINDS)]
        street = f"Jl. Contoh {number}"
        rows.append([number, f"Titik Contoh {number}", street, place.name, place.kecamatan, kind, "Ada"])
    rows[UNCLEAR - 1][3] = "Sepingan"
    rows[UNKNOWN - 1][3:5] = ["Entah", ""]
    rows[NAMELESS - 1][1] = None
    rows[TWICE - 1][1] = "Titik Contoh 1"
    return rows


def row_number(number: int) -> int:
    """The row of the sheet in which the point stands: below a title, an empty row and the headings."""
    return number + 3


def listed(rows: Sequence[Sequence[object]]) -> bytes:
    return csv_file(["DAFTAR TITIK WIFI GRATIS"], [], HEADER, *rows)


def uploaded(browser: TestClient, content: bytes, name: str = "titik.xlsx", **data: str) -> str:
    page = browser.post("/tempat/unggah", files={"file": (name, content)}, data=data)
    assert page.status_code == 200, page.text
    return page.text


def sent(page: str) -> str:
    found = re.search(r'name="list" value="([^"]*)"', page)
    assert found is not None
    return html.unescape(found[1])


def figures(page: str) -> dict[str, int]:
    found = re.findall(r'<dt>([^<]+)</dt>\s*<dd class="figure-value">([\d.,]+)<', page)
    return {label: int(value) for label, value in found}


def test_362_points_with_faults(organizer: TestClient, admin: TestClient, city: City) -> None:
    content = listed(points(city))

    page = uploaded(organizer, content)
    assert figures(page) == {"Need attention": 4, "New": 358, "Changed": 0, "Unchanged": 0}
    for said in (
        "“Sepingan” is not clearly one kelurahan.",
        "“Entah” is not a kelurahan of the city.",
        "The row names no venue.",
        "Row 4 has a venue of the same name and says something else of it.",
        "“Masjid” is none of the kinds of venues.",
    ):
        assert said in page
    assert "Save the list" not in page
    assert city.all(Venue) == []

    answers = {
        "list": sent(page),
        f"kelurahan-{row_number(UNCLEAR)}": SEPINGGAN,
        f"kelurahan-{row_number(UNKNOWN)}": MANGGAR,
        f"name-{row_number(TWICE)}": "Titik Contoh 362",
    }
    still = organizer.post("/tempat/unggah/simpan", data=answers)
    assert still.status_code == 409
    assert figures(still.text)["Need attention"] == 1
    assert city.all(Venue) == []

    left_out = {"list": sent(still.text), "left_out": str(row_number(NAMELESS))}
    checked = organizer.post("/tempat/unggah/periksa", data=left_out).text
    assert figures(checked) == {"New": 361, "Changed": 0, "Unchanged": 0, "Left out": 1}
    assert f'value="{row_number(NAMELESS)}" aria-label="Leave row 225 out" checked' in checked
    assert city.all(Venue) == []

    saved = organizer.post("/tempat/unggah/simpan", data=left_out)
    assert saved.headers["location"] == "/tempat"
    assert "361 venues added, 0 changed" in organizer.get("/tempat").text
    kept = {venue.name: venue for venue in city.all(Venue)}
    assert len(kept) == 361
    assert all(venue.public_wifi for venue in kept.values())
    assert kept["Titik Contoh 20"].kelurahan_code == SEPINGGAN
    assert kept["Titik Contoh 3"].kind is VenueKind.AULA
    assert "of 34 kelurahan have no venue" not in organizer.get("/tempat").text
    assert re.search(r"Sari Panitia</strong> imported\s+list of venues", admin.get("/catatan").text)


def test_the_same_list_again_changes_nothing(organizer: TestClient, city: City) -> None:
    content = listed(points(city)[:10])
    organizer.post("/tempat/unggah/simpan", data={"list": sent(uploaded(organizer, content))})
    activities = len(city.all(Activity))

    page = uploaded(organizer, content)

    assert figures(page) == {"New": 0, "Changed": 0, "Unchanged": 10}
    assert "there is nothing to save" in page
    organizer.post("/tempat/unggah/simpan", data={"list": sent(page)})
    assert (len(city.all(Venue)), len(city.all(Activity))) == (10, activities)


def test_what_changes_is_shown_with_what_is_there_now(organizer: TestClient, city: City) -> None:
    first = csv_file(("Lokasi", "Kelurahan", "Wifi"), ("Balai Contoh", "Manggar", "tidak"))
    organizer.post("/tempat/unggah/simpan", data={"list": sent(uploaded(organizer, first))})

    page = uploaded(organizer, csv_file(("Lokasi", "Kelurahan"), ("Balai Contoh", "Sepinggan")), wifi="yes")

    assert figures(page) == {"New": 0, "Changed": 1, "Unchanged": 0}
    assert "now: Manggar" in page
    assert "now: No" in page
    organizer.post("/tempat/unggah/simpan", data={"list": sent(page)})
    (balai,) = city.all(Venue)
    assert (balai.kelurahan_code, balai.public_wifi) == (SEPINGGAN, True)


@on_sqlite
def test_every_kind_of_file_is_read(organizer: TestClient, tmp_path: Path) -> None:
    book = Workbook()
    book.worksheets[0].append(["Nama Tempat", "Kelurahan", "Jenis"])
    book.worksheets[0].append(["Taman <Contoh>", "Damai", "Taman"])
    book.save(tmp_path / "tempat.xlsx")

    page = uploaded(organizer, (tmp_path / "tempat.xlsx").read_bytes(), name="tempat.csv")

    assert figures(page)["New"] == 1
    assert "Taman &lt;Contoh&gt;" in page
    assert "<Contoh>" not in page


@on_sqlite
@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        (b"", 422, "The file is empty."),
        (b"%PDF-1.7 ...", 422, "This is not a spreadsheet."),
        (b"PK\x03\x04" + bytes(100), 422, "The file is damaged or can&#39;t be read."),
        (b"Nomor;Ukuran\n1;2\n", 422, "among them “Nama” or “Lokasi”"),
        (b"Nama;Kelurahan\n", 422, "The list has headings but no venues."),
        (b"Nama;Kelurahan\n" + b"Pos;Damai\n" * (MAX_VENUES + 1), 413, "The list has more than 2000 venues."),
        (b"Nama\n" + b"a" * 10 * 1024**2, 413, "The file is larger than 10 MB."),
    ],
    ids=["empty", "pdf", "damaged", "no header", "no venues", "too many", "too large"],
)
def test_a_file_that_cannot_be_read_is_answered_with_what_to_do(
    organizer: TestClient, content: bytes, status: int, said: str
) -> None:
    page = organizer.post("/tempat/unggah", files={"file": ("titik.csv", content)}, data={"wifi": "yes"})

    assert page.status_code == status
    assert said in page.text
    assert 'value="yes" checked' in page.text
    assert 'type="file"' in page.text


@on_sqlite
def test_a_file_that_kills_its_reader_is_read_without_what_kills(organizer: TestClient) -> None:
    """One stray cell in the last corner of a sheet makes the parser ask for more memory than there is."""
    assert figures(uploaded(organizer, stray_cell()))["New"] == 2


@on_sqlite
def test_a_form_without_a_file(organizer: TestClient) -> None:
    page = organizer.post("/tempat/unggah", data={"wifi": "no"})
    assert (page.status_code, "Choose a file first." in page.text) == (422, True)


@on_sqlite
@pytest.mark.parametrize(
    "forged", ["", "[]", '{"file": 1}', '{"file":"a","wifi_unsaid":null,"rows":[["x",{}]]}']
)
def test_a_list_that_no_page_of_ours_sent(organizer: TestClient, city: City, forged: str) -> None:
    for step in ("periksa", "simpan"):
        assert organizer.post(f"/tempat/unggah/{step}", data={"list": forged}).status_code == 422
    assert city.all(Venue) == []


@on_sqlite
def test_a_long_list_fits_into_its_form(organizer: TestClient, city: City) -> None:
    """More fields than forms may have elsewhere, in rows of which each asks for its kelurahan."""
    page = uploaded(organizer, csv_file(("Nama",), *((f"Pos {number}",) for number in range(1100))))
    answers = {f"kelurahan-{number + 2}": MANGGAR for number in range(1100)}

    organizer.post("/tempat/unggah/simpan", data={"list": sent(page), **answers})

    assert len(city.all(Venue)) == 1100


@on_sqlite
def test_only_who_may_write_venues_uploads_a_list(viewer: TestClient, staff: TestClient, city: City) -> None:
    content = xlsx(["Nama", "Kelurahan"], ["Balai Contoh", "Manggar"])
    given = {"list": sent(uploaded(staff, content))}

    assert viewer.post("/tempat/unggah", files={"file": ("a.xlsx", content)}).status_code == 403
    assert viewer.post("/tempat/unggah/periksa", data=given).status_code == 403
    assert viewer.post("/tempat/unggah/simpan", data=given).status_code == 403
    assert city.all(Venue) == []
    assert staff.post("/tempat/unggah/simpan", data=given).status_code == 303
