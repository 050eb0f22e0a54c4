"""A person's name and numbers are found however they are written, and quickly in whatever a file holds."""

import time

import pytest

from app.people.identifying import ERASED_TEXT, IdentifyingTexts

TEXTS = IdentifyingTexts(
    names=frozenset({"Siti Contoh"}),
    phones=frozenset({"+6281200000411"}),
    niks=frozenset({"6471014508900003"}),
)


@pytest.mark.parametrize(
    "written",
    [
        "081200000411",
        "0812-0000-0411",
        "(0812) 0000 - 0411",
        "+62 812 0000 0411",
        "62812.0000.0411",
        "6471 0145 0890 0003",
        "SITI  CONTOH",
    ],
)
def test_every_way_of_writing_is_found(written: str) -> None:
    left = TEXTS.remove_from(f"Catatan: {written}, hadir")

    assert left.replace("((", "(") == f"Catatan: {ERASED_TEXT}, hadir"


@pytest.mark.parametrize("written", ["0812000004112", "181200000411", "Siti Contohwati", "64710145089000031"])
def test_longer_numbers_and_names_are_others(written: str) -> None:
    assert not TEXTS.occur_in_text(f"Catatan: {written}, hadir")


def test_a_long_run_of_blanks_takes_no_time() -> None:
    """A sheet with borders around thousands of empty cells is little else than blanks."""
    began = time.perf_counter()

    assert not TEXTS.occur_in_text("Nama" + " " * 60_000 + "Alamat")

    assert time.perf_counter() - began < 5
