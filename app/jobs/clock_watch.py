"""Notices that the machine's clock was set while the process runs."""

import time


class ClockWatch:
    """Compares the clock of the day with the one that counts from the machine's start, which nobody sets.

    That one goes on while the machine sleeps, and follows the small corrections of NTP, too: only steps remain.
    """

    def __init__(self) -> None:
        self._difference = _difference()

    def read_jump(self) -> float:
        """Return by how many seconds the clock was set since the last call: more than 0 if it was set forward."""
        former, self._difference = self._difference, _difference()
        return self._difference - former


def _difference() -> float:
    return time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)
