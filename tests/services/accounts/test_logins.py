"""Logins, password links and API tokens: when they are valid, and the wait after wrong passwords."""

from datetime import timedelta

import pytest

from app.database import reading, writing
from app.errors import Invalid, NotFound, TooManyRequests
from app.models import ApiToken, LoginFailure, LoginSession, PasswordLink, Role, User
from app.models.base import now
from app.permissions import OPERATOR
from app.services.accounts.api_tokens import create_api_token
from app.services.accounts.login_limits import (
    MAX_FAILURES_ELSEWHERE,
    MAX_FAILURES_PER_ADDRESS,
    MAX_FAILURES_PER_EMAIL,
    LoginSource,
    count_attempt,
    forget_failures,
    remember_device,
)
from app.services.accounts.logins import (
    authenticate,
    create_login,
    delete_expired_logins,
    end_login,
    find_actor_by_login,
    find_actor_by_token,
)
from app.services.accounts.secrets import hash_secret
from app.services.accounts.users import create_password_link, create_user, set_password_by_link
from tests.city import City, dump

EMAIL, PASSWORD = "ani@contoh.id", "kebun raya balikpapan"
OFFICE, ELSEWHERE = "192.0.2.1", "192.0.2.2"


@pytest.fixture
def ani(city: City) -> User:
    with writing(city.engine) as db:
        return create_user(
            db, OPERATOR, email="Ani@Contoh.id", name="Ani", role=Role.STAFF, password=PASSWORD
        )


def log_in(city: City, email: str, password: str, address: str = OFFICE, device: str = "") -> User | None:
    with writing(city.engine) as db:
        count_attempt(db, email, LoginSource(address, device))
    with reading(city.engine) as read_db:
        return authenticate(read_db, email, password)


def add_failures(
    city: City, times: int, email: str = EMAIL, address: str = OFFICE, ago: timedelta = timedelta()
) -> None:
    with writing(city.engine) as db:
        db.add_all(LoginFailure(email=email, address=address, at=now() - ago) for _ in range(times))


def test_login_ignores_the_case_of_the_email(city: City, ani: User) -> None:
    user = log_in(city, " ANI@contoh.id ", PASSWORD)

    assert user is not None
    assert user.id == ani.id
    assert log_in(city, EMAIL, "kebun raya samarinda") is None
    assert log_in(city, "nobody@contoh.id", PASSWORD) is None


def test_a_user_without_a_password_cannot_log_in_with_an_empty_one(city: City) -> None:
    assert log_in(city, "sari@contoh.id", "") is None


def test_a_deactivated_user_cannot_log_in_or_use_open_logins_and_tokens(city: City, ani: User) -> None:
    with writing(city.engine) as db:
        cookie = create_login(db, ani, "test")
        token = create_api_token(db, OPERATOR, ani, "laporan")
        db.get_one(User, ani.id).active = False

    assert log_in(city, EMAIL, PASSWORD) is None
    with reading(city.engine) as read_db:
        assert find_actor_by_login(read_db, cookie) is None
        assert find_actor_by_token(read_db, token) is None


def test_each_further_failure_doubles_the_wait(city: City, ani: User) -> None:
    add_failures(city, MAX_FAILURES_PER_EMAIL - 1)
    assert log_in(city, EMAIL, PASSWORD) is not None

    with pytest.raises(TooManyRequests) as first:
        log_in(city, EMAIL, PASSWORD)
    add_failures(city, 3)
    with pytest.raises(TooManyRequests) as later:
        log_in(city, EMAIL, PASSWORD)

    assert 0 < first.value.seconds <= 10 < later.value.seconds <= 80
    assert log_in(city, "sari@contoh.id", "wrong") is None


def test_after_the_wait_a_login_is_possible_again(city: City, ani: User) -> None:
    add_failures(city, MAX_FAILURES_PER_EMAIL, ago=timedelta(seconds=11))

    assert log_in(city, EMAIL, PASSWORD) is not None


def test_failures_with_many_emails_delay_their_network_address(city: City, ani: User) -> None:
    for number in range(MAX_FAILURES_PER_ADDRESS):
        add_failures(city, 1, email=f"user{number}@contoh.id", address=ELSEWHERE)

    with pytest.raises(TooManyRequests):
        log_in(city, EMAIL, PASSWORD, ELSEWHERE)
    assert log_in(city, EMAIL, PASSWORD, OFFICE) is not None


def test_a_login_deletes_the_failures_of_its_source(city: City, ani: User) -> None:
    add_failures(city, 3, address=ELSEWHERE)
    with writing(city.engine) as db:
        count_attempt(db, "ANI@contoh.id ", LoginSource(OFFICE))
        forget_failures(db, ani, LoginSource(OFFICE))

    assert [failure.address for failure in city.all(LoginFailure)] == [ELSEWHERE] * 3


def test_wrong_passwords_from_elsewhere_do_not_lock_the_owner_out(city: City, ani: User) -> None:
    for _ in range(MAX_FAILURES_PER_EMAIL):
        assert log_in(city, EMAIL, "wrong", ELSEWHERE) is None
    with pytest.raises(TooManyRequests):
        log_in(city, EMAIL, "wrong", ELSEWHERE)

    assert log_in(city, EMAIL, PASSWORD, OFFICE) is not None


def test_guesses_from_many_addresses_are_bounded_but_the_owner_is_not(city: City, ani: User) -> None:
    """Neither in a network that they have logged in from, nor with a browser that they have used, wherever it is."""
    with writing(city.engine) as db:
        remember_device(db, ani, "browser", "192.0.2.77")
    for number in range(MAX_FAILURES_ELSEWHERE):
        assert log_in(city, EMAIL, "wrong", f"203.0.113.{number}") is None

    with pytest.raises(TooManyRequests):
        log_in(city, EMAIL, PASSWORD, "198.51.100.1")

    assert log_in(city, EMAIL, PASSWORD, OFFICE) is not None
    assert log_in(city, EMAIL, PASSWORD, "198.51.100.1", device="browser") is not None
    with pytest.raises(TooManyRequests):
        log_in(city, EMAIL, PASSWORD, "198.51.100.1", device="stolen from another user")


def test_a_known_browser_is_bounded_as_well(city: City, ani: User) -> None:
    with writing(city.engine) as db:
        remember_device(db, ani, "browser", OFFICE)
    for number in range(MAX_FAILURES_PER_EMAIL):
        assert log_in(city, EMAIL, "wrong", f"203.0.113.{number}", device="browser") is None

    with pytest.raises(TooManyRequests):
        log_in(city, EMAIL, PASSWORD, OFFICE, device="browser")


def test_a_login_that_is_not_used_ends(city: City, ani: User) -> None:
    with writing(city.engine) as db:
        cookie = create_login(db, ani, "test")
        db.get_one(LoginSession, hash_secret(cookie)).last_used_at = now() - timedelta(minutes=31)

    with reading(city.engine) as read_db:
        assert find_actor_by_login(read_db, cookie, timedelta(minutes=30)) is None
        assert find_actor_by_login(read_db, cookie, timedelta(minutes=32)) is not None


def test_a_login_is_valid_until_it_is_ended(city: City, ani: User) -> None:
    with writing(city.engine) as db:
        cookie = create_login(db, ani, "test")
    with reading(city.engine) as read_db:
        actor = find_actor_by_login(read_db, cookie)
    assert actor is not None
    assert (actor.user_id, actor.role) == (ani.id, Role.STAFF)

    with writing(city.engine) as db:
        end_login(db, cookie)

    with reading(city.engine) as read_db:
        assert find_actor_by_login(read_db, cookie) is None
        assert find_actor_by_login(read_db, "made up") is None


def expire(city: City, kind: type[LoginSession | PasswordLink], secret: str) -> None:
    with writing(city.engine) as db:
        db.get_one(kind, hash_secret(secret)).expires_at = now() - timedelta(seconds=1)


def test_a_login_expires(city: City, ani: User) -> None:
    with writing(city.engine) as db:
        cookie = create_login(db, ani, "test")

    expire(city, LoginSession, cookie)

    with reading(city.engine) as read_db:
        assert find_actor_by_login(read_db, cookie) is None


def test_expired_logins_links_and_failures_are_deleted(city: City, ani: User) -> None:
    with writing(city.engine) as db:
        cookies = [create_login(db, ani, "test"), create_login(db, ani, "test")]
        links = [create_password_link(db, OPERATOR, user) for user in (ani, city.users["sari"])]
    expire(city, LoginSession, cookies[0])
    expire(city, PasswordLink, links[0])
    add_failures(city, 1, ago=timedelta(minutes=16))
    add_failures(city, 1, ago=timedelta(minutes=14))

    with writing(city.engine) as db:
        delete_expired_logins(db)

    assert [row.key for row in city.all(LoginSession)] == [hash_secret(cookies[1])]
    assert [row.key for row in city.all(PasswordLink)] == [hash_secret(links[1])]
    assert len(city.all(LoginFailure)) == 1


def test_secrets_are_not_stored(city: City, ani: User) -> None:
    with writing(city.engine) as db:
        secrets = {
            create_login(db, ani, "test"),
            create_password_link(db, OPERATOR, ani),
            create_api_token(db, OPERATOR, ani, "laporan"),
        }

    stored = dump(city.engine)
    assert [len(stored[name]) for name in ("login_session", "password_link", "api_token")] == [1, 1, 1]
    assert [secret for secret in secrets if secret in str(stored)] == []


def test_a_link_sets_a_password_once_and_ends_logins(city: City, ani: User) -> None:
    with writing(city.engine) as db:
        cookie = create_login(db, ani, "test")
        link = create_password_link(db, OPERATOR, ani)

    with pytest.raises(Invalid), writing(city.engine) as db:
        set_password_by_link(db, link, "short")
    with writing(city.engine) as db:
        set_password_by_link(db, link, "pantai kemala pagi")

    assert log_in(city, EMAIL, PASSWORD) is None
    assert log_in(city, EMAIL, "pantai kemala pagi") is not None
    with reading(city.engine) as read_db:
        assert find_actor_by_login(read_db, cookie) is None
    with pytest.raises(NotFound), writing(city.engine) as db:
        set_password_by_link(db, link, "pantai manggar pagi")


def test_an_expired_link_sets_no_password(city: City, ani: User) -> None:
    with writing(city.engine) as db:
        link = create_password_link(db, OPERATOR, ani)

    expire(city, PasswordLink, link)

    with pytest.raises(NotFound), writing(city.engine) as db:
        set_password_by_link(db, link, "pantai kemala pagi")


def test_a_token_is_valid_until_it_expires(city: City, ani: User) -> None:
    with writing(city.engine) as db:
        usual = create_api_token(db, OPERATOR, ani, "laporan")
        current = create_api_token(db, OPERATOR, ani, "uji", now() + timedelta(minutes=1))
        expired = create_api_token(db, OPERATOR, ani, "lama", now() - timedelta(seconds=1))

    with reading(city.engine) as read_db:
        is_valid = [
            find_actor_by_token(read_db, token) is not None
            for token in (usual, current, expired, "jgk_guessed")
        ]
    assert is_valid == [True, True, False, False]
    ends = city.all(ApiToken)[0].expires_at
    assert ends is not None
    assert timedelta(days=89) < ends - now() < timedelta(days=91)
