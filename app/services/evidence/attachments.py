"""Attach files to a session, describe them, delete them, and hand them out."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import PurePath

from sqlalchemy import select
from sqlmodel import col

from app.attachments.checking import CheckedFile, check_file
from app.database import Db
from app.errors import PLEASE_CORRECT, Invalid, Problem, TooLarge, UnreadableFile
from app.i18n import N_
from app.models import Attachment, AttachmentKind, WorkshopSession
from app.models.base import now
from app.nik_vault import NikVault
from app.permissions import Actor, Permission
from app.queries.evidence.attachments import get_attachment, load_content
from app.queries.workshops.workshop_sessions import get_workshop_session
from app.reports.formats.download import Download
from app.services.activities import log_activity
from app.services.authorization import require_permission
from app.services.locks import lock_row

MAX_CAPTION_LENGTH = 200
MAX_NAME_LENGTH = 200


@dataclass(frozen=True)
class Upload:
    """What became of the files that were uploaded together: how many were attached, and why others were not.

    `known` are the names of files that the session has already; `refused` has the problems by the files' names.
    """

    attached: int
    known: tuple[str, ...]
    refused: dict[str, Problem]


def attach_files(
    read_db: Db,
    db: Db,
    vault: NikVault,
    actor: Actor,
    session_code: str,
    files: Iterable[tuple[str, bytes]],
    kind: str,
    caption: str = "",
) -> Upload:
    """Attach files (pairs of name and content) to a session with one kind and caption, and log each.

    All are checked with `read_db`, one after the other, before `db` takes the write lock. A file that is refused does
    not keep the others back. Raises `Forbidden` without `IMPORT_WRITE`, `NotFound` out of the actor's scope, and
    `Invalid` for an unknown kind, a long caption, or no file.
    """
    workshop_session = get_workshop_session(read_db, actor, session_code, Permission.IMPORT_WRITE)
    require_permission(read_db, actor, Permission.IMPORT_WRITE, workshop_session)
    parsed = _parse_kind(kind, caption)
    checked, known, refused = _check_files(files)
    lock_row(db, WorkshopSession, workshop_session.id)
    stored = select(col(Attachment.sha256)).where(
        col(Attachment.workshop_session_id) == workshop_session.id, col(Attachment.sha256).in_(checked)
    )
    already = set(db.scalars(stored)) if checked else set()
    known += [name for digest, (name, _) in checked.items() if digest in already]
    new = {digest: file for digest, file in checked.items() if digest not in already}
    for digest, (name, file) in new.items():
        attachment = Attachment(
            workshop_session_id=workshop_session.id,
            kind=parsed,
            caption=caption.strip(),
            name=name,
            media_type=file.media_type,
            size=len(file.content),
            width=file.width,
            height=file.height,
            sha256=digest,
            content_encrypted=vault.encrypt_bytes(file.content),
            thumbnail_encrypted=vault.encrypt_bytes(file.thumbnail) if file.thumbnail else None,
            uploaded_at=now(),
            uploaded_by=actor.user_id,
        )
        db.add(attachment)
        db.flush()
        after = {"session": session_code, "kind": parsed, "size": attachment.size}
        log_activity(db, actor, "create", "attachment", attachment.id, after=after)
    return Upload(len(new), tuple(known), refused)


def _check_files(
    files: Iterable[tuple[str, bytes]],
) -> tuple[dict[str, tuple[str, CheckedFile]], list[str], dict[str, Problem]]:
    """Return names and checked files by their SHA-256, the names of repeated files, and the problems of refused ones.

    Raises `Invalid` if there is no file.
    """
    checked: dict[str, tuple[str, CheckedFile]] = {}
    repeated: list[str] = []
    refused: dict[str, Problem] = {}
    for path, content in files:
        own = PurePath(path.replace("\\", "/")).name
        # Characters that turn the direction of writing would show another ending.
        name = "".join(char for char in own if char.isprintable())[-MAX_NAME_LENGTH:]
        try:
            file = check_file(content)
        except (TooLarge, UnreadableFile) as problem:
            refused[name] = problem
            continue
        digest = sha256(file.content).hexdigest()
        if digest in checked:
            repeated.append(name)
        else:
            checked[digest] = name, file
    if not (checked or refused):
        raise Invalid(N_("Choose a file first."), fields={"files": N_("Choose a file first.")})
    return checked, repeated, refused


def describe_attachment(
    db: Db, actor: Actor, session_code: str, attachment_id: int, kind: str, caption: str
) -> Attachment:
    """Change kind and caption of an attachment, and log that, without the caption, which may name people.

    Raises `Forbidden` without `IMPORT_WRITE`, `NotFound` out of the actor's scope, and `Invalid` for an unknown kind or
    a long caption.
    """
    attachment = _get_to_change(db, actor, session_code, attachment_id)
    parsed = _parse_kind(kind, caption)
    before = {"kind": attachment.kind, "caption_changed": False}
    after = {"kind": parsed, "caption_changed": attachment.caption != caption.strip()}
    attachment.kind, attachment.caption = parsed, caption.strip()
    log_activity(db, actor, "change", "attachment", attachment.id, before=before, after=after)
    return attachment


def delete_attachment(db: Db, actor: Actor, session_code: str, attachment_id: int) -> None:
    """Delete an attachment, also where it is evidence, and log that. It can't be undone.

    Raises `Forbidden` without `IMPORT_WRITE`, and `NotFound` out of the actor's scope.
    """
    attachment = _get_to_change(db, actor, session_code, attachment_id)
    before = {"session": session_code, "kind": attachment.kind, "sha256": attachment.sha256}
    db.delete(attachment)
    log_activity(db, actor, "delete", "attachment", attachment_id, before=before)


def download_attachment(
    db: Db, vault: NikVault, actor: Actor, session_code: str, attachment_id: int
) -> Download:
    """Return the file of an attachment, and log the download, since it may show people.

    Raises `Forbidden` without `PARTICIPANT_READ`, and `NotFound` out of the actor's scope.
    """
    view = get_attachment(db, actor, session_code, attachment_id)
    content = load_content(db, vault, view.id)
    log_activity(db, actor, "download", "attachment", view.id, after={"file": view.file_name})
    return Download(view.file_name, view.media_type, content)


def _get_to_change(db: Db, actor: Actor, session_code: str, attachment_id: int) -> Attachment:
    """Return an attachment's row. Raises `Forbidden` without `IMPORT_WRITE`, `NotFound` out of the actor's scope."""
    get_attachment(db, actor, session_code, attachment_id, Permission.IMPORT_WRITE)
    return db.get_one(Attachment, attachment_id)


def _parse_kind(kind: str, caption: str) -> AttachmentKind:
    """Return the kind of a form. Raises `Invalid` for an unknown kind or a long caption."""
    errors = {}
    if kind not in set(AttachmentKind):
        errors["kind"] = N_("Choose what the files are.")
    if len(caption.strip()) > MAX_CAPTION_LENGTH:
        errors["caption"] = N_("At most 200 characters.")
    if errors:
        raise Invalid(PLEASE_CORRECT, fields=errors)
    return AttachmentKind(kind)
