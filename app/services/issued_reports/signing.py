"""Add electronic signatures to the PDF of an issued report, one after the other, each as a file of its own."""

import hashlib
import logging
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Engine
from sqlmodel import select

from app.database import Db, reading, writing
from app.errors import PLEASE_CORRECT, Conflict, Invalid
from app.i18n import N_
from app.models import ElectronicSignature, IssuedReport, IssuedReportFile
from app.models.base import now
from app.permissions import Actor, Permission
from app.queries.issued_reports.reports import slug_of
from app.queries.issued_reports.signatures import (
    get_pdf_to_sign,
    get_report_to_sign,
    is_replaced,
    list_signatures,
    signed_kind,
    unsigned_signatories,
)
from app.services.activities import log_activity
from app.services.issued_reports.esign import (
    NIK_DIGITS,
    EsignFailed,
    EsignService,
    SignatureCheck,
    SignedPdf,
    Signer,
    check_pdf,
    seal_pdf,
    sign_pdf,
)
from app.services.limits import Limit, count_use
from app.services.locks import lock_row

log = logging.getLogger(__name__)

# Of one user. BSrE locks a signer after some wrong passphrases.
SIGNATURES = Limit("signatures", 10, timedelta(minutes=10))
MAX_SECRET_LENGTH = 200

SIGNED_MEANWHILE = N_("Somebody else has signed this report meanwhile. Look at the list, and sign again.")
ALREADY_SIGNED = N_("This signatory has signed already.")
REPLACED = N_("A revision has replaced this report. Sign the revision.")
NOT_TRUSTED = N_("The service says that the signature is broken or not trusted. Nothing was stored.")
NIK_NEEDED = N_("A NIK has 16 digits.")
SIGNER_NEEDED = N_("Type the signer's NIK (16 digits) or the e-mail address of their BSrE account.")
SECRET_NEEDED = N_("Type the passphrase or the TOTP code.")


@dataclass(frozen=True)
class SigningInput:
    """What a user types to sign. `signatory` is a position in the report's signatories, None for the city's seal.

    `signer` is a NIK or an e-mail address. `repr` shows none of it.
    """

    signatory: int | None
    signer: str = ""
    secret: str = ""
    is_totp: bool = False

    def __repr__(self) -> str:
        return f"SigningInput(signatory={self.signatory})"


def sign_report(
    engine: Engine, actor: Actor, service: EsignService, number: str, data: SigningInput
) -> ElectronicSignature:
    """Sign the newest PDF of the report, store the signed one beside it, and log the user and the signatory.

    No transaction is open while the service is waited for. Raises `Forbidden` without `REPORT_ISSUE`, `NotFound`,
    `Invalid` for what was typed, `Conflict` if the report has been replaced, or this signatory has signed
    or another one at the same time, `TooManyRequests`, and `EsignFailed`.
    """
    actor.require(Permission.REPORT_ISSUE)
    signer = _check_input(service, data)
    with writing(engine) as db:
        count_use(db, SIGNATURES, str(actor.user_id))
    with reading(engine) as read_db:
        report = get_report_to_sign(read_db, actor, number)
        _require_unsigned(read_db, report, data.signatory)
        pdf = get_pdf_to_sign(read_db, report)
    reason = f"Laporan {report.number}"
    if data.signatory is None:
        signed = seal_pdf(service, data.secret.strip(), pdf.content, reason)
    else:
        signed = sign_pdf(service, signer, pdf.content, reason)
    check = _check(service, signed.content)
    with writing(engine) as db:
        return _store(db, actor, report.id, pdf, data.signatory, signed, check)


def check_again(engine: Engine, actor: Actor, service: EsignService, number: str) -> None:
    """Have the service check the report's newest signed PDF once more, and store the result.

    Raises `Forbidden` without `REPORT_ISSUE`, `NotFound`, `Conflict` if nothing is signed or the service finds the
    signatures broken, and `EsignFailed` if it gives no answer.
    """
    actor.require(Permission.REPORT_ISSUE)
    with reading(engine) as read_db:
        report = get_report_to_sign(read_db, actor, number)
        signatures = list_signatures(read_db, report)
        pdf = get_pdf_to_sign(read_db, report)
    if not signatures:
        raise Conflict(N_("This report has no electronic signature."))
    check = check_pdf(service, pdf.content)
    if not check.is_valid:
        raise Conflict(N_("The service says that a signature is broken or not trusted."))
    with writing(engine) as db:
        newest = db.exec(
            select(ElectronicSignature).where(ElectronicSignature.issued_report_file_id == pdf.id)
        ).one()
        newest.certificate_names, newest.checked_at = list(check.names), now()
        log_activity(db, actor, "check-signature", "issued-report", slug_of(report.number))


def _check_input(service: EsignService, data: SigningInput) -> Signer:
    """Return the signer's id and secret, for a seal without id. Raises `Invalid` with the fields that are wrong."""
    secret, signer = data.secret.strip() if data.is_totp else data.secret, data.signer.strip()
    digits = signer.replace(" ", "")
    is_nik = digits.isdecimal() and len(digits) == NIK_DIGITS
    is_email = service.version == "v2" and "@" in signer and len(signer) <= MAX_SECRET_LENGTH
    fields = {}
    if data.signatory is None and not service.has_seal:
        fields["signatory"] = N_("There is no such choice.")
    if data.signatory is not None and not (is_nik or is_email):
        fields["signer"] = SIGNER_NEEDED if service.version == "v2" else NIK_NEEDED
    is_wrong_kind = data.is_totp and service.version == "v1"
    if not secret.strip() or len(secret) > MAX_SECRET_LENGTH or is_wrong_kind:
        fields["secret"] = SECRET_NEEDED
    if fields:
        raise Invalid(PLEASE_CORRECT, fields=fields)
    return Signer(
        nik=digits if is_nik else "",
        email="" if is_nik else signer,
        passphrase="" if data.is_totp else secret,
        totp=secret if data.is_totp else "",
    )


def _require_unsigned(db: Db, report: IssuedReport, signatory: int | None) -> None:
    """Raise `Conflict` if the report was replaced or the signatory has signed, `Invalid` if there is no such one."""
    if is_replaced(db, report):
        raise Conflict(REPLACED, code="report-replaced")
    if signatory is None:
        return
    if not 0 <= signatory < len(report.signatories):
        raise Invalid(PLEASE_CORRECT, fields={"signatory": N_("There is no such choice.")})
    if signatory not in unsigned_signatories(report, list_signatures(db, report)):
        raise Conflict(ALREADY_SIGNED, code="already-signed")


def _check(service: EsignService, pdf: bytes) -> SignatureCheck | None:
    """Return what the service says of the new file, None if it says nothing: the signature is kept unchecked then.

    Raises `Conflict` if it says that the signatures are not valid.
    """
    try:
        check = check_pdf(service, pdf)
    except (EsignFailed, Invalid) as problem:
        log.warning("a signature could not be checked: %s", problem.code)
        return None
    if not check.is_valid:
        raise Conflict(NOT_TRUSTED, code="signature-not-trusted")
    return check


def _store(
    db: Db,
    actor: Actor,
    report_id: int,
    before: IssuedReportFile,
    signatory: int | None,
    signed: SignedPdf,
    check: SignatureCheck | None,
) -> ElectronicSignature:
    """Store the signed PDF as a new file. Raises `Conflict` if `before` is not the newest any more."""
    report = lock_row(db, IssuedReport, report_id)
    _require_unsigned(db, report, signatory)
    if get_pdf_to_sign(db, report).id != before.id:
        raise Conflict(SIGNED_MEANWHILE, code="signed-meanwhile")
    count = len(list_signatures(db, report)) + 1
    stem = before.name.removesuffix(".pdf")
    file = IssuedReportFile(
        issued_report_id=report.id,
        kind=signed_kind(count),
        name=f"{stem if count > 1 else f'{stem}-ttd'}.pdf",
        media_type="application/pdf",
        size=len(signed.content),
        sha256=hashlib.sha256(signed.content).hexdigest(),
        content=signed.content,
    )
    db.add(file)
    db.flush()
    signature = ElectronicSignature(
        issued_report_id=report.id,
        issued_report_file_id=file.id,
        signatory=signatory,
        document_id=signed.document_id[:200],
        certificate_names=list(check.names) if check else [],
        checked_at=now() if check else None,
        signed_by=actor.user_id,
    )
    db.add(signature)
    db.flush()
    after = {"file": file.kind, "sha256": file.sha256, "checked": check is not None}
    if signatory is None:
        log_activity(db, actor, "seal", "issued-report", slug_of(report.number), after=after)
    else:
        after["signatory"] = report.signatories[signatory].get("name", "")
        log_activity(db, actor, "sign", "issued-report", slug_of(report.number), after=after)
    return signature
