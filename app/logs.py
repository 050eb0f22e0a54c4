"""The log: what every line says, as text for a terminal or as JSON, and what no line may say.

All of Python's logging goes through here, that of libraries too. No line has personal data: of an exception the log
says its type and where it was raised, but its message only where that can't quote what people typed.
"""

import logging
import sys
import threading
from collections.abc import Iterator, MutableMapping
from traceback import StackSummary, walk_tb
from types import TracebackType
from typing import Any, Literal

import structlog
from sqlalchemy.exc import DataError, IntegrityError
from structlog.typing import Processor

from app.database import violated_constraint
from app.errors import Problem
from app.faults import describe_fault, fault_of, record_fault
from app.request_context import current_request

LogFormat = Literal["", "console", "json"]
ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]

# The fields of the line of each request.
REQUEST_FIELDS = ("method", "route", "status", "ms", "user_id")
# Of libraries only warnings: httpx2 would write the address of each request, which may have a ticket in it.
QUIET = logging.WARNING
log = logging.getLogger(__name__)


def configure_logging(log_format: LogFormat = "") -> None:
    """Send all logging of this process to standard error, once for each process.

    By default it is text on a terminal, else one JSON object a line.
    """
    root = logging.getLogger()
    if any(isinstance(handler, _StandardError) for handler in root.handlers):
        return
    as_text = log_format == "console" or (not log_format and sys.stderr.isatty())
    handler = _StandardError()
    handler.setFormatter(make_formatter(as_text=as_text))
    handler.addFilter(_is_no_known_outage)
    root.addHandler(handler)
    root.setLevel(QUIET)
    logging.getLogger("app").setLevel(logging.INFO)
    logging.captureWarnings(True)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "gunicorn.error", "gunicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], True


def log_uncaught_errors() -> None:
    """Log what ends a thread or the program by itself, where Python would write its message to standard error."""
    sys.excepthook = _log_uncaught
    threading.excepthook = lambda end: _log_uncaught(end.exc_type, end.exc_value, end.exc_traceback)


def _log_uncaught(
    kind: type[BaseException], error: BaseException | None, traceback: TracebackType | None
) -> None:
    if error is not None and not issubclass(kind, KeyboardInterrupt | SystemExit):
        log.error("ended by an error", exc_info=(kind, error, traceback))


class _StandardError(logging.StreamHandler[Any]):
    """Writes to what is `sys.stderr` at that moment, which tests replace."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> Any:
        return sys.stderr


def make_formatter(*, as_text: bool) -> logging.Formatter:
    """Return the formatter of all lines."""
    add_fields: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(REQUEST_FIELDS),
        structlog.processors.TimeStamper(fmt="iso"),
        _add_request_id,
        _add_exception,
    ]
    renderer: Processor = structlog.processors.JSONRenderer(ensure_ascii=False)
    if as_text:
        renderer = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=add_fields,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    )


def _is_no_known_outage(record: logging.LogRecord) -> bool:
    """Return False for the traceback of a fault such as a database that is away: it is counted as an outage instead."""
    error = record.exc_info[1] if record.exc_info else None
    return error is None or record_fault(error) is None


def _add_request_id(_logger: object, _method: str, event: MutableMapping[str, Any]) -> Any:
    context = current_request.get()
    if context is not None:
        event["request_id"] = context.id
    return event


def _add_exception(_logger: object, _method: str, event: MutableMapping[str, Any]) -> Any:
    """Replace the exception of a line by what `describe_exception` says of it."""
    exc_info = event.pop("exc_info", None)
    if exc_info is True:
        exc_info = sys.exc_info()
    if exc_info and exc_info[1] is not None:
        event["exception"] = "\n".join(describe_exception(exc_info[1]))
    return event


def describe_exception(error: BaseException) -> Iterator[str]:
    """Yield lines with the type and the traceback of an exception and of those that caused it, the first cause first.

    Values are left out, and messages that may quote them (`_safe_message`).
    """
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if earlier is not None:
        yield from describe_exception(earlier)
        yield "then:"
    frames = StackSummary.extract(walk_tb(error.__traceback__), lookup_lines=False, capture_locals=False)
    for frame in frames:
        yield f"{frame.filename}:{frame.lineno} in {frame.name}"
    yield " ".join(part for part in (type(error).__qualname__, safe_message(error)) if part)


def safe_message(error: BaseException) -> str:
    """Return the message of an exception if it cannot quote personal data, else "".

    Drivers quote values of rows in errors of constraints, and Python quotes what it can't convert or find.
    """
    if isinstance(error, IntegrityError | DataError):
        return f"(refused by {violated_constraint(error)})"
    if isinstance(error, Problem):
        return f"({error.code})"
    return f"({describe_fault(error)})" if fault_of(error) else ""
