"""The pages on which citizens find a workshop and register themselves, without an account."""

import secrets
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse

from app.database import reading
from app.errors import Conflict, Invalid, Problem, TooManyRequests
from app.i18n import N_, Language, translator
from app.models import Channel, MessageKind
from app.queries.areas import reference
from app.queries.registrations.window import Standing
from app.queries.workshops import public_workshops as queries
from app.services.messages.notifications import notify
from app.services.registrations import registrations
from app.services.registrations.recognition import PLEASE_CORRECT
from app.services.registrations.registering import TOLD
from app.services.registrations.requests import AlreadyRegistered, RegistrationRequest
from app.web.container import container_of
from app.web.dependencies import Lang, ReadDb, changing
from app.web.flash import COOKIE, FLASH_FRAGMENT, flash
from app.web.forms import form_of
from app.web.kept_pages import KeptPages
from app.web.limits import REGISTRATIONS, TICKETS_SENT_AGAIN, address_of
from app.web.pages import current_path, redirect, render
from app.web.registrations.person_form import PersonForm, key_of_person
from app.web.turns import few_at_once

router = APIRouter(include_in_schema=False)

# At a time, of each process. Whoever registers may have to wait for an import, and keeps no visitor from looking.
VISITORS = 2
REGISTERING, REGISTERING_ON_POSTGRESQL = 1, 8

# In pages that are kept it stands where each visitor's key belongs.
_KEY_PLACE = secrets.token_urlsafe(16)
_kept = KeptPages(64)


@dataclass(frozen=True)
class _Shown:
    """What the page of a workshop is made of, beside the form as it was typed."""

    workshop: queries.PublicWorkshop
    chosen: queries.PublicSession | None
    kelurahan: list[reference.KelurahanView]
    privacy_contact: str


class RegistrationForm(PersonForm):
    """`website` is a trap: people don't see it, programs that fill in every field do. `send_ticket` is the button of
    those who are registered already and have lost their ticket."""

    consent: bool = False
    request_key: str = ""
    website: str = ""
    send_ticket: bool = False

    def asking(self, language: Language) -> RegistrationRequest:
        key = key_of_person(self.request_key, self.name)
        return RegistrationRequest(Channel.SELF, language, consent=self.consent, request_key=key)

    def refuse_programs(self) -> None:
        """Says so plainly: a person whose browser filled in the trap must not believe to be registered."""
        if self.website:
            text = N_("This field must stay empty. Send the form again.")
            self.website = ""
            raise Invalid(PLEASE_CORRECT, fields={"website": text})


@router.get("/daftar")
def public_workshops_page(request: Request, look: ReadDb) -> Response:
    return render(request, "workshops/public/list.html", workshops=queries.public_workshops(look))


@router.get("/daftar/{workshop_code}")
@few_at_once(VISITORS)
def public_workshop_page(request: Request, workshop_code: str, language: Lang, sesi: str = "") -> Response:
    """An empty form, with a key of its own; what else is to be seen is the same for everyone."""
    shown, key = _shown(request, workshop_code, sesi, language), secrets.token_urlsafe(16)
    if COOKIE in request.cookies:
        return _form_page(request, shown, RegistrationForm(request_key=key), language)
    form = RegistrationForm(request_key=_KEY_PLACE)
    page = _kept.page(
        (current_path(request), language),
        shown,
        lambda: bytes(_form_page(request, shown, form, language).body),
    )
    return HTMLResponse(page.replace(_KEY_PLACE.encode(), key.encode()))


@router.post("/daftar/{workshop_code}")
@few_at_once(REGISTERING, on_postgresql=REGISTERING_ON_POSTGRESQL)
def register(
    request: Request,
    workshop_code: str,
    form: Annotated[RegistrationForm, Depends(form_of(RegistrationForm))],
    language: Lang,
    sesi: str = "",
) -> Response:
    try:
        return _registered(request, workshop_code, sesi, form, language)
    except (Invalid, Conflict, TooManyRequests) as problem:
        shown = _shown(request, workshop_code, sesi, language)
        return _form_page(request, shown, form, language, problem)


def _registered(
    request: Request, workshop_code: str, session_code: str, form: RegistrationForm, language: Language
) -> Response:
    """Committed here and not after the handler: everyone else who registers waits for it, but not for a thread too."""
    container = container_of(request)
    container.limits.count(REGISTRATIONS, address_of(request))
    form.refuse_programs()
    try:
        with changing(container) as db:
            given, asking = form.typed(), form.asking(language)
            made = registrations.register_by_page(
                db, container.vault, workshop_code, session_code, given, asking
            )
    except AlreadyRegistered as found:
        if form.send_ticket and found.address:
            return _ticket_sent(request, workshop_code, found, language)
        raise
    return redirect(f"/tiket/{made.code}")


def _ticket_sent(
    request: Request, workshop_code: str, found: AlreadyRegistered, language: Language
) -> Response:
    container, registration = container_of(request), found.registration
    container.limits.count(TICKETS_SENT_AGAIN, registration.code)
    with changing(container) as db:
        kind = TOLD.get(registration.status, MessageKind.CONFIRMED)
        notify(db, kind, registration, address=found.address)
    response = redirect(f"/daftar/{workshop_code}{FLASH_FRAGMENT}")
    _ = translator(language)
    is_sent = _("Your ticket is on its way to your e-mail address.")
    waits = _(
        "No e-mail can be sent at the moment: your ticket follows later. Ask the organizer for it until then."
    )
    flash(response, is_sent if container.settings.sends_mail else waits)
    return response


def _shown(request: Request, workshop_code: str, session_code: str, language: Language) -> _Shown:
    """Of the workshop's sessions the one asked for is chosen, else the first that is open.

    By looking alone: a form that is refused is shown again when nothing is held for it any more.
    """
    container = container_of(request)
    with reading(container.engine) as look:
        workshop = queries.public_workshop(look, workshop_code, language)
        kelurahan = reference.list_kelurahan(look)
    chosen = _chosen(workshop.sessions, session_code)
    return _Shown(workshop, chosen, kelurahan, container.settings.privacy_contact)


def _form_page(
    request: Request,
    shown: _Shown,
    form: RegistrationForm,
    language: Language,
    problem: Problem | None = None,
) -> Response:
    return render(
        request,
        "workshops/public/one.html",
        form=form,
        problem=problem,
        registered=problem if isinstance(problem, AlreadyRegistered) else None,
        **vars(shown),
    )


def _chosen(sessions: tuple[queries.PublicSession, ...], code: str) -> queries.PublicSession | None:
    asked_for = (held for held in sessions if held.code == code)
    is_open = (held for held in sessions if held.standing is Standing.OPEN)
    return next(asked_for, None) or next(is_open, None)
