"""Says on a page, before something is done, who will be told of it and how (`messages/reach.html`)."""

from dataclasses import dataclass

from fastapi import Request

from app.queries.messages.contacts import Reach
from app.web.container import container_of


@dataclass(frozen=True)
class ReachNote:
    """How some people are told, and which of it happens by itself: whether a mail server and a gateway are set up."""

    reach: Reach
    sends_mail: bool
    sends_whatsapp: bool


def build_reach_note(request: Request, reach: Reach) -> ReachNote:
    """Return what `messages/reach.html` takes as `told`."""
    settings = container_of(request).settings
    return ReachNote(reach, settings.sends_mail, settings.sends_whatsapp)
