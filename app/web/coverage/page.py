"""Parts that the pages on coverage share: parsing the URL's filters, and offering them again where they are refused."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from fastapi import Request, Response
from pydantic import ValidationError

from app.database import Db
from app.errors import Invalid, NotFound
from app.i18n import N_, Language
from app.permissions import Actor
from app.queries.areas import reference
from app.queries.coverage.filters import organizers
from app.queries.workshops.workshops import workshops
from app.reports.coverage.parts import PILLARS
from app.web.coverage.query import CoverageQuery
from app.web.etags import respond_with_etag
from app.web.pages import render

# Nobody scrolls through a longer list of choices; older workshops are reached from their own page.
MAX_WORKSHOPS = 200

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
    """Return the page as `render_by_query` does, with an ETag, or 304 if the browser has it already."""
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
    """Return what `page` returns for the filters in the URL; if it refuses them, a page to choose them again.

    `model` is the class of the filters. Filters that are valid are kept on that page.
    """
    form, refusal = _parse_query(model, request.query_params)
    try:
        if refusal:
            raise refusal
        return page(form)
    except (Invalid, NotFound) as problem:
        choices = filter_choices(db, actor, form, language)
        return render(request, "coverage/refused.html", form=form, problem=problem, **choices)


def filter_choices(db: Db, actor: Actor, form: CoverageQuery, language: Language) -> dict[str, Any]:
    """Return the choices of each filter as pairs of code and label, always with the workshop that is filtered by."""
    titles = {
        workshop.code: f"{workshop.title} ({workshop.code})"
        for workshop in workshops(db, actor, limit=MAX_WORKSHOPS)
    }
    if form.workshop:
        titles.setdefault(form.workshop, form.workshop)
    places = reference.list_kelurahan(db)
    return {
        "workshops": titles.items(),
        "target_groups": [(group.code, group.label) for group in reference.list_target_groups(db, language)],
        "kecamatan": {place.kecamatan_code: place.kecamatan for place in places}.items(),
        "organizers": organizers(db),
        "pillars": PILLARS.items(),
    }


def _parse_query(model: type[Query], params: Mapping[str, str]) -> tuple[Query, Invalid | None]:
    """Return the filters that are valid, and a refusal that names the others; None where all are valid."""
    try:
        return model.model_validate(dict(params)), None
    except ValidationError as problem:
        wrong = {str(detail["loc"][0]): detail["type"] for detail in problem.errors()}
    form = model.model_validate({name: text for name, text in params.items() if name not in wrong})
    refusal = Invalid(
        N_("The address asks for what there isn't: %(said)s. The other filters are kept."),
        fields={
            name: N_("This is not a date.") if kind.startswith("date") else N_("There is no such choice.")
            for name, kind in wrong.items()
        },
        said=", ".join(f"{name}={params[name]}" for name in wrong),
    )
    return form, refusal
