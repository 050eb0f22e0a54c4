"""Single sign-on: to the identity provider and back, and the link between its accounts and users.

The provider is asked while no transaction is open: its answer may take seconds.
"""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from anyio import CapacityLimiter
from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import RedirectResponse

from app.database import writing
from app.errors import NotFound, Problem
from app.i18n import N_
from app.models import User
from app.services.accounts import logins, single_sign_on
from app.services.accounts.identity_claims import ProviderIdentity, SignOnRefused, read_identity
from app.services.accounts.login_limits import LOGIN_PAGE
from app.services.accounts.second_factors import begin_second_step, has_second_factor
from app.services.activities import log_access
from app.services.limits import count_use
from app.web.accounts import single_sign_on_cookies as cookies
from app.web.accounts.finish_login import finish_login, second_step_page
from app.web.accounts.identity_provider import CALLBACK_PATH, IdentityProvider
from app.web.accounts.login_cookie import clear_login_cookie, get_login_secret
from app.web.accounts.login_page import LoginForm
from app.web.container import container_of
from app.web.dependencies import CurrentActor, ReadDb, Translate, WriteDb, changing
from app.web.forms import catch_problem, local_path
from app.web.limits import SIGN_ONS, address_of
from app.web.pages import redirect, render

router = APIRouter(prefix="/masuk/sso", include_in_schema=False)
link_router = APIRouter(include_in_schema=False)

# Each waits for the provider in a thread; the other threads stay free for everyone else.
MAX_WAITING = 8
_limiter = CapacityLimiter(MAX_WAITING)

UNLINKED = N_("The link is removed. The account no longer logs this user in.")
EXPIRED = N_("This login took longer than ten minutes, or was finished already. Please begin again.")


def _count_sign_on(request: Request) -> None:
    """Count a sign-on of the network address. Raises `TooManyRequests` (429) beyond `SIGN_ONS`."""
    with writing(container_of(request).engine) as db:
        count_use(db, SIGN_ONS, address_of(request))


async def _limit_sign_ons(_: Annotated[None, Depends(_count_sign_on)]) -> AsyncIterator[None]:
    """Make a request wait, without a thread, until fewer than `MAX_WAITING` others wait for the provider."""
    async with _limiter:
        yield


async def get_provider(request: Request) -> IdentityProvider:
    """Return the identity provider. Raises `NotFound` if none is configured."""
    provider = container_of(request).identity_provider
    if provider is None:
        raise NotFound(N_("This page does not exist."))
    return provider


Provider = Annotated[IdentityProvider, Depends(get_provider)]
SignOnLimit = Annotated[None, Depends(_limit_sign_ons, scope="function")]


@router.get("")
def begin_login(request: Request, provider: Provider, _limit: SignOnLimit, kembali: str = "/") -> Response:
    """Redirect to the provider's login page, which leads back to `come_back`, and from there to the page `kembali`.

    A GET, as browsers let no form lead to another site (the policy `form-action`).
    """
    try:
        url, attempt = provider.begin_login(local_path(kembali))
    except SignOnRefused as problem:
        return _refuse(request, provider, problem)
    response = RedirectResponse(url, 303)
    cookies.store_attempt(request, response, attempt)
    return response


@router.get(CALLBACK_PATH.removeprefix("/masuk/sso"))
def come_back(request: Request, provider: Provider, _limit: SignOnLimit, state: str = "") -> Response:
    """Log in the user whom the provider sends back, and return to the page that needed the login.

    Whatever is wrong is answered by a page that says so, and logged. An account that is not linked yet and needs its
    user's own login leads to the page that asks for it.
    """
    try:
        attempt = cookies.load_attempt(request, state)
        if attempt is None:
            raise SignOnRefused(EXPIRED, "expired")
        claims = provider.finish_login(attempt, dict(request.query_params))
        response = _log_in(request, provider, read_identity(provider.rules, claims), attempt.back)
    except Problem as problem:
        response = _refuse(request, provider, problem)
    cookies.clear_cookie(request, response, cookies.ATTEMPT)
    return response


def _log_in(request: Request, provider: IdentityProvider, identity: ProviderIdentity, back: str) -> Response:
    """Log in the user of this identity and redirect to `back`; an identity without a user gets the page to link it.

    A user with a second factor is asked for it, unless the provider has asked for two. Raises `Problem` if they may not
    log in.
    """
    container = container_of(request)
    earlier = get_login_secret(request) or ""
    try:
        with changing(container) as db:
            logged_in = logins.find_login(db, earlier, container.settings.idle_limit) is not None
            user = single_sign_on.find_user_for_login(db, provider.rules, identity, logged_in=logged_in)
            if logged_in:
                logins.end_login(db, earlier)
            form = LoginForm(kembali=back)
            if has_second_factor(db, user.id) and not identity.has_second_factor:
                response = second_step_page(request, db, form, user, begin_second_step(db, user))
            else:
                response = finish_login(request, db, user, form)
    except single_sign_on.OwnLoginNeeded:
        response = redirect("/masuk/sso/tautkan")
        cookies.store_identity(request, response, identity)
        return response
    cookies.store_came_by_provider(request, response)
    return response


def _refuse(request: Request, provider: IdentityProvider, problem: Problem) -> Response:
    """Log why a login was refused, and return the page that says so."""
    reason = problem.reason if isinstance(problem, SignOnRefused) else problem.code
    log_access(
        container_of(request).engine,
        LOGIN_PAGE,
        "refuse-login",
        "identity-provider",
        provider.name,
        reason=reason,
    )
    return render(request, "accounts/single_sign_on/refused.html", problem=problem, provider=provider.name)


@router.get("/tautkan")
def link_page(request: Request, db: ReadDb, provider: Provider) -> Response:
    """Show a form that links the account at the provider to the logged-in user.

    Without a login, or with one of more than ten minutes ago, the page asks to log in first.
    """
    identity = cookies.load_identity(request)
    if identity is None:
        return redirect("/")
    secret = get_login_secret(request) or ""
    request.state.actor = logins.find_actor_by_login(db, secret, container_of(request).settings.idle_limit)
    user = single_sign_on.find_user_by_fresh_login(db, secret)
    return _link_page(request, provider, identity, user)


@router.post("/tautkan")
def link_account(
    request: Request, db: WriteDb, provider: Provider, actor: CurrentActor, _: Translate
) -> Response:
    """Link the account at the provider to the actor's user: from now on it can log them in."""
    identity = cookies.load_identity(request)
    if identity is None:
        return redirect("/", _(EXPIRED))
    user = single_sign_on.find_user_by_fresh_login(db, get_login_secret(request) or "")
    if user is None:
        return redirect("/masuk/sso/tautkan")
    with catch_problem(db, SignOnRefused) as caught:
        single_sign_on.link_identity(db, actor, provider.rules, identity)
    if problem := caught.problem:
        return _link_page(request, provider, identity, user, problem)
    response = redirect(
        "/akun", _("From now on you can log in with %(provider)s.") % {"provider": provider.name}
    )
    cookies.clear_cookie(request, response, cookies.IDENTITY)
    return response


@router.post("/masuk-lagi")
def log_in_again(request: Request, db: WriteDb) -> Response:
    """End the login, if there is one, and redirect to the login page, which leads back to `link_page`."""
    if secret := get_login_secret(request):
        logins.end_login(db, secret)
    response = redirect("/masuk?kembali=/masuk/sso/tautkan")
    clear_login_cookie(request, response)
    return response


def _link_page(
    request: Request,
    provider: IdentityProvider,
    identity: ProviderIdentity,
    user: User | None,
    problem: Problem | None = None,
) -> Response:
    """Return the page that asks to link the identity to `user`; if that is None, to log in first."""
    return render(
        request,
        "accounts/single_sign_on/link.html",
        problem=problem,
        provider=provider.name,
        identity=identity,
        user=user,
    )


@router.get("/keluar")
def logged_out_page(request: Request, provider: Provider, _limit: SignOnLimit) -> Response:
    """Say that the provider still knows the user, and offer to log out there as well; else show the login page."""
    url = provider.logout_url()
    if url is None:
        return redirect("/masuk")
    return render(request, "accounts/single_sign_on/logged_out.html", provider=provider.name, url=url)


@router.get("/kunci.json")
async def public_keys(provider: Provider) -> dict[str, Any]:
    """Return the public key of `private_key_jwt` as a JWK set, for the provider."""
    return provider.public_keys()


@link_router.post("/akun/sso/{identity_id}/lepas")
def unlink_own_account(db: WriteDb, actor: CurrentActor, identity_id: int, _: Translate) -> Response:
    """Delete a link of the actor's user to an account at a provider, and redirect to the actor's account page."""
    single_sign_on.unlink_identity(db, actor, identity_id)
    return redirect("/akun", _(UNLINKED))


@link_router.post("/administrasi/pengguna/sso/{identity_id}/lepas")
def unlink_account(db: WriteDb, actor: CurrentActor, identity_id: int, _: Translate) -> Response:
    """Delete the link of a user to an account at a provider, and redirect to the user's page."""
    user = single_sign_on.unlink_identity(db, actor, identity_id)
    return redirect(f"/administrasi/pengguna/{user.id}", _(UNLINKED))
