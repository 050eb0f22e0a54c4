"""What a delegation link opens: a kelurahan's staff register their people, all or nothing, without an account."""

from itertools import zip_longest
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from pydantic import BaseModel

from app.database import Db
from app.errors import Conflict, Invalid, Problem, TooManyRequests
from app.i18n import N_, Language, Translator
from app.models import Channel, DelegationLink
from app.permissions import CITIZEN
from app.queries.registrations import delegation_links as queries
from app.queries.registrations.registrations import registration_of_link, registration_view
from app.queries.workshops.public_workshops import groups_of_session
from app.services.registrations import registrations
from app.services.registrations.delegation_links import cancel_by_link, link_of_address
from app.services.registrations.recognition import PersonInput
from app.services.registrations.requests import (
    AlreadyRegistered,
    NoPlaces,
    RegistrationRequest,
    offered_group,
)
from app.web.container import container_of
from app.web.dependencies import Lang, Reader, Translate, Vault, Writer, not_guessing
from app.web.flash import PLACE, flash
from app.web.limits import REGISTRATIONS, address_of
from app.web.pages import render, see

router = APIRouter(include_in_schema=False, dependencies=[Depends(not_guessing)])

UNLISTED = {"x-robots-tag": "noindex"}
ROWS = 5
MOST_ROWS = 100


class Delegate(BaseModel):
    """One row of the form."""

    name: str = ""
    target_group: str = ""
    rt: str = ""
    phone: str = ""

    @property
    def is_blank(self) -> bool:
        return not any(value.strip() for value in (self.name, self.rt, self.phone))


class DelegationForm(BaseModel):
    """The columns of the form, each with one entry a row; `more` is the button that asks for more rows."""

    name: list[str] = []
    target_group: list[str] = []
    rt: list[str] = []
    phone: list[str] = []
    more: str = ""

    def delegates(self) -> list[Delegate]:
        """Those who are named, without the rows that were left blank."""
        columns = zip_longest(self.name, self.target_group, self.rt, self.phone, fillvalue="")
        rows = (
            Delegate(name=name, target_group=group, rt=rt, phone=phone) for name, group, rt, phone in columns
        )
        return [row for row in rows if not row.is_blank]


@router.get("/delegasi/{signed}")
def delegation_page(request: Request, look: Reader, signed: str, _: Translate, language: Lang) -> Response:
    link = _link(request, look, signed)
    return _page(request, look, link, [], _, language)


@router.post("/delegasi/{signed}")
def register_delegation(
    request: Request,
    db: Writer,
    vault: Vault,
    signed: str,
    form: Annotated[DelegationForm, Form()],
    _: Translate,
    language: Lang,
) -> Response:
    link = _link(request, db, signed)
    delegates = form.delegates()
    if form.more:
        return _page(request, db, link, delegates, _, language, rows=len(form.name) + ROWS)
    try:
        container_of(request).limits.count(REGISTRATIONS, address_of(request))
        registered = registrations.register_delegation(
            db,
            vault,
            CITIZEN,
            link.workshop_session_id,
            _people(db, link, delegates, language),
            RegistrationRequest(Channel.DELEGATION, language, delegation_link_id=link.id),
        )
    except (Invalid, Conflict, TooManyRequests) as problem:
        db.rollback()
        return _page(request, db, link, delegates, _, language, problem)
    response = see(f"/delegasi/{signed}{PLACE}")
    flash(response, _("%(count)s people are registered.") % {"count": len(registered)})
    return response


@router.get("/delegasi/{signed}/batal/{code}")
def cancel_page(request: Request, look: Reader, signed: str, code: str, language: Lang) -> Response:
    link = _link(request, look, signed)
    return render(
        request,
        "registrations/delegations/cancel.html",
        headers=UNLISTED,
        signed=signed,
        registration=registration_view(look, registration_of_link(look, link, code)),
    )


@router.post("/delegasi/{signed}/batal/{code}")
def cancel(request: Request, db: Writer, signed: str, code: str, _: Translate) -> Response:
    cancel_by_link(db, _link(request, db, signed), code)
    response = see(f"/delegasi/{signed}")
    flash(response, _("The registration is cancelled."))
    return response


def _link(request: Request, db: Db, signed: str) -> DelegationLink:
    return link_of_address(db, container_of(request).settings.secret, signed)


def _people(db: Db, link: DelegationLink, delegates: list[Delegate], language: Language) -> list[PersonInput]:
    """Everyone comes from the link's kelurahan, whatever was sent."""
    if not delegates:
        raise Invalid(N_("Fill in at least one name."))
    offered = [group.code for group in groups_of_session(db, link.workshop_session_id, language)]
    return [
        PersonInput(
            name=one.name,
            kelurahan=link.kelurahan_code,
            target_group=offered_group(one.target_group, offered),
            rt=one.rt,
            phone=one.phone,
        )
        for one in delegates
    ]


def _page(
    request: Request,
    db: Db,
    link: DelegationLink,
    delegates: list[Delegate],
    _: Translator,
    language: Language,
    problem: Problem | None = None,
    rows: int = ROWS,
) -> Response:
    shown = queries.delegation(db, link, language)
    if shown.left is not None:
        rows = min(rows, shown.left)
    blank = min(rows, MOST_ROWS) - len(delegates)
    return render(
        request,
        "registrations/delegations/delegation.html",
        status=problem.status if problem else 200,
        headers=UNLISTED,
        delegation=shown,
        delegates=[*delegates, *(Delegate() for _row in range(blank))],
        refusal=problem.sentence(_) if problem else "",
        errors=_errors(problem, _) if problem else {},
    )


def _errors(problem: Problem, _: Translator) -> dict[str, str]:
    """What is wrong beside which field: "2.name" is the name in the second row."""
    match problem:
        case Invalid():
            return problem.field_sentences(_)
        case NoPlaces():
            no_place = _("There is no place left for this person.")
            return {f"{number}.name": no_place for number in problem.numbers}
        case AlreadyRegistered():
            return {f"{problem.number}.name": problem.sentence(_)}
        case Conflict(code="duplicate"):
            return {f"{problem.params['number']}.name": problem.sentence(_)}
        case _other:
            return {}
