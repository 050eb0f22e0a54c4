"""Remove the pictures of signed lists when a person is erased or the storage time is over. Their rows stay, empty."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, select, tuple_, update
from sqlmodel import col

from app.database import Db
from app.models import AttendanceImport, AttendanceImportRow, RosterPhoto, SignaturePicture
from app.people.identifying import IdentifyingTexts
from app.queries.in_values import in_values


def empty_pictures(db: Db, of_imports: ColumnElement[bool]) -> None:
    """Empty all pictures of pages and lines of the imports that meet the condition. What was seen on them stays."""
    ids = select(col(AttendanceImport.id)).where(of_imports)
    for model in (RosterPhoto, SignaturePicture):
        of_ids = col(model.attendance_import_id).in_(ids)
        db.execute(update(model).where(of_ids).values(picture_encrypted=b""))


def empty_pictures_of_person(
    db: Db,
    import_ids: Collection[int],
    rows: Collection[AttendanceImportRow],
    texts: IdentifyingTexts,
) -> None:
    """Empty the pictures that may show a person: of whole pages, of their `rows`, and of lines that name nobody.

    The pictures of other people's lines stay; they are the evidence of their attendance.
    """
    if not import_ids:
        return
    of_photos = in_values(db, col(RosterPhoto.attendance_import_id), import_ids)
    for photo in db.scalars(select(RosterPhoto).where(of_photos)):
        photo.picture_encrypted = b""
        photo.name = texts.remove_from(photo.name.replace("_", " "))
    row = AttendanceImportRow
    nobody = select(col(row.attendance_import_id), col(row.number)).where(
        in_values(db, col(row.attendance_import_id), import_ids), col(row.participant_id).is_(None)
    )
    key = tuple_(col(SignaturePicture.attendance_import_id), col(SignaturePicture.number))
    db.execute(update(SignaturePicture).where(key.in_(nobody)).values(picture_encrypted=b""))
    for of_person in rows:
        is_row = (col(SignaturePicture.attendance_import_id) == of_person.attendance_import_id) & (
            col(SignaturePicture.number) == of_person.number
        )
        db.execute(update(SignaturePicture).where(is_row).values(picture_encrypted=b""))
