"""Setting a password by a link, and asking for such a link by mail."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel

from app.database import Db
from app.errors import Problem, TooManyRequests
from app.services.accounts import users
from app.services.accounts.login_limits import normalize_email
from app.services.accounts.mails import queue_forgotten_password
from app.services.limits import Limit, count_use
from app.web.accounts.login_cookie import clear_login_cookie
from app.web.accounts.password_form import NewPasswordForm
from app.web.container import container_of
from app.web.dependencies import ReadDb, Translate, WriteDb
from app.web.forms import catch_problem
from app.web.limits import address_of
from app.web.pages import redirect, render

router = APIRouter(include_in_schema=False)

MAILS_PER_DAY = 3
LINKS_FROM_ADDRESS = Limit("forgotten-passwords", 20, timedelta(hours=1))
MAILS_TO_ADDRESS = Limit("mails-about-forgotten-passwords", MAILS_PER_DAY, timedelta(days=1))


class ForgottenPasswordForm(BaseModel):
    email: str = ""


@router.get("/lupa-kata-sandi")
def forgotten_password_page(request: Request) -> Response:
    """Show the form that asks for a link by mail; without a mail server, how to get one from an administrator."""
    return _forgotten_page(request)


@router.post("/lupa-kata-sandi")
def ask_for_password_link(
    request: Request, db: WriteDb, form: Annotated[ForgottenPasswordForm, Form()]
) -> Response:
    """Queue a mail with a link, at most three a day to one address, and say that it was sent if there is an account.

    The answer and the work are the same for every address, so that nobody learns who has an account. 429 for a network
    address that asks for more than 20 links an hour.
    """
    container, email = container_of(request), normalize_email(form.email)
    with catch_problem(db) as caught:
        count_use(db, LINKS_FROM_ADDRESS, address_of(request))
        if container.settings.sends_mail and _may_be_mailed(db, email):
            queue_forgotten_password(db, email)
    return _forgotten_page(request, sent_to=email, problem=caught.problem)


def _may_be_mailed(db: Db, email: str) -> bool:
    """Return whether this address has been sent fewer than three links today, and count one."""
    try:
        count_use(db, MAILS_TO_ADDRESS, email)
    except TooManyRequests:
        return False
    return True


def _forgotten_page(request: Request, *, sent_to: str = "", problem: Problem | None = None) -> Response:
    return render(
        request,
        "accounts/forgotten_password.html",
        problem=problem,
        sent_to=sent_to,
        sends_mail=container_of(request).settings.sends_mail,
        mails_per_day=MAILS_PER_DAY,
    )


@router.get("/kata-sandi/{secret}")
def password_page(request: Request, db: ReadDb, secret: str) -> Response:
    """Show the form to set a password, for the user of a password link. 404 if the link was used or has expired."""
    user = users.get_user_by_password_link(db, secret)
    return render(request, "accounts/password.html", form=NewPasswordForm(), user=user)


@router.post("/kata-sandi/{secret}")
def set_password(
    request: Request,
    read_db: ReadDb,
    db: WriteDb,
    secret: str,
    form: Annotated[NewPasswordForm, Form()],
    _: Translate,
) -> Response:
    """Set the password of a password link's user, end their logins, and redirect to the login page.

    The form is shown again if the two passwords differ or the new one may not be used. 404 if the link was used or has
    expired.
    """
    user = users.get_user_by_password_link(read_db, secret)
    with catch_problem(db) as caught:
        form.require_equal()
        users.set_password_by_link(db, secret, form.password)
    if problem := caught.problem:
        return render(request, "accounts/password.html", form=form, problem=problem, user=user)
    response = redirect("/masuk", _("Your password is set. Please log in with it."))
    clear_login_cookie(request, response)
    return response
