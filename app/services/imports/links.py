"""Says beside an import's rows whom the commit made of them."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import JSON, ColumnElement, Integer, bindparam, cast, func, select, update

from app.database import Db, is_postgresql
from app.models import AttendanceImportRow
from app.services.bulk import table_of


def link_rows(db: Db, import_id: int, made: Mapping[int, int]) -> None:
    """Notes who was made of each row (row number → person). Rows of people who were known name them already."""
    if not made:
        return
    db.flush()
    if is_postgresql(db):
        table = table_of(AttendanceImportRow)
        given = select(
            _each(list(made)).label("number"), _each(list(made.values())).label("participant_id")
        ).subquery()
        db.connection().execute(
            update(table)
            .where(table.c.attendance_import_id == import_id, table.c.number == given.c.number)
            .values(participant_id=given.c.participant_id)
        )
    else:
        driver: Any = db.connection().connection.driver_connection
        driver.executemany(
            "UPDATE attendance_import_row SET participant_id = ? WHERE attendance_import_id = ? AND number = ?",
            ((person_id, import_id, number) for number, person_id in made.items()),
        )


def _each(numbers: list[int]) -> ColumnElement[int]:
    """One row for each, which the driver writes sooner as JSON than as an array."""
    return cast(func.json_array_elements_text(bindparam(None, numbers, type_=JSON)), Integer)
