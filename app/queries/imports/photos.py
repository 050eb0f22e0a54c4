"""Photographed pages of printed attendance lists: which were read, what is seen on each line, and the evidence."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Mapped
from sqlmodel import col

from app.database import Db
from app.errors import NotFound
from app.i18n import N_
from app.models import (
    AttendanceImport,
    AttendanceImportRow,
    ImportStatus,
    PhotoPageState,
    Registration,
    RosterPhoto,
    RosterPrint,
    SignaturePicture,
    User,
    Workshop,
    WorkshopSession,
)
from app.nik_vault import NikVault
from app.permissions import Actor, Permission
from app.queries.imports.rows import registration_of_row
from app.queries.in_values import in_values
from app.queries.scope import sessions_within

PHOTO_FORMAT = "photo"
"""The `file_format` of imports that were read from photos."""

_NOT_KEPT = N_("This picture is not kept any more.")
_COUNTING = (ImportStatus.REVIEW, ImportStatus.COMMITTING, ImportStatus.COMMITTED)


@dataclass(frozen=True)
class PhotographedPage:
    """A photographed page of an import. `position` counts from 0, `page` is its number in the print, None if unknown.

    `session_code` is the session of its print, None if the print is not known or its session out of the actor's scope.
    `problem` is the code of what is wrong or hard to see, "" if nothing is. `is_kept` tells whether there is a picture.
    """

    id: int
    position: int
    name: str
    state: PhotoPageState
    page: int | None
    print_code: str | None
    session_code: str | None
    problem: str
    is_kept: bool


@dataclass(frozen=True)
class ReadPrint:
    """A print of which an import has read some of its `pages`.

    `missing` are the pages that were not read, each with the id of another import that has read it, None if none has.
    """

    code: str
    printed_at: datetime
    pages: int
    read: int
    missing: dict[int, int | None]


@dataclass(frozen=True)
class PhotoUpload:
    """The photographed pages of an import, in their order, and the prints that they belong to."""

    pages: tuple[PhotographedPage, ...]
    prints: tuple[ReadPrint, ...]


@dataclass(frozen=True)
class LinePicture:
    """The picture of a line: `mark` is what was seen in its signature cell, `page` the page of the print."""

    number: int
    mark: str
    page: int | None
    is_kept: bool


@dataclass(frozen=True)
class SignatureView:
    """The evidence of an attendance: line `number` on a page of a print, in an upload that was saved.

    `file_name` is the photo's.
    """

    import_id: int
    number: int
    mark: str
    page: int | None
    pages: int | None
    file_name: str
    uploaded_by: str | None
    uploaded_at: datetime
    committed_at: datetime | None
    is_kept: bool


def get_photo_upload(db: Db, actor: Actor, import_id: int) -> PhotoUpload:
    """Return the photographed pages of an import. The caller has checked that it is within the actor's scope."""
    known_sessions = (
        select(col(WorkshopSession.id), col(WorkshopSession.code))
        .join(Workshop, col(Workshop.id) == col(WorkshopSession.workshop_id))
        .where(sessions_within(actor, Permission.IMPORT_READ))
        .subquery()
    )
    statement = (
        select(
            col(RosterPhoto.id),
            col(RosterPhoto.position),
            col(RosterPhoto.name),
            col(RosterPhoto.state),
            col(RosterPhoto.page),
            col(RosterPrint.code),
            known_sessions.c.code,
            col(RosterPhoto.problem),
            _is_kept(col(RosterPhoto.picture_encrypted)),
        )
        .outerjoin(RosterPrint, col(RosterPrint.id) == col(RosterPhoto.roster_print_id))
        .outerjoin(known_sessions, known_sessions.c.id == col(RosterPrint.workshop_session_id))
        .where(col(RosterPhoto.attendance_import_id) == import_id)
        .order_by(col(RosterPhoto.position), col(RosterPhoto.id))
    )
    pages = tuple(PhotographedPage(*line) for line in db.execute(statement))
    return PhotoUpload(pages, _list_read_prints(db, import_id))


def list_line_pictures(db: Db, import_id: int) -> dict[int, LinePicture]:
    """Return the pictures of the lines of an import by their number. The caller has checked the scope."""
    statement = (
        select(
            col(SignaturePicture.number),
            col(SignaturePicture.mark),
            col(RosterPhoto.page),
            _is_kept(col(SignaturePicture.picture_encrypted)),
        )
        .join(RosterPhoto, col(RosterPhoto.id) == col(SignaturePicture.roster_photo_id))
        .where(col(SignaturePicture.attendance_import_id) == import_id)
    )
    return {line.number: line for line in (LinePicture(*columns) for columns in db.execute(statement))}


def load_line_picture(db: Db, vault: NikVault, import_id: int, number: int) -> bytes:
    """Return the picture of a line as JPEG. Raises `NotFound` if there is none, or it is not kept any more.

    The caller has checked the scope.
    """
    picture = select(col(SignaturePicture.picture_encrypted)).where(
        col(SignaturePicture.attendance_import_id) == import_id, col(SignaturePicture.number) == number
    )
    return _decrypt(vault, db.scalars(picture).first())


def load_page_picture(db: Db, vault: NikVault, import_id: int, photo_id: int) -> bytes:
    """Return the straightened picture of a page as JPEG.

    Raises `NotFound` if there is none, or it is not kept any more. The caller has checked the scope.
    """
    picture = select(col(RosterPhoto.picture_encrypted)).where(
        col(RosterPhoto.attendance_import_id) == import_id, col(RosterPhoto.id) == photo_id
    )
    return _decrypt(vault, db.scalars(picture).first())


def find_signature(db: Db, registration_id: int) -> SignatureView | None:
    """Return the evidence of a registration's attendance, None without one. The caller has checked the scope."""
    return find_signatures(db, [registration_id]).get(registration_id)


def find_signatures(db: Db, registration_ids: Collection[int]) -> dict[int, SignatureView]:
    """Return the evidence of the attendance of registrations by their ids, the upload that was saved last.

    The caller has checked the scope.
    """
    statement = (
        select(
            col(Registration.id),
            col(AttendanceImport.id),
            col(SignaturePicture.number),
            col(SignaturePicture.mark),
            col(RosterPhoto.page),
            col(RosterPrint.pages),
            col(RosterPhoto.name),
            col(User.name),
            col(AttendanceImport.uploaded_at),
            col(AttendanceImport.committed_at),
            _is_kept(col(SignaturePicture.picture_encrypted)),
        )
        .select_from(SignaturePicture)
        .join(RosterPhoto, col(RosterPhoto.id) == col(SignaturePicture.roster_photo_id))
        .join(AttendanceImport, col(AttendanceImport.id) == col(SignaturePicture.attendance_import_id))
        .join(
            AttendanceImportRow,
            (col(AttendanceImportRow.attendance_import_id) == col(SignaturePicture.attendance_import_id))
            & (col(AttendanceImportRow.number) == col(SignaturePicture.number)),
        )
        .join(Registration, registration_of_row())
        .outerjoin(RosterPrint, col(RosterPrint.id) == col(RosterPhoto.roster_print_id))
        .outerjoin(User, col(User.id) == col(AttendanceImport.uploaded_by))
        .where(
            in_values(db, col(Registration.id), registration_ids),
            col(AttendanceImport.status) == ImportStatus.COMMITTED,
        )
        .order_by(col(AttendanceImport.id))
    )
    return {line[0]: SignatureView(*line[1:]) for line in db.execute(statement)}


def _list_read_prints(db: Db, import_id: int) -> tuple[ReadPrint, ...]:
    """Return the prints of which an import has read pages, the one printed first at the beginning."""
    own = _read_pages(col(RosterPhoto.attendance_import_id) == import_id)
    read: dict[int, set[int]] = {}
    for print_id, page, _ in db.execute(own):
        read.setdefault(print_id, set()).add(page)
    elsewhere: dict[tuple[int, int], int] = {
        (print_id, page): other
        for print_id, page, other in db.execute(
            _read_pages(
                col(RosterPhoto.attendance_import_id) != import_id,
                col(RosterPhoto.roster_print_id).in_(read),
                col(AttendanceImport.status).in_(_COUNTING),
            )
        )
    }
    prints = db.scalars(
        select(RosterPrint).where(col(RosterPrint.id).in_(read)).order_by(col(RosterPrint.id))
    )
    return tuple(
        ReadPrint(
            code=roster_print.code,
            printed_at=roster_print.printed_at,
            pages=roster_print.pages,
            read=len(read[roster_print.id]),
            missing={
                page: elsewhere.get((roster_print.id, page))
                for page in range(1, roster_print.pages + 1)
                if page not in read[roster_print.id]
            },
        )
        for roster_print in prints
    )


def _read_pages(*conditions: ColumnElement[bool]) -> Select[int | None, int | None, int]:
    """Return the statement for print, page and import of the pages that were read."""
    return (
        select(col(RosterPhoto.roster_print_id), col(RosterPhoto.page), col(RosterPhoto.attendance_import_id))
        .join(AttendanceImport, col(AttendanceImport.id) == col(RosterPhoto.attendance_import_id))
        .where(col(RosterPhoto.state) == PhotoPageState.READ, *conditions)
        .order_by(col(RosterPhoto.id))
    )


def _is_kept(picture: Mapped[bytes]) -> ColumnElement[bool]:
    return func.length(picture) > 0


def _decrypt(vault: NikVault, encrypted: bytes | None) -> bytes:
    if not encrypted:
        raise NotFound(_NOT_KEPT)
    return vault.decrypt_bytes(encrypted)


def is_photo_import(file_format: str | None) -> bool:
    """Return whether an import with this file format was read from photos."""
    return file_format == PHOTO_FORMAT
