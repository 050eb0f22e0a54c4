"""Reading the fields of a form, and catching the problem that sends a form back."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ValidationError
from starlette.datastructures import UploadFile

from app.database import Db
from app.errors import PLEASE_CORRECT, Conflict, Invalid, Problem, TooLarge, TooManyRequests, UnreadableFile
from app.i18n import N_
from app.services.edit_conflicts import CHANGED
from app.web.date_fields import date_error, parse_day

FORM_PROBLEMS: tuple[type[Problem], ...] = (Invalid, Conflict, TooManyRequests, TooLarge, UnreadableFile)

MAX_DIGITS = 9

Form = TypeVar("Form", bound=BaseModel)

# Browsers send an empty field as "".
EmptyIsNone = BeforeValidator(lambda value: value or None)
OptionalDate = Annotated[
    date | None,
    BeforeValidator(lambda value: parse_day(value) or value or None if isinstance(value, str) else value),
]
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


def parse_query(model: type[Form], parameters: Mapping[str, str]) -> tuple[Form, Invalid | None]:
    """Return the model of a page's valid parameters, and an `Invalid` that names the others; None if all are valid."""
    try:
        return model.model_validate(dict(parameters)), None
    except ValidationError as problem:
        error_types = {str(error["loc"][0]): error["type"] for error in problem.errors()}
    form = model.model_validate(
        {name: value for name, value in parameters.items() if name not in error_types}
    )
    are_dates = all(error_type.startswith("date") for error_type in error_types.values())
    refusal = Invalid(
        PLEASE_CORRECT
        if are_dates
        else N_("The address asks for what there isn't: %(said)s. The other filters are kept."),
        fields={
            name: date_error(parameters[name], required=True)
            if error_type.startswith("date")
            else N_("There is no such choice.")
            for name, error_type in error_types.items()
        },
        said=", ".join(f"{name}={parameters[name]}" for name in error_types),
    )
    return form, refusal


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


def has_upload(file: UploadFile | str | None) -> bool:
    """Return whether the user chose a file."""
    return isinstance(file, UploadFile) and bool(file.filename)


def read_upload(file: UploadFile | str | None) -> tuple[str, bytes]:
    """Return the name and the whole content of an uploaded file. Raises `Invalid` if the user chose none."""
    if not isinstance(file, UploadFile) or not file.filename:
        raise Invalid(N_("Choose a file first."))
    return file.filename, file.file.read()
