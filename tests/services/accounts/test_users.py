"""Users and their organizations."""

from typing import Any

import pytest

from app.database import reading, writing
from app.errors import Conflict, Forbidden, Invalid, NotFound
from app.models import Organization, Role, User
from app.permissions import OPERATOR
from app.queries.accounts.users import get_user_by_email
from app.services.accounts.api_tokens import create_api_token
from app.services.accounts.organizations import DINAS_KOMINFO
from app.services.accounts.users import UserInput, change_user, create_user, deactivate_user
from tests.city import OWN, City

SPELLINGS = ((1, "Kampus Contoh"), (2, " Kampus  Contoh"))
INVALID_USERS = (
    ("ani", "Ani", "kebun raya"),
    ("ani@contoh.id", "  ", "kebun raya"),
    ("ani@contoh.id", "Ani", "123456789"),
)


def create(
    city: City, email: str = "ani@contoh.id", name: str = "Ani", *, by: str | None = None, **fields: Any
) -> User:
    actor = city.actor(by) if by else OPERATOR
    with writing(city.engine) as db:
        return create_user(db, actor, email=email, name=name, role=Role.STAFF, **fields)


def test_a_users_organization_is_created_once(city: City) -> None:
    before = len(city.all(Organization))

    ani, ina = create(city), create(city, "ina@contoh.id", organization="Kampus Contoh")
    adi = create(city, "adi@contoh.id", organization=OWN)

    names = {one.id: one.name for one in city.all(Organization)}
    assert [names[one.organization_id] for one in (ani, ina, adi)] == [DINAS_KOMINFO, "Kampus Contoh", OWN]
    assert len(names) == before + 1


def test_an_organizations_name_is_needed_and_ignores_spaces(city: City) -> None:
    one, other = (create(city, f"{number}@contoh.id", organization=name) for number, name in SPELLINGS)
    assert one.organization_id == other.organization_id
    before = city.all(Organization)
    for name in ("  ", "Dinas " * 50):
        with pytest.raises(Invalid) as refused:
            create(city, organization=name)
        assert list(refused.value.fields) == ["organization"]
    assert city.all(Organization) == before


def test_an_email_belongs_to_one_user_in_any_case(city: City) -> None:
    create(city, " Ani@Contoh.ID ")

    with pytest.raises(Conflict, match=r"ani@contoh\.id"):
        create(city)
    with reading(city.engine) as read_db:
        assert get_user_by_email(read_db, "ANI@contoh.id").email == "ani@contoh.id"


def test_invalid_users_are_refused(city: City) -> None:
    before = len(city.all(User))

    for email, name, password in INVALID_USERS:
        with pytest.raises(Invalid):
            create(city, email, name, password=password)

    assert len(city.all(User)) == before


def test_only_administrators_create_users_and_tokens(city: City) -> None:
    for name in ("sari", "budi", "rina"):
        with pytest.raises(Forbidden):
            create(city, by=name)
        with pytest.raises(Forbidden), writing(city.engine) as db:
            create_api_token(db, city.actor(name), city.users["made"], "laporan")


def test_an_unknown_email_is_not_found(city: City) -> None:
    with pytest.raises(NotFound), reading(city.engine) as read_db:
        get_user_by_email(read_db, "nobody@contoh.id")


def test_the_last_administrator_stays(city: City) -> None:
    """Not even the operator can deactivate the last administrator."""
    admin, sari = city.users["made"], city.users["sari"]
    as_staff = UserInput("Made Admin", Role.STAFF, DINAS_KOMINFO)
    with pytest.raises(Conflict, match="last administrator"), writing(city.engine) as db:
        deactivate_user(db, OPERATOR, admin.id)
    with pytest.raises(Conflict, match="last administrator"), writing(city.engine) as db:
        change_user(db, OPERATOR, admin.id, as_staff)

    with writing(city.engine) as db:
        change_user(db, OPERATOR, sari.id, UserInput("Sari Panitia", Role.ADMIN, OWN))
        change_user(db, OPERATOR, admin.id, as_staff)

    assert [one.email for one in city.all(User) if one.role is Role.ADMIN] == ["sari@contoh.id"]
