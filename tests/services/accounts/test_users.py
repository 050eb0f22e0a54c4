"""Users and their organizations."""

from typing import Any

import pytest

from app.database import reading, writing
from app.errors import Conflict, Forbidden, Invalid, NotFound
from app.models import Organization, Role, User
from app.permissions import OPERATOR
from app.queries.accounts.users import get_user_by_email
from app.services.accounts.users import (
    DINAS_KOMINFO,
    UserInput,
    change_user,
    create_api_token,
    create_user,
    deactivate_user,
)
from tests.city import OWN, City

NAMED_ALIKE = ((1, "Kampus Contoh"), (2, " Kampus  Contoh"))
NO_USERS = (
    ("ani", "Ani", "kebun raya"),
    ("ani@contoh.id", "  ", "kebun raya"),
    ("ani@contoh.id", "Ani", "123456789"),
)


def make(
    city: City, email: str = "ani@contoh.id", name: str = "Ani", *, by: str | None = None, **given: Any
) -> User:
    actor = city.actor(by) if by else OPERATOR
    with writing(city.engine) as db:
        return create_user(db, actor, email=email, name=name, role=Role.STAFF, **given)


def test_a_user_belongs_to_an_organization_that_is_made_once(city: City) -> None:
    before = len(city.all(Organization))

    ani, ina = make(city), make(city, "ina@contoh.id", organization="Kampus Contoh")
    adi = make(city, "adi@contoh.id", organization=OWN)

    names = {one.id: one.name for one in city.all(Organization)}
    assert [names[one.organization_id] for one in (ani, ina, adi)] == [DINAS_KOMINFO, "Kampus Contoh", OWN]
    assert len(names) == before + 1


def test_an_organization_is_the_same_however_it_is_spaced_and_has_a_name(city: City) -> None:
    one, other = (make(city, f"{number}@contoh.id", organization=name) for number, name in NAMED_ALIKE)
    assert one.organization_id == other.organization_id
    before = city.all(Organization)
    for name in ("  ", "Dinas " * 50):
        with pytest.raises(Invalid) as refused:
            make(city, organization=name)
        assert list(refused.value.fields) == ["organization"]
    assert city.all(Organization) == before


def test_an_address_is_of_one_user_however_it_is_typed(city: City) -> None:
    make(city, " Ani@Contoh.ID ")

    with pytest.raises(Conflict, match=r"ani@contoh\.id"):
        make(city)
    with reading(city.engine) as look:
        assert get_user_by_email(look, "ANI@contoh.id").email == "ani@contoh.id"


def test_what_makes_no_user_is_refused(city: City) -> None:
    before = len(city.all(User))

    for email, name, password in NO_USERS:
        with pytest.raises(Invalid):
            make(city, email, name, password=password)

    assert len(city.all(User)) == before


def test_only_admins_make_users_and_tokens(city: City) -> None:
    for who in ("sari", "budi", "rina"):
        with pytest.raises(Forbidden):
            make(city, by=who)
        with pytest.raises(Forbidden), writing(city.engine) as db:
            create_api_token(db, city.actor(who), city.users["made"], "laporan")


def test_nobody_has_an_address_that_was_never_made(city: City) -> None:
    with pytest.raises(NotFound), reading(city.engine) as look:
        get_user_by_email(look, "nobody@contoh.id")


def test_there_is_always_an_administrator(city: City) -> None:
    """Not even the operator shuts out the last one."""
    made, sari = city.users["made"], city.users["sari"]
    as_staff = UserInput("Made Admin", Role.STAFF, DINAS_KOMINFO)
    with pytest.raises(Conflict, match="last administrator"), writing(city.engine) as db:
        deactivate_user(db, OPERATOR, made.id)
    with pytest.raises(Conflict, match="last administrator"), writing(city.engine) as db:
        change_user(db, OPERATOR, made.id, as_staff)

    with writing(city.engine) as db:
        change_user(db, OPERATOR, sari.id, UserInput("Sari Panitia", Role.ADMIN, OWN))
        change_user(db, OPERATOR, made.id, as_staff)

    assert [one.email for one in city.all(User) if one.role is Role.ADMIN] == ["sari@contoh.id"]
