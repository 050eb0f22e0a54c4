"""Logging in and out, and setting a password by a link."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel

from app.database import writing
from app.errors import Invalid, TooManyRequests
from app.i18n import N_
from app.models import User
from app.services.accounts import logins, users
from app.web.accounts.login_cookie import clear_login, login_secret, set_login
from app.web.accounts.login_page import LoginForm, render_login
from app.web.container import container_of
from app.web.dependencies import Reader, Translate, Writer
from app.web.flash import flash
from app.web.forms import local_path, render_form
from app.web.pages import render, see

router = APIRouter(include_in_schema=False)

WRONG = N_("The e-mail or the password is not right.")


class PasswordForm(BaseModel):
    password: str = ""
    repeated: str = ""


@router.get("/masuk")
def login_page(request: Request, look: Reader, kembali: str = "/") -> Response:
    """Whoever is logged in goes on; whom this page is shown to has logged out, and it takes the kept lists away."""
    if (secret := login_secret(request)) and logins.actor_by_login(look, secret):
        return see(local_path(kembali))
    return render_login(request, LoginForm(kembali=kembali))


@router.post("/masuk")
def log_in(
    request: Request, look: Reader, db: Writer, form: Annotated[LoginForm, Form()], _: Translate
) -> Response:
    address = request.client.host if request.client else ""
    try:
        with writing(container_of(request).engine) as counting:
            logins.note_try(counting, form.email, address)
    except TooManyRequests as problem:
        headers = {"Retry-After": str(problem.seconds)}
        return render_login(request, form, problem.sentence(_), status=problem.status, headers=headers)
    user = logins.user_with_password(look, form.email, form.password)
    if user is None:
        return render_login(request, form, _(WRONG), status=401)
    response = _go_on(request, user, form)
    set_login(request, response, logins.open_login(db, user, request.headers.get("user-agent", "")))
    return response


def _go_on(request: Request, user: User, form: LoginForm) -> Response:
    """Where one was on the way to. What one was sending waits for a click: somebody else may have logged in."""
    back = local_path(form.kembali)
    if (unsent := form.read_unsent()) is None:
        return see(back)
    request.state.actor = logins.actor_of(user)
    return render(request, "accounts/go_on.html", unsent=unsent, back=back)


@router.post("/keluar")
def log_out(request: Request, db: Writer, _: Translate) -> Response:
    if secret := login_secret(request):
        logins.close_login(db, secret)
    response = see("/masuk")
    clear_login(request, response)
    flash(response, _("You are logged out."))
    return response


@router.get("/kata-sandi/{secret}")
def password_page(request: Request, look: Reader, secret: str, _: Translate) -> Response:
    user = users.user_of_password_link(look, secret)
    return render_form(request, "accounts/password.html", PasswordForm(), _, user=user)


@router.post("/kata-sandi/{secret}")
def set_password(
    request: Request, db: Writer, secret: str, form: Annotated[PasswordForm, Form()], _: Translate
) -> Response:
    try:
        _require_same(form)
        users.set_password_by_link(db, secret, form.password)
    except Invalid as problem:
        db.rollback()
        user = users.user_of_password_link(db, secret)
        return render_form(request, "accounts/password.html", form, _, problem, user=user)
    response = see("/masuk")
    clear_login(request, response)
    flash(response, _("Your password is set. Please log in with it."))
    return response


def _require_same(form: PasswordForm) -> None:
    if form.password != form.repeated:
        text = N_("The two passwords are not the same.")
        raise Invalid(text, fields={"repeated": text})
