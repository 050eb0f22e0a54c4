"""Lists of venues: their headings, what a row says, and what becomes of it."""

from collections.abc import Mapping

import pytest

from app.models import VenueKind
from app.people.kelurahan import PlaceIndex
from app.spreadsheets.reading import read_venue_list
from app.spreadsheets.venue_lists import venue_field
from app.spreadsheets.venues import (
    KIND_OF_WORD,
    JudgedVenue,
    VenueFacts,
    VenueRow,
    judge_venues,
    read_kind,
    read_wifi,
    venue_message_text,
    venue_rows,
)
from tests.files.writers import file_of, page_of
from tests.spreadsheets.examples import reference

PLACES = PlaceIndex(reference())
DAMAI, MANGGAR, SEPINGGAN = "64.71.06.1005", "64.71.01.1001", "64.71.05.1002"
TAMAN = VenueFacts("Taman Contoh", "ruang-publik", MANGGAR, public_wifi=True)


def judged(
    *rows: Mapping[str, str], known: tuple[VenueFacts, ...] = (), wifi_unsaid: bool | None = None
) -> list[JudgedVenue]:
    numbered = [VenueRow(number, cells) for number, cells in enumerate(rows, start=2)]
    return judge_venues(numbered, known, PLACES, wifi_unsaid=wifi_unsaid)


def outcomes(*rows: Mapping[str, str], known: tuple[VenueFacts, ...] = ()) -> list[str]:
    return [venue.outcome for venue in judged(*rows, known=known)]


def remarks(*rows: Mapping[str, str], known: tuple[VenueFacts, ...] = ()) -> list[str]:
    return [remark.code for remark in judged(*rows, known=known)[-1].remarks]


def row(name: str = "Taman Contoh", kelurahan: str = "Manggar", **cells: str) -> dict[str, str]:
    return {"name": name, "kelurahan": kelurahan, **cells}


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Nama/Lokasi", "name"),
        ("NAMA TEMPAT", "name"),
        ("Lokasi WiFi Gratis", "name"),
        ("Alamat Lengkap", "address"),
        ("Kelurahan/Desa", "kelurahan"),
        ("Kec.", "kecamatan"),
        ("Jenis Lokasi", "kind"),
        ("Wi-Fi", "wifi"),
        ("Free Wifi", "wifi"),
        ("DAFTAR LOKASI WIFI GRATIS KOTA BALIKPAPAN", None),
        ("Penanggung jawab", None),
        ("", None),
    ],
)
def test_what_a_heading_names(heading: str, field: str | None) -> None:
    assert venue_field(heading) == field


def test_a_list_as_offices_keep_it() -> None:
    """A title, merged kelurahan, a numbering row, "sda", a total and a signature."""
    page = page_of(
        ["DAFTAR TITIK WIFI GRATIS"],
        [],
        ["No", "Nama Lokasi", "Alamat", "Kelurahan", "Jenis", "Wi-Fi"],
        [1, 2, 3, 4, 5, 6],
        [1, "Taman Contoh", "Jl. Mawar 1", "Manggar", "Taman", True],
        [2, "SMP Contoh", "sda", None, "Sekolah", "ada"],
        [3, "Pos Contoh", None, "Damai", None, "#N/A"],
        [None, "Jumlah", 3],
        [None, "Mengetahui"],
    )
    page.merge_cells("D5:D6")

    rows = venue_rows(read_venue_list(file_of(page), ["Manggar", "Damai"]).rows)

    assert [dict(one.cells) for one in rows] == [
        row(address="Jl. Mawar 1", kind="Taman", wifi="TRUE"),
        row("SMP Contoh", address="Jl. Mawar 1", kind="Sekolah", wifi="ada"),
        row("Pos Contoh", "Damai", wifi="#N/A"),
    ]
    assert [one.number for one in rows] == [5, 6, 7]


@pytest.mark.parametrize(
    ("text", "there"),
    [
        *((text, True) for text in ("Ya", "ada", "Tersedia", "v", "1", "TRUE", "aktif")),
        *((text, False) for text in ("Tidak", "tidak ada", "belum", "Non aktif", "0", "FALSE", "-")),
        *((text, None) for text in ("50 Mbps", "tidak diketahui", "x", "")),
    ],
)
def test_words_for_wifi(text: str, there: bool | None) -> None:
    assert read_wifi(text) is there


def test_words_for_kinds() -> None:
    assert set(KIND_OF_WORD.values()) == {kind.value for kind in VenueKind}
    said = ("SMP Negeri 3", "Ruang publik", "Kantor Lurah", "Kampus", "aula", "kantor", "lainnya", "Masjid")
    assert [read_kind(text) for text in said] == [
        "sekolah",
        "ruang-publik",
        "kantor",
        "kampus",
        "aula",
        "kantor",
        "lainnya",
        None,
    ]


def test_new_changed_and_unchanged() -> None:
    known = (TAMAN, VenueFacts("Balai Contoh", "aula", DAMAI))
    same, more, new = judged(
        row("TAMAN  CONTOH", wifi="ya"),
        row("Balai Contoh", "Kel. Sepinggan", kind="", wifi="ada"),
        row("SMP Contoh", "Damai", kind="Sekolah"),
        known=known,
    )

    assert (same.outcome, same.facts) == ("unchanged", TAMAN)
    assert (more.outcome, more.known) == ("update", known[1])
    assert more.facts == VenueFacts("Balai Contoh", "aula", SEPINGGAN, public_wifi=True)
    assert (new.outcome, new.facts) == ("create", VenueFacts("SMP Contoh", "sekolah", DAMAI))


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        (row(""), "name-missing"),
        (row("n" * 201), "name-too-long"),
        (row(kelurahan=""), "kelurahan-missing"),
        (row(kelurahan="Entah"), "kelurahan-unknown"),
        (row(kelurahan="Sepingan"), "kelurahan-unclear"),
        (row(kelurahan="Samarinda"), "kelurahan-outside"),
        (row(wifi="50 Mbps"), "wifi-unclear"),
    ],
)
def test_what_must_be_asked(cells: Mapping[str, str], code: str) -> None:
    (venue,) = judged(cells)

    assert (venue.outcome, [remark.code for remark in venue.remarks]) == ("review", [code])
    assert "%" not in venue_message_text(venue.remarks[0], str)


def test_what_is_only_remarked() -> None:
    assert remarks(row(kind="Masjid")) == ["kind-other"]
    assert remarks(row(kecamatan="Balikpapan Kota")) == ["kecamatan-differs"]
    assert remarks(row(kecamatan="Balikpapan Timur")) == []
    assert outcomes(row(kind="Masjid"), row("Pos", kecamatan="Balikpapan Kota")) == ["create", "create"]


def test_what_is_known_answers_for_a_cell_that_is_unclear() -> None:
    unclear = row(kelurahan="", kind="Masjid", wifi="50 Mbps")

    assert outcomes(unclear, known=(TAMAN,)) == ["unchanged"]
    assert outcomes(row(kelurahan="Mangar"), known=(TAMAN,)) == ["unchanged"]
    assert outcomes(row(kelurahan="Sepingan"), known=(TAMAN,)) == ["review"]


def test_the_kelurahan_of_an_address() -> None:
    (venue,) = judged(row(kelurahan="", address="Jl. Mawar 1, Kel. Manggar"))
    assert (venue.outcome, venue.facts.kelurahan) == ("create", MANGGAR)


def test_a_name_twice() -> None:
    assert outcomes(row(), row("taman contoh")) == ["create", "duplicate"]
    assert outcomes(row(), row(kelurahan="Damai")) == ["create", "review"]
    assert remarks(row(), row(kelurahan="Damai")) == ["venue-twice"]


def test_rows_that_say_nothing_of_wifi() -> None:
    silent, said = judged(row(), row("Pos Contoh", wifi="tidak"), wifi_unsaid=True)
    assert (silent.facts.public_wifi, said.facts.public_wifi) == (True, False)
    assert judged(row())[0].facts.public_wifi is None


def test_of_two_known_venues_alike_the_exact_one_is_meant() -> None:
    upper = VenueFacts("TAMAN CONTOH", "ruang-publik", DAMAI)
    assert judged(row(), known=(upper, TAMAN))[0].known == TAMAN
    assert judged(row("Taman contoh"), known=(upper, TAMAN))[0].known == upper
