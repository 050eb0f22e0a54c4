"""Lists of venues: their headings, what a row says, and every error with its row."""

from collections.abc import Mapping

import pytest

from app.i18n import LANGUAGES, translator
from app.models import VenueKind
from app.people.values.cells import Cell, CellError
from app.people.values.kelurahan import PlaceIndex
from app.spreadsheets.detected_table import SheetRow
from app.spreadsheets.plain_tables import venue_field
from app.spreadsheets.venues import HEADINGS, KINDS, CheckedVenue, RowError, VenueFacts, check_venues
from tests.spreadsheets.examples import reference

PLACES = PlaceIndex(reference())
DAMAI, MANGGAR, SEPINGGAN = "64.71.06.1005", "64.71.01.1001", "64.71.05.1002"
TAMAN = VenueFacts("Taman Contoh", "ruang-publik", MANGGAR, public_wifi=True)


def checked(
    *rows: Mapping[str, Cell], known: tuple[VenueFacts, ...] = ()
) -> tuple[list[CheckedVenue], list[RowError]]:
    return check_venues(
        [SheetRow(number, dict(cells)) for number, cells in enumerate(rows, start=2)], known, PLACES
    )


def row(name: Cell = "Taman Contoh", kelurahan: Cell = "Manggar", **cells: Cell) -> dict[str, Cell]:
    return {"name": name, "kelurahan": kelurahan, **cells}


def test_the_headings_of_the_template_are_understood() -> None:
    for language in LANGUAGES:
        _ = translator(language)
        assert [venue_field(_(heading)) for heading, _width in HEADINGS.values()] == list(HEADINGS)


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("NAMA TEMPAT", "name"),
        ("Kelurahan/Desa", "kelurahan"),
        ("Nama Kelurahan", "kelurahan"),
        ("Wifi", "wifi"),
        ("DAFTAR LOKASI WIFI GRATIS KOTA BALIKPAPAN", None),
        ("Alamat", None),
        ("", None),
    ],
)
def test_what_a_heading_names(heading: str, field: str | None) -> None:
    assert venue_field(heading) == field


def test_kinds_have_names() -> None:
    assert list(KINDS) == [kind.value for kind in VenueKind]


def test_new_changed_and_unchanged() -> None:
    known = (TAMAN, VenueFacts("Balai Contoh", "aula", DAMAI))
    (same, more, new), errors = checked(
        row("TAMAN  CONTOH", wifi="ya"),
        row("Balai Contoh", "Kel. Sepinggan", kind="-", wifi="Yes"),
        row("SMP Contoh", "Damai", kind="sekolah"),
        known=known,
    )

    assert errors == []
    assert (same.known, same.facts) == (TAMAN, TAMAN)
    assert (more.known, more.facts) == (known[1], VenueFacts("Balai Contoh", "aula", SEPINGGAN, True))
    assert (new.known, new.facts) == (None, VenueFacts("SMP Contoh", "sekolah", DAMAI))


@pytest.mark.parametrize(
    ("cells", "text"),
    [
        (row(""), "The name is missing."),
        (row(CellError("#N/A")), "The name is missing."),
        (row("n" * 201), "The name has more than 200 characters."),
        (row(kelurahan=""), "The kelurahan is missing."),
        (row(kelurahan="Entah"), "“Entah” is not a kelurahan of the city."),
        (row(kelurahan="Samarinda"), "“Samarinda” is not a kelurahan of the city."),
        (row(kelurahan=CellError("#REF!")), "“#REF!” is not a kelurahan of the city."),
        (row(kelurahan="Sepingan"), "“Sepingan” is not clearly one kelurahan (Sepinggan)."),
        (row(kind="Masjid"), "“Masjid” is not a kind of venue."),
        (row(wifi="50 Mbps"), "“50 Mbps” is neither yes nor no."),
    ],
)
def test_what_is_wrong(cells: Mapping[str, Cell], text: str) -> None:
    venues, (error,) = checked(cells)
    assert venues == []
    assert (error.row, error.text(str).startswith(text)) == (2, True)


def test_all_errors_of_all_rows_are_named() -> None:
    _venues, errors = checked(row("", "", kind="Masjid"), row(), row("TAMAN CONTOH"))
    assert [error.row for error in errors] == [2, 2, 2, 4]
    assert errors[-1].text(str).startswith("Row 3 has the same name.")


def test_of_two_known_venues_alike_the_exact_one_is_meant() -> None:
    upper = VenueFacts("TAMAN CONTOH", "ruang-publik", DAMAI)
    assert checked(row(), known=(upper, TAMAN))[0][0].known == TAMAN
    assert checked(row("Taman contoh"), known=(upper, TAMAN))[0][0].known == upper
