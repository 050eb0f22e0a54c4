"""Clients that ask as fast as they are answered, over connections that stay open; raw, so that they take little."""

import asyncio
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import uvloop


@dataclass
class Load:
    """What came of it: the seconds that each answer took, and how many answers were other than expected."""

    seconds: float = 0.0
    waited: list[float] = field(default_factory=list)
    errors: int = 0

    @property
    def per_second(self) -> float:
        return len(self.waited) / self.seconds

    def milliseconds(self, share: float) -> float:
        """Within how many milliseconds this share of the answers came."""
        return sorted(self.waited)[math.ceil(share * len(self.waited)) - 1] * 1000


def load(port: int, requests: Iterator[bytes], status: int, clients: int, seconds: float = math.inf) -> Load:
    """Sends what `requests` yields until it ends or the time is over; `status` is what should be answered."""
    return uvloop.run(_load(port, requests, status, clients, seconds))


async def _load(port: int, requests: Iterator[bytes], status: int, clients: int, seconds: float) -> Load:
    done = Load()
    started = time.perf_counter()
    until = started + seconds
    await asyncio.gather(*(_client(port, requests, status, until, done) for _ in range(clients)))
    done.seconds = time.perf_counter() - started
    return done


async def _client(port: int, requests: Iterator[bytes], status: int, until: float, done: Load) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    expected = f"HTTP/1.1 {status} ".encode()
    asked = time.perf_counter()
    while asked < until and (request := next(requests, None)) is not None:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(_length(head))
        answered = time.perf_counter()
        done.waited.append(answered - asked)
        done.errors += not head.startswith(expected)
        asked = answered
    writer.close()


def _length(head: bytes) -> int:
    return int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
