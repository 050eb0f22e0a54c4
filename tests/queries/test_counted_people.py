"""The people behind a figure of the coverage report, also behind one that is too large to be counted again."""

from datetime import date

import pytest

from app.database import reading
from app.models import AttendanceStatus, RegistrationStatus
from app.queries.coverage.filters import CoverageFilters
from app.queries.people import participant_filters
from app.queries.people.participant_filters import (
    ParticipantFilters,
    ParticipantOrder,
    Presence,
    count_counted_people,
)
from app.queries.people.participants import list_participants
from app.reports.periods import Period
from tests.city import LAMARU, MANGGAR, City

PERIOD = Period(from_=date(2025, 1, 1), to=date(2025, 12, 31))
COVERAGE = CoverageFilters(from_=PERIOD.from_, to=PERIOD.to)
ORDERS = ("name", "-name", "kelurahan", "sessions", "-latest")
PRESENT, ABSENT = AttendanceStatus.PRESENT, AttendanceStatus.ABSENT
PRESENT_PEOPLE = ParticipantFilters(presence=Presence(PERIOD, COVERAGE))
REGISTERED = ParticipantFilters(
    search="a", kelurahan=MANGGAR, presence=Presence(PERIOD, COVERAGE, registered=True)
)


@pytest.mark.parametrize("user", ["made", "sari", "budi", "tono"])
def test_a_figure_that_is_not_counted_again_has_the_same_people(
    city: City, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, other = city.session("A-1"), city.session("B-1", by="tono")
    ani = city.register(own, "Ani Aster", MANGGAR, outcome=PRESENT)
    city.register(other, "Ani Aster", LAMARU, person=ani, outcome=PRESENT)
    city.register(own, "Budi Bakung", LAMARU, outcome=PRESENT)
    city.register(own, "Citra Cempaka", MANGGAR, outcome=ABSENT)
    city.register(own, "Dewi Dahlia", MANGGAR, status=RegistrationStatus.CANCELLED)
    city.register(other, "Eka Aglaia", MANGGAR, outcome=PRESENT)
    city.register(other, "Fajar Luar", None, outcome=PRESENT)

    def names() -> list[list[str]]:
        with reading(city.engine) as db:
            return [
                [
                    one.name
                    for one in list_participants(
                        db, city.actor(user), filters, ParticipantOrder.parse(order)
                    ).participants
                ]
                for filters in (PRESENT_PEOPLE, REGISTERED)
                for order in ORDERS
            ]

    counted = names()
    monkeypatch.setattr(participant_filters, "MAX_COUNTED", 0)
    assert names() == counted
    expected = {
        "made": ["Ani Aster", "Budi Bakung", "Eka Aglaia"],
        "tono": ["Ani Aster", "Eka Aglaia"],
    }
    assert counted[0] == expected.get(user, ["Ani Aster", "Budi Bakung"])
    with reading(city.engine) as db:
        assert count_counted_people(db, city.actor(user), PRESENT_PEOPLE) == (1, 1)  # more than none
