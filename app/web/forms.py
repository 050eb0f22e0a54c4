"""Reading the fields of a form, and catching the problem that sends a form back."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator
from starlette.datastructures import UploadFile

from app.database import Db
from app.errors import Conflict, Invalid, Problem, TooLarge, TooManyRequests, UnreadableFile
from app.i18n import N_, wita
from app.services.edit_conflicts import CHANGED

FORM_PROBLEMS: tuple[type[Problem], ...] = (Invalid, Conflict, TooManyRequests, TooLarge, UnreadableFile)

MAX_DIGITS = 9

Form = TypeVar("Form", bound=BaseModel)

# Browsers send an empty field as "".
EmptyIsNone = BeforeValidator(lambda value: value or None)
OptionalDate = Annotated[date | None, EmptyIsNone]
OptionalText = Annotated[str | None, EmptyIsNone]


def conflicting_form(problem: Problem | None, saved: Form) -> Form | None:
    """Return `saved` if the problem is that others have saved a change since the form was opened, else None.

    The page shows it beside the user's input.
    """
    return saved if problem and problem.code == CHANGED else None


@dataclass
class Caught:
    """The problem that `catch_problem` caught, None where the block succeeded."""

    problem: Problem | None = None


@contextmanager
def catch_problem(db: Db, *also: type[Problem]) -> Iterator[Caught]:
    """Catch a problem that the form's page can show, and roll back what the block has changed until then.

    These are `FORM_PROBLEMS` and the classes in `also`; any other exception is raised as usual. A handler reads:

        with catch_problem(db) as caught:
            workshop = services.create_workshop(db, actor, form.code, form.to_input())
        if problem := caught.problem:
            return _new_page(request, db, actor, form, problem)
        return redirect(f"/kegiatan/{workshop.code}", _("The workshop is created."))
    """
    caught = Caught()
    try:
        yield caught
    except FORM_PROBLEMS + also as problem:
        db.rollback()
        caught.problem = problem


def parse_local_time(text: str) -> datetime | None:
    """Return the time of an `<input type="datetime-local">` as a naive datetime, None if the text is not a time.

    Browsers send no time zone. A time that has one is converted to WITA, the time zone of Balikpapan.
    """
    try:
        parsed = datetime.fromisoformat(text)
        return parsed if parsed.tzinfo is None else wita(parsed).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None


def parse_optional_local_time(text: str) -> datetime | None:
    """Return the time of an `<input type="datetime-local">` as `parse_local_time` does, None for an empty field.

    Text that is not a time becomes the year 1, which every service refuses.
    """
    return (parse_local_time(text) or datetime.min) if text.strip() else None  # noqa: DTZ901 (a wall-clock time)


def parse_optional_date(text: str) -> date | None:
    """Return the date of an `<input type="date">`, None for an empty field.

    Text that is not a date becomes the year 1, which every service refuses: browsers allow years of more than four
    digits.
    """
    try:
        return date.fromisoformat(text) if text.strip() else None
    except ValueError:
        return date.min


def parse_whole_number(text: str) -> int | None:
    """Return the number of 1 to 9 digits, None for an empty field.

    Other text becomes 0, which every service refuses.
    """
    text = text.strip()
    if not text:
        return None
    return int(text) if is_whole_number(text) else 0


def is_whole_number(text: str) -> bool:
    """Return whether the text is 1 to 9 digits and nothing else; such a number fits into every integer column."""
    return text.isdecimal() and len(text) <= MAX_DIGITS


def parse_person(text: str) -> int | Literal["new"] | None:
    """Return the choice of a person in a form: the id of a known person, or "new".

    None for an empty or any other text.
    """
    if text == "new":
        return "new"
    return int(text) if is_whole_number(text) else None


def local_path(path: str) -> str:
    """Return the path if it stays on this site, else "/", so that a forged link cannot redirect to another site.

    Browsers treat two slashes, or a backslash in place of one, as another host, and ignore control characters.
    """
    is_local = path.startswith("/") and path[1:2] not in {"/", "\\"} and path.isprintable()
    return path if is_local else "/"


def read_upload(file: UploadFile | str | None) -> tuple[str, bytes]:
    """Return the name and the whole content of an uploaded file. Raises `Invalid` if the user chose none."""
    if not isinstance(file, UploadFile) or not file.filename:
        raise Invalid(N_("Choose a file first."))
    return file.filename, file.file.read()
