"""Writing to a session's people by WhatsApp: a text to copy, and for each person a link that opens it."""

from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from app.i18n import Translator
from app.models import RegistrationStatus
from app.permissions import Permission
from app.queries.contacts import Contact
from app.queries.workshop_sessions import WorkshopSessionView, workshop_session
from app.services.contacts import list_contacts
from app.web.dependencies import PageActor, Reader, Translate, Writer
from app.web.forms import EmptyIsNone
from app.web.house import house_of
from app.web.invitations import about
from app.web.pages import render

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
    text = form.text.replace("\r\n", "\n").strip() or _first_text(held, _)
    people = list_contacts(look, db, actor, code, *STATUSES[form.to]) if form.to else None
    site = house_of(request).settings.base_url
    return render(
        request,
        "messages/whatsapp.html",
        held=held,
        to=form.to or "confirmed",
        text=text,
        longest=LONGEST_TEXT,
        people=people and [(one, _address(one, text, site, _)) for one in people],
    )


def _first_text(held: WorkshopSessionView, _: Translator) -> str:
    """What a text may begin with; it is changed before it is sent."""
    return "\n".join((_("We remind you of:"), *about(held), _("We look forward to seeing you.")))


def _address(contact: Contact, text: str, site: str, _: Translator) -> str:
    """Opens WhatsApp for that person, with the text and their own ticket; empty where no number is known."""
    if not contact.phone:
        return ""
    ticket = _("Your ticket: %(address)s") % {"address": f"{site}/tiket/{contact.code}"}
    whole = quote(f"{text}\n\n{ticket}")
    return f"https://wa.me/{contact.phone.lstrip('+')}?text={whole}"
