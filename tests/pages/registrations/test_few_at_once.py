"""Visitors of public pages are answered a few at a time, and none of what is kept for them grows without end."""

import asyncio
from contextlib import suppress
from threading import Barrier, BrokenBarrierError

from app.web.kept_pages import KeptPages
from app.web.turns import few_at_once


def test_two_are_answered_at_a_time_and_never_three() -> None:
    two_are_inside, three_are_inside, met = Barrier(2), Barrier(3), list[int]()

    @few_at_once(2)
    def answer(number: int) -> int:
        two_are_inside.wait(timeout=10)
        with suppress(BrokenBarrierError):
            three_are_inside.wait(timeout=0.5)  # the first two wait so long for a third, the others no more
            met.append(number)
        return number

    async def visits() -> list[int]:
        return list(await asyncio.gather(*(answer(number) for number in range(8))))

    assert asyncio.run(visits()) == list(range(8))
    assert met == []


def test_of_many_addresses_only_the_last_are_kept() -> None:
    made: list[int] = []
    kept = KeptPages(3)

    def visit(address: int) -> None:
        def make() -> bytes:
            made.append(address)
            return b"%d" % address

        assert kept.page(address, "the same", make) == b"%d" % address

    for address in (1, 2, 3, 3, 1, 4, 1):
        visit(address)

    assert made == [1, 2, 3, 4, 1]
