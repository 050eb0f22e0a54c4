"""The second step of a login, on both databases."""

from concurrent.futures import ThreadPoolExecutor

import pyotp
import pytest
from sqlmodel import col, update

from app.database import reading, writing
from app.errors import Invalid
from app.models import AuthenticatorApp, PasskeyChallenge, RecoveryCode
from app.permissions import Actor
from app.services.accounts.passkeys import RelyingParty, authentication_options, find_user_by_passkey
from app.services.accounts.second_factors import (
    begin_app,
    begin_second_step,
    check_second_step,
    confirm_app,
    find_pending_user,
    get_new_app_secret,
    has_second_factor,
)
from tests.city import City

SITE = RelyingParty("jangkau.contoh.id", "https://jangkau.contoh.id")


def set_up_app(city: City, actor: Actor) -> tuple[pyotp.TOTP, list[str]]:
    with writing(city.engine) as db:
        begin_app(db, city.vault, actor)
    with reading(city.engine) as read_db:
        secret = get_new_app_secret(read_db, city.vault, actor)
        assert not has_second_factor(read_db, actor.user_id)
    assert secret is not None
    app = pyotp.TOTP(secret)
    with pytest.raises(Invalid), writing(city.engine) as db:
        confirm_app(db, city.vault, actor, "000000")
    with writing(city.engine) as db:
        codes = confirm_app(db, city.vault, actor, app.now())
        db.exec(update(AuthenticatorApp).values(last_step=col(AuthenticatorApp.last_step) - 2))
    return app, codes


def half_done(city: City, name: str) -> str:
    with writing(city.engine) as db:
        return begin_second_step(db, city.users[name])


def finish(city: City, pending: str, code: str) -> bool:
    with writing(city.engine) as db:
        return check_second_step(db, city.vault, pending, code)


def test_one_code_finishes_one_of_two_logins_at_once(city: City) -> None:
    app, codes = set_up_app(city, city.actor("sari"))

    for code in (app.now(), codes[0]):
        pending = [half_done(city, "sari") for _ in range(2)]
        with ThreadPoolExecutor(2) as threads:
            finished = list(threads.map(lambda secret, code=code: finish(city, secret, code), pending))
        assert sorted(finished) == [False, True]

    assert len(city.all(RecoveryCode)) == 9


def test_a_half_done_login_is_of_one_user_and_one_use(city: City) -> None:
    app, codes = set_up_app(city, city.actor("sari"))
    _app, codes_of_budi = set_up_app(city, city.actor("budi"))
    pending = half_done(city, "sari")

    assert not finish(city, pending, codes_of_budi[0])
    assert finish(city, pending, app.now())
    assert not finish(city, pending, codes[0])
    with reading(city.engine) as read_db:
        assert find_pending_user(read_db, pending) is None
        assert has_second_factor(read_db, city.users["sari"].id)
        assert not has_second_factor(read_db, city.users["tono"].id)


@pytest.mark.parametrize(
    "credential",
    [
        "",
        "[]",
        "{}",
        '{"id": "x"}',
        '{"id": "x", "response": {"clientDataJSON": "e30"}}',
        '{"id": 1, "response": 2}',
    ],
)
def test_what_no_passkey_has_signed_is_refused(city: City, credential: str) -> None:
    with writing(city.engine) as db:
        authentication_options(db, SITE)
    with pytest.raises(Invalid), writing(city.engine) as db:
        find_user_by_passkey(db, SITE, credential)
    assert len(city.all(PasskeyChallenge)) == 1


@pytest.mark.parametrize(
    ("base_url", "host"),
    [
        ("https://jangkau.contoh.id", "jangkau.contoh.id"),
        ("http://localhost:8000", "localhost"),
        ("http://jangkau.contoh.id", None),
        ("https://192.0.2.1", None),
        ("http://127.0.0.1:8000", None),
    ],
)
def test_passkeys_need_a_site_with_a_name_and_https(base_url: str, host: str | None) -> None:
    site = RelyingParty.from_base_url(base_url)
    assert (site and site.id) == host
