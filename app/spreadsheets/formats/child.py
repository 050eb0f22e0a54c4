"""The child process that parses one uploaded file: `python -m app.spreadsheets.formats.child`.

Standard input holds a line of JSON (limits, what to read), then the file. Standard output gets JSON: {"sheet": …},
{"lists": […]} or {"failure": code, "params": …}. If the parser aborts, only this process ends. `reading` starts it;
for many files with `--serve`, and then it forks a process for each.
"""

import gc
import json
import sys
from io import BytesIO
from typing import Any, BinaryIO

import orjson

from app.child_process import SERVE, limit_process, serve_children
from app.people.values.reference import Reference, TargetGroup
from app.people.values.target_groups import GroupIndex
from app.spreadsheets.detected_table import DetectedTable, session_from_json, table_to_json
from app.spreadsheets.formats.failures import SheetFailure
from app.spreadsheets.plain_tables import detect_target_table, detect_venue_table
from app.spreadsheets.stated_session import stated_session_to_json
from app.spreadsheets.tables.detection import DetectedList, detect_lists, detect_table


def main() -> None:
    """Answer the request on standard input, or with `--serve` one request after another."""
    gc.disable()  # It would traverse all rows repeatedly, and the process ends soon.
    if SERVE in sys.argv:
        serve_children(lambda call: _answer_request(BytesIO(call)))
    else:
        sys.stdout.buffer.write(_answer_request(sys.stdin.buffer))


def _answer_request(call: BinaryIO) -> bytes:
    """Return the answer as JSON. If a limit is reached, the process ends without an answer."""
    request: dict[str, Any] = json.loads(call.readline())
    limit_process(request["memory"], request["seconds"])
    return orjson.dumps(answer(call.read(), request))


def answer(content: bytes, request: dict[str, Any]) -> dict[str, Any]:
    """Return the answer to a request: {"sheet": …} or {"lists": […]}, or {"failure": code, "params": …} for a file
    that can't be read.
    """
    try:
        if request["list"] == "all":
            return {"lists": [_list_to_json(found) for found in _detect_lists(content, request)]}
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


def _detect_lists(content: bytes, request: dict[str, Any]) -> list[DetectedList]:
    """Return the list of each sheet. Raises `SheetFailure`."""
    groups = tuple(
        TargetGroup(code, label, tuple(labels), tuple(synonyms))
        for code, label, labels, synonyms in request["groups"]
    )
    return detect_lists(
        content,
        request["file_name"],
        place_keys=frozenset(request["place_keys"]),
        groups=GroupIndex(Reference(kelurahan=(), kecamatan={}, target_groups=groups)),
        trim=request["trim"],
    )


def _list_to_json(found: DetectedList) -> dict[str, Any]:
    return {
        "sheet": found.sheet,
        "people": found.people,
        "stated": stated_session_to_json(found.stated),
    }


if __name__ == "__main__":
    main()
