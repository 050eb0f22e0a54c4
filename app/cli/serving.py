"""The processes of `jangkau serve`: a parent that keeps the port, and the workers that it starts and replaces.

Gunicorn is the parent, and uvicorn serves in the workers (decision 44). The parent has loaded the code and forks, so a
worker that was killed is replaced in a fraction of a second.
"""

import ctypes
import gc
import logging
import os
import signal
from pathlib import Path
from types import FrameType
from typing import Any

from fastapi import FastAPI
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn_worker import UvicornWorker

from app.main import create_app, make_routes

# What runs when the service is to end may take so long; then requests that are still sending a body are answered, and
# after the second limit the workers are killed. Background work has a few seconds in between (`jobs.worker`).
SECONDS_FOR_REQUESTS = 10
SECONDS_TO_END = 15
# Of the head of a request, and of what may follow its body. nginx allows 8 kB for each line of a head.
MAX_HEAD_BYTES = 64 * 1024
# A worker whose event loop has not run for so long is replaced. It doesn't run while the application is created.
SECONDS_WITHOUT_SIGN_OF_LIFE = 60

_PR_SET_PDEATHSIG = 1  # of prctl(2)
_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 (gunicorn opens its files there as private ones)


def serve_until_stopped(host: str, port: int, workers: int) -> None:
    """Serve the application with so many workers until SIGTERM or SIGINT, and exit. A second signal ends all at once.

    The database must be up to date, and no thread or connection may be open in this process.
    """
    make_routes()
    gc.freeze()  # The collector leaves alone what is loaded, so that the workers share it with the parent.
    _Service(host, port, workers).run()


class _Service(BaseApplication):
    """Gunicorn's settings, and what it serves."""

    def __init__(self, host: str, port: int, workers: int) -> None:
        self.settings = {
            "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
            "workers": workers,
            "worker_class": _Worker,
            "graceful_timeout": SECONDS_TO_END,
            "timeout": SECONDS_WITHOUT_SIGN_OF_LIFE,
            "keepalive": 5,
            "forwarded_allow_ips": os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1"),
            "logger_class": _Log,
            "loglevel": "warning",
            "post_fork": _end_with_parent,
            "control_socket_disable": True,
            # Signs of life must not wait for a disk, nor need one that can be written to.
            "worker_tmp_dir": str(_SHARED_MEMORY) if os.access(_SHARED_MEMORY, os.W_OK) else None,
        }
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.settings.items():
            self.cfg.set(name, value)

    def load(self) -> FastAPI:
        return create_app()

    def run(self) -> None:
        _Parent(self).run()


class _Parent(Arbiter):
    """Gunicorn's parent process, for which Ctrl-C is a SIGTERM, and the second of them a SIGQUIT."""

    is_ending = False

    def signal(self, sig: int, frame: FrameType | None) -> None:
        if sig in {signal.SIGTERM, signal.SIGINT}:
            sig = signal.SIGQUIT if self.is_ending else signal.SIGTERM
            self.is_ending = True
        super().signal(sig, frame)


class _Protocol(HttpToolsProtocol):
    """Closes a connection that sends more than `MAX_HEAD_BYTES` that are no body.

    The parser keeps URL, headers and trailers without a limit, and takes the longer for each piece the more it has: one
    client kept all others waiting.
    """

    _unparsed = 0

    def data_received(self, data: bytes) -> None:
        self._unparsed += len(data)
        super().data_received(data)
        if self._unparsed > MAX_HEAD_BYTES:
            self.transport.abort()

    def on_headers_complete(self) -> None:
        self._unparsed = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._unparsed = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._unparsed = 0
        super().on_message_complete()


class _Worker(UvicornWorker):  # type: ignore[misc]  # it has no types
    """A worker that gives requests `SECONDS_FOR_REQUESTS` when it is to end, and ends at once on SIGQUIT."""

    CONFIG_KWARGS = {  # noqa: RUF012 (declared so by the library)
        **UvicornWorker.CONFIG_KWARGS,
        "http": _Protocol,
        "server_header": False,
        "timeout_graceful_shutdown": SECONDS_FOR_REQUESTS,
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Every second: uvicorn compares with the clock of the day, which may be set back.
        self.config.timeout_notify = -(10**10)
        logging.getLogger("uvicorn.error").propagate = True

    def _install_sigquit_handler(self) -> None:
        signal.signal(signal.SIGQUIT, lambda *_: os._exit(1))


class _Log(Logger):
    """Leaves the format of gunicorn's messages to the program's own logging."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


def _end_with_parent(parent: Arbiter, _worker: object) -> None:
    """Have the kernel kill this worker when its parent has ended, so that none keeps the port."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent.pid:  # it ended before the call
        os.kill(os.getpid(), signal.SIGKILL)
