"""Attachments of sessions: lists without their content, and the content of one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, select
from sqlmodel import col

from app.database import Db
from app.errors import NotFound
from app.i18n import N_
from app.models import Attachment, AttachmentKind, User, Workshop, WorkshopSession
from app.nik_vault import NikVault
from app.permissions import Actor, Permission
from app.queries.scope import sessions_within

ENDINGS = {"image/jpeg": "jpg", "application/pdf": "pdf", "image/png": "png"}
"""Of attachments and of scans of issued reports."""


@dataclass(frozen=True)
class AttachmentView:
    """An attachment without its content. `uploaded_by` is the user's name, "" if it was the command line."""

    id: int
    session_code: str
    session_starts_at: datetime
    workshop_title: str
    kind: AttachmentKind
    caption: str
    name: str
    media_type: str
    size: int
    width: int | None
    height: int | None
    sha256: str
    uploaded_at: datetime
    uploaded_by: str

    @property
    def is_picture(self) -> bool:
        return self.width is not None

    @property
    def file_name(self) -> str:
        """The name under which it is downloaded: session, kind and number, as the uploaded name may be a person's."""
        return f"{self.session_code}-{self.kind}-{self.id}.{ENDINGS[self.media_type]}"


def list_attachments(db: Db, actor: Actor, session_code: str) -> list[AttachmentView]:
    """Return the attachments of a session, by kind and then as they were uploaded.

    Empty if the session is not within the actor's scope for seeing participants.
    """
    is_shown = (col(WorkshopSession.code) == session_code) & sessions_within(
        actor, Permission.PARTICIPANT_READ
    )
    order = list(AttachmentKind)
    return sorted(load_views(db, is_shown), key=lambda view: order.index(view.kind))


def list_photos(db: Db, workshop_id: int) -> list[AttachmentView]:
    """Return the photos of all sessions of a workshop, by session and then as they were uploaded.

    The caller has checked that its actor may see the workshop's participants. `load_content` returns a photo's bytes.
    """
    of_workshop = col(WorkshopSession.workshop_id) == workshop_id
    return load_views(db, of_workshop & (col(Attachment.kind) == AttachmentKind.PHOTO))


def get_attachment(
    db: Db,
    actor: Actor,
    session_code: str,
    attachment_id: int,
    permission: Permission = Permission.PARTICIPANT_READ,
) -> AttachmentView:
    """Return one attachment of a session.

    Raises `Forbidden` without `permission`, and `NotFound`, too, if the session is out of the actor's scope for it.
    """
    actor.require(permission)
    is_meant = (col(Attachment.id) == attachment_id) & (col(WorkshopSession.code) == session_code)
    views = load_views(db, is_meant & sessions_within(actor, permission))
    if not views:
        raise NotFound(N_("There is no such file."))
    return views[0]


def load_content(db: Db, vault: NikVault, attachment_id: int, *, thumbnail: bool = False) -> bytes:
    """Return an attachment's content, or its thumbnail, decrypted. Raises `NotFound` if there is none.

    The caller has checked that its actor may see it.
    """
    column = Attachment.thumbnail_encrypted if thumbnail else Attachment.content_encrypted
    encrypted = db.scalar(select(col(column)).where(col(Attachment.id) == attachment_id))
    if encrypted is None:
        raise NotFound(N_("There is no such file."))
    return vault.decrypt_bytes(encrypted)


def load_views(db: Db, condition: ColumnElement[bool], *, named: bool = True) -> list[AttachmentView]:
    """Return the attachments that fulfil the condition, by the start of their session and then by their ids.

    Unless `named`, captions and names of files are left out: they may name people.
    """
    statement: Select[*tuple[Any, ...]] = (
        select(
            col(Attachment.id),
            col(WorkshopSession.code).label("session_code"),
            col(WorkshopSession.starts_at).label("session_starts_at"),
            col(Workshop.title).label("workshop_title"),
            col(Attachment.kind),
            (col(Attachment.caption) if named else literal("")).label("caption"),
            (col(Attachment.name) if named else literal("")).label("name"),
            col(Attachment.media_type),
            col(Attachment.size),
            col(Attachment.width),
            col(Attachment.height),
            col(Attachment.sha256),
            col(Attachment.uploaded_at),
            func.coalesce(col(User.name), "").label("uploaded_by"),
        )
        .join(WorkshopSession, col(WorkshopSession.id) == col(Attachment.workshop_session_id))
        .join(Workshop, col(Workshop.id) == col(WorkshopSession.workshop_id))
        .outerjoin(User, col(User.id) == col(Attachment.uploaded_by))
        .where(condition)
        .order_by(col(WorkshopSession.starts_at), col(WorkshopSession.code), col(Attachment.id))
    )
    return [AttachmentView(**row) for row in db.execute(statement).mappings()]
