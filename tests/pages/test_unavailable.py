"""What people see while nothing can be saved: what to do, the event's code, and their form, which they send again."""

import errno
import html
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, event

from app.faults import DATABASE_OUTAGE, Fault, fault_of
from app.models import Workshop
from tests.city import City

NEW = {"code": "BARU", "title": "Kelas <Email> & Surel", "groups": ["umkm", "rt"]}


@contextmanager
def full_disk(engine: Engine) -> Iterator[None]:
    """Let SQLite's file not grow, as on a full disk."""

    def stop_growing(connection: object, _record: object) -> None:
        connection.execute("PRAGMA max_page_count = 1")  # type: ignore[attr-defined]  # as many as it has

    engine.dispose()
    event.listen(engine, "connect", stop_growing)
    try:
        yield
    finally:
        event.remove(engine, "connect", stop_growing)
        engine.dispose()
        DATABASE_OUTAGE.end()


def test_a_form_that_a_full_disk_refuses_can_be_sent_again(
    app: FastAPI, organizer: TestClient, city: City
) -> None:
    data = {**NEW, "description": "Bawa ponsel. " * 2_000}
    with full_disk(city.engine):
        refused = organizer.post("/kegiatan/baru", data=data)

    assert refused.status_code == 503
    assert refused.headers["retry-after"] == "60"
    assert "disk is full" in refused.text
    assert refused.headers["x-request-id"] in refused.text
    assert city.all(Workshop) == []
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', refused.text)
    again: dict[str, list[str]] = {}
    for name, value in fields:
        again.setdefault(name, []).append(html.unescape(value))
    assert organizer.post("/kegiatan/baru", data=again).status_code == 303
    assert [workshop.title for workshop in city.all(Workshop)] == [NEW["title"]]


def test_a_password_is_not_kept_on_the_page(nobody: TestClient, city: City) -> None:
    with full_disk(city.engine):
        refused = nobody.post("/masuk", data={"email": "sari@contoh.id", "password": "rahasia sekali"})
    assert "rahasia sekali" not in refused.text


def test_a_file_that_the_disk_has_no_room_for(
    organizer: TestClient, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Large uploads are first kept in a file of the system's folder for temporary files."""

    def no_room(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    session = city.session()
    monkeypatch.setattr("tempfile.TemporaryFile", no_room)
    files = {"file": ("daftar.csv", b"Nama;Kelurahan\n" * 100_000)}
    answer = organizer.post(f"/sesi/{session}/unggah", files=files)

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
    DATABASE_OUTAGE.end()


def test_faults_are_told_from_errors_of_the_program() -> None:
    assert fault_of(OSError(errno.ENOSPC, "No space left on device")) is Fault.FULL
    assert fault_of(OSError(errno.ENOENT, "No such file")) is None
    assert fault_of(ValueError("x")) is None
