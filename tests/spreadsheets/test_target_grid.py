"""A table of targets: which kelurahan and groups it means, whatever it calls them and whatever stands around it."""

from collections.abc import Sequence

import pytest

from app.i18n import translator
from app.people.values.kelurahan import PlaceIndex
from app.people.values.target_groups import GroupIndex
from app.spreadsheets.plain_tables import detect_target_table
from app.spreadsheets.target_grid import (
    TargetTable,
    parse_target,
    parse_target_table,
    target_remark_text,
)
from tests.city import LAMARU, MANGGAR, SEPINGGAN
from tests.files.writers import csv_file, xlsx
from tests.spreadsheets.examples import reference

CODES = {MANGGAR, LAMARU, SEPINGGAN}


def table_of(*rows: Sequence[object], content: bytes | None = None) -> TargetTable | None:
    sheet = detect_target_table(content or csv_file(*rows), trim=False)
    return parse_target_table(sheet, PlaceIndex(reference()), GroupIndex(reference()), CODES)


def remarks_of(table: TargetTable | None) -> list[str]:
    assert table is not None
    return [target_remark_text(remark, translator("en")) for remark in table.remarks]


def test_a_table_as_offices_make_them() -> None:
    table = table_of(
        content=xlsx(
            ["TARGET LITERASI DIGITAL TAHUN 2025"],
            [],
            ["No", "Kelurahan", "Seluruhnya", "Target UMKM", "Pengurus RT", "Jumlah"],
            [None, "Balikpapan Timur"],
            [1, "Kel. Manggar", 10, 6.0, "1.200", 16],
            [2, "LAMARU", None, "-", 4, 4],
            [None, "Untuk semua kelurahan", 2, None, None, None],
            [None, "Jumlah", 12, 6, 1204, 20],
        )
    )

    assert table is not None
    assert remarks_of(table) == []
    assert dict(table.texts) == {
        (MANGGAR, None): "10",
        (MANGGAR, "umkm"): "6",
        (MANGGAR, "rt"): "1.200",
        (LAMARU, None): "",
        (LAMARU, "umkm"): "",
        (LAMARU, "rt"): "4",
        (None, None): "2",
        (None, "umkm"): "",
        (None, "rt"): "",
    }


def test_what_cannot_be_placed_is_named_with_its_figures() -> None:
    table = table_of(
        ("Kelurahan", "UMKM", "Usaha mikro", "Nelayan"),
        ("Manggar", 1, 2, 3),
        ("Manggar", 9, 9, 9),
        ("Sepingan", 4, "", ""),
        ("Entah", 5, "", 6),
        ("", 7, "", ""),
    )

    assert table is not None
    assert dict(table.texts) == {(MANGGAR, "umkm"): "1"}
    assert remarks_of(table) == [
        "Column “Usaha mikro” means the same as one before it and was left out.",
        "Column “Nelayan” is none of the target groups and was left out.",
        "Row 3, “Manggar”, means the same as one above and was left out (9).",
        "Row 4, “Sepingan”, may be Sepinggan and was left out (4).",
        "Row 5, “Entah”, is no kelurahan of the city in that year and was left out (5).",
        "Row 6 names no kelurahan and was left out (7).",
    ]


def test_a_table_without_a_column_of_targets() -> None:
    assert table_of(("Kelurahan", "Luas"), ("Manggar", 3)) is None


@pytest.mark.parametrize(
    ("text", "number"), [("", None), ("–", None), ("0", 0), (" 12 ", 12), ("1.234", 1234), ("12,000", 12_000)]
)
def test_a_number_as_people_type_it(text: str, number: int | None) -> None:
    assert parse_target(text) == number


@pytest.mark.parametrize("text", ["-1", "1.5", "dua", "1234567", "1 2", "#N/A", "²", "1.2345"])
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_target(text)
