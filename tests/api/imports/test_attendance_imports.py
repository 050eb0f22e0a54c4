"""Attendance imports over HTTP: from the upload to the undo, in the document's shape."""

import hashlib
from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import text

from app import database
from app.database import writing
from app.jobs.tasks import TaskRunner
from app.services.imports.upload import MAX_BYTES_READ_AT_ONCE
from app.services.registrations.codes import CODE_LENGTH
from app.settings import Settings
from tests.api.imports.uploads import LIST, send
from tests.api.problems import invalid_fields, status_and_code
from tests.city import LAMARU, MANGGAR, SAMPLES, City, crowd, sheet
from tests.database import on_both, on_postgresql

COUNTS = {
    "rows": 3,
    "create": 1,
    "update": 0,
    "unchanged": 0,
    "duplicate": 1,
    "skip": 0,
    "review": 0,
    "error": 1,
}


def row(document: dict[str, Any], number: int) -> dict[str, Any]:
    return next(dict(row) for row in document["rows"] if row["number"] == number)


@on_both
def test_the_document(document: dict[str, Any], sari: TestClient) -> None:
    rows = document.pop("rows")
    assert document == {
        "id": document["id"],
        "purpose": "attendance",
        "status": "review",
        "session": "UMKM-2025-1",
        "file": {
            "name": "daftar.csv",
            "sha256": hashlib.sha256(LIST).hexdigest(),
            "bytes": len(LIST),
            "format": "csv",
        },
        "sheet": "CSV",
        "sheets": ["CSV"],
        "header_row": 1,
        "columns": [
            {"index": 0, "header": "Nama", "field": "name"},
            {"index": 1, "header": "Kelurahan", "field": "kelurahan"},
            {"index": 2, "header": "HP", "field": "phone"},
            {"index": 3, "header": "Kehadiran", "field": "attendance"},
        ],
        "blank_means": "absent",
        "stated_total": None,
        "stated_total_of": None,
        "stated_date": None,
        "counts": COUNTS,
        "warnings": [],
    } | {key: document[key] for key in ("progress",) if key in document}
    first, wrong, again = rows
    assert first == {
        "number": 2,
        "kind": "create",
        "name": "Siti Aminah",
        "kelurahan": MANGGAR,
        "target_group": "umkm",
        "attendance": "present",
        "registration": None,
        "of": None,
        "cells": {
            "name": "Siti Aminah",
            "kelurahan": "Manggar",
            "phone": "081200000001",
            "attendance": "hadir",
        },
        "person": None,
        "messages": [],
    }
    assert (wrong["kind"], wrong["kelurahan"]) == ("error", None)
    (message,) = wrong["messages"]
    assert (message["level"], message["field"], message["code"]) == (
        "error",
        "kelurahan",
        "kelurahan-unknown",
    )
    assert "Antah Berantah" in message["text"]
    assert (again["kind"], again["of"]) == ("duplicate", 2)
    assert sari.get(f"/attendance-imports/{document['id']}").json() == document | {"rows": rows}


@on_both
def test_corrected_committed_uploaded_again_and_undone(document: dict[str, Any], sari: TestClient) -> None:
    path = f"/attendance-imports/{document['id']}"
    refused = sari.post(f"{path}/commit", json={})
    assert status_and_code(refused) == (409, "rows-need-attention")
    assert "1 rows" in refused.json()["detail"]

    corrected = sari.patch(f"{path}/rows/3", json={"cells": {"kelurahan": "Lamaru"}}).json()
    assert [(row["number"], row["kind"], row["kelurahan"]) for row in corrected["rows"]] == [
        (3, "create", LAMARU)
    ]
    assert corrected["counts"] == COUNTS | {"create": 2, "error": 0}

    committed = sari.post(f"{path}/commit", json={}).json()
    assert (committed["status"], committed["counts"]) == ("committed", corrected["counts"])
    assert row(committed, 2)["person"]["name"] == "Siti Aminah"
    assert len(row(committed, 2)["registration"]) == CODE_LENGTH
    assert sari.post(f"{path}/commit", json={}).json() == committed

    again = send(sari, LIST.replace(b"Antah Berantah", b"Lamaru")).json()
    assert again["counts"] == COUNTS | {"create": 0, "unchanged": 2, "error": 0}
    assert row(again, 2)["registration"] == row(committed, 2)["registration"]

    undone = sari.post(f"{path}/undo").json()
    assert undone["status"] == "undone"
    assert sari.get("/sessions/UMKM-2025-1").json()["registered"] == 0
    assert status_and_code(sari.post(f"{path}/commit", json={})) == (409, "not-in-review")


@on_both
def test_only_the_valid_rows(document: dict[str, Any], sari: TestClient) -> None:
    committed = sari.post(
        f"/attendance-imports/{document['id']}/commit",
        json={"only_valid": True, "others": "absent", "basis": "paper-consent"},
    )

    assert (committed.json()["status"], row(committed.json(), 3)["kind"]) == ("committed", "error")


@on_both
def test_decisions_about_rows(document: dict[str, Any], sari: TestClient) -> None:
    path = f"/attendance-imports/{document['id']}/rows"

    chosen = sari.patch(f"{path}/3", json={"kelurahan": LAMARU}).json()
    assert chosen["rows"][0]["kind"] == "create"
    skipped = sari.patch(f"{path}/2", json={"skip": True}).json()
    assert [(row["number"], row["kind"]) for row in skipped["rows"]] == [(2, "skip"), (4, "create")]
    kept = sari.patch(f"{path}/2", json={"skip": False}).json()
    assert [(row["number"], row["kind"]) for row in kept["rows"]] == [(2, "create"), (4, "duplicate")]
    someone_else = sari.patch(f"{path}/4", json={"person": "new"}).json()
    assert someone_else["counts"]["create"] == 3
    the_same = sari.patch(f"{path}/4", json={"person": {"row": 2}}).json()
    assert (the_same["rows"][0]["kind"], the_same["rows"][0]["of"]) == ("duplicate", 2)


@on_both
def test_another_mapping_is_judged_again(sari: TestClient, city: City) -> None:
    city.session("A-1", groups=())
    content = sheet("Peserta;Asal;Kehadiran;Paraf", "Siti Aminah;Manggar;hadir;", "Nur Aini;;;")
    document = send(sari, content, session="A-1").json()
    path = f"/attendance-imports/{document['id']}"
    assert document["blank_means"] == "absent"

    changes = {"blank_means": "present", "defaults": {"target_group": "komunitas", "kelurahan": LAMARU}}
    mapped = sari.post(f"{path}/mapping", json=changes).json()

    assert mapped["counts"]["create"] == 2
    assert (row(mapped, 3)["kelurahan"], row(mapped, 3)["target_group"]) == (LAMARU, "komunitas")
    assert row(mapped, 3)["attendance"] == "present"

    columns = [{"index": 2, "field": None}]
    again = sari.post(f"{path}/mapping", json={"columns": columns}).json()
    assert again["columns"][2] == {"index": 2, "header": "Kehadiran", "field": None}
    assert (again["counts"]["create"], again["blank_means"]) == (2, "present")


@on_both
def test_rows_come_in_pages_and_by_kind(sari: TestClient, city: City) -> None:
    city.session()
    document = send(sari, crowd(250)).json()
    path = f"/attendance-imports/{document['id']}/rows"
    assert len(document["rows"]) == 200

    first = sari.get(path).json()
    rest = sari.get(path, params={"cursor": first["cursor"]}).json()

    assert first["rows"] == document["rows"]
    assert [row["number"] for row in first["rows"] + rest["rows"]] == list(range(2, 252))
    assert (first["cursor"], rest["cursor"]) == (201, None)
    sari.patch(f"{path}/7", json={"skip": True})
    skipped = sari.get(path, params={"kind": ["skip", "error"], "limit": 10}).json()
    assert [row["number"] for row in skipped["rows"]] == [7]
    assert invalid_fields(sari.get(path, params={"limit": 201})) == {"limit"}
    assert invalid_fields(sari.get(path, params={"kind": "ghost"})) == {"kind.0"}


@on_both
def test_a_session_that_has_not_begun_needs_a_confirmation(sari: TestClient, city: City) -> None:
    city.session()
    sari.patch(
        "/sessions/UMKM-2025-1",
        json={"starts_at": "2099-08-05T09:00:00+08:00", "ends_at": "2099-08-05T12:00:00+08:00"},
    )
    document = send(sari, crowd(1)).json()
    assert [warning["code"] for warning in document["warnings"]] == ["session-not-started"]
    path = f"/attendance-imports/{document['id']}/commit"

    assert status_and_code(sari.post(path, json={})) == (409, "session-not-started")
    assert sari.post(path, json={"confirm": ["session-not-started"]}).json()["status"] == "committed"


@on_both
def test_undo_is_refused_after_a_later_change(sari: TestClient, city: City) -> None:
    city.session()
    first = city.import_sheet("UMKM-2025-1", crowd(1))
    city.import_sheet("UMKM-2025-1", crowd(1).replace(b";hadir", b";izin"))

    refused = sari.post(f"/attendance-imports/{first.id}/undo")

    assert status_and_code(refused) == (409, "changed-later")
    assert "Peserta Contoh 00000" in refused.json()["detail"]


@on_postgresql
@pytest.mark.slow
def test_an_undo_may_take_longer_than_other_requests(
    sari: TestClient, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The people of a large sheet are deleted by one statement: 10,000 of them in 2.7 s."""
    monkeypatch.setattr(database, "STATEMENT_SECONDS", 1)
    city.session()
    committed = city.import_sheet("UMKM-2025-1", crowd(1))
    with writing(city.engine) as db:
        for statement in SLOW_DELETION:
            db.execute(text(statement))

    undone = sari.post(f"/attendance-imports/{committed.id}/undo")

    assert undone.json()["status"] == "undone"


SLOW_DELETION = (
    "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN PERFORM pg_sleep(2); RETURN NULL; END$$",
    "CREATE TRIGGER slow AFTER DELETE ON participant EXECUTE FUNCTION slow()",
)


@on_both
def test_a_large_file_is_read_after_the_answer(
    app: FastAPI, settings: Settings, sari: TestClient, city: City
) -> None:
    woken: list[bool] = []
    app.state.container = replace(app.state.container, wake_worker=lambda: woken.append(True))
    city.session()

    document = send(sari, crowd(1) + b";" * MAX_BYTES_READ_AT_ONCE).json()
    assert (document["status"], document["rows"], document["counts"]) == ("reading", [], {})
    path = f"/attendance-imports/{document['id']}"
    assert status_and_code(sari.post(f"{path}/commit", json={})) == (409, "not-in-review")

    assert woken == [True]
    TaskRunner(settings, city.engine, city.vault).drain()
    assert sari.get(path).json()["counts"]["create"] == 1

    mapped = sari.post(f"{path}/mapping", json={"blank_means": "absent"})
    assert (mapped.status_code, mapped.json()["status"]) == (202, "reading")
    TaskRunner(settings, city.engine, city.vault).drain()
    document = sari.get(path).json()
    assert (document["status"], document["blank_means"]) == ("review", "absent")


@on_both
def test_a_real_sample(sari: TestClient, city: City) -> None:
    city.session("SPBE-2025-1", groups=("umkm", "rt", "tokoh", "komunitas"))

    document = send(sari, (SAMPLES / "spbe.xlsx").read_bytes(), "spbe.xlsx", session="SPBE-2025-1").json()

    assert (document["file"]["format"], document["header_row"], document["counts"]["create"]) == (
        "xlsx",
        8,
        68,
    )
