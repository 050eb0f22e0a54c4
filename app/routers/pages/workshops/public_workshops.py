"""The pages on which citizens find a workshop and register themselves, without an account."""

import secrets
from collections.abc import Sequence
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from pydantic import BaseModel

from app.database import Db
from app.errors import PLEASE_CORRECT, Conflict, Invalid, Problem
from app.i18n import N_, Language, Translator, month_text, wita
from app.models import Channel, MessageKind, Registration
from app.permissions import CITIZEN
from app.queries.areas import reference
from app.queries.privacy.notices import get_current_notice
from app.queries.registrations.window import RegistrationWindow
from app.queries.workshops import public_workshops as queries
from app.queries.workshops.public_schedule import list_workshops_beside
from app.services.limits import count_use
from app.services.messages.notifications import notify
from app.services.registrations import registrations
from app.services.registrations.requests import (
    AlreadyRegistered,
    RegistrationRequest,
    WorkshopNotForPerson,
)
from app.services.registrations.writer import MESSAGE_KINDS
from app.web.container import container_of
from app.web.dependencies import Lang, ReadDb, Translate, Vault, changing
from app.web.flash import FLASH_FRAGMENT
from app.web.forms import catch_problem
from app.web.limits import REGISTRATIONS, TICKETS_SENT_AGAIN, address_of, counting_use
from app.web.pages import redirect, render
from app.web.registrations.person_form import PersonForm, build_request_key
from app.web.workshops.months import month_param, parse_month

router = APIRouter(include_in_schema=False)

# A list of fewer sessions is read faster than filtered.
MIN_FILTERED = 6

NOT_OPEN = N_(
    "Online registration is not open yet: no contact for personal data has been named. Please ask the organizer."
)


class RegistrationForm(PersonForm):
    """`website` is a trap: people don't see it, programs that fill in every field do. `send_ticket` is the button for
    people who are registered already and have lost their ticket. `notice` is the version of the privacy notice that the
    form showed."""

    consent: bool = False
    notice: str = ""
    request_key: str = ""
    website: str = ""
    send_ticket: bool = False

    def registration_request(self, language: Language) -> RegistrationRequest:
        """Return how the person registers: by themselves, with or without consent, once for this form and name."""
        key = build_request_key(self.request_key, self.name)
        return RegistrationRequest(
            Channel.SELF, language, consent=self.consent, notice=self.notice, request_key=key
        )

    def refuse_programs(self) -> None:
        """Raise `Invalid` if the trap `website` is filled in, and empty it.

        The error is a plain sentence: a person's browser may have filled it in.
        """
        if self.website:
            text = N_("This field must stay empty. Send the form again.")
            self.website = ""
            raise Invalid(PLEASE_CORRECT, fields={"website": text})


class SessionsQuery(BaseModel):
    """Which sessions of a workshop are shown: of a month such as 2026-08, at a place, only with places left.

    `sesi` is the code of the session for which the form is shown.
    """

    sesi: str = ""
    bulan: str = ""
    tempat: str = ""
    sisa: bool = False

    @property
    def is_filtered(self) -> bool:
        return bool(self.bulan or self.tempat or self.sisa)

    def filter_sessions(self, sessions: Sequence[queries.PublicSession]) -> list[queries.PublicSession]:
        """Return the sessions that match, in the same order."""
        month = parse_month(self.bulan)
        return [
            session
            for session in sessions
            if month in {None, _month(session)}
            and self.tempat in {"", session.place}
            and (session.has_places or not self.sisa)
        ]


@router.get("/daftar/{workshop_code}")
def public_workshop_page(
    request: Request,
    db: ReadDb,
    workshop_code: str,
    language: Lang,
    query: Annotated[SessionsQuery, Query()],
) -> Response:
    """Show a workshop and its sessions; with `sesi` the form for that session, if registration is open.

    404 if it has no public page.
    """
    form = RegistrationForm(request_key=secrets.token_urlsafe(16))
    return _page(request, db, workshop_code, query, form, language)


@router.post("/daftar/{workshop_code}")
def register(
    request: Request,
    read_db: ReadDb,
    vault: Vault,
    workshop_code: str,
    form: Annotated[RegistrationForm, Form()],
    language: Lang,
    _: Translate,
    sesi: str = "",
) -> Response:
    """Register a citizen for the session `sesi`, and redirect to the ticket. If that is refused, show the form again.

    With `send_ticket` a person who is registered already gets their ticket by mail instead. It commits in the handler
    instead of after it, so that others wait for its locks as briefly as possible.
    """
    with (
        changing(container_of(request)) as db,
        catch_problem(db) as caught,
        counting_use(container_of(request).engine, db, REGISTRATIONS, address_of(request)),
    ):
        form.refuse_programs()
        _require_privacy_contact(request)
        workshop_session = queries.get_public_session(db, workshop_code, sesi)
        try:
            registration = registrations.register_person(
                db,
                vault,
                CITIZEN,
                workshop_session.id,
                form.person_input(),
                form.registration_request(language),
            )
        except AlreadyRegistered as known:
            if not (form.send_ticket and known.address):
                raise
            return _send_ticket(request, db, workshop_code, known.registration, known.address, _)
    if problem := caught.problem:
        return _page(request, read_db, workshop_code, SessionsQuery(sesi=sesi), form, language, problem)
    return redirect(f"/tiket/{registration.code}")


def _month(session: queries.PublicSession) -> date:
    """Return the first day of the month in which the session begins, in WITA."""
    return wita(session.starts_at).date().replace(day=1)


def _require_privacy_contact(request: Request) -> None:
    """Raise `Conflict` (code "registration-closed") while no contact for personal data is set."""
    if not container_of(request).settings.privacy_contact:
        raise Conflict(NOT_OPEN, code="registration-closed")


def _send_ticket(
    request: Request, db: Db, workshop_code: str, registration: Registration, address: str, _: Translator
) -> Response:
    """Queue a mail with the ticket to the address, and redirect to the workshop's page, which says so.

    Raises `TooManyRequests` if the ticket was sent too often within an hour.
    """
    container = container_of(request)
    count_use(db, TICKETS_SENT_AGAIN, registration.code)
    notify(db, MESSAGE_KINDS.get(registration.status, MessageKind.CONFIRMED), registration, address=address)
    is_sent = _("Your ticket is on its way to your e-mail address.")
    waits = _(
        "No e-mail can be sent at the moment: your ticket follows later. Ask the organizer for it until then."
    )
    return redirect(
        f"/daftar/{workshop_code}{FLASH_FRAGMENT}", is_sent if container.settings.sends_mail else waits
    )


def _page(
    request: Request,
    db: Db,
    workshop_code: str,
    query: SessionsQuery,
    form: RegistrationForm,
    language: Language,
    problem: Problem | None = None,
) -> Response:
    """Return the form for the session that the query names if it is open, else the workshop's page.

    Raises `NotFound` if the workshop has no public page.
    """
    workshop = queries.get_public_workshop(db, workshop_code, language)
    requested = next((session for session in workshop.sessions if session.code == query.sesi), None)
    if requested and requested.window is RegistrationWindow.OPEN:
        return _form_page(request, db, workshop, requested, form, language, problem)
    sessions = query.filter_sessions(workshop.sessions)
    months = sorted({_month(session) for session in workshop.sessions})
    return render(
        request,
        "workshops/public/one.html",
        problem=problem,
        workshop=workshop,
        query=query,
        sessions=sessions,
        chosen=requested or queries.select_session(sessions),
        months=[(month_param(month), month_text(month, language)) for month in months],
        places=[(place, place) for place in sorted({session.place for session in workshop.sessions} - {""})],
        is_open=bool(container_of(request).settings.privacy_contact),
        not_open=NOT_OPEN,
        can_filter=len(workshop.sessions) >= MIN_FILTERED,
    )


def _form_page(
    request: Request,
    db: Db,
    workshop: queries.PublicWorkshop,
    workshop_session: queries.PublicSession,
    form: RegistrationForm,
    language: Language,
    problem: Problem | None,
) -> Response:
    """Return the page with the form for one session, or with the reason why nobody can register anywhere yet."""
    notice = get_current_notice(db)
    contact = container_of(request).settings.privacy_contact
    return render(
        request,
        "workshops/public/register.html",
        form=form,
        problem=problem,
        registered=problem if isinstance(problem, AlreadyRegistered) else None,
        others=list_workshops_beside(db, workshop.audience, language)
        if isinstance(problem, WorkshopNotForPerson)
        else None,
        workshop=workshop,
        chosen=workshop_session,
        kelurahan=reference.list_kelurahan(db),
        is_open=bool(contact),
        not_open=NOT_OPEN,
        notice=notice,
        notice_sections=notice.sections(language, organizer=workshop.organization, contact=contact),
    )
