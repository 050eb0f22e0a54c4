"""No two registrations have the same code."""

from collections.abc import Iterable
from types import SimpleNamespace

import pytest

from app.models import Registration
from app.services.registrations import codes
from app.services.registrations.codes import CODE_ALPHABET
from tests.city import MANGGAR, City, crowd


def random_bytes_of(codes: Iterable[str]) -> bytes:
    """Return the random bytes from which these codes are generated."""
    return bytes(CODE_ALPHABET.index(letter) for code in codes for letter in code)


def test_repeated_and_used_codes_are_generated_again(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    code = city.session()
    city.register(code, "Budi Contoh", MANGGAR)
    taken = city.all(Registration)[0].code
    chance = iter(
        [
            random_bytes_of([taken, "AAAAA22222", "AAAAA22222"]),
            random_bytes_of(["BBBBB33333", taken]),
            random_bytes_of(["CCCCC44444"]),
        ]
    )
    monkeypatch.setattr(codes, "secrets", SimpleNamespace(token_bytes=lambda _count: next(chance)))

    city.import_sheet(code, crowd(3))

    given = {registration.code for registration in city.all(Registration)}
    assert given == {taken, "AAAAA22222", "BBBBB33333", "CCCCC44444"}
