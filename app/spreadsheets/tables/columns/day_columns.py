"""Attendance columns of several days: their labels, the one that a user chose, and the one that fits a session."""

from collections.abc import Sequence
from datetime import date

from app.people.remarks import Remark
from app.people.values.cells import Cell, cell_text, split_marks
from app.people.values.text import clean, words
from app.spreadsheets.tables.marks.marks import day_number, find_day_labels

SEVERAL_DAYS = "several-attendance-columns"
BETWEEN_LABELS = "|"
_BETWEEN_NAMES = "”, “"
_DAYS_OF_MONTH = frozenset({"tgl", "tanggal"})


def mark_of_day(cell: Cell, label: str | None) -> Cell:
    """Return the mark in the column of this label, among the marks of several columns in a cell.

    Without a label, and for a cell without such a column, the cell itself is returned.
    """
    if label is None:
        return cell
    marks = split_marks(clean(cell_text(cell)))
    return marks.get(label, cell) if marks else cell


def day_labels(remark: Remark) -> tuple[str, ...]:
    """Return the labels of the columns that the remark on several days names, as they stand in the rows' cells.

    Empty for any other remark.
    """
    labels = str(remark.params.get("labels", "")) if remark.code == SEVERAL_DAYS else ""
    return tuple(label.replace(":", " ").strip() for label in labels.split(BETWEEN_LABELS) if label.strip())


def name_chosen_column(remark: Remark, label: str | None) -> Remark | None:
    """Return the remark on several days as a warning that the chosen column is read; None if none of its is chosen."""
    labels = day_labels(remark)
    if label not in labels:
        return None
    unused = _BETWEEN_NAMES.join(other for other in labels if other != label)
    return Remark("warning", remark.field, remark.code, {"used": label, "unused": unused})


def propose_label(labels: Sequence[str], day: date, position: int) -> str | None:
    """Return the label (of a column or a sheet) that fits a session, for a user to check; None if none or several do.

    It names the `day`, or else its number: `position` is the number of the session's day in the workshop.
    """
    dated = find_day_labels(labels, day)
    if dated:
        return dated[0] if len(dated) == 1 else None
    numbered = [
        label
        for label in labels
        if day_number(label) == position and _DAYS_OF_MONTH.isdisjoint(words(label).split())
    ]
    return numbered[0] if len(numbered) == 1 else None
