"""The check-in list of a session in pages has the same people and counts as the whole one, for every user."""

from collections.abc import Iterator

import pytest
from sqlmodel import select

from app.database import reading, writing
from app.models import AttendanceStatus, Participant, Registration, RegistrationStatus, WorkshopSession
from app.queries.registrations import check_in
from app.queries.registrations.check_in import CheckInList, get_check_in_list
from tests.city import LAMARU, MANGGAR, City

PRESENT = AttendanceStatus.PRESENT
SEARCHES = ("", "ani", "MANGGAR", "r man", "samarinda", "lain", "%", "zzz")


def set_up(city: City) -> None:
    """Register people with and without a seat, one of them under another name than that of the record."""
    own, other = city.session("A-1"), city.session("A-2", by="tono")
    for number in range(5):
        city.register(
            own, f"Ani Aster {number}", (MANGGAR, LAMARU)[number % 2], outcome=PRESENT if number else None
        )
    city.register(own, "Budi Samarinda", None, status=RegistrationStatus.WALK_IN, outcome=PRESENT)
    city.register(own, "Citra Manis", LAMARU, status=RegistrationStatus.WAITLISTED)
    city.register(own, "Dewi Batal", MANGGAR, status=RegistrationStatus.CANCELLED)
    city.register(other, "Ani Tetangga", MANGGAR)
    with writing(city.engine) as db:
        registration = db.exec(
            select(Registration).join(Participant).where(Participant.name == "Ani Aster 3")
        ).one()
        registration.opens_record, registration.name_given = False, "Nama Lain"


@pytest.mark.parametrize("user", ["made", "sari", "budi", "tono"])
def test_pages_have_the_same_people(city: City, user: str, monkeypatch: pytest.MonkeyPatch) -> None:
    set_up(city)
    whole = {search: list(pages_of(city, user, search)) for search in SEARCHES}
    assert all(len(pages) == 1 and not pages[0].is_paged for pages in whole.values())

    monkeypatch.setattr(check_in, "MAX_WHOLE", 1)
    monkeypatch.setattr(check_in, "PAGE_LENGTH", 2)
    for search, (expected,) in whole.items():
        pages = list(pages_of(city, user, search))
        assert pages[0].is_paged is (user in {"made", "sari", "budi"})
        assert sorted(row.code for page in pages for row in page.listed) == sorted(
            row.code for row in expected.listed
        )
        assert {page.others_count for page in pages} == {expected.others_count}
        assert {row.code for row in pages[0].others} == {row.code for row in expected.others}
        assert {(page.registered, page.present) for page in pages} == {
            (expected.registered, expected.present)
        }
        places = [place for place in expected.places if place.registered]
        assert list(pages[0].places) == places


def pages_of(city: City, user: str, search: str) -> Iterator[CheckInList]:
    """Yield the pages of the list of session A-1."""
    with reading(city.engine) as db:
        workshop_session = db.exec(select(WorkshopSession).where(WorkshopSession.code == "A-1")).one()
        page = pages = 1
        while page <= pages:
            check_in_list = get_check_in_list(db, city.actor(user), workshop_session, search, page=page)
            yield check_in_list
            page, pages = page + 1, check_in_list.pages
