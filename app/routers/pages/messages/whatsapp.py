"""WhatsApp messages that staff write to the people of a session, one after the other, from a list with ticks."""

from typing import Annotated, Literal, get_args
from urllib.parse import quote

from fastapi import APIRouter, Form, Query, Request, Response
from pydantic import BaseModel, Field

from app.database import Db
from app.errors import Problem
from app.i18n import Language, Translator
from app.permissions import Actor, Permission
from app.queries.messages import whatsapp_lists as queries
from app.queries.messages.whatsapp_lists import WhatsAppRecipientView
from app.queries.workshops import workshop_sessions
from app.queries.workshops.workshop_sessions import WorkshopSessionView
from app.services.messages import whatsapp_lists as services
from app.services.messages.notes import MAX_NOTE_LENGTH
from app.services.messages.whatsapp_lists import Recipients
from app.web.container import container_of
from app.web.dependencies import CurrentActor, Lang, ReadDb, Translate, WriteDb
from app.web.forms import EmptyIsNone, catch_problem
from app.web.languages import language_of
from app.web.pages import build_url, redirect, render
from app.web.registrations.invitations import build_session_lines

router = APIRouter(prefix="/sesi/{code}/whatsapp", include_in_schema=False)

About = Literal["reminder", "changed"]


class WhatsAppForm(BaseModel):
    """Recipients and text of a new list. `about` selects the text to begin with."""

    to: Annotated[Recipients | None, EmptyIsNone] = Field(None, alias="kepada")
    text: str = Field("", alias="teks")
    about: About = Field("reminder", alias="tentang")


class ListFilter(BaseModel):
    """`only_open` leaves out the people who have been written to."""

    only_open: bool = Field(False, alias="belum")


class TickForm(ListFilter):
    """A tick: `sent` sets or removes it. `only_open` says whether the list was showing only people without a tick."""

    sent: bool = Field(alias="terkirim")


@router.get("")
def whatsapp_page(
    request: Request,
    db: ReadDb,
    actor: CurrentActor,
    code: str,
    _: Translate,
    form: Annotated[WhatsAppForm, Query()],
) -> Response:
    """Show the lists of the session, and the form for a new one, without phone numbers."""
    return _form_page(request, db, actor, code, form, _)


@router.post("")
def create_list(
    request: Request,
    db: WriteDb,
    actor: CurrentActor,
    code: str,
    form: Annotated[WhatsAppForm, Form()],
    _: Translate,
    language: Lang,
) -> Response:
    """Make a list of these people with this text, or add them to the one that has it, and redirect to it.

    A text that is still a suggestion becomes the one for the chosen recipients.
    """
    workshop_session = workshop_sessions.get_workshop_session_view(
        db, actor, code, Permission.ATTENDANCE_WRITE
    )
    text = _text_for(workshop_session, form, _, language)
    with catch_problem(db) as caught:
        whatsapp_list = services.create_list(db, actor, code, form.to or "confirmed", text)
    if problem := caught.problem:
        return _form_page(request, db, actor, code, form, _, problem)
    return redirect(f"/sesi/{code}/whatsapp/{whatsapp_list.id}")


@router.get("/{list_id}")
def list_page(
    request: Request,
    read_db: ReadDb,
    db: WriteDb,
    actor: CurrentActor,
    code: str,
    list_id: int,
    _: Translate,
    form: Annotated[ListFilter, Query()],
) -> Response:
    """Show the people of a list with their phone numbers, and for each a link that opens WhatsApp with the text.

    This GET writes to the activity log, because it shows phone numbers.
    """
    services.disclose_recipients(read_db, db, actor, code, list_id)
    return _list_page(request, read_db, actor, code, list_id, _, only_open=form.only_open)


@router.post("/{list_id}/{registration_code}")
def tick(
    request: Request,
    db: WriteDb,
    actor: CurrentActor,
    code: str,
    list_id: int,
    registration_code: str,
    _: Translate,
    form: Annotated[TickForm, Form()],
) -> Response:
    """Store that a person has been written to, or that they haven't, and redirect to the list; htmx gets it at once."""
    services.tick_recipient(db, actor, code, list_id, registration_code, sent=form.sent)
    if "hx-request" in request.headers:
        return _list_page(request, db, actor, code, list_id, _, only_open=form.only_open)
    address = build_url(f"/sesi/{code}/whatsapp/{list_id}", {"belum": form.only_open and "true"})
    return redirect(f"{address}#orang-{registration_code}")


def _form_page(
    request: Request,
    db: Db,
    actor: Actor,
    code: str,
    form: WhatsAppForm,
    _: Translator,
    problem: Problem | None = None,
) -> Response:
    workshop_session = workshop_sessions.get_workshop_session_view(
        db, actor, code, Permission.ATTENDANCE_WRITE
    )
    return render(
        request,
        "messages/whatsapp.html",
        problem=problem,
        workshop_session=workshop_session,
        to=form.to or "confirmed",
        about=form.about,
        text=form.text if problem else _text_for(workshop_session, form, _, language_of(request)),
        max_length=MAX_NOTE_LENGTH,
        counts=services.count_recipients(db, actor, code),
        lists=queries.list_whatsapp_lists(db, actor, code),
    )


def _list_page(
    request: Request, db: Db, actor: Actor, code: str, list_id: int, _: Translator, *, only_open: bool
) -> Response:
    whatsapp_list = queries.get_whatsapp_list(db, actor, code, list_id)
    people = queries.list_recipients(db, whatsapp_list)
    site = container_of(request).settings.base_url
    return render(
        request,
        "messages/whatsapp_list.html",
        workshop_session=workshop_sessions.get_workshop_session_view(
            db, actor, code, Permission.ATTENDANCE_WRITE
        ),
        whatsapp_list=whatsapp_list,
        only_open=only_open,
        total=len(people),
        sent=sum(person.sent_at is not None for person in people),
        people=[
            (person, _whatsapp_url(person, whatsapp_list.text, site, _))
            for person in people
            if not (only_open and person.sent_at)
        ],
    )


def _text_for(
    workshop_session: WorkshopSessionView, form: WhatsAppForm, _: Translator, language: Language
) -> str:
    """Return the text of the form; if it is empty or a suggestion, the suggestion for the form's recipients."""
    text = form.text.replace("\r\n", "\n").strip()
    suggestions = {
        _suggest_text(workshop_session, to, about, _, language)
        for to in get_args(Recipients)
        for about in get_args(About)
    }
    if text and text not in suggestions:
        return text
    return _suggest_text(workshop_session, form.to or "confirmed", form.about, _, language)


def _suggest_text(
    workshop_session: WorkshopSessionView, to: Recipients, about: About, _: Translator, language: Language
) -> str:
    """Return a text to begin with: an apology for a cancelled session, else a reminder for the recipients.

    With `about="changed"` it says that time or place has changed. "" once the session is over.
    """
    if workshop_session.cancelled_at:
        why = _("Reason: %(why)s") % {"why": workshop_session.cancelled_why}
        return "\n".join(
            (
                _("We are sorry: this session will not be held."),
                *build_session_lines(workshop_session, language),
                why,
            )
        )
    if workshop_session.is_over:
        return ""
    if about == "changed":
        opening = _("The time or the place of this session has changed. It is held as follows:")
        closing = _("Your ticket says whether you have a place.")
    elif to == "waitlisted":
        opening, closing = _("You are on the waiting list of:"), _("Your ticket says when you get a place.")
    elif to == "confirmed":
        opening, closing = _("We remind you of:"), _("We look forward to seeing you.")
    else:
        opening, closing = _("About:"), _("Your ticket says whether you have a place.")
    return "\n".join((opening, *build_session_lines(workshop_session, language), closing))


def _whatsapp_url(person: WhatsAppRecipientView, text: str, site: str, _: Translator) -> str:
    """Return the URL that opens WhatsApp with the text and the URL of the person's ticket.

    It says for whom it is if it goes to their kelurahan. "" if no phone number is known.
    """
    if not person.phone:
        return ""
    opening = _("For %(name)s:") % {"name": person.name} if person.via_kelurahan else ""
    ticket = _("Your ticket: %(address)s") % {"address": f"{site}/tiket/{person.code}"}
    whole = "\n\n".join(filter(None, (opening, text, ticket)))
    return f"https://wa.me/{person.phone.lstrip('+')}?text={quote(whole)}"
