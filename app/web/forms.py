"""Forms of pages: reading what people typed, keeping it, and saying beside each field what is wrong."""

from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Request, Response
from pydantic import BeforeValidator

from app.errors import Invalid, Problem
from app.i18n import Translator, wita
from app.web.pages import render

# Refusals that concern one field, of which the rules that raise them know nothing.
FIELDS_OF_CODES = {"code-taken": "code", "email-taken": "email", "name-taken": "name"}

MOST_DIGITS = 9

# A field of a form that is sent empty says nothing.
EmptyIsNone = BeforeValidator(lambda typed: typed or None)
OptionalDate = Annotated[date | None, EmptyIsNone]
OptionalText = Annotated[str | None, EmptyIsNone]


def render_form(
    request: Request,
    template: str,
    form: object,
    _: Translator,
    problem: Problem | None = None,
    **context: Any,
) -> Response:
    """A page with a form: as one finds it, or with what was typed into it and the `problem` with that.

    The template has `form`, `refusal` (a sentence about the whole, or empty) and `errors` (sentences by field).
    """
    return render(
        request,
        template,
        status=problem.status if problem else HTTPStatus.OK,
        form=form,
        refusal=problem.sentence(_) if problem else "",
        errors=_field_errors(problem, _),
        **context,
    )


def _field_errors(problem: Problem | None, _: Translator) -> dict[str, str]:
    if isinstance(problem, Invalid):
        return problem.field_sentences(_)
    if problem and problem.code in FIELDS_OF_CODES:
        return {FIELDS_OF_CODES[problem.code]: problem.sentence(_)}
    return {}


def moment(typed: str) -> datetime | None:
    """The wall-clock time of an input of type datetime-local, None where it holds none.

    A browser names no time zone there; of whoever does, it is what the clocks of Balikpapan show at that instant.
    """
    try:
        read = datetime.fromisoformat(typed)
        return read if read.tzinfo is None else wita(read).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None


def optional_moment(typed: str) -> datetime | None:
    """As `moment`, and the year 1 (which no field takes) where something else is typed."""
    return (moment(typed) or datetime.min) if typed.strip() else None  # noqa: DTZ901 (a wall-clock time)


def optional_day(typed: str) -> date | None:
    """The day of an input of type date, None where it is empty, and the year 1 (which no field takes) where something
    else is typed: browsers let years have more than four digits."""
    try:
        return date.fromisoformat(typed) if typed.strip() else None
    except ValueError:
        return date.min


def whole_number(typed: str) -> int | None:
    """The number, None where nothing is typed, and 0 (which no field takes) where it isn't one."""
    typed = typed.strip()
    if not typed:
        return None
    return int(typed) if is_whole_number(typed) else 0


def is_whole_number(typed: str) -> bool:
    """Whether these are digits, and no more of them than any field or column holds."""
    return typed.isdecimal() and len(typed) <= MOST_DIGITS


def local_path(address: str) -> str:
    """An address of this site, or the home page: nobody is led away by a link that begins here.

    Browsers take two slashes, or a backslash in place of one, for another host, and drop control characters.
    """
    local = address.startswith("/") and address[1:2] not in {"/", "\\"} and address.isprintable()
    return address if local else "/"
