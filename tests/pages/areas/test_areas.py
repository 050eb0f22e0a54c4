"""Pages of kelurahan, their aliases, and ambiguous place names; the next sheet is read with them."""

import re
from datetime import date, timedelta

import pytest
from fastapi.testclient import TestClient

from app.errors import Conflict
from app.i18n import wita_today
from app.models import Activity, Area, AreaAlias
from tests.city import MANGGAR, SEPINGGAN, City, sheet
from tests.database import on_sqlite
from tests.upcoming_sessions import create_upcoming_session

AREAS = "/administrasi/wilayah"
UNCLEAR = "/administrasi/sebutan-tak-jelas"
HEADER = "Nama;Kelurahan;Unsur;Kehadiran"


def sheet_with(place: str) -> bytes:
    return sheet(HEADER, f"Ani Aster;{place};UMKM;hadir")


def parse_kelurahan(city: City, session: str, place: str) -> str | None:
    """Return the code of the kelurahan as which a new upload reads a text, None if it asks."""
    code: str | None = (
        city.rows(city.upload(session, sheet_with(place)).id)[2].result["values"].get("kelurahan")
    )
    return code


def error(page: str, field: str) -> str:
    found = re.search(rf'<small class="error" id="{field}-error">(.*?)</small>', page)
    return found[1] if found else ""


def test_the_next_upload_is_read_with_a_new_alias(admin: TestClient, city: City) -> None:
    session = city.session()
    assert parse_kelurahan(city, session, "Pasar Ikan") is None

    answer = admin.post(f"{AREAS}/{MANGGAR}/sebutan", data={"alias": " Pasar  Ikan "})

    assert answer.headers["location"] == f"{AREAS}/{MANGGAR}"
    assert "Pasar Ikan" in admin.get(f"{AREAS}/{MANGGAR}").text
    assert parse_kelurahan(city, session, "KEL. PASAR IKAN") == MANGGAR

    admin.post(f"{AREAS}/{MANGGAR}/sebutan/hapus", data={"alias": "Pasar Ikan"})
    assert parse_kelurahan(city, session, "Pasar Ikan") is None


def test_an_upload_in_review_is_judged_again_after_an_alias_is_removed(admin: TestClient, city: City) -> None:
    """Nobody is saved in a kelurahan because of an alias that has been removed."""
    admin.post(f"{AREAS}/{MANGGAR}/sebutan", data={"alias": "Pasar Ikan"})
    waiting = city.upload(city.session(), sheet_with("Pasar Ikan"))
    assert waiting.counts["create"] == 1

    admin.post(f"{AREAS}/{MANGGAR}/sebutan/hapus", data={"alias": "Pasar Ikan"})

    with pytest.raises(Conflict):
        city.commit(waiting.id)


@on_sqlite
@pytest.mark.parametrize(
    ("alias", "message"),
    [
        ("gn sari ulu", "This is read as Gunung Sari Ulu already."),
        ("MANGGAR", "This is read as Manggar already."),
        ("Gunung Sari", "in the list of unclear place names"),
        ("Balikpapan Timur", "in the list of unclear place names"),
        ("Samarinda", "a place outside the city: Samarinda"),
        ("12", "Write a name"),
        (" ", "Write a name"),
        ("x" * 101, "Write a name"),
    ],
)
def test_an_alias_that_already_means_a_place_is_refused(
    admin: TestClient, city: City, alias: str, message: str
) -> None:
    before = city.all(AreaAlias)

    page = admin.post(f"{AREAS}/{SEPINGGAN}/sebutan", data={"alias": alias})

    assert page.status_code == 422
    assert message in error(page.text, "alias")
    assert f'value="{alias}"' in page.text
    assert city.all(AreaAlias) == before


def test_an_ambiguous_place_name_offers_its_candidates(admin: TestClient, city: City) -> None:
    session = city.session()
    admin.post(f"{AREAS}/{MANGGAR}/sebutan", data={"alias": "Pasar Ikan"})
    taken = admin.post(UNCLEAR, data={"text": "Pasar Ikan", "why": "pasar"})
    assert error(taken.text, "text") == "This is read as Manggar already."
    admin.post(f"{AREAS}/{MANGGAR}/sebutan/hapus", data={"alias": "Pasar Ikan"})
    assert "Say what this is" in error(admin.post(UNCLEAR, data={"text": "Pasar Ikan"}).text, "why")

    admin.post(UNCLEAR, data={"text": "Pasar Ikan", "candidates": [MANGGAR, SEPINGGAN]})

    row = city.rows(city.upload(session, sheet_with("Pasar Ikan")).id)[2]
    offered = [candidate["value"] for message in row.messages for candidate in message["candidates"]]
    assert offered == [MANGGAR, SEPINGGAN]
    assert "Manggar, Sepinggan" in admin.get(UNCLEAR).text

    admin.post(f"{UNCLEAR}/hapus", data={"text": "Pasar Ikan"})
    assert "Pasar Ikan" not in admin.get(UNCLEAR).text


def test_a_kelurahan_is_split(admin: TestClient, nobody: TestClient, city: City) -> None:
    """The old one keeps its attendance; sheets and forms know the new one from its first day on."""
    session = city.session()
    city.import_sheet(session, sheet_with("Manggar"))
    create_upcoming_session(city)
    old = next(one for one in city.all(Area) if one.code == MANGGAR)
    today = wita_today()
    new = {
        "code": "64.71.01.1900",
        "name": "Manggar Contoh",
        "valid_from": str(today),
        "tile_column": str(old.tile_column),
        "tile_row": str(old.tile_row),
    }
    assert "Manggar stands there" in error(admin.post(f"{AREAS}/baru", data=new).text, "tile_column")

    admin.post(f"{AREAS}/{MANGGAR}/penutupan", data={"last_day": str(today - timedelta(days=1))})
    assert admin.post(f"{AREAS}/baru", data=new).headers["location"] == f"{AREAS}/64.71.01.1900"

    form = nobody.get("/daftar/JUALAN?sesi=JUALAN-1").text
    assert 'value="64.71.01.1900"' in form
    assert f'value="{MANGGAR}"' not in form
    assert parse_kelurahan(city, session, "Manggar Contoh") == "64.71.01.1900"
    page = admin.get(f"/cakupan?from=2025-01-01&to={today}").text
    assert f"Manggar (until {today - timedelta(days=1):%d-%m-%Y})" in page
    assert "Manggar Contoh" in page
    report = admin.get("/cakupan?from=2025-01-01&to=2025-12-31").text
    assert "Manggar Contoh" not in report
    activities = [(line.action, line.subject_id) for line in city.all(Activity) if line.subject == "area"]
    assert activities == [("change", MANGGAR), ("create", "64.71.01.1900")]


def test_a_kelurahan_is_not_known_before_its_first_day(admin: TestClient, city: City) -> None:
    session = city.session()
    tomorrow = wita_today() + timedelta(days=1)
    admin.post(
        f"{AREAS}/baru", data={"code": "64.71.01.1900", "name": "Pantai Contoh", "valid_from": str(tomorrow)}
    )
    admin.post(f"{AREAS}/{MANGGAR}/penutupan", data={"last_day": str(tomorrow)})

    assert parse_kelurahan(city, session, "Pantai Contoh") is None
    assert parse_kelurahan(city, session, "Manggar") == MANGGAR


@on_sqlite
@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("code", "64.71.99.1001", "Write the code as"),
        ("code", "sepinggan", "Write the code as"),
        ("code", SEPINGGAN, "There is an area with this code already."),
        ("name", " ", "A name is needed"),
        ("name", "Kel. Sepinggan", "has this name at that time"),
        ("name", "Lemaru", "has this name at that time"),
        ("valid_from", "", "Fill in a day."),
        ("valid_from", "20301-01-01", "This is not a date."),
        ("tile_row", "", "Fill in both numbers"),
        ("tile_column", "tiga", "Fill in both numbers"),
    ],
)
def test_errors_of_a_kelurahan_stand_beside_their_fields(
    admin: TestClient, city: City, field: str, value: str, message: str
) -> None:
    before = city.all(Area)
    fields = {
        "code": "64.71.01.1900",
        "name": "Pantai Contoh",
        "valid_from": "2030-01-01",
        "tile_column": "0",
        "tile_row": "50",
    }

    page = admin.post(f"{AREAS}/baru", data=fields | {field: value})

    assert page.status_code in {409, 422}
    assert message in error(page.text, "tile_column" if field == "tile_row" else field)
    assert f'value="{value}"' in page.text
    assert city.all(Area) == before


def test_the_last_day_is_not_before_the_first(admin: TestClient, city: City) -> None:
    new = {"code": "64.71.01.1900", "name": "Pantai Contoh", "valid_from": "2020-01-01"}
    admin.post(f"{AREAS}/baru", data=new)
    page = admin.post(f"{AREAS}/64.71.01.1900/penutupan", data={"last_day": "2019-12-31"})
    assert "first one on" in error(page.text, "last_day")
    page = admin.post(f"{AREAS}/{MANGGAR}/penutupan", data={"last_day": "31 Feb 2030"})
    assert error(page.text, "last_day") == "There is no such day."

    admin.post(f"{AREAS}/{MANGGAR}/penutupan", data={"last_day": "2020-12-31"})
    assert next(one.valid_to for one in city.all(Area) if one.code == MANGGAR) == date(2020, 12, 31)
    admin.post(f"{AREAS}/{MANGGAR}/penutupan", data={"last_day": ""})
    assert next(one.valid_to for one in city.all(Area) if one.code == MANGGAR) is None
