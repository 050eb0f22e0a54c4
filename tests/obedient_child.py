"""A child process that does what a test asks of it: `python -m tests.obedient_child --serve`."""

import json
import os
import signal
import sys
import time
from io import BytesIO

from app.child_process import serve_children


def do(call: bytes) -> bytes:
    """Return what the request asks for, or do what it asks."""
    stream = BytesIO(call)
    request = json.loads(stream.readline())
    match request["do"]:
        case "answer":
            return stream.read()
        case "say-variable":
            return os.environ.get(request["name"], "").encode()
        case "read-next-file":
            return sys.stdin.buffer.read()
        case "sleep":
            time.sleep(60)
        case "fail":
            raise ValueError(stream.read().decode())
        case "abort":
            os.abort()
        case "kill-server":
            os.kill(os.getppid(), signal.SIGKILL)
    return b""


if __name__ == "__main__":
    serve_children(do)
