"""No two registrations have the same code."""

import secrets
from collections.abc import Iterable

import pytest

from app.models import Registration
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
            random_bytes_of([taken, "AAAA2222", "AAAA2222"]),
            random_bytes_of(["BBBB3333", taken]),
            random_bytes_of(["CCCC4444"]),
        ]
    )
    monkeypatch.setattr(secrets, "token_bytes", lambda _count: next(chance))

    city.import_sheet(code, crowd(3))

    codes = {registration.code for registration in city.all(Registration)}
    assert codes == {taken, "AAAA2222", "BBBB3333", "CCCC4444"}
