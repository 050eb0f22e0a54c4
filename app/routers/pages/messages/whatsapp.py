"""WhatsApp messages to the people of a session: a text to copy, and for each person a link that opens WhatsApp."""

from typing import Annotated, Literal, get_args
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from app.i18n import Translator
from app.models import RegistrationStatus
from app.permissions import Permission
from app.queries.messages.contacts import Contact
from app.queries.workshops import workshop_sessions
from app.queries.workshops.workshop_sessions import WorkshopSessionView
from app.services.messages.contacts import disclose_contacts
from app.web.container import container_of
from app.web.dependencies import CurrentActor, ReadDb, Translate, WriteDb
from app.web.forms import EmptyIsNone
from app.web.pages import render
from app.web.registrations.invitations import build_session_lines

router = APIRouter(include_in_schema=False)

MAX_TEXT_LENGTH = 1500

To = Literal["confirmed", "waitlisted", "all"]
STATUSES: dict[To, tuple[RegistrationStatus, ...]] = {
    "confirmed": (RegistrationStatus.CONFIRMED,),
    "waitlisted": (RegistrationStatus.WAITLISTED,),
    "all": (RegistrationStatus.CONFIRMED, RegistrationStatus.WAITLISTED),
}


class WhatsAppQuery(BaseModel):
    """Recipients and text. Without `to` no phone numbers are shown."""

    to: Annotated[To | None, EmptyIsNone] = Field(None, alias="kepada")
    text: str = Field("", alias="teks", max_length=MAX_TEXT_LENGTH)


@router.get("/sesi/{code}/whatsapp")
def whatsapp_page(
    request: Request,
    read_db: ReadDb,
    db: WriteDb,
    actor: CurrentActor,
    code: str,
    _: Translate,
    form: Annotated[WhatsAppQuery, Query()],
) -> Response:
    """Show the text, and with `kepada` the recipients with their phone numbers and links that open WhatsApp.

    This GET then writes to the activity log, because it shows personal data. A text that is still a suggestion is
    replaced by the one for the chosen recipients.
    """
    workshop_session = workshop_sessions.get_workshop_session_view(
        read_db, actor, code, Permission.ATTENDANCE_WRITE
    )
    to: To = form.to or "confirmed"
    text = form.text.replace("\r\n", "\n").strip()
    if text in ("", *(_suggest_text(workshop_session, recipients, _) for recipients in get_args(To))):
        text = _suggest_text(workshop_session, to, _)
    people = disclose_contacts(read_db, db, actor, code, *STATUSES[form.to]) if form.to else None
    site = container_of(request).settings.base_url
    return render(
        request,
        "messages/whatsapp.html",
        workshop_session=workshop_session,
        to=to,
        text=text,
        max_length=MAX_TEXT_LENGTH,
        people=people and [(contact, _whatsapp_url(contact, text, site, _)) for contact in people],
    )


def _suggest_text(workshop_session: WorkshopSessionView, to: To, _: Translator) -> str:
    """Return a text to begin with: an apology for a cancelled session, else a reminder for the recipients.

    "" once the session is over.
    """
    if workshop_session.cancelled_at:
        why = _("Reason: %(why)s") % {"why": workshop_session.cancelled_why}
        return "\n".join(
            (
                _("We are sorry: this session will not be held."),
                *build_session_lines(workshop_session),
                why,
            )
        )
    if workshop_session.is_over:
        return ""
    if to == "waitlisted":
        opening, closing = _("You are on the waiting list of:"), _("Your ticket says when you get a place.")
    elif to == "all":
        opening, closing = _("About:"), _("Your ticket says whether you have a place.")
    else:
        opening, closing = _("We remind you of:"), _("We look forward to seeing you.")
    return "\n".join((opening, *build_session_lines(workshop_session), closing))


def _whatsapp_url(contact: Contact, text: str, site: str, _: Translator) -> str:
    """Return the URL that opens WhatsApp with the text and the URL of the person's ticket.

    "" if their phone number is not known.
    """
    if not contact.phone:
        return ""
    ticket = _("Your ticket: %(address)s") % {"address": f"{site}/tiket/{contact.code}"}
    whole = quote(f"{text}\n\n{ticket}".strip())
    return f"https://wa.me/{contact.phone.lstrip('+')}?text={whole}"
