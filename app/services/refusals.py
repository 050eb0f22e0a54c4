"""What a log may say of a change that the database refused: its own words quote the rows, which are people's."""

from sqlalchemy.exc import DataError, IntegrityError


def violated_constraint(error: IntegrityError | DataError) -> str:
    """The constraint or column that refused; SQLite names it itself, and no values."""
    diagnosis = getattr(error.orig, "diag", None)
    if diagnosis is None:
        return str(error.orig)
    return str(diagnosis.constraint_name or diagnosis.column_name or diagnosis.sqlstate)
