"""Kelurahan: what is certain is accepted, what isn't is asked, and nothing is guessed."""

from dataclasses import replace

import pytest

from app.people.values.cells import Cell
from app.people.values.kelurahan import PlaceIndex, parse_kecamatan, parse_kelurahan
from app.spreadsheets.attendance.rows import ABOVE
from tests.spreadsheets.examples import codes, judged, reference, session, sheet_of

PLACES = PlaceIndex(reference())
NAME = PLACES.name


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Manggar", "Manggar"),
        ("kel. manggar baru", "Manggar Baru"),
        ("KELURAHAN GUNUNG SARI ILIR", "Gunung Sari Ilir"),
        ("Gn. Sari Ulu", "Gunung Sari Ulu"),
        ("Gn.Bahagia", "Gunung Bahagia"),
        ("S. Nangka", "Sungai Nangka"),
        ("Sei Nangka", "Sungai Nangka"),
        ("Telagasari", "Telaga Sari"),
        ("MARGO-MULYO", "Margo Mulyo"),
        ("Damai RT 12", "Damai"),
        ("Damai Bahagia RT. 12 RW 02", "Damai Bahagia"),
        ("Jl. Marsma Iswahyudi RT 12 Kel. Sepinggan", "Sepinggan"),
        ("Jl. Sudirman No 3, Kel. Sepinggan Raya Kec. Balikpapan Selatan", "Sepinggan Raya"),
        ("64.71.05.1008", "Sepinggan Baru"),
        ("6471051006", "Gunung Bahagia"),
        ("64.71.05.1008 - Sepinggan Baru", "Sepinggan Baru"),
        ("Damai (64.71.06.1005)", "Damai"),
        ("GSB", "Gunung Samarinda Baru"),
        ("Gn. Smd", "Gunung Samarinda"),
        ("Kel. Gn Smd Baru", "Gunung Samarinda Baru"),
        ("Damai RT/RW 012/002", "Damai"),
        ("RT 12 Sepinggan Raya", "Sepinggan Raya"),
        ("RT. 012/02 / Damai", "Damai"),
        ("Manggar, Balikpapan Timur", "Manggar"),
        ("Sepinggan Baru (Kec. Balikpapan Selatan)", "Sepinggan Baru"),
        ("Damai/Balikpapan Kota", "Damai"),
        ("Lamaru - Baltim", "Lamaru"),
    ],
)
def test_certain(written: str, name: str) -> None:
    """An official name or alias, however spaced, abbreviated or punctuated; also beside an RT or inside an address."""
    code = parse_kelurahan(written, PLACES).code
    assert code is not None
    assert NAME[code] == name


@pytest.mark.parametrize(
    ("written", "candidates"),
    [
        ("Gunung Sari", {"Gunung Sari Ulu", "Gunung Sari Ilir"}),
        ("Gn. Sari", {"Gunung Sari Ulu", "Gunung Sari Ilir"}),
        ("Mangar", {"Manggar"}),
        ("Manggar?", {"Manggar"}),
        ("Kel. Damai (?)", {"Damai"}),
        ("Manggar, Balikpapan", {"Manggar"}),
        ("Manggar, Balikpapan Selatan", {"Manggar"}),
        ("Manggar Timur", {"Manggar"}),
        ("Manggar? Balikpapan Timur", {"Manggar"}),
        ("dekat pasar Damai Baru", {"Damai Baru"}),
        ("Jl. Damai gang Prapatan", {"Damai", "Prapatan"}),
        ("Jl. Mawar 3 Gn. Smd", {"Gunung Samarinda"}),
        ("Kota Manggar", {"Manggar"}),
        ("64.71.05.1008 - Damai", {"Damai"}),
        ("Kab. Sidoarjo Kel. Damai", {"Damai"}),
        ("6471011001", {"Manggar", "Prapatan"}),
        ("6471020001", {"Manggar"}),
        ("S. Kunjang, Samarinda", {"Sungai Nangka"}),
    ],
)
def test_unclear(written: str, candidates: set[str]) -> None:
    """A near miss, a name that several share, a name inside other text or with a question mark is asked about."""
    reading = parse_kelurahan(written, PLACES)
    assert reading.problem == "kelurahan-unclear"
    assert {NAME[code] for code in reading.candidates} == candidates


@pytest.mark.parametrize(
    "written", ["G. Samarinda", "Gunug Smd", "GN SMD II", "Gun. Smd", "Gn. Sari, Penajam"]
)
def test_what_begins_like_a_kelurahan_is_asked_though_a_place_outside_follows(written: str) -> None:
    reading = parse_kelurahan(written, PLACES)
    assert reading.problem == "kelurahan-unclear"
    assert {NAME[code].split()[0] for code in reading.candidates} == {"Gunung"}


@pytest.mark.parametrize(
    "written",
    ["Jl. Samarinda 5", "Perum. Nusantara RT 3", "Jl. Mawar, Samarinda, Bpp", "Kota Bpp", "Kota Balikpapn"],
)
def test_what_only_bears_the_name_of_a_place_outside_is_not_outside(written: str) -> None:
    assert parse_kelurahan(written, PLACES).problem == "kelurahan-unknown"


@pytest.mark.parametrize("written", ["Balikpapan Timur", "Kec. Balikpapan Timur", "Baltim"])
def test_a_kecamatan_offers_its_kelurahan(written: str) -> None:
    reading = parse_kelurahan(written, PLACES)
    assert reading.problem == "kelurahan-unclear"
    assert {NAME[code] for code in reading.candidates} == {"Manggar", "Manggar Baru", "Lamaru", "Teritip"}


def test_a_neighbourhood_is_unknown_and_says_why() -> None:
    reading = parse_kelurahan("Batakan", PLACES)
    assert (reading.problem, reading.why) == ("kelurahan-unknown", "a neighbourhood, not a kelurahan")


@pytest.mark.parametrize("written", ["Atlantis", "Balikpapan", "Jl. Mulawarman 5"])
def test_unknown(written: str) -> None:
    """A text that names no kelurahan is an error."""
    assert parse_kelurahan(written, PLACES).problem == "kelurahan-unknown"


@pytest.mark.parametrize("written", ["", "-", " . ", "\u200b"])
def test_missing(written: str) -> None:
    assert parse_kelurahan(written, PLACES).problem == "kelurahan-missing"


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("Luar kota", "Luar kota"),
        ("Samarinda", "Samarinda"),
        ("Kota Samarinda", "Samarinda"),
        ("PPU", "Penajam Paser Utara"),
        ("Penajam", "Penajam Paser Utara"),
        ("Kab. Kutai Kartanegara", "Kutai Kartanegara"),
        ("Kab. Sidoarjo", "Kab. Sidoarjo"),
        ("Sidodadi, Samarinda", "Samarinda"),
        ("Jl. Nusantara 3, Samarinda", "Samarinda"),
        ("Kab. Gunung Kidul", "Kab. Gunung Kidul"),
        ("Luar kota: Sangasanga", "Sangasanga"),
        ("LUAR KOTA : smd", "Samarinda"),
        ("outside", "Luar kota"),
    ],
)
def test_outside(written: str, place: str) -> None:
    """Places outside the city are accepted as such."""
    reading = parse_kelurahan(written, PLACES)
    assert (reading.code, reading.place) == ("outside", place)


def test_gunung_samarinda_is_not_samarinda() -> None:
    assert NAME[parse_kelurahan("Gn. Samarinda", PLACES).code or ""] == "Gunung Samarinda"


@pytest.mark.parametrize("written", ["Balikpapan Timur", "Kec. Balikpapan Timur", "Timur", "Baltim"])
def test_kecamatan(written: str) -> None:
    assert parse_kecamatan(written, PLACES) == "64.71.01"


def remarks(*rows: dict[str, Cell]) -> list[list[str]]:
    return [codes(row.remarks) for row in judged(sheet_of(*rows)).rows]


def test_kecamatan_is_checked_against_the_kelurahan() -> None:
    agrees: dict[str, Cell] = {"name": "Rina Gani", "kelurahan": "Manggar", "kecamatan": "Balikpapan Timur"}
    differs: dict[str, Cell] = {"name": "Maya Anwar", "kelurahan": "Manggar", "kecamatan": "Bpp Selatan"}
    assert remarks(agrees, differs) == [[], ["kecamatan-differs"]]


def test_a_row_without_a_kelurahan_is_an_error_unless_one_was_chosen_for_the_file() -> None:
    sheet = sheet_of({"name": "Rina Gani", "kelurahan": "Damai"}, {"name": "Maya Anwar"})
    assert [row.kind for row in judged(sheet).rows] == ["create", "error"]
    chosen = replace(session(), default_kelurahan="64.71.01.1001")
    assert [row.values.kelurahan for row in judged(sheet, chosen).rows] == ["64.71.06.1005", "64.71.01.1001"]


def test_an_address_that_names_the_kelurahan_goes_before_the_letterhead() -> None:
    named: dict[str, Cell] = {"name": "Rina Gani", "address": "Jl. Mawar 3 Kel. Damai"}
    ambiguous: dict[str, Cell] = {"name": "Maya Anwar", "address": "Jl. Mawar 3 Kel. Gunung Sari"}
    silent: dict[str, Cell] = {"name": "Dewi Halim", "address": "Jl. Mawar 3"}
    sheet = replace(sheet_of(named, ambiguous, silent), letterhead_kelurahan="Manggar")
    assert [(row.kind, row.values.kelurahan) for row in judged(sheet).rows] == [
        ("create", "64.71.06.1005"),
        ("review", None),
        ("create", "64.71.01.1001"),
    ]
    [question] = judged(sheet).rows[1].remarks
    assert question.params["found"] == ambiguous["address"]


def test_a_letterhead_whose_kelurahan_is_not_clear_applies_to_no_row() -> None:
    judgement = judged(replace(sheet_of({"name": "Rina Gani"}), letterhead_kelurahan="Gunung Sari"))
    assert (codes(judgement.rows[0].remarks), judgement.warnings) == (["kelurahan-missing"], ())


def test_the_letterhead_applies_to_rows_without_a_section() -> None:
    sheet = replace(sheet_of({"name": "Rina Gani"}), letterhead_kelurahan="Manggar")
    above = judged(sheet, replace(session(), default_kelurahan=ABOVE))
    assert above.rows[0].values.kelurahan == "64.71.01.1001"


def test_an_address_without_a_kelurahan_is_served_and_an_unknown_place_is_not() -> None:
    sheet = sheet_of(
        {"name": "Rina Gani", "kelurahan": "Jl. Mulawarman RT 12"},
        {"name": "Maya Anwar", "kelurahan": "Atlantis"},
        {"name": "Dewi Halim", "kelurahan": "Batakan Mas RT 3"},
        {"name": "Tuti Basri", "kelurahan": "RT 3 RW 02"},
        {"name": "Sri Dahlia", "kelurahan": "RT 3 Atlantis"},
    )
    served = judged(replace(sheet, letterhead_kelurahan="Manggar"))
    manggar = "64.71.01.1001"
    assert [row.values.kelurahan for row in served.rows] == [manggar, None, None, manggar, None]
    assert [codes(row.remarks) for row in judged(sheet).rows] == [["kelurahan-unknown"]] * 5
