"""Numbers and dates in Indonesian words."""

from datetime import date

import pytest

from app.reports.activity.words import MAX_NUMBER, date_in_words, number_in_words

WORDS = {
    0: "nol",
    1: "satu",
    10: "sepuluh",
    11: "sebelas",
    12: "dua belas",
    19: "sembilan belas",
    20: "dua puluh",
    68: "enam puluh delapan",
    100: "seratus",
    101: "seratus satu",
    111: "seratus sebelas",
    200: "dua ratus",
    999: "sembilan ratus sembilan puluh sembilan",
    1000: "seribu",
    1001: "seribu satu",
    1100: "seribu seratus",
    2026: "dua ribu dua puluh enam",
    11_000: "sebelas ribu",
    100_000: "seratus ribu",
    101_000: "seratus satu ribu",
    MAX_NUMBER: "sembilan ratus sembilan puluh sembilan ribu sembilan ratus sembilan puluh sembilan",
}


@pytest.mark.parametrize("number", WORDS)
def test_numbers(number: int) -> None:
    assert number_in_words(number) == WORDS[number]


@pytest.mark.parametrize("number", [-1, MAX_NUMBER + 1])
def test_numbers_without_words(number: int) -> None:
    with pytest.raises(ValueError, match="no words"):
        number_in_words(number)


def test_a_date() -> None:
    assert (
        date_in_words(date(2026, 12, 1)) == "Selasa tanggal satu bulan Desember tahun dua ribu dua puluh enam"
    )
