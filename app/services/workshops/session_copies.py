"""Holding a session once more: the same settings at another time."""

from dataclasses import replace
from datetime import datetime

from app.database import Db
from app.errors import Invalid
from app.i18n import N_
from app.models import WorkshopSession
from app.permissions import Actor, Permission
from app.queries.workshops.workshop_sessions import workshop_session
from app.services.workshops.workshop_sessions import create_workshop_session, workshop_session_input


def copy_session(
    db: Db, actor: Actor, code: str, new_code: str, new_starts: datetime | None
) -> WorkshopSession:
    """A session with the settings of `code` that starts at `new_starts` (WITA) and lasts as long.

    Where registration had times of its own they stay as far from the start as they were. Nobody is copied.
    """
    found = workshop_session(db, actor, code, Permission.SESSION_WRITE)
    said = workshop_session_input(found)
    if new_starts is None:
        raise Invalid(
            N_("Please correct the marked fields."),
            fields={"starts": N_("The start needs a date and a time.")},
        )

    def moved(moment: datetime | None) -> datetime | None:
        return moment + (new_starts - said.starts) if moment and said.starts else None

    moved_said = replace(
        said,
        starts=new_starts,
        ends=moved(said.ends),
        registration_opens=moved(said.registration_opens),
        registration_closes=moved(said.registration_closes),
    )
    return create_workshop_session(db, actor, found.workshop_code, new_code, moved_said)
