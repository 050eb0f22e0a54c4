"""The last steps of every way to log in."""

from collections.abc import Mapping

from fastapi import Request, Response

from app.database import Db
from app.models import User
from app.permissions import Actor
from app.queries.accounts.own_account import get_second_factors
from app.services.accounts.login_limits import forget_failures, remember_device
from app.services.accounts.logins import create_login
from app.services.accounts.mails import AccountMail, queue_account_mail
from app.web.accounts.login_cookie import login_source, set_device_cookie, set_login_cookie
from app.web.accounts.login_page import LoginForm
from app.web.container import container_of
from app.web.forms import local_path
from app.web.languages import known_language, set_language
from app.web.pages import redirect, render


def finish_login(request: Request, db: Db, user: User, form: LoginForm) -> Response:
    """Log in a user who has proved who they are, and return to the page that asked for it.

    A form that was not sent before waits on a page for a click, because another user may have logged in. The user gets
    a mail if this browser is new to them, unless they have turned that off.
    """
    response = _return_response(request, user, form)
    source = login_source(request)
    forget_failures(db, user, source)
    device = set_device_cookie(request, response)
    if remember_device(db, user, device, source.address) and user.wants_login_mails:
        queue_account_mail(db, AccountMail.NEW_BROWSER, user)
    browser = request.headers.get("user-agent", "")
    lifetime = container_of(request).settings.login_lifetime
    set_login_cookie(request, response, create_login(db, user, browser, lifetime=lifetime))
    if language := known_language(user.language):
        set_language(response, language)
    return response


def _return_response(request: Request, user: User, form: LoginForm) -> Response:
    back = local_path(form.kembali)
    if (unsent := form.read_unsent()) is None:
        return redirect(back)
    request.state.actor = Actor.from_user(user)
    return render(request, "accounts/go_on.html", unsent=unsent, back=back)


def second_step_page(
    request: Request,
    read_db: Db,
    form: LoginForm,
    user: User,
    pending: str,
    refusal: str = "",
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return the page that asks for a code, with the secret of the half-done login in its form."""
    factors = get_second_factors(read_db, Actor.from_user(user))
    return render(
        request,
        "accounts/second_factors/login.html",
        status=status,
        headers=headers,
        form=form,
        factors=factors,
        pending=pending,
        refusal=refusal,
    )
