"""How often one address may do what needs no account. Counted by each process for itself, in memory."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from threading import Lock

from fastapi import Request
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter

from app.errors import NotFound, TooManyRequests
from app.i18n import N_

TOO_MANY = N_("Too many tries. Please wait %(seconds)s seconds and try again.")

# A kelurahan's office or a campus may stand behind one address.
REGISTRATIONS = RateLimitItemPerMinute(20, namespace="registrations")
WRONG_CODES = RateLimitItemPerMinute(20, namespace="wrong-codes")
# Of one ticket, whoever asks for it.
TICKETS_SENT_AGAIN = RateLimitItemPerHour(3, namespace="tickets-sent-again")

SECONDS_BETWEEN_SWEEPS = 60


def address_of(request: Request) -> str:
    """The network address of whoever asks; behind a proxy the one that it names (docs/settings.md)."""
    return request.client.host if request.client else ""


class Counts(Storage):
    """Counts by key, each until its window ends. The library's own in memory starts a thread for nearly every count,
    which goes through all of them: while many people register that would be a good part of the work.
    """

    STORAGE_SCHEME = None
    base_exceptions = ()

    def __init__(self) -> None:
        super().__init__()
        self._counts: dict[str, tuple[int, float]] = {}
        self._next_sweep = 0.0
        self._lock = Lock()

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        now = time.time()
        with self._lock:
            if now >= self._next_sweep:
                self._counts = {key: kept for key, kept in self._counts.items() if kept[1] > now}
                self._next_sweep = now + SECONDS_BETWEEN_SWEEPS
            count, until = self._counts.get(key, (0, 0.0))
            if until <= now:
                count, until = 0, now + expiry
            self._counts[key] = count + amount, until
            return count + amount

    def get(self, key: str) -> int:
        count, until = self._counts.get(key, (0, 0.0))
        return count if until > time.time() else 0

    def get_expiry(self, key: str) -> float:
        return self._counts.get(key, (0, time.time()))[1]

    def check(self) -> bool:
        return True

    def reset(self) -> int:
        with self._lock:
            forgotten, self._counts = len(self._counts), {}
        return forgotten

    def clear(self, key: str) -> None:
        with self._lock:
            self._counts.pop(key, None)


class AddressLimits:
    """The counts of one process; they begin anew with it."""

    def __init__(self) -> None:
        self._limiter = FixedWindowRateLimiter(Counts())

    def count(self, limit: RateLimitItem, of: str) -> None:
        """One more `of` this address (or ticket). Raises `TooManyRequests` beyond the limit."""
        if not self._limiter.hit(limit, of):
            raise self._too_many(limit, of)

    @contextmanager
    def against_guessing(self, address: str) -> Iterator[None]:
        """What is found costs nothing; who names what isn't there too often is answered no more."""
        if not self._limiter.test(WRONG_CODES, address):
            raise self._too_many(WRONG_CODES, address)
        try:
            yield
        except NotFound:
            self._limiter.hit(WRONG_CODES, address)
            raise

    def _too_many(self, limit: RateLimitItem, of: str) -> TooManyRequests:
        left = self._limiter.get_window_stats(limit, of).reset_time - time.time()
        return TooManyRequests(TOO_MANY, seconds=max(1, ceil(left)))
