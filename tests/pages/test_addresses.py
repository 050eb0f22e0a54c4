"""From an address where a page was refused, or to which forms are only sent, there is a way to the page above it."""

import pytest
from fastapi.testclient import TestClient

from app.models import WorkshopSession
from tests.pages.imports.sheets import CLEAR, saved


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("/sesi/SPBE-2025-1/daftarkan-orang/cari", "/sesi/SPBE-2025-1/daftarkan-orang"),
        ("/sesi/SPBE-2025-1/hadir/datang", "/sesi/SPBE-2025-1/hadir"),
        ("/kegiatan/SPBE-2025/arsipkan", "/kegiatan/SPBE-2025"),
        ("/pendaftaran/ABCD2345/beri-tempat", "/pendaftaran/ABCD2345"),
        ("/penggabungan/1/batalkan", "/"),
        ("/keluar", "/"),
    ],
)
def test_they_lead_to_the_page_they_belong_to(
    admin: TestClient, workshop_session: WorkshopSession, address: str, page: str
) -> None:
    answer = admin.get(address)
    assert (answer.status_code, answer.headers["location"]) == (303, page)


def test_programs_are_told_that_it_is_the_wrong_method(admin: TestClient) -> None:
    assert admin.get("/keluar", headers={"accept": "application/json"}).status_code == 405
    assert admin.put("/kegiatan").status_code == 405


def test_a_refusal_leads_back_to_the_page_it_belongs_to(
    staff: TestClient, workshop_session: WorkshopSession
) -> None:
    saved_by_somebody = saved(staff, CLEAR)
    for refused, page in (
        (staff.post(f"{saved_by_somebody}/baris/2", data={"name": "Rina"}), saved_by_somebody),
        (staff.post(f"{saved_by_somebody}/kehadiran-kosong"), saved_by_somebody),
        (staff.get("/kegiatan/TIDAK-ADA"), "/kegiatan"),
    ):
        assert refused.is_client_error
        assert f'<a class="button quiet" href="{page}">Back</a>' in refused.text
