"""The second step of the login: setting up an app, passkeys and recovery codes.

These pages are open to users who must set one up before they can do anything else.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel

from app.database import Db
from app.errors import NotFound, Problem
from app.i18n import N_
from app.models import User
from app.permissions import Actor
from app.queries.accounts.own_account import get_second_factors
from app.reports.qr import qr_data_uri
from app.services.accounts import passkeys, second_factors
from app.services.accounts.passkeys import RelyingParty
from app.web.accounts.second_factor import (
    has_logged_in_recently,
    is_second_factor_required,
    relying_party,
    require_recent_login,
)
from app.web.container import container_of
from app.web.dependencies import LoggedInActor, ReadDb, Translate, Vault, WriteDb
from app.web.forms import catch_problem
from app.web.pages import redirect, render

router = APIRouter(prefix="/akun/dua-langkah", include_in_schema=False)

PAGE = "/akun/dua-langkah"


class PresentPasswordForm(BaseModel):
    present: str = ""


class CodeForm(BaseModel):
    code: str = ""


class PasskeyForm(BaseModel):
    """`credential` is the browser's answer as JSON."""

    credential: str = ""
    name: str = ""


@router.get("")
def second_factor_page(request: Request, db: ReadDb, actor: LoggedInActor) -> Response:
    return _page(request, db, actor)


@router.post("/aplikasi")
def begin_app(
    request: Request,
    read_db: ReadDb,
    db: WriteDb,
    vault: Vault,
    actor: LoggedInActor,
    form: Annotated[PresentPasswordForm, Form()],
) -> Response:
    """Begin to set up an app, with a new secret."""
    with catch_problem(db) as caught:
        require_recent_login(request, read_db, actor, form.present)
        second_factors.begin_app(db, vault, actor)
    if problem := caught.problem:
        return _page(request, read_db, actor, problem)
    return redirect(f"{PAGE}/aplikasi")


@router.get("/aplikasi")
def app_page(request: Request, db: ReadDb, vault: Vault, actor: LoggedInActor) -> Response:
    """Show the QR code for the app that is being set up; to the page above if none is."""
    return _app_page(request, db, vault, actor)


@router.post("/aplikasi/pastikan")
def confirm_app(
    request: Request,
    read_db: ReadDb,
    db: WriteDb,
    vault: Vault,
    actor: LoggedInActor,
    form: Annotated[CodeForm, Form()],
    _: Translate,
) -> Response:
    """Make the app the second factor if the code is one of it, and show new recovery codes once."""
    with catch_problem(db) as caught:
        codes = second_factors.confirm_app(db, vault, actor, form.code)
    if problem := caught.problem:
        return _app_page(request, read_db, vault, actor, problem)
    return _done(request, codes, _("The app is set up. It will be asked for a code at each login."))


@router.post("/aplikasi/hapus")
def remove_app(
    request: Request,
    read_db: ReadDb,
    db: WriteDb,
    actor: LoggedInActor,
    form: Annotated[PresentPasswordForm, Form()],
    _: Translate,
) -> Response:
    with catch_problem(db) as caught:
        require_recent_login(request, read_db, actor, form.present)
        second_factors.remove_app(db, actor, is_required=is_second_factor_required(request, actor))
    if problem := caught.problem:
        return _page(request, read_db, actor, problem)
    return redirect(PAGE, _("The app is removed."))


@router.post("/kode")
def make_recovery_codes(
    request: Request,
    read_db: ReadDb,
    db: WriteDb,
    actor: LoggedInActor,
    form: Annotated[PresentPasswordForm, Form()],
) -> Response:
    """Replace the recovery codes and show the new ones once. Without a second factor there are none."""
    with catch_problem(db) as caught:
        require_recent_login(request, read_db, actor, form.present)
        if not second_factors.has_second_factor(read_db, actor.user_id):
            raise NotFound(N_("Set up an app or a passkey first."))
        codes = second_factors.new_recovery_codes(db, actor)
    if problem := caught.problem:
        return _page(request, read_db, actor, problem)
    return _codes_page(request, codes)


@router.post("/kunci/mulai")
def begin_passkey(
    request: Request,
    read_db: ReadDb,
    db: WriteDb,
    actor: LoggedInActor,
    form: Annotated[PresentPasswordForm, Form()],
) -> Response:
    """Return, as JSON, the options with which the browser makes a passkey."""
    require_recent_login(request, read_db, actor, form.present)
    options = passkeys.registration_options(db, actor, relying_party(request))
    return Response(options, media_type="application/json")


@router.post("/kunci")
def add_passkey(
    request: Request,
    read_db: ReadDb,
    db: WriteDb,
    actor: LoggedInActor,
    form: Annotated[PasskeyForm, Form()],
    _: Translate,
) -> Response:
    """Store the passkey that the browser has made, and show new recovery codes once."""
    with catch_problem(db) as caught:
        name = form.name or _("Passkey")
        codes = passkeys.add_passkey(db, actor, relying_party(request), form.credential, name)
    if problem := caught.problem:
        return _page(request, read_db, actor, problem)
    return _done(request, codes, _("The passkey is set up. You can log in with it."))


@router.post("/kunci/{passkey_id}/hapus")
def remove_passkey(
    request: Request,
    read_db: ReadDb,
    db: WriteDb,
    actor: LoggedInActor,
    passkey_id: int,
    form: Annotated[PresentPasswordForm, Form()],
    _: Translate,
) -> Response:
    with catch_problem(db) as caught:
        require_recent_login(request, read_db, actor, form.present)
        is_required = is_second_factor_required(request, actor)
        passkeys.remove_passkey(db, actor, passkey_id, is_required=is_required)
    if problem := caught.problem:
        return _page(request, read_db, actor, problem)
    return redirect(PAGE, _("The passkey is removed."))


def _done(request: Request, codes: list[str], message: str) -> Response:
    """Show new recovery codes, or go back to the page of the second step if there are none."""
    return _codes_page(request, codes) if codes else redirect(PAGE, message)


def _codes_page(request: Request, codes: list[str]) -> Response:
    headers = {"cache-control": "no-store"}
    return render(request, "accounts/second_factors/recovery_codes.html", headers=headers, codes=codes)


def _page(request: Request, db: Db, actor: Actor, problem: Problem | None = None) -> Response:
    base_url = container_of(request).settings.base_url
    return _render(
        request,
        "accounts/second_factors/page.html",
        problem,
        factors=get_second_factors(db, actor),
        is_required=is_second_factor_required(request, actor),
        needs_password=not has_logged_in_recently(request, db),
        allows_passkeys=RelyingParty.from_base_url(base_url) is not None,
    )


def _app_page(
    request: Request, db: Db, vault: Vault, actor: Actor, problem: Problem | None = None
) -> Response:
    secret = second_factors.get_new_app_secret(db, vault, actor)
    if secret is None:
        return redirect(PAGE)
    email = db.get_one(User, actor.user_id).email
    return _render(
        request,
        "accounts/second_factors/app.html",
        problem,
        secret=" ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        qr=qr_data_uri(second_factors.provisioning_uri(secret, email)),
    )


def _render(request: Request, template: str, problem: Problem | None, **context: Any) -> Response:
    return render(request, template, headers={"cache-control": "no-store"}, problem=problem, **context)
