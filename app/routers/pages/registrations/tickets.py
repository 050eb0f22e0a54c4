"""A citizen's ticket: show, add to a calendar, correct and cancel, for anyone who has its code."""

from dataclasses import replace
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Request, Response
from pydantic import BaseModel, Field

from app.database import Db
from app.errors import Invalid, Problem
from app.i18n import N_, Language, Translator, long_period_text
from app.people.values.outside_places import OUTSIDE
from app.people.values.phones import format_phone
from app.permissions import CITIZEN
from app.queries.areas import reference
from app.queries.registrations import tickets as queries
from app.queries.registrations.registrations import get_registration_by_ticket
from app.reports.calendar import MEDIA_TYPE
from app.reports.qr import qr_data_uri
from app.services.limits import count_use
from app.services.registrations import registrations
from app.services.registrations.confirmations import confirm_contact, send_contact_code
from app.services.registrations.corrections import correct_registration
from app.services.registrations.requests import parse_group_answer
from app.web.container import container_of
from app.web.dependencies import Lang, ReadDb, Translate, Vault, WriteDb, limit_guessing
from app.web.downloads import attachment
from app.web.forms import catch_problem
from app.web.limits import CORRECTIONS, TICKETS_SENT_AGAIN, counting_use
from app.web.pages import redirect, render
from app.web.registrations.person_form import PersonForm

router = APIRouter(include_in_schema=False, dependencies=[Depends(limit_guessing)])


class CodeForm(BaseModel):
    """The code that was sent to the ticket's e-mail address."""

    code: str = Field("", max_length=20)


# Search engines must not list tickets.
NO_INDEX = {"x-robots-tag": "noindex"}


@router.get("/tiket/{code}.ics")
def ticket_calendar(request: Request, db: ReadDb, code: str, _: Translate, language: Lang) -> Response:
    """Download the session of a ticket as a calendar file. 404 for an unknown ticket."""
    ticket = queries.get_ticket(db, code, language)
    content = queries.render_ticket_calendar(db, ticket, container_of(request).settings.base_url, _)
    return attachment(f"{ticket.session_code}.ics", content, MEDIA_TYPE)


@router.get("/tiket/{code}")
def ticket_page(request: Request, db: ReadDb, code: str, _: Translate, language: Lang) -> Response:
    """Show a ticket with its QR code. 404 for an unknown one, 429 after too many of them."""
    return _ticket_page(request, queries.get_ticket(db, code, language), _, language)


def _ticket_page(
    request: Request,
    ticket: queries.Ticket,
    _: Translator,
    language: Language,
    problem: Problem | None = None,
) -> Response:
    address = _ticket_url(request, ticket)
    return render(
        request,
        "registrations/tickets/one.html",
        problem=problem,
        headers=NO_INDEX,
        ticket=ticket,
        qr=qr_data_uri(address),
        to_keep=_whatsapp_url(_keep_text(ticket, address, _, language)),
        to_invite=_whatsapp_url(_invite_text(request, ticket, _, language)),
    )


@router.post("/tiket/{code}/kode")
def send_code(
    request: Request, db: WriteDb, vault: Vault, code: str, _: Translate, language: Lang
) -> Response:
    """Send a code to the ticket's e-mail address, and redirect to the ticket. Such mails are limited by ticket."""
    with catch_problem(db) as caught:
        registration = get_registration_by_ticket(db, code)
        send_contact_code(db, vault, registration)
        count_use(db, TICKETS_SENT_AGAIN, registration.code)  # after the registration's lock, as in `correct`
    if problem := caught.problem:
        return _ticket_page(request, queries.get_ticket(db, code, language), _, language, problem)
    return redirect(f"/tiket/{code}#surel", _("The code is on its way to your e-mail address."))


@router.post("/tiket/{code}/surel")
def confirm_email(
    request: Request,
    db: WriteDb,
    vault: Vault,
    code: str,
    form: Annotated[CodeForm, Form()],
    _: Translate,
    language: Lang,
) -> Response:
    """Confirm the ticket's e-mail address by the code that was sent there, and redirect to the ticket.

    A wrong code is counted, and the ticket says that it is wrong.
    """
    problem: Problem | None = None
    with catch_problem(db) as caught:
        if not confirm_contact(db, vault, get_registration_by_ticket(db, code), form.code):
            text = N_(
                "This is not the code that was sent. Look at the newest e-mail, or have a new code sent."
            )
            problem = Invalid(text, fields={"code": text})
    if problem := caught.problem or problem:
        return _ticket_page(request, queries.get_ticket(db, code, language), _, language, problem)
    return redirect(f"/tiket/{code}", _("Your e-mail address is confirmed."))


@router.get("/tiket/{code}/batal")
def cancel_page(request: Request, db: ReadDb, code: str, language: Lang) -> Response:
    """Ask whether to cancel the registration of a ticket."""
    return _cancel_page(request, queries.get_ticket(db, code, language))


@router.post("/tiket/{code}/batal")
def cancel(request: Request, db: WriteDb, code: str, _: Translate, language: Lang) -> Response:
    """Cancel the registration of a ticket, and redirect to the ticket.

    Once the session has begun the page says that it is too late.
    """
    with catch_problem(db) as caught:
        registrations.cancel_registration(db, CITIZEN, get_registration_by_ticket(db, code))
    if problem := caught.problem:
        return _cancel_page(request, queries.get_ticket(db, code, language), problem)
    return redirect(f"/tiket/{code}", _("Your registration is cancelled. Somebody else can take the place."))


@router.get("/tiket/{code}/ubah")
def correct_page(request: Request, db: ReadDb, code: str, language: Lang) -> Response:
    """Show the form to correct what a ticket says, filled with what it says."""
    ticket = queries.get_ticket(db, code, language)
    outside = ticket.registration.kelurahan_code is None
    form = PersonForm(
        name=ticket.registration.name_on_ticket,
        kelurahan=ticket.registration.kelurahan_code or OUTSIDE,
        outside_place=ticket.registration.place if outside else "",
        target_group=ticket.registration.target_group,
        phone=format_phone(ticket.phone),
        email=ticket.email,
    )
    return _correct_page(request, db, ticket, form, language)


@router.post("/tiket/{code}/ubah")
def correct(
    request: Request,
    db: WriteDb,
    vault: Vault,
    code: str,
    form: Annotated[PersonForm, Form()],
    _: Translate,
    language: Lang,
) -> Response:
    """Correct what a ticket says, and redirect to the ticket. A new e-mail address gets the ticket by mail.

    Corrections and such mails are limited by ticket. If a limit is reached or values are wrong, nothing
    is saved and the form is shown again.
    """
    ticket = queries.get_ticket(db, code, language)
    engine = container_of(request).engine
    with catch_problem(db) as caught, counting_use(engine, db, CORRECTIONS, ticket.registration.code):
        question = queries.get_question_of_ticket(db, ticket, language)
        group = parse_group_answer(form.target_group, question)
        person = replace(form.person_input(), target_group=group)
        if correct_registration(db, vault, CITIZEN, get_registration_by_ticket(db, code), person):
            count_use(db, TICKETS_SENT_AGAIN, ticket.registration.code)
    if problem := caught.problem:
        return _correct_page(request, db, ticket, form, language, problem)
    return redirect(f"/tiket/{code}", _("The changes are saved."))


def _cancel_page(request: Request, ticket: queries.Ticket, problem: Problem | None = None) -> Response:
    return render(
        request,
        "registrations/tickets/cancel.html",
        problem=problem,
        headers=NO_INDEX,
        ticket=ticket,
    )


def _correct_page(
    request: Request,
    db: Db,
    ticket: queries.Ticket,
    form: PersonForm,
    language: Language,
    problem: Problem | None = None,
) -> Response:
    return render(
        request,
        "registrations/tickets/correct.html",
        form=form,
        problem=problem,
        headers=NO_INDEX,
        ticket=ticket,
        question=queries.get_question_of_ticket(db, ticket, language),
        kelurahan=reference.list_kelurahan(db),
    )


def _ticket_url(request: Request, ticket: queries.Ticket) -> str:
    """Return the URL of the ticket, which its QR code contains."""
    return f"{container_of(request).settings.base_url}/tiket/{ticket.registration.code}"


def _keep_text(ticket: queries.Ticket, address: str, _: Translator, language: Language) -> str:
    """Return the text by which people send themselves the URL of their ticket."""
    return _("My ticket for %(title)s, %(time)s: %(address)s") % _text_params(ticket, address, language)


def _invite_text(request: Request, ticket: queries.Ticket, _: Translator, language: Language) -> str:
    """Return a text to invite others to the session; "" if the workshop has no public page.

    It has the URL of the public page, not of the ticket: anyone who has that could cancel it.
    """
    if not ticket.public:
        return ""
    site = container_of(request).settings.base_url
    address = f"{site}/daftar/{ticket.workshop_code}?sesi={ticket.session_code}"
    return _("Join me at %(title)s, %(time)s. Register here: %(address)s") % _text_params(
        ticket, address, language
    )


def _text_params(ticket: queries.Ticket, address: str, language: Language) -> dict[str, str]:
    """Return title, time and the URL `address`, to fill in a text about the ticket's session."""
    time = long_period_text(ticket.starts_at, ticket.ends_at, language)
    return {"title": ticket.workshop_title, "time": time, "address": address}


def _whatsapp_url(text: str) -> str:
    """Return the URL that opens WhatsApp with the text, to choose a recipient there; "" for an empty text."""
    return f"https://wa.me/?text={quote(text)}" if text else ""
