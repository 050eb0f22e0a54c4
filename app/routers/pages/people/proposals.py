"""The pages on which proposed changes of people's records are listed, accepted and rejected."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Query, Request, Response
from pydantic import BaseModel, Field

from app.database import Db
from app.errors import Problem
from app.i18n import N_, Translator
from app.nik_vault import NikVault
from app.people.fields import BY_KEY, MERGED_FIELDS
from app.permissions import Actor, Permission
from app.queries.people.proposals import ProposalFilters, Said, list_proposals
from app.services.people.proposals import accept_changes, reject_changes
from app.web.dependencies import CurrentActor, ReadDb, Translate, Vault, WriteDb
from app.web.forms import EmptyIsNone, catch_problem
from app.web.pages import build_url, redirect, render

router = APIRouter(include_in_schema=False)

PATH = "/usulan"
ACCEPTED = N_("Accepted: %(count)s changes are in the participants' data now.")
REJECTED = N_("Rejected: %(count)s changes. The data stays as it was.")


class ProposalQuery(BaseModel):
    """The filters of the list, and the participant that the page of it begins after."""

    person: Annotated[int | None, EmptyIsNone] = Field(None, alias="peserta")
    field: str = Field("", alias="data")
    said: Annotated[Said | None, EmptyIsNone] = Field(None, alias="dari")
    after: Annotated[int, EmptyIsNone] = Field(0, alias="sesudah", ge=0)

    @property
    def filters(self) -> ProposalFilters:
        return ProposalFilters(self.person, self.field, self.said)

    @property
    def narrows(self) -> bool:
        """Whether any filter is set."""
        return self.filters != ProposalFilters()

    def address(self, after: int = 0) -> str:
        """Return the URL of the list with these filters, after the participant with the id `after`."""
        return build_url(PATH, self.model_dump(by_alias=True) | {"sesudah": after})


Params = Annotated[ProposalQuery, Query()]


class DecisionForm(BaseModel):
    """`proposal` are the ids of the proposals to decide on, all in the same way."""

    proposal: list[int] = []
    decision: Literal["accept", "reject"]


@router.get(PATH)
def proposals_page(
    request: Request, db: ReadDb, vault: Vault, actor: CurrentActor, params: Params, _: Translate
) -> Response:
    """Show the proposals on which the actor decides. 403 if the role may not change people's records."""
    actor.require(Permission.ATTENDANCE_WRITE)
    return _page(request, db, vault, actor, params, _)


@router.post(PATH)
def decide(
    request: Request,
    db: WriteDb,
    vault: Vault,
    actor: CurrentActor,
    params: Params,
    form: Annotated[DecisionForm, Form()],
    _: Translate,
) -> Response:
    """Accept or reject one proposal, or all of one person, and redirect to the list with the same filters."""
    with catch_problem(db) as caught:
        if form.decision == "accept":
            count, text = accept_changes(db, actor, form.proposal), ACCEPTED
        else:
            count, text = reject_changes(db, actor, form.proposal), REJECTED
    if problem := caught.problem:
        return _page(request, db, vault, actor, params, _, problem)
    return redirect(params.address(), _(text) % {"count": count})


def _page(
    request: Request,
    db: Db,
    vault: NikVault,
    actor: Actor,
    params: ProposalQuery,
    _: Translator,
    problem: Problem | None = None,
) -> Response:
    page = list_proposals(db, vault, actor, params.filters, after=params.after)
    return render(
        request,
        "people/proposals.html",
        problem=problem,
        people=page.people,
        form=params,
        labels={field: _(BY_KEY[field].label) for field in MERGED_FIELDS},
        first=params.address() if params.after else "",
        following=params.address(page.following) if page.following else "",
    )
