"""The account page: password, e-mail address, language, notifications, logins and tokens of the logged-in user."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel

from app.database import Db
from app.errors import Problem
from app.i18n import Language
from app.permissions import Actor
from app.queries.accounts.external_identities import list_external_identities
from app.queries.accounts.own_account import get_own_account
from app.services.accounts import own_account as services
from app.services.accounts.api_tokens import revoke_own_token
from app.services.accounts.login_limits import normalize_email
from app.services.accounts.secrets import hash_secret
from app.services.accounts.users import change_own_password
from app.services.limits import Limit, count_use
from app.web.accounts.browsers import browser_name
from app.web.accounts.login_cookie import clear_login_cookie, get_login_secret
from app.web.accounts.own_password import require_own_password
from app.web.accounts.password_form import NewPasswordForm
from app.web.container import container_of
from app.web.dependencies import CurrentActor, ReadDb, Translate, WriteDb
from app.web.forms import catch_problem
from app.web.languages import set_language
from app.web.pages import redirect, render

router = APIRouter(prefix="/akun", include_in_schema=False)

# The user may have typed the address of another person, who gets no more than these mails a day.
MAILS_TO_NEW_ADDRESS = Limit("mails-to-new-addresses", 3, timedelta(days=1))


class PreferencesForm(BaseModel):
    language: Language = "id"
    wants_login_mails: bool = False


class OwnPasswordForm(NewPasswordForm):
    """`present` is the password that counts until now."""

    present: str = ""


class EmailForm(BaseModel):
    email: str = ""
    present: str = ""


@router.get("")
def account_page(request: Request, db: ReadDb, actor: CurrentActor) -> Response:
    """Show the actor's own account."""
    return _account_page(request, db, actor, "accounts/own/page.html")


@router.post("")
def change_preferences(
    db: WriteDb, actor: CurrentActor, form: Annotated[PreferencesForm, Form()], _: Translate
) -> Response:
    """Save language and notifications, and switch this browser to the language."""
    services.change_preferences(db, actor, language=form.language, wants_login_mails=form.wants_login_mails)
    response = redirect("/akun", _("The changes are saved."))
    set_language(response, form.language)
    return response


@router.get("/kata-sandi")
def own_password_page(request: Request, db: ReadDb, actor: CurrentActor) -> Response:
    return _account_page(request, db, actor, "accounts/own/password.html")


@router.post("/kata-sandi")
def set_own_password(
    request: Request,
    read_db: ReadDb,
    db: WriteDb,
    actor: CurrentActor,
    form: Annotated[OwnPasswordForm, Form()],
    _: Translate,
) -> Response:
    """Set a new password, which ends the actor's other logins and their tokens."""
    with catch_problem(db) as caught:
        require_own_password(request, read_db, actor, form.present)
        form.require_equal()
        change_own_password(db, actor, form.password, get_login_secret(request) or "")
    if problem := caught.problem:
        return _account_page(request, read_db, actor, "accounts/own/password.html", problem)
    return redirect(
        "/akun",
        _("Your password is changed. You are logged out everywhere else, and your tokens are deleted."),
    )


@router.get("/surel")
def own_email_page(request: Request, db: ReadDb, actor: CurrentActor) -> Response:
    return _account_page(request, db, actor, "accounts/own/email.html", form=EmailForm())


@router.post("/surel")
def ask_for_new_email(
    request: Request,
    read_db: ReadDb,
    db: WriteDb,
    actor: CurrentActor,
    form: Annotated[EmailForm, Form()],
    _: Translate,
) -> Response:
    """Send a link to the new address, which counts once it is confirmed by that. One address gets three a day."""
    with catch_problem(db) as caught:
        require_own_password(request, read_db, actor, form.present)
        count_use(db, MAILS_TO_NEW_ADDRESS, normalize_email(form.email))
        services.request_email_change(db, actor, form.email)
    if problem := caught.problem:
        return _account_page(request, read_db, actor, "accounts/own/email.html", problem, form=form)
    return redirect(
        "/akun", _("We have sent a link to your new address. It counts once you have opened the link.")
    )


@router.get("/surel/{secret}")
def new_email_page(request: Request, db: ReadDb, actor: CurrentActor, secret: str) -> Response:
    """Show the button that confirms a new address. 404 if the link is not the actor's or has expired."""
    return _new_email_page(request, db, actor, secret)


@router.post("/surel/{secret}")
def confirm_new_email(
    request: Request, db: WriteDb, actor: CurrentActor, secret: str, _: Translate
) -> Response:
    with catch_problem(db) as caught:
        services.confirm_email_change(db, actor, secret)
    if problem := caught.problem:
        return _new_email_page(request, db, actor, secret, problem)
    return redirect("/akun", _("Your new e-mail address counts from now on."))


@router.post("/keluar-semua")
def log_out_everywhere(request: Request, db: WriteDb, actor: CurrentActor, _: Translate) -> Response:
    """End all logins of the actor, also this one."""
    services.end_all_own_logins(db, actor)
    response = redirect("/masuk", _("You are logged out on all devices."))
    clear_login_cookie(request, response)
    return response


@router.post("/sesi/{key}/akhiri")
def end_login(db: WriteDb, actor: CurrentActor, key: str, _: Translate) -> Response:
    """End one of the actor's logins."""
    services.end_own_login(db, actor, key)
    return redirect("/akun", _("That browser is logged out."))


@router.post("/token/{token_id}/cabut")
def revoke_token(db: WriteDb, actor: CurrentActor, token_id: int, _: Translate) -> Response:
    """Delete one of the actor's API tokens. 404 for a token of another user."""
    revoke_own_token(db, actor, token_id)
    return redirect("/akun", _("The token is withdrawn and no longer works."))


def _account_page(
    request: Request, db: Db, actor: Actor, template: str, problem: Problem | None = None, **context: Any
) -> Response:
    """Return a page that shows the actor's account."""
    settings, provider = container_of(request).settings, container_of(request).identity_provider
    account = get_own_account(db, actor, settings.idle_limit)
    return render(
        request,
        template,
        problem=problem,
        account=account,
        present_login=hash_secret(get_login_secret(request) or ""),
        browser_name=browser_name,
        sends_mail=settings.sends_mail,
        provider=provider.name if provider else "",
        identities=list_external_identities(db, actor, actor.user_id),
        **context,
    )


def _new_email_page(
    request: Request, db: Db, actor: Actor, secret: str, problem: Problem | None = None
) -> Response:
    email = services.get_requested_email(db, actor, secret)
    return render(request, "accounts/own/new_email.html", problem=problem, new_email=email)
