"""How far the reading of a long list has come, for whoever waits."""

from app.database import reading, writing
from app.jobs.tasks import TaskRunner
from app.permissions import OPERATOR
from app.services.imports.progress import import_progress
from app.services.imports.upload import upload_sheet
from app.settings import Settings
from tests.background_work import drain_and_observe
from tests.city import City, crowd


def test_reading_progress_grows_from_none_to_all_rows(city: City) -> None:
    told: list[tuple[int, int]] = []
    with reading(city.engine) as read_db, writing(city.engine) as db:
        to = (read_db, db, city.vault, OPERATOR, city.session())
        upload_sheet(*to, "daftar.csv", crowd(3000), progress=lambda done, of: told.append((done, of)))
    done = [rows for rows, _ in told]
    assert (done[0], done[-1], done == sorted(done)) == (0, 3000, True)
    assert {of for _, of in told} == {3000}


def test_progress_can_be_read_only_while_a_file_is_read(city: City, settings: Settings) -> None:
    with reading(city.engine) as read_db, writing(city.engine) as db:
        to = (read_db, db, city.vault, OPERATOR, city.session())
        attendance_import = upload_sheet(*to, "daftar.csv", crowd(3000), at_once=False)
    progress = import_progress(city.engine)
    seen = drain_and_observe(
        TaskRunner(settings, city.engine, city.vault), lambda: progress.read(attendance_import.id)
    )
    assert any(rows is not None and 0 < rows[0] < rows[1] == 3000 for rows in seen)
    assert progress.read(attendance_import.id) is None
