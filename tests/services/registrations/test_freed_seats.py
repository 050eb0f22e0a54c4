"""A seat that becomes free by recorded attendance goes to the waiting list before anyone else can take it."""

from app.database import reading, writing
from app.models import Activity, AttendanceImport, AttendanceStatus, Registration
from app.queries.registrations.history import list_registration_history
from app.services.imports.commit import NOT_STARTED, CommitChoices
from app.services.registrations.attendance_marks import MarkInput, mark_attendance
from tests.city import City, sheet
from tests.services.registrations.test_waiting_list import CANCELLED, CONFIRMED, WAITS, Queue
from tests.upcoming_sessions import begin_session

COLUMNS = "Nama;Kelurahan;Kelompok;Kehadiran;Kode pendaftaran"


def test_the_seat_freed_by_undoing_a_sheet_goes_to_the_waiting_list(city: City) -> None:
    queue = Queue(city, capacity=1)
    made = save_sheet(queue, "Ani Aster;Manggar;umkm;hadir;")
    waiting = queue.register("Budi Bakung")
    assert queue.statuses() == {"Aster": (CONFIRMED, None), "Bakung": (WAITS, 1)}

    city.undo(made.id)

    assert queue.statuses() == {"Bakung": (CONFIRMED, None)}
    assert get_latest_reason(queue, waiting) == ("move-up", "undo")
    assert [line.action for line in city.all(Activity)][-2:] == ["undo", "move-up"]
    queue.register("Ira Ixora")
    assert queue.statuses()["Ixora"] == (WAITS, 1)


def test_the_seat_freed_by_a_new_kelurahan_on_a_sheet_goes_to_the_waiting_list(city: City) -> None:
    queue = Queue(city, places_per_kelurahan=1)
    ani = queue.register("Ani Aster")
    waiting = queue.register("Budi Bakung")

    save_sheet(queue, f"Ani Aster;Lamaru;umkm;hadir;{ani.code}")

    assert queue.statuses() == {"Aster": (CONFIRMED, None), "Bakung": (CONFIRMED, None)}
    assert get_latest_reason(queue, waiting) == ("move-up", "sheet")
    assert [line.action for line in city.all(Activity)][-2:] == ["commit", "move-up"]


def test_a_person_marked_by_mistake_gets_a_seat_that_became_free_meanwhile(city: City) -> None:
    queue = Queue(city, capacity=1, days=1)
    ani = queue.register("Ani Aster")
    waiting = queue.register("Budi Bakung")
    mark(queue, waiting, AttendanceStatus.PRESENT)
    queue.cancel(ani)
    assert queue.statuses() == {"Aster": (CANCELLED, None), "Bakung": ("walk-in", 1)}

    mark(queue, waiting, None)

    assert queue.statuses()["Bakung"] == (CONFIRMED, None)
    assert get_latest_reason(queue, waiting) == ("move-up", "mark")


def test_no_one_moves_up_once_the_session_has_begun(city: City) -> None:
    queue = Queue(city, capacity=1, days=1)
    made = save_sheet(queue, "Ani Aster;Manggar;umkm;hadir;")
    waiting = queue.register("Budi Bakung")
    begin_session(city, queue.code)
    mark(queue, waiting, AttendanceStatus.PRESENT)

    city.undo(made.id)
    mark(queue, waiting, None)

    assert queue.statuses() == {"Bakung": (WAITS, 1)}


def save_sheet(queue: Queue, *rows: str) -> AttendanceImport:
    """Commit an attendance sheet, although the session is still to come."""
    made = queue.city.upload(queue.code, sheet(COLUMNS, *rows))
    return queue.city.commit(made.id, choices=CommitChoices(confirm=frozenset({NOT_STARTED})))


def mark(queue: Queue, registration: Registration, status: AttendanceStatus | None) -> None:
    with writing(queue.city.engine) as db:
        mark_attendance(db, queue.city.actor("budi"), registration, MarkInput(status))


def get_latest_reason(queue: Queue, registration: Registration) -> tuple[str, str | None]:
    """Return the latest action in the history of a registration, and its cause."""
    with reading(queue.city.engine) as read_db:
        newest = list_registration_history(read_db, registration)[0]
    return newest.action, newest.because
