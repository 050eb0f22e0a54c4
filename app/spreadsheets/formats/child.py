"""The child process that parses one uploaded file: `python -m app.spreadsheets.formats.child`.

Standard input holds a line of JSON (limits, what to read), then the file. Standard output gets JSON: {"sheet": …}
or {"failure": code, "params": …}. If the parser aborts, only this process ends. `reading` starts it.
"""

import gc
import json
import sys
from typing import Any

import orjson

from app.child_process import limit_process
from app.spreadsheets.detected_table import DetectedTable, session_from_json, table_to_json
from app.spreadsheets.formats.failures import SheetFailure
from app.spreadsheets.plain_tables import detect_target_table, detect_venue_table
from app.spreadsheets.tables.detection import detect_table


def main() -> None:
    """Answer the request on standard input. If a limit is reached, the process ends without an answer."""
    gc.disable()  # It would traverse all rows repeatedly, and the process ends soon.
    request: dict[str, Any] = json.loads(sys.stdin.buffer.readline())
    limit_process(request["memory"], request["seconds"])
    sys.stdout.buffer.write(orjson.dumps(answer(sys.stdin.buffer.read(), request)))


def answer(content: bytes, request: dict[str, Any]) -> dict[str, Any]:
    """Return the answer to a request: {"sheet": …}, or {"failure": code, "params": …} for a file that can't be read."""
    try:
        sheet = _detect(content, request, frozenset(request["place_keys"]))
    except SheetFailure as failure:
        return {"failure": failure.code, "params": dict(failure.params)}
    return {"sheet": table_to_json(sheet)}


def _detect(content: bytes, request: dict[str, Any], place_keys: frozenset[str]) -> DetectedTable:
    """Return the table of the kind that the request names. Raises `SheetFailure`."""
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
        session=session_from_json(request["session"]),
        sheets=request["sheets"],
    )


if __name__ == "__main__":
    main()
