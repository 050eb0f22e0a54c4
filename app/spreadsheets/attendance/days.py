"""Choose the rows of the session's day, in a sheet with the lists of several days below each other."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import date

from app.people.remarks import Remark
from app.people.values.cells import cell_text
from app.spreadsheets.detected_table import PART_SIZE, DayCaption, DetectedTable, SheetRow

_MAX_CAPTION_LENGTH = 60
_BETWEEN_CAPTIONS = "”, “"


def choose_rows_of_day(
    table: DetectedTable, day: date, chosen: str | None = None
) -> tuple[Sequence[SheetRow], list[Remark]]:
    """Return the rows below the captions of this day, or those of the `chosen` text, and a warning of the others.

    All rows are returned if no caption names the day; then the warning must be answered. Rows of a sheet without
    captions, joined with one that has some, are of the session.
    """
    captions = table.day_captions
    if not captions:
        return table.rows, []
    fits = [caption.text == chosen for caption in captions]
    if not any(fits):
        fits = [bool(one.first and one.last and one.first <= day <= one.last) for one in captions]
    if not any(fits):
        return table.rows, [Remark("review", None, "other-days", _params(captions, day))]
    tops = [caption.row for caption in captions]
    rows = [row for row in table.rows if _fits(row.number, tops, fits)]
    others = [caption for caption, is_used in zip(captions, fits, strict=True) if not is_used]
    count = sum(caption.count for caption in others)
    used = _join_texts(caption for caption, is_used in zip(captions, fits, strict=True) if is_used)
    params: dict[str, str | int] = {"count": count, "used": used, **_params(others, day)}
    return rows, [Remark("warning", None, "rows-of-other-days", params)]


def _fits(number: int, tops: Sequence[int], fits: Sequence[bool]) -> bool:
    """Return whether the caption above a row fits, or the row's list has none."""
    above = bisect_left(tops, number) - 1
    return above < 0 or tops[above] // PART_SIZE != number // PART_SIZE or fits[above]


def _params(captions: Iterable[DayCaption], day: date) -> dict[str, str]:
    """Return the captions as one text, for quoting, and the session's day."""
    return {"captions": _join_texts(captions), "expected": cell_text(day)}


def _join_texts(captions: Iterable[DayCaption]) -> str:
    return _BETWEEN_CAPTIONS.join(caption.text[:_MAX_CAPTION_LENGTH] or "–" for caption in captions)
