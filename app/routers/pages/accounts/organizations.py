"""Organizations: list, create and change."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel

from app.database import Db
from app.errors import Problem
from app.models import Organization, OrganizationKind
from app.permissions import Actor
from app.queries.accounts import organizations as queries
from app.services.accounts import organizations as services
from app.services.edit_conflicts import fingerprint
from app.web.dependencies import CurrentActor, ReadDb, Translate, WriteDb
from app.web.forms import catch_problem, conflicting_form
from app.web.installation.setup_steps import is_being_set_up
from app.web.pages import redirect, render

PATH = "/administrasi/penyelenggara"

router = APIRouter(prefix=PATH, include_in_schema=False)


class OrganizationForm(BaseModel):
    name: str = ""
    kind: OrganizationKind = OrganizationKind.PERANGKAT_DAERAH
    phone: str = ""
    seen: str = ""

    @classmethod
    def from_saved(cls, organization: Organization) -> "OrganizationForm":
        """Return the form filled with a saved organization; `seen` is the fingerprint of its values."""
        saved = services.organization_input(organization)
        return cls(name=saved.name, kind=saved.kind, phone=saved.phone, seen=fingerprint(saved))

    def to_input(self) -> services.OrganizationInput:
        return services.OrganizationInput(self.name, self.kind, self.phone)


@router.get("")
def organizations_page(request: Request, db: ReadDb, actor: CurrentActor) -> Response:
    return _list_page(request, db, actor, OrganizationForm())


@router.post("")
def create_organization(
    request: Request,
    db: WriteDb,
    actor: CurrentActor,
    form: Annotated[OrganizationForm, Form()],
    _: Translate,
) -> Response:
    with catch_problem(db) as caught:
        services.create_organization(db, actor, form.to_input())
    if problem := caught.problem:
        return _list_page(request, db, actor, form, problem)
    return redirect(PATH, _("The organization is added."))


@router.get("/{organization_id}")
def organization_page(request: Request, db: ReadDb, actor: CurrentActor, organization_id: int) -> Response:
    """Show the form of one organization."""
    form = OrganizationForm.from_saved(queries.get_organization(db, actor, organization_id))
    return render(request, "accounts/organization.html", form=form, saved=None)


@router.post("/{organization_id}")
def change_organization(
    request: Request,
    db: WriteDb,
    actor: CurrentActor,
    organization_id: int,
    form: Annotated[OrganizationForm, Form()],
    _: Translate,
) -> Response:
    with catch_problem(db) as caught:
        services.change_organization(db, actor, organization_id, form.to_input(), form_fingerprint=form.seen)
    if problem := caught.problem:
        saved = OrganizationForm.from_saved(queries.get_organization(db, actor, organization_id))
        return render(
            request,
            "accounts/organization.html",
            form=form,
            problem=problem,
            saved=conflicting_form(problem, saved),
        )
    return redirect(PATH, _("The changes are saved."))


def _list_page(
    request: Request,
    db: Db,
    actor: Actor,
    form: OrganizationForm,
    problem: Problem | None = None,
) -> Response:
    organizations = queries.list_organizations(db, actor)
    return render(
        request,
        "accounts/organizations.html",
        form=form,
        problem=problem,
        organizations=organizations,
        is_being_set_up=is_being_set_up(request, db, actor),
    )
