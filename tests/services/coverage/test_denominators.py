"""Denominators by source and day, for the area that the source names."""

from datetime import date, timedelta

import pytest

from app.database import reading, writing
from app.errors import Forbidden, Invalid
from app.i18n import wita_today
from app.models import Activity, Indicator
from app.queries.coverage.denominators import DenominatorsByArea, latest_denominators, list_denominators
from app.services.coverage.denominators import DenominatorInput, add_denominator, remove_denominator
from tests.city import MANGGAR, City

KOTA, TIMUR = "64.71", "64.71.01"


def add(city: City, value: int, as_of: date, *, area: str = MANGGAR, by: str = "rina") -> int:
    data = DenominatorInput(area, "rt", value, as_of, "Kelurahan Contoh")
    with writing(city.engine) as db:
        return add_denominator(db, city.actor(by), data).id


def latest(city: City, day: date) -> DenominatorsByArea:
    with reading(city.engine) as db:
        return latest_denominators(list_denominators(db, city.actor("budi")), day)


def test_a_new_installation_has_the_published_figures(city: City) -> None:
    denominators = latest(city, date(2025, 12, 31))

    assert denominators[KOTA, Indicator.POPULATION].value == 757_418
    assert denominators[KOTA, Indicator.UMKM].value == 87_397
    assert denominators[TIMUR, Indicator.POPULATION].value == 104_691
    assert {area for area, _ in denominators} == {KOTA, *(f"64.71.0{number}" for number in range(1, 7))}
    assert latest(city, date(2024, 6, 29)) == {}


def test_the_latest_denominator_of_a_day_is_used(city: City) -> None:
    add(city, 60, date(2024, 1, 1))
    add(city, 64, date(2025, 1, 1))
    add(city, 65, date(2025, 1, 1))

    assert latest(city, date(2024, 12, 31))[MANGGAR, Indicator.RT].value == 60
    assert latest(city, date(2025, 1, 1))[MANGGAR, Indicator.RT].value == 65
    assert (TIMUR, Indicator.RT) not in latest(city, date(2025, 1, 1))


def test_a_removed_denominator_stays_in_the_activity_log(city: City) -> None:
    mistaken = add(city, 6_000, date(2025, 1, 1))

    with writing(city.engine) as db:
        remove_denominator(db, city.actor("rina"), mistaken)

    assert (MANGGAR, Indicator.RT) not in latest(city, date(2025, 12, 31))
    activity = city.all(Activity)[-1]
    assert (activity.action, activity.before and activity.before["value"]) == ("delete", 6_000)


def test_every_wrong_field_has_an_error(city: City) -> None:
    data = DenominatorInput("64.72", "sapi", 0, wita_today() + timedelta(days=1), " ")

    with pytest.raises(Invalid) as refused, writing(city.engine) as db:
        add_denominator(db, city.actor("made"), data)

    assert set(refused.value.fields) == {"area_code", "indicator", "value", "as_of", "source"}


@pytest.mark.parametrize("name", ["sari", "budi"])
def test_organizers_and_staff_may_not_add_denominators(city: City, name: str) -> None:
    with pytest.raises(Forbidden):
        add(city, 60, date(2024, 1, 1), by=name)
