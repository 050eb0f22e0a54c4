"""Propose the session to create for a list that is of no known one."""

from datetime import datetime

from sqlalchemy import or_, select, true
from sqlmodel import col

from app.database import Db
from app.i18n import utc
from app.models import Workshop, WorkshopSession
from app.people.values.nik import mask_niks
from app.permissions import Actor, Permission
from app.queries.imports.batches.batch_sessions import NewSession
from app.queries.scope import workshops_within
from app.services.workshops.workshops import MAX_TITLE_LENGTH
from app.spreadsheets import session_matching
from app.spreadsheets.session_matching import ProposedSession, SessionMatch, propose_session
from app.spreadsheets.stated_session import StatedSession

# What makes a session on the same day likely to be the list's, under another name.
_LIKELY = frozenset({"title", "similar-title", "place"})


def is_new(match: SessionMatch) -> bool:
    """Return whether a list seems to be of a session that is not there yet.

    It does not if it names one by its code, if several fit, or if one on its day has a similar title or its place: then
    a user chooses.
    """
    if match.session is not None or match.reason in {"code-other-date", "several"}:
        return False
    return not any(
        "date" in candidate.reasons and not _LIKELY.isdisjoint(candidate.reasons)
        for candidate in match.candidates
    )


def propose_new_session(
    db: Db, actor: Actor, organization_id: int | None, stated: StatedSession
) -> NewSession:
    """Return the session to create for a list by what it states, which may lack something.

    It is one of an existing workshop if one of the organization has the same title, and sessions in that year.
    """
    proposed = propose_session(stated)
    new = NewSession(
        title=mask_niks(proposed.title)[:MAX_TITLE_LENGTH],
        target_groups=proposed.target_groups,
        day=None if "day" in proposed.missing else proposed.first_day,
        starts=proposed.starts,
        ends=proposed.ends,
        venue=mask_niks(proposed.venue),
        organizer=mask_niks(proposed.organizer),
    )
    code = find_workshop(db, actor, organization_id, new)
    return NewSession(**{**vars(new), "workshop": code})


def to_proposed_session(new: NewSession) -> ProposedSession:
    """Return a new session as `session_matching` groups them into workshops."""
    return ProposedSession(
        title=new.title,
        first_day=new.day,
        last_day=new.day,
        starts=new.starts,
        ends=new.ends,
        venue=new.venue,
        organizer=new.organizer,
        target_groups=new.target_groups,
        missing=(),
    )


def find_workshop(db: Db, actor: Actor, organization_id: int | None, new: NewSession) -> str:
    """Return the code of the workshop with the title of a new session that has sessions in its year, or none yet.

    "" without one, or with several.
    """
    if not new.title or new.day is None:
        return ""
    first, next_first = (utc(datetime(year, 1, 1)) for year in (new.day.year, new.day.year + 1))  # noqa: DTZ001
    starts = col(WorkshopSession.starts_at)
    statement = (
        select(col(Workshop.code), col(Workshop.title))
        .outerjoin(WorkshopSession, col(WorkshopSession.workshop_id) == col(Workshop.id))
        .where(
            workshops_within(actor, Permission.SESSION_WRITE),
            true() if organization_id is None else col(Workshop.organization_id) == organization_id,
            col(Workshop.archived_at).is_(None),
            or_(starts.is_(None), (starts >= first) & (starts < next_first)),
        )
        .distinct()
    )
    workshops = [(code, title) for code, title in db.execute(statement)]
    return session_matching.find_workshop(new.title, workshops) or ""
