"""The page of a delegation link: the staff of a kelurahan register their people, all or none, without an account."""

from itertools import zip_longest
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from pydantic import BaseModel

from app.database import Db
from app.errors import PLEASE_CORRECT, Conflict, Invalid, Problem
from app.i18n import N_, Language, Translator
from app.models import Channel, DelegationLink, WorkshopSession
from app.people.person import PersonInput
from app.permissions import CITIZEN
from app.queries.privacy.notices import get_current_notice
from app.queries.registrations import delegation_links as queries
from app.queries.registrations.registrations import get_registration_of_link, get_registration_view
from app.queries.workshops.group_question import get_group_question
from app.services.registrations import registrations
from app.services.registrations.delegation_links import get_delegation_link
from app.services.registrations.requests import (
    AlreadyRegistered,
    NotEnoughSeats,
    RegistrationRequest,
    WorkshopNotForPerson,
    parse_group_answer,
)
from app.web.container import container_of
from app.web.dependencies import Lang, ReadDb, Translate, Vault, WriteDb, limit_guessing
from app.web.flash import FLASH_FRAGMENT
from app.web.forms import catch_problem
from app.web.limits import CORRECTIONS, counting_use
from app.web.pages import redirect, render

router = APIRouter(include_in_schema=False, dependencies=[Depends(limit_guessing)])

NO_INDEX = {"x-robots-tag": "noindex"}
ROWS = 5
MAX_ROWS = 100


class Delegate(BaseModel):
    """One row of the form."""

    name: str = ""
    target_group: str = ""
    rt: str = ""
    phone: str = ""

    @property
    def is_blank(self) -> bool:
        """Whether name, RT and phone are empty; a group alone is no person."""
        return not any(value.strip() for value in (self.name, self.rt, self.phone))


class DelegationForm(BaseModel):
    """The columns of the form, each with one value per row. `more` is the button that adds empty rows.

    `informed` says that the delegates know the privacy notice, of which the form showed the version `notice`. `contact`
    is the phone number of the kelurahan's staff.
    """

    name: list[str] = []
    target_group: list[str] = []
    rt: list[str] = []
    phone: list[str] = []
    contact: str = ""
    informed: bool = False
    notice: str = ""
    more: str = ""

    def delegates(self) -> list[Delegate]:
        """Return the rows that have a name, an RT or a phone number."""
        columns = zip_longest(self.name, self.target_group, self.rt, self.phone, fillvalue="")
        rows = (
            Delegate(name=name, target_group=group, rt=rt, phone=phone) for name, group, rt, phone in columns
        )
        return [row for row in rows if not row.is_blank]


@router.get("/delegasi/{signed}")
def delegation_page(request: Request, db: ReadDb, signed: str, _: Translate, language: Lang) -> Response:
    link = _get_link(request, db, signed)
    return _page(request, db, link, [], _, language)


@router.post("/delegasi/{signed}")
def register_delegation(
    request: Request,
    db: WriteDb,
    vault: Vault,
    signed: str,
    form: Annotated[DelegationForm, Form()],
    _: Translate,
    language: Lang,
) -> Response:
    """Register all people of the form or none, and redirect to the page with an empty form.

    The button `more` registers nobody and shows the form with more rows. If anybody can't be registered, the form says
    whom and why. 404 for an unknown link, 410 for one that has expired or was revoked, 429 if it
    is sent too often.
    """
    link = _get_link(request, db, signed)
    delegates = form.delegates()
    if form.more:
        return _page(request, db, link, delegates, _, language, form=form, rows=len(form.name) + ROWS)
    engine = container_of(request).engine
    with catch_problem(db) as caught, counting_use(engine, db, CORRECTIONS, f"delegation {link.id}"):
        registered = registrations.register_delegation(
            db,
            vault,
            CITIZEN,
            link.workshop_session_id,
            _person_inputs(db, link, delegates),
            RegistrationRequest(
                Channel.DELEGATION,
                language,
                delegation_link_id=link.id,
                notice=form.notice,
                informed=form.informed,
                contact=form.contact,
            ),
        )
    if problem := caught.problem:
        return _page(request, db, link, delegates, _, language, problem, form=form)
    return redirect(
        f"/delegasi/{signed}{FLASH_FRAGMENT}",
        _("%(count)s people are registered.") % {"count": len(registered)},
    )


@router.get("/delegasi/{signed}/batal/{code}")
def cancel_page(request: Request, db: ReadDb, signed: str, code: str, language: Lang) -> Response:
    """Ask whether to cancel a registration made by this link. 404 for any other registration."""
    link = _get_link(request, db, signed)
    return render(
        request,
        "registrations/delegations/cancel.html",
        headers=NO_INDEX,
        signed=signed,
        registration=get_registration_view(db, get_registration_of_link(db, link, code)),
    )


@router.post("/delegasi/{signed}/batal/{code}")
def cancel(request: Request, db: WriteDb, signed: str, code: str, _: Translate) -> Response:
    """Cancel a registration made by this link. 404 for any other, 409 once the session has begun."""
    registration = get_registration_of_link(db, _get_link(request, db, signed), code)
    registrations.cancel_registration(db, CITIZEN, registration)
    return redirect(f"/delegasi/{signed}", _("The registration is cancelled."))


def _get_link(request: Request, db: Db, signed: str) -> DelegationLink:
    """Return the link with this signed id.

    Raises `NotFound` if the signature is wrong, `Gone` (410) if the link has expired or was revoked.
    """
    return get_delegation_link(db, container_of(request).settings.secret, signed)


def _person_inputs(db: Db, link: DelegationLink, delegates: list[Delegate]) -> list[PersonInput]:
    """Return the people to register, all of them from the link's kelurahan.

    Raises `Invalid` if there are none, and for people who belong to none of the workshop's groups.
    """
    if not delegates:
        raise Invalid(N_("Fill in at least one name."))
    workshop_id = db.get_one(WorkshopSession, link.workshop_session_id).workshop_id
    question = get_group_question(db, workshop_id, "id")
    people, errors = list[PersonInput](), dict[str, str]()
    for number, delegate in enumerate(delegates, start=1):
        try:
            group = parse_group_answer(delegate.target_group, question)
        except WorkshopNotForPerson:
            errors[f"{number}.target_group"] = N_("This workshop is not for this person.")
            continue
        people.append(
            PersonInput(
                name=delegate.name,
                kelurahan=link.kelurahan_code,
                target_group=group,
                rt=delegate.rt,
                phone=delegate.phone,
            )
        )
    if errors:
        raise Invalid(PLEASE_CORRECT, fields=errors)
    return people


def _page(
    request: Request,
    db: Db,
    link: DelegationLink,
    delegates: list[Delegate],
    _: Translator,
    language: Language,
    problem: Problem | None = None,
    *,
    form: DelegationForm | None = None,
    rows: int = ROWS,
) -> Response:
    """Return the page with the form, filled with `delegates`, and empty rows up to `rows`.

    There are at most as many rows as the kelurahan has seats left, and never more than `MAX_ROWS`, but always those
    that are filled in.
    """
    delegation = queries.get_delegation(db, link, language)
    if delegation.seats_left is not None:
        rows = min(rows, delegation.seats_left)
    blank = min(rows, MAX_ROWS) - len(delegates)
    return render(
        request,
        "registrations/delegations/delegation.html",
        problem=problem,
        headers=NO_INDEX,
        delegation=delegation,
        delegates=[*delegates, *(Delegate() for _row in range(blank))],
        errors=_errors(problem, _) if problem else {},
        contact=form.contact if form else link.contact_phone or "",
        informed=bool(form and form.informed),
        question=get_group_question(db, delegation.workshop_id, language),
        notice=get_current_notice(db),
    )


def _errors(problem: Problem, _: Translator) -> dict[str, str]:
    """Return the sentence to show beside each field; "2.name" is the name in the second row.

    Empty if the problem does not concern a row.
    """
    match problem:
        case Invalid():
            return problem.field_sentences(_)
        case NotEnoughSeats():
            no_place = _("There is no place left for this person.")
            return {f"{number}.name": no_place for number in problem.numbers}
        case AlreadyRegistered():
            return {f"{problem.number}.name": problem.sentence(_)}
        case Conflict(code="duplicate"):
            return {f"{problem.params['number']}.name": problem.sentence(_)}
        case _other:
            return {}
