"""Whom an import is about: its own rows count, whatever other lists of the session say."""

import pytest

from app.database import reading
from app.models import AttendanceImport, Participant
from app.queries.imports.attendance_imports import get_attendance_import_view
from app.queries.imports.people import (
    LaterImport,
    PeopleCounts,
    count_people,
    list_first_people,
    list_later_imports,
)
from tests.city import LAMARU, City, sheet
from tests.database import postgresql_in_soak

pytestmark = postgresql_in_soak

HEADER = "Nama;Kelurahan;HP;Kehadiran"
SITI, BUDI, NUR = (
    "Siti Aminah;Manggar;081200000001;hadir",
    "Budi Contoh;Lamaru;;tidak",
    "Nur Aini;Lamaru;;izin",
)
DEWI = "Dewi Contoh;Damai;081200000002;hadir"


@pytest.fixture
def code(city: City) -> str:
    return city.session("A-1")


def figures(city: City, attendance_import: AttendanceImport) -> PeopleCounts:
    with reading(city.engine) as db:
        return count_people(db, get_attendance_import_view(db, city.actor("sari"), attendance_import.id))


def test_people_are_counted_from_the_rows_of_one_import(city: City, code: str) -> None:
    """Siti is known from the first; Dewi stands twice on the second."""
    first = city.import_sheet(code, sheet(HEADER, SITI, BUDI, NUR))
    second = city.import_sheet(city.session("B-1"), sheet(HEADER, SITI, DEWI, DEWI))

    assert figures(city, first) == PeopleCounts(3, 0, 1, 1, 1, 0, 0)
    assert figures(city, second) == PeopleCounts(1, 1, 2, 0, 0, 0, 0)


def test_people_are_listed_from_the_rows_of_one_import(city: City, code: str) -> None:
    city.import_sheet(code, sheet(HEADER, SITI))
    city.upload(code, sheet(HEADER, BUDI))
    attendance_import = city.upload(code, sheet(HEADER, SITI, DEWI))

    with reading(city.engine) as db:
        named = list_first_people(db, city.actor("sari"), attendance_import.id)
    assert [person.name for person in named.new] == ["Dewi Contoh"]
    assert [person.name for person in named.known] == ["Siti Aminah"]


def test_a_person_from_outside_the_city_is_known_again(city: City, code: str) -> None:
    city.register(city.session("B-1"), "Yusuf Contoh", None)
    attendance_import = city.upload(code, sheet(HEADER, "Yusuf Contoh;Samarinda;;hadir"))
    assert (figures(city, attendance_import).new, figures(city, attendance_import).known) == (0, 1)


def test_another_import_or_a_namesake_does_not_make_a_person_listed(city: City, code: str) -> None:
    city.register(code, "Nur Aini", LAMARU)
    city.upload(code, sheet(HEADER, NUR, "Nur Aini;Antah;;hadir"))
    attendance_import = city.upload(code, sheet(HEADER, "Nur Aini;Manggar;;hadir"))
    city.correct(attendance_import.id, 2, decision={"person": "new"})
    assert figures(city, attendance_import).unlisted == 1


def test_a_person_whom_a_row_may_mean_is_not_unlisted(city: City, code: str) -> None:
    city.import_sheet(city.session("B-1"), sheet(HEADER, "Rina Gani Anwar;Manggar;081200000003;hadir"))
    city.register(code, "Rina Gani Anwar", person=city.all(Participant)[0])
    attendance_import = city.upload(code, sheet(HEADER, "Rina Gani;Manggar;081200000003;hadir"))
    assert (attendance_import.counts["review"], figures(city, attendance_import).unlisted) == (1, 0)


def test_later_imports_are_listed_only_if_committed_and_unchanged(city: City, code: str) -> None:
    """Nur was recorded before, Dewi by another list, and Siti for another session too: those stay."""
    for _twice in range(2):
        city.import_sheet(code, sheet(HEADER, "Budi Contoh;Lamaru;;izin", NUR))
    content = sheet(HEADER, SITI, BUDI, NUR)
    attendance_import = city.import_sheet(code, content)
    again = city.import_sheet(code, content)
    city.undo(city.import_sheet(code, content).id)
    other = city.session("B-1")
    for _twice in range(2):
        city.import_sheet(code, sheet(HEADER, DEWI))
        city.import_sheet(other, sheet(HEADER, SITI))
    city.import_sheet(code, sheet(HEADER, "Budi Contoh;Lamaru;081200000009;tidak"))

    with reading(city.engine) as db:
        found = get_attendance_import_view(db, city.actor("sari"), attendance_import.id)
        assert list_later_imports(db, found) == [LaterImport(again.id, "daftar.csv", 2)]
