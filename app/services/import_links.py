"""Says beside an import's rows whose they became."""

from collections.abc import Sequence
from itertools import repeat
from typing import Any

from sqlalchemy import JSON, Integer, bindparam, cast, func, select, update

from app.database import Db, is_postgresql
from app.models import AttendanceImportRow
from app.services.bulk import table_of


def link_rows(db: Db, import_id: int, numbers: Sequence[int], people: Sequence[int]) -> None:
    """Notes the person of each numbered row."""
    if not numbers:
        return
    db.flush()
    if is_postgresql(db):
        table = table_of(AttendanceImportRow)
        columns = {"number": numbers, "participant_id": people}
        given = select(
            *(
                cast(func.json_array_elements_text(bindparam(None, list(ids), type_=JSON)), Integer).label(
                    name
                )
                for name, ids in columns.items()
            )
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
            zip(people, repeat(import_id), numbers, strict=False),
        )
