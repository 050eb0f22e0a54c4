"""The child process that checks one file of boundaries: `python -m app.geography.child`. `uploads` starts it.

Standard input holds a line of JSON (limits, places), then the file. Standard output gets JSON: {"geojson": …,
"remarks": […]} or {"refused": […]}.
"""

import sys
from dataclasses import asdict
from typing import Any

import orjson

from app.child_process import limit_process
from app.geography.checking import Place, check_boundaries
from app.geography.features import Refused


def main() -> None:
    """Answer the request on standard input. If a limit is reached, the process ends without an answer."""
    request = orjson.loads(sys.stdin.buffer.readline())
    limit_process(request["memory"], request["seconds"])
    sys.stdout.buffer.write(orjson.dumps(answer(sys.stdin.buffer.read(), request)))


def answer(content: bytes, request: dict[str, Any]) -> dict[str, Any]:
    """Return the answer to a request."""
    try:
        checked = check_boundaries(content, [Place(**place) for place in request["places"]])
    except Refused as refused:
        return {"refused": [asdict(found) for found in refused.findings]}
    return {"geojson": checked.geojson, "remarks": [asdict(found) for found in checked.remarks]}


if __name__ == "__main__":
    main()
