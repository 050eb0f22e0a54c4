"""Batches of lists: those that a user sees, each with its lists, and the sessions that its lists may be of."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, false, func, or_, select, true
from sqlmodel import col

from app.database import Db
from app.errors import NotFound
from app.i18n import N_, wita
from app.models import (
    AttendanceImport,
    BatchList,
    BatchListState,
    ImportStatus,
    UploadBatch,
    User,
    Venue,
    Workshop,
    WorkshopSession,
)
from app.permissions import Actor, Permission, Scope
from app.queries.imports.batches.batch_lists import UNDER_WAY, BatchListView, BatchListViews, ListStatus
from app.queries.scope import sessions_within
from app.spreadsheets.session_matching import KnownSession


@dataclass(frozen=True)
class ProposedWorkshop:
    """Lists whose proposed sessions are of one workshop: an existing one by its code, or a new one by its title."""

    code: str
    title: str
    lists: tuple[BatchListView, ...]

    @property
    def complete(self) -> tuple[BatchListView, ...]:
        """The lists whose sessions can be created as they are proposed."""
        return tuple(one for one in self.lists if one.new_session and not one.new_session.missing)

    @property
    def target_groups(self) -> tuple[str, ...]:
        """The groups for which the lists say that it is."""
        news = [one.new_session for one in self.lists if one.new_session]
        return tuple(dict.fromkeys(group for new in news for group in new.target_groups))

    def count_sessions(self, lists: Iterable[BatchListView]) -> int:
        """Return how many sessions some of its lists are of: those of the same day, time and place are of one."""
        news = ((one.id, one.new_session) for one in lists if one.new_session)
        return len({(new.day, new.starts, new.venue.lower()) if new.day else id_ for id_, new in news})


@dataclass(frozen=True)
class BatchView:
    """A batch with its lists, in the order of their files. Lists of sessions out of the actor's scope are not there."""

    id: int
    name: str
    organization_id: int | None
    uploaded_by: str | None
    uploaded_at: datetime
    lists: tuple[BatchListView, ...]
    counts: Counter[ListStatus] = field(default_factory=Counter)

    @property
    def ready(self) -> tuple[BatchListView, ...]:
        return tuple(one for one in self.lists if one.status is ListStatus.READY)

    @property
    def needing_answers(self) -> tuple[BatchListView, ...]:
        return tuple(one for one in self.lists if one.needs_answer)

    @property
    def is_under_way(self) -> bool:
        """Whether lists are still to be read, judged or saved by the background work."""
        return any(one.status in UNDER_WAY or one.status is ListStatus.SAVING for one in self.lists)

    @property
    def proposed_workshops(self) -> tuple[ProposedWorkshop, ...]:
        """The proposed sessions by workshop, to create those of one with one press."""
        groups: defaultdict[tuple[str, str], list[BatchListView]] = defaultdict(list)
        for one in self.lists:
            if one.status is ListStatus.NEW_SESSION and one.new_session:
                new = one.new_session
                groups[new.workshop, " ".join(new.title.lower().split())].append(one)
        return tuple(
            ProposedWorkshop(code, lists[0].new_session.title if lists[0].new_session else "", tuple(lists))
            for (code, _), lists in groups.items()
        )


@dataclass(frozen=True)
class BatchSummary:
    """A batch in a list of batches: how many lists it has, how many are saved, and how many are still to be.

    Those that could not be read and those that were left out are not `open`.
    """

    id: int
    name: str
    uploaded_by: str | None
    uploaded_at: datetime
    lists: int
    saved: int
    open: int


def batches_within(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a batch is within the actor's scope: their own, or one of the organization.

    Staff, who are assigned to sessions one by one, see their own alone.
    """
    is_own = col(UploadBatch.uploaded_by) == actor.user_id
    match actor.scope(Permission.IMPORT_READ):
        case Scope.ALL:
            return true()
        case Scope.OWN:
            return or_(is_own, col(UploadBatch.organization_id) == actor.organization_id)
        case Scope.ASSIGNED:
            return is_own
        case Scope.NONE:
            return false()


def get_batch(db: Db, actor: Actor, batch_id: int) -> UploadBatch:
    """Return the row of a batch.

    Raises `Forbidden` if the actor's role may not see imports, and `NotFound` for an unknown id or out of the actor's
    scope.
    """
    actor.require(Permission.IMPORT_READ)
    statement = select(UploadBatch).where(col(UploadBatch.id) == batch_id, batches_within(actor))
    batch = db.scalars(statement).first()
    if batch is None:
        raise NotFound(N_("There is no batch %(batch)s."), batch=batch_id)
    return batch


def list_batches(db: Db, actor: Actor, *, only_open: bool = False, limit: int = 50) -> list[BatchSummary]:
    """Return the newest batches within the actor's scope, or of them only those with lists that are to be saved.

    Raises `Forbidden` if the role may not see imports.
    """
    actor.require(Permission.IMPORT_READ)
    saved = col(AttendanceImport.status) == ImportStatus.COMMITTED
    is_waiting = col(BatchList.state).in_((BatchListState.WAITING, BatchListState.READ))
    is_done = col(AttendanceImport.status).in_(
        (ImportStatus.COMMITTING, ImportStatus.COMMITTED, ImportStatus.UNDONE)
    )
    open_lists = func.count(col(BatchList.id)).filter(
        is_waiting, or_(col(AttendanceImport.id).is_(None), ~is_done)
    )
    statement = (
        select(
            UploadBatch,
            col(User.name),
            func.count(col(BatchList.id)),
            func.count(col(AttendanceImport.id)).filter(saved),
            open_lists,
        )
        .outerjoin(User, col(User.id) == col(UploadBatch.uploaded_by))
        .outerjoin(BatchList, col(BatchList.upload_batch_id) == col(UploadBatch.id))
        .outerjoin(AttendanceImport, col(AttendanceImport.id) == col(BatchList.attendance_import_id))
        .where(batches_within(actor))
        .group_by(col(UploadBatch.id), col(User.name))
        .having(open_lists > 0 if only_open else true())
        .order_by(col(UploadBatch.id).desc())
        .limit(limit)
    )
    return [
        BatchSummary(batch.id, batch.name, name, batch.uploaded_at, lists, saved_count, open_count)
        for batch, name, lists, saved_count, open_count in db.execute(statement)
    ]


def get_batch_view(db: Db, actor: Actor, batch_id: int) -> BatchView:
    """Return a batch as its page shows it. Raises what `get_batch` raises."""
    batch = get_batch(db, actor, batch_id)
    uploaded_by = db.get(User, batch.uploaded_by) if batch.uploaded_by is not None else None
    lists = tuple(BatchListViews(db, actor, batch_id).build())
    return BatchView(
        batch.id,
        batch.name,
        batch.organization_id,
        uploaded_by.name if uploaded_by else None,
        batch.uploaded_at,
        lists,
        Counter(one.status for one in lists),
    )


def list_known_sessions(db: Db, actor: Actor, organization_id: int | None) -> list[KnownSession]:
    """Return the sessions that lists of a batch may be of: those in which the actor may import, none cancelled.

    With an `organization_id` only those of its workshops.
    """
    statement = (
        select(WorkshopSession, Workshop, col(Venue.name))
        .join(Workshop, col(Workshop.id) == col(WorkshopSession.workshop_id))
        .outerjoin(Venue, col(Venue.id) == col(WorkshopSession.venue_id))
        .where(
            sessions_within(actor, Permission.IMPORT_WRITE),
            col(WorkshopSession.cancelled_at).is_(None),
            true() if organization_id is None else col(Workshop.organization_id) == organization_id,
        )
        .order_by(col(WorkshopSession.starts_at), col(WorkshopSession.id))
    )
    return [
        KnownSession(
            workshop_session.code,
            workshop.code,
            workshop.title,
            wita(workshop_session.starts_at).replace(tzinfo=None),
            wita(workshop_session.ends_at).replace(tzinfo=None),
            venue=venue or "",
        )
        for workshop_session, workshop, venue in db.execute(statement)
    ]
