"""Phone numbers to E.164."""

import pytest

from app.spreadsheets.document import Cell
from app.spreadsheets.phones import phone_is_blank, read_phone


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
        "081200000411 / 0542-123",
        "081200000411, 081300000000",
        "(0812) 0000.0411",
        "+62 (0)812 0000 0411",
    ],
)
def test_mobile(cell: Cell) -> None:
    assert read_phone(cell) == "+6281200000411"


def test_landline_and_abroad() -> None:
    assert read_phone("0542-421234") == "+62542421234"
    assert read_phone("+60 12-345 6789") == "+60123456789"


@pytest.mark.parametrize(
    "cell", ["12345", "tidak ada", "0812", "8,12E+10", True, "0812000004110000000", 1e300]
)
def test_invalid(cell: Cell) -> None:
    assert read_phone(cell) is None
    assert not phone_is_blank(cell)


@pytest.mark.parametrize("cell", [None, "", "-", "0", 0.0])
def test_blank(cell: Cell) -> None:
    assert read_phone(cell) is None
    assert phone_is_blank(cell)
