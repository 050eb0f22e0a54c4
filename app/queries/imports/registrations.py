"""The registrations that a sheet's rows wrote: a row names its person, who is registered for a session once."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, select
from sqlmodel import col

from app.database import Db
from app.models import AttendanceImport, AttendanceImportRow, ImportStatus, Registration
from app.queries.imports.rows import WRITTEN, between


def of_row() -> ColumnElement[bool]:
    """Joins a row, and the import that it is of, to the registration of its person for the import's session."""
    return and_(
        col(Registration.participant_id) == col(AttendanceImportRow.participant_id),
        col(Registration.workshop_session_id) == col(AttendanceImport.workshop_session_id),
    )


def codes_written(db: Db, rows: Sequence[AttendanceImportRow]) -> dict[int, str]:
    """The codes of the registrations that the commit of these rows wrote, by row number.

    The rows are of one import, in its order. Of one that isn't committed, or was undone, there are none.
    """
    statement = (
        select(col(AttendanceImportRow.number), col(Registration.code))
        .join(AttendanceImport, col(AttendanceImport.id) == col(AttendanceImportRow.attendance_import_id))
        .join(Registration, of_row())
        .where(
            between(rows),
            col(AttendanceImportRow.kind).in_(WRITTEN),
            col(AttendanceImport.status) == ImportStatus.COMMITTED,
        )
    )
    return {line.number: line.code for line in db.execute(statement)}
