"""`jangkau report issue` and `jangkau report verify`: a number, and a verdict on a file with its exit code."""

import re
from pathlib import Path

import duckdb
import orjson

from app.database import writing
from app.models import IssuedReport, IssuedReportFile
from app.services.issued_reports.closing import close_period
from tests.city import City, sheet
from tests.database import postgresql_in_soak
from tests.published_year import hold_session, issue
from tests.server import Jangkau

pytestmark = postgresql_in_soak

LIST = sheet("Nama;Kelurahan;Unsur;Kehadiran", "Ani Contoh;Manggar;umkm;hadir")
SIGNATORY = ("--signatory", "Wayan Contoh, S.Kom.|Kepala Dinas|Pembina / IV a|197001012000031001")
YEAR = ("--from", "2025-01-01", "--to", "2025-12-31")


def test_a_report_is_issued_and_its_files_verified(jangkau: Jangkau, city: City, tmp_path: Path) -> None:
    city.import_sheet(city.session(), LIST)
    text = tmp_path / "uraian.txt"
    text.write_text("Uraian singkat.\n", encoding="utf-8")
    nameless = jangkau("report", "issue", "--title", "Laporan", "--signatory", "|Kepala Dinas", *YEAR)
    assert nameless.returncode == 1
    number = jangkau(
        "report", "issue", "--title", "Laporan Cakupan 2025", *SIGNATORY, "--narrative", text, *YEAR
    ).stdout.strip()
    (report,) = city.all(IssuedReport)
    assert (report.number, report.narrative) == (number, "Uraian singkat.")
    assert report.signatories[0]["nip"] == "197001012000031001"

    for file in city.all(IssuedReportFile):
        path = tmp_path / file.name
        path.write_bytes(file.content)
        genuine = jangkau("report", "verify", path)
        assert (genuine.returncode, genuine.stdout.split(" (")[0]) == (0, f"genuine: {number}")
        path.write_bytes(file.content + b"\n")
        changed = jangkau("report", "verify", path)
        assert (changed.returncode, changed.stdout[:8]) == (1, "unknown:")
        path.write_bytes(file.content)

    with writing(city.engine) as db:
        close_period(db, city.actor("made"), number)
    official = jangkau("report", "coverage", "--format", "json", *YEAR).stdout
    assert orjson.loads(official)["official"]["number"] == number
    working = jangkau("report", "coverage", "--format", "json", *YEAR, "--figures", "working").stdout
    assert orjson.loads(working)["closed_periods"][0]["number"] == number

    again = jangkau("report", "issue", "--title", "Laporan Cakupan 2025", *SIGNATORY, *YEAR)
    assert (again.returncode, number in again.stderr) == (1, True)
    revision = jangkau(
        "report", "issue", "--title", "Laporan", *SIGNATORY, "--revises", number, "--what-changed", "Susulan."
    ).stdout.strip()
    revised = jangkau("report", "verify", path)
    assert (revised.returncode, revised.stdout.split(" (")[0]) == (2, f"revised: {number}")
    assert revision in revised.stdout


def test_open_data_is_exported_to_be_read_with_that_of_other_cities(
    jangkau: Jangkau, city: City, tmp_path: Path
) -> None:
    hold_session(city)
    early = jangkau("report", "export", "--format", "parquet", "--output", tmp_path)
    assert (early.returncode, "No report of a whole year" in early.stderr) == (1, True)
    issue(city)

    for kind in ("parquet", "csv"):
        exported = jangkau("report", "export", "--format", kind, "--output", tmp_path / "64.71")
        assert exported.returncode == 0, exported.stderr
    with duckdb.connect() as connection:
        figures = connection.read_parquet(f"{tmp_path}/*/participants.parquet")
        read = (
            figures.filter("kelurahan IN ('Manggar', 'Lamaru') AND group_code IN ('umkm', 'rt')")
            .project("city, year, kelurahan, group_code, participants, participants_hidden")
            .fetchall()
        )

    published = (tmp_path / "64.71/participants.csv").read_text()
    assert [row[:2] for row in read] == [("Balikpapan", 2025)] * 4
    for _, year, kelurahan, group, people, hidden in read:
        assert f"{year},64.71" in published
        assert re.search(rf",{kelurahan},.*,{group},.*,{people or ''},{str(hidden).lower()}", published)
    assert [people for *_, people, _hidden in read if people is not None and people < 5] == []


def test_file_that_is_not_there_is_no_verdict(jangkau: Jangkau, city: City, tmp_path: Path) -> None:
    missing = jangkau("report", "verify", tmp_path / "tidak-ada.pdf")
    assert missing.returncode not in {0, 2}
    assert "Traceback" not in missing.stderr
