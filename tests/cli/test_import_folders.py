"""`jangkau import` of a folder or zip file of lists."""

import json
from pathlib import Path

import pytest

from app.cli.folders import list_to_json
from app.models import Attendance, UploadBatch, Workshop
from app.settings import Settings
from tests.batches import Batch
from tests.city import City, crowd
from tests.database import postgresql_in_soak
from tests.lists import csv_list, folder_of_lists, listed_sessions, made_up_people, xlsx_list, zip_of
from tests.server import Jangkau

pytestmark = postgresql_in_soak


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of three clean lists, a list that states nothing, and a broken file."""
    files = {**folder_of_lists(3, people=2), "tanpa kop.csv": crowd(2), "rusak.xlsx": b"PK\x03\x04 rusak"}
    for path, content in files.items():
        file = tmp_path / "arsip" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return tmp_path / "arsip"


@pytest.mark.slow
def test_a_folder_is_looked_at_saved_and_asked_about_a_second_time(
    city: City, jangkau: Jangkau, folder: Path
) -> None:
    looked_at = jangkau("import", folder, "--create-sessions", "--dry-run")
    assert looked_at.returncode == 2
    assert "new: Pelatihan Literasi Digital UMKM 2025-02-03 08:30 - 11:30" in looked_at.stdout
    assert "the list does not state title, day, starts, ends" in looked_at.stdout
    assert city.all(UploadBatch) == []
    assert city.all(Workshop) == []

    saved = jangkau("import", folder, "--create-sessions")
    assert saved.returncode == 2
    assert saved.stdout.count("  saved") == 3
    assert "1 failed, 1 new-session, 3 saved" in saved.stdout
    assert len(city.all(Attendance)) == 6

    again = jangkau("import", folder, "--json")
    document = json.loads(again.stdout)
    assert document["counts"] == {"failed": 1, "new-session": 1, "open": 3}
    codes = [question["code"] for one in document["lists"] for question in one["questions"]]
    assert codes == ["same-file"] * 3
    assert len(city.all(Attendance)) == 6


def test_a_zip_file_of_clean_lists_is_saved_as_a_whole(city: City, jangkau: Jangkau, tmp_path: Path) -> None:
    archive = tmp_path / "tahun.zip"
    archive.write_bytes(zip_of(folder_of_lists(2, people=2)))
    assert jangkau("import", archive).returncode == 2
    saved = jangkau("import", archive, "--create-sessions")
    assert (saved.returncode, saved.stderr) == (0, "")
    assert len(city.all(Attendance)) == 4


def test_several_lists_of_a_session_are_confirmed_together(
    city: City, jangkau: Jangkau, tmp_path: Path
) -> None:
    own, people = next(listed_sessions(1)), made_up_people(2, seed=3)
    for at in range(2):
        (tmp_path / f"{at}.xlsx").write_bytes(xlsx_list(own, people[at : at + 1]))
    saved = jangkau("import", tmp_path, "--create-sessions", "--confirm", "same-session")
    assert (saved.returncode, saved.stderr) == (0, "")
    assert len(city.all(Attendance)) == 2


def test_an_argument_without_lists_is_unreadable(city: City, jangkau: Jangkau, tmp_path: Path) -> None:
    (tmp_path / "rusak.xlsx").write_bytes(b"PK\x03\x04 rusak")
    assert jangkau("import", tmp_path / "rusak.xlsx").returncode == 1
    (tmp_path / "kosong").mkdir()
    nothing = jangkau("import", tmp_path / "kosong")
    assert nothing.returncode == 1
    assert "There is no list among these files" in nothing.stderr
    assert jangkau("import", tmp_path / "kosong", "--session", city.session()).returncode == 64


def test_a_folder_beyond_the_limits_is_refused_before_it_is_read(
    city: City, jangkau: Jangkau, tmp_path: Path
) -> None:
    film = tmp_path / "rekaman.mp4"
    with film.open("wb") as file:
        file.truncate(64 * 1024**3)  # More than fits into memory; it takes no room on the disk.
    for path in (film, tmp_path):
        refused = jangkau("import", path)
        assert (refused.returncode, "larger than 40 MB" in refused.stderr) == (1, True)
    film.unlink()
    for number in range(201):
        (tmp_path / f"{number}.csv").touch()
    assert "more than 200 files" in jangkau("import", tmp_path).stderr
    assert city.all(UploadBatch) == []


def test_the_document_has_both_days_that_a_list_states(city: City, settings: Settings) -> None:
    session = next(listed_sessions(1))
    content = csv_list(session, made_up_people(2)).replace(b"Senin,", b"Selasa,")
    batch = Batch(city, settings, {"daftar.csv": content})
    batch.read()
    assert list_to_json(batch.find("daftar.csv"), None)["stated_days"] == ["2025-02-03", "2025-02-04"]
