"""Correct and create the sessions of lists for which there are none yet."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from app.database import Db
from app.errors import PLEASE_CORRECT, Invalid
from app.i18n import N_
from app.models import BatchList, BatchListState, SessionMode, UploadBatch, Workshop, WorkshopSession
from app.permissions import Actor, Permission
from app.queries.imports.batches.batch_sessions import NewSession
from app.queries.imports.batches.batches import list_known_sessions
from app.queries.workshops.workshop_sessions import suggest_session_code
from app.queries.workshops.workshops import get_workshop, suggest_workshop_code
from app.services.activities import log_activity
from app.services.authorization import require_permission
from app.services.imports.batches.choices import lock_lists, require_same_organization, set_session
from app.services.imports.batches.proposals import find_workshop, to_proposed_session
from app.services.imports.batches.reading import queue_reading
from app.services.locks import lock_row
from app.services.workshops.workshop_sessions import WorkshopSessionInput, create_workshop_session
from app.services.workshops.workshops import MAX_TITLE_LENGTH, WorkshopInput, create_workshop
from app.spreadsheets.session_matching import group_into_workshops, match_session
from app.spreadsheets.stated_session import stated_session_from_json

CREATED = "created"


def choose_new_session(
    db: Db, actor: Actor, batch_id: int, list_ids: Collection[int], changes: Mapping[str, Any]
) -> None:
    """Change fields of the session (`NewSession`) that is proposed for lists, for one or many at once, and log it.

    A list without a proposal gets one, and what was judged for another session is discarded.

    Raises `NotFound` for batch, list or workshop, `Forbidden` without `SESSION_WRITE`, `Invalid` for wrong fields, and
    `Conflict` if a list is not read, or saved, or the workshop is of another organization than the batch.
    """
    actor.require(Permission.SESSION_WRITE)
    lists = lock_lists(db, actor, batch_id, list_ids)
    organization_id = db.get_one(UploadBatch, batch_id).organization_id
    for one in lists:
        before = NewSession.from_json(one.new_session) if one.new_session else NewSession()
        new = replace(before, **changes)
        _check(db, actor, organization_id, new)
        set_session(db, actor, [one], None)
        one.new_session = new.to_json()
        after = new.to_json()
        log_activity(db, actor, "choose-session", "upload-batch", f"{batch_id}/{one.id}", after=after)
    db.flush()


def create_sessions(
    db: Db, actor: Actor, batch_id: int, list_ids: Collection[int] | None = None
) -> list[WorkshopSession]:
    """Create the sessions that are proposed for lists, or for all lists of the batch, and return them.

    Lists with the same title become sessions of one workshop; several lists of the same day, time and venue are of one
    session. A session that was created since the proposal, and that a list certainly is of, is used instead. All are
    logged, and the judging of the lists is queued. Lists that have a session already are passed over, so that two
    presses create once; of `None`, those whose proposal lacks something, too.

    Raises `NotFound`, `Forbidden` without `SESSION_WRITE` (and `WORKSHOP_WRITE` for a new workshop), and `Invalid` for
    wrong or missing fields. Then nothing is created.
    """
    actor.require(Permission.SESSION_WRITE)
    batch = db.get(UploadBatch, batch_id)
    organization_id = batch.organization_id if batch else None
    proposed = []
    for one in lock_lists(db, actor, batch_id, list_ids):
        if one.workshop_session_id is None and one.state is BatchListState.READ and one.new_session:
            new = NewSession.from_json(one.new_session)
            if list_ids is not None or not new.missing:
                proposed.append((one, new))
    created: list[WorkshopSession] = []
    for sessions in _group_by_workshop(_use_known_sessions(db, actor, organization_id, proposed)):
        news = [new for lists in sessions for _, new in lists]
        for new in news:
            _check(db, actor, organization_id, new, complete=True)
        workshop = _get_or_create_workshop(db, actor, organization_id, news)
        lock_row(db, Workshop, workshop.id)
        for lists in sessions:
            code = suggest_session_code(db, workshop.code)
            data = _input(lists[0][1], is_online=all(one.stated.get("is_online") for one, _ in lists))
            session = create_workshop_session(db, actor, workshop.code, code, data)
            db.flush()
            set_session(db, actor, [one for one, _ in lists], session, CREATED)
            created.append(session)
    db.flush()
    if proposed:
        queue_reading(db, batch_id)
    return created


_Proposed = tuple[BatchList, NewSession]


def _use_known_sessions(
    db: Db, actor: Actor, organization_id: int | None, proposed: Sequence[_Proposed]
) -> list[_Proposed]:
    """Set the session of the lists that are certainly of one that exists by now; return the others.

    What a user has corrected counts, and not only what the list states.
    """
    sessions = list_known_sessions(db, actor, organization_id)
    left = []
    for one, new in proposed:
        stated = stated_session_from_json(one.stated)
        corrected = replace(
            stated,
            title=new.title,
            first_day=new.day,
            last_day=new.day,
            starts=new.starts,
            ends=new.ends,
            venue=new.venue,
        )
        match = match_session(corrected, sessions)
        if match.session is not None:
            statement = select(WorkshopSession).where(col(WorkshopSession.code) == match.session)
            session = db.scalars(statement).one()
            set_session(db, actor, [one], session, match.reason)
        else:
            left.append((one, new))
    return left


def _group_by_workshop(proposed: Sequence[_Proposed]) -> list[list[list[_Proposed]]]:
    """Return the lists by workshop (the known one, or one of the same title and organizer) and by session."""
    known: defaultdict[str, list[_Proposed]] = defaultdict(list)
    for one, new in proposed:
        known[new.workshop].append((one, new))
    workshops = []
    for code, lists in known.items():
        groups = group_into_workshops([to_proposed_session(new) for _, new in lists])
        sessions = [[[lists[at] for at in session] for session in group.sessions] for group in groups]
        workshops += [[session for group in sessions for session in group]] if code else sessions
    return workshops


def _get_or_create_workshop(
    db: Db, actor: Actor, organization_id: int | None, alike: Sequence[NewSession]
) -> Workshop:
    """Return the workshop of these sessions, which may have been created since they were proposed; or a new one."""
    code = alike[0].workshop or find_workshop(db, actor, organization_id, alike[0])
    if code:
        return get_workshop(db, actor, code)
    groups = dict.fromkeys(group for new in alike for group in new.target_groups)
    year = min(new.day.year for new in alike if new.day)
    data = WorkshopInput(alike[0].title, tuple(groups))
    code = suggest_workshop_code(db, year)
    return create_workshop(db, actor, code, data, organization_id=organization_id)


def _input(new: NewSession, *, is_online: bool) -> WorkshopSessionInput:
    """Return a complete proposal as the input of the session's form. `is_online`: its lists are of online meetings."""
    day, starts, ends = new.day, new.starts, new.ends
    return WorkshopSessionInput(
        starts=datetime.combine(day, starts) if day and starts else None,
        ends=datetime.combine(day, ends) if day and ends else None,
        venue=new.venue,
        mode=SessionMode.DARING if is_online else SessionMode.LURING,
    )


def _check(
    db: Db, actor: Actor, organization_id: int | None, new: NewSession, *, complete: bool = False
) -> None:
    """Raise `Invalid` for wrong fields, or for missing ones if it must be `complete`.

    Raises `NotFound` or `Forbidden` for a workshop to which the actor may not add sessions, and `Conflict` for one of
    another organization than the batch's.
    """
    errors = {}
    if len(new.title) > MAX_TITLE_LENGTH:
        errors["title"] = N_("A title has at most 200 characters.")
    if new.starts and new.ends and new.ends <= new.starts:
        errors["ends"] = N_("The end must come after the start.")
    if complete:
        errors |= dict.fromkeys(new.missing, N_("This is needed to create the session."))
    if errors:
        raise Invalid(PLEASE_CORRECT, fields=errors)
    if new.workshop:
        workshop = get_workshop(db, actor, new.workshop)
        require_permission(db, actor, Permission.SESSION_WRITE, workshop)
        require_same_organization(organization_id, workshop)
