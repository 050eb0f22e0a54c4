"""A person's own data, for the holder of a ticket who has entered the code that was sent to the person's e-mail."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from pydantic import BaseModel

from app.database import Db
from app.errors import Invalid, Problem
from app.i18n import N_
from app.models import Registration
from app.people.values.emails import mask_email
from app.queries.personal_data.held_data import count_held_data
from app.queries.personal_data.requests import list_requests_of_person
from app.queries.registrations.registrations import get_registration_by_ticket
from app.services.personal_data.access_codes import (
    ACCESS_LIFETIME,
    find_recipient,
    is_open,
    open_with_code,
    require_access,
    send_code,
)
from app.services.personal_data.copies import Format, hand_out_by_ticket
from app.services.personal_data.requests import file_request_by_ticket
from app.web.container import container_of
from app.web.dependencies import Lang, ReadDb, Translate, Vault, WriteDb, limit_guessing
from app.web.downloads import download
from app.web.forms import catch_problem
from app.web.pages import redirect, render

router = APIRouter(
    prefix="/tiket/{code}/data", include_in_schema=False, dependencies=[Depends(limit_guessing)]
)

COOKIE = "jangkau_data"
NO_INDEX = {"x-robots-tag": "noindex"}


class CodeForm(BaseModel):
    number: str = ""


class TicketRequestForm(BaseModel):
    kind: str = ""
    note: str = ""


@router.get("")
def data_page(request: Request, db: ReadDb, code: str) -> Response:
    """Show what the holder may ask for; before the code was entered, how to get one. 404 for an unknown ticket."""
    return _page(request, db, get_registration_by_ticket(db, code))


@router.post("/kode")
def send(request: Request, db: WriteDb, vault: Vault, code: str, _: Translate) -> Response:
    """Send a code to the e-mail address of the person's record, and redirect to the page that asks for it."""
    registration = get_registration_by_ticket(db, code)
    with catch_problem(db) as caught:
        send_code(db, vault, registration)
    if problem := caught.problem:
        return _page(request, db, registration, problem)
    return redirect(_path(registration), _("A code is on its way. It is valid for 15 minutes."))


@router.post("/buka")
def enter_code(
    request: Request, db: WriteDb, vault: Vault, code: str, form: Annotated[CodeForm, Form()], _: Translate
) -> Response:
    """Open the data for this browser, for half an hour, if the code is right. A wrong one is counted and logged."""
    registration = get_registration_by_ticket(db, code)
    secret = open_with_code(db, vault, registration, form.number)
    if secret is None:
        text = N_("This code is wrong or no longer valid.")
        return _page(request, db, registration, Invalid(text, fields={"number": text}))
    response = redirect(_path(registration))
    response.set_cookie(
        COOKIE,
        secret,
        max_age=int(ACCESS_LIFETIME.total_seconds()),
        path=_path(registration),
        httponly=True,
        samesite="strict",
    )
    return response


@router.get("/salinan.{format_}")
def copy_by_ticket(
    request: Request, db: ReadDb, vault: Vault, code: str, format_: Format, _: Translate, language: Lang
) -> Response:
    """Download everything held about the person, NIK included. Logged before the first byte; 404 without the code."""
    registration = get_registration_by_ticket(db, code)
    require_access(db, registration, request.cookies.get(COOKIE))
    engine = container_of(request).engine
    return download(hand_out_by_ticket(db, engine, vault, registration, format_, _, language))


@router.post("/permintaan")
def file_request(
    request: Request, db: WriteDb, code: str, form: Annotated[TicketRequestForm, Form()], _: Translate
) -> Response:
    """Record what the holder asks about their data, and redirect to the page that lists it. 404 without the code."""
    registration = get_registration_by_ticket(db, code)
    require_access(db, registration, request.cookies.get(COOKIE))
    with catch_problem(db) as caught:
        file_request_by_ticket(db, registration, form.kind, note=form.note)
    if problem := caught.problem:
        return _page(request, db, registration, problem)
    return redirect(_path(registration), _("Your request is recorded. It is answered within 3×24 hours."))


def _path(registration: Registration) -> str:
    return f"/tiket/{registration.code}/data"


def _page(request: Request, db: Db, registration: Registration, problem: Problem | None = None) -> Response:
    settings = container_of(request).settings
    opened = is_open(db, registration, request.cookies.get(COOKIE))
    recipient = find_recipient(db, registration) if settings.sends_mail else None
    return render(
        request,
        "personal_data/ticket.html",
        problem=problem,
        headers=NO_INDEX,
        code=registration.code,
        opened=opened,
        recipient=recipient,
        # A stranger who typed a known name is not shown whose address that is.
        shown_recipient=mask_email(recipient)
        if recipient and recipient == registration.contact_email
        else "",
        privacy_contact=settings.privacy_contact,
        counts=count_held_data(db, registration.participant_id) if opened else None,
        requests=list_requests_of_person(db, registration.participant_id) if opened else (),
    )
