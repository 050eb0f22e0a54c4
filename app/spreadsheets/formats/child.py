"""The process that parses one uploaded file, limited in memory and time: `python -m app.spreadsheets.formats.child`.

Standard input holds a line of JSON (limits, what to read), then the file. Standard output gets JSON: {"sheet": …}
or {"failure": code, "params": …}. A file on which the parser aborts ends this process alone; `reading` starts it.
"""

import gc
import json
import math
import resource
import signal
import sys
from typing import Any

import orjson

from app.spreadsheets.detected_table import DetectedTable, table_to_json
from app.spreadsheets.formats.failures import SheetFailure
from app.spreadsheets.plain_tables import detect_target_table, detect_venue_table
from app.spreadsheets.tables.detection import detect_table

GRACE_SECONDS = 5
"""How much longer than its caller waits the process may live."""


def main() -> None:
    """Answer the request on standard input. Where a limit is reached, the process ends without an answer."""
    gc.disable()  # It would walk through all rows again and again, and the process ends before memory gets scarce.
    request: dict[str, Any] = json.loads(sys.stdin.buffer.readline())
    limit_process(request["memory"], request["seconds"])
    sys.stdout.buffer.write(orjson.dumps(answer(sys.stdin.buffer.read(), request)))


def limit_process(memory: int, seconds: float) -> None:
    """Limit address space (bytes), processor time and life time; lower limits of the system stay.

    The caller waits for `seconds`; ending earlier would look like a file that makes the parser abort.
    """
    for kind, wanted in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, math.ceil(seconds) + GRACE_SECONDS),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(kind, (limit, hard))
    signal.setitimer(signal.ITIMER_REAL, seconds + GRACE_SECONDS)


def answer(content: bytes, request: dict[str, Any]) -> dict[str, Any]:
    """Return what the process prints."""
    try:
        sheet = _detect(content, request, frozenset(request["place_keys"]))
    except SheetFailure as failure:
        return {"failure": failure.code, "params": dict(failure.params)}
    return {"sheet": table_to_json(sheet)}


def _detect(content: bytes, request: dict[str, Any], place_keys: frozenset[str]) -> DetectedTable:
    if request["list"] == "venues":
        return detect_venue_table(content, trim=request["trim"])
    if request["list"] == "targets":
        return detect_target_table(content, trim=request["trim"])
    return detect_table(
        content,
        sheet=request["sheet"],
        header_row=request["header_row"],
        columns={int(index): field for index, field in request["columns"]},
        place_keys=place_keys,
        group_keys=frozenset(request["group_keys"]),
        trim=request["trim"],
    )


if __name__ == "__main__":
    main()
