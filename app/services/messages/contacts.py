"""Hands out the telephone numbers of a session's people, and says so in the activity log."""

from app.database import Db
from app.models import RegistrationStatus
from app.permissions import Actor, Permission
from app.queries.messages.contacts import Contact, contacts
from app.services.activities import log_activity


def list_contacts(
    look: Db, db: Db, actor: Actor, session_code: str, *statuses: RegistrationStatus
) -> list[Contact]:
    """The people with their numbers in full, read with `look`; `db` takes the line for the log.

    Raises `NotFound` where the session isn't within the actor's reach.
    """
    actor.require(Permission.ATTENDANCE_WRITE)
    found = contacts(look, actor, session_code, statuses)
    log_activity(db, actor, "list-phones", "session", session_code, after={"status": list(statuses)})
    return found
