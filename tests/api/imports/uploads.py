"""A list that needs a person's attention, and how a program sends it."""

from fastapi.testclient import TestClient
from httpx2 import Response

from tests.city import sheet

LIST = sheet(
    "Nama;Kelurahan;HP;Kehadiran",
    "Siti Aminah;Manggar;081200000001;hadir",
    "Nur Aini;Antah Berantah;;hadir",
    "Siti Aminah;Manggar;081200000001;hadir",
)


def send(
    client: TestClient, content: bytes, name: str = "daftar.csv", *, session: str = "UMKM-2025-1"
) -> Response:
    return client.post(f"/sessions/{session}/attendance-imports", files={"file": (name, content)})
