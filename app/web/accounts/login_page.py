"""The page for logging in, and with what one goes on then: a page, or what one was sending when the login had ended."""

from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from fastapi import Request
from pydantic import BaseModel, ValidationError
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from app.errors import Invalid
from app.i18n import N_, translator
from app.web.flash import flash
from app.web.forms import local_path
from app.web.languages import language_of
from app.web.pages import here, render

# Of a form with as many fields as any page has. The login page sends them on in one field, which may be a MiB.
MOST_FIELDS = 5_000
LONGEST_UNSENT = 300_000

# htmx shows an answer where a row was, or a part of it: this one takes the place of the page.
_AS_PAGE = {"HX-Retarget": "body", "HX-Reselect": "body > *", "HX-Reswap": "innerHTML"}


class Unsent(BaseModel):
    """What somebody was sending when their login had ended: where to, and the fields as they stood in the form."""

    address: str
    fields: list[tuple[str, str]]


class LoginForm(BaseModel):
    """`kembali` is the page to which one was on the way; `unsent` an `Unsent` as JSON, empty where there is none."""

    email: str = ""
    password: str = ""
    kembali: str = "/"
    unsent: str = ""

    def read_unsent(self) -> Unsent | None:
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
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    return render(request, "accounts/login.html", status=status, headers=headers, form=form, refusal=refusal)


async def to_login(request: Request) -> Response:
    """Lets whoever isn't logged in (any more) do that, and go on where they were, with what they typed there."""
    by_htmx = "hx-request" in request.headers
    if request.method == "GET" and not by_htmx:
        return RedirectResponse(f"/masuk?kembali={quote(here(request))}", status_code=303)
    page = urlsplit(request.headers.get("hx-current-url") or request.headers.get("referer", "")).path or "/"
    address = f"/masuk?kembali={quote(page)}"
    if request.method == "GET":
        return Response(headers={"HX-Redirect": address})
    if unsent := await _unsent(request):
        return render_login(request, LoginForm(kembali=page, unsent=unsent), status=401, headers=_AS_PAGE)
    answer = Response(headers={"HX-Redirect": address}) if by_htmx else RedirectResponse(address, 303)
    _ = translator(language_of(request))
    flash(answer, _("You had been logged out meanwhile. Your last step was not kept; please do it again."))
    return answer


async def _unsent(request: Request) -> str:
    """What was sent, as JSON; empty where nothing was typed, or where a page can't hold it: a file, or very much."""
    try:
        fields = (await request.form(max_fields=MOST_FIELDS, max_part_size=LONGEST_UNSENT)).multi_items()
    except HTTPException:
        return ""
    if not fields or any(isinstance(value, UploadFile) and value.filename for _name, value in fields):
        return ""
    typed = [(name, value) for name, value in fields if isinstance(value, str)]
    unsent = Unsent(address=here(request), fields=typed).model_dump_json()
    return unsent if len(unsent) <= LONGEST_UNSENT else ""
