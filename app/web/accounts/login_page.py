"""The login page. It leads back to the page that needed a login, or sends again the form that was sent without one."""

from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from fastapi import Request
from pydantic import BaseModel, ValidationError
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from app.errors import Invalid
from app.i18n import N_, translator
from app.services.accounts.passkeys import RelyingParty
from app.web.container import container_of
from app.web.flash import flash
from app.web.forms import local_path
from app.web.languages import language_of
from app.web.pages import current_path, render

# No page has more fields. The login page sends all of them on in one field, which may have a MiB.
MAX_FIELDS = 5_000
MAX_UNSENT_BYTES = 300_000
# Fields of passwords, and of what signs a report. A form with one of them is never kept in a page.
PASSWORD_FIELDS = {"password", "repeated", "present", "secret", "seal_totp"}

# htmx replaces a part of the page with an answer; with these headers it replaces the whole page.
_REPLACE_PAGE = {"HX-Retarget": "body", "HX-Reselect": "body > *", "HX-Reswap": "innerHTML"}


class Unsent(BaseModel):
    """A form that was sent after the login had ended: its URL and fields."""

    address: str
    fields: list[tuple[str, str]]


class LoginForm(BaseModel):
    """`kembali` is the page to return to; `unsent` an `Unsent` as JSON, "" where there is none."""

    email: str = ""
    password: str = ""
    kembali: str = "/"
    unsent: str = ""

    def without_password(self) -> "LoginForm":
        """Return an empty form that leads back to the same page and carries the same unsent form."""
        return LoginForm(kembali=self.kembali, unsent=self.unsent)

    def read_unsent(self) -> Unsent | None:
        """Return the form that was not sent, with a URL on this site; None without one.

        Raises `Invalid` if `unsent` is not the JSON of an `Unsent`.
        """
        if not self.unsent:
            return None
        try:
            unsent = Unsent.model_validate_json(self.unsent)
        except ValidationError as error:
            raise Invalid(N_("The request is not as it has to be.")) from error
        return unsent.model_copy(update={"address": local_path(unsent.address)})


def render_login(
    request: Request,
    form: LoginForm,
    refusal: str = "",
    *,
    is_empty: bool = False,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return the login page filled with `form`; `refusal` is the sentence why logging in failed, or "".

    With `is_empty`, which says that there is no user, it tells how the first one is made.
    """
    allows_passkeys = RelyingParty.from_base_url(container_of(request).settings.base_url) is not None
    provider = container_of(request).identity_provider
    return render(
        request,
        "accounts/login.html",
        status=status,
        headers=headers,
        form=form,
        is_empty=is_empty,
        refusal=refusal,
        allows_passkeys=allows_passkeys,
        provider=provider.name if provider else "",
    )


async def ask_to_log_in(request: Request) -> Response:
    """Return the answer to a request without a login.

    A page is answered with a redirect (303) to the login page, a part of a page with the same redirect for htmx. A form
    is answered with the login page itself (401), which carries the fields along so that they need not be typed again. A
    form that is empty, has a file or is too large to carry along is answered with a redirect, and a flash message that
    the step was not kept.
    """
    is_htmx = "hx-request" in request.headers
    if request.method == "GET" and not is_htmx:
        return RedirectResponse(f"/masuk?kembali={quote(current_path(request))}", status_code=303)
    page = urlsplit(request.headers.get("hx-current-url") or request.headers.get("referer", "")).path or "/"
    address = f"/masuk?kembali={quote(page)}"
    if request.method == "GET":
        return Response(headers={"HX-Redirect": address})
    if unsent := await _unsent_form(request):
        return render_login(
            request, LoginForm(kembali=page, unsent=unsent), status=401, headers=_REPLACE_PAGE
        )
    response = Response(headers={"HX-Redirect": address}) if is_htmx else RedirectResponse(address, 303)
    _ = translator(language_of(request))
    flash(response, _("You had been logged out meanwhile. Your last step was not kept; please do it again."))
    return response


async def read_unsent_fields(request: Request) -> list[tuple[str, str]]:
    """Return the fields of the form that was sent, [] if it has none, a file, a password, or too many or large ones."""
    try:
        fields = (await request.form(max_fields=MAX_FIELDS, max_part_size=MAX_UNSENT_BYTES)).multi_items()
    except HTTPException:
        return []
    if any(isinstance(value, UploadFile) and value.filename for _name, value in fields):
        return []
    if any(name in PASSWORD_FIELDS for name, _value in fields):
        return []
    return [(name, value) for name, value in fields if isinstance(value, str)]


async def _unsent_form(request: Request) -> str:
    """Return the form of the request as the JSON of an `Unsent`; "" if it is empty, has a file, or is too large."""
    texts = await read_unsent_fields(request)
    if not texts:
        return ""
    unsent = Unsent(address=current_path(request), fields=texts).model_dump_json()
    return unsent if len(unsent) <= MAX_UNSENT_BYTES else ""
