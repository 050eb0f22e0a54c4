"""After random histories the page and all files have the same figures, of working and of issued reports."""

import csv
import html
import json
import os
import re
from collections.abc import Iterable
from io import BytesIO, StringIO
from random import Random

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook
from pypdf import PdfReader

from app.database import writing
from app.models import IssuedReport
from app.queries.issued_reports.reports import slug_of
from tests.city import City
from tests.issued_reports import issue, revise_now
from tests.queries.coverage.actions import PAST_STARTS, Action, CityActions, create_sessions
from tests.services.issued_reports.test_later_changes import random_action

Row = tuple[str, ...]
"""What follows a kelurahan's name in the matrix, from its target on, "" for no figure."""

YEAR = "from=2025-01-01&to=2025-12-31"
HISTORIES = int(os.environ.get("TEST_HISTORIES", "2"))
ACTIONS = 60


def plain(cells: Iterable[object]) -> Row:
    """Return cells as texts, whole numbers without dots between thousands."""
    texts = ("" if cell is None else html.unescape(str(cell)).strip() for cell in cells)
    return tuple("" if text == "–" else text.replace(".", "") for text in texts)


def rows_of_page(page: str) -> dict[str, Row]:
    matrix = page[page.index('aria-labelledby="matrix"') :]
    found = re.findall(r'<tr id="(64[\d.]+)">(.*?)</tr>', matrix, re.DOTALL)
    cells = {
        code: [
            re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL)
        ]
        for code, row in found
    }
    return {code: plain(row[3:]) for code, row in cells.items()}


def rows_of_csv(content: bytes) -> dict[str, Row]:
    lines = csv.reader(StringIO(content.decode("utf-8-sig")), delimiter=";")
    return first_rows(lines)


def rows_of_xlsx(content: bytes) -> dict[str, Row]:
    return first_rows(load_workbook(BytesIO(content))["Matriks"].iter_rows(values_only=True))


def first_rows(lines: Iterable[Iterable[object]]) -> dict[str, Row]:
    """Return the first line of each kelurahan, whose code comes first."""
    rows: dict[str, Row] = {}
    for line in lines:
        code, *cells = line or [""]
        if re.fullmatch(r"64\.71\.\d\d\.\d{4}", str(code)):
            rows.setdefault(str(code), plain(cells[3:]))
    return rows


def rows_of_json(content: bytes) -> dict[str, Row]:
    lines = json.loads(content)["rows"]
    with_target = {
        code for line in lines for code, group in line["groups"].items() if group["target"] is not None
    }
    rows = {}
    for line in lines:
        target = "tanpa target" if line["target"] == 0 else line["target"]
        counts = (line[name] for name in ("registered", "attendances", "participants", "gap"))
        groups = [
            figure
            for code, group in line["groups"].items()
            for figure in (
                *([group["target"]] if code in with_target else []),
                group["registered"],
                group["participants"],
            )
        ]
        rows[line["kelurahan"]] = plain([target, *counts, *line["by_sex"].values(), *groups])
    return rows


def text_of_pdf(content: bytes) -> str:
    return " ".join("\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())


def is_printed(name: str, row: Row, text: str) -> bool:
    """Return whether the kelurahan's first five figures follow its name and state."""
    figures = " ".join(cell or "–" for cell in row[:5])
    return bool(re.search(rf"{name}(?: \([^)]*\))?\D{{1,80}}?{re.escape(figures)}", text))


@pytest.mark.slow
def test_page_and_files_agree_after_random_histories(city: City, viewer: TestClient) -> None:
    chance = Random(2026)  # noqa: S311 (no secret: the same histories each time)
    viewer.cookies["jangkau_language"] = "id"
    create_sessions(city)
    with writing(city.engine) as db:
        held = (Action(CityActions.hold, (number,)) for number in range(len(PAST_STARTS)))
        CityActions(db, city.vault).perform(held)
    report: IssuedReport | None = None
    for _ in range(HISTORIES):
        with writing(city.engine) as db:
            CityActions(db, city.vault).perform(random_action(chance) for _ in range(ACTIONS))
        report = revise_now(city, report) if report else issue(city)
        issued = f"/laporan/{slug_of(report.number)}/berkas/"
        document = viewer.get(f"/cakupan.json?{YEAR}").content
        expected = rows_of_json(document)
        names = {row["kelurahan"]: row["name"] for row in json.loads(document)["rows"]}
        assert sum(int(row[3]) for row in expected.values()) > 0
        page = viewer.get(f"/cakupan?{YEAR}&rincian=kelompok").text
        assert rows_of_page(page) == expected
        for address in (f"/cakupan.{{}}?{YEAR}", issued + "{}"):
            assert rows_of_json(viewer.get(address.format("json")).content) == expected
            assert rows_of_csv(viewer.get(address.format("csv")).content) == expected
            assert rows_of_xlsx(viewer.get(address.format("xlsx")).content) == expected
            text = text_of_pdf(viewer.get(address.format("pdf")).content)
            printed = {code for code, row in expected.items() if is_printed(names[code], row, text)}
            assert printed == set(expected)
