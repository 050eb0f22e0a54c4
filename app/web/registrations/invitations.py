"""What organizers send to people whom they invite: the address to register at, and a text for WhatsApp."""

from fastapi import Request

from app.i18n import Translator, time_text
from app.queries.workshops.workshop_sessions import WorkshopSessionView
from app.web.container import container_of


def public_address(request: Request, workshop_code: str) -> str:
    """The page on which people register themselves for a workshop's sessions."""
    return f"{container_of(request).settings.base_url}/daftar/{workshop_code}"


def invitation(held: WorkshopSessionView, address: str, _: Translator) -> str:
    """A text to send to a group of people: what, when, where, and how to register."""
    return "\n".join((*about(held), _("Register here: %(address)s") % {"address": address}))


def about(held: WorkshopSessionView) -> list[str]:
    """What, when and where, a line each; the title in bold, as WhatsApp writes it."""
    lines = (f"*{held.workshop_title}*", time_text(held.starts_at), held.venue)
    return [line for line in lines if line]
