"""Versions of the privacy notice, and the legal basis that the database demands of every registration."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import select

from app.database import reading, writing
from app.errors import Conflict, Forbidden, Invalid
from app.models import (
    Activity,
    AttendanceImport,
    Basis,
    Channel,
    PrivacyNotice,
    Registration,
)
from app.models.base import now
from app.permissions import CITIZEN
from app.queries.privacy.notices import get_current_notice, get_notice, list_notices, parse_sections
from app.services.privacy.notices import NoticeInput, load_shipped_notice, publish_notice
from app.services.reference_data import load_reference_data
from tests.city import City, crowd

OWN_TEXT = NoticeInput("## Siapa\r\nDinas. Kontak: {kontak}", "## Who\r\nThe office. Contact: {kontak}")


def publish(city: City, data: NoticeInput = OWN_TEXT, *, by: str = "made", **options: Any) -> PrivacyNotice:
    with writing(city.engine) as db:
        return publish_notice(db, city.actor(by), data, **options)


def test_a_new_version_is_in_force_and_the_old_one_stays(city: City) -> None:
    publish(city, seen_version="2026-2")

    with reading(city.engine) as db:
        current = get_current_notice(db)
        assert (current.version, current.published_by) == (f"{now().year}-3", "Made Admin")
        assert current.text_id == "## Siapa\nDinas. Kontak: {kontak}\n"
        assert "3 tahun" in get_notice(db, "2026-2").text_id
    (line,) = [line for line in city.all(Activity) if line.action == "publish"]
    assert (line.subject, line.subject_id) == ("privacy-notice", current.version)


def test_a_version_is_published_only_once_and_only_over_the_one_that_was_seen(city: City) -> None:
    publish(city, seen_version="2026-2")

    with pytest.raises(Conflict, match="Nothing was published"):
        publish(city)
    with pytest.raises(Conflict, match="was published meanwhile"):
        publish(city, NoticeInput("Lain. {kontak}", "Other. {kontak}"), seen_version="2026-2")


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (NoticeInput("", "The office. {kontak}"), "text_id"),
        (NoticeInput("Dinas. {kontak}", "The office."), "text_en"),
        (NoticeInput("Dinas. {kontak}" + "a" * 20_000, "The office. {kontak}"), "text_id"),
    ],
)
def test_a_text_needs_both_languages_and_a_place_for_the_contact(
    city: City, data: NoticeInput, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        publish(city, data)

    assert set(refused.value.fields) == {field}


@pytest.mark.parametrize("name", ["sari", "budi", "rina"])
def test_only_administrators_publish(city: City, name: str) -> None:
    with pytest.raises(Forbidden):
        publish(city, by=name)
    with writing(city.engine) as db, pytest.raises(Forbidden):
        publish_notice(db, CITIZEN, OWN_TEXT)


@pytest.mark.parametrize(
    "statement", ["UPDATE privacy_notice SET text_id = 'lain'", "DELETE FROM privacy_notice"]
)
def test_a_published_text_is_never_changed(city: City, statement: str) -> None:
    with pytest.raises(DBAPIError, match="never changed"), writing(city.engine) as db:
        db.connection().execute(text(statement))


def test_an_update_of_the_software_does_not_replace_the_text_of_an_administrator(city: City) -> None:
    mine = publish(city)

    with writing(city.engine) as db:
        load_reference_data(db)
        load_shipped_notice(db)
        assert [notice.version for notice in list_notices(db)] == [mine.version, "2026-2"]


def test_a_text_has_headings_paragraphs_and_lists() -> None:
    sections = parse_sections("Salam.\n\n## Apa\n- nama\n- kelurahan\nSelesai.\n## Kosong\n")

    assert [(section.heading, section.paragraphs) for section in sections] == [
        ("", ("Salam.",)),
        ("Apa", (("nama", "kelurahan"), "Selesai.")),
        ("Kosong", ()),
    ]


@pytest.mark.parametrize(
    "columns",
    [
        {"basis": Basis.CONSENT},
        {"consent_notice": "2026-2", "consented_at": now()},
        {"basis": Basis.CONSENT, "consent_notice": "2026-2"},
        {"basis": Basis.CONSENT, "consent_notice": "1999-1", "consented_at": now()},
        {"channel": Channel.SELF},
        {"informed_at": now()},
        {"informed_notice": "1999-1", "informed_at": now()},
    ],
    ids=[
        "consent to nothing",
        "a task that was agreed to",
        "consent at no time",
        "consent to an unknown version",
        "an own registration without consent",
        "told of nothing",
        "told of an unknown version",
    ],
)
def test_the_database_refuses_a_registration_without_its_basis(city: City, columns: dict[str, Any]) -> None:
    code = city.session()
    city.register(code, "Siti Contoh")

    with writing(city.engine) as db:
        db.exec(select(Registration)).one().sqlmodel_update(columns)
        with pytest.raises(IntegrityError):
            db.flush()
        db.rollback()


def test_the_database_refuses_a_list_by_consent(city: City) -> None:
    city.upload(city.session(), crowd(1))

    with writing(city.engine) as db:
        db.exec(select(AttendanceImport)).one().basis = Basis.CONSENT
        with pytest.raises(IntegrityError):
            db.flush()
        db.rollback()
