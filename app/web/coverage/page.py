"""Pages with the filters of the coverage report: reading them from the address, and their choices."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from fastapi import Request, Response
from pydantic import ValidationError

from app.database import Db
from app.errors import Invalid, NotFound
from app.i18n import N_, Language
from app.permissions import Actor
from app.queries.areas import reference
from app.queries.coverage.filters import list_organizers
from app.queries.workshops.workshops import list_workshops
from app.reports.coverage.breakdowns import PILLARS
from app.web.coverage.query import CoverageQuery
from app.web.etags import respond_with_etag
from app.web.pages import render

# Older workshops have a link to the report on their own page.
MAX_WORKSHOP_CHOICES = 200

Query = TypeVar("Query", bound=CoverageQuery)


def render_report(
    request: Request,
    db: Db,
    report_db: Db,
    actor: Actor,
    model: type[Query],
    language: Language,
    page: Callable[[Query], Response],
) -> Response:
    """Return what `render_by_query` returns, with an ETag; 304 if the browser has it already."""
    return respond_with_etag(
        request, report_db, actor, lambda: render_by_query(request, db, actor, model, language, page)
    )


def render_by_query(
    request: Request,
    db: Db,
    actor: Actor,
    model: type[Query],
    language: Language,
    page: Callable[[Query], Response],
) -> Response:
    """Return the response of `page` for the request's query parameters, parsed as `model`.

    If they don't fit `model`, or `page` raises `Invalid` or `NotFound`, return the filter form with the errors and the
    error's status.
    """
    form, error = _parse_query(model, request.query_params)
    try:
        if error:
            raise error
        return page(form)
    except (Invalid, NotFound) as problem:
        choices = filter_choices(db, actor, form, language)
        return render(request, "coverage/refused.html", form=form, problem=problem, **choices)


def filter_choices(db: Db, actor: Actor, form: CoverageQuery, language: Language) -> dict[str, Any]:
    """Return the choices of the filter form by template variable, each as pairs of code (or id) and text.

    The workshops are the first `MAX_WORKSHOP_CHOICES` of those that the actor may see, and always that of `form`.
    """
    titles = {
        workshop.code: f"{workshop.title} ({workshop.code})"
        for workshop in list_workshops(db, actor, limit=MAX_WORKSHOP_CHOICES)
    }
    if form.workshop:
        titles.setdefault(form.workshop, form.workshop)
    kelurahan = reference.list_kelurahan(db)
    return {
        "workshops": titles.items(),
        "target_groups": [(group.code, group.label) for group in reference.list_target_groups(db, language)],
        "kecamatan": {area.kecamatan_code: area.kecamatan for area in kelurahan}.items(),
        "organizers": list_organizers(db),
        "pillars": PILLARS.items(),
    }


def _parse_query(model: type[Query], parameters: Mapping[str, str]) -> tuple[Query, Invalid | None]:
    """Return the model of the valid parameters, and an `Invalid` that names the others; None if all are valid."""
    try:
        return model.model_validate(dict(parameters)), None
    except ValidationError as problem:
        error_types = {str(error["loc"][0]): error["type"] for error in problem.errors()}
    form = model.model_validate(
        {name: value for name, value in parameters.items() if name not in error_types}
    )
    refusal = Invalid(
        N_("The address asks for what there isn't: %(said)s. The other filters are kept."),
        fields={
            name: N_("This is not a date.")
            if error_type.startswith("date")
            else N_("There is no such choice.")
            for name, error_type in error_types.items()
        },
        said=", ".join(f"{name}={parameters[name]}" for name in error_types),
    )
    return form, refusal
