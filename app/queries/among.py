"""A condition on a column for any number of values."""

from collections.abc import Collection
from typing import TypeVar

from sqlalchemy import ARRAY, ColumnElement, Integer, String, bindparam, false, func, select
from sqlalchemy.orm import Mapped

from app.database import Db, is_postgresql, json_text

Value = TypeVar("Value", str, int)


def among(
    db: Db, column: Mapped[Value | None] | Mapped[Value], values: Collection[Value]
) -> ColumnElement[bool]:
    """`column IN values` for any number of values: as one array (PostgreSQL) or JSON text (SQLite)."""
    given = sorted(values)
    if not given:
        return false()
    if is_postgresql(db):
        kind = Integer if isinstance(given[0], int) else String
        return column.in_(select(func.unnest(bindparam(None, given, type_=ARRAY(kind)))))
    return column.in_(select(func.json_each(json_text(given)).table_valued("value").c.value))
