"""People who got a place from the waiting list and whom staff have to tell by hand."""

from collections.abc import Collection

from app.database import Db
from app.i18n import Language, Translator
from app.models import RegistrationStatus, WhatsAppList
from app.permissions import Actor
from app.queries.messages.contacts import list_contacts
from app.queries.workshops.workshop_sessions import get_workshop_session_view
from app.services.messages.whatsapp_lists import list_people_to_tell
from app.web.registrations.invitations import build_session_lines


def list_waiting(db: Db, actor: Actor, session_code: str) -> set[str]:
    """Return the codes of the registrations on a session's waiting list.

    Raises `NotFound` if the session is out of the actor's scope for recording attendance.
    """
    return {
        contact.code for contact in list_contacts(db, actor, session_code, [RegistrationStatus.WAITLISTED])
    }


def list_moved_up(
    db: Db, actor: Actor, session_code: str, waited: Collection[str], _: Translator, language: Language
) -> WhatsAppList | None:
    """Return the list of those who waited and have a place now and to whom nothing is sent automatically.

    `waited` is what `list_waiting` returned before. None if there is nobody of this kind. Raises `Forbidden` without
    `ATTENDANCE_WRITE`, and `NotFound` if the session is out of the actor's scope.
    """
    confirmed = list_contacts(db, actor, session_code, [RegistrationStatus.CONFIRMED])
    moved_up = {contact.code for contact in confirmed} & set(waited)
    lines = build_session_lines(get_workshop_session_view(db, actor, session_code), language)
    text = "\n".join((_("You have got a place:"), *lines))
    return list_people_to_tell(db, actor, session_code, moved_up, text)
