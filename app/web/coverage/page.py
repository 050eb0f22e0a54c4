"""Pages on coverage: what their addresses ask for, and the filters with a sentence where that can't be answered."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from fastapi import Request, Response
from pydantic import ValidationError

from app.database import Db
from app.errors import Invalid, NotFound
from app.i18n import N_, Language, Translator
from app.permissions import Actor
from app.queries.areas import reference
from app.queries.coverage.filters import organizers
from app.queries.workshops.workshops import workshops
from app.reports.coverage.parts import PILLARS
from app.web.coverage.query import CoverageQuery
from app.web.forms import render_form

# More than anyone scrolls through in a list of choices; older workshops are reached from their own page.
WORKSHOPS_OFFERED = 200

Query = TypeVar("Query", bound=CoverageQuery)


def answered(
    request: Request,
    look: Db,
    actor: Actor,
    model: type[Query],
    _: Translator,
    language: Language,
    page: Callable[[Query], Response],
) -> Response:
    """What `page` makes of the address; where that is refused, the filters to choose again, those understood kept."""
    form, refusal = _understood(model, request.query_params)
    try:
        if refusal:
            raise refusal
        return page(form)
    except (Invalid, NotFound) as problem:
        choices = filter_choices(look, actor, form, language)
        return render_form(request, "coverage/refused.html", form, _, problem, **choices)


def filter_choices(look: Db, actor: Actor, form: CoverageQuery, language: Language) -> dict[str, Any]:
    """What the filters offer, as pairs of code and text; a workshop that is filtered by is always among them."""
    titles = {
        workshop.code: f"{workshop.title} ({workshop.code})"
        for workshop in workshops(look, actor, limit=WORKSHOPS_OFFERED)
    }
    if form.workshop:
        titles.setdefault(form.workshop, form.workshop)
    places = reference.kelurahan(look)
    return {
        "workshops": titles.items(),
        "target_groups": [(group.code, group.label) for group in reference.target_groups(look, language)],
        "kecamatan": {place.kecamatan_code: place.kecamatan for place in places}.items(),
        "organizers": organizers(look),
        "pillars": PILLARS.items(),
    }


def _understood(model: type[Query], said: Mapping[str, str]) -> tuple[Query, Invalid | None]:
    """What of an address can be understood, and the refusal of the rest."""
    try:
        return model.model_validate(dict(said)), None
    except ValidationError as problem:
        wrong = {str(found["loc"][0]): found["type"] for found in problem.errors()}
    form = model.model_validate({name: text for name, text in said.items() if name not in wrong})
    refusal = Invalid(
        N_("The address asks for what there isn't: %(said)s. The other filters are kept."),
        fields={
            name: N_("This is not a date.") if kind.startswith("date") else N_("There is no such choice.")
            for name, kind in wrong.items()
        },
        said=", ".join(f"{name}={said[name]}" for name in wrong),
    )
    return form, refusal
