"""Who did what to what, before and after: every change is in the log, and nobody takes it out again."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlmodel import select

from app.database import writing
from app.models import Activity, Channel, Registration, Role, WorkshopSession
from app.people.person import PersonInput
from app.permissions import CITIZEN, OPERATOR
from app.services.accounts.api_tokens import create_api_token
from app.services.accounts.logins import create_login, end_login
from app.services.accounts.users import create_password_link, create_user, set_password_by_link
from app.services.activities import snapshot
from app.services.imports.review import correct_rows_with_same_question
from app.services.people.corrections import correct_participant
from app.services.registrations.corrections import correct_registration
from app.services.registrations.registrations import register_person
from app.services.registrations.requests import RegistrationRequest
from app.services.workshops.workshop_sessions import (
    WorkshopSessionInput,
    change_workshop_session,
    create_workshop_session,
)
from app.services.workshops.workshops import WorkshopInput, change_workshop
from tests.city import MORNING, City, crowd, sheet
from tests.upcoming_sessions import create_upcoming_session

SESSION = WorkshopSessionInput(MORNING, MORNING + timedelta(hours=3), venue="Aula Balai Kota")


def newest(city: City) -> Activity:
    return city.all(Activity)[-1]


def lines(city: City, after: int) -> list[tuple[str, str, str]]:
    return [(one.actor, one.action, one.subject) for one in city.all(Activity) if one.id > after]


def test_an_import_from_upload_to_undo(city: City) -> None:
    code = city.session()
    before = newest(city).id

    made = city.upload(code, crowd(2))
    city.correct(made.id, 2, decision={"skip": True})
    city.commit(made.id, by="budi")
    city.undo(made.id)

    assert lines(city, before) == [
        ("Sari Panitia", "upload", "attendance-import"),
        ("Sari Panitia", "correct", "attendance-import"),
        ("Budi Petugas", "commit", "attendance-import"),
        ("Sari Panitia", "undo", "attendance-import"),
    ]
    corrected, committed, undone = city.all(Activity)[-3:]
    assert (corrected.before, corrected.after) == ({"decision": None}, {"decision": {"skip": True}})
    assert committed.after is not None
    assert committed.after["counts"]["create"] == 1
    assert undone.after == {"attendances": 1, "registrations": 1, "people": 1, "people_kept": 0}


def test_a_correction_says_which_cells_read_how_but_no_nik(city: City) -> None:
    code = city.session()
    rows = ("Siti Aminah;6471054408900002;Antah Berantah;hadir", "Nur Aini;;Antah Berantah;hadir")
    made = city.upload(code, sheet("Nama;NIK;Kelurahan;Kehadiran", *rows))

    city.correct(made.id, 2, cells={"name": "Siti Amina", "nik": "6471054408900003"})

    assert newest(city).before == {
        "cells": {"name": "Siti Aminah", "nik": "••••••••••••0002"},
        "corrected": [],
    }
    assert newest(city).after == {
        "cells": {"name": "Siti Amina", "nik": "••••••••••••0003"},
        "corrected": ["name", "nik"],
    }

    with writing(city.engine) as db:
        correct_rows_with_same_question(
            db, city.vault, city.actor("sari"), made.id, 3, cells={"kelurahan": "Manggar"}
        )

    assert newest(city).before == {"cells": {"kelurahan": "Antah Berantah"}, "corrected": []}
    assert newest(city).after == {
        "cells": {"kelurahan": "Manggar"},
        "corrected": ["kelurahan"],
        "rows": 2,
    }


def test_a_new_registration_is_in_the_log_as_it_is_kept(city: City) -> None:
    """But for secrets and what reaches people; no object was made of it."""
    create_upcoming_session(city)
    ani = PersonInput("Ani Aster", "Manggar", "umkm", phone="081200000101", sex="P", rt="7")
    with writing(city.engine) as db:
        session_id = db.exec(select(WorkshopSession.id).where(WorkshopSession.code == "JUALAN-1")).one()
        asking = RegistrationRequest(Channel.ORGANIZER, "id", consent=True, request_key="formulir-1")
        register_person(db, city.vault, city.actor("sari"), session_id, ani, asking)

    (kept,) = city.all(Registration)
    told = newest(city).after
    assert told == {
        name: value
        for name, value in snapshot(kept).items()
        if name not in ("contact_phone", "contact_email")
    }
    assert (kept.rt, kept.sex, kept.status) == ("7", "P", "confirmed")


def test_how_people_are_reached_is_said_to_be_changed_and_never_told(city: City) -> None:
    ani = PersonInput("Ani Aster", "Manggar", "umkm", phone="081200000101", email="ani@contoh.id")
    moved = replace(ani, phone="081200000102", email="ani@baru.id")
    held = create_upcoming_session(city)
    with writing(city.engine) as db:
        session_id = db.exec(select(WorkshopSession.id).where(WorkshopSession.code == held)).one()
        by_themselves = RegistrationRequest(Channel.SELF, consent=True)
        made = register_person(db, city.vault, CITIZEN, session_id, ani, by_themselves)
    with writing(city.engine) as db:
        registration = db.get_one(Registration, made.id)
        correct_registration(db, city.vault, city.actor("sari"), registration, moved)
    of_person, of_registration = city.all(Activity)[-2:]
    with writing(city.engine) as db:
        born = replace(moved, birth_date="14-08-1989")
        correct_participant(db, city.vault, city.actor("sari"), made.participant_id, born)
    sheet_read = city.upload(city.session(), sheet("Nama;Kelurahan;HP;Kehadiran", "Budi;Manggar;0812;hadir"))
    city.correct(sheet_read.id, 2, cells={"phone": "081200000103"})

    changed = {"phone_changed": True, "email_changed": True}
    assert (of_person.before, of_person.after) == ({}, changed)
    assert (of_registration.before, of_registration.after) == ({}, changed)
    *_, born_line, _, _, _, _, correction = city.all(Activity)
    assert born_line.after == {"birth_date_changed": True}
    assert correction.after == {"cells": {"phone_changed": True}, "corrected": ["phone"]}
    written = "".join(str((line.before, line.after)) for line in city.all(Activity))
    for told in ("81200000", "ani@", "1989"):
        assert told not in written


def test_a_change_of_a_workshop_says_what_changed_and_only_that(city: City) -> None:
    city.workshop("SPBE-2025", "umkm")

    with writing(city.engine) as db:
        change_workshop(
            db,
            city.actor("sari"),
            "SPBE-2025",
            WorkshopInput("Kegiatan baru", ("umkm", "rt"), pillar="cakap"),
        )

    line = newest(city)
    assert (line.actor, line.action, line.subject_id) == ("Sari Panitia", "change", "SPBE-2025")
    assert line.before == {"title": "Kegiatan SPBE-2025", "target_groups": ["umkm"], "pillar": None}
    assert line.after == {"title": "Kegiatan baru", "target_groups": ["rt", "umkm"], "pillar": "cakap"}


def test_a_session_with_the_venue_that_was_made_for_it(city: City) -> None:
    city.workshop("SPBE-2025")
    before = newest(city).id

    with writing(city.engine) as db:
        create_workshop_session(db, city.actor("budi"), "SPBE-2025", "SPBE-2025-1", SESSION)
    with writing(city.engine) as db:
        change_workshop_session(db, city.actor("sari"), "SPBE-2025-1", replace(SESSION, capacity=40))

    assert lines(city, before) == [
        ("Budi Petugas", "create", "venue"),
        ("Budi Petugas", "create", "session"),
        ("Sari Panitia", "change", "session"),
    ]
    assert (newest(city).before, newest(city).after) == ({"capacity": None}, {"capacity": 40})


def test_users_and_what_opens_doors_but_never_the_secrets_themselves(city: City) -> None:
    before = newest(city).id

    with writing(city.engine) as db:
        user = create_user(
            db,
            OPERATOR,
            email="ani@contoh.id",
            name="Ani",
            role=Role.STAFF,
            organization="Kampus Contoh",
            password="kebun raya balikpapan",
        )
        link = create_password_link(db, OPERATOR, user)
        token = create_api_token(db, OPERATOR, user, "laporan")
        set_password_by_link(db, link, "pantai kemala pagi")
        cookie = create_login(db, user, "test")
        end_login(db, cookie)

    assert lines(city, before) == [
        ("command line", "create", "organization"),
        ("command line", "create", "user"),
        ("command line", "create", "password-link"),
        ("command line", "create", "api-token"),
        ("Ani", "set-password", "user"),
        ("Ani", "log-in", "user"),
        ("Ani", "log-out", "user"),
    ]
    written = "".join(str(line.model_dump()) for line in city.all(Activity))
    for secret in ("argon2", link, token, cookie, "kebun raya", "pantai kemala"):
        assert secret not in written


@pytest.mark.parametrize("statement", ["UPDATE activity SET actor = 'nobody'", "DELETE FROM activity"])
def test_the_database_lets_nobody_rewrite_it(city: City, statement: str) -> None:
    before = city.all(Activity)

    with pytest.raises(DatabaseError, match="append-only"), writing(city.engine) as db:
        db.connection().execute(text(statement))

    assert city.all(Activity) == before


def test_what_was_refused_is_not_in_it(city: City) -> None:
    code = city.session()
    before = len(city.all(Activity))

    with pytest.raises(Exception, match="no session"):
        city.upload(code, crowd(1), by="tono")

    assert len(city.all(Activity)) == before
