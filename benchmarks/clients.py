"""Load from clients that each send the next request when they have the answer. Raw sockets take little CPU time."""

import asyncio
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import uvloop


@dataclass
class Load:
    """The seconds that each response took (`waited`), and how many had another status than expected (`errors`)."""

    seconds: float = 0.0
    waited: list[float] = field(default_factory=list)
    errors: int = 0

    @property
    def per_second(self) -> float:
        return len(self.waited) / self.seconds

    def milliseconds(self, share: float) -> float:
        """Return the milliseconds within which this share of the responses came: 0.5 is the median."""
        return sorted(self.waited)[math.ceil(share * len(self.waited)) - 1] * 1000


def load(port: int, requests: Iterator[bytes], status: int, clients: int, seconds: float = math.inf) -> Load:
    """Send the requests until they end or the time is over. `status` is the expected status of the responses."""
    return uvloop.run(_load(port, requests, status, clients, seconds))


async def _load(port: int, requests: Iterator[bytes], status: int, clients: int, seconds: float) -> Load:
    result = Load()
    started = time.perf_counter()
    until = started + seconds
    await asyncio.gather(*(_client(port, requests, status, until, result) for _ in range(clients)))
    result.seconds = time.perf_counter() - started
    return result


async def _client(port: int, requests: Iterator[bytes], status: int, until: float, result: Load) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    expected = f"HTTP/1.1 {status} ".encode()
    sent_at = time.perf_counter()
    while sent_at < until and (request := next(requests, None)) is not None:
        head = await exchange(reader, writer, request)
        answered = time.perf_counter()
        result.waited.append(answered - sent_at)
        result.errors += not head.startswith(expected)
        sent_at = answered
    writer.close()


async def exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> bytes:
    """Send a request, read the whole response and return its head."""
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    await reader.readexactly(_length(head))
    return head


def _length(head: bytes) -> int:
    return int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
