"""Renders pages: Jinja with the reader's language, who is logged in, and what was just done."""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.i18n import (
    Language,
    clock_text,
    date_text,
    integer_text,
    period_text,
    time_text,
    translations,
    translator,
    wita,
)
from app.people.fields import BY_KEY, FORM_TEXT_FIELDS
from app.permissions import Permission
from app.spreadsheets.written.field_headings import HEADINGS
from app.web.flash import take_flash
from app.web.languages import language_of

APP_FOLDER = Path(__file__).parent.parent
STATIC_FOLDER = APP_FOLDER / "static"


@cache
def environment(language: Language) -> Environment:
    """One environment a language, with its catalogue in it. A misspelt variable is an error."""
    jinja = Environment(
        loader=FileSystemLoader(APP_FOLDER / "templates"),
        autoescape=select_autoescape(),
        extensions=["jinja2.ext.i18n"],
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    jinja.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]
    _ = translator(language)
    jinja.filters["date"] = _date
    jinja.filters["time"] = time_text
    jinja.filters["clock"] = clock_text
    jinja.filters["integer"] = lambda number: integer_text(number, language)
    jinja.globals |= {
        "static": static_url,
        "Permission": Permission,
        "language": language,
        "period": period_text,
        "sheet_fields": {field: _(heading) for field, heading in HEADINGS.items()},
        "person_form_texts": {field: _(BY_KEY[field].label) for field in FORM_TEXT_FIELDS},
    }
    return jinja


def render(
    request: Request,
    template: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **context: Any,
) -> Response:
    """A page for whoever is logged in (`actor`, None on the pages before)."""
    response = HTMLResponse(status_code=status, headers=dict(headers or {}))
    context = {
        "request": request,
        "here": here(request),
        "actor": getattr(request.state, "actor", None),
        "flash": take_flash(request, response),
        **context,
    }
    response.body = environment(language_of(request)).get_template(template).render(context).encode()
    response.headers["content-length"] = str(len(response.body))
    return response


def here(request: Request) -> str:
    """The address of this page within the site, with its query."""
    return f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path


def see(path: str) -> RedirectResponse:
    """Success redirects: a reload doesn't send the form again."""
    return RedirectResponse(path, status_code=303)


@cache
def static_url(path: str) -> str:
    """The address of a static file, with its checksum so that browsers may keep it for good."""
    checksum = hashlib.sha256((STATIC_FOLDER / path).read_bytes()).hexdigest()[:12]
    return f"/static/{path}?v={checksum}"


def _date(moment: date | datetime) -> str:
    return date_text(wita(moment).date() if isinstance(moment, datetime) else moment)
