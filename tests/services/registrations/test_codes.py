"""No two registrations have one code, however chance draws them."""

import secrets
from collections.abc import Iterable

import pytest

from app.models import Registration
from app.services.registrations.codes import CODE_ALPHABET
from tests.city import MANGGAR, City, crowd


def drawn(codes: Iterable[str]) -> bytes:
    """The bytes from which these codes are made."""
    return bytes(CODE_ALPHABET.index(letter) for code in codes for letter in code)


def test_a_list_gets_other_codes_where_chance_draws_one_twice_or_one_that_is_taken(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = city.session()
    city.register(code, "Budi Contoh", MANGGAR)
    taken = city.all(Registration)[0].code
    chance = iter([drawn([taken, "AAAA2222", "AAAA2222"]), drawn(["BBBB3333", taken]), drawn(["CCCC4444"])])
    monkeypatch.setattr(secrets, "token_bytes", lambda _count: next(chance))

    city.import_sheet(code, crowd(3))

    codes = {registration.code for registration in city.all(Registration)}
    assert codes == {taken, "AAAA2222", "BBBB3333", "CCCC4444"}
