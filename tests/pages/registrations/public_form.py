"""The form by which a citizen registers, as a browser sends it."""

from fastapi.testclient import TestClient
from httpx2 import Response

from tests.city import MANGGAR

PAGE = "/daftar/JUALAN"
FORM = f"{PAGE}?sesi=JUALAN-1"
TYPED = {
    "name": "Siti Contoh",
    "kelurahan": MANGGAR,
    "target_group": "umkm",
    "phone": "0812 0000 0411",
    "email": "siti@contoh.id",
    "consent": "true",
}


def sent(citizen: TestClient, **otherwise: str) -> Response:
    """The answer to Siti's form, filled in otherwise as named."""
    return citizen.post(FORM, data=TYPED | otherwise)
