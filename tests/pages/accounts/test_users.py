"""Pages of users and organizations."""

import re

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from app.database import writing
from app.models import Activity, ApiToken, PasswordLink, Role, User
from app.permissions import OPERATOR
from app.services.accounts.api_tokens import create_api_token
from app.services.accounts.organizations import DINAS_KOMINFO
from app.services.accounts.secrets import hash_secret
from app.services.accounts.users import create_user
from tests.city import OWN, City
from tests.database import on_sqlite
from tests.pages.conftest import People

USERS = "/administrasi/pengguna"
ANI = {"email": "Ani@Contoh.id", "name": "Ani  Aster", "role": "staff", "organization": OWN}
PASSWORD = "pantai kemala pagi"


def link_in(page: str) -> str:
    """Return the path of the password link that a page shows."""
    found = re.search(r"http://[^/]+(/kata-sandi/[\w-]+)", page)
    assert found is not None
    return found[1]


def find_user(city: City, email: str) -> User:
    return next(one for one in city.all(User) if one.email == email)


def test_an_invited_user_sets_a_password_and_logs_in(
    admin: TestClient, nobody: TestClient, city: City
) -> None:
    page = admin.post(f"{USERS}/baru", data=ANI)
    link = link_in(page.text)
    assert page.headers["cache-control"] == "no-store"

    user = find_user(city, "ani@contoh.id")
    assert (user.name, user.role, user.organization_id) == (
        "Ani Aster",
        "staff",
        city.users["budi"].organization_id,
    )
    assert "Invited" in admin.get(f"{USERS}?q=aster").text
    assert link not in admin.get(f"{USERS}/{user.id}").text

    nobody.post(link, data={"password": PASSWORD, "repeated": PASSWORD})
    assert (
        nobody.post("/masuk", data={"email": "ani@contoh.id", "password": PASSWORD}).headers["location"]
        == "/"
    )
    assert "Invited" not in admin.get(f"{USERS}?q=aster").text


def test_a_new_link_replaces_the_earlier_one(
    admin: TestClient, nobody: TestClient, city: City, people: People
) -> None:
    first, second = (link_in(admin.post(f"{USERS}/{people.staff.id}/tautan").text) for _ in range(2))

    assert nobody.get(first).status_code == 404
    assert nobody.get(second).status_code == 200
    assert [one.key for one in city.all(PasswordLink)] == [hash_secret(second.rpartition("/")[2])]


def test_deactivation_ends_logins_links_and_tokens_at_once(
    admin: TestClient, staff: TestClient, engine: Engine, city: City, people: People
) -> None:
    url = f"{USERS}/{people.staff.id}"
    link = link_in(admin.post(f"{url}/tautan").text)
    with writing(engine) as db:
        token = create_api_token(db, city.actor("made"), people.staff, "laporan")
    program = {"Authorization": f"Bearer {token}"}
    assert staff.get("/kegiatan").status_code == 200
    assert staff.get("/api/v1/workshops", headers=program).status_code == 200

    admin.post(f"{url}/nonaktifkan")

    assert staff.get("/kegiatan").headers["location"].startswith("/masuk")
    assert staff.get("/api/v1/workshops", headers=program).status_code == 401
    assert staff.get(link).status_code == 404
    assert admin.post(f"{url}/tautan").status_code == 409
    assert "Not active" in admin.get(url).text

    admin.post(f"{url}/aktifkan")

    assert staff.get("/kegiatan").headers["location"].startswith("/masuk")
    assert staff.get("/api/v1/workshops", headers=program).status_code == 200
    assert len(city.all(ApiToken)) == 1


def test_a_withdrawn_token_is_refused(
    admin: TestClient, staff: TestClient, engine: Engine, city: City, people: People
) -> None:
    with writing(engine) as db:
        tokens = [create_api_token(db, city.actor("made"), people.staff, name) for name in ("lama", "baru")]
    url = f"{USERS}/{people.staff.id}"
    shown = admin.get(url).text
    assert "Withdraw the token lama" in shown
    withdraw = re.findall(r'action="(/administrasi/pengguna/token/\d+/cabut)"', shown)[0]
    assert staff.post(withdraw).status_code == 403

    assert admin.post(withdraw).headers["location"] == url

    programs = [{"Authorization": f"Bearer {token}"} for token in tokens]
    answers = [staff.get("/api/v1/workshops", headers=program).status_code for program in programs]
    assert answers == [401, 200]
    assert "Withdraw the token lama" not in admin.get(url).text


def test_a_new_role_applies_from_the_next_page_on(
    admin: TestClient, viewer: TestClient, city: City, people: People
) -> None:
    url = f"{USERS}/{people.viewer.id}"
    fields = {"name": "Rina Dinas", "role": "viewer", "organization": OWN}
    assert viewer.get("/peserta").status_code == 403

    admin.post(url, data=fields | {"may_see_participants": "true"})
    assert viewer.get("/peserta").status_code == 200

    admin.post(url, data=fields | {"role": "staff", "may_see_participants": "true"})
    assert viewer.get("/unggahan").status_code == 200
    assert not find_user(city, "rina@contoh.id").may_see_participants


def test_an_administrator_cannot_take_away_their_own_access(
    admin: TestClient, city: City, people: People
) -> None:
    me = f"{USERS}/{people.admin.id}"
    for address, data in (
        (f"{me}/nonaktifkan", {}),
        (me, {"name": "Made Admin", "role": "staff", "organization": OWN}),
    ):
        page = admin.post(address, data=data)
        assert page.status_code == 409
        assert 'role="alert">You can&#39;t take away your own access.' in page.text
    assert (find_user(city, "made@contoh.id").role, find_user(city, "made@contoh.id").active) == (
        Role.ADMIN,
        True,
    )


def test_niks_are_granted_by_another_administrator_only(
    admin: TestClient, city: City, people: People
) -> None:
    made, second = people.admin, {"name": "Lina", "role": "admin", "organization": DINAS_KOMINFO}
    data = {"name": "Made Admin", "role": "admin", "organization": DINAS_KOMINFO, "may_see_niks": "true"}

    refused = admin.post(f"{USERS}/{made.id}", data=data)
    assert refused.status_code == 409
    assert "Another administrator can." in refused.text
    assert not find_user(city, made.email).may_see_niks

    with writing(city.engine) as db:
        lina = create_user(db, OPERATOR, email="lina@contoh.id", name="Lina", role=Role.ADMIN)
    admin.post(f"{USERS}/{lina.id}", data=second | {"may_see_niks": "true"})
    assert find_user(city, lina.email).may_see_niks
    assert city.changes()[-1].after == {"may_see_niks": True}
    admin.post(f"{USERS}/{people.staff.id}", data=second | {"role": "staff", "may_see_niks": "true"})
    assert not find_user(city, people.staff.email).may_see_niks


@on_sqlite
def test_errors_of_a_user_stand_beside_their_fields(admin: TestClient, city: City) -> None:
    before = city.all(User)
    for field, value, error in (
        ("email", "kebun raya", "This is not an e-mail address"),
        ("email", "sari@contoh.id", "There is a user with this e-mail address already"),
        ("name", "  ", "A name is needed"),
    ):
        page = admin.post(f"{USERS}/baru", data=ANI | {field: value})
        assert page.status_code in {409, 422}
        assert re.search(rf'id="{field}-error">{error}', page.text), field
        assert 'value="Ani  Aster"' in page.text or field == "name"
    assert re.findall(r'id="(\w+)-error"', admin.post(f"{USERS}/baru", data={}).text) == ["email", "name"]
    assert city.all(User) == before


@on_sqlite
def test_users_are_searched_by_name_email_and_organization(admin: TestClient, people: People) -> None:
    def found(search: str) -> list[str]:
        page = admin.get(USERS, params={"q": search}).text
        return re.findall(r'<a href="/administrasi/pengguna/\d+">([^<]+)</a>', page)

    assert found("") == ["Budi Petugas", "Made Admin", "Rina Dinas", "Sari Panitia", "Tono Tetangga"]
    assert found("spbe sari") == ["Sari Panitia"]
    assert found("tono@") == ["Tono Tetangga"]
    assert found("%") == []


def test_the_activity_log_has_the_changes_without_secrets(
    admin: TestClient, city: City, people: People
) -> None:
    link = link_in(admin.post(f"{USERS}/baru", data=ANI).text)
    admin.post(f"{USERS}/{people.staff.id}/nonaktifkan")

    lines = city.all(Activity)
    assert [(line.actor, line.action, line.subject, line.subject_id) for line in lines[-3:]] == [
        ("Made Admin", "create", "user", "ani@contoh.id"),
        ("Made Admin", "create", "password-link", "ani@contoh.id"),
        ("Made Admin", "deactivate", "user", "budi@contoh.id"),
    ]
    assert link.rpartition("/")[2] not in str([line.model_dump() for line in lines])


@pytest.mark.usefixtures("people")
def test_an_organization_is_added_and_renamed(admin: TestClient, city: City) -> None:
    url = "/administrasi/penyelenggara"
    assert admin.post(url, data={"name": " Kampus  Contoh ", "kind": "perguruan-tinggi"}).status_code == 303
    page = admin.get(url).text
    number = re.search(rf'href="{url}/(\d+)">Kampus Contoh<', page)
    assert number is not None

    taken = admin.post(f"{url}/{number[1]}", data={"name": OWN, "kind": "mitra"})
    assert taken.status_code == 409
    assert 'id="name-error">There is an organization of this name already.' in taken.text
    assert admin.post(url, data={"name": " ", "kind": "mitra"}).status_code == 422

    admin.post(f"{url}/{number[1]}", data={"name": "Kampus Pesisir", "kind": "mitra"})
    assert "Kampus Pesisir" in admin.get(url).text
    assert "Kampus Pesisir" in admin.get(f"{USERS}/baru").text
