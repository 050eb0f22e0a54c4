"""What search finds, on both databases; who may find it is tested with its page (`tests/pages/test_search.py`)."""

from datetime import date

import pytest
from sqlmodel import col, select

from app.database import reading, writing
from app.i18n import day_text, wita_today
from app.models import Participant, Registration, Venue
from app.queries.people.search import PersonSearch, find_people
from app.queries.search import (
    parse_search,
    search_kelurahan,
    search_sessions,
    search_venues,
    search_workshops,
)
from tests.city import LAMARU, MANGGAR, City
from tests.upcoming_sessions import create_upcoming_session, morning_in


@pytest.mark.parametrize(
    ("text", "words", "days"),
    [
        ("jualan daring", ["jualan", "daring"], []),
        ("5 Des 2026", [], [date(2026, 12, 5)]),
        ("jualan 05-12-2026", ["jualan"], [date(2026, 12, 5)]),
        ("31 feb 2026", ["31", "feb", "2026"], []),
        ("1-1-0001", ["1-1-0001"], []),
        ("RT 05 Manggar", ["RT", "05", "Manggar"], []),
        ("SPBE-2025-1", ["SPBE-2025-1"], []),
    ],
)
def test_words_and_days_are_told_apart(text: str, words: list[str], days: list[date]) -> None:
    parsed = parse_search(text)
    assert (list(parsed.words), list(parsed.days)) == (words, days)


def test_a_day_without_a_year_is_of_last_year_this_one_or_the_next() -> None:
    year = wita_today().year
    assert parse_search("5 des").days == [date(year + step, 12, 5) for step in (-1, 0, 1)]


def test_each_kind_is_found(city: City) -> None:
    past = city.session()
    create_upcoming_session(city, "JUALAN-1", days=3)
    create_upcoming_session(city, "JUALAN-2", days=2)
    with writing(city.engine) as db:
        db.add(Venue(name="Balai Warga 100%", kelurahan_code=MANGGAR))
    sari = city.actor("sari")
    with reading(city.engine) as db:
        coming = [found.code for found in search_sessions(db, sari, parse_search("-"), 9)]
        assert coming == ["JUALAN-2", "JUALAN-1", past]
        day = parse_search(day_text(morning_in(3).date(), "id"))
        assert [found.code for found in search_sessions(db, sari, day, 9)] == ["JUALAN-1"]
        assert [found.code for found in search_workshops(db, sari, parse_search("jual DAR"), 9)] == ["JUALAN"]
        assert [found.name for found in search_venues(db, parse_search("100%"), 9)] == ["Balai Warga 100%"]
        assert [found.code for found in search_kelurahan(db, parse_search("lemaru"), 9)] == [LAMARU]


def test_people_are_found_by_the_name_that_their_reader_knows(city: City) -> None:
    """Tono's registration of Siti does not open her record: he knows her as he typed her."""
    siti = city.register(city.session(), "Siti Aminah", MANGGAR)
    city.register(city.session("PESISIR-1", by="tono"), "Siti Aminah", LAMARU, person=siti)
    with writing(city.engine) as db:
        own, others = db.exec(select(Registration).order_by(col(Registration.id))).all()
        own.opens_record = True
        others.opens_record, others.name_given = False, "Bu Siti Warung"
        db.exec(select(Participant)).one().email = "siti@contoh.id"

    with reading(city.engine) as db:

        def found(name: str, text: str) -> list[tuple[str, str]]:
            people = find_people(db, city.actor(name), PersonSearch(name_key=text), 9)
            return [(person.name, person.place) for person in people]

        assert found("sari", "siti aminah") == [("Siti Aminah", "Manggar")]
        assert found("tono", "siti aminah") == []
        assert found("tono", "siti warung") == [("Bu Siti Warung", "Lamaru")]
        assert found("made", "siti") == [("Siti Aminah", "Manggar")]
        by_email = find_people(db, city.actor("tono"), PersonSearch(email="siti@contoh.id"), 9)
        assert [person.name for person in by_email] == ["Bu Siti Warung"]


def test_someone_who_came_often_is_one_of_the_people_found(city: City) -> None:
    """None of Tono's registrations opens a record; he knows Siti by the name of her newest registration."""
    siti = city.register(city.session("PESISIR-1", by="tono"), "Siti Aminah", MANGGAR)
    city.register(city.session("PESISIR-2", by="tono"), "Siti Aminah", LAMARU, person=siti)
    city.register("PESISIR-2", "Siti Zubaidah", MANGGAR)
    with writing(city.engine) as db:
        for registration in db.exec(select(Registration)):
            registration.opens_record = False

    with reading(city.engine) as db:
        people = find_people(db, city.actor("tono"), PersonSearch(name_key="siti"), limit=2)

    assert [(person.name, person.place) for person in people] == [
        ("Siti Aminah", "Lamaru"),
        ("Siti Zubaidah", "Manggar"),
    ]
