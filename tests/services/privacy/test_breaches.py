"""Breaches of personal data: what is recorded, and whom one concerned."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from app.database import reading, writing
from app.errors import Conflict, Forbidden, Invalid, NotFound
from app.i18n import utc, wita
from app.models import Activity, Breach, BreachScope, Participant, Registration
from app.models.base import now
from app.queries.privacy.breaches import get_breach_view, list_concerned_people
from app.services.edit_conflicts import fingerprint
from app.services.privacy.breaches import BreachInput, breach_input, change_breach, record_breach
from tests.city import LAMARU, MANGGAR, MORNING, City, sheet
from tests.database import on_sqlite

FOUND = wita(now()).replace(tzinfo=None, second=0, microsecond=0) - timedelta(hours=5)
WRONG_ADDRESS = BreachInput(
    "Daftar terkirim ke alamat salah",
    FOUND,
    "Pada 29-11-2026 surel salah alamat.",
    "Nama, telepon",
    scope="all",
)


def record(city: City, data: BreachInput = WRONG_ADDRESS, *, by: str = "made") -> int:
    with writing(city.engine) as db:
        return record_breach(db, city.actor(by), data).id


def concerned(city: City, **scope: Any) -> list[str]:
    """Return the names of the people whom a breach of this scope concerned."""
    breach_id = record(city, replace(WRONG_ADDRESS, **scope))
    with reading(city.engine) as db:
        return [person.name for person in list_concerned_people(db, city.actor("made"), breach_id)]


def test_whom_it_concerned_is_chosen_by_session_workshop_period_file_or_all(city: City) -> None:
    first, second, _third = city.workshop_of_days("TIGA")
    city.register(first, "Ani Contoh", MANGGAR)
    city.register(second, "Budi Contoh", LAMARU)
    city.register(city.session("LAIN", MORNING + timedelta(days=30)), "Citra Contoh", MANGGAR)
    uploaded = city.upload(
        city.session("DAFTAR", MORNING + timedelta(days=60)),
        sheet("Nama,Kelurahan,Kelompok,Kehadiran", "Dewi Contoh,Manggar,UMKM,hadir"),
    )
    city.commit(uploaded.id)
    with writing(city.engine) as db:
        db.add(Participant(name="Eka Contoh", name_key="eka contoh", kelurahan_code=MANGGAR))

    assert concerned(city, scope="session", session=first.lower()) == ["Ani Contoh"]
    assert concerned(city, scope="workshop", workshop="TIGA") == ["Budi Contoh", "Ani Contoh"]
    days = {"first_day": date(2025, 8, 6), "last_day": date(2025, 9, 4)}
    assert concerned(city, scope="period", **days) == ["Budi Contoh", "Citra Contoh"]
    assert concerned(city, scope="file", file=uploaded.id) == ["Dewi Contoh"]
    assert concerned(city, scope="all") == [
        "Budi Contoh",
        "Ani Contoh",
        "Citra Contoh",
        "Dewi Contoh",
        "Eka Contoh",
    ]


def test_erased_people_are_left_out(city: City) -> None:
    city.register(city.session(), "Ani Contoh")
    with writing(city.engine) as db:
        db.exec(select(Participant)).one().sqlmodel_update({"name": "–", "name_key": ""})

    assert concerned(city, scope="all") == []


def test_all_known_contacts_of_a_person_are_listed(city: City) -> None:
    code = city.session()
    city.register(code, "Ani Contoh", MANGGAR)
    with writing(city.engine) as db:
        db.exec(select(Participant)).one().sqlmodel_update({"phone": "+6281200000411"})
        registration = db.exec(select(Registration)).one()
        registration.sqlmodel_update({"contact_phone": "+6281200000412", "contact_email": "ani@contoh.id"})
    breach_id = record(city, replace(WRONG_ADDRESS, scope="session", session=code))

    with reading(city.engine) as db:
        (person,) = list_concerned_people(db, city.actor("made"), breach_id)

    assert (person.place, person.phones, person.emails) == (
        "Manggar",
        ("+6281200000411", "+6281200000412"),
        ("ani@contoh.id",),
    )


def test_the_clock_of_three_days_runs_from_when_it_was_found(city: City) -> None:
    breach_id = record(city)

    with reading(city.engine) as db:
        breach = get_breach_view(db, city.actor("made"), breach_id)

    assert breach.notify_until == utc(FOUND) + timedelta(hours=72)
    assert breach.hours_left in {66, 67}
    assert breach.is_open


def test_a_change_is_logged_without_the_texts(city: City) -> None:
    breach_id = record(city)
    told = replace(WRONG_ADDRESS, measures="Surel ditarik.", agency_notified=FOUND + timedelta(hours=1))
    with writing(city.engine) as db:
        change_breach(db, city.actor("made"), breach_id, told)

    created, changed = [line for line in city.all(Activity) if line.subject == "breach"]

    assert (created.action, changed.action) == ("create", "change")
    assert set(changed.after or {}) == {"agency_notified_at"}
    assert "alamat" not in str((created.after, changed.after))


def test_a_form_overwrites_no_newer_change(city: City) -> None:
    breach_id = record(city)
    with reading(city.engine) as db:
        seen = fingerprint(breach_input(get_breach_view(db, city.actor("made"), breach_id)))
    with writing(city.engine) as db:
        change_breach(db, city.actor("made"), breach_id, replace(WRONG_ADDRESS, title="Lain"))

    with writing(city.engine) as db, pytest.raises(Conflict):
        change_breach(db, city.actor("made"), breach_id, WRONG_ADDRESS, form_fingerprint=seen)


@on_sqlite
@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": " "}, "title"),
        ({"happened": ""}, "happened"),
        ({"data_affected": ""}, "data_affected"),
        ({"measures": "a" * 10_001}, "measures"),
        ({"found": None}, "found"),
        ({"found": FOUND + timedelta(days=1)}, "found"),
        ({"people_notified": FOUND - timedelta(hours=1)}, "people_notified"),
        ({"agency_notified": datetime.min}, "agency_notified"),  # noqa: DTZ901 (a wall-clock time)
        ({"scope": "somebody"}, "scope"),
        ({"scope": "workshop", "workshop": "TIADA"}, "workshop"),
        ({"scope": "session"}, "session"),
        ({"scope": "file", "file": 99}, "file"),
        ({"scope": "period", "first_day": date(2026, 2, 1), "last_day": date(2026, 1, 1)}, "last_day"),
        ({"scope": "period", "first_day": date.min, "last_day": date(2026, 1, 1)}, "last_day"),
    ],
)
def test_wrong_fields_are_named(city: City, wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        record(city, replace(WRONG_ADDRESS, **wrong))

    assert set(refused.value.fields) == {field}


@pytest.mark.parametrize("name", ["sari", "budi", "rina"])
def test_breaches_are_only_for_administrators(city: City, name: str) -> None:
    breach_id = record(city)

    with pytest.raises(Forbidden):
        record(city, by=name)
    with writing(city.engine) as db, pytest.raises(Forbidden):
        change_breach(db, city.actor(name), breach_id, WRONG_ADDRESS)
    with reading(city.engine) as db, pytest.raises(Forbidden):
        list_concerned_people(db, city.actor(name), breach_id)


def test_an_unknown_breach_is_not_found(city: City) -> None:
    with reading(city.engine) as db, pytest.raises(NotFound):
        list_concerned_people(db, city.actor("made"), 99)


@pytest.mark.parametrize(
    "columns",
    [
        {"scope": BreachScope.WORKSHOP},
        {"scope": BreachScope.PERIOD, "first_day": date(2026, 1, 1)},
        {"scope": BreachScope.PERIOD, "first_day": date(2026, 2, 1), "last_day": date(2026, 1, 1)},
        {"attendance_import_id": 1},
    ],
)
def test_the_database_refuses_a_scope_without_its_target(city: City, columns: dict[str, Any]) -> None:
    breach_id = record(city)

    with writing(city.engine) as db:
        db.get_one(Breach, breach_id).sqlmodel_update(columns)
        with pytest.raises(IntegrityError):
            db.flush()
        db.rollback()
