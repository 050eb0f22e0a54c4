"""Keep scans of issued reports that were signed on paper, encrypted: they show handwriting."""

import hashlib
from io import BytesIO
from pathlib import PurePath

from PIL import Image, UnidentifiedImageError
from sqlmodel import select

from app.database import Db
from app.errors import Conflict, Invalid, NotFound, TooLarge
from app.i18n import N_
from app.models import IssuedReport, SignedScan
from app.nik_vault import NikVault
from app.permissions import Actor, Permission
from app.queries.issued_reports.reports import slug_of
from app.queries.issued_reports.signatures import get_report_to_sign
from app.reports.formats.download import Download
from app.services.activities import log_activity
from app.services.locks import lock_row

MAX_SCAN_BYTES = 10 * 1024 * 1024
MAX_SCANS = 20
MAX_NAME_LENGTH = 200
_IMAGES = {"JPEG": ("image/jpeg", (".jpg", ".jpeg")), "PNG": ("image/png", (".png",))}

NOT_A_SCAN = N_("The scan must be a PDF, JPG or PNG file. This file is something else, or damaged.")
TOO_LARGE = N_("The scan is larger than 10 MB. Scan it with 200 dpi, and try again.")
TWICE = N_("This scan has been uploaded already.")
TOO_MANY = N_("A report can have 20 scans. Delete one that is not needed.")
NO_SUCH_SCAN = N_("There is no such scan.")


def upload_scan(db: Db, vault: NikVault, actor: Actor, number: str, name: str, content: bytes) -> SignedScan:
    """Store a scan beside the report, and log that.

    Raises `Forbidden` without `REPORT_ISSUE`, `NotFound`, `TooLarge`, `Invalid` for what is no PDF, JPG or PNG by its
    content, and `Conflict` for a scan that is there already.
    """
    actor.require(Permission.REPORT_ISSUE)
    report = lock_row(db, IssuedReport, get_report_to_sign(db, actor, number).id)
    if len(content) > MAX_SCAN_BYTES:
        raise TooLarge(TOO_LARGE)
    media_type, suffixes = _detect_type(content)
    digest = hashlib.sha256(content).hexdigest()
    digests = db.exec(select(SignedScan.sha256).where(SignedScan.issued_report_id == report.id)).all()
    if digest in digests:
        raise Conflict(TWICE, code="scan-exists")
    if len(digests) >= MAX_SCANS:
        raise Conflict(TOO_MANY, code="too-many-scans")
    scan = SignedScan(
        issued_report_id=report.id,
        name=_file_name(name, suffixes),
        media_type=media_type,
        size=len(content),
        sha256=digest,
        content_encrypted=vault.encrypt_bytes(content),
        uploaded_by=actor.user_id,
    )
    db.add(scan)
    db.flush()
    log_activity(
        db,
        actor,
        "upload-scan",
        "issued-report",
        slug_of(report.number),
        after={"scan": scan.id, "sha256": digest},
    )
    return scan


def download_scan(db: Db, vault: NikVault, actor: Actor, number: str, scan_id: int) -> Download:
    """Return a scan, decrypted, and log the download. Raises `Forbidden` without `REPORT_ISSUE`, and `NotFound`."""
    actor.require(Permission.REPORT_ISSUE)
    report = get_report_to_sign(db, actor, number)
    scan = _get_scan(db, report, scan_id)
    log_activity(db, actor, "download", "issued-report", slug_of(report.number), after={"scan": scan.id})
    return Download(scan.name, scan.media_type, vault.decrypt_bytes(scan.content_encrypted))


def delete_scan(db: Db, actor: Actor, number: str, scan_id: int) -> None:
    """Delete a scan that was uploaded by mistake, and log that.

    Raises `Forbidden` without `REPORT_ISSUE`, and `NotFound`.
    """
    actor.require(Permission.REPORT_ISSUE)
    report = get_report_to_sign(db, actor, number)
    scan = _get_scan(db, report, scan_id)
    before = {"scan": scan.id, "sha256": scan.sha256}
    db.delete(scan)
    log_activity(db, actor, "delete-scan", "issued-report", slug_of(report.number), before=before)


def _get_scan(db: Db, report: IssuedReport, scan_id: int) -> SignedScan:
    scan = db.get(SignedScan, scan_id)
    if scan is None or scan.issued_report_id != report.id:
        raise NotFound(NO_SUCH_SCAN)
    return scan


def _detect_type(content: bytes) -> tuple[str, tuple[str, ...]]:
    """Return the media type by the content, and the endings of such files. Raises `Invalid` for any other."""
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-2048:]:
        return "application/pdf", (".pdf",)
    try:
        with Image.open(BytesIO(content), formats=tuple(_IMAGES)) as image:
            image.verify()
            return _IMAGES[str(image.format)]
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise Invalid(NOT_A_SCAN, fields={"file": NOT_A_SCAN}) from None


def _file_name(name: str, suffixes: tuple[str, ...]) -> str:
    """Return the file's own name without folders, ending as its content says."""
    own = "".join(char for char in PurePath(name.replace("\\", "/")).name if char.isprintable())
    stem, suffix = PurePath(own).stem, PurePath(own).suffix.lower()
    ending = suffix if suffix in suffixes else suffixes[0]
    return f"{stem[:MAX_NAME_LENGTH] or 'pindaian'}{ending}"
