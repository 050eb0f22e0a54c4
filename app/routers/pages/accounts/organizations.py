"""Organizations: the list with a form for a new one, and changing one."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel

from app.database import Db
from app.errors import Conflict, Invalid, Problem
from app.i18n import Translator
from app.models import Organization, OrganizationKind
from app.permissions import Actor
from app.queries.accounts import organizations as queries
from app.services.accounts import organizations as services
from app.services.unseen_changes import CHANGED, seal
from app.web.dependencies import PageActor, Reader, Translate, Writer
from app.web.flash import flash
from app.web.forms import render_form
from app.web.pages import see

PLACE = "/administrasi/penyelenggara"

router = APIRouter(prefix=PLACE, include_in_schema=False)


class OrganizationForm(BaseModel):
    name: str = ""
    kind: OrganizationKind = OrganizationKind.PERANGKAT_DAERAH
    seen: str = ""

    @classmethod
    def of(cls, organization: Organization) -> "OrganizationForm":
        """The form as one who wants to change the organization finds it."""
        said = services.said_of(organization)
        return cls(name=said.name, kind=said.kind, seen=seal(said))

    def given(self) -> services.OrganizationInput:
        return services.OrganizationInput(self.name, self.kind)


@router.get("")
def organizations_page(request: Request, look: Reader, actor: PageActor, _: Translate) -> Response:
    return _list(request, look, actor, OrganizationForm(), _)


@router.post("")
def create_organization(
    request: Request, db: Writer, actor: PageActor, form: Annotated[OrganizationForm, Form()], _: Translate
) -> Response:
    try:
        services.create_organization(db, actor, form.given())
    except (Invalid, Conflict) as problem:
        db.rollback()
        return _list(request, db, actor, form, _, problem)
    return _done(_("The organization is added."))


@router.get("/{organization_id}")
def organization_page(
    request: Request, look: Reader, actor: PageActor, organization_id: int, _: Translate
) -> Response:
    form = OrganizationForm.of(queries.organization_by_id(look, actor, organization_id))
    return render_form(request, "accounts/organization.html", form, _, saved=None)


@router.post("/{organization_id}")
def change_organization(
    request: Request,
    db: Writer,
    actor: PageActor,
    organization_id: int,
    form: Annotated[OrganizationForm, Form()],
    _: Translate,
) -> Response:
    try:
        services.change_organization(db, actor, organization_id, form.given(), seen=form.seen)
    except (Invalid, Conflict) as problem:
        db.rollback()
        found = OrganizationForm.of(queries.organization_by_id(db, actor, organization_id))
        saved = found if problem.code == CHANGED else None
        return render_form(request, "accounts/organization.html", form, _, problem, saved=saved)
    return _done(_("The changes are saved."))


def _done(sentence: str) -> Response:
    response = see(PLACE)
    flash(response, sentence)
    return response


def _list(
    request: Request,
    look: Db,
    actor: Actor,
    form: OrganizationForm,
    _: Translator,
    problem: Problem | None = None,
) -> Response:
    found = queries.organizations(look, actor)
    return render_form(request, "accounts/organizations.html", form, _, problem, organizations=found)
