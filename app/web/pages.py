"""Jinja templates as responses, and redirects to pages."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.errors import Invalid, Problem, Unavailable
from app.help_topics import HelpTopic, topic_of_route
from app.i18n import (
    Language,
    Translator,
    clock_text,
    date_text,
    day_text,
    days_text,
    integer_text,
    long_period_text,
    long_time_text,
    period_text,
    time_text,
    translations,
    translator,
    weekday_text,
    wita,
)
from app.people.fields import BY_KEY, FORM_TEXT_FIELDS
from app.people.values.phones import format_phone
from app.permissions import Permission
from app.queries.issued_reports.reports import slug_of
from app.spreadsheets.exports.field_headings import HEADINGS
from app.spreadsheets.formats.failures import MAX_BYTES
from app.spreadsheets.row_labels import row_label
from app.web.container import container_of
from app.web.date_fields import typed_clock, typed_date
from app.web.flash import flash, take_flash, take_refusal
from app.web.languages import language_of
from app.web.static_files import joined_sheet, public_sheet, static_url

APP_FOLDER = Path(__file__).parent.parent

# The form field that a conflict belongs to, by its code: the services that raise these know no forms.
FIELDS_OF_CODES = {"code-taken": "code", "email-taken": "email", "name-taken": "name"}


@cache
def jinja_environment(language: Language) -> Environment:
    """Return the Jinja environment that renders pages in a language, created once per language.

    It escapes texts, and raises `UndefinedError` for a variable that is missing in the context.
    """
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
    jinja.filters["day"] = lambda instant: day_text(_wita_date(instant), language)
    jinja.filters["weekday"] = lambda instant: weekday_text(_wita_date(instant), language)
    jinja.filters["day_and_time"] = lambda instant: long_time_text(instant, language)
    jinja.filters["clock"] = clock_text
    jinja.filters["phone"] = format_phone
    jinja.filters["report_slug"] = slug_of
    jinja.filters["typed_date"] = typed_date
    jinja.filters["typed_clock"] = typed_clock
    jinja.filters["integer"] = lambda number: integer_text(number, language)
    jinja.filters["row_label"] = lambda number: row_label(number, _)
    jinja.globals |= {
        "static": static_url,
        "joined_sheet": joined_sheet,
        "public_sheet": public_sheet,
        "max_file_bytes": MAX_BYTES,
        "Permission": Permission,
        "language": language,
        "period": period_text,
        "days": lambda first, last: days_text(first, last, language),
        "long_period": lambda starts_at, ends_at: long_period_text(starts_at, ends_at, language),
        "sheet_fields": {field: _(heading) for field, heading in HEADINGS.items()},
        "person_form_texts": {field: _(BY_KEY[field].label) for field in FORM_TEXT_FIELDS},
    }
    return jinja


def render(
    request: Request,
    template: str,
    *,
    problem: Problem | None = None,
    status: int = HTTPStatus.OK,
    headers: Mapping[str, str] | None = None,
    **context: Any,
) -> Response:
    """Return a page in the reader's language, rendered from `template` with `context`.

    With a `problem` the response has its status instead of `status`; the template shows `refusal` (its sentence, or
    "") and `errors` (sentences by name of field). Every template also has `request`, `current_path`,
    `actor` (None if no user is logged in), `waiting` (how many things wait for the actor, by the address of their
    list), `letterhead` (None if none is saved), `status`, `flash`, the flash message, which is thereby taken, and
    `help_topic`, which explains the page, or None.
    """
    language, letterhead = language_of(request), container_of(request).letterhead
    response = HTMLResponse(status_code=problem.status if problem else status, headers=dict(headers or {}))
    _ = translator(language)
    context = {
        "request": request,
        "current_path": current_path(request),
        "actor": getattr(request.state, "actor", None),
        "waiting": getattr(request.state, "waiting", {}),
        "help_topic": _help_topic(request, language),
        "letterhead": letterhead.last_read() if isinstance(problem, Unavailable) else letterhead.read(),
        "flash": take_flash(request, response),
        "status": response.status_code,
        "refusal": problem.sentence(_) if problem else take_refusal(request, response) or "",
        "errors": _field_errors(problem, _),
        **context,
    }
    response.body = jinja_environment(language).get_template(template).render(context).encode()
    response.headers["content-length"] = str(len(response.body))
    return response


def _help_topic(request: Request, language: Language) -> HelpTopic | None:
    """Return the topic that explains the page; None if there is none, or if it is about what the user may not do."""
    route = request.scope.get("route")
    topic = topic_of_route(route.path, language) if route else None
    actor = getattr(request.state, "actor", None)
    is_work = topic is not None and topic.audience in {"organizer", "staff"}
    return None if is_work and actor and not actor.can(Permission.ATTENDANCE_WRITE) else topic


def _field_errors(problem: Problem | None, _: Translator) -> dict[str, str]:
    """Return the sentence to show beside each field, by the field's name; empty if the problem concerns no field.

    That is each field of an `Invalid`, or the one field of a conflict in `FIELDS_OF_CODES`.
    """
    if isinstance(problem, Invalid):
        return problem.field_sentences(_)
    if problem and problem.code in FIELDS_OF_CODES:
        return {FIELDS_OF_CODES[problem.code]: problem.sentence(_)}
    return {}


def current_path(request: Request) -> str:
    """Return path and query of this request, for links and forms that lead back to it."""
    return f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path


def build_url(path: str, params: Mapping[str, object]) -> str:
    """Return the path with a query string of the parameters; those that are None, "", 0 or False are left out."""
    query = urlencode({name: value for name, value in params.items() if value})
    return f"{path}?{query}" if query else path


def redirect(path: str, message: str = "") -> Response:
    """Return a redirect (303) to a path of this site, so that a reload doesn't send the form again.

    The next page shows `message` once, if there is any.
    """
    response = RedirectResponse(path, HTTPStatus.SEE_OTHER)
    if message:
        flash(response, message)
    return response


def _date(value: date | datetime) -> str:
    """Return a date, or the WITA date of a datetime, as dd-mm-yyyy."""
    return date_text(_wita_date(value))


def _wita_date(value: date | datetime) -> date:
    return wita(value).date() if isinstance(value, datetime) else value
