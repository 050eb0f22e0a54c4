"""Where uploads are listed, for all sessions and for one: what became of each, and what can be done with it."""

import pytest
from fastapi.testclient import TestClient

from tests.pages.imports.sheets import CLEAR, MIXED, saved, uploaded

pytestmark = [
    pytest.mark.usefixtures("workshop_session"),
    pytest.mark.parametrize("database_kind", ["sqlite"]),
]

PLACES = ("/unggahan", "/sesi/SPBE-2025-1/unggahan")


@pytest.mark.parametrize("place", PLACES)
def test_saved_imports_are_listed_with_user_and_counts(
    staff: TestClient, organizer: TestClient, place: str
) -> None:
    address = uploaded(staff, CLEAR)
    organizer.post(f"{address}/simpan")
    page = staff.get(place).text
    assert "1 added, 0 changed" in page
    assert "Budi Petugas" in page  # uploaded it
    assert "Sari Panitia" in page  # saved it
    assert "/berkas" not in page
    assert f'href="{address}/batalkan"' in page


@pytest.mark.parametrize("place", PLACES)
def test_only_a_saved_import_offers_undo(staff: TestClient, place: str) -> None:
    undone, waiting = saved(staff, CLEAR), uploaded(staff, MIXED)
    staff.post(f"{undone}/batalkan")
    page = staff.get(place).text
    assert f"{undone}/batalkan" not in page
    assert f"{waiting}/batalkan" not in page
    assert "2 need attention" in page


def test_undo_shows_later_lists_of_the_same_people(staff: TestClient) -> None:
    first, second = saved(staff, CLEAR), saved(staff, CLEAR)

    page = staff.get(f"{first}/batalkan").text

    assert "1 of these people are also on a list that was saved later" in page
    assert f'<a href="{second}">' in page
    assert "saved later" not in staff.get(f"{second}/batalkan").text
