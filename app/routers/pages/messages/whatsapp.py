"""Writing to a session's people by WhatsApp: a text to copy, and for each person a link that opens it."""

from typing import Annotated, Literal, get_args
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from app.i18n import Translator
from app.models import RegistrationStatus
from app.permissions import Permission
from app.queries.messages.contacts import Contact
from app.queries.workshops.workshop_sessions import WorkshopSessionView, workshop_session
from app.services.messages.contacts import list_contacts
from app.web.container import container_of
from app.web.dependencies import PageActor, Reader, Translate, Writer
from app.web.forms import EmptyIsNone
from app.web.pages import render
from app.web.registrations.invitations import about

router = APIRouter(include_in_schema=False)

LONGEST_TEXT = 1500

To = Literal["confirmed", "waitlisted", "all"]
STATUSES: dict[To, tuple[RegistrationStatus, ...]] = {
    "confirmed": (RegistrationStatus.CONFIRMED,),
    "waitlisted": (RegistrationStatus.WAITLISTED,),
    "all": (RegistrationStatus.CONFIRMED, RegistrationStatus.WAITLISTED),
}


class WhatsAppQuery(BaseModel):
    """To whom, and what; without `to` nobody's number is shown."""

    to: Annotated[To | None, EmptyIsNone] = Field(None, alias="kepada")
    text: str = Field("", alias="teks", max_length=LONGEST_TEXT)


@router.get("/sesi/{code}/whatsapp")
def whatsapp_page(
    request: Request,
    look: Reader,
    db: Writer,
    actor: PageActor,
    code: str,
    _: Translate,
    form: Annotated[WhatsAppQuery, Query()],
) -> Response:
    """Shows personal data: a GET that writes one line, of who saw it, before the first byte."""
    held = workshop_session(look, actor, code, Permission.ATTENDANCE_WRITE)
    to: To = form.to or "confirmed"
    text = form.text.replace("\r\n", "\n").strip()
    if text in ("", *(_first_text(held, one, _) for one in get_args(To))):
        text = _first_text(held, to, _)
    people = list_contacts(look, db, actor, code, *STATUSES[form.to]) if form.to else None
    site = container_of(request).settings.base_url
    return render(
        request,
        "messages/whatsapp.html",
        held=held,
        to=to,
        text=text,
        longest=LONGEST_TEXT,
        people=people and [(one, _address(one, text, site, _)) for one in people],
    )


def _first_text(held: WorkshopSessionView, to: To, _: Translator) -> str:
    """What is true of the session and of those written to; empty once it is over. It is changed before it is sent."""
    if held.cancelled_at:
        why = _("Reason: %(why)s") % {"why": held.cancelled_why}
        return "\n".join((_("We are sorry: this session will not be held."), *about(held), why))
    if held.is_over:
        return ""
    if to == "waitlisted":
        opening, closing = _("You are on the waiting list of:"), _("Your ticket says when you get a place.")
    elif to == "all":
        opening, closing = _("About:"), _("Your ticket says whether you have a place.")
    else:
        opening, closing = _("We remind you of:"), _("We look forward to seeing you.")
    return "\n".join((opening, *about(held), closing))


def _address(contact: Contact, text: str, site: str, _: Translator) -> str:
    """Opens WhatsApp for that person, with the text and their own ticket; empty where no number is known."""
    if not contact.phone:
        return ""
    ticket = _("Your ticket: %(address)s") % {"address": f"{site}/tiket/{contact.code}"}
    whole = quote(f"{text}\n\n{ticket}".strip())
    return f"https://wa.me/{contact.phone.lstrip('+')}?text={whole}"
