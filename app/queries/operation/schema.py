"""Whether the database has the migrations of this program."""

from enum import StrEnum

from sqlalchemy import inspect, text

from app.database import Db
from app.schema import known_revisions


class SchemaState(StrEnum):
    """The database compared with the program: `NEWER` has a migration that this program does not know."""

    CURRENT = "current"
    EMPTY = "empty"
    OLDER = "older"
    NEWER = "newer"


def read_schema_state(db: Db) -> tuple[SchemaState, str]:
    """Return how the database's migrations compare with those of this program, and the database's revision.

    The revision is "" if the database has no tables.
    """
    if not inspect(db.connection()).has_table("alembic_version"):
        return SchemaState.EMPTY, ""
    revisions = set(db.scalars(text("SELECT version_num FROM alembic_version")))
    revision = ", ".join(sorted(revisions))
    if not revisions:
        return SchemaState.EMPTY, revision
    known = known_revisions()
    if revisions == {known[0]}:
        return SchemaState.CURRENT, revision
    return (SchemaState.OLDER if revisions <= set(known) else SchemaState.NEWER), revision
