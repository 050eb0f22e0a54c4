"""Administrators can't take over each other's accounts alone."""

import re
from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import update

from app.database import writing
from app.models import Activity, ApiToken, Approval, AuthenticatorApp, PasswordLink, Role, User
from app.models.base import now
from app.permissions import OPERATOR
from app.services.accounts.api_tokens import create_api_token
from app.services.accounts.users import create_password_link, create_user
from app.settings import Settings
from tests.city import OWN, City
from tests.pages.accounts.test_own_account import link_in, mails
from tests.pages.conftest import People, english_browser, logged_in, served_to_browsers
from tests.smtp_server import SmtpServer

USERS, APPROVALS = "/administrasi/pengguna", "/administrasi/persetujuan"
PASSWORD = "kebun raya di tepi kota"
ASKED = "A second administrator has to approve this."


@pytest.fixture
def wayan(city: City) -> User:
    """A second administrator, besides Made."""
    with writing(city.engine) as db:
        return create_user(
            db, OPERATOR, email="wayan@contoh.id", name="Wayan Admin", role=Role.ADMIN, password=PASSWORD
        )


@pytest.fixture
def ketut(city: City) -> User:
    """A third administrator."""
    with writing(city.engine) as db:
        return create_user(db, OPERATOR, email="ketut@contoh.id", name="Ketut Admin", role=Role.ADMIN)


@pytest.fixture
def third(app: FastAPI, engine: Engine, ketut: User) -> TestClient:
    return logged_in(app, engine, ketut)


def saved_user(city: City, user: User) -> User:
    return next(one for one in city.all(User) if one.id == user.id)


def answer(browser: TestClient, decision: str = "setujui") -> int:
    """Answer the only request on the page of approvals, and return the status."""
    found = re.search(rf'action="({APPROVALS}/\d+)/tolak"', browser.get(APPROVALS).text)
    assert found is not None
    return browser.post(f"{found[1]}/{decision}").status_code


def link_on(page: str) -> str | None:
    found = re.search(r"http://[^/]+(/kata-sandi/[\w-]+)", page)
    return found[1] if found else None


def test_the_link_for_an_administrator_is_mailed_to_them_alone(
    mail_settings: Settings, engine: Engine, smtp_server: SmtpServer, people: People, wayan: User
) -> None:
    with served_to_browsers(mail_settings) as app:
        made = logged_in(app, engine, people.admin)
        assert "Mail a new link" in made.get(f"{USERS}/{wayan.id}").text
        shown = made.post(f"{USERS}/{wayan.id}/tautan")
        assert (shown.status_code, link_on(shown.text)) == (303, None)
        (mail,) = mails(mail_settings, engine, smtp_server)
        assert mail["To"] == "wayan@contoh.id"
        link = link_in(mail, "/kata-sandi")
        assert (
            english_browser(app).post(link, data={"password": PASSWORD, "repeated": PASSWORD}).status_code
            == 303
        )


def test_without_mails_a_second_administrator_approves_the_link(
    admin: TestClient, third: TestClient, wayan: User, city: City
) -> None:
    url = f"{USERS}/{wayan.id}"
    assert admin.post(f"{url}/tautan").headers["location"] == url
    assert ASKED in admin.get(url).text
    assert "jangkau user password-link wayan@contoh.id" in admin.get(url).text
    assert city.all(PasswordLink) == []
    assert answer(admin) == 403
    assert link_on(admin.post(f"{url}/tautan").text) is None

    assert answer(third) == 303
    assert link_on(third.post(f"{url}/tautan").text) is None  # the approval is not for them
    link = link_on(admin.post(f"{url}/tautan").text)
    assert link is not None
    assert link_on(admin.post(f"{url}/tautan").text) is None  # and good for one link

    assert {"ask-approval", "approve"} <= {line.action for line in city.all(Activity)}


def test_an_approval_ends_after_a_day(
    admin: TestClient, third: TestClient, wayan: User, engine: Engine, city: City
) -> None:
    url = f"{USERS}/{wayan.id}"
    admin.post(f"{url}/tautan")
    (request,) = city.all(Approval)
    assert timedelta(hours=23) < request.expires_at - now() <= timedelta(hours=24)
    with writing(engine) as db:
        db.exec(update(Approval).values(expires_at=now()))
    assert third.post(f"{APPROVALS}/{request.id}/setujui").status_code == 404
    assert "Nothing waits for approval." in third.get(APPROVALS).text


def test_the_approval_of_a_link_ends_too(
    admin: TestClient, third: TestClient, wayan: User, engine: Engine
) -> None:
    url = f"{USERS}/{wayan.id}"
    admin.post(f"{url}/tautan")
    answer(third)
    with writing(engine) as db:
        db.exec(update(Approval).values(expires_at=now()))
    assert link_on(admin.post(f"{url}/tautan").text) is None


@pytest.mark.parametrize("target", ["wayan", "staff"])
def test_roles_of_administrators_wait_for_approval(
    admin: TestClient, third: TestClient, wayan: User, people: People, city: City, target: str
) -> None:
    """Both ways: an administrator who is lowered could be taken over, and one who is made could approve."""
    user, role = (wayan, Role.STAFF) if target == "wayan" else (people.staff, Role.ADMIN)
    before, url = user.role, f"{USERS}/{user.id}"
    data = {"name": "Nama Baru", "role": role, "organization": OWN}

    admin.post(url, data=data)

    assert ASKED in admin.get(url).text
    changed = saved_user(city, user)
    assert (changed.name, changed.role) == ("Nama Baru", before)
    assert answer(admin) == 403
    assert answer(third) == 303
    assert saved_user(city, user).role is role
    assert city.all(Approval) == []


def test_an_administrator_alone_makes_no_helper_who_approves(
    admin: TestClient, wayan: User, city: City
) -> None:
    """The attack: invite a second account of one's own as administrator, and approve with that."""
    page = admin.post(
        f"{USERS}/baru",
        data={"email": "boneka@contoh.id", "name": "Boneka", "role": "admin", "organization": OWN},
    )
    link = link_on(page.text)
    assert link is not None
    helper = english_browser(admin.app)  # type: ignore[arg-type]
    helper.post(link, data={"password": PASSWORD, "repeated": PASSWORD})
    helper.post("/masuk", data={"email": "boneka@contoh.id", "password": PASSWORD})

    assert helper.get(APPROVALS).status_code == 403
    assert next(user for user in city.all(User) if user.email == "boneka@contoh.id").role is Role.VIEWER


def test_the_only_administrator_invites_a_second_one_and_has_no_power_over_them_then(
    admin: TestClient, city: City
) -> None:
    ani = {"email": "ani@contoh.id", "name": "Ani", "role": "admin", "organization": OWN}
    link = link_on(admin.post(f"{USERS}/baru", data=ani).text)
    assert link is not None
    visitor = english_browser(admin.app)  # type: ignore[arg-type]
    visitor.post(link, data={"password": PASSWORD, "repeated": PASSWORD})

    user = next(user for user in city.all(User) if user.email == "ani@contoh.id")
    assert user.role is Role.ADMIN
    assert link_on(admin.post(f"{USERS}/{user.id}/tautan").text) is None
    admin.post(f"{USERS}/{user.id}/nonaktifkan")
    assert saved_user(city, user).active


def test_a_link_made_before_does_not_work_once_its_user_is_an_administrator(
    admin: TestClient, third: TestClient, people: People
) -> None:
    url = f"{USERS}/{people.staff.id}"
    link = link_on(admin.post(f"{url}/tautan").text)
    assert link is not None
    admin.post(url, data={"name": "Budi Petugas", "role": "admin", "organization": OWN})
    answer(third)
    assert admin.get(link).status_code == 404


def test_deactivating_an_administrator_waits_for_approval(
    admin: TestClient, third: TestClient, wayan: User, city: City
) -> None:
    admin.post(f"{USERS}/{wayan.id}/nonaktifkan")
    assert saved_user(city, wayan).active
    assert answer(third, "tolak") == 303
    assert saved_user(city, wayan).active

    admin.post(f"{USERS}/{wayan.id}/nonaktifkan")
    answer(third)
    assert not saved_user(city, wayan).active


def test_the_second_step_of_an_administrator_is_removed_by_two(
    admin: TestClient, third: TestClient, wayan: User, people: People, engine: Engine, city: City
) -> None:
    with writing(engine) as db:
        db.add_all(
            AuthenticatorApp(user_id=user.id, secret="x", confirmed_at=now())
            for user in (wayan, people.staff)
        )
    url = f"{USERS}/{wayan.id}"
    assert "Remove the second step" in admin.get(url).text
    admin.post(f"{url}/dua-langkah")
    assert len(city.all(AuthenticatorApp)) == 2
    answer(third)
    assert [app.user_id for app in city.all(AuthenticatorApp)] == [people.staff.id]

    admin.post(f"{USERS}/{people.staff.id}/dua-langkah")
    assert city.all(AuthenticatorApp) == []
    assert admin.post(f"{USERS}/{people.admin.id}/dua-langkah").status_code == 409


def test_the_request_of_somebody_who_is_no_administrator_any_more_is_void(
    admin: TestClient, third: TestClient, wayan: User, engine: Engine, people: People
) -> None:
    admin.post(f"{USERS}/{wayan.id}/nonaktifkan")
    with writing(engine) as db:
        db.get_one(User, people.admin.id).active = False
    assert answer(third) == 404


def test_the_navigation_counts_what_waits_for_the_others(
    admin: TestClient, third: TestClient, organizer: TestClient, wayan: User
) -> None:
    count = '<span class="count">1</span>'
    admin.post(f"{USERS}/{wayan.id}/nonaktifkan")
    assert count in third.get("/").text
    assert count not in admin.get("/").text
    assert count not in organizer.get("/").text

    assert answer(third) == 303
    assert count not in third.get("/").text


def test_the_other_administrators_are_told(
    mail_settings: Settings, engine: Engine, smtp_server: SmtpServer, people: People, wayan: User, ketut: User
) -> None:
    with served_to_browsers(mail_settings) as app:
        logged_in(app, engine, people.admin).post(f"{USERS}/{wayan.id}/nonaktifkan")
    told = mails(mail_settings, engine, smtp_server)
    assert sorted(str(mail["To"]) for mail in told) == ["ketut@contoh.id", "wayan@contoh.id"]


def test_the_operator_of_the_server_needs_no_approval(
    engine: Engine, wayan: User, nobody: TestClient
) -> None:
    with writing(engine) as db:
        link = create_password_link(db, OPERATOR, wayan)
    assert nobody.get(f"/kata-sandi/{link}").status_code == 200


@pytest.mark.parametrize("who", ["organizer", "staff", "viewer"])
def test_only_administrators_see_and_answer_requests(
    who: str, admin: TestClient, wayan: User, city: City, request: pytest.FixtureRequest
) -> None:
    browser: TestClient = request.getfixturevalue(who)
    admin.post(f"{USERS}/{wayan.id}/nonaktifkan")
    (asked,) = city.all(Approval)
    assert browser.get(APPROVALS).status_code == 403
    for decision in ("setujui", "tolak"):
        assert browser.post(f"{APPROVALS}/{asked.id}/{decision}").status_code == 403


def test_nothing_that_was_prepared_logs_in_as_the_new_administrator(
    mail_settings: Settings,
    engine: Engine,
    smtp_server: SmtpServer,
    people: People,
    ketut: User,
    city: City,
) -> None:
    """Made sets Rina's password by a link, logs in as Rina, and asks for Rina to become an administrator, who could
    then approve whatever Made asks for. Ketut knows Rina and agrees."""
    with served_to_browsers(mail_settings) as app:
        made, third = (logged_in(app, engine, user) for user in (people.admin, ketut))
        url, rina = f"{USERS}/{people.viewer.id}", english_browser(app)
        with writing(engine) as db:
            link = f"/kata-sandi/{create_password_link(db, city.actor('made'), people.viewer)}"
            create_api_token(db, OPERATOR, people.viewer, "report")
        rina.post(link, data={"password": PASSWORD, "repeated": PASSWORD})
        credentials = {"email": people.viewer.email, "password": PASSWORD}
        assert rina.post("/masuk", data=credentials).status_code == 303
        form = {
            "name": "Rina",
            "role": "admin",
            "organization": "Dinas Kominfo",
            "email": people.viewer.email,
        }
        made.post(url, data=form)
        mails(mail_settings, engine, smtp_server)

        assert answer(third) == 303

        assert saved_user(city, people.viewer).role is Role.ADMIN
        assert rina.get("/kegiatan").status_code == 303
        assert english_browser(app).post("/masuk", data=credentials).status_code == 401
        assert city.all(ApiToken) == []
        sent = mails(mail_settings, engine, smtp_server)
        (mail,) = [mail for mail in sent if "/kata-sandi/" in str(mail)]
        assert mail["To"] == people.viewer.email
