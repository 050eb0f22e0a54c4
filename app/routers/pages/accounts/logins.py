"""Logging in and out."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from app.database import writing
from app.errors import TooManyRequests
from app.i18n import N_
from app.queries.accounts.users import has_users
from app.services.accounts import logins
from app.services.accounts.login_limits import LOGIN_PAGE, count_attempt, log_failed_login
from app.services.accounts.passkeys import authentication_options, find_user_by_passkey
from app.services.accounts.second_factors import (
    WRONG_CODE,
    begin_second_step,
    check_second_step,
    find_pending_user,
    has_second_factor,
)
from app.services.activities import log_access
from app.services.limits import Limit, count_use
from app.web.accounts.finish_login import finish_login, second_step_page
from app.web.accounts.login_cookie import clear_login_cookie, get_login_secret, login_source
from app.web.accounts.login_page import LoginForm, render_login
from app.web.accounts.second_factor import relying_party
from app.web.accounts.single_sign_on_cookies import CAME_BY_PROVIDER, came_by_provider, clear_cookie
from app.web.container import container_of
from app.web.dependencies import ReadDb, Translate, Vault, WriteDb, changing
from app.web.forms import catch_problem, local_path
from app.web.limits import address_of
from app.web.pages import redirect

router = APIRouter(include_in_schema=False)

WRONG = N_("The e-mail or the password is not right.")
BEGIN_AGAIN = N_("That took too long, or there were too many wrong codes. Please log in again.")

# Each stores a challenge for five minutes.
PASSKEY_LOGINS = Limit("passkey-logins", 30, timedelta(minutes=1))


class SecondStepForm(LoginForm):
    """`pending` is the secret of the half-done login."""

    pending: str = ""
    code: str = ""


class PasskeyLoginForm(LoginForm):
    """`credential` is the browser's answer as JSON."""

    credential: str = ""


@router.get("/masuk")
def login_page(request: Request, db: ReadDb, kembali: str = "/") -> Response:
    """Show the login form, or redirect a user who is logged in to the page `kembali`, "/" if that is not on this site.

    The page deletes the check-in lists kept in the browser. Without any user it tells how the first one is made.
    """
    idle = container_of(request).settings.idle_limit
    if (secret := get_login_secret(request)) and logins.find_login(db, secret, idle):
        return redirect(local_path(kembali))
    return render_login(request, LoginForm(kembali=kembali), is_empty=not has_users(db))


@router.post("/masuk")
def log_in(
    request: Request, read_db: ReadDb, db: WriteDb, form: Annotated[LoginForm, Form()], _: Translate
) -> Response:
    """Log a user in by e-mail and password: set the login cookie and return to the page `kembali`.

    The attempt is counted in a transaction of its own. Wrong credentials are answered by the form (401), too many
    failures of the account or its source by the form with Retry-After (429), too many logins at once likewise (503).
    """
    source, engine = login_source(request), container_of(request).engine
    try:
        # A transaction of its own: the attempt is counted even if this request fails.
        with writing(engine) as attempts_db:
            count_attempt(attempts_db, form.email, source)
        user = logins.authenticate(read_db, form.email, form.password)
    except TooManyRequests as problem:
        headers = {"Retry-After": str(problem.seconds)}
        return render_login(request, form, problem.sentence(_), status=problem.status, headers=headers)
    if user is None:
        with writing(engine) as log_db:
            log_failed_login(log_db, form.email, source)
        return render_login(request, form, _(WRONG), status=401)
    if has_second_factor(read_db, user.id):
        return second_step_page(request, read_db, form, user, begin_second_step(db, user))
    return finish_login(request, db, user, form)


@router.post("/masuk/kode")
def finish_second_step(
    request: Request,
    read_db: ReadDb,
    db: WriteDb,
    vault: Vault,
    form: Annotated[SecondStepForm, Form()],
    _: Translate,
) -> Response:
    """Finish a login by a code of the user's app, or a recovery code.

    A wrong code is answered by the form (401), and counts as a wrong password does. After five of them, or ten minutes,
    the login begins again.
    """
    source, engine = login_source(request), container_of(request).engine
    user = find_pending_user(read_db, form.pending)
    if user is None:
        return render_login(request, form.without_password(), _(BEGIN_AGAIN), status=401)
    try:
        with writing(engine) as attempts_db:
            count_attempt(attempts_db, user.email, source)
    except TooManyRequests as problem:
        headers = {"Retry-After": str(problem.seconds)}
        text = problem.sentence(_)
        return second_step_page(
            request, read_db, form, user, form.pending, text, status=problem.status, headers=headers
        )
    # In transactions of their own: a wrong code is counted and logged even though it is refused.
    with changing(container_of(request)) as check_db:
        is_right = check_second_step(check_db, vault, form.pending, form.code)
    if not is_right:
        with writing(engine) as log_db:
            log_failed_login(log_db, user.email, source, "second-factor-failed", "wrong-code")
        return second_step_page(request, read_db, form, user, form.pending, _(WRONG_CODE), status=401)
    return finish_login(request, db, user, form)


@router.post("/masuk/kunci/mulai")
def begin_passkey_login(request: Request, db: WriteDb) -> Response:
    """Return, as JSON, the options with which the browser logs in with a passkey."""
    count_use(db, PASSKEY_LOGINS, address_of(request))
    return Response(authentication_options(db, relying_party(request)), media_type="application/json")


@router.post("/masuk/kunci")
def log_in_with_passkey(
    request: Request, db: WriteDb, form: Annotated[PasskeyLoginForm, Form()], _: Translate
) -> Response:
    """Log in the user of a passkey, which is both steps at once; the form again (401) if it is not accepted."""
    engine = container_of(request).engine
    with catch_problem(db) as caught, writing(engine) as passkey_db:
        user = find_user_by_passkey(passkey_db, relying_party(request), form.credential)
    if problem := caught.problem:
        log_access(engine, LOGIN_PAGE, "login-failed", "user", "unknown", reason="passkey")
        return render_login(request, form.without_password(), problem.sentence(_), status=401)
    return finish_login(request, db, user, form)


@router.post("/keluar")
def log_out(request: Request, db: WriteDb, _: Translate) -> Response:
    """End the login, if there is one, delete its cookie, and redirect to the login page.

    A user who came by single sign-on is sent to the page that offers to log out there as well.
    """
    if secret := get_login_secret(request):
        logins.end_login(db, secret)
    page = "/masuk/sso/keluar" if came_by_provider(request) else "/masuk"
    response = redirect(page, _("You are logged out."))
    clear_cookie(request, response, CAME_BY_PROVIDER)
    clear_login_cookie(request, response)
    return response
