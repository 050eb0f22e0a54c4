"""The pages on which citizens find a workshop and register themselves, without an account."""

import secrets
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from app.database import Db, reading
from app.errors import Conflict, Invalid, Problem, TooManyRequests
from app.i18n import N_, Language, Translator
from app.models import Channel, MessageKind, Registration
from app.permissions import CITIZEN
from app.queries.areas import reference
from app.queries.registrations.window import RegistrationWindow
from app.queries.workshops import public_workshops as queries
from app.services.messages.notifications import tell
from app.services.registration_writing import TOLD
from app.services.registrations import registrations
from app.services.registrations.recognition import PLEASE_CORRECT
from app.services.registrations.requests import AlreadyRegistered, RegistrationRequest
from app.web.container import Container, container_of
from app.web.dependencies import Lang, Reader, Translate, changing
from app.web.flash import PLACE, flash
from app.web.forms import render_form
from app.web.limits import REGISTRATIONS, TICKETS_SENT_AGAIN, address_of
from app.web.pages import render, see
from app.web.registrations.person_form import PersonForm, key_of_person

router = APIRouter(include_in_schema=False)


class RegistrationForm(PersonForm):
    """`website` is a trap: people don't see it, programs that fill in every field do. `send_ticket` is the button for
    people who are registered already and have lost their ticket."""

    consent: bool = False
    request_key: str = ""
    website: str = ""
    send_ticket: bool = False

    def registration_request(self, language: Language) -> RegistrationRequest:
        key = key_of_person(self.request_key, self.name)
        return RegistrationRequest(Channel.SELF, language, consent=self.consent, request_key=key)

    def refuse_programs(self) -> None:
        """Raise `Invalid` if the trap is filled in; said plainly, for it may have been a person's browser."""
        if self.website:
            text = N_("This field must stay empty. Send the form again.")
            self.website = ""
            raise Invalid(PLEASE_CORRECT, fields={"website": text})


@router.get("/daftar")
def public_workshops_page(request: Request, look: Reader) -> Response:
    return render(request, "workshops/public/list.html", workshops=queries.public_workshops(look))


@router.get("/daftar/{workshop_code}")
def public_workshop_page(
    request: Request, look: Reader, workshop_code: str, language: Lang, _: Translate, sesi: str = ""
) -> Response:
    """An empty form with a key of its own."""
    form = RegistrationForm(request_key=secrets.token_urlsafe(16))
    return _page(request, look, workshop_code, sesi, form, language, _)


@router.post("/daftar/{workshop_code}")
def register(
    request: Request,
    workshop_code: str,
    form: Annotated[RegistrationForm, Form()],
    language: Lang,
    _: Translate,
    sesi: str = "",
) -> Response:
    """Registers in a transaction of its own, committed here: a `Writer` would hold its locks until a thread is free."""
    container = container_of(request)
    try:
        container.limits.count(REGISTRATIONS, address_of(request))
        form.refuse_programs()
        try:
            with changing(container) as db:
                workshop_session = queries.public_session(db, workshop_code, sesi)
                registration = registrations.register(
                    db,
                    container.vault,
                    CITIZEN,
                    workshop_session.id,
                    form.person_input(),
                    form.registration_request(language),
                )
        except AlreadyRegistered as known:
            if not (form.send_ticket and known.address):
                raise
            return _send_ticket(container, workshop_code, known.registration, known.address, _)
    except (Invalid, Conflict, TooManyRequests) as problem:
        with reading(container.engine) as read_db:
            return _page(request, read_db, workshop_code, sesi, form, language, _, problem)
    return see(f"/tiket/{registration.code}")


def _send_ticket(
    container: Container, workshop_code: str, registration: Registration, address: str, _: Translator
) -> Response:
    container.limits.count(TICKETS_SENT_AGAIN, registration.code)
    with changing(container) as db:
        tell(db, TOLD.get(registration.status, MessageKind.CONFIRMED), registration, address=address)
    response = see(f"/daftar/{workshop_code}{PLACE}")
    is_sent = _("Your ticket is on its way to your e-mail address.")
    waits = _(
        "No e-mail can be sent at the moment: your ticket follows later. Ask the organizer for it until then."
    )
    flash(response, is_sent if container.settings.sends_mail else waits)
    return response


def _page(
    request: Request,
    db: Db,
    workshop_code: str,
    session_code: str,
    form: RegistrationForm,
    language: Language,
    _: Translator,
    problem: Problem | None = None,
) -> Response:
    """The workshop with the form for the session asked for, or else for the first that is open."""
    workshop = queries.public_workshop(db, workshop_code, language)
    return render_form(
        request,
        "workshops/public/one.html",
        form,
        _,
        problem,
        registered=problem if isinstance(problem, AlreadyRegistered) else None,
        workshop=workshop,
        chosen=_chosen(workshop.sessions, session_code),
        kelurahan=reference.kelurahan(db),
        privacy_contact=container_of(request).settings.privacy_contact,
    )


def _chosen(sessions: tuple[queries.PublicSession, ...], code: str) -> queries.PublicSession | None:
    asked_for = (held for held in sessions if held.code == code)
    is_open = (held for held in sessions if held.window is RegistrationWindow.OPEN)
    return next(asked_for, None) or next(is_open, None)
