"""How far the reading of a large file has come, as a program asks for it."""

from threading import Thread

from fastapi.testclient import TestClient

from app.database import reading, writing
from app.jobs import Jobs
from app.permissions import OPERATOR
from app.services.attendance_imports import upload
from app.settings import Settings
from tests.stories import City, crowd


def test_the_document_tells_rows_done_of_rows(sari: TestClient, city: City, settings: Settings) -> None:
    with reading(city.engine) as look, writing(city.engine) as db:
        to = (look, db, city.vault, OPERATOR, city.session())
        kept = upload(*to, "daftar.csv", crowd(6000), at_once=False)
    reader = Thread(target=Jobs(settings, city.engine, city.vault).drain)
    told = []
    reader.start()
    while reader.is_alive():
        told.append(sari.get(f"/attendance-imports/{kept.id}").json().get("progress"))
    reader.join()
    assert any(progress and progress["of"] == 6000 for progress in told)
    assert "progress" not in sari.get(f"/attendance-imports/{kept.id}").json()
