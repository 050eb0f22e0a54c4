"""A citizen's ticket: shown, kept in a calendar, corrected and cancelled by whoever holds its code."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Request, Response

from app.database import Db
from app.errors import Conflict, Invalid, Problem, TooManyRequests
from app.i18n import Language, Translator, period_text
from app.permissions import CITIZEN
from app.queries.areas import reference
from app.queries.registrations import tickets as queries
from app.queries.registrations.registrations import registration_of_ticket
from app.queries.registrations.ticket_calendars import ticket_calendar
from app.reports.calendar import MEDIA_TYPE
from app.reports.qr import qr_data_uri
from app.services.registrations import registrations
from app.services.registrations.corrections import correct_registration
from app.spreadsheets.attendance.judgement import OUTSIDE
from app.web.container import container_of
from app.web.dependencies import Lang, Reader, Translate, Vault, Writer, not_guessing
from app.web.downloads import attachment
from app.web.flash import flash
from app.web.forms import render_form
from app.web.limits import REGISTRATIONS, TICKETS_SENT_AGAIN, address_of
from app.web.pages import render, see
from app.web.registrations.person_form import PersonForm

router = APIRouter(include_in_schema=False, dependencies=[Depends(not_guessing)])

# Tickets are found by those who have their address, not by search engines.
UNLISTED = {"x-robots-tag": "noindex"}


@router.get("/tiket/{code}.ics")
def calendar(request: Request, look: Reader, code: str, _: Translate, language: Lang) -> Response:
    ticket = queries.ticket(look, code, language)
    content = ticket_calendar(look, ticket, container_of(request).settings.base_url, _)
    return attachment(f"{ticket.session_code}.ics", content, MEDIA_TYPE)


@router.get("/tiket/{code}")
def ticket_page(request: Request, look: Reader, code: str, _: Translate, language: Lang) -> Response:
    ticket = queries.ticket(look, code, language)
    address = _address(request, ticket)
    return render(
        request,
        "registrations/tickets/one.html",
        headers=UNLISTED,
        ticket=ticket,
        qr=qr_data_uri(address),
        to_keep=_whatsapp(_to_keep(ticket, address, _)),
        to_invite=_whatsapp(_to_invite(request, ticket, _)),
    )


@router.get("/tiket/{code}/batal")
def cancel_page(request: Request, look: Reader, code: str, language: Lang) -> Response:
    return _cancel_page(request, queries.ticket(look, code, language))


@router.post("/tiket/{code}/batal")
def cancel(request: Request, db: Writer, code: str, _: Translate, language: Lang) -> Response:
    try:
        registrations.cancel(db, CITIZEN, registration_of_ticket(db, code))
    except Conflict as problem:
        db.rollback()
        return _cancel_page(request, queries.ticket(db, code, language), problem, problem.sentence(_))
    response = see(f"/tiket/{code}")
    flash(response, _("Your registration is cancelled. Somebody else can take the place."))
    return response


@router.get("/tiket/{code}/ubah")
def correct_page(request: Request, look: Reader, code: str, _: Translate, language: Lang) -> Response:
    ticket = queries.ticket(look, code, language)
    outside = ticket.registration.kelurahan_code is None
    form = PersonForm(
        name=ticket.registration.name_on_ticket,
        kelurahan=ticket.registration.kelurahan_code or OUTSIDE,
        outside_place=ticket.registration.place if outside else "",
        target_group=ticket.registration.target_group,
        phone=ticket.phone,
        email=ticket.email,
    )
    return _correct_page(request, look, ticket, form, _, language)


@router.post("/tiket/{code}/ubah")
def correct(
    request: Request,
    db: Writer,
    vault: Vault,
    code: str,
    form: Annotated[PersonForm, Form()],
    _: Translate,
    language: Lang,
) -> Response:
    ticket, limits = queries.ticket(db, code, language), container_of(request).limits
    given = form.given(queries.groups_to_choose_from(db, ticket, language))
    try:
        limits.count(REGISTRATIONS, address_of(request))
        if correct_registration(db, vault, CITIZEN, registration_of_ticket(db, code), given):
            limits.count(TICKETS_SENT_AGAIN, ticket.registration.code)
    except (Invalid, Conflict, TooManyRequests) as problem:
        db.rollback()
        return _correct_page(request, db, ticket, form, _, language, problem)
    response = see(f"/tiket/{code}")
    flash(response, _("The changes are saved."))
    return response


def _cancel_page(
    request: Request, ticket: queries.Ticket, problem: Problem | None = None, refusal: str = ""
) -> Response:
    return render(
        request,
        "registrations/tickets/cancel.html",
        status=problem.status if problem else 200,
        headers=UNLISTED,
        ticket=ticket,
        refusal=refusal,
    )


def _correct_page(
    request: Request,
    db: Db,
    ticket: queries.Ticket,
    form: PersonForm,
    _: Translator,
    language: Language,
    problem: Problem | None = None,
) -> Response:
    return render_form(
        request,
        "registrations/tickets/correct.html",
        form,
        _,
        problem,
        headers=UNLISTED,
        ticket=ticket,
        target_groups=queries.groups_to_choose_from(db, ticket, language),
        kelurahan=reference.kelurahan(db),
    )


def _address(request: Request, ticket: queries.Ticket) -> str:
    return f"{container_of(request).settings.base_url}/tiket/{ticket.registration.code}"


def _to_keep(ticket: queries.Ticket, address: str, _: Translator) -> str:
    return _("My ticket for %(title)s, %(time)s: %(address)s") % _told(ticket, address)


def _to_invite(request: Request, ticket: queries.Ticket, _: Translator) -> str:
    """Leads to the public page: whoever has the ticket's own address could cancel it."""
    if not ticket.public:
        return ""
    site = container_of(request).settings.base_url
    address = f"{site}/daftar/{ticket.workshop_code}?sesi={ticket.session_code}"
    return _("Join me at %(title)s, %(time)s. Register here: %(address)s") % _told(ticket, address)


def _told(ticket: queries.Ticket, address: str) -> dict[str, str]:
    time = period_text(ticket.starts_at, ticket.ends_at)
    return {"title": ticket.workshop_title, "time": time, "address": address}


def _whatsapp(text: str) -> str:
    """An address that opens WhatsApp with the text, for whomever one chooses there; empty without a text."""
    return f"https://wa.me/?text={quote(text)}" if text else ""
