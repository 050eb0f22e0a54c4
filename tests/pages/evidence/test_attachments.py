"""Attachments of a session, as its staff add them from a phone, and who else sees them."""

import html
import re

import pytest
from fastapi.testclient import TestClient
from PIL import Image
from sqlmodel import Session

from app.attachments.checking import MAX_BYTES
from app.models import Activity, Attachment, WorkshopSession
from app.queries.evidence.attachments import list_photos
from tests.city import City
from tests.evidence_files import CAMERA, pdf, photo, save

PATH = "/sesi/SPBE-2025-1/bukti"


def attach(browser: TestClient, *files: tuple[str, bytes], kind: str = "photo", caption: str = "") -> str:
    """Attach the files, and return the text of the page that follows."""
    answer = browser.post(
        PATH, files=[("files", file) for file in files], data={"kind": kind, "caption": caption}
    )
    assert answer.status_code in {303, 400}, answer.text
    return text_of(browser.get(PATH).text if answer.status_code == 303 else answer.text)


def text_of(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_staff_attach_photos_look_at_them_caption_them_and_delete_one(
    staff: TestClient, workshop_session: WorkshopSession, city: City
) -> None:
    assert "Nothing is attached" in text_of(staff.get(PATH).text)

    page = attach(staff, *((f"IMG_{number}.jpg", photo(number)) for number in range(3)))

    assert "3 attached." in page
    first, second, third = city.all(Attachment)
    thumbnail = staff.get(f"{PATH}/{first.id}/kecil")
    assert thumbnail.headers["content-type"] == "image/jpeg"
    picture = staff.get(f"{PATH}/{first.id}")
    assert picture.headers["content-disposition"] == f'inline; filename="SPBE-2025-1-photo-{first.id}.jpg"'
    assert picture.headers["x-content-type-options"] == "nosniff"
    assert CAMERA.encode() not in picture.content

    changed = staff.post(f"{PATH}/{second.id}/ubah", data={"kind": "photo", "caption": "Sesi praktik"})
    assert changed.headers["location"] == PATH
    assert "Delete for good" in staff.get(f"{PATH}/{third.id}/hapus").text
    staff.post(f"{PATH}/{third.id}/hapus")

    page = text_of(staff.get(PATH).text)
    assert "Sesi praktik Budi Petugas" in page
    assert "The file is deleted." in page
    assert [row.id for row in city.all(Attachment)] == [first.id, second.id]
    done = [(line.action, line.subject_id) for line in city.all(Activity) if line.subject == "attachment"]
    assert done == [
        *(("create", str(row.id)) for row in (first, second, third)),
        ("download", str(first.id)),
        ("change", str(second.id)),
        ("delete", str(third.id)),
    ]
    assert "Sesi praktik" not in str([(line.before, line.after) for line in city.all(Activity)])
    assert ("view", "session") in {(line.action, line.subject) for line in city.all(Activity)}


def test_what_is_refused_is_named_and_the_others_are_kept(
    organizer: TestClient, workshop_session: WorkshopSession, city: City
) -> None:
    page = attach(
        organizer,
        ("a.jpg", photo()),
        ("b.heic", b"\0\0\0\x18ftypheic" + b"\0" * 50),
        ("halaman.jpg", b"<html><script>alert(1)</script></html>"),
        ("besar.pdf", b"%PDF-" + b"\0" * MAX_BYTES),
    )

    assert "1 file was attached. These were not:" in page
    assert "b.heic : This is an iPhone photo in the format HEIC" in page
    assert "halaman.jpg : Only photos (JPEG, PNG, WebP) and PDF are taken." in page
    assert "besar.pdf : The file is larger than 10 MB." in page
    assert [row.name for row in city.all(Attachment)] == ["a.jpg"]


def test_a_name_has_neither_folders_nor_hidden_characters(
    staff: TestClient, workshop_session: WorkshopSession, city: City
) -> None:
    head = 'Content-Disposition: form-data; name="{}"{}\r\n\r\n'
    name = '; filename="..\\..\\foto\x00\u202egpj.jpg"'
    body = b"--x\r\n" + head.format("kind", "").encode() + b"photo\r\n--x\r\n"
    body += head.format("files", name).encode() + photo() + b"\r\n--x--\r\n"

    staff.post(PATH, content=body, headers={"content-type": "multipart/form-data; boundary=x"})

    assert [one.name for one in city.all(Attachment)] == ["fotogpj.jpg"]


def test_the_same_file_is_attached_once(
    organizer: TestClient, workshop_session: WorkshopSession, city: City
) -> None:
    attach(organizer, ("SK.pdf", pdf()), ("SK (1).pdf", pdf()), kind="decree")

    assert "Attached already: SK.pdf" in attach(organizer, ("SK.pdf", pdf()), kind="decree")
    assert len(city.all(Attachment)) == 1


@pytest.mark.parametrize(
    ("files", "kind", "caption", "error"),
    [
        ([], "photo", "", "Choose a file first."),
        ([("a.jpg", photo())], "video", "", "Choose what the files are."),
        ([("a.jpg", photo())], "photo", "x" * 201, "At most 200 characters."),
        ([(f"{number}.jpg", b"a") for number in range(21)], "photo", "", "At most 20 files at once."),
    ],
)
def test_a_form_that_is_not_complete(
    organizer: TestClient,
    workshop_session: WorkshopSession,
    city: City,
    files: list[tuple[str, bytes]],
    kind: str,
    caption: str,
    error: str,
) -> None:
    answer = organizer.post(
        PATH, files=[("files", file) for file in files], data={"kind": kind, "caption": caption}
    )

    assert answer.status_code == 422
    assert error in answer.text
    assert city.all(Attachment) == []


def test_a_pdf_is_downloaded_and_never_shown_as_a_page(
    organizer: TestClient, workshop_session: WorkshopSession, city: City
) -> None:
    attach(organizer, (r"C:\Surat\SK Siti Aminah.pdf", pdf()), kind="decree")
    (row,) = city.all(Attachment)

    answer = organizer.get(f"{PATH}/{row.id}")

    assert answer.headers["content-disposition"].startswith("attachment;")
    assert "Siti" not in answer.headers["content-disposition"]
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content == pdf()
    assert row.name == "SK Siti Aminah.pdf"


def test_who_sees_and_changes_them(
    organizer: TestClient,
    stranger: TestClient,
    viewer: TestClient,
    admin: TestClient,
    workshop_session: WorkshopSession,
    city: City,
) -> None:
    """Photos and signed lists are personal data: whoever may not see participants does not see them."""
    attach(organizer, ("a.jpg", photo()))
    path = f"{PATH}/{city.all(Attachment)[0].id}"

    assert admin.get(path).status_code == 200
    for browser, refused in ((stranger, 404), (viewer, 403)):
        for address in (PATH, path, f"{path}/kecil", f"{path}/ubah", f"{path}/hapus"):
            assert browser.get(address).status_code == refused
        for address in (PATH, f"{path}/ubah", f"{path}/hapus"):
            assert browser.post(address, data={"kind": "photo"}).status_code == refused
    assert organizer.get(f"/sesi/TIDAK-ADA/bukti/{city.all(Attachment)[0].id}").status_code == 404


def test_nothing_is_readable_in_the_database(
    organizer: TestClient, workshop_session: WorkshopSession, city: City
) -> None:
    attach(organizer, ("SK.pdf", pdf("Rahasia")), ("a.jpg", photo()), kind="decree")

    for row in city.all(Attachment):
        assert row.content_encrypted[:4] not in {b"%PDF", b"\xff\xd8\xff\xe0"}
        assert city.vault.decrypt_bytes(row.content_encrypted)[:4] in {b"%PDF", b"\xff\xd8\xff\xe0"}
        if row.thumbnail_encrypted:
            assert city.vault.decrypt_bytes(row.thumbnail_encrypted)[:3] == b"\xff\xd8\xff"


def test_the_photos_of_a_workshop_for_its_report(
    organizer: TestClient, workshop_session: WorkshopSession, city: City, db: Session
) -> None:
    attach(organizer, ("SK.pdf", pdf()), kind="decree")
    attach(
        organizer, ("a.jpg", photo(1)), ("b.png", save(Image.new("L", (9, 9)), "PNG")), caption="Pembukaan"
    )

    photos = list_photos(db, workshop_session.workshop_id)

    assert [(one.session_code, one.caption, one.name) for one in photos] == [
        ("SPBE-2025-1", "Pembukaan", "a.jpg"),
        ("SPBE-2025-1", "Pembukaan", "b.png"),
    ]
