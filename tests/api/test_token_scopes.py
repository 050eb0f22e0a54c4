"""What tokens of each scope may do, and when they were last used."""

from datetime import timedelta

import pytest

from app.database import writing
from app.models import ApiToken, TokenScope
from app.models.base import now
from tests.api.conftest import Program
from tests.api.problems import status_and_code
from tests.city import City, crowd

FIGURES = ("/kelurahan", "/workshops", "/workshops/A-1-W", "/sessions/A-1", "/reports/coverage.json")
PEOPLE = ("/sessions/A-1/registrations", "/sessions/A-1/roster.xlsx", "/attendance-imports/1/rows")


@pytest.fixture
def city(city: City) -> City:
    city.import_sheet(city.session("A-1"), crowd(1))
    return city


@pytest.mark.parametrize(
    ("scope", "people", "writing"),
    [(TokenScope.FIGURES, False, False), (TokenScope.PEOPLE, True, False), (TokenScope.WRITE, True, True)],
)
def test_each_scope_includes_those_before_it(
    city: City, program: Program, scope: TokenScope, people: bool, writing: bool
) -> None:
    sari = program("sari", scope)

    assert {sari.get(path).status_code for path in FIGURES} == {200}
    for path in PEOPLE:
        answer = sari.get(path)
        refused = answer.status_code, answer.headers["content-type"]
        assert answer.status_code == 200 if people else refused == (403, "application/problem+json"), path
    answer = sari.patch("/sessions/A-1", json={"capacity": 7})
    assert answer.status_code == (200 if writing else 403)


def test_a_narrow_token_is_told_which_scope_is_needed(city: City, program: Program) -> None:
    answer = program("sari", TokenScope.FIGURES).get("/sessions/A-1/registrations")
    assert status_and_code(answer) == (403, "insufficient-scope")
    assert answer.json()["scope"] == "people"
    assert answer.json()["detail"] == "This token may not do this: it needs the scope people."


def test_a_scope_gives_no_more_than_the_role(city: City, program: Program) -> None:
    assert status_and_code(program("rina").patch("/sessions/A-1", json={"capacity": 7})) == (403, "forbidden")


def test_the_last_use_is_kept_to_the_minute(city: City, program: Program) -> None:
    sari = program("sari")
    assert city.all(ApiToken)[0].last_used_at is None

    sari.get("/kelurahan")
    first = city.all(ApiToken)[0].last_used_at
    sari.get("/kelurahan")
    assert first is not None
    assert city.all(ApiToken)[0].last_used_at == first

    with writing(city.engine) as db:
        db.get_one(ApiToken, city.all(ApiToken)[0].id).last_used_at = now() - timedelta(minutes=2)
    sari.get("/kelurahan")
    later = city.all(ApiToken)[0].last_used_at
    assert later is not None
    assert later >= first
