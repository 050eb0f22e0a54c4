"""The dossier of a year: what is in it and in which order, how it is made, and for how long it is kept."""

import csv
import zipfile
from datetime import date, timedelta
from hashlib import sha256
from io import BytesIO, StringIO
from itertools import count, takewhile

import openpyxl
import pytest
from pypdf import PdfReader
from sqlalchemy import update

from app.database import reading, writing
from app.errors import Forbidden, NotFound
from app.jobs import dossiers as job
from app.jobs.tasks import TaskRunner
from app.models import (
    Activity,
    Attachment,
    Dossier,
    DossierChunk,
    DossierStatus,
    EvaluationIndicator,
    Evidence,
    IssuedReport,
    IssuedReportFile,
    OutboxTask,
    SignedScan,
    User,
)
from app.models.base import now
from app.services.evidence.attachments import delete_attachment
from app.services.evidence.dossiers import load_chunk, open_dossier, queue_dossier, store_chunk
from app.services.evidence.indicators import tie_evidence, untie_evidence
from app.services.outbox import release_claims
from app.settings import Settings
from tests.city import City, sheet
from tests.database import postgresql_in_soak
from tests.evidence_files import attach, pdf, photo
from tests.scenarios import scenario

pytestmark = postgresql_in_soak

SMART_CITY, YEAR = "Smart City", 2025
LIST = sheet(
    "Nama;Kelurahan;Unsur;Kehadiran", "Siti Aminah;Manggar;umkm;hadir", "Joko Anggrek;Lamaru;umkm;hadir"
)


@scenario
def evidence_of_2025(city: City) -> None:
    """A session with three photos and an SK, an issued report with scans, and figures, tied to two indicators."""
    city.import_sheet(city.session("A-1"), LIST)
    photos = attach(
        city, "A-1", photo(1), photo(2), photo(3), caption="Siti Aminah bertanya", name="siti_aminah"
    )
    (decree,) = attach(city, "A-1", pdf(), kind="decree")
    report = issue(city)
    tie(city, "SC-SOC-1", 3, attachments=[*reversed(photos[:2]), decree], figures=["coverage", "kecamatan"])
    tie(city, "SC-GOV-2", 4, reports=[report], attachments=[photos[2]], figures=["groups"])


@pytest.fixture
def runner(settings: Settings, city: City) -> TaskRunner:
    return TaskRunner(settings, city.engine, city.vault)


def issue(city: City, number: str = "001/JGK/XII/2025", revises: int | None = None) -> int:
    """Store an issued report with four files and two scans of signed copies, and return its id."""
    with writing(city.engine) as db:
        report = IssuedReport(
            number=number,
            year=YEAR,
            sequence=int(number[:3]),
            title="Laporan Cakupan",
            classification="biasa",
            narrative="",
            signatories=[],
            period_from=date(YEAR, 1, 1),
            period_to=date(YEAR, 12, 31),
            filters={},
            figures="{}",
            report="{}",
            checksum="0" * 64,
            request_key=number,
            revises_id=revises,
            what_changed="Satu nama dibetulkan." if revises else "",
        )
        db.add(report)
        db.flush()
        for kind, content in (
            ("pdf", b"%PDF-laporan"),
            ("csv", b"a;b"),
            ("signed-pdf", b"%PDF-ttd"),
            ("signed-pdf-2", b"%PDF-dua-ttd"),
        ):
            digest = sha256(content).hexdigest()
            db.add(
                IssuedReportFile(
                    issued_report_id=report.id,
                    kind=kind,
                    name=f"laporan.{kind}",
                    media_type=kind,
                    size=len(content),
                    sha256=digest,
                    content=content,
                )
            )
        for media_type, content in (("application/pdf", b"%PDF-bertanda-tangan"), ("image/png", b"PNG")):
            db.add(
                SignedScan(
                    issued_report_id=report.id,
                    name="pindaian budi",
                    media_type=media_type,
                    size=len(content),
                    sha256=sha256(content).hexdigest(),
                    content_encrypted=city.vault.encrypt_bytes(content),
                )
            )
            db.flush()
        return report.id


def indicator(city: City, code: str) -> EvaluationIndicator:
    return next(one for one in city.all(EvaluationIndicator) if one.code == code)


def tie(city: City, code: str, level: int, *, by: str = "made", **evidence: list[int] | list[str]) -> int:
    with writing(city.engine) as db:
        return tie_evidence(db, city.actor(by), indicator(city, code).id, YEAR, level, **evidence)  # type: ignore[arg-type]


def ask(city: City, by: str = "made", instrument: str = SMART_CITY) -> int:
    with writing(city.engine) as db:
        return queue_dossier(db, city.actor(by), instrument, YEAR).id


def file_of(city: City, dossier_id: int) -> bytes:
    """The file as it is downloaded."""
    with writing(city.engine) as db:
        open_dossier(db, city.actor("made"), dossier_id)
    with reading(city.engine) as db:
        return b"".join(takewhile(bool, (load_chunk(db, city.vault, dossier_id, n) for n in count())))  # type: ignore[misc]


def unpacked(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(content)) as file:
        assert file.testzip() is None
        return {name: file.read(name) for name in file.namelist()}


def test_the_dossier_has_the_evidence_by_indicator_and_explains_itself(
    evidence_of_2025: City, runner: TaskRunner
) -> None:
    city, asked = evidence_of_2025, ask(evidence_of_2025)
    runner.drain()

    content = file_of(city, asked)
    files = unpacked(content)

    ids = [row.id for row in city.all(Attachment)]
    governance, society = (
        "SC-GOV-2-kebijakan-literasi-digital-disusun-dari-data",
        "SC-SOC-1-literasi-digital-masyarakat-ditingkatkan-secara",
    )
    assert list(files) == [
        f"{governance}/tingkat-4/peserta-per-kelompok-sasaran-dan-jenis-kelamin-2025.csv",
        f"{governance}/tingkat-4/laporan-resmi-001-JGK-XII-2025.csv",
        f"{governance}/tingkat-4/laporan-resmi-001-JGK-XII-2025.pdf",
        f"{governance}/tingkat-4/laporan-resmi-001-JGK-XII-2025-e-sign.pdf",
        f"{governance}/tingkat-4/laporan-resmi-001-JGK-XII-2025-e-sign-2.pdf",
        f"{governance}/tingkat-4/laporan-resmi-001-JGK-XII-2025-pindaian-1.pdf",
        f"{governance}/tingkat-4/laporan-resmi-001-JGK-XII-2025-pindaian-2.png",
        f"{governance}/tingkat-4/A-1-foto-{ids[2]}.jpg",
        f"{society}/tingkat-3/cakupan-per-kelurahan-dan-kelompok-sasaran-2025.csv",
        f"{society}/tingkat-3/peserta-per-kecamatan-2025.csv",
        f"{society}/tingkat-3/A-1-foto-{ids[0]}.jpg",
        f"{society}/tingkat-3/A-1-foto-{ids[1]}.jpg",
        f"{society}/tingkat-3/A-1-surat-keputusan-sk-{ids[3]}.pdf",
        "BACA-SAYA.txt",
        "indeks.html",
        "indeks.pdf",
        "indeks.xlsx",
        "SHA256SUMS.txt",
    ]
    assert not [path for path in files if "siti" in path.lower() or "budi" in path.lower()]
    lines_of_sums = files["SHA256SUMS.txt"].decode().splitlines()
    listed = {path: digest for digest, path in (line.split("  ") for line in lines_of_sums)}
    assert listed == {path: sha256(files[path]).hexdigest() for path in files if path != "SHA256SUMS.txt"}
    coverage = list(
        csv.reader(
            StringIO(
                files[f"{society}/tingkat-3/cakupan-per-kelurahan-dan-kelompok-sasaran-2025.csv"].decode(
                    "utf-8-sig"
                )
            ),
            delimiter=";",
        )
    )
    assert next(row for row in coverage if "Manggar" in row)
    assert (
        files[f"{governance}/tingkat-4/laporan-resmi-001-JGK-XII-2025-pindaian-1.pdf"]
        == b"%PDF-bertanda-tangan"
    )

    lines = [
        [str(cell or "") for cell in row]
        for row in openpyxl.load_workbook(BytesIO(files["indeks.xlsx"])).active.iter_rows(values_only=True)  # type: ignore[union-attr]
    ]
    assert [
        "SC-BRA-1 Pelaku usaha dan komunitas mempromosikan kota lewat kanal digital",
        "",
        "Belum ada bukti",
        "",
    ] in lines
    assert any("Siti Aminah bertanya" in " ".join(row) for row in lines)
    printed = " ".join(page.extract_text() for page in PdfReader(BytesIO(files["indeks.pdf"])).pages)
    assert "Bukti untuk Smart City 2025" in printed
    assert "(6 berkas)" in printed, "the files of the issued report take one line"
    assert f'href="{society}/tingkat-3/A-1-foto-{ids[0]}.jpg"' in files["indeks.html"].decode()
    assert "data pribadi" in files["BACA-SAYA.txt"].decode()

    (dossier,) = city.all(Dossier)
    assert (dossier.size, dossier.sha256) == (len(content), sha256(content).hexdigest())
    assert dossier.files_done == dossier.files_total == 8
    assert [line.action for line in city.all(Activity) if line.subject == "dossier"] == ["create", "download"]


def test_the_index_says_that_a_report_was_revised_since(city: City, runner: TaskRunner) -> None:
    report = issue(city)
    tie(city, "SC-GOV-2", 4, reports=[report])
    issue(city, "002/JGK/XII/2025", report)
    asked = ask(city)
    runner.drain()
    index = unpacked(file_of(city, asked))["indeks.html"].decode()
    assert "001/JGK/XII/2025, 1 Jan – 31 Des 2025 (sudah direvisi: 002/JGK/XII/2025)" in index


def test_the_same_evidence_gives_the_same_files(evidence_of_2025: City, runner: TaskRunner) -> None:
    """However it was tied. Figures that are not issued bear the minute at which the dossier was asked for."""
    city, made, moment = evidence_of_2025, [], now()
    for _ in range(2):
        asked = ask(city)
        with writing(city.engine) as db:
            db.get_one(Dossier, asked).asked_at = moment
        runner.drain()
        made.append(unpacked(file_of(city, asked)))
        tied = [one for one in city.all(Evidence) if one.attachment_id and one.level == 3]
        with writing(city.engine) as db:
            for one in tied:
                untie_evidence(db, city.actor("made"), one.id)
        tie(city, "SC-SOC-1", 3, attachments=[one.attachment_id or 0 for one in reversed(tied)])

    first, second = made
    assert list(first) == list(second)
    evidence = [path for path in first if "/" in path]
    assert [first[path] for path in evidence] == [second[path] for path in evidence]


def test_progress_is_seen_and_nothing_readable_is_stored(
    evidence_of_2025: City, runner: TaskRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job, "CHUNK_BYTES", 3000)
    city, seen = evidence_of_2025, []

    def store_and_look(*args: object, **numbers: int) -> None:
        store_chunk(*args, **numbers)  # type: ignore[arg-type]
        seen.append((numbers["done"], numbers["total"]))

    monkeypatch.setattr(job, "store_chunk", store_and_look)
    asked = ask(city)
    runner.drain()

    assert seen == sorted(seen)
    assert len({done for done, _ in seen}) >= 3
    assert {total for _, total in seen} == {8}
    chunks = city.all(DossierChunk)
    assert len(chunks) == len(seen) >= 3
    assert not [chunk for chunk in chunks if b"PK\x03\x04" in chunk.content_encrypted]
    assert len(unpacked(file_of(city, asked))) == 18


def test_a_dossier_that_was_interrupted_is_made_again(
    evidence_of_2025: City, runner: TaskRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job, "CHUNK_BYTES", 3000)
    city, asked = evidence_of_2025, ask(evidence_of_2025)

    def killed_at_the_third(*args: object, **numbers: int) -> None:
        if args[3] == 2:
            raise KeyboardInterrupt
        store_chunk(*args, **numbers)  # type: ignore[arg-type]

    monkeypatch.setattr(job, "store_chunk", killed_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        runner.drain()
    assert len(city.all(DossierChunk)) == 2
    assert ask(city) == asked  # it is under way, so nothing else is made

    monkeypatch.setattr(job, "store_chunk", store_chunk)
    with writing(city.engine) as db:
        release_claims(db)
    runner.drain()

    assert city.all(OutboxTask) == []
    assert len(unpacked(file_of(city, asked))) == 18


def test_after_three_interruptions_it_has_failed_and_can_be_made_anew(
    evidence_of_2025: City, runner: TaskRunner
) -> None:
    city, asked = evidence_of_2025, ask(evidence_of_2025)
    with writing(city.engine) as db:
        db.exec(update(OutboxTask).values(attempts=3))

    runner.drain()

    assert city.all(Dossier)[0].status is DossierStatus.FAILED
    assert ask(city) != asked


def test_it_is_kept_for_seven_days_and_replaced_by_a_newer_one(
    evidence_of_2025: City, runner: TaskRunner
) -> None:
    city = evidence_of_2025
    first = ask(city)
    runner.drain()
    second = ask(city)
    runner.drain()
    assert [dossier.id for dossier in city.all(Dossier)] == [second]
    with pytest.raises(NotFound):
        file_of(city, first)

    with writing(city.engine) as db:
        db.exec(update(Dossier).values(expires_at=now() - timedelta(seconds=1)))
    with pytest.raises(NotFound):
        file_of(city, second)
    runner.delete_expired_dossiers()

    assert (city.all(Dossier), city.all(DossierChunk)) == ([], [])


def test_what_is_deleted_is_no_evidence_any_more(evidence_of_2025: City, runner: TaskRunner) -> None:
    city = evidence_of_2025
    ids = [row.id for row in city.all(Attachment)]
    with writing(city.engine) as db:
        delete_attachment(db, city.actor("sari"), "A-1", ids[2])

    asked = ask(city)
    runner.drain()

    assert not [path for path in unpacked(file_of(city, asked)) if f"foto-{ids[2]}" in path]


def test_who_ties_and_makes(evidence_of_2025: City, runner: TaskRunner) -> None:
    """Dinas Kominfo may tie; photos show people, so making the dossier needs the grant to see participants, too."""
    city = evidence_of_2025
    for name in ("sari", "budi", "tono"):
        with pytest.raises(Forbidden):
            ask(city, by=name)
        with pytest.raises(Forbidden):
            tie(city, "SC-ENV-1", 1, by=name, figures=["coverage"])
    assert tie(city, "SC-ENV-1", 1, by="rina", figures=["coverage"]) == 1
    with pytest.raises(Forbidden):
        ask(city, by="rina")
    with writing(city.engine) as db:
        db.exec(update(User).where(User.id == city.users["rina"].id).values(may_see_participants=True))  # type: ignore[arg-type]
        city.users["rina"].may_see_participants = True

    asked = ask(city, by="rina")
    runner.drain()

    assert len(unpacked(file_of(city, asked))) == 19
