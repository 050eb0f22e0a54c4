"""What figures of an area are measured against: from sources, by day, for the very area that they name."""

from datetime import date, timedelta

import pytest

from app.database import reading, writing
from app.errors import Forbidden, Invalid
from app.i18n import wita_today
from app.models import Activity, Indicator
from app.queries.coverage.denominators import Known, denominators, known_on
from app.services.coverage.denominators import DenominatorInput, add_denominator, remove_denominator
from tests.city import MANGGAR, City

KOTA, TIMUR = "64.71", "64.71.01"


def add(city: City, value: int, as_of: date, *, area: str = MANGGAR, by: str = "rina") -> int:
    given = DenominatorInput(area, "rt", value, as_of, "Kelurahan Contoh")
    with writing(city.engine) as db:
        return add_denominator(db, city.actor(by), given).id


def known(city: City, day: date) -> Known:
    with reading(city.engine) as look:
        return known_on(denominators(look, city.actor("budi")), day)


def test_a_new_installation_knows_what_is_published(city: City) -> None:
    found = known(city, date(2025, 12, 31))

    assert found[KOTA, Indicator.POPULATION].value == 757_418
    assert found[KOTA, Indicator.UMKM].value == 87_397
    assert found[TIMUR, Indicator.POPULATION].value == 104_691
    assert {area for area, _ in found} == {KOTA, *(f"64.71.0{number}" for number in range(1, 7))}
    assert known(city, date(2024, 6, 29)) == {}


def test_a_report_uses_what_was_known_of_its_last_day(city: City) -> None:
    add(city, 60, date(2024, 1, 1))
    add(city, 64, date(2025, 1, 1))
    add(city, 65, date(2025, 1, 1))

    assert known(city, date(2024, 12, 31))[MANGGAR, Indicator.RT].value == 60
    assert known(city, date(2025, 1, 1))[MANGGAR, Indicator.RT].value == 65
    assert (TIMUR, Indicator.RT) not in known(city, date(2025, 1, 1))


def test_what_was_recorded_by_mistake_is_taken_back_and_stays_in_the_log(city: City) -> None:
    mistaken = add(city, 6_000, date(2025, 1, 1))

    with writing(city.engine) as db:
        remove_denominator(db, city.actor("rina"), mistaken)

    assert (MANGGAR, Indicator.RT) not in known(city, date(2025, 12, 31))
    line = city.all(Activity)[-1]
    assert (line.action, line.before and line.before["value"]) == ("delete", 6_000)


def test_every_field_says_what_is_wrong_with_it(city: City) -> None:
    given = DenominatorInput("64.72", "sapi", 0, wita_today() + timedelta(days=1), " ")

    with pytest.raises(Invalid) as refused, writing(city.engine) as db:
        add_denominator(db, city.actor("made"), given)

    assert set(refused.value.fields) == {"area_code", "indicator", "value", "as_of", "source"}


@pytest.mark.parametrize("name", ["sari", "budi"])
def test_organizers_and_staff_add_none(city: City, name: str) -> None:
    with pytest.raises(Forbidden):
        add(city, 60, date(2024, 1, 1), by=name)
