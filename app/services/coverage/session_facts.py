"""Stores the facts of sessions, from which reports are counted (`queries.coverage.facts`)."""

from collections.abc import Sequence

from sqlalchemy import delete, func, insert, select
from sqlmodel import col

from app.database import Db
from app.models import ChangedSession, SessionFacts, WorkshopSession
from app.queries.coverage.facts import FactCodes, read_registrations
from app.queries.in_values import in_values
from app.services.locks import lock_session_facts

BATCH = 50


def store_facts(db: Db) -> int:
    """Store the facts of the next `BATCH` changed sessions, and return their number.

    The changes are read first and the registrations after them: a change that is committed in between is among the
    registrations, and its row in `changed_session` stays, so that the session is stored again.

    Needs no permission: the background work calls it.
    """
    lock_session_facts(db)
    session_ids = _list_changed_sessions(db)
    change_ids = db.scalars(
        select(col(ChangedSession.id)).where(
            in_values(db, col(ChangedSession.workshop_session_id), session_ids)
        )
    ).all()
    codes = FactCodes(db)
    facts = read_registrations(db, session_ids, codes)
    existing = db.scalars(
        select(col(WorkshopSession.id)).where(in_values(db, col(WorkshopSession.id), session_ids))
    )
    db.add_all(codes.new)
    db.flush()
    db.execute(delete(SessionFacts).where(in_values(db, col(SessionFacts.workshop_session_id), session_ids)))
    rows = [
        {"workshop_session_id": session_id, "facts": facts.get(session_id, b"")} for session_id in existing
    ]
    if rows:
        db.execute(insert(SessionFacts), rows)
    db.execute(delete(ChangedSession).where(in_values(db, col(ChangedSession.id), change_ids)))
    return len(session_ids)


def _list_changed_sessions(db: Db) -> Sequence[int]:
    """Return the ids of the `BATCH` sessions whose changes have waited longest."""
    statement = (
        select(col(ChangedSession.workshop_session_id))
        .group_by(col(ChangedSession.workshop_session_id))
        .order_by(func.min(col(ChangedSession.id)))
        .limit(BATCH)
    )
    return db.scalars(statement).all()
