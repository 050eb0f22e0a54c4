"""A WhatsApp gateway for tests: a web server that keeps the requests, or answers as the test tells it to."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import pytest
from pydantic import SecretStr

from app.settings import Settings

TOKEN = "rahasia-gerbang-percobaan"


@dataclass(frozen=True)
class GatewayRequest:
    """One request: its headers, names in lower case, and its JSON."""

    headers: dict[str, str]
    body: dict[str, Any]


class WhatsAppServer:
    """`requests` are those received. `status` and `answer` are what each is answered.

    With `silent` the connection stays open without an answer until the server stops, with `breaks_off` it ends.
    """

    def __init__(self) -> None:
        self.requests: list[GatewayRequest] = []
        self.status, self.answer = 200, "{}"
        self.silent = self.breaks_off = False
        self.stopping = Event()
        double = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                content = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                double.requests.append(GatewayRequest(headers, json.loads(content)))
                if double.silent:
                    double.stopping.wait()
                if double.silent or double.breaks_off:
                    self.close_connection = True
                    return
                self.send_response(double.status)
                self.send_header("location", "/elsewhere")
                self.end_headers()
                self.wfile.write(double.answer.encode())

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/pesan?kunci=rahasia"

    def stop(self) -> None:
        self.stopping.set()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def whatsapp_server() -> Iterator[WhatsAppServer]:
    double = WhatsAppServer()
    thread = Thread(target=double.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield double
    double.stop()
    thread.join()


@pytest.fixture
def whatsapp_settings(settings: Settings, whatsapp_server: WhatsAppServer) -> Settings:
    """The settings of a service that has this gateway, and no mail server."""
    return settings.model_copy(
        update={"whatsapp_url": SecretStr(whatsapp_server.url), "whatsapp_token": SecretStr(TOKEN)}
    )
