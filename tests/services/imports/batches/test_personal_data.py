"""Batches are searched when a person is erased, and expire with their files."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from app.database import reading, writing
from app.errors import Conflict
from app.jobs.tasks import TaskRunner
from app.models import AttendanceImport, BatchList, Participant, RetentionKind, UploadBatch, UploadedFile
from app.models.base import now
from app.queries.imports.batches.batch_lists import ListStatus
from app.queries.personal_data.retention import DEFAULT_DAYS
from app.queries.personal_data.traces import find_traces, list_obstacles
from app.services.imports.batches.choices import leave_out
from app.services.personal_data import retention
from app.services.personal_data.erasure import erase_person, preview_erasure
from app.settings import Settings
from tests.batches import Batch
from tests.city import City, sheet
from tests.database import on_sqlite
from tests.lists import xlsx_lists
from tests.services.personal_data.byte_search import find_bytes
from tests.services.personal_data.test_erasure import asked

SITI = "Siti Contohwati;Manggar;hadir"
ANI = "Ani Aster;Manggar;hadir"


@on_sqlite
def test_an_erased_person_is_in_no_batch(city: City, settings: Settings) -> None:
    city.import_sheet(city.session(), sheet("Nama;Kelurahan;Kehadiran", SITI, ANI))
    letterhead = [["Kegiatan", ": Pertemuan Siti Contohwati"], ["Nama", "Kelurahan", "Kehadiran"]]
    rows = [*letterhead, ANI.split(";")]
    batch = Batch(
        city,
        settings,
        {"Daftar_Siti_Contohwati.xlsx": xlsx_lists({"Siti Contohwati": rows, "Lain": rows})},
    )
    batch.read()
    siti = next(person for person in city.all(Participant) if person.name == "Siti Contohwati")
    request = asked(city, siti.id)
    with reading(city.engine) as db:
        (obstacle,) = preview_erasure(db, city.vault, city.actor("made"), request).obstacles
    assert obstacle.batch_id == batch.id
    with pytest.raises(Conflict), reading(city.engine) as read_db, writing(city.engine) as db:
        erase_person(read_db, db, city.vault, city.actor("made"), request, confirmed=True, outcome="")

    with writing(city.engine) as db:
        leave_out(db, city.actor("sari"), batch.id, [one.id for one in batch.view().lists])
    with reading(city.engine) as read_db, writing(city.engine) as db:
        erase_person(read_db, db, city.vault, city.actor("made"), request, confirmed=True, outcome="")
    TaskRunner(settings, city.engine, city.vault).drain()

    assert find_bytes(city, settings.data_dir, ["siti contohwati"]) == []
    assert all("Contohwati" not in str(one.model_dump()) for one in city.all(BatchList))
    with reading(city.engine) as db:
        assert list_obstacles(db, find_traces(db, city.vault, siti.id)) == []


def test_a_batch_expires_with_its_files(city: City, settings: Settings) -> None:
    code = city.session()
    old = Batch(city, settings, {"a.csv": sheet("Nama;Kelurahan", "Ani Aster;Manggar"), "Thumbs.db": b"x"})
    old.read()
    old.choose_session("a.csv", code)
    old.read()
    unread = Batch(city, settings, {"b.csv": sheet("Nama;Kelurahan", "Budi Bakung;Manggar")})
    saved = Batch(city, settings, {"c.csv": sheet("Nama;Kelurahan", "Citra Cempaka;Manggar")})
    saved.read()
    saved.choose_session("c.csv", code)
    saved.read()
    saved.save()
    assert saved.read().counts == {ListStatus.SAVED: 1}
    new = Batch(city, settings, {"d.csv": sheet("Nama;Kelurahan", "Dewi Dahlia;Manggar")})
    damaged = b"PK\x03\x04 rusak"
    old_damaged, new_damaged = (Batch(city, settings, {"rusak.zip": damaged}) for _ in range(2))

    then = now() - timedelta(days=DEFAULT_DAYS[RetentionKind.FILES] + 1)
    with writing(city.engine) as db:
        db.execute(
            update(UploadBatch)
            .where(UploadBatch.id.in_([old.id, unread.id, saved.id, old_damaged.id]))  # type: ignore[attr-defined]
            .values(uploaded_at=then)
        )
        db.execute(update(AttendanceImport).values(uploaded_at=then))
        retention.switch_rule_on(
            db, city.actor("made"), RetentionKind.FILES, days=DEFAULT_DAYS[RetentionKind.FILES]
        )
    TaskRunner(settings, city.engine, city.vault).delete_expired_data()

    assert [one.id for one in city.all(UploadBatch)] == [new.id, new_damaged.id]
    assert [one.path for one in city.all(BatchList)] == ["d.csv", "rusak.zip"]
    assert {one.name: bool(one.content) for one in city.all(UploadedFile)} == {"c.csv": False, "d.csv": True}
