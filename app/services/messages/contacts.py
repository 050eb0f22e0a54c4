"""Give the phone numbers of a session's people to staff, with an entry in the activity log."""

from app.database import Db
from app.models import RegistrationStatus
from app.permissions import Actor, Permission
from app.queries.messages.contacts import Contact, list_contacts
from app.services.activities import log_activity


def disclose_contacts(
    read_db: Db, db: Db, actor: Actor, session_code: str, *statuses: RegistrationStatus
) -> list[Contact]:
    """Return a session's people with one of these statuses, with full phone numbers, and log that the actor saw them.

    They are sorted by name; `phone` is "" if none is known. Raises `Forbidden` without `ATTENDANCE_WRITE`, and
    `NotFound` if the session is out of the actor's scope.
    """
    actor.require(Permission.ATTENDANCE_WRITE)
    contacts = list_contacts(read_db, actor, session_code, statuses)
    log_activity(db, actor, "list-phones", "session", session_code, after={"status": list(statuses)})
    return contacts
