"""What is said of several columns for one field: by its heading, which is read and which aren't.

The child process says it: nothing is imported here that takes long, or much memory.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from string import ascii_uppercase

from app.people.remarks import Remark
from app.spreadsheets.attendance.marks import day_label

_LONGEST_HEADING = 60
_BETWEEN_NAMES = "”, “"
_BETWEEN_DAYS = "|"


def several_columns(field: str, used: int, columns: Sequence[int], headings: Mapping[int, str]) -> Remark:
    names = {index: _named(index, headings) for index in columns}
    if len(set(names.values())) < len(names):
        names = {index: f"{name} ({_letter(index)})" for index, name in names.items()}
    unused = [name for index, name in names.items() if index != used]
    return Remark("warning", field, "several-columns", _params(names[used], unused))


def list_beside(used: int, columns: Sequence[int], headings: Mapping[int, str]) -> Remark | None:
    """Names under the same heading again are those of a second list, or of the first one's second half."""
    again = (index for index in columns if index != used and headings.get(index) == headings.get(used))
    beside = next(again, None)
    return None if beside is None else Remark("warning", "name", "list-beside", {"column": _letter(beside)})


def marks_not_read(index: int, headings: Mapping[int, str]) -> Remark:
    return Remark("warning", "attendance", "marks-not-read", {"column": _named(index, headings)})


def several_days(labels: Sequence[str]) -> Remark:
    """Which of the columns is read depends on the session's day, see `of_day`."""
    listed = _BETWEEN_DAYS.join(label.replace(_BETWEEN_DAYS, "/") for label in labels)
    return Remark("warning", "attendance", "several-attendance-columns", {"labels": listed})


def of_day(warning: Remark, day: date) -> Remark:
    """The warning with the column that is read for a session on this day."""
    if warning.code != "several-attendance-columns" or "labels" not in warning.params:
        return warning
    labels = str(warning.params["labels"]).split(_BETWEEN_DAYS)
    used = day_label(labels, day)
    return replace(
        warning, params=_params(_short(used), [_short(label) for label in labels if label != used])
    )


def _params(used: str, unused: Sequence[str]) -> dict[str, str]:
    return {"used": used, "unused": _BETWEEN_NAMES.join(unused)}


def _named(index: int, headings: Mapping[int, str]) -> str:
    """By the heading, else by the column's letter."""
    return _short(headings.get(index, "")) or _letter(index)


def _short(heading: str) -> str:
    return heading[:_LONGEST_HEADING]


def _letter(index: int) -> str:
    """A spreadsheet's name for a column, of which there are no more than 26 times 27."""
    before, last = divmod(index, len(ascii_uppercase))
    return (ascii_uppercase[before - 1] if before else "") + ascii_uppercase[last]
