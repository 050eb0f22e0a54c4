"""Dossiers: the evidence of one year and instrument as a zip file, made in the background and kept for some days.

The file is made, stored and handed out in chunks, so that no process and no transaction holds all of it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from hashlib import sha256

from sqlalchemy import delete, select
from sqlmodel import col

from app.database import Db
from app.errors import Conflict, NotFound
from app.i18n import N_, Language, Translator, day_text, days_text, translator, wita
from app.models import (
    Dossier,
    DossierChunk,
    DossierStatus,
    EvaluationIndicator,
    EvidenceFigure,
    IssuedReportFile,
    Organization,
    OutboxKind,
    SignedScan,
    User,
)
from app.models.base import now
from app.nik_vault import NikVault
from app.permissions import OPERATOR, Actor, Permission
from app.queries.coverage.filters import CoverageFilters
from app.queries.evidence.attachments import ENDINGS, load_content
from app.queries.evidence.indicators import EvidenceView, list_proven_indicators, require_year
from app.queries.issued_reports.figures import load_coverage_report
from app.queries.issued_reports.reports import SIGNED_PDF
from app.reports.coverage.report import CoverageReport
from app.reports.coverage.tables.breakdowns import breakdown_tables
from app.reports.coverage.tables.matrix import coverage_table, totals_table
from app.reports.dossier import (
    CHECKSUMS,
    INDEX,
    README,
    DossierFile,
    DossierIndex,
    DossierIndicator,
    checksum_list,
    slug,
)
from app.reports.formats.csv import render_csv
from app.reports.formats.zip_stream import ZipStream
from app.reports.table import Table
from app.services.activities import log_activity
from app.services.outbox import queue_task

CHUNK_BYTES = 1024**2
KEPT = timedelta(days=7)
LANGUAGE: Language = "id"

SCAN_ENDINGS = {**ENDINGS, "image/png": "png"}
ATTACHMENT_WORDS = {
    "photo": N_("Photo"),
    "decree": N_("Decree (SK)"),
    "invitation": N_("Invitation letter"),
    "signed-list": N_("Scan of a signed list"),
    "material": N_("Material"),
    "other": N_("Other file"),
}
FIGURE_WORDS = {
    EvidenceFigure.COVERAGE: N_("Coverage by kelurahan and target group"),
    EvidenceFigure.GROUPS: N_("Participants by target group and sex"),
    EvidenceFigure.KECAMATAN: N_("Participants by kecamatan"),
}


@dataclass(frozen=True)
class DossierPart:
    """Bytes of the file that follow those of the part before, and how many pieces of evidence are done, of how many."""

    content: bytes
    done: int
    total: int


def queue_dossier(db: Db, actor: Actor, instrument: str, year: int) -> Dossier:
    """Have the dossier of an instrument and a year made in the background, and log it.

    Return the one that is being made already, if there is one. Raises `Forbidden` without `REPORT_ISSUE` and
    `PARTICIPANT_READ`, as photos and signed lists show people, and `NotFound` for an unknown instrument or year.
    """
    _require_dossiers(actor)
    require_year(year)
    _lock_instrument(db, instrument)
    under_way = f"{year} {instrument}"
    dossier = db.scalars(select(Dossier).where(col(Dossier.under_way) == under_way)).first()
    if dossier is None:
        dossier = Dossier(year=year, instrument=instrument, under_way=under_way, asked_by=actor.user_id)
        db.add(dossier)
        db.flush()
        queue_task(db, OutboxKind.MAKE_DOSSIER, dossier=dossier.id)
        log_activity(
            db, actor, "create", "dossier", dossier.id, after={"year": year, "instrument": instrument}
        )
    return dossier


def begin_dossier(db: Db, dossier_id: int) -> bool:
    """Delete what an interrupted attempt has stored; return False if the dossier is not to be made any more."""
    dossier = db.get(Dossier, dossier_id, with_for_update=True)
    if dossier is None or dossier.status is not DossierStatus.MAKING:
        return False
    db.execute(delete(DossierChunk).where(col(DossierChunk.dossier_id) == dossier_id))
    dossier.files_done = dossier.files_total = dossier.size = 0
    return True


def write_dossier(read_db: Db, vault: NikVault, dossier_id: int) -> Iterator[DossierPart]:
    """Yield the zip file of a dossier in parts: the evidence by indicator and level, then README, index and checksums.

    It is made in the name of the user who asked for it. The same evidence gives the same files in the same order. Names
    of files say nothing of people.
    """
    dossier = read_db.get_one(Dossier, dossier_id)
    actor, _ = _load_asker(read_db, dossier), translator(LANGUAGE)
    _require_dossiers(actor)
    proven = list_proven_indicators(read_db, actor, dossier.instrument, dossier.year)
    report = _load_report(read_db, actor, dossier)
    zip_file, files, done = ZipStream(), list[DossierFile](), 0
    level = slug(_("Level"))
    indicators, total = [], sum(len(one.evidence) for one in proven)
    for one in proven:
        indicator = DossierIndicator(
            one.indicator.code, one.indicator.dimension, one.indicator.name, one.indicator.provisional
        )
        indicators.append(indicator)
        for view in one.evidence:
            for name, group, about, content in _load_files(read_db, vault, view, report, _):
                path = f"{indicator.folder}/{level}-{view.level}/{name}"
                zip_file.add(path, content, compress=not name.endswith((".jpg", ".pdf", ".xlsx")))
                digest = sha256(content).hexdigest()
                files.append(
                    DossierFile(indicator.code, view.level, group, about, path, len(content), digest)
                )
            done += 1
            yield DossierPart(zip_file.take(), done, total)
    index = DossierIndex(dossier.instrument, dossier.year, dossier.asked_at, indicators, files)
    checksums = [(file.sha256, file.path) for file in files]
    for name, content in _explain(index, report, _):
        zip_file.add(name, content, compress=True)
        checksums.append((sha256(content).hexdigest(), name))
    zip_file.add(CHECKSUMS, checksum_list(checksums), compress=True)
    yield DossierPart(zip_file.finish(), done, total)


def store_chunk(
    db: Db, vault: NikVault, dossier_id: int, number: int, content: bytes, *, done: int, total: int
) -> None:
    """Store a chunk of a dossier's file, encrypted, with the progress. Raises `Conflict` if it was deleted."""
    dossier = db.get(Dossier, dossier_id, with_for_update=True)
    if dossier is None or dossier.status is not DossierStatus.MAKING:
        raise Conflict(N_("The dossier was deleted meanwhile."))
    db.add(DossierChunk(dossier_id=dossier_id, number=number, content_encrypted=vault.encrypt_bytes(content)))
    dossier.files_done, dossier.files_total = done, total


def finish_dossier(db: Db, dossier_id: int, *, size: int, digest: str) -> None:
    """Record that a dossier is complete, and delete the earlier ones of the same year and instrument."""
    dossier = db.get(Dossier, dossier_id, with_for_update=True)
    if dossier is None or dossier.status is not DossierStatus.MAKING:
        return
    dossier.status, dossier.under_way = DossierStatus.READY, None
    dossier.size, dossier.sha256 = size, digest
    dossier.files_done = dossier.files_total
    dossier.made_at = now()
    dossier.expires_at = dossier.made_at + KEPT
    is_earlier = (
        (col(Dossier.year) == dossier.year)
        & (col(Dossier.instrument) == dossier.instrument)
        & (col(Dossier.id) < dossier_id)
    )
    _delete(db, db.scalars(select(col(Dossier.id)).where(is_earlier)).all())


def give_up_dossier(db: Db, dossier_id: int) -> None:
    """Record that a dossier could not be made, and delete its chunks."""
    dossier = db.get(Dossier, dossier_id, with_for_update=True)
    if dossier is not None and dossier.status is DossierStatus.MAKING:
        db.execute(delete(DossierChunk).where(col(DossierChunk.dossier_id) == dossier_id))
        dossier.status, dossier.under_way = DossierStatus.FAILED, None


def open_dossier(db: Db, actor: Actor, dossier_id: int) -> Dossier:
    """Return a dossier that is to be downloaded, and log the download.

    Raises `Forbidden` without `REPORT_ISSUE` and `PARTICIPANT_READ`, and `NotFound` if it is not ready or gone.
    """
    _require_dossiers(actor)
    dossier = db.get(Dossier, dossier_id)
    if dossier is None or dossier.expires_at is None or dossier.expires_at < now():
        raise NotFound(N_("This dossier is not kept any more. Make it again."))
    log_activity(db, actor, "download", "dossier", dossier.id, after={"size": dossier.size})
    return dossier


def load_chunk(read_db: Db, vault: NikVault, dossier_id: int, number: int) -> bytes | None:
    """Return a chunk of a dossier's file, None after the last. The caller has opened the dossier."""
    chunk = read_db.scalar(
        select(col(DossierChunk.content_encrypted)).where(
            col(DossierChunk.dossier_id) == dossier_id, col(DossierChunk.number) == number
        )
    )
    return None if chunk is None else vault.decrypt_bytes(chunk)


def delete_expired_dossiers(db: Db) -> None:
    """Delete the dossiers that were kept long enough, and those that failed as long ago."""
    is_old = (col(Dossier.expires_at) < now()) | (
        (col(Dossier.status) == DossierStatus.FAILED) & (col(Dossier.asked_at) < now() - KEPT)
    )
    _delete(db, db.scalars(select(col(Dossier.id)).where(is_old)).all())


def _lock_instrument(db: Db, instrument: str) -> None:
    """Block other requests for a dossier of the instrument until this transaction ends. Raises `NotFound`."""
    of_instrument = select(EvaluationIndicator).where(col(EvaluationIndicator.instrument) == instrument)
    if (
        db.scalars(of_instrument.order_by(col(EvaluationIndicator.id)).limit(1).with_for_update()).first()
        is None
    ):
        raise NotFound(N_("There is no such instrument."))


def _delete(db: Db, dossier_ids: Iterable[int]) -> None:
    for id_ in dossier_ids:
        db.execute(delete(DossierChunk).where(col(DossierChunk.dossier_id) == id_))
        db.execute(delete(Dossier).where(col(Dossier.id) == id_))


def _require_dossiers(actor: Actor) -> None:
    """Raise `Forbidden` unless the actor may issue reports and see participants."""
    actor.require(Permission.REPORT_ISSUE)
    actor.require(Permission.PARTICIPANT_READ)


def _load_asker(read_db: Db, dossier: Dossier) -> Actor:
    """Return the user who asked for a dossier, `OPERATOR` for the command line."""
    if dossier.asked_by is None:
        return OPERATOR
    user = read_db.get_one(User, dossier.asked_by)
    return Actor.from_user(user, read_db.get_one(Organization, user.organization_id).kind)


def _load_report(read_db: Db, actor: Actor, dossier: Dossier) -> CoverageReport:
    """Return the report of the dossier's year: the issued one if the year is closed, else of the working figures."""
    filters = CoverageFilters(from_=date(dossier.year, 1, 1), to=date(dossier.year, 12, 31))
    report = load_coverage_report(read_db, actor, filters, LANGUAGE, trend=False)
    return report if report.official else replace(report, generated_at=dossier.asked_at)


def _load_files(
    read_db: Db, vault: NikVault, view: EvidenceView, report: CoverageReport, _: Translator
) -> Iterator[tuple[str, str, str, bytes]]:
    """Yield name, group, description and content of the files of one piece of evidence.

    Files of the same kind and session are of the same group. An issued report has several files.
    """
    if view.attachment is not None:
        attachment, word = view.attachment, _(ATTACHMENT_WORDS[view.attachment.kind])
        when = day_text(wita(attachment.session_starts_at).date(), LANGUAGE)
        group = f"{word}, {attachment.workshop_title}, {when}"
        about = f"{group}: {attachment.caption}" if attachment.caption else group
        name = f"{attachment.session_code}-{slug(word)}-{attachment.id}.{ENDINGS[attachment.media_type]}"
        yield name, group, about, load_content(read_db, vault, attachment.id)
    elif view.report is not None:
        word, number = _("Issued report"), view.report.number
        period = days_text(view.report.period_from, view.report.period_to, LANGUAGE)
        name = f"{slug(word)}-{number.replace('/', '-')}"
        about = f"{word} {number}, {period}"
        if view.report.revised_by:
            about += f" ({_('revised by %(number)s') % {'number': view.report.revised_by}})"
        for file_name, content in _load_report_files(read_db, vault, view.report.id, name):
            yield file_name, about, about, content
    elif view.figure is not None:
        word = _(FIGURE_WORDS[view.figure])
        kind = report.official.number if report.official else _("working figures")
        content = render_csv(_figure_table(report, view.figure, _))
        about = f"{word} ({kind})"
        yield f"{slug(word)}-{report.period.to.year}.csv", about, about, content


def _load_report_files(
    read_db: Db, vault: NikVault, report_id: int, name: str
) -> Iterator[tuple[str, bytes]]:
    """Yield names and contents of the files of an issued report by kind, then those of the scans of signed copies.

    Their contents are loaded one by one: a report may have twenty scans of 10 MB.
    """
    kinds = select(col(IssuedReportFile.id), col(IssuedReportFile.kind)).where(
        col(IssuedReportFile.issued_report_id) == report_id
    )
    for file_id, kind in read_db.execute(kinds.order_by(col(IssuedReportFile.kind))).all():
        content = read_db.scalar(
            select(col(IssuedReportFile.content)).where(col(IssuedReportFile.id) == file_id)
        )
        is_signed, signatures = kind.startswith(SIGNED_PDF), kind.removeprefix(SIGNED_PDF)
        yield f"{name}-e-sign{signatures}.pdf" if is_signed else f"{name}.{kind}", bytes(content or b"")
    scans = select(col(SignedScan.id), col(SignedScan.media_type)).where(
        col(SignedScan.issued_report_id) == report_id
    )
    for scan_id, media_type in read_db.execute(scans.order_by(col(SignedScan.id))).all():
        encrypted = read_db.scalars(
            select(col(SignedScan.content_encrypted)).where(col(SignedScan.id) == scan_id)
        ).one()
        yield f"{name}-pindaian-{scan_id}.{ENDINGS[media_type]}", vault.decrypt_bytes(encrypted)


def _figure_table(report: CoverageReport, figure: EvidenceFigure, _: Translator) -> Table:
    """Return the table of a figure."""
    match figure:
        case EvidenceFigure.COVERAGE:
            return coverage_table(report, _, LANGUAGE)
        case EvidenceFigure.GROUPS:
            return totals_table(report, _, LANGUAGE)
        case EvidenceFigure.KECAMATAN:
            return breakdown_tables(report, _, LANGUAGE)[0]


def _explain(index: DossierIndex, report: CoverageReport, _: Translator) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of README and index."""
    yield README, index.readme(_, LANGUAGE)
    yield f"{INDEX}.html", index.html(_, LANGUAGE)
    yield f"{INDEX}.pdf", index.pdf(report.letterhead, _, LANGUAGE)
    yield f"{INDEX}.xlsx", index.xlsx(report.letterhead, _, LANGUAGE)
