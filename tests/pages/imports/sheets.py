"""The attendance sheets that the tests of pages upload, and how a browser does that."""

import re
from collections.abc import Mapping, Sequence

from fastapi.testclient import TestClient
from httpx2 import Response

from app.people.values.cells import Cell
from tests.spreadsheets.examples import workbook

HEADER = ("No", "Nama", "NIK", "Kelurahan", "Kategori", "No HP", "Kehadiran")

# Rows 2 to 4 of the sheet: one that is clear, one whose kelurahan may be two, one whose kelurahan is none.
RINA = (1, "Rina Melati", "6471054408900002", "Manggar", "UMKM", "081200000101", "hadir")
TUTI = (2, "Tuti Kenanga", None, "Gunung Sari", "UMKM", "081200000102", "hadir")
LUKMAN = (3, "Lukman Cempaka", None, "Batakan", "UMKM", "081200000103", "tidak")

CLEAR = workbook(HEADER, RINA)
MIXED = workbook(HEADER, RINA, TUTI, LUKMAN)


def listed(*people: Sequence[Cell]) -> bytes:
    """A sheet of these people, the first in row 2."""
    return workbook(HEADER, *people)


def send(
    browser: TestClient, content: bytes, name: str = "hadir.xlsx", *, session: str = "SPBE-2025-1"
) -> Response:
    return browser.post(f"/sesi/{session}/unggah", files={"file": (name, content)})


def uploaded(
    browser: TestClient, content: bytes, name: str = "hadir.xlsx", *, session: str = "SPBE-2025-1"
) -> str:
    """The address of the import that a sheet became."""
    answer = send(browser, content, name, session=session)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def saved(browser: TestClient, content: bytes, choices: Mapping[str, str] | None = None) -> str:
    """The same, committed."""
    address = uploaded(browser, content)
    assert browser.post(f"{address}/simpan", data=choices or {}).status_code == 303
    return address


def row_text(page: Response, number: int) -> str:
    """What a page says in one row of the sheet, without its tags."""
    row = re.search(rf'<tr [^>]*id="baris-{number}".*?</tr>', page.text, re.DOTALL)
    assert row is not None, f"there is no row {number}"
    return " ".join(re.sub(r"<[^>]+>", " ", row[0]).split())


def kind_of(page: Response, number: int) -> str:
    """What becomes of a row, as its class says."""
    row = re.search(rf'<tr [^>]*id="baris-{number}" class="kind-(\w+)"', page.text)
    assert row is not None, f"there is no row {number}"
    return row[1]


def figures(page: Response) -> dict[str, str]:
    """The counts by which the rows are filtered: kind ("all", "review", …) → number."""
    found = re.findall(r'<li class="kind kind-(\w+)">\s*<a [^>]*><strong>([\d,]+)</strong>', page.text)
    return dict(found)
