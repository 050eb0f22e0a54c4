"""Who came to how many sessions of a workshop: as a list to search, filter and page, and as files."""

from io import BytesIO

import pytest
from openpyxl import load_workbook

from app.database import reading, writing
from app.errors import Forbidden, NotFound
from app.i18n import translator
from app.models import Activity, AttendanceStatus, RegistrationStatus
from app.queries.workshops.attendance import (
    AttendanceFilters,
    WorkshopAttendance,
    get_workshop_attendance,
)
from app.services.workshops.attendance import AttendanceFormat, download_workshop_attendance
from app.services.workshops.workshop_sessions import cancel_session
from tests.city import City

PRESENT, ABSENT, EXCUSED = AttendanceStatus.PRESENT, AttendanceStatus.ABSENT, AttendanceStatus.EXCUSED


@pytest.fixture
def three_days(city: City) -> City:
    """Three sessions: Ani came to all, Budi to the first, Citra was excused; Dodi waits for a seat on the last day."""
    city.workshop_of_days()
    ani = city.register("TIGA-1", "Ani Contoh", outcome=PRESENT)
    city.register("TIGA-2", ani.name, person=ani, outcome=PRESENT)
    city.register("TIGA-3", ani.name, person=ani, outcome=PRESENT)
    budi = city.register("TIGA-1", "Budi Contoh", outcome=PRESENT)
    city.register("TIGA-2", budi.name, person=budi, outcome=ABSENT)
    citra = city.register("TIGA-2", "Citra Contoh", None, outcome=EXCUSED)
    city.register("TIGA-3", citra.name, None, person=citra)
    city.register("TIGA-3", "Dodi Contoh", status=RegistrationStatus.WAITLISTED)
    return city


def attendance(
    city: City,
    filters: AttendanceFilters | None = None,
    *,
    by: str = "sari",
    after: int | None = None,
    limit: int = 50,
) -> WorkshopAttendance:
    with reading(city.engine) as db:
        return get_workshop_attendance(
            db, city.actor(by), "TIGA", filters or AttendanceFilters(), after=after, limit=limit
        )


def names(found: WorkshopAttendance) -> list[str]:
    return [person.name for person in found.people]


def file(
    city: City, file_format: AttendanceFormat, filters: AttendanceFilters | None = None, *, by: str = "sari"
) -> bytes:
    with reading(city.engine) as read_db, writing(city.engine) as db:
        return download_workshop_attendance(
            read_db,
            db,
            city.actor(by),
            "TIGA",
            filters or AttendanceFilters(),
            file_format,
            translator("id"),
            "id",
        ).content


def test_each_person_has_an_outcome_at_each_session(three_days: City) -> None:
    found = attendance(three_days)

    sessions = [workshop_session.id for workshop_session in found.workshop_sessions]
    rows = {
        person.name: ([person.outcomes.get(session, "-") for session in sessions], person.present)
        for person in found.people
    }
    assert rows == {
        "Ani Contoh": ([PRESENT, PRESENT, PRESENT], 3),
        "Budi Contoh": ([PRESENT, ABSENT, "-"], 1),
        "Citra Contoh": (["-", EXCUSED, None], 0),
    }
    assert [person.place for person in found.people] == ["Manggar", "Manggar", "Samarinda"]


def test_people_are_found_by_name_and_number_of_sessions(three_days: City) -> None:
    assert names(attendance(three_days, AttendanceFilters(at_least=1))) == ["Ani Contoh", "Budi Contoh"]
    assert names(attendance(three_days, AttendanceFilters(at_least=2))) == ["Ani Contoh"]
    assert names(attendance(three_days, AttendanceFilters(search="bud"))) == ["Budi Contoh"]
    assert names(attendance(three_days, AttendanceFilters(search="bud", at_least=2))) == []


def test_a_long_list_has_pages(three_days: City) -> None:
    first = attendance(three_days, limit=2)
    last = attendance(three_days, limit=2, after=first.following)

    assert (names(first), first.count) == (["Ani Contoh", "Budi Contoh"], 3)
    assert (names(last), last.following, last.count) == (["Citra Contoh"], None, 3)


def test_a_cancelled_session_is_left_out(city: City) -> None:
    city.workshop_of_days(count=2)
    city.register("TIGA-1", "Ani Contoh", outcome=PRESENT)
    city.register("TIGA-2", "Budi Contoh")
    with writing(city.engine) as db:
        cancel_session(db, city.actor("sari"), "TIGA-2", "Hujan deras")

    found = attendance(city)

    assert [workshop_session.code for workshop_session in found.workshop_sessions] == ["TIGA-1"]
    assert names(found) == ["Ani Contoh"]


def test_files_hold_everybody_and_no_formulas(three_days: City) -> None:
    three_days.register("TIGA-1", "=HYPERLINK(1)", outcome=PRESENT)

    lines = file(three_days, "csv").decode("utf-8-sig").splitlines()
    assert lines[0] == (
        "Nama;Kelurahan;RT;05-08-2025 (TIGA-1);06-08-2025 (TIGA-2);07-08-2025 (TIGA-3);Hadir;dari 3 sesi"
    )
    assert "Ani Contoh;Manggar;;hadir;hadir;hadir;3;3" in lines
    assert "Citra Contoh;Samarinda;;–;izin;;0;3" in lines
    assert any(line.startswith("'=HYPERLINK(1);Manggar") for line in lines)

    page = load_workbook(BytesIO(file(three_days, "xlsx"))).worksheets[0]
    cells = {cell.value: cell.data_type for row in page.iter_rows() for cell in row}
    assert cells["=HYPERLINK(1)"] == "s"


def test_a_file_has_the_people_of_the_filter_and_is_logged(three_days: City) -> None:
    text = file(three_days, "csv", AttendanceFilters(at_least=2)).decode("utf-8-sig")

    assert "Ani Contoh" in text
    assert "Budi Contoh" not in text
    (line,) = [line for line in three_days.all(Activity) if line.action == "download"]
    assert (line.subject, line.subject_id) == ("workshop", "TIGA")
    assert line.after == {"file": "kehadiran-TIGA.csv", "people": 1}


def test_only_those_who_may_see_people_see_them(three_days: City) -> None:
    for by, refusal in (("rina", Forbidden), ("tono", NotFound)):
        with pytest.raises(refusal):
            attendance(three_days, by=by)
        with pytest.raises(refusal):
            file(three_days, "csv", by=by)

    three_days.users["rina"].may_see_participants = True
    assert len(attendance(three_days, by="rina").people) == 3
    assert len(attendance(three_days, by="budi").people) == 3
