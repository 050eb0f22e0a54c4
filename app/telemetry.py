"""Traces of requests and SQL statements for OpenTelemetry, with the extra `telemetry`.

They are sent by OTLP over HTTP if `OTEL_EXPORTER_OTLP_ENDPOINT` is set. Spans have no personal data: requests are named
by their route, and statements have placeholders in place of values.
"""

import logging
import os
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from fastapi import FastAPI
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import ExceptionContext
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import Problem
from app.request_context import current_request
from app.web.request_log import route_of

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"


def require_telemetry_library() -> None:
    """Raise `Problem` if traces are asked for and the extra is not installed."""
    if os.environ.get(ENDPOINT) and find_spec("opentelemetry") is None:
        raise Problem(
            f"{ENDPOINT} is set, but OpenTelemetry is not installed: install jangkau[telemetry], or unset it.",
            code="no-telemetry",
        )


def set_up_telemetry(app: FastAPI, *engines: Engine) -> Callable[[], None]:
    """Send traces if they are asked for, and return the function that sends the last ones at the end.

    Raises `Problem` as `require_telemetry_library` does.
    """
    require_telemetry_library()
    if not os.environ.get(ENDPOINT):
        return lambda: None
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    # A collector that is away is told once for each batch that is lost, and not at each try.
    logging.getLogger("opentelemetry").setLevel(logging.ERROR)
    name = os.environ.get("OTEL_SERVICE_NAME", "jangkau")
    provider = TracerProvider(resource=Resource.create({"service.name": name}), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    tracer = provider.get_tracer("jangkau")
    for engine in set(engines):
        _trace_statements(engine, tracer)
    app.add_middleware(_TracingMiddleware, tracer=tracer)
    return provider.shutdown


def _trace_statements(engine: Engine, tracer: Any) -> None:
    """Make a span of each SQL statement.

    OpenTelemetry's own listeners would add the messages of errors, which quote values.
    """
    from opentelemetry.trace import SpanKind, Status, StatusCode

    def begin(
        _connection: Connection, _cursor: object, statement: str, _params: object, context: Any, _many: bool
    ) -> None:
        span = tracer.start_span(statement.split(maxsplit=1)[0], kind=SpanKind.CLIENT)
        span.set_attribute("db.system.name", engine.dialect.name)
        span.set_attribute("db.query.text", statement)
        context.jangkau_span = span

    def end(
        _connection: Connection, _cursor: object, _statement: str, _params: object, context: Any, _many: bool
    ) -> None:
        context.jangkau_span.end()

    def fail(error: ExceptionContext) -> None:
        span = getattr(error.execution_context, "jangkau_span", None)
        if span is not None:
            span.set_status(Status(StatusCode.ERROR, type(error.original_exception).__name__))
            span.end()

    event.listen(engine, "before_cursor_execute", begin)
    event.listen(engine, "after_cursor_execute", end)
    event.listen(engine, "handle_error", fail)


class _TracingMiddleware:
    """ASGI middleware that makes a span of each request."""

    def __init__(self, app: ASGIApp, *, tracer: Any) -> None:
        self.app = app
        self.tracer = tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        from opentelemetry.trace import SpanKind, Status, StatusCode

        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = 500

        async def send_with_status(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        method = scope["method"]
        # The exception of a request is not recorded: its message may quote what people typed.
        with self.tracer.start_as_current_span(
            method, kind=SpanKind.SERVER, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                await self.app(scope, receive, send_with_status)
            finally:
                route, context = route_of(scope), current_request.get()
                span.update_name(f"{method} {route}")
                span.set_attribute("http.request.method", method)
                span.set_attribute("http.route", route)
                span.set_attribute("http.response.status_code", status)
                if context is not None:
                    span.set_attribute("jangkau.request_id", context.id)
                if status >= 500:
                    span.set_status(Status(StatusCode.ERROR))
