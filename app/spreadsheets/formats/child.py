"""The process that touches an uploaded file: limited in memory and time, it may die without harm.

It is asked by a line of JSON (the limits and what is wanted), followed by the file, and answers in JSON:
{"sheet": …} or {"failure": code, "params": …}, with a line's end, by which a whole answer is told from a broken one.
"""

import gc
import json
import math
import resource
import signal
from socket import socket
from typing import Any

import orjson

from app.spreadsheets.document import RecognisedSheet
from app.spreadsheets.formats.failures import SheetFailure
from app.spreadsheets.tables.recognise import recognise
from app.spreadsheets.target_sheets import recognise_targets
from app.spreadsheets.transfer import sheet_to_json
from app.spreadsheets.venue_lists import recognise_venues

LATER = 5
"""Seconds after which a child is gone whose caller has given up."""


def read_file(caller: socket) -> None:
    """Answers the caller's one question. Where a limit is reached, the process ends without an answer."""
    gc.disable()  # It walks through every row read so far again and again; the process ends before it would help.
    with caller.makefile("rb") as asked:
        request: dict[str, Any] = json.loads(asked.readline())
        limit_process(request["memory"], request["seconds"])
        content = asked.read()
    caller.sendall(orjson.dumps(answer(content, request), option=orjson.OPT_APPEND_NEWLINE))


def limit_process(memory: int, seconds: float) -> None:
    """Address space in bytes, processor time and time; a limit that the system already sets lower stays.

    The caller waits for so many seconds: a child that ended before would be taken for one that its file killed.
    """
    for kind, wanted in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, math.ceil(seconds) + LATER),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(kind, (limit, hard))
    signal.setitimer(signal.ITIMER_REAL, seconds + LATER)


def answer(content: bytes, request: dict[str, Any]) -> dict[str, Any]:
    try:
        sheet = _recognised(content, request, frozenset(request["place_keys"]))
    except SheetFailure as failure:
        return {"failure": failure.code, "params": dict(failure.params)}
    return {"sheet": sheet_to_json(sheet)}


def _recognised(content: bytes, request: dict[str, Any], place_keys: frozenset[str]) -> RecognisedSheet:
    if request["list"] == "venues":
        return recognise_venues(content, place_keys=place_keys, trim=request["trim"])
    if request["list"] == "targets":
        return recognise_targets(content, trim=request["trim"])
    return recognise(
        content,
        sheet=request["sheet"],
        header_row=request["header_row"],
        columns={int(index): field for index, field in request["columns"]},
        place_keys=place_keys,
        group_keys=frozenset(request["group_keys"]),
        trim=request["trim"],
    )
