"""Texts as they are compared."""

import pytest

from app.people.values.text import words


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        ("No. HP/WA", "no hp wa"),
        ("№ HP", "no hp"),
        ("Séruni", "seruni"),
    ],
)
def test_case_accents_and_forms_of_letters_make_no_difference(written: str, compared: str) -> None:
    assert words(written) == compared
