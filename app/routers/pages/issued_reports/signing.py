"""How an issued report is signed: electronically by BSrE's service, or on paper, with scans kept beside it."""

from collections.abc import AsyncIterator
from typing import Annotated

from anyio import CapacityLimiter
from fastapi import APIRouter, Depends, File, Form, Request, Response, UploadFile
from pydantic import BaseModel

from app.database import Db
from app.errors import Conflict, Invalid, Problem
from app.i18n import N_
from app.permissions import Actor, Permission
from app.queries.issued_reports.reports import slug_of
from app.queries.issued_reports.signatures import (
    get_report_to_sign,
    is_replaced,
    list_scans,
    list_signatures,
    unsigned_signatories,
)
from app.services.issued_reports import scans, signing
from app.services.issued_reports.esign import EsignFailed, EsignService
from app.web.container import container_of
from app.web.dependencies import CurrentActor, ReadDb, Translate, Vault, WriteDb
from app.web.downloads import download
from app.web.forms import FORM_PROBLEMS, catch_problem, parse_whole_number, read_upload
from app.web.pages import redirect, render

router = APIRouter(prefix="/laporan/{report_number}", include_in_schema=False)

# Each waits for the signing service in a thread; the other threads stay free for other requests.
MAX_WAITING = 4
_limiter = CapacityLimiter(MAX_WAITING)

SEAL = "seal"
SIGNING_PROBLEMS: tuple[type[Problem], ...] = (*FORM_PROBLEMS, EsignFailed)
NOT_SET_UP = N_("Electronic signatures are not set up here.")


class SigningForm(BaseModel):
    """`signatory` is a position in the report's signatories, or "seal", which takes `seal_totp` alone.

    Secrets are not filled in again.
    """

    signatory: str = ""
    signer: str = ""
    method: str = "passphrase"
    secret: str = ""
    seal_totp: str = ""

    def __repr_args__(self) -> list[tuple[str | None, object]]:
        return [("signatory", self.signatory)]

    def to_input(self) -> signing.SigningInput:
        if self.signatory == SEAL:
            return signing.SigningInput(None, secret=self.seal_totp, is_totp=True)
        position = parse_whole_number(self.signatory)
        return signing.SigningInput(
            signatory=-1 if position is None else position,
            signer=self.signer,
            secret=self.secret,
            is_totp=self.method == "totp",
        )


async def _limit_signing() -> AsyncIterator[None]:
    """Make a request wait, without a thread, until fewer than `MAX_WAITING` others wait for the signing service."""
    async with _limiter:
        yield


SigningLimit = Annotated[None, Depends(_limit_signing, scope="function")]


@router.get("/tanda-tangan")
def signing_page(request: Request, db: ReadDb, actor: CurrentActor, report_number: str) -> Response:
    """Show the signatures, and to users who may issue reports the forms to sign and to upload a scan."""
    return _page(request, db, actor, report_number)


@router.post("/tanda-tangan")
def sign(
    request: Request,
    db: ReadDb,
    actor: CurrentActor,
    report_number: str,
    form: Annotated[SigningForm, Form()],
    _: Translate,
    _limit: SigningLimit,
) -> Response:
    """Sign the report's newest PDF through the service, and redirect to the page that shows the signature."""
    actor.require(Permission.REPORT_ISSUE)
    engine, service = container_of(request).engine, _get_service(request)
    db.close()  # No transaction is open while the service is waited for.
    try:
        signature = signing.sign_report(engine, actor, service, report_number, form.to_input())
    except SIGNING_PROBLEMS as problem:
        if isinstance(problem, Invalid) and form.signatory == SEAL:
            problem.fields = {"seal_totp": next(iter(problem.fields.values()))}
        return _page(request, db, actor, report_number, problem=problem, form=form)
    if signature.checked_at is None:
        return redirect(
            _path(report_number), _("Signed and stored. The service has not confirmed it yet: check again.")
        )
    return redirect(_path(report_number), _("Signed, checked and stored."))


@router.post("/tanda-tangan/periksa")
def check_again(
    request: Request, db: ReadDb, actor: CurrentActor, report_number: str, _: Translate, _limit: SigningLimit
) -> Response:
    """Have the service check the newest signed PDF once more, and redirect to the page that shows the result."""
    actor.require(Permission.REPORT_ISSUE)
    engine, service = container_of(request).engine, _get_service(request)
    db.close()
    try:
        signing.check_again(engine, actor, service, report_number)
    except (Conflict, EsignFailed) as problem:
        return _page(request, db, actor, report_number, problem=problem)
    return redirect(_path(report_number), _("The service has confirmed the signatures."))


@router.post("/pindaian")
def upload_scan(
    request: Request,
    db: WriteDb,
    vault: Vault,
    actor: CurrentActor,
    report_number: str,
    _: Translate,
    file: Annotated[UploadFile | str | None, File()] = None,
) -> Response:
    """Store a scan of the report signed on paper, and redirect to the page that lists it."""
    actor.require(Permission.REPORT_ISSUE)
    with catch_problem(db) as caught:
        name, content = read_upload(file)
        scans.upload_scan(db, vault, actor, report_number, name, content)
    if problem := caught.problem:
        return _page(request, db, actor, report_number, problem=problem)
    return redirect(_path(report_number), _("The scan is stored."))


@router.get("/pindaian/{scan_id}/berkas")
def download_scan(
    db: WriteDb, vault: Vault, actor: CurrentActor, report_number: str, scan_id: int
) -> Response:
    """Download a scan. Logged before the first byte."""
    return download(scans.download_scan(db, vault, actor, report_number, scan_id))


@router.post("/pindaian/{scan_id}/hapus")
def delete_scan(db: WriteDb, actor: CurrentActor, report_number: str, scan_id: int, _: Translate) -> Response:
    """Delete a scan, and redirect to the page without it."""
    scans.delete_scan(db, actor, report_number, scan_id)
    return redirect(_path(report_number), _("The scan is deleted."))


def _get_service(request: Request) -> EsignService:
    """Return the signing service. Raises `Conflict` if none is set up."""
    service = container_of(request).esign
    if service is None:
        raise Conflict(NOT_SET_UP)
    return service


def _path(report_number: str) -> str:
    return f"/laporan/{report_number}/tanda-tangan"


def _page(
    request: Request,
    db: Db,
    actor: Actor,
    report_number: str,
    *,
    problem: Problem | None = None,
    form: SigningForm | None = None,
) -> Response:
    report = get_report_to_sign(db, actor, report_number)
    signatures = list_signatures(db, report)
    return render(
        request,
        "issued_reports/signing.html",
        problem=problem,
        report=report,
        number=slug_of(report.number),
        signatures=signatures,
        unsigned=unsigned_signatories(report, signatures),
        scans=list_scans(db, report),
        is_replaced=is_replaced(db, report),
        service=container_of(request).esign,
        form=form or SigningForm(),
    )
