"""Limits on what one network address may do without an account."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from ipaddress import ip_address, ip_network

from fastapi import Request
from sqlalchemy import Engine

from app.database import Db, writing
from app.errors import Problem, TooManyRequests
from app.services.limits import TOO_MANY, Limit, count_use

# A kelurahan's office or a campus may stand behind one address.
REGISTRATIONS = Limit("registrations", 20, timedelta(minutes=1))
# Each ticket and each delegation link has its own, whatever its neighbours do.
CORRECTIONS = Limit("corrections", 20, timedelta(minutes=1))
WRONG_CODES = Limit("wrong-codes", 20, timedelta(minutes=1))
# Strangers make requests to the identity provider and lines of the log by them. A whole office may share one address.
SIGN_ONS = Limit("sign-ons", 60, timedelta(minutes=1))
# For each ticket, from all addresses together.
TICKETS_SENT_AGAIN = Limit("tickets-sent-again", 3, timedelta(hours=1))

# An Internet provider gives each of its customers at least so much of IPv6 (RFC 6177).
IPV6_CUSTOMER = 64


def address_of(request: Request) -> str:
    """Return the network address of the client, of IPv6 that of the customer's network; "" if it is not known.

    Behind a proxy it is the address that the proxy names (docs/settings.md).
    """
    address = request.client.host if request.client else ""
    try:
        is_ipv6 = ip_address(address).version == 6
    except ValueError:
        return address
    return str(ip_network(f"{address}/{IPV6_CUSTOMER}", strict=False)) if is_ipv6 else address


@contextmanager
def counting_use(engine: Engine, db: Db, limit: Limit, of: str) -> Iterator[None]:
    """Count one use by `of` in the transaction of the block. Raises `TooManyRequests` beyond the limit.

    If the block raises a `Problem`, what it changed is rolled back and the use counted all the same, in a transaction
    of its own.
    """
    count_use(db, limit, of)
    try:
        yield
    except Problem:
        db.rollback()
        with writing(engine) as counting_db:
            count_use(counting_db, limit, of)
        raise


class WrongCodes:
    """Counts the unknown codes and links that each network address asks for.

    Known ones are always answered: people at one address must not wait for what their neighbours try. What keeps codes
    from being found is that there are so many (`services.registrations.codes`).
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        # Addresses that this process refuses until then (`time.monotonic`), without writing to the database again.
        self._refused: dict[str, float] = {}

    def count(self, address: str) -> None:
        """Count one unknown code that this address has asked for.

        Raises `TooManyRequests` once the address has used up `WRONG_CODES`.
        """
        moment = time.monotonic()
        if (until := self._refused.get(address, moment)) > moment:
            raise TooManyRequests(TOO_MANY, seconds=int(until - moment) + 1)
        try:
            with writing(self._engine) as db:
                count_use(db, WRONG_CODES, address)
        except TooManyRequests as problem:
            self._refused = {other: ends for other, ends in list(self._refused.items()) if ends > moment}
            self._refused[address] = moment + problem.seconds
            raise
