"""Logging in and out, and setting a password by a link."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel

from app.database import writing
from app.errors import Invalid, TooManyRequests
from app.i18n import N_
from app.models import User
from app.permissions import Actor
from app.services.accounts import logins, users
from app.web.accounts.login_cookie import clear_login_cookie, get_login_secret, set_login_cookie
from app.web.accounts.login_page import LoginForm, render_login
from app.web.container import container_of
from app.web.dependencies import ReadDb, Translate, WriteDb
from app.web.forms import catch_problem, local_path
from app.web.pages import redirect, render

router = APIRouter(include_in_schema=False)

WRONG = N_("The e-mail or the password is not right.")


class PasswordForm(BaseModel):
    password: str = ""
    repeated: str = ""

    def require_equal(self) -> None:
        """Raise `Invalid` unless both fields have the same password."""
        if self.password != self.repeated:
            text = N_("The two passwords are not the same.")
            raise Invalid(text, fields={"repeated": text})


@router.get("/masuk")
def login_page(request: Request, db: ReadDb, kembali: str = "/") -> Response:
    """Show the login form, or redirect a user who is logged in to the page `kembali`, "/" if that is not on this site.

    The page deletes the check-in lists kept in the browser.
    """
    if (secret := get_login_secret(request)) and logins.find_actor_by_login(db, secret):
        return redirect(local_path(kembali))
    return render_login(request, LoginForm(kembali=kembali))


@router.post("/masuk")
def log_in(
    request: Request, read_db: ReadDb, db: WriteDb, form: Annotated[LoginForm, Form()], _: Translate
) -> Response:
    """Log a user in by e-mail and password: set the login cookie and return to the page `kembali`.

    The attempt is counted in a transaction of its own. Wrong credentials are answered by the form (401), too many
    failures of the e-mail or the network address by the form with Retry-After (429).
    """
    address = request.client.host if request.client else ""
    try:
        # A transaction of its own: the attempt is counted even if this request fails.
        with writing(container_of(request).engine) as attempts_db:
            logins.count_attempt(attempts_db, form.email, address)
    except TooManyRequests as problem:
        headers = {"Retry-After": str(problem.seconds)}
        return render_login(request, form, problem.sentence(_), status=problem.status, headers=headers)
    user = logins.authenticate(read_db, form.email, form.password)
    if user is None:
        return render_login(request, form, _(WRONG), status=401)
    response = _return_after_login(request, user, form)
    set_login_cookie(request, response, logins.create_login(db, user, request.headers.get("user-agent", "")))
    return response


def _return_after_login(request: Request, user: User, form: LoginForm) -> Response:
    """Redirect to the page that asked for the login, or show a page that offers to send the form that was not sent.

    That form waits for a click, because another user may have logged in.
    """
    back = local_path(form.kembali)
    if (unsent := form.read_unsent()) is None:
        return redirect(back)
    request.state.actor = Actor.from_user(user)
    return render(request, "accounts/go_on.html", unsent=unsent, back=back)


@router.post("/keluar")
def log_out(request: Request, db: WriteDb, _: Translate) -> Response:
    """End the login, if there is one, delete its cookie, and redirect to the login page."""
    if secret := get_login_secret(request):
        logins.end_login(db, secret)
    response = redirect("/masuk", _("You are logged out."))
    clear_login_cookie(request, response)
    return response


@router.get("/kata-sandi/{secret}")
def password_page(request: Request, db: ReadDb, secret: str) -> Response:
    """Show the form to set a password, for the user of a password link. 404 if the link was used or has expired."""
    user = users.get_user_by_password_link(db, secret)
    return render(request, "accounts/password.html", form=PasswordForm(), user=user)


@router.post("/kata-sandi/{secret}")
def set_password(
    request: Request, db: WriteDb, secret: str, form: Annotated[PasswordForm, Form()], _: Translate
) -> Response:
    """Set the password of a password link's user, end their logins, and redirect to the login page.

    The form is shown again if the two passwords differ or are too short. 404 if the link was used or has expired.
    """
    with catch_problem(db) as caught:
        form.require_equal()
        users.set_password_by_link(db, secret, form.password)
    if problem := caught.problem:
        user = users.get_user_by_password_link(db, secret)
        return render(request, "accounts/password.html", form=form, problem=problem, user=user)
    response = redirect("/masuk", _("Your password is set. Please log in with it."))
    clear_login_cookie(request, response)
    return response
