"""How far a long piece of work has come, told from time to time to whoever waits for it."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias, TypeVar

# Takes how many rows are done, and how many there are.
Progress: TypeAlias = Callable[[int, int], None]

REPORT_EVERY = 1000
Row = TypeVar("Row")


def ignore_progress(_done: int, _of: int) -> None:
    """For work that is done before anyone could ask."""


def report_progress(rows: Sequence[Row], progress: Progress) -> Iterator[Row]:
    """The rows one after the other; `progress` is told at every thousandth, and at the end, how many are done.

    Of no rows there is nothing to tell.
    """
    for start in range(0, len(rows), REPORT_EVERY):
        progress(start, len(rows))
        yield from rows[start : start + REPORT_EVERY]
    if rows:
        progress(len(rows), len(rows))


def step_progress(number: int, steps: int, progress: Progress) -> Progress:
    """For one of several steps over the same rows (counted from 0): together they tell of the rows once."""
    return lambda done, of: progress((number * of + done) // steps, of)


def scale_progress(rows: int, progress: Progress) -> Progress:
    """For work that concerns only some of so many rows: tells of all of them, in proportion."""
    return lambda done, of: progress(rows * done // of, rows)
