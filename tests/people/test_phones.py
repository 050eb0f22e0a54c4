"""Phone numbers to E.164."""

import pytest

from app.people.values.cells import Cell, is_blank_number
from app.people.values.phones import first_phone_text, parse_phone


@pytest.mark.parametrize(
    "cell",
    [
        "081200000411",
        "0812-0000-0411",
        "+62 812 0000 0411",
        "62812 0000 0411",
        "81200000411",
        81200000411.0,
        81200000411,
        "81200000411.0",
        "081200000411 / 0542-123",
        "081200000411, 081300000000",
        "(0812) 0000.0411",
        "+62 (0)812 0000 0411",
        "WA 0812-0000-0411",
        "No. HP/WA: 081200000411",
        "WA081200000411",
        "081200000411 (WA)",
        "081200000411 (istri) / 081300000000",
        "0812_0000_0411",
        "0062 812 0000 0411",
        "- / 081200000411",
        "081200000411\n081300000000",
        "0812 0000 0411\r\n0813 0000 0000",
        "+6281200000411 +6281300000000",
        "0812 0000 0411 0813 0000 00",
        "HP 081200000411 WA 081300000000",
    ],
)
def test_mobile(cell: Cell) -> None:
    """Kept as E.164, a lost leading 0 restored, words beside it left out; of several numbers the first."""
    assert parse_phone(cell) == "+6281200000411"


def test_landline_and_abroad() -> None:
    assert parse_phone("0542-421234") == "+62542421234"
    assert parse_phone("0062542421234") == "+62542421234"
    assert parse_phone("0542-421234 081200000411") == "+62542421234"
    assert parse_phone("+60 12-345 6789") == "+60123456789"


@pytest.mark.parametrize(
    "cell",
    ["12345", "tidak ada", "0812", "8,12E+10", True, "0812000004110000000", 1e300, "Jl. Mawar 081200000411"],
)
def test_invalid(cell: Cell) -> None:
    """A cell without a number is ignored, with a warning that quotes it."""
    assert parse_phone(cell) is None
    assert not is_blank_number(cell)


@pytest.mark.parametrize("cell", [None, "", "-", "0", 0.0])
def test_blank(cell: Cell) -> None:
    assert parse_phone(cell) is None
    assert is_blank_number(cell)


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("0812-5512 / 0813-5512-3414", "0812-5512"),
        ("0812-5512\n0813-5512-3414", "0812-5512"),
        ("- / 0812 55", "0812 55"),
        ("0812 55", "0812 55"),
        ("belum ada", "belum ada"),
    ],
)
def test_of_several_numbers_a_remark_quotes_the_one_to_correct(cell: str, found: str) -> None:
    assert parse_phone(cell) is None
    assert first_phone_text(cell) == found
