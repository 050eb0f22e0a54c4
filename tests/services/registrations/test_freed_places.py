"""A place that becomes free by what is said of attendance goes to those who wait, before the next newcomer takes it."""

from app.database import reading, writing
from app.models import Activity, AttendanceImport, AttendanceStatus, Registration
from app.queries.registrations.history import list_registration_history
from app.services.imports.commit import NOT_STARTED, CommitChoices
from app.services.registrations.attendance_marks import MarkInput, mark_attendance
from tests.city import City, sheet
from tests.services.registrations.test_waiting_list import CANCELLED, CONFIRMED, WAITS, Queue
from tests.upcoming_sessions import begin_session

COLUMNS = "Nama;Kelurahan;Kelompok;Kehadiran;Kode pendaftaran"


def test_a_place_that_an_undone_sheet_had_taken_goes_to_the_queue(city: City) -> None:
    queue = Queue(city, capacity=1)
    made = sheet_saved(queue, "Ani Aster;Manggar;umkm;hadir;")
    waiting = queue.come("Budi Bakung")
    assert queue.stands() == {"Aster": (CONFIRMED, None), "Bakung": (WAITS, 1)}

    city.undo(made.id)

    assert queue.stands() == {"Bakung": (CONFIRMED, None)}
    assert why(queue, waiting) == ("move-up", "undo")
    assert [line.action for line in city.all(Activity)][-2:] == ["undo", "move-up"]
    queue.come("Ira Ixora")
    assert queue.stands()["Ixora"] == (WAITS, 1)


def test_a_sheet_that_moves_somebody_elsewhere_leaves_their_place_to_the_queue(city: City) -> None:
    queue = Queue(city, places_per_kelurahan=1)
    ani = queue.come("Ani Aster")
    waiting = queue.come("Budi Bakung")

    sheet_saved(queue, f"Ani Aster;Lamaru;umkm;hadir;{ani.code}")

    assert queue.stands() == {"Aster": (CONFIRMED, None), "Bakung": (CONFIRMED, None)}
    assert why(queue, waiting) == ("move-up", "sheet")
    assert [line.action for line in city.all(Activity)][-2:] == ["commit", "move-up"]


def test_who_was_marked_by_mistake_and_waits_again_gets_a_place_freed_meanwhile(city: City) -> None:
    queue = Queue(city, capacity=1, days=1)
    ani = queue.come("Ani Aster")
    waiting = queue.come("Budi Bakung")
    marked(queue, waiting, AttendanceStatus.PRESENT)
    queue.cancel(ani)
    assert queue.stands() == {"Aster": (CANCELLED, None), "Bakung": ("walk-in", 1)}

    marked(queue, waiting, None)

    assert queue.stands()["Bakung"] == (CONFIRMED, None)
    assert why(queue, waiting) == ("move-up", "mark")


def test_nobody_moves_up_by_what_is_said_once_the_session_has_begun(city: City) -> None:
    queue = Queue(city, capacity=1, days=1)
    made = sheet_saved(queue, "Ani Aster;Manggar;umkm;hadir;")
    waiting = queue.come("Budi Bakung")
    begin_session(city, queue.code)
    marked(queue, waiting, AttendanceStatus.PRESENT)

    city.undo(made.id)
    marked(queue, waiting, None)

    assert queue.stands() == {"Bakung": (WAITS, 1)}


def sheet_saved(queue: Queue, *rows: str) -> AttendanceImport:
    """An attendance sheet is saved, although the session is still to come."""
    made = queue.city.upload(queue.code, sheet(COLUMNS, *rows))
    return queue.city.commit(made.id, choices=CommitChoices(confirm=frozenset({NOT_STARTED})))


def marked(queue: Queue, registration: Registration, status: AttendanceStatus | None) -> None:
    with writing(queue.city.engine) as db:
        mark_attendance(db, queue.city.actor("budi"), registration, MarkInput(status))


def why(queue: Queue, registration: Registration) -> tuple[str, str | None]:
    """What last happened to a registration, and because of what."""
    with reading(queue.city.engine) as look:
        newest = list_registration_history(look, registration)[0]
    return newest.action, newest.because
