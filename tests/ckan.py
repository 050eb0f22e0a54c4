"""A CKAN for tests: a web server with the part of its action API that data sets need.

It keeps data sets and files, checks token, organization and names as CKAN does, and answers with CKAN's errors and
statuses: 403 not authorized, 404 not found, 409 validation.
"""

import json
from collections.abc import Iterator
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from uuid import uuid4

import pytest
from pydantic import SecretStr

from app.settings import Settings

TOKEN = "token-portal-percobaan"
ORGANIZATION = "diskominfo"

Fields = dict[str, Any]


class Refusal(Exception):
    def __init__(self, status: int, error: Fields) -> None:
        super().__init__(status)
        self.status, self.error = status, error


class CkanServer:
    """`datasets` by name, `files` the uploaded bytes by resource id, `actions` those that were called.

    With `silent` nothing is answered until the server stops; `status` is answered in place of the action's result,
    without CKAN's JSON.
    """

    def __init__(self) -> None:
        self.datasets: dict[str, Fields] = {}
        self.files: dict[str, bytes] = {}
        self.actions: list[str] = []
        self.silent = False
        self.status = 0
        self.stopping = Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def stop(self) -> None:
        self.stopping.set()
        self.server.shutdown()
        self.server.server_close()

    def contents(self, dataset: str) -> dict[str, bytes]:
        """Return the files of a data set by the names of its resources."""
        return {entry["name"]: self.files[entry["id"]] for entry in self.datasets[dataset]["resources"]}

    def act(self, action: str, token: str, fields: Fields, upload: bytes | None) -> Fields:
        self.actions.append(action)
        if action != "package_show" and token != TOKEN:
            message = "Access denied: User not authorized"
            raise Refusal(403, {"__type": "Authorization Error", "message": message})
        match action:
            case "package_show":
                return self._find(fields["id"])
            case "package_create":
                if fields["name"] in self.datasets:
                    raise _invalid("name", "That URL is already in use.")
                dataset = {**fields, "id": str(uuid4()), "resources": []}
                return self._save(dataset)
            case "package_patch":
                return self._save({**self._find(fields["id"]), **fields})
            case "resource_create" | "resource_update":
                return self._save_resource(action, fields, upload)
        raise Refusal(400, {"__type": "Bad request", "message": action})

    def _save(self, dataset: Fields) -> Fields:
        if dataset["owner_org"] != ORGANIZATION:
            raise _invalid("owner_org", "Organization does not exist")
        dataset["organization"] = {"name": ORGANIZATION, "id": "org-1", "title": "Dinas Kominfo"}
        self.datasets[dataset["name"]] = dataset
        return dataset

    def _save_resource(self, action: str, fields: Fields, upload: bytes | None) -> Fields:
        dataset = self._find(fields["package_id"])
        resources: list[Fields] = dataset["resources"]
        if action == "resource_create":
            fields = {**fields, "id": str(uuid4())}
            resources.append(fields)
        elif fields["id"] not in [entry["id"] for entry in resources]:
            raise Refusal(404, {"__type": "Not Found Error", "message": "Not found"})
        if upload is not None:
            self.files[fields["id"]] = upload
        return fields

    def _find(self, id_or_name: str) -> Fields:
        for dataset in self.datasets.values():
            if id_or_name in (dataset["name"], dataset["id"]):
                return dataset
        raise Refusal(404, {"__type": "Not Found Error", "message": "Not found"})


def _invalid(field: str, sentence: str) -> Refusal:
    return Refusal(409, {"__type": "Validation Error", field: [sentence]})


def _handler(double: CkanServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["content-length"]))
            if double.silent:
                double.stopping.wait()
                self.close_connection = True
                return
            if double.status:
                self._answer(double.status, b"<h1>Bukan CKAN</h1>")
                return
            fields, upload = _parse(self.headers["content-type"], content)
            try:
                result = double.act(
                    self.path.rpartition("/")[2], self.headers["authorization"] or "", fields, upload
                )
                self._answer(200, json.dumps({"success": True, "result": result}).encode())
            except Refusal as refusal:
                body = {"success": False, "error": refusal.error}
                self._answer(refusal.status, json.dumps(body).encode())

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


def _parse(content_type: str, content: bytes) -> tuple[Fields, bytes | None]:
    """Return the fields of a JSON or multipart body, and the uploaded file."""
    if content_type == "application/json":
        return json.loads(content), None
    body = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {content_type}\r\n\r\n".encode() + content)
    fields: Fields = {}
    upload = None
    for part in body.iter_parts():
        name = str(part.get_param("name", header="content-disposition"))
        payload = part.get_payload(decode=True)
        assert isinstance(payload, bytes)
        if name == "upload":
            upload = payload
        else:
            fields[name] = payload.decode()
    return fields, upload


@pytest.fixture
def ckan() -> Iterator[CkanServer]:
    double = CkanServer()
    thread = Thread(target=double.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield double
    double.stop()
    thread.join()


@pytest.fixture
def ckan_settings(settings: Settings, ckan: CkanServer) -> Settings:
    """The settings of a service that has this portal."""
    return settings.model_copy(
        update={"ckan_url": ckan.url, "ckan_token": SecretStr(TOKEN), "ckan_organization": ORGANIZATION}
    )
