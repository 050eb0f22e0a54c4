"""What administrators look after, at a glance."""

from fastapi import APIRouter, Request, Response

from app.permissions import Permission
from app.web.dependencies import PageActor
from app.web.pages import render

router = APIRouter(include_in_schema=False)


@router.get("/administrasi")
def administration_page(request: Request, actor: PageActor) -> Response:
    actor.require(Permission.USER_WRITE)
    return render(request, "administration.html")
