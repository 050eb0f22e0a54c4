"""The pages on which citizens find a workshop and register themselves, without an account."""

import hashlib
import secrets
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from app.database import Db
from app.errors import Conflict, Invalid, Problem, TooManyRequests
from app.i18n import N_, Language, Translator
from app.models import Channel, MessageKind, Registration
from app.permissions import CITIZEN
from app.queries import public_workshops as queries
from app.queries import reference
from app.queries.registration_standing import Standing
from app.queries.tickets import has_email
from app.services import registrations
from app.services.messages import tell
from app.services.recognition import PLEASE_CORRECT
from app.services.registering import TOLD
from app.services.registration_requests import AlreadyRegistered, Asking
from app.spreadsheets.text import collapse
from app.web.dependencies import Lang, Reader, Translate, Vault, changing
from app.web.flash import flash
from app.web.forms import render_form
from app.web.house import house_of
from app.web.limits import REGISTRATIONS, TICKETS_SENT_AGAIN, address_of
from app.web.pages import render, see
from app.web.person_form import PersonForm

router = APIRouter(include_in_schema=False)


class RegistrationForm(PersonForm):
    """`website` is a trap: people don't see it, programs that fill in every field do. `send_ticket` is the button of
    those who are registered already and have lost their ticket."""

    consent: bool = False
    request_key: str = ""
    website: str = ""
    send_ticket: bool = False

    def asking(self, language: Language) -> Asking:
        return Asking(Channel.SELF, language, consent=self.consent, request_key=self.key_of_person())

    def key_of_person(self) -> str | None:
        """The same form sent again for the same name registers once; for another name it is another registration."""
        if not self.request_key:
            return None
        return hashlib.sha256(f"{self.request_key} {collapse(self.name).casefold()}".encode()).hexdigest()

    def refuse_programs(self) -> None:
        """Says so plainly: a person whose browser filled in the trap must not believe to be registered."""
        if self.website:
            text = N_("This field must stay empty. Send the form again.")
            self.website = ""
            raise Invalid(PLEASE_CORRECT, fields={"website": text})


@router.get("/daftar")
def public_workshops_page(request: Request, look: Reader) -> Response:
    return render(request, "public/list.html", workshops=queries.public_workshops(look))


@router.get("/daftar/{workshop_code}")
def public_workshop_page(
    request: Request, look: Reader, workshop_code: str, _: Translate, language: Lang, sesi: str = ""
) -> Response:
    form = RegistrationForm(request_key=secrets.token_urlsafe(16))
    return _page(request, look, workshop_code, sesi, form, _, language)


@router.post("/daftar/{workshop_code}")
def register(
    request: Request,
    look: Reader,
    vault: Vault,
    workshop_code: str,
    form: Annotated[RegistrationForm, Form()],
    _: Translate,
    language: Lang,
    sesi: str = "",
) -> Response:
    """A refused form is shown by `look`: whoever sends too many keeps nobody else from writing.

    Committed here and not after the handler: everyone else who registers waits for it, and not for a thread besides.
    """
    house = house_of(request)
    try:
        house.limits.count(REGISTRATIONS, address_of(request))
        form.refuse_programs()
        with changing(house) as db:
            session_id, groups = queries.session_to_register_for(db, workshop_code, sesi, language)
            given, asking = form.given(groups), form.asking(language)
            made = registrations.register(db, vault, CITIZEN, session_id, given, asking)
        return see(f"/tiket/{made.code}")
    except AlreadyRegistered as found:
        problem: Problem = found
        if form.send_ticket:
            with changing(house) as db:
                return _ticket_sent(request, db, workshop_code, found.registration, _)
    except (Invalid, Conflict, TooManyRequests) as refused:
        problem = refused
    return _page(request, look, workshop_code, sesi, form, _, language, problem)


def _ticket_sent(
    request: Request, db: Db, workshop_code: str, registration: Registration, _: Translator
) -> Response:
    """It goes to the address that was given when they registered, whatever was typed now."""
    house_of(request).limits.count(TICKETS_SENT_AGAIN, registration.code)
    tell(db, TOLD.get(registration.status, MessageKind.CONFIRMED), registration)
    response = see(f"/daftar/{workshop_code}")
    flash(response, _("Your ticket is on its way to your e-mail address."))
    return response


def _page(
    request: Request,
    db: Db,
    workshop_code: str,
    session_code: str,
    form: RegistrationForm,
    _: Translator,
    language: Language,
    problem: Problem | None = None,
) -> Response:
    """The workshop with the form for one of its sessions: the one asked for, else the first that is open."""
    workshop = queries.public_workshop(db, workshop_code, language)
    return render_form(
        request,
        "public/one.html",
        form,
        _,
        problem,
        may_send_ticket=isinstance(problem, AlreadyRegistered) and has_email(db, problem.registration),
        workshop=workshop,
        chosen=_chosen(workshop.sessions, session_code),
        kelurahan=reference.kelurahan(db),
        privacy_contact=house_of(request).settings.privacy_contact,
    )


def _chosen(sessions: tuple[queries.PublicSession, ...], code: str) -> queries.PublicSession | None:
    asked_for = (held for held in sessions if held.code == code)
    is_open = (held for held in sessions if held.standing is Standing.OPEN)
    return next(asked_for, None) or next(is_open, None)
