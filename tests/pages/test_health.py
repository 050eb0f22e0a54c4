"""The page of the service's health, and the line on the home page of administrators."""

from datetime import timedelta

from fastapi.testclient import TestClient
from sqlalchemy import Engine

from app.database import writing
from app.models import HealthReport
from app.models.base import now

PATH = "/administrasi/kesehatan"


def test_the_page_says_what_is_wrong_and_what_to_do(admin: TestClient) -> None:
    page = admin.get(PATH).text

    assert "No nightly backups are set up." in page
    assert "Set JANGKAU_BACKUP_DIR" in page
    # What is not in order comes first, and is not said by a colour alone.
    assert page.index("Needs attention</span>") < page.index("In order</span>")
    assert PATH in admin.get("/administrasi").text


def test_home_tells_administrators_what_is_wrong(
    admin: TestClient, organizer: TestClient, engine: Engine
) -> None:
    assert PATH not in admin.get("/").text

    report = HealthReport(checked_at=now(), states={"Last backup": "warning", "Mail server": "failed"})
    with writing(engine) as db:
        db.add(report)
    page = admin.get("/").text
    assert "Fault:</strong> Mail server" in page
    assert "Health of the service</a>: needs attention (1)" in page
    assert PATH in page
    assert PATH not in organizer.get("/").text

    with writing(engine) as db:
        db.merge(HealthReport(checked_at=now(), states={}))
    assert PATH not in admin.get("/").text

    with writing(engine) as db:
        db.merge(HealthReport(checked_at=now() - timedelta(hours=1), states={}))
    assert "the background work does not run" in admin.get("/").text
