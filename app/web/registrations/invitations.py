"""Invitations that organizers send: the URL of the workshop's public page, and a text for WhatsApp."""

from fastapi import Request

from app.i18n import Language, Translator, long_time_text
from app.queries.workshops.workshop_sessions import WorkshopSessionView
from app.web.container import container_of


def build_public_url(request: Request, workshop_code: str) -> str:
    """Return the URL of the page on which people register themselves for a workshop's sessions."""
    return f"{container_of(request).settings.base_url}/daftar/{workshop_code}"


def build_invitation_text(
    workshop_session: WorkshopSessionView, address: str, _: Translator, language: Language
) -> str:
    """Return a text to send to a group of people: what, when, where, and the `address` at which to register."""
    return "\n".join(
        (
            *build_session_lines(workshop_session, language),
            _("Register here: %(address)s") % {"address": address},
        )
    )


def build_session_lines(workshop_session: WorkshopSessionView, language: Language) -> list[str]:
    """Return title, start (WITA) and venue of a session as lines; without the venue if it has none.

    The title is bold in WhatsApp's markup.
    """
    lines = (
        f"*{workshop_session.workshop_title}*",
        long_time_text(workshop_session.starts_at, language),
        workshop_session.venue,
    )
    return [line for line in lines if line]
