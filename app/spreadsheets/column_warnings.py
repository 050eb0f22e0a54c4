"""What is said of several columns for one field: by its heading, which is read and which aren't.

The child process says it: nothing is imported here that takes long, or much memory.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from string import ascii_uppercase

from app.spreadsheets.document import Message
from app.spreadsheets.marks import day_label

_LONGEST_HEADING = 60
_BETWEEN_NAMES = "”, “"
_BETWEEN_DAYS = "|"


def several_columns(field: str, used: int, columns: Sequence[int], headings: Mapping[int, str]) -> Message:
    unused = [_named(index, headings) for index in columns if index != used]
    return Message("warning", field, "several-columns", _params(_named(used, headings), unused))


def several_days(labels: Sequence[str]) -> Message:
    """Which of the columns is read depends on the session's day, see `of_day`."""
    listed = _BETWEEN_DAYS.join(label.replace(_BETWEEN_DAYS, "/") for label in labels)
    return Message("warning", "attendance", "several-attendance-columns", {"labels": listed})


def of_day(warning: Message, day: date) -> Message:
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
