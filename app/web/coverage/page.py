"""Pages with the filters of the coverage report: reading them from the address, and their choices."""

from collections.abc import Callable
from typing import Any, TypeVar

from fastapi import Request, Response

from app.database import Db
from app.errors import Invalid, NotFound
from app.i18n import Language
from app.permissions import Actor
from app.queries.areas import reference
from app.queries.coverage.filters import list_organizers
from app.queries.workshops.workshops import list_workshops
from app.reports.coverage.breakdowns import PILLARS
from app.web.coverage.query import CoverageQuery
from app.web.etags import respond_with_etag
from app.web.forms import parse_query
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
    form, error = parse_query(model, request.query_params)
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
