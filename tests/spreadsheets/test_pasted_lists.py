"""Lists as people paste them: lines from WhatsApp, cells from Excel. What is unclear is asked, as of any sheet."""

from collections.abc import Sequence
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.spreadsheets.attendance.rows import JudgedRow
from app.spreadsheets.formats.failures import SheetFailure
from app.spreadsheets.pasted.lists import parse_pasted_list
from tests.spreadsheets.examples import codes, detected, judged, reference, session

MANGGAR, LAMARU, SEPINGGAN, DAMAI = "64.71.01.1001", "64.71.01.1002", "64.71.05.1002", "64.71.06.1005"


def rows_of(text: str, *groups: str) -> dict[int, JudgedRow]:
    """The people of a pasted list by the line in which they stand, judged for a workshop of small businesses."""
    sheet = detected(parse_pasted_list(text, reference(), str).content, places=PLACES)
    judgement = judged(sheet, session(groups=groups or ("umkm",)))
    return {row.number - 1: row for row in judgement.rows}


PLACES = [place.name for place in reference().kelurahan]


def person_of(line: str, *fields: str) -> tuple[object, ...]:
    (row,) = rows_of(line, "umkm", "rt").values()
    return tuple(row.cells.get(field) if field == "note" else getattr(row.values, field) for field in fields)


@pytest.mark.parametrize(
    "line",
    [
        "1. Ani Contoh - Manggar - 081200000411",
        "1) Ani Contoh, Kel. Manggar, 0812-0000-0411",
        "- Ani Contoh / Manggar / 62 812 0000 0411",
        "• *Ani Contoh* — Manggar (+62 812-0000-0411)",
        "✅ 12 Ani Contoh | manggar | 0812.0000.0411 🙏",
        "[05/08 09.12] Sari: 1. Ani Contoh - Manggar - 081200000411",
        "[09.12, 5/8/2025] +62 813-0000-0999: Ani Contoh - Manggar - 081200000411",
        "05/08/25 09.12 - Sari Panitia: Ani Contoh, Manggar, 081200000411",
        "Nama: Ani Contoh, Kel: Manggar, HP: 081200000411",
        "Nama: Ani Contoh, Email: , Kel: Manggar, HP: 081200000411",
        "1. Ani Contoh - HP: 0812 0000 0411 - Kel: Manggar",
        "3\tAni Contoh\tManggar\t081200000411",
    ],
)
def test_a_line_says_who_it_is_in_many_ways(line: str) -> None:
    """Numbers, bullets, emoji and the time of a message before a name are no part of it."""
    assert person_of(line, "name", "kelurahan", "phone") == ("Ani Contoh", MANGGAR, "+6281200000411")


def test_what_a_line_says_besides_is_told_by_its_shape() -> None:
    line = (
        "1. Ani Contoh, S.Pd., M.Si - 6471014108850001 - P - 1/8/1985 - ani_contoh@contoh.id - Jl. Contoh 5"
    )
    fields = ("name", "nik", "sex", "email", "address", "rt")
    assert person_of(f"{line} RT 12 - Manggar", *fields) == (
        "Ani Contoh, S.Pd., M.Si",
        "6471014108850001",
        "P",
        "ani_contoh@contoh.id",
        "Jl. Contoh 5 RT 12",
        "12",
    )
    assert person_of("- Ani Contoh (Ketua RT 12) Manggar", "name", "target_group", "rt", "kelurahan") == (
        "Ani Contoh",
        "rt",
        "12",
        MANGGAR,
    )
    assert person_of("- Ani Contoh - Lamaru RT 3 0812 0000 0411", "kelurahan", "rt", "phone") == (
        LAMARU,
        "3",
        "+6281200000411",
    )
    assert person_of("- Ani Contoh / Lamaru / RT 07/02", "kelurahan", "rt", "target_group") == (
        LAMARU,
        "7",
        None,
    )
    assert person_of(
        "1. Ani - Manggar - Balikpapan Timur - Toko UMKM Contoh - malam", "organization", "note"
    ) == (
        "Toko UMKM Contoh",
        "malam",
    )


def test_a_message_with_a_title_and_a_notice() -> None:
    """Lines that name nobody are left out, and listed."""
    people = "1. Ani Contoh - Manggar\n2. Budi Contoh - Lamaru"
    text = f"*Daftar peserta*\n\n{people}\nTempat: Aula Kelurahan Damai\nTerima kasih"
    pasted = parse_pasted_list(text, reference(), str)
    assert [(line, row.values.name, row.kind) for line, row in rows_of(text).items()] == [
        (3, "Ani Contoh", "create"),
        (4, "Budi Contoh", "create"),
    ]
    assert pasted.left_out == ("Daftar peserta", "Tempat: Aula Kelurahan Damai", "Terima kasih")


@pytest.mark.parametrize("title", ["Daftar peserta Kelurahan Manggar", "*List UMKM - Manggar* 🙏"])
def test_a_title_that_names_a_kelurahan_applies_to_the_people_below_it(title: str) -> None:
    for people in (
        "1. Ani Contoh\n2. Budi Contoh, Lamaru",
        "Ani Contoh - 081200000411\nBudi Contoh - Lamaru",
    ):
        assert [
            (row.values.name, row.values.kelurahan) for row in rows_of(f"{title}\n{people}").values()
        ] == [
            ("Ani Contoh", MANGGAR),
            ("Budi Contoh", LAMARU),
        ]


def test_a_title_above_a_numbered_list_is_no_person() -> None:
    text = "Daftar peserta 12-08-2025 - UMKM\n1. Ani Contoh - Manggar"
    assert [row.values.name for row in rows_of(text).values()] == ["Ani Contoh"]
    assert parse_pasted_list(text, reference(), str).left_out == ("Daftar peserta 12-08-2025 - UMKM",)


def test_cells_of_excel_with_headings_and_without() -> None:
    with_headings = "No\tNama\tAsal\tNo HP\n1\tAni Contoh\tManggar\t081200000411\n2\tBudi Contoh\tLamaru\t\n"
    without = "1\tAni Contoh\tManggar\t812000411\n2\tDamai\tMangar\t\n3\tBudi Contoh\tLamaru\t\n"
    assert [row.values.kelurahan for row in rows_of(with_headings).values()] == [MANGGAR, LAMARU]
    ani, damai, budi = rows_of(without).values()
    assert (ani.values.phone, budi.values.kelurahan) == ("+62812000411", LAMARU)
    # "Damai" is a kelurahan too, but stands among the names, and "Mangar" among the kelurahan.
    assert (damai.values.name, damai.kind, codes(damai.remarks)) == (
        "Damai",
        "review",
        ["kelurahan-unclear"],
    )


def test_a_line_of_cells_among_lines_of_a_message() -> None:
    rows = rows_of("Siti Contoh\tLamaru\n1. Tono Contoh 081200000412 - Manggar\n2. Rina Contoh - Damai")
    told = [(row.values.name, row.values.kelurahan) for row in rows.values()]
    assert told == [("Siti Contoh", LAMARU), ("Tono Contoh", MANGGAR), ("Rina Contoh", DAMAI)]


def test_a_line_with_nothing_but_a_kelurahan_applies_to_the_lines_below() -> None:
    """Unless it may belong to the person above."""
    text = "Kel. Manggar:\n1. Ani\n2. Budi\n\nKelurahan Lamaru (1 orang)\n1. Cici - 081200000411"
    assert [row.values.kelurahan for row in rows_of(text).values()] == [MANGGAR, MANGGAR, LAMARU]


def test_a_form_filled_in_several_times() -> None:
    text = "Nama: Ani Contoh\nAsal: Manggar\nNo HP: 0812 0000 0411\n\nNama: Budi Contoh\nKelurahan: Damai"
    ani, budi = rows_of(text).values()
    assert (ani.values.kelurahan, ani.values.phone, budi.values.kelurahan) == (
        MANGGAR,
        "+6281200000411",
        DAMAI,
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1. Ani Contoh Manggar", [("Ani Contoh", "review", "kelurahan-unclear")]),
        ("1. Ani Contoh - Mangar", [("Ani Contoh", "review", "kelurahan-unclear")]),
        ("1. Ani Contoh - Gunung Sari", [("Ani Contoh", "review", "kelurahan-unclear")]),
        ("1. Ani Contoh - Manggar - Lamaru", [("Ani Contoh", "review", "kelurahan-unclear")]),
        ("1. Ani Contoh - Entah", [("Ani Contoh", "error", "kelurahan-unknown")]),
        ("1. Ani Contoh", [("Ani Contoh", "error", "kelurahan-missing")]),
        # Whose the kelurahan is can't be told: it may be that of the person above, or of those below.
        (
            "1. Ani\nManggar\n2. Budi",
            [("Ani", "error", "kelurahan-missing"), ("Budi", "error", "kelurahan-missing")],
        ),
    ],
)
def test_nothing_is_guessed(text: str, expected: Sequence[tuple[str, str, str]]) -> None:
    found = [(row.values.name, row.kind, *codes(row.remarks)) for row in rows_of(text).values()]
    assert found == expected


def test_a_text_as_long_as_a_page_is_no_person() -> None:
    text = "1. Ani Contoh - Manggar\n" + "panjang " * 10_000
    assert [row.values.name for row in rows_of(text).values()] == ["Ani Contoh"]
    (long,) = parse_pasted_list(text, reference(), str).left_out
    assert long.startswith("panjang panjang")


def test_what_a_spreadsheet_would_calculate_stays_text() -> None:
    content = parse_pasted_list("1. Ani Contoh - Manggar\n2. =1+1 - Lamaru", reference(), str).content
    assert b";=1+1" not in content
    assert b"'=1+1" in content


PIECES = st.sampled_from(
    [
        "\n",
        "\t",
        " - ",
        "1. ",
        "Ani",
        "Manggar",
        "Kel. ",
        "RT 3",
        "0812",
        "Nama: ",
        "(",
        ")",
        '"',
        "*",
        "[05/08 09.12] S: ",
        ";",
    ]
)


@given(st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=30).map("".join))
def test_any_text_is_read_or_refused(text: str) -> None:
    content = parse_pasted_list(text, reference(), str).content
    with suppress(SheetFailure):
        judged(detected(content, places=PLACES))
