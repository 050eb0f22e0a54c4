"""NIK: what Excel spoils is told from what people mistype."""

from datetime import date

import pytest

from app.people.values.cells import Cell
from app.people.values.nik import ParsedNik, contains_nik, mask_niks, nik_agrees, nik_sex, parse_nik

MAN = "6471060801710001"
WOMAN = "6471056001970003"


@pytest.mark.parametrize(
    "cell",
    [
        MAN,
        f" {MAN} ",
        "6471 0608 0171 0001",
        "64.71.06.080171.0001",
        f"'{MAN}",
        float(MAN),
        f"{MAN}.0",
        f"NIK: {MAN}",
        f"No. KTP {MAN}",
        f"{MAN} (KTP)",
        f"NIK{MAN}",
        f"{MAN[:6]} {MAN[6:]} KTP",
        f"NIK/KTP : {MAN}",
    ],
)
def test_read(cell: Cell) -> None:
    """A NIK has 16 digits with a possible date; separators and a label beside it do not matter."""
    assert parse_nik(cell) == ParsedNik(MAN)


@pytest.mark.parametrize(
    "cell", [6471052703020000.0, 6471052703020000, 9471052703020002.0, "6,47105E+15", "6.47105270302E+15"]
)
def test_corrupted(cell: Cell) -> None:
    """Excel keeps 15 digits of a number: a NIK that may have lost one is ignored with a warning."""
    assert parse_nik(cell) == ParsedNik(None, "nik-corrupted")


@pytest.mark.parametrize(
    "cell",
    [
        "647102550684000",
        "64710608017100011",
        "6471063102710001",
        "6471060013710001",
        "6471060800710001",
        "6471060813710001",
        "6471067208710001",
        "647106080171000²",
        "abc",
        123.0,
        "SIM 123",
        f"KK {MAN}",
        f"{MAN} (KK)",
        f"NIK {MAN} NIK {MAN}",
        date(2025, 1, 1),
    ],
)
def test_invalid(cell: Cell) -> None:
    """A NIK of another length or with an impossible date is ignored with a warning."""
    assert parse_nik(cell) == ParsedNik(None, "nik-invalid")


@pytest.mark.parametrize(
    "cell",
    [
        None,
        "",
        "-",
        "0",
        0,
        0.0,
        "0000000000000000",
        "--",
        "1111111111111111",
        1111111111111111,
        "Tidak ada",
        "(blm ada)",
        "NIK: -",
    ],
)
def test_placeholders_are_blank(cell: Cell) -> None:
    assert parse_nik(cell) == ParsedNik(None)


def test_another_region_is_fine() -> None:
    assert parse_nik("3578010101900002").digits == "3578010101900002"


def test_the_29th_of_february() -> None:
    assert parse_nik("6471062902000001").digits
    assert parse_nik("6471062902960001").digits
    for year in ("01", "14"):
        assert parse_nik(f"64710629 02{year} 0001").problem == "nik-invalid"


def test_sex_and_birth_date_inside() -> None:
    assert (nik_sex(MAN), nik_sex(WOMAN)) == ("L", "P")
    assert nik_agrees(WOMAN, "P", date(1997, 1, 20))
    assert not nik_agrees(WOMAN, "L", None)
    assert not nik_agrees(WOMAN, None, date(1997, 1, 21))


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("daftar_6471-0544-0890-0002.xlsx", "daftar_••••••••••••0002.xlsx"),
        ("64 71 05 44 08 90 00 02", "••••••••••••0002"),
        ("KTP 6471054408900002, 6471/0544/0890/0003", "KTP ••••••••••••0002, ••••••••••••0003"),
        ("31-08-2025, 01-09-2025 6471.0544.0890.0002", "31-08-2025, 01-09-2025 ••••••••••••0002"),
    ],
)
def test_niks_in_texts_are_masked_with_any_separator(text: str, masked: str) -> None:
    assert contains_nik(text)
    assert mask_niks(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "06-08-2025 – 07-08-2025",
        "06-08-2025 07-08-2025 08-08-2025",
        "2025-08-06_2025-08-07.xlsx",
        "IMG-20250805-WA0012 0812 3456.jpg",
        "64710544089000021",
    ],
)
def test_dates_and_other_numbers_are_not_taken_for_niks(text: str) -> None:
    assert not contains_nik(text)
    assert mask_niks(text) == text


def test_a_masked_nik_is_blank() -> None:
    assert parse_nik("••••••••••••0002 [7/15]") == ParsedNik(None)
