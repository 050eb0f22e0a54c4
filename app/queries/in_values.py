"""`column IN values` for any number of values."""

from collections.abc import Collection
from typing import TypeVar

from sqlalchemy import JSON, ColumnElement, Integer, String, any_, bindparam, cast, false, func, select
from sqlalchemy.orm import Mapped
from sqlmodel import col

from app.database import Db, is_postgresql, json_text

Value = TypeVar("Value", str, int)


def in_values(
    db: Db, column: Mapped[Value | None] | Mapped[Value], values: Collection[Value]
) -> ColumnElement[bool]:
    """Return `column IN values` with all values in one JSON parameter; works for any number on both databases.

    No row matches if `values` is empty. PostgreSQL's driver would convert an array value by value, which takes longer
    than the query itself.
    """
    listed = list(values)
    if not listed:
        return false()
    if is_postgresql(db):
        elements = func.json_array_elements_text(bindparam(None, listed, type_=JSON))
        kind = Integer if isinstance(listed[0], int) else String
        return col(column) == any_(func.array(select(cast(elements, kind)).scalar_subquery()))
    return column.in_(select(func.json_each(json_text(listed)).table_valued("value").c.value))
