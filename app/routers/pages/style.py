"""The page for those who build pages: each part of a page once. Off unless `JANGKAU_STYLE_PAGE` is set."""

import re

from fastapi import APIRouter, Request, Response

from app.errors import NotFound
from app.i18n import N_
from app.web.container import container_of
from app.web.dependencies import CurrentActor
from app.web.pages import render
from app.web.static_files import STATIC_FOLDER

router = APIRouter(include_in_schema=False)


@router.get("/gaya")
def style_page(request: Request, _actor: CurrentActor) -> Response:
    """Show each part of pages once. Raises `NotFound` unless the setting allows it."""
    if not container_of(request).settings.style_page:
        raise NotFound(N_("This page does not exist."))
    return render(request, "style.html", colours=list_colours())


def list_colours() -> list[str]:
    """Return the names of the colours in jangkau.css, in its order."""
    sheet = (STATIC_FOLDER / "jangkau.css").read_text()
    return list(dict.fromkeys(re.findall(r"--([a-z-]+): (?:#|rgb)", sheet)))
