"""How far the reading of a large file has come, as a program asks for it."""

from fastapi.testclient import TestClient

from app.database import reading, writing
from app.jobs.tasks import TaskRunner
from app.permissions import OPERATOR
from app.services.imports.upload import upload_sheet
from app.settings import Settings
from tests.background_work import drain_and_observe
from tests.city import City, crowd


def test_the_document_has_the_progress(sari: TestClient, city: City, settings: Settings) -> None:
    with reading(city.engine) as read_db, writing(city.engine) as db:
        to = (read_db, db, city.vault, OPERATOR, city.session())
        attendance_import = upload_sheet(*to, "daftar.csv", crowd(3000), at_once=False)
    path, runner = (
        f"/attendance-imports/{attendance_import.id}",
        TaskRunner(settings, city.engine, city.vault),
    )
    told = drain_and_observe(runner, lambda: sari.get(path).json().get("progress"))
    assert any(progress and 0 < progress["done"] < progress["of"] == 3000 for progress in told)
    assert "progress" not in sari.get(path).json()
