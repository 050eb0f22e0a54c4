"""Whether the secret is the one that encrypted the data."""

from app.database import reading
from app.models import UploadedFile
from app.nik_vault import NikVault
from app.queries.encryption import can_decrypt
from tests.city import City
from tests.evidence_files import attach, pdf


def test_an_attachment_alone_tells_another_secret(city: City) -> None:
    city.session("A-1")
    attach(city, "A-1", pdf(), kind="decree")
    assert city.all(UploadedFile) == []

    with reading(city.engine) as db:
        assert can_decrypt(db, city.vault)
        assert not can_decrypt(db, NikVault(b"another secret of the same length"))
