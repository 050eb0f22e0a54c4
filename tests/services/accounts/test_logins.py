"""Logging in: wrong passwords slow down, and what was revoked or has expired opens nothing."""

from datetime import timedelta

import pytest

from app.database import reading, writing
from app.errors import Invalid, NotFound, TooManyRequests
from app.models import LoginFailure, LoginSession, PasswordLink, Role, User
from app.models.base import now
from app.permissions import OPERATOR
from app.services.accounts.logins import (
    MAX_FAILURES_PER_ADDRESS,
    MAX_FAILURES_PER_EMAIL,
    authenticate,
    count_attempt,
    create_login,
    delete_expired_logins,
    end_login,
    find_actor_by_login,
    find_actor_by_token,
)
from app.services.accounts.users import (
    create_api_token,
    create_password_link,
    create_user,
    hash_secret,
    set_password_by_link,
)
from tests.city import City, dump

EMAIL, PASSWORD = "ani@contoh.id", "kebun raya balikpapan"
OFFICE, ELSEWHERE = "192.0.2.1", "192.0.2.2"


@pytest.fixture
def ani(city: City) -> User:
    with writing(city.engine) as db:
        return create_user(
            db, OPERATOR, email="Ani@Contoh.id", name="Ani", role=Role.STAFF, password=PASSWORD
        )


def asks(city: City, email: str, password: str, address: str = OFFICE) -> User | None:
    with writing(city.engine) as db:
        count_attempt(db, email, address)
    with reading(city.engine) as look:
        return authenticate(look, email, password)


def fails(
    city: City, times: int, email: str = EMAIL, address: str = OFFICE, ago: timedelta = timedelta()
) -> None:
    with writing(city.engine) as db:
        db.add_all(LoginFailure(email=email, address=address, at=now() - ago) for _ in range(times))


def test_the_right_password_opens_whatever_the_case_of_the_address(city: City, ani: User) -> None:
    found = asks(city, " ANI@contoh.id ", PASSWORD)

    assert found is not None
    assert found.id == ani.id
    assert asks(city, EMAIL, "kebun raya samarinda") is None
    assert asks(city, "nobody@contoh.id", PASSWORD) is None


def test_who_has_no_password_yet_cannot_log_in_with_an_empty_one(city: City) -> None:
    assert asks(city, "sari@contoh.id", "") is None


def test_who_is_not_active_any_more_cannot_log_in_nor_stay(city: City, ani: User) -> None:
    with writing(city.engine) as db:
        cookie = create_login(db, ani, "test")
        token = create_api_token(db, OPERATOR, ani, "laporan")
        db.get_one(User, ani.id).active = False

    assert asks(city, EMAIL, PASSWORD) is None
    with reading(city.engine) as look:
        assert find_actor_by_login(look, cookie) is None
        assert find_actor_by_token(look, token) is None


def test_wrong_passwords_slow_an_address_down_ever_more(city: City, ani: User) -> None:
    fails(city, MAX_FAILURES_PER_EMAIL - 1)
    assert asks(city, EMAIL, PASSWORD) is not None

    with pytest.raises(TooManyRequests) as first:
        asks(city, EMAIL, PASSWORD)
    fails(city, 3)
    with pytest.raises(TooManyRequests) as later:
        asks(city, EMAIL, PASSWORD)

    assert 0 < first.value.seconds <= 10 < later.value.seconds <= 80
    assert asks(city, "sari@contoh.id", "wrong") is None


def test_who_waited_may_try_again(city: City, ani: User) -> None:
    fails(city, MAX_FAILURES_PER_EMAIL, ago=timedelta(seconds=11))

    assert asks(city, EMAIL, PASSWORD) is not None


def test_somebody_who_tries_many_names_is_slowed_down_where_they_are(city: City, ani: User) -> None:
    for number in range(MAX_FAILURES_PER_ADDRESS):
        fails(city, 1, email=f"user{number}@contoh.id", address=ELSEWHERE)

    with pytest.raises(TooManyRequests):
        asks(city, EMAIL, PASSWORD, ELSEWHERE)
    assert asks(city, EMAIL, PASSWORD, OFFICE) is not None


def test_a_login_makes_earlier_failures_forgotten(city: City, ani: User) -> None:
    with writing(city.engine) as db:
        count_attempt(db, "ANI@contoh.id ", OFFICE)
        create_login(db, ani, "test")

    assert city.all(LoginFailure) == []


def test_a_cookie_opens_until_it_is_closed(city: City, ani: User) -> None:
    with writing(city.engine) as db:
        cookie = create_login(db, ani, "test")
    with reading(city.engine) as look:
        actor = find_actor_by_login(look, cookie)
    assert actor is not None
    assert (actor.user_id, actor.role) == (ani.id, Role.STAFF)

    with writing(city.engine) as db:
        end_login(db, cookie)

    with reading(city.engine) as look:
        assert find_actor_by_login(look, cookie) is None
        assert find_actor_by_login(look, "made up") is None


def expire(city: City, kind: type[LoginSession | PasswordLink], secret: str) -> None:
    with writing(city.engine) as db:
        db.get_one(kind, hash_secret(secret)).expires_at = now() - timedelta(seconds=1)


def test_a_login_ends_by_itself(city: City, ani: User) -> None:
    with writing(city.engine) as db:
        cookie = create_login(db, ani, "test")

    expire(city, LoginSession, cookie)

    with reading(city.engine) as look:
        assert find_actor_by_login(look, cookie) is None


def test_what_opens_nothing_any_more_is_forgotten(city: City, ani: User) -> None:
    with writing(city.engine) as db:
        cookies = [create_login(db, ani, "test"), create_login(db, ani, "test")]
        links = [create_password_link(db, OPERATOR, user) for user in (ani, city.users["sari"])]
    expire(city, LoginSession, cookies[0])
    expire(city, PasswordLink, links[0])
    fails(city, 1, ago=timedelta(minutes=16))
    fails(city, 1, ago=timedelta(minutes=14))

    with writing(city.engine) as db:
        delete_expired_logins(db)

    assert [kept.key for kept in city.all(LoginSession)] == [hash_secret(cookies[1])]
    assert [kept.key for kept in city.all(PasswordLink)] == [hash_secret(links[1])]
    assert len(city.all(LoginFailure)) == 1


def test_neither_cookie_nor_link_nor_token_is_stored(city: City, ani: User) -> None:
    with writing(city.engine) as db:
        secrets = {
            create_login(db, ani, "test"),
            create_password_link(db, OPERATOR, ani),
            create_api_token(db, OPERATOR, ani, "laporan"),
        }

    stored = dump(city.engine)
    assert [len(stored[name]) for name in ("login_session", "password_link", "api_token")] == [1, 1, 1]
    assert [secret for secret in secrets if secret in str(stored)] == []


def test_a_link_sets_a_password_once_and_logs_everyone_out(city: City, ani: User) -> None:
    with writing(city.engine) as db:
        cookie = create_login(db, ani, "test")
        link = create_password_link(db, OPERATOR, ani)

    with pytest.raises(Invalid), writing(city.engine) as db:
        set_password_by_link(db, link, "short")
    with writing(city.engine) as db:
        set_password_by_link(db, link, "pantai kemala pagi")

    assert asks(city, EMAIL, PASSWORD) is None
    assert asks(city, EMAIL, "pantai kemala pagi") is not None
    with reading(city.engine) as look:
        assert find_actor_by_login(look, cookie) is None
    with pytest.raises(NotFound), writing(city.engine) as db:
        set_password_by_link(db, link, "pantai manggar pagi")


def test_an_expired_link_sets_nothing(city: City, ani: User) -> None:
    with writing(city.engine) as db:
        link = create_password_link(db, OPERATOR, ani)

    expire(city, PasswordLink, link)

    with pytest.raises(NotFound), writing(city.engine) as db:
        set_password_by_link(db, link, "pantai kemala pagi")


def test_a_token_opens_until_its_day(city: City, ani: User) -> None:
    with writing(city.engine) as db:
        lasting = create_api_token(db, OPERATOR, ani, "laporan")
        to_come = create_api_token(db, OPERATOR, ani, "uji", now() + timedelta(minutes=1))
        over = create_api_token(db, OPERATOR, ani, "lama", now() - timedelta(seconds=1))

    with reading(city.engine) as look:
        opened = [
            find_actor_by_token(look, token) is not None for token in (lasting, to_come, over, "jgk_guessed")
        ]
    assert opened == [True, True, False, False]
