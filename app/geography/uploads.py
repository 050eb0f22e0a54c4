"""Check an uploaded file of boundaries in a child process with limits on memory and time."""

from collections.abc import Sequence
from dataclasses import asdict

import orjson

from app.child_process import run_child
from app.geography.checking import CheckedBoundaries, Place
from app.geography.features import Refused
from app.geography.findings import Finding, finding

MAX_BYTES = 10 * 1024**2
MAX_MEMORY_BYTES = 1024**3
MAX_SECONDS = 20


def read_boundaries(content: bytes, places: Sequence[Place]) -> CheckedBoundaries:
    """Return the boundaries of all `places` in a GeoJSON file, as `check_boundaries` does. Raises `Refused`."""
    if len(content) > MAX_BYTES:
        raise Refused(finding("too-large", megabytes=MAX_BYTES // 1024**2))
    request = {
        "memory": MAX_MEMORY_BYTES,
        "seconds": MAX_SECONDS,
        "places": [asdict(place) for place in places],
    }
    try:
        printed = run_child("app.geography.child", request, content, seconds=MAX_SECONDS)
    except TimeoutError as error:
        raise Refused(finding("too-slow")) from error
    if printed is None:
        raise Refused(finding("not-readable"))
    answer = orjson.loads(printed)
    if "refused" in answer:
        raise Refused(*(Finding(**found) for found in answer["refused"]))
    return CheckedBoundaries(answer["geojson"], tuple(Finding(**found) for found in answer["remarks"]))
