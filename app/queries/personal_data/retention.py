"""How much of each kind of data is held, how old the oldest is, and what has been kept longer than its rule says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, or_, select
from sqlalchemy.orm import Mapped
from sqlmodel import col

from app.database import Db
from app.models import (
    Attachment,
    AttendanceImport,
    BatchList,
    DataRequest,
    DataRequestStatus,
    ImportStatus,
    Message,
    MessageStatus,
    Participant,
    Registration,
    RetentionKind,
    RetentionRule,
    UploadBatch,
    UploadedFile,
    User,
    WorkshopSession,
)
from app.models.base import now
from app.permissions import Actor, Permission

DEFAULT_DAYS: Mapping[RetentionKind, int] = {
    RetentionKind.FILES: 365,
    RetentionKind.IMPORT_ROWS: 730,
    RetentionKind.MESSAGES: 365,
    RetentionKind.PEOPLE: 1095,
    RetentionKind.NIKS: 365,
    RetentionKind.ATTACHMENTS: 1825,
}

# An upload in one of these is being worked on by a background task.
_UNDER_WAY = (ImportStatus.READING, ImportStatus.COMMITTING)


@dataclass(frozen=True)
class HeldKind:
    """A kind of data: how much is held, since when, by which rule, and how much of it is older than that.

    `until` is the day on which the oldest goes, None if nothing is held. `deleted` is how much the last run deleted.
    """

    kind: RetentionKind
    count: int
    oldest: datetime | None
    days: int
    expired: int
    switched_on_at: datetime | None
    switched_on_by: str | None
    ran_at: datetime | None
    deleted: int

    @property
    def until(self) -> datetime | None:
        """When the oldest data of this kind has been kept long enough."""
        return self.oldest + timedelta(days=self.days) if self.oldest else None


def list_held_kinds(db: Db, actor: Actor) -> list[HeldKind]:
    """Return all kinds of data with their rules. Raises `Forbidden` for all but administrators."""
    actor.require(Permission.RETENTION_WRITE)
    rules = {kind: get_rule(db, kind) for kind in RetentionKind}
    of_people = _count_people(db, rules)
    return [_load_kind(db, rule, of_people.get(kind) or _count(db, rule)) for kind, rule in rules.items()]


def get_rule(db: Db, kind: RetentionKind) -> RetentionRule:
    """Return the rule of a kind, with its default time and switched off if nobody has set it. It is not saved."""
    return db.get(RetentionRule, kind) or RetentionRule(kind=kind, days=DEFAULT_DAYS[kind])


def list_expired(
    db: Db, kind: RetentionKind, cutoff: datetime, limit: int, *, offset: int = 0, of: int | None = None
) -> list[int]:
    """Return at most `limit` ids of the data of this kind that is older than `cutoff`, the oldest first.

    They are ids of files, imports, messages, participants or attachments. `offset` are left out at the beginning; with
    `of` only this id is looked for.
    """
    dated = _DATED[kind]()
    statement = select(dated.c.id).where(_is_expired(kind, dated, cutoff))
    if of is not None:
        statement = statement.where(dated.c.id == of)
    return list(db.scalars(statement.order_by(dated.c.since, dated.c.id).offset(offset).limit(limit)))


def _load_kind(db: Db, rule: RetentionRule, counts: "_Counts") -> HeldKind:
    user = db.get(User, rule.switched_on_by) if rule.switched_on_by is not None else None
    return HeldKind(
        kind=rule.kind,
        count=counts.count,
        oldest=counts.oldest,
        days=rule.days,
        expired=counts.expired,
        switched_on_at=rule.switched_on_at,
        switched_on_by=user.name if user else None,
        ran_at=rule.ran_at,
        deleted=rule.deleted,
    )


@dataclass(frozen=True)
class _Counts:
    """How much of a kind is held, the time from which the oldest is kept, and how much is older than its rule says."""

    count: int
    oldest: datetime | None
    expired: int


def _count(db: Db, rule: RetentionRule) -> _Counts:
    dated = _DATED[rule.kind]()
    is_expired = _is_expired(rule.kind, dated, _cutoff(rule))
    statement = select(func.count(), func.min(dated.c.since), func.count(case((is_expired, 1))))
    return _Counts(*db.execute(statement.select_from(dated)).one())


def _cutoff(rule: RetentionRule) -> datetime:
    return now() - timedelta(days=rule.days)


def _count_people(db: Db, rules: Mapping[RetentionKind, RetentionRule]) -> dict[RetentionKind, _Counts]:
    """Return the counts of people and of people with a NIK, as `_people` and `_niks` date them.

    Both come from one grouping of all registrations, by their index: it takes most of a second in a large city.
    """
    last = (
        select(
            col(Registration.participant_id).label("participant_id"),
            func.max(col(WorkshopSession.starts_at)).label("starts_at"),
        )
        .join(WorkshopSession, col(WorkshopSession.id) == col(Registration.workshop_session_id))
        .group_by(col(Registration.participant_id))
        .subquery()
    )
    registered = select(col(Registration.id)).where(col(Registration.participant_id) == col(Participant.id))
    held = {
        RetentionKind.PEOPLE: col(Participant.erased_at).is_(None),
        RetentionKind.NIKS: col(Participant.nik_key).is_not(None),
    }
    lines = [
        db.execute(
            _measure(held, rules, last.c.starts_at).join(last, last.c.participant_id == col(Participant.id))
        ).one(),
        db.execute(_measure(held, rules, col(Participant.created_at)).where(~registered.exists())).one(),
    ]
    counts = {}
    for position, kind in enumerate(held):
        parts = [line[position * 3 : position * 3 + 3] for line in lines]
        oldest = [since for _, since, _ in parts if since is not None]
        counts[kind] = _Counts(
            count=sum(count for count, _, _ in parts),
            oldest=min(oldest, default=None),
            expired=sum(expired for _, _, expired in parts),
        )
    return counts


def _measure(
    held: Mapping[RetentionKind, ColumnElement[bool]],
    rules: Mapping[RetentionKind, RetentionRule],
    since: "ColumnElement[datetime] | Mapped[datetime]",
) -> Select[Any]:
    """Return the statement whose row has for each kind its count, the oldest `since`, and how many are expired."""
    columns: list[ColumnElement[Any]] = []
    for kind, is_held in held.items():
        is_expired = is_held & (since < _cutoff(rules[kind]))
        if kind is RetentionKind.PEOPLE:
            is_expired &= col(Participant.id).not_in(_people_with_open_requests())
        columns += [
            func.count(case((is_held, 1))),
            func.min(case((is_held, since))),
            func.count(case((is_expired, 1))),
        ]
    return select(*columns).select_from(Participant)


def _is_expired(kind: RetentionKind, dated: Subquery, cutoff: datetime) -> ColumnElement[bool]:
    """Return the condition that data is older than `cutoff`. People whose request is open are not erased meanwhile."""
    is_old = dated.c.since < cutoff
    if kind is not RetentionKind.PEOPLE:
        return is_old
    return and_(is_old, dated.c.id.not_in(_people_with_open_requests()))


def _people_with_open_requests() -> Select[Any]:
    return select(col(DataRequest.participant_id)).where(
        col(DataRequest.status) == DataRequestStatus.OPEN, col(DataRequest.participant_id).is_not(None)
    )


def _files() -> Subquery:
    """Kept files, with the time of the last upload that reads them, or of the batch that they were uploaded in."""
    newest = func.coalesce(
        func.max(col(AttendanceImport.uploaded_at)), func.max(col(UploadBatch.uploaded_at))
    )
    kept = and_(col(UploadedFile.erased_at).is_(None), col(UploadedFile.expired_at).is_(None))
    is_read = or_(col(AttendanceImport.id).is_not(None), col(BatchList.id).is_not(None))
    return (
        select(col(UploadedFile.id).label("id"), newest.label("since"))
        .outerjoin(AttendanceImport, col(AttendanceImport.uploaded_file_id) == col(UploadedFile.id))
        .outerjoin(BatchList, col(BatchList.uploaded_file_id) == col(UploadedFile.id))
        .outerjoin(UploadBatch, col(UploadBatch.id) == col(BatchList.upload_batch_id))
        .where(kept, is_read)
        .group_by(col(UploadedFile.id))
        .having(func.sum(case((col(AttendanceImport.status).in_(_UNDER_WAY), 1), else_=0)) == 0)
        .subquery()
    )


def _imports() -> Subquery:
    """Imports whose rows are kept, with the time of the upload. Those in review go with their file."""
    done = (ImportStatus.COMMITTED, ImportStatus.UNDONE, ImportStatus.FAILED)
    return (
        select(col(AttendanceImport.id).label("id"), col(AttendanceImport.uploaded_at).label("since"))
        .where(col(AttendanceImport.expired_at).is_(None), col(AttendanceImport.status).in_(done))
        .subquery()
    )


def _messages() -> Subquery:
    """Messages that don't wait to be sent, with the time at which they were written."""
    waiting = (MessageStatus.WAITING, MessageStatus.SENDING)
    return (
        select(col(Message.id).label("id"), col(Message.created_at).label("since"))
        .where(col(Message.status).not_in(waiting))
        .subquery()
    )


def _people() -> Subquery:
    """People who are not erased, with the start of their last session, else the creation of their record."""
    return _last_sessions(col(Participant.erased_at).is_(None)).subquery()


def _niks() -> Subquery:
    """People with a NIK, with the start of their last session, else the creation of their record."""
    return _last_sessions(col(Participant.nik_key).is_not(None)).subquery()


def _attachments() -> Subquery:
    """Attachments of sessions, with the start of their session."""
    return (
        select(col(Attachment.id).label("id"), col(WorkshopSession.starts_at).label("since"))
        .join(WorkshopSession, col(WorkshopSession.id) == col(Attachment.workshop_session_id))
        .subquery()
    )


def _last_sessions(*conditions: ColumnElement[bool]) -> "Select[int, datetime]":
    """Return people's ids and the start of the last session that they are registered for, or when they were created."""
    last = func.coalesce(func.max(col(WorkshopSession.starts_at)), col(Participant.created_at))
    return (
        select(col(Participant.id).label("id"), last.label("since"))
        .outerjoin(Registration, col(Registration.participant_id) == col(Participant.id))
        .outerjoin(WorkshopSession, col(WorkshopSession.id) == col(Registration.workshop_session_id))
        .where(*conditions)
        .group_by(col(Participant.id), col(Participant.created_at))
    )


_DATED: Mapping[RetentionKind, Callable[[], Subquery]] = {
    RetentionKind.FILES: _files,
    RetentionKind.IMPORT_ROWS: _imports,
    RetentionKind.MESSAGES: _messages,
    RetentionKind.PEOPLE: _people,
    RetentionKind.NIKS: _niks,
    RetentionKind.ATTACHMENTS: _attachments,
}
"""For each kind a subquery of the ids of what is held, and since when ("since")."""
