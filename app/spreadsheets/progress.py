"""Report the progress of long work to a callback, in rows."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias, TypeVar

Progress: TypeAlias = Callable[[int, int], None]
"""Called with the number of rows done and of all rows."""

REPORT_EVERY = 1000
Row = TypeVar("Row")


def ignore_progress(_done: int, _of: int) -> None:
    """Report nothing: the default for short work."""


def report_progress(rows: Sequence[Row], progress: Progress) -> Iterator[Row]:
    """Yield the rows. Calls `progress` before the first, after every thousandth and after the last row.

    Nothing is reported of no rows.
    """
    for start in range(0, len(rows), REPORT_EVERY):
        progress(start, len(rows))
        yield from rows[start : start + REPORT_EVERY]
    if rows:
        progress(len(rows), len(rows))


def step_progress(number: int, steps: int, progress: Progress) -> Progress:
    """Return a callback for one of several steps over the same rows, each an equal share of the whole.

    `number` counts the steps from 0.
    """
    return lambda done, of: progress((number * of + done) // steps, of)


def scale_progress(rows: int, progress: Progress) -> Progress:
    """Return a callback that reports to `progress` the same share of `rows`, whatever total it is given."""
    return lambda done, of: progress(rows * done // of, rows)
