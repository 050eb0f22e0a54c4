"""The process that touches uploaded files: limited in memory and time, it may die without harm.

Reads a line of JSON (the limits and what is asked for) and then the file from standard input; writes JSON to
standard output: {"sheet": …} or {"failure": code, "params": …}.
"""

import json
import resource
import sys
from typing import Any

from app.spreadsheets.failures import SheetFailure
from app.spreadsheets.recognise import recognise
from app.spreadsheets.transfer import sheet_to_json


def main() -> None:
    request: dict[str, Any] = json.loads(sys.stdin.buffer.readline())
    limit_process(request["memory"], request["seconds"])
    content = sys.stdin.buffer.read()
    sys.stdout.write(json.dumps(answer(content, request)))
    sys.stdout.flush()


def limit_process(memory: int, seconds: int) -> None:
    """Address space in bytes and processor time; a limit that the system already sets lower stays."""
    for kind, wanted in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(kind, (limit, hard))


def answer(content: bytes, request: dict[str, Any]) -> dict[str, Any]:
    try:
        sheet = recognise(
            content,
            sheet=request["sheet"],
            header_row=request["header_row"],
            columns={int(index): field for index, field in request["columns"]},
            place_keys=frozenset(request["place_keys"]),
            trim=request["trim"],
        )
    except SheetFailure as failure:
        return {"failure": failure.code, "params": dict(failure.params)}
    return {"sheet": sheet_to_json(sheet)}


if __name__ == "__main__":
    main()
