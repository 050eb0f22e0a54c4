"""The log, the figures and the traces of a running service: one line a request, and nothing about people."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from app.database import writing
from app.errors import Problem
from app.logs import describe_exception
from app.permissions import OPERATOR
from app.services.accounts.api_tokens import create_api_token
from app.telemetry import require_telemetry_library
from tests.city import City
from tests.database import on_sqlite, postgresql_in_soak
from tests.server import Server, serving, wait_until
from tests.upcoming_sessions import create_upcoming_session

NAME, PHONE, EMAIL, NIK = "Zainuddin Qomar", "081298765432", "zainuddin.q@contoh.id", "6471051203850007"
TYPED = ("zainuddin", "qomar", "81298765432", NIK)
REQUEST_ID = "0123456789abcdef0123456789abcdef"

slow = pytest.mark.slow


def token_of_sari(city: City) -> str:
    with writing(city.engine) as db:
        return create_api_token(db, OPERATOR, city.users["sari"], "uji")


def log_lines(server: Server) -> list[dict[str, Any]]:
    """Return the lines of the log that are JSON."""
    return [json.loads(line) for line in server.log.read_text().splitlines() if line.startswith("{")]


@postgresql_in_soak
@slow
def test_the_log_tells_each_request_and_nothing_of_people(city: City, server: Server) -> None:
    """People are registered, imported, searched for and refused, also by errors whose messages quote them."""
    session = create_upcoming_session(city)
    headers = {"Authorization": f"Bearer {token_of_sari(city)}", "X-Request-ID": REQUEST_ID}
    person = {
        "name": NAME,
        "kelurahan": "64.71.05.1002",
        "target_group": "umkm",
        "phone": PHONE,
        "email": EMAIL,
        "nik": NIK,
        "consent": True,
    }
    # On a busy machine an idle connection may end just when it is used again.
    fresh = httpx2.Limits(max_keepalive_connections=0)
    with httpx2.Client(base_url=server.url, headers=headers, timeout=60, limits=fresh) as sari:
        registrations = f"/api/v1/sessions/{session}/registrations"
        made = sari.post(registrations, json=person)
        assert made.status_code == 201, made.text
        assert made.headers["x-request-id"] == REQUEST_ID

        def refuse() -> list[int]:
            """Send the same at once, so that a constraint may refuse, and what no column holds."""
            with ThreadPoolExecutor(8) as threads:
                answers = list(threads.map(lambda _: sari.post(registrations, json=person), range(8)))
            return [answer.status_code for answer in answers]

        assert set(refuse()) == {409}
        assert (
            sari.post(
                registrations, content=json.dumps({**person, "name": f"{NAME}\ud800"}).encode()
            ).status_code
            >= 400
        )
        assert sari.post(registrations, content=f"{NAME} {PHONE}").status_code == 422
        # A trigger that quotes the row, as a driver's message may: an error of the program for a request.
        with writing(city.engine) as db:
            _break_registrations(db, city)
        other = {**person, "name": f"{NAME} Dua", "phone": "081298765433", "nik": "6471051203850008"}
        broken = sari.post(registrations, json={**other, "email": f"b.{EMAIL}"})
        assert broken.status_code == 500
        sheet = f"Nama;Kelurahan;No HP\n{NAME};Manggar;{PHONE}\n".encode()
        sari.post(f"/api/v1/sessions/{session}/attendance-imports", files={"file": (f"{NAME}.csv", sheet)})
        assert sari.get(f"/cari?q={quote(NAME)}").status_code in {200, 303}
        assert sari.get(f"/{quote(NAME)}").status_code == 404
        assert sari.get(f"/tiket/{PHONE}").status_code == 404
        odd = sari.get("/health/live", headers={"X-Request-ID": PHONE})
        assert odd.headers["x-request-id"] != PHONE

    written = server.log.read_text().lower()
    assert [part for part in TYPED if part in written] == []
    lines = [line for line in log_lines(server) if line["event"] == "request"]
    first = next(line for line in lines if line.get("request_id") == REQUEST_ID)
    assert (first["method"], first["route"], first["status"]) == (
        "POST",
        "/api/v1/sessions/{code}/registrations",
        201,
    )
    assert first["user_id"] == city.users["sari"].id
    assert first["ms"] > 0
    (error,) = [line for line in log_lines(server) if line.get("exception")]
    assert error["request_id"]
    assert "app/services/registrations" in error["exception"]
    assert {line["route"] for line in lines} >= {"/tiket/{code}", "/cari", "unknown"}


def _break_registrations(db: Any, city: City) -> None:
    """Let the database refuse each further person with a message that quotes the name."""
    if city.engine.dialect.name == "sqlite":
        db.execute(
            text(
                "CREATE TRIGGER broken BEFORE INSERT ON participant "
                "BEGIN SELECT json(NEW.name || ' is malformed'); END"
            )
        )
        return
    db.execute(
        text(
            "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS "
            "$$BEGIN RAISE EXCEPTION 'the row of % is broken', NEW.name; END$$"
        )
    )
    db.execute(
        text("CREATE TRIGGER broken BEFORE INSERT ON participant FOR EACH ROW EXECUTE FUNCTION broken()")
    )


def test_an_exception_is_described_without_its_message() -> None:
    try:
        try:
            int(PHONE + "x")
        except ValueError as error:
            raise KeyError(NAME) from error
    except KeyError as error:
        described = "\n".join(describe_exception(error))

    assert "ValueError" in described
    assert "KeyError" in described
    assert "test_logs.py" in described
    assert PHONE not in described
    assert NAME not in described


@slow
@on_sqlite
def test_prometheus_reads_figures_by_token_or_on_this_machine(
    city: City, environment: dict[str, str], tmp_path: Path
) -> None:
    city.session()
    with serving(environment, tmp_path) as server:
        address = f"{server.url}/metrics"
        httpx2.get(f"{server.url}/masuk")
        answer = httpx2.get(address)
        assert answer.status_code == 200
        figures = {
            (sample.name, *sorted(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(answer.text)
            for sample in family.samples
        }
        masuk = (("method", "GET"), ("route", "/masuk"), ("status", "200"))
        assert figures["jangkau_requests_total", *masuk] == 1
        assert figures["jangkau_request_seconds_count", *masuk[:2]] == 1
        assert figures["jangkau_database_up",] == 1
        assert figures["jangkau_imports", ("state", "committed")] == 0
        # A proxy on this machine, and one that says nothing of its client.
        assert httpx2.get(address, headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 403
        assert httpx2.get(address, headers={"Host": "jangkau.example.go.id"}).status_code == 403
    with serving({**environment, "JANGKAU_METRICS_TOKEN": "ukur"}, tmp_path) as server:
        address = f"{server.url}/metrics"
        assert httpx2.get(address).status_code == 401
        assert httpx2.get(address, headers={"Authorization": "Bearer ukurlah"}).status_code == 401
        assert httpx2.get(address, headers={"Authorization": "Bearer ukur"}).status_code == 200


@contextmanager
def collector() -> Iterator[tuple[str, list[Span]]]:
    """A server that receives traces by OTLP; yields its address and the spans."""
    spans: list[Span] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.headers.get("content-encoding") == "gzip":
                import gzip

                body = gzip.decompress(body)
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                for scope in resource.scope_spans:
                    spans.extend(scope.spans)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", spans
        finally:
            server.shutdown()
            thread.join()


@slow
@on_sqlite
def test_traces_of_requests_and_statements_are_sent(
    city: City, environment: dict[str, str], tmp_path: Path
) -> None:
    city.session()
    with collector() as (address, spans):
        with serving({**environment, "OTEL_EXPORTER_OTLP_ENDPOINT": address}, tmp_path) as server:
            assert httpx2.get(f"{server.url}/tiket/{PHONE}?nama={quote(NAME)}").status_code == 404
            wait_until(lambda: httpx2.get(f"{server.url}/").status_code == 200, server)
        (ticket,) = [span for span in spans if span.name == "GET /tiket/{code}"]
        attributes = {item.key: item.value for item in ticket.attributes}
        assert attributes["http.response.status_code"].int_value == 404
        statements = [span for span in spans if span.parent_span_id == ticket.span_id]
        assert any(span.name.startswith("SELECT") for span in statements)
        everything = "".join(str(span) for span in spans)
        assert PHONE not in everything
        assert NAME.split()[0] not in everything


def test_traces_without_the_library_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")
    monkeypatch.setattr("app.telemetry.find_spec", lambda _: None)
    with pytest.raises(Problem, match=r"jangkau\[telemetry\]"):
        require_telemetry_library()
