"""Addresses to which forms are only sent: they stay in the bar where one is refused, and are looked at again."""

import pytest
from fastapi.testclient import TestClient

from app.models import WorkshopSession


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("/sesi/SPBE-2025-1/daftarkan-orang/cari", "/sesi/SPBE-2025-1/daftarkan-orang"),
        ("/sesi/SPBE-2025-1/hadir/datang", "/sesi/SPBE-2025-1/hadir"),
        ("/kegiatan/SPBE-2025/arsipkan", "/kegiatan/SPBE-2025"),
        ("/pendaftaran/ABCD2345/beri-tempat", "/pendaftaran/ABCD2345"),
        ("/penggabungan/1/batalkan", "/"),
        ("/tempat/unggah/periksa", "/tempat/unggah"),
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
