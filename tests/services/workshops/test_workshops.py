"""Workshops and their sessions: made and changed by those who may, with what can be true."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from app.database import reading, writing
from app.errors import Conflict, Forbidden, Invalid, NotFound
from app.models import Venue, Workshop, WorkshopSession
from app.permissions import OPERATOR
from app.queries.workshops.workshop_sessions import get_workshop_session_view
from app.queries.workshops.workshops import get_workshop_view
from app.services.accounts.users import DINAS_KOMINFO
from app.services.workshops.workshop_sessions import (
    WorkshopSessionInput,
    change_workshop_session,
    create_workshop_session,
)
from app.services.workshops.workshops import WorkshopInput, change_workshop, create_workshop
from tests.city import MORNING, City

SESSION = WorkshopSessionInput(MORNING, MORNING + timedelta(hours=3), venue="Aula Balai Kota", capacity=40)

NO_WORKSHOPS = (
    ("X", WorkshopInput("Judul")),
    ("ADA SPASI", WorkshopInput("Judul")),
    ("A" * 41, WorkshopInput("Judul")),
    ("A-1", WorkshopInput("  ")),
    ("A-1", WorkshopInput("J" * 201)),
    ("A-1", WorkshopInput("Judul", ("pelaut",))),
    ("A-1", WorkshopInput("Judul", pillar="kuat")),
)
NO_SESSIONS = (
    (replace(SESSION, starts=None), {"starts"}),
    (replace(SESSION, ends=None), {"ends"}),
    (replace(SESSION, ends=MORNING), {"ends"}),
    (replace(SESSION, capacity=0), {"capacity"}),
    (replace(SESSION, capacity=2**31), {"capacity"}),
    (replace(SESSION, mode="telepati"), {"mode"}),
    (replace(SESSION, online_link="javascript:alert(1)"), {"online_link"}),
    (replace(SESSION, starts=datetime(205, 8, 5, 9)), {"starts"}),  # noqa: DTZ001 (WITA, a slip of the finger)
    (replace(SESSION, ends=datetime(9999, 12, 31, 23)), {"ends"}),  # noqa: DTZ001
    (replace(SESSION, starts=datetime.min), {"starts"}),  # noqa: DTZ901
)


def test_a_workshop_belongs_to_the_organization_of_who_made_it(city: City) -> None:
    with writing(city.engine) as db:
        create_workshop(
            db, city.actor("sari"), " spbe-2025 ", WorkshopInput(" Literasi ", ("umkm", "rt", "umkm"))
        )
        create_workshop(db, OPERATOR, "DINAS-1", WorkshopInput("Dari perintah"))

    with reading(city.engine) as look:
        made = get_workshop_view(look, city.actor("budi"), "SPBE-2025")
        assert (made.title, made.target_groups, made.sessions) == ("Literasi", ("rt", "umkm"), 0)
        assert get_workshop_view(look, OPERATOR, "DINAS-1").organization == DINAS_KOMINFO
        with pytest.raises(NotFound):
            get_workshop_view(look, city.actor("tono"), "SPBE-2025")


def test_what_makes_no_workshop_is_refused(city: City) -> None:
    for code, given in NO_WORKSHOPS:
        with pytest.raises(Invalid) as refused, writing(city.engine) as db:
            create_workshop(db, city.actor("sari"), code, given)
        assert len(refused.value.fields) == 1, (code, given)

    assert city.all(Workshop) == []


def test_a_code_is_taken_once(city: City) -> None:
    city.session("A-1")

    with pytest.raises(Conflict) as workshop_refused:
        city.workshop("A-1-W", by="tono")
    with pytest.raises(Conflict) as session_refused, writing(city.engine) as db:
        create_workshop_session(db, city.actor("sari"), "A-1-W", "A-1", SESSION)

    assert workshop_refused.value.code == session_refused.value.code == "code-taken"


def test_a_change_replaces_everything_that_it_names(city: City) -> None:
    city.workshop("SPBE-2025", "umkm")

    with writing(city.engine) as db:
        change_workshop(db, city.actor("sari"), "SPBE-2025", WorkshopInput("Baru", ("rt",), "Isi", "aman"))

    with reading(city.engine) as look:
        changed = get_workshop_view(look, city.actor("sari"), "SPBE-2025")
    assert (changed.title, changed.target_groups) == ("Baru", ("rt",))
    assert (changed.description, changed.pillar) == ("Isi", "aman")


def test_a_session_is_held_by_the_clocks_of_balikpapan(city: City) -> None:
    city.workshop("SPBE-2025")
    with writing(city.engine) as db:
        create_workshop_session(db, city.actor("budi"), "SPBE-2025", "spbe-2025-1", SESSION)

    with reading(city.engine) as look:
        held = get_workshop_session_view(look, city.actor("sari"), "SPBE-2025-1")
    assert held.starts_at.isoformat() == "2025-08-05T01:00:00+00:00"
    assert (held.venue, held.capacity, held.mode, held.registered) == ("Aula Balai Kota", 40, "luring", 0)


def test_a_venue_of_the_same_name_is_the_same(city: City) -> None:
    city.workshop("SPBE-2025")
    with writing(city.engine) as db:
        for number, name in enumerate(
            (" Aula  Balai Kota ", "Aula Balai\u200b Kota", "Aula\u00a0Balai Kota"), 1
        ):
            given = replace(SESSION, venue=name)
            create_workshop_session(db, city.actor("sari"), "SPBE-2025", f"SPBE-2025-{number}", given)

    assert [venue.name for venue in city.all(Venue)] == ["Aula Balai Kota"]


def test_a_session_stays_where_its_venue_has_a_name_that_none_would_get_now(city: City) -> None:
    code = city.session()
    names = ("A" * 500, "Aula\u200b")
    with writing(city.engine) as db:
        db.add_all(Venue(name=name) for name in ("Aula", *names))
    for name in names:
        given = replace(SESSION, venue=name)
        for capacity in (1, 2):
            with writing(city.engine) as db:
                change_workshop_session(db, city.actor("sari"), code, replace(given, capacity=capacity))

        with reading(city.engine) as look:
            assert get_workshop_session_view(look, city.actor("sari"), code).venue == name


def test_what_makes_no_session_is_refused(city: City) -> None:
    city.session("A-1")

    for given, fields in NO_SESSIONS:
        with pytest.raises(Invalid) as made, writing(city.engine) as db:
            create_workshop_session(db, city.actor("sari"), "A-1-W", "A-2", given)
        with pytest.raises(Invalid) as changed, writing(city.engine) as db:
            change_workshop_session(db, city.actor("sari"), "A-1", given)
        assert set(made.value.fields) == set(changed.value.fields) == fields, given

    assert len(city.all(WorkshopSession)) == 1


def test_who_may_not_is_told_so_and_who_cannot_see_it_does_not_find_it(city: City) -> None:
    code = city.session("A-1")

    for who in ("budi", "rina"):
        with pytest.raises(Forbidden):
            city.workshop("B-1", by=who)
    with pytest.raises(Forbidden), writing(city.engine) as db:
        create_workshop_session(db, city.actor("rina"), "A-1-W", "A-2", SESSION)
    for change in (
        lambda db: change_workshop(db, city.actor("tono"), "A-1-W", WorkshopInput("Diambil alih")),
        lambda db: create_workshop_session(db, city.actor("tono"), "A-1-W", "A-2", SESSION),
        lambda db: change_workshop_session(db, city.actor("tono"), code, SESSION),
    ):
        with pytest.raises(NotFound), writing(city.engine) as db:
            change(db)
