"""Scans of reports signed on paper: their type by content, kept encrypted, and who gets them."""

from io import BytesIO

import pytest
from PIL import Image

from app.database import reading, writing
from app.errors import Conflict, Forbidden, Invalid, NotFound, TooLarge
from app.models import Activity, SignedScan
from app.nik_vault import NikVault
from app.queries.issued_reports.reports import slug_of
from app.queries.issued_reports.verification import SCAN, verify_sha256
from app.services.issued_reports.scans import MAX_SCAN_BYTES, delete_scan, download_scan, upload_scan
from app.services.key_rotation import list_encrypted_tables, renew_rows
from tests.city import City
from tests.database import on_sqlite
from tests.issued_reports import PDF, issued, newest

__all__ = ["issued"]


def picture(kind: str) -> bytes:
    content = BytesIO()
    Image.new("RGB", (40, 30), "white").save(content, kind)
    return content.getvalue()


def upload(city: City, content: bytes = PDF, name: str = "lembar-ttd.pdf", *, by: str = "made") -> SignedScan:
    with writing(city.engine) as db:
        number = slug_of(newest(city).number)
        return upload_scan(db, city.vault, city.actor(by), number, name, content)


@pytest.mark.parametrize(
    ("content", "name", "stored", "media_type"),
    [
        (PDF, "C:\\Scan\\lembar ttd.PDF", "lembar ttd.PDF", "application/pdf"),
        (picture("JPEG"), "foto.jpeg", "foto.jpeg", "image/jpeg"),
        (picture("PNG"), "pindaian.pdf", "pindaian.png", "image/png"),
    ],
)
def test_a_scan_is_stored_encrypted_and_handed_out_as_it_was(
    issued: City, content: bytes, name: str, stored: str, media_type: str
) -> None:
    scan = upload(issued, content, name, by="rina")

    assert (scan.name.lower(), scan.media_type) == (stored.lower(), media_type)
    assert content not in issued.all(SignedScan)[0].content_encrypted
    with writing(issued.engine) as db:
        slug = slug_of(newest(issued).number)
        file = download_scan(db, issued.vault, issued.actor("made"), slug, scan.id)
    assert (file.content, file.media_type) == (content, media_type)
    assert [line.action for line in issued.all(Activity)][-2:] == ["upload-scan", "download"]
    with reading(issued.engine) as db:
        assert verify_sha256(db, scan.sha256).found_by == SCAN


@on_sqlite
@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04 xlsx", b"<html><script>", b"%PDF-1.4 cut off", picture("GIF"), picture("PNG")[:60]],
)
def test_other_files_are_refused_by_their_content(issued: City, content: bytes) -> None:
    with pytest.raises(Invalid, match="PDF, JPG or PNG"):
        upload(issued, content, "lembar.pdf")
    assert issued.all(SignedScan) == []


def test_too_large_twice_and_without_permission(issued: City) -> None:
    with pytest.raises(TooLarge):
        upload(issued, PDF.replace(b"%%EOF", b" " * MAX_SCAN_BYTES + b"%%EOF"))
    scan, slug = upload(issued), slug_of(newest(issued).number)
    with pytest.raises(Conflict, match="uploaded already"):
        upload(issued, name="nama-lain.pdf")
    for user in ("sari", "budi"):
        with writing(issued.engine) as db:
            actor = issued.actor(user)
            with pytest.raises(Forbidden):
                upload_scan(db, issued.vault, actor, slug, "a.pdf", picture("PNG"))
            with pytest.raises(Forbidden):
                download_scan(db, issued.vault, actor, slug, scan.id)
            with pytest.raises(Forbidden):
                delete_scan(db, actor, slug, scan.id)
    with writing(issued.engine) as db:
        delete_scan(db, issued.actor("made"), slug, scan.id)
        with pytest.raises(NotFound):
            download_scan(db, issued.vault, issued.actor("made"), slug, scan.id)


def test_a_new_secret_encrypts_scans_anew(issued: City) -> None:
    upload(issued)
    new = NikVault(b"another-secret-for-tests-alone")
    (table,) = [parts for parts in list_encrypted_tables() if parts.table.name == "signed_scan"]

    with writing(issued.engine) as db:
        _, changed = renew_rows(db, issued.vault, new, table, None)

    assert changed == 1
    assert new.decrypt_bytes(issued.all(SignedScan)[0].content_encrypted) == PDF
