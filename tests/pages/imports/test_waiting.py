"""The page that waits while a long list is saved."""

import re

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, update

from app.database import writing
from app.jobs.tasks import TaskRunner
from app.models import WorkshopSession
from app.models.base import now
from app.nik_vault import NikVault
from app.services.imports.commit import MAX_ROWS_AT_ONCE
from app.services.imports.upload import MAX_BYTES_READ_AT_ONCE
from app.settings import Settings
from tests.background_work import drain_and_observe
from tests.city import crowd
from tests.pages.imports.sheets import uploaded

LONG = MAX_ROWS_AT_ONCE + 1
LARGE = crowd(3) + b";" * MAX_BYTES_READ_AT_ONCE
HTMX = {"hx-request": "true"}
on_sqlite = pytest.mark.parametrize(
    "database_kind", ["sqlite"], indirect=True
)  # it is about what a page says


@pytest.fixture
def saving(staff: TestClient, workshop_session: WorkshopSession) -> str:
    """The address of a long list that is about to be saved."""
    address = uploaded(staff, crowd(LONG), "panjang.csv")
    response = staff.post(f"{address}/simpan")
    assert (response.status_code, response.headers["location"]) == (303, address)
    return address


@on_sqlite
def test_the_page_shows_how_many_rows_are_saved(
    staff: TestClient, saving: str, engine: Engine, settings: Settings
) -> None:
    page = staff.get(saving)
    assert "The list is being saved, all of it or nothing." in page.text
    assert '<meta http-equiv="refresh"' in page.text
    assert "0 of 2,001 rows are written." in page.text
    assert "Being saved" in staff.get("/unggahan").text
    assert "being saved at this moment" in staff.post(f"{saving}/buang").text

    runner = TaskRunner(settings, engine, NikVault(settings.secret))
    said = drain_and_observe(runner, lambda: staff.get(saving, headers=HTMX).text)
    assert re.search(r'<progress value="[1-9]\d*" max="2001"', "".join(said))

    assert staff.get(saving, headers=HTMX).headers["hx-refresh"] == "true"
    done = staff.get(saving).text
    assert "The attendance is saved." in done
    assert "What was saved" in done


@on_sqlite
def test_the_page_shows_why_an_import_was_not_saved(
    staff: TestClient, saving: str, engine: Engine, settings: Settings
) -> None:
    with writing(engine) as db:
        db.exec(
            update(WorkshopSession).values(
                starts_at=now().replace(year=2099, month=1), ends_at=now().replace(year=2100, month=1)
            )
        )
    TaskRunner(settings, engine, NikVault(settings.secret)).drain()

    assert staff.get(saving, headers=HTMX).headers["hx-refresh"] == "true"
    page = staff.get(saving)
    assert "This session has not begun yet." in page.text
    assert "What saving will do" in page.text
    assert staff.post(f"{saving}/simpan", data={"confirm": "session-not-started"}).status_code == 303
    assert "This session has not begun yet." not in staff.get(saving).text


@on_sqlite
def test_the_page_shows_progress_while_a_large_file_is_read_again(
    staff: TestClient, workshop_session: WorkshopSession, engine: Engine, settings: Settings
) -> None:
    runner = TaskRunner(settings, engine, NikVault(settings.secret))
    address = uploaded(staff, LARGE, "panjang.csv")
    runner.drain()
    assert "3 rows" in staff.get(address).text

    response = staff.post(f"{address}/kelompok", data={"target_group": "umkm"})
    assert (response.status_code, response.headers["location"]) == (303, address)
    page = staff.get(address).text
    assert "The file is being read" in page
    assert "Rows without a target group have one now." not in page
    assert '<meta http-equiv="refresh"' in page
    runner.drain()

    assert staff.get(address, headers=HTMX).headers["hx-refresh"] == "true"
    done = staff.get(address).text
    assert "What saving will do" in done

    staff.post(f"{address}/pemetaan", data={"header_row": "3"})
    runner.drain()
    assert "No header was found" in staff.get(address).text
