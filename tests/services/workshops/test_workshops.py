"""Creating and changing workshops and sessions: which values are valid, and who may do it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from app.database import Db, reading, writing
from app.errors import Conflict, Forbidden, Invalid, NotFound
from app.models import Venue, Workshop, WorkshopSession
from app.permissions import OPERATOR, Actor
from app.queries.workshops.workshop_sessions import get_workshop_session_view
from app.queries.workshops.workshops import get_workshop_view
from app.services.accounts.organizations import DINAS_KOMINFO
from app.services.workshops.workshop_sessions import (
    WorkshopSessionInput,
    cancel_session,
    change_workshop_session,
    copy_session,
    create_workshop_session,
    patch_workshop_session,
)
from app.services.workshops.workshops import (
    WorkshopInput,
    change_workshop,
    create_workshop,
    patch_workshop,
    set_archived,
)
from tests.city import MORNING, City, dump

SESSION = WorkshopSessionInput(MORNING, MORNING + timedelta(hours=3), venue="Aula Balai Kota", capacity=40)

WRONG_WORKSHOPS = (
    ("X", WorkshopInput("Judul")),
    ("ADA SPASI", WorkshopInput("Judul")),
    ("A" * 41, WorkshopInput("Judul")),
    ("A-1", WorkshopInput("  ")),
    ("A-1", WorkshopInput("J" * 201)),
    ("A-1", WorkshopInput("Judul", ("pelaut",))),
    ("A-1", WorkshopInput("Judul", pillar="kuat")),
)
WRONG_SESSIONS = (
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


def test_a_workshop_belongs_to_the_organization_of_its_creator(city: City) -> None:
    with writing(city.engine) as db:
        create_workshop(
            db, city.actor("sari"), " spbe-2025 ", WorkshopInput(" Literasi ", ("umkm", "rt", "umkm"))
        )
        create_workshop(db, OPERATOR, "DINAS-1", WorkshopInput("Dari perintah"))

    with reading(city.engine) as db:
        view = get_workshop_view(db, city.actor("budi"), "SPBE-2025")
        assert (view.title, view.target_groups, view.sessions) == ("Literasi", ("rt", "umkm"), 0)
        assert get_workshop_view(db, OPERATOR, "DINAS-1").organization == DINAS_KOMINFO
        with pytest.raises(NotFound):
            get_workshop_view(db, city.actor("tono"), "SPBE-2025")


def test_a_workshop_with_a_wrong_field_is_refused(city: City) -> None:
    for code, data in WRONG_WORKSHOPS:
        with pytest.raises(Invalid) as refused, writing(city.engine) as db:
            create_workshop(db, city.actor("sari"), code, data)
        assert len(refused.value.fields) == 1, (code, data)

    assert city.all(Workshop) == []


def test_a_code_that_is_taken_is_refused(city: City) -> None:
    city.session("A-1")

    with pytest.raises(Conflict) as workshop_refused:
        city.workshop("A-1-W", by="tono")
    with pytest.raises(Conflict) as session_refused, writing(city.engine) as db:
        create_workshop_session(db, city.actor("sari"), "A-1-W", "A-1", SESSION)

    assert workshop_refused.value.code == session_refused.value.code == "code-taken"


def test_a_change_replaces_all_fields(city: City) -> None:
    city.workshop("SPBE-2025", "umkm")

    with writing(city.engine) as db:
        change_workshop(db, city.actor("sari"), "SPBE-2025", WorkshopInput("Baru", ("rt",), "Isi", "aman"))

    with reading(city.engine) as db:
        view = get_workshop_view(db, city.actor("sari"), "SPBE-2025")
    assert (view.title, view.target_groups) == ("Baru", ("rt",))
    assert (view.description, view.pillar) == ("Isi", "aman")


def test_times_of_a_session_are_entered_in_wita(city: City) -> None:
    city.workshop("SPBE-2025")
    with writing(city.engine) as db:
        create_workshop_session(db, city.actor("budi"), "SPBE-2025", "spbe-2025-1", SESSION)

    with reading(city.engine) as db:
        view = get_workshop_session_view(db, city.actor("sari"), "SPBE-2025-1")
    assert view.starts_at.isoformat() == "2025-08-05T01:00:00+00:00"
    assert (view.venue, view.capacity, view.mode, view.registered) == ("Aula Balai Kota", 40, "luring", 0)


def test_names_of_venues_that_differ_in_white_space_are_one_venue(city: City) -> None:
    city.workshop("SPBE-2025")
    with writing(city.engine) as db:
        for number, name in enumerate(
            (" Aula  Balai Kota ", "Aula Balai\u200b Kota", "Aula\u00a0Balai Kota"), 1
        ):
            data = replace(SESSION, venue=name)
            create_workshop_session(db, city.actor("sari"), "SPBE-2025", f"SPBE-2025-{number}", data)

    assert [venue.name for venue in city.all(Venue)] == ["Aula Balai Kota"]


def test_a_session_keeps_a_venue_whose_name_would_be_refused_or_tidied_now(city: City) -> None:
    code = city.session()
    names = ("A" * 500, "Aula\u200b")
    with writing(city.engine) as db:
        db.add_all(Venue(name=name) for name in ("Aula", *names))
    for name in names:
        data = replace(SESSION, venue=name)
        for capacity in (1, 2):
            with writing(city.engine) as db:
                change_workshop_session(db, city.actor("sari"), code, replace(data, capacity=capacity))

        with reading(city.engine) as db:
            assert get_workshop_session_view(db, city.actor("sari"), code).venue == name


def test_a_session_with_a_wrong_field_is_refused(city: City) -> None:
    city.session("A-1")

    for data, fields in WRONG_SESSIONS:
        with pytest.raises(Invalid) as creation, writing(city.engine) as db:
            create_workshop_session(db, city.actor("sari"), "A-1-W", "A-2", data)
        with pytest.raises(Invalid) as change, writing(city.engine) as db:
            change_workshop_session(db, city.actor("sari"), "A-1", data)
        assert set(creation.value.fields) == set(change.value.fields) == fields, data

    assert len(city.all(WorkshopSession)) == 1


def test_a_change_without_permission_is_forbidden_and_one_out_of_scope_is_not_found(city: City) -> None:
    city.session("A-1")
    before = dump(city.engine)
    changes: list[Callable[[Db, Actor], object]] = [
        lambda db, actor: change_workshop(db, actor, "A-1-W", WorkshopInput("Lain")),
        lambda db, actor: patch_workshop(db, actor, "A-1-W", {"title": "Lain"}),
        lambda db, actor: set_archived(db, actor, "A-1-W", archived=True),
        lambda db, actor: create_workshop_session(db, actor, "A-1-W", "A-2", SESSION),
        lambda db, actor: change_workshop_session(db, actor, "A-1", SESSION),
        lambda db, actor: patch_workshop_session(db, actor, "A-1", {"capacity": 1}),
        lambda db, actor: copy_session(db, actor, "A-1", "A-2", MORNING),
        lambda db, actor: cancel_session(db, actor, "A-1", "Hujan deras"),
    ]

    for user, refusal in (("rina", Forbidden), ("tono", NotFound)):
        for change in changes:
            with pytest.raises(refusal), writing(city.engine) as db:
                change(db, city.actor(user))
    for change in changes[:3]:
        with pytest.raises(Forbidden), writing(city.engine) as db:
            change(db, city.actor("budi"))
    for user in ("budi", "rina"):
        with pytest.raises(Forbidden):
            city.workshop("B-1", by=user)

    assert dump(city.engine) == before
