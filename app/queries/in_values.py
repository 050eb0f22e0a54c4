"""A condition on a column for any number of values."""

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

    PostgreSQL's driver would write an array value by value, which takes longer than the search itself.
    """
    given = list(values)
    if not given:
        return false()
    if is_postgresql(db):
        each = func.json_array_elements_text(bindparam(None, given, type_=JSON))
        kind = Integer if isinstance(given[0], int) else String
        return col(column) == any_(func.array(select(cast(each, kind)).scalar_subquery()))
    return column.in_(select(func.json_each(json_text(given)).table_valued("value").c.value))
