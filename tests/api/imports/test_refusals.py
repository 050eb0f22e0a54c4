"""What an attendance import refuses, each time with a code and without having changed anything."""

from typing import Any

from fastapi.testclient import TestClient

from tests.api.imports.uploads import send
from tests.api.problems import UNSTORABLE_TEXTS, invalid_fields, send_escaped_json, status_and_code
from tests.city import City, dump, sheet

MEGABYTE = 1024**2

NO_FILES = {
    "empty": (b"", 422, "empty-file"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(100), 422, "photo"),
    "damaged": (b"PK\x03\x04" + bytes(100), 422, "unreadable-file"),
    "no header": (sheet("Kolom;Lain", "1;2"), 422, "no-header"),
    "headings only": (sheet("Nama;Kelurahan"), 422, "empty-list"),
    "10 MiB and a byte": (bytes(10 * MEGABYTE + 1), 413, "too-large"),
    "beyond any body": (bytes(12 * MEGABYTE), 413, "too-large"),
}
NO_ANSWERS: tuple[dict[str, Any], ...] = (
    {},
    {"person": "somebody"},
    {"person": 4711},
    {"person": {"row": 99}},
    {"person": {"row": 2, "of": 3}},
    {"kelurahan": "64.71.99.9999"},
    {"cells": {"shoe_size": "42"}},
    {"cells": {"name": 7}},
    {"ghost": True},
    {"person": 2**70},
)
NO_MAPPINGS: tuple[tuple[dict[str, Any], str], ...] = (
    ({"columns": [{"index": 1, "field": "shoe_size"}]}, "invalid"),
    ({"columns": [{"index": -1, "field": "name"}]}, "invalid"),
    ({"columns": [{"index": 512, "field": "name"}]}, "invalid"),
    ({"columns": [{"index": 10**9, "field": "name"}]}, "invalid"),
    ({"blank_means": "late"}, "invalid"),
    ({"defaults": {"target_group": "pelaut"}}, "invalid"),
    ({"defaults": {"kelurahan": "64.71.99.9999"}}, "invalid"),
    ({"colour": "blue"}, "invalid"),
    ({"sheet": "Lembar 9"}, "no-such-sheet"),
    ({"header_row": -1}, "no-header"),
    ({"header_row": 10**9}, "no-header"),
    ({"columns": [{"index": 0, "field": None}]}, "no-header"),
)


def test_invalid_files_are_refused(sari: TestClient, city: City) -> None:
    city.session()
    before = dump(city.engine)

    for name, (content, status, code) in NO_FILES.items():
        assert status_and_code(send(sari, content)) == (status, code), name

    assert dump(city.engine) == before


def test_an_upload_without_a_file(sari: TestClient, city: City) -> None:
    city.session()
    path = "/sessions/UMKM-2025-1/attendance-imports"

    assert invalid_fields(sari.post(path)) == {"file"}
    assert invalid_fields(sari.post(path, data={"file": "x"})) == {"file"}
    assert status_and_code(sari.post(path, content=b"x", headers={"Content-Type": "multipart/form-data"}))[
        0
    ] in (
        400,
        422,
    )


def test_an_upload_to_an_unknown_session_is_refused(sari: TestClient) -> None:
    assert status_and_code(send(sari, sheet("Nama", "Siti"), session="NIRWANA")) == (404, "not-found")


def test_invalid_corrections_are_refused(document: dict[str, Any], sari: TestClient) -> None:
    path = f"/attendance-imports/{document['id']}"

    for body in NO_ANSWERS:
        assert status_and_code(sari.patch(f"{path}/rows/2", json=body)) == (422, "invalid"), body

    assert status_and_code(sari.patch(f"{path}/rows/99", json={"skip": True})) == (404, "not-found")
    assert sari.patch(f"{path}/rows/{2**70}", json={"skip": True}).status_code in (404, 422)
    assert sari.get(path).json() == document


def test_cells_that_the_database_cannot_store_are_refused(document: dict[str, Any], sari: TestClient) -> None:
    path = f"/attendance-imports/{document['id']}"

    for field in ("note", "name", "nik"):
        for text in UNSTORABLE_TEXTS:
            answer = send_escaped_json(sari, "PATCH", f"{path}/rows/2", {"cells": {field: text}})
            assert status_and_code(answer) == (422, "invalid"), (field, text)

    assert sari.get(path).json() == document
    for text in ("C:\\u0000", "\\\\u0000"):
        changed = sari.patch(f"{path}/rows/2", json={"cells": {"note": text}}).json()
        assert changed["rows"][0]["cells"]["note"] == text


def test_invalid_mappings_are_refused(document: dict[str, Any], sari: TestClient) -> None:
    path = f"/attendance-imports/{document['id']}"

    for given, code in NO_MAPPINGS:
        assert status_and_code(sari.post(f"{path}/mapping", json=given)) == (422, code), given

    assert sari.get(path).json() == document


def test_invalid_commit_choices_are_refused(document: dict[str, Any], sari: TestClient) -> None:
    path = f"/attendance-imports/{document['id']}/commit"

    for given in ({"others": "present"}, {"basis": "consent"}, {"confirm": "all"}, {"force": True}):
        assert status_and_code(sari.post(path, json=given)) == (422, "invalid"), given


def test_only_a_committed_import_can_be_undone(document: dict[str, Any], sari: TestClient) -> None:
    assert status_and_code(sari.post(f"/attendance-imports/{document['id']}/undo")) == (409, "not-committed")
