"""The public page that says whether a report is genuine."""

import hashlib
import re
from dataclasses import replace
from datetime import date

import pytest
from fastapi.testclient import TestClient

from app.database import writing
from app.models import AttendanceStatus, IssuedReport, IssuedReportFile
from app.queries.issued_reports.reports import slug_of
from app.services.issued_reports.scans import upload_scan
from app.web.limits import WRONG_CODES
from tests.city import City
from tests.issued_reports import PDF, YEAR_2025, issue, issued, newest, revise

__all__ = ["issued"]

HALF_YEAR = replace(YEAR_2025, from_=date(2025, 7, 1))


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.split("<main", 1)[1]).split())


def slug(report: IssuedReport) -> str:
    return slug_of(report.number)


def test_the_qr_code_leads_to_the_figures_that_are_public(issued: City, nobody: TestClient) -> None:
    report = newest(issued)

    page = nobody.get(f"/verifikasi/{slug(report)}")

    assert page.status_code == 200
    text = text_of(page.text)
    assert "Genuine and in force" in text
    assert report.number in text
    assert report.checksum in text
    assert "Participants 7" in text
    assert "Kelurahan reached 1 of 34" in text
    assert "Sessions held 1" in text
    assert "The QR code is none: it leads here and confirms the number." in text
    assert "Peserta 1" not in text


@pytest.mark.parametrize("typed", ["{number}", " no. {number} ", "{lower}", "{checksum}", "{number} 2"])
def test_a_number_may_be_typed_in_many_ways(issued: City, nobody: TestClient, typed: str) -> None:
    report = newest(issued)
    q = typed.format(
        number=report.number,
        lower=report.number.lower().replace("/", " / "),
        checksum=report.checksum.upper(),
    )

    page = nobody.get("/verifikasi", params={"q": q}, follow_redirects=True)

    assert page.status_code == 200
    assert "Genuine and in force" in page.text


def test_every_file_is_found_and_a_changed_byte_of_each_is_not(issued: City, nobody: TestClient) -> None:
    with writing(issued.engine) as db:
        made = issued.actor("made")
        upload_scan(db, issued.vault, made, slug(newest(issued)), "lembar.pdf", PDF)
    files = {file.kind: file.content for file in issued.all(IssuedReportFile)}
    assert sorted(files) == ["csv", "json", "pdf", "xlsx"]
    for kind, content in files.items():
        uploaded = nobody.post("/verifikasi", files={"file": (f"laporan.{kind}", content)})
        assert uploaded.status_code == 200, kind
        assert "to the last byte" in uploaded.text
        hashed = nobody.get("/verifikasi", params={"q": hashlib.sha256(content).hexdigest()})
        assert "to the last byte" in hashed.text
        changed = bytearray(content)
        changed[len(content) // 2] ^= 1
        answer = nobody.post("/verifikasi", files={"file": (f"laporan.{kind}", bytes(changed))})
        assert "<h2>Unknown</h2>" in answer.text, kind
        assert "if only one byte of it has been changed" in answer.text
    scan = nobody.post("/verifikasi", files={"file": ("lembar.pdf", PDF)})
    assert "Nothing more is confirmed" in scan.text
    assert "keeps a scan of the copy" in scan.text


def test_a_revised_report_names_the_newest_and_what_changed(issued: City, nobody: TestClient) -> None:
    first = newest(issued)
    second = revise(issued, first)
    third = revise(issued, second, "Salah ketik <kelurahan>.")

    text = text_of(nobody.get(f"/verifikasi/{slug(first)}").text)

    assert f"In force is {third.number}" in text
    assert text.index("Daftar susulan Sepinggan.") < text.index("Salah ketik &lt;kelurahan&gt;.")
    assert "Participants 7" in text, "the figures are those that it states"
    newest_text = text_of(nobody.get(f"/verifikasi/{slug(third)}").text)
    assert "Genuine and in force" in newest_text
    assert "Participants 9" in newest_text
    assert "What changed Salah ketik" in newest_text


def test_few_people_parts_of_the_city_and_restricted_reports_state_no_figures(
    city: City, nobody: TestClient
) -> None:
    session = city.session()
    for number in range(3):
        city.register(session, f"Peserta {number}", outcome=AttendanceStatus.PRESENT)
    few = text_of(nobody.get(f"/verifikasi/{slug(issue(city))}").text)
    part = text_of(nobody.get(f"/verifikasi/{slug(issue(city, replace(YEAR_2025, group='umkm')))}").text)
    months = text_of(nobody.get(f"/verifikasi/{slug(issue(city, HALF_YEAR))}").text)
    secret = text_of(nobody.get(f"/verifikasi/{slug(issue(city, classification='terbatas'))}").text)
    assert "Participants hidden" in few
    for text in (part, months, secret):
        assert "Genuine and in force" in text
        assert "Participants" not in text
    assert "protect small groups" in part
    assert "Scope of the report All workshops · Target group: " in part
    assert "protect small groups" in months
    assert "Laporan Cakupan" not in secret
    assert "not public" in secret


def test_unknown_numbers_are_limited_and_known_ones_are_not(issued: City, nobody: TestClient) -> None:
    for asked in range(WRONG_CODES.uses):
        page = nobody.get(f"/verifikasi/{asked + 2:03}-JGK-XI-2026")
        assert page.status_code == 404
        assert "was issued here" in page.text

    assert nobody.get("/verifikasi/999-JGK-XI-2026").status_code == 429
    assert nobody.get("/verifikasi", params={"q": "0" * 64}).status_code == 429
    assert nobody.post("/verifikasi", files={"file": ("a.pdf", b"a")}).status_code == 429
    assert nobody.get(f"/verifikasi/{slug(newest(issued))}").status_code == 200


def test_a_link_cannot_make_the_page_say_anything(issued: City, nobody: TestClient) -> None:
    said = "Akun Anda diblokir, hubungi 0812-0000-0411"
    for address in (f"/verifikasi/{said}", f"/verifikasi?q={said}", f"/verifikasi/{said} 999-JGK-I-2020"):
        answer = text_of(nobody.get(address).text)
        assert "Unknown" in answer
        assert "diblokir" not in answer


def test_nothing_chosen_and_strange_input(issued: City, nobody: TestClient) -> None:
    assert nobody.get("/verifikasi").status_code == 200
    assert "Choose a file first." in nobody.post("/verifikasi").text
    for strange in ("<script>alert(1)</script>", "%", "\x00", "0" * 500, "\u0661/JGK/XI/2026"):
        page = nobody.get("/verifikasi", params={"q": strange})
        assert page.status_code == 422 or "<h2>Unknown</h2>" in page.text
        assert "<script>alert" not in page.text
