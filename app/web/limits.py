"""Limits on what one network address may do without an account. Each process counts for itself, in memory."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil

from fastapi import Request
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from app.errors import NotFound, TooManyRequests
from app.i18n import N_

TOO_MANY = N_("Too many tries. Please wait %(seconds)s seconds and try again.")

# A kelurahan's office or a campus may stand behind one address.
REGISTRATIONS = RateLimitItemPerMinute(20, namespace="registrations")
WRONG_CODES = RateLimitItemPerMinute(20, namespace="wrong-codes")
# For each ticket, from all addresses together.
TICKETS_SENT_AGAIN = RateLimitItemPerHour(3, namespace="tickets-sent-again")


def address_of(request: Request) -> str:
    """Return the network address of the client, "" if it is not known.

    Behind a proxy it is the address that the proxy names (docs/settings.md).
    """
    return request.client.host if request.client else ""


class AddressLimits:
    """The counts of one process, lost when it ends."""

    def __init__(self) -> None:
        self._limiter = FixedWindowRateLimiter(MemoryStorage())

    def count(self, limit: RateLimitItem, of: str) -> None:
        """Count one use by `of`, an address or the code of a ticket. Raises `TooManyRequests` beyond the limit."""
        if not self._limiter.hit(limit, of):
            raise self._too_many(limit, of)

    @contextmanager
    def against_guessing(self, address: str) -> Iterator[None]:
        """Count each `NotFound` that the block raises, for this address, and raise it again.

        Raises `TooManyRequests`, without running the block, while the address has used up `WRONG_CODES`.
        """
        if not self._limiter.test(WRONG_CODES, address):
            raise self._too_many(WRONG_CODES, address)
        try:
            yield
        except NotFound:
            self._limiter.hit(WRONG_CODES, address)
            raise

    def _too_many(self, limit: RateLimitItem, of: str) -> TooManyRequests:
        """Return the error with the seconds until the limit allows the next use, at least 1."""
        left = self._limiter.get_window_stats(limit, of).reset_time - time.time()
        return TooManyRequests(TOO_MANY, seconds=max(1, ceil(left)))
