"""Who sees what: their own organization's, everything, or nothing; and a person's history leads back to the sheet."""

from dataclasses import replace
from typing import Any

import pytest

from app.database import reading, writing
from app.errors import NotFound
from app.models import Participant
from app.permissions import Actor
from app.queries.imports.attendance_imports import list_attendance_imports
from app.queries.people.history import list_participant_registrations
from app.queries.people.participant_filters import ParticipantFilters
from app.queries.people.participants import get_participant_view, list_participants
from app.queries.workshops.workshop_sessions import get_workshop_session_view, list_workshop_sessions
from app.queries.workshops.workshops import list_workshops
from tests.city import MANGGAR, City, sheet
from tests.scenarios import scenario

ALL = ("SARI-1-W", "TONO-1-W")
SEEN_WORKSHOPS = {
    "made": {"SARI-1-W", "TONO-1-W"},
    "sari": {"SARI-1-W"},
    "budi": {"SARI-1-W"},
    "tono": {"TONO-1-W"},
    "rina": {"SARI-1-W", "TONO-1-W"},
}
SEEN_PEOPLE = {
    "made": ["Nur Aini", "Siti Aminah"],
    "sari": ["Siti Aminah"],
    "tono": ["Nur Aini", "Siti Aminah"],
    "rina": [],
}
SEARCHES: tuple[tuple[dict[str, str], list[str]], ...] = (
    ({"search": "siti"}, ["Siti Aminah"]),
    ({"search": "lamaru"}, ["Nur Aini"]),
    ({"search": "0812 0000 0678"}, ["Siti Aminah"]),
    ({"search": "678"}, []),
    ({"search": "%"}, []),
    ({"kelurahan": MANGGAR}, ["Siti Aminah"]),
    ({"target_group": "rt"}, ["Nur Aini", "Siti Aminah"]),
    ({"target_group": "umkm"}, ["Siti Aminah"]),
)
HEADER = "Nama;Kelurahan;HP;Unsur;Kehadiran"


@scenario
def two_organizations(city: City) -> None:
    """Siti came to Sari's workshop and to Tono's, Nur to Tono's alone."""
    city.session("SARI-1")
    city.session("TONO-1", by="tono")
    city.import_sheet("SARI-1", sheet(HEADER, "Siti Aminah;Manggar;081200000678;umkm;hadir"))
    city.import_sheet(
        "TONO-1",
        sheet(HEADER, "Siti Aminah;Manggar;081200000678;rt;tidak", "Nur Aini;Lamaru;081200000679;rt;hadir"),
        by="tono",
    )


def names(city: City, who: Actor, **filters: Any) -> list[str]:
    with reading(city.engine) as look:
        return [one.name for one in list_participants(look, who, ParticipantFilters(**filters)).participants]


def test_workshops_and_sessions(two_organizations: City) -> None:
    with reading(two_organizations.engine) as look:
        for who, codes in SEEN_WORKSHOPS.items():
            actor = two_organizations.actor(who)
            held = [session for code in ALL for session in list_workshop_sessions(look, actor, code)]
            assert {one.code for one in list_workshops(look, actor)} == codes, who
            assert {session.workshop_code for session in held} == codes, who


def test_participants(two_organizations: City) -> None:
    seen = {who: names(two_organizations, two_organizations.actor(who)) for who in SEEN_PEOPLE}

    assert seen == SEEN_PEOPLE


def test_a_viewer_with_the_grant_sees_everyone(two_organizations: City) -> None:
    granted = replace(two_organizations.actor("rina"), may_see_participants=True)

    assert names(two_organizations, granted) == ["Nur Aini", "Siti Aminah"]


def test_imports(two_organizations: City) -> None:
    with reading(two_organizations.engine) as look:
        seen = {
            who: len(list_attendance_imports(look, two_organizations.actor(who)))
            for who in ("made", "sari", "tono", "rina")
        }

    assert seen == {"made": 2, "sari": 1, "tono": 1, "rina": 0}


def test_what_is_out_of_reach_is_not_there(two_organizations: City) -> None:
    nur = next(one for one in two_organizations.all(Participant) if one.name == "Nur Aini")
    sari = two_organizations.actor("sari")

    with reading(two_organizations.engine) as look:
        with pytest.raises(NotFound):
            get_participant_view(look, sari, nur.id)
        with pytest.raises(NotFound):
            get_workshop_session_view(look, sari, "TONO-1")
        assert list_participant_registrations(look, sari, nur.id, "id") == []


def test_a_history_shows_what_is_within_reach_and_where_it_came_from(two_organizations: City) -> None:
    siti = next(one for one in two_organizations.all(Participant) if one.name == "Siti Aminah")

    with reading(two_organizations.engine) as look:
        (seen,) = list_participant_registrations(look, two_organizations.actor("budi"), siti.id, "en")
        everything = list_participant_registrations(look, two_organizations.actor("made"), siti.id, "en")

    assert (seen.session_code, seen.attendance, seen.place) == ("SARI-1", "present", "Manggar")
    (source,) = seen.sources
    assert (source.file_name, source.row, source.uploaded_by) == ("daftar.csv", 2, "Sari Panitia")
    assert {one.session_code: one.attendance for one in everything} == {
        "SARI-1": "present",
        "TONO-1": "absent",
    }


def test_people_are_found(two_organizations: City) -> None:
    for filters, found in SEARCHES:
        assert names(two_organizations, two_organizations.actor("made"), **filters) == found, filters


def test_a_filter_by_group_tells_nothing_of_other_organizations(two_organizations: City) -> None:
    assert names(two_organizations, two_organizations.actor("sari"), target_group="rt") == []


def test_pages_follow_each_other_without_gap_or_repetition(city: City) -> None:
    code = city.session()
    people = ["Ani", "Ani", "Budi", "Citra", "Dewi"]
    for name in people:
        city.register(code, name)
    seen: list[str] = []
    follows = []

    with reading(city.engine) as look:
        for number in (1, 2, 3):
            page = list_participants(look, city.actor("sari"), ParticipantFilters(), page=number, limit=2)
            seen += [one.name for one in page.participants]
            follows.append(page.has_next)

    assert (seen, follows) == (people, [True, True, False])


def test_phones_are_masked(two_organizations: City) -> None:
    with reading(two_organizations.engine) as look:
        page = list_participants(look, two_organizations.actor("sari"), ParticipantFilters())

    assert [one.phone for one in page.participants] == ["0812••••678"]


def test_a_session_tells_how_far_its_attendance_has_come(city: City) -> None:
    code = city.session(capacity=10)
    city.import_sheet(code, sheet(HEADER, "Siti Aminah;Manggar;;umkm;hadir", "Nur Aini;Lamaru;;umkm;izin"))
    city.register(code, "Budi Contoh")
    with writing(city.engine) as db:
        seen = get_workshop_session_view(db, city.actor("sari"), code)

    assert (seen.registered, seen.present, seen.absent, seen.excused) == (3, 1, 0, 1)
    assert (seen.recorded, seen.capacity) == (2, 10)
