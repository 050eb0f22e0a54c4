"""`--sheets in-process` parses uploaded files and makes PDFs without child processes, each of which takes a tenth of a
second to start.

The parser, its requests and its answers are the same. A child adds limits on memory and time, and if it dies its caller
goes on; `@in_child` marks the tests of that. Servers that tests start parse in a child always, `make soak` everywhere.
"""

import pickle
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

import orjson
import pytest

from app.reports.formats import typesetting
from app.spreadsheets import reading
from app.spreadsheets.formats import child

P = ParamSpec("P")
T = TypeVar("T")

parse_in_child = reading.parse_file
open_in_child = reading.open_parser

# For a whole module: `pytestmark = in_child`.
in_child = pytest.mark.usefixtures("child_process")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--sheets",
        choices=("in-child", "in-process"),
        default="in-child",
        help="where uploaded files are parsed",
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--sheets") == "in-process":
        reading.parse_file = parse_in_process
        reading.open_parser = open_in_process
        typesetting.call_in_child = call_in_process  # type: ignore[attr-defined]


def parse_in_process(content: bytes, request: Mapping[str, object]) -> dict[str, Any]:
    """Return the parser's answer, encoded and decoded like that of the child."""
    answer: dict[str, Any] = orjson.loads(
        orjson.dumps(child.answer(content, orjson.loads(orjson.dumps(request))))
    )
    return answer


@contextmanager
def open_in_process() -> Iterator[Callable[[bytes, Mapping[str, object]], dict[str, Any]]]:
    yield parse_in_process


def call_in_process(function: Callable[P, T], *arguments: P.args, **keywords: P.kwargs) -> T:
    """Return what the function returns, encoded and decoded like the answer of a child."""
    answer: T = pickle.loads(pickle.dumps(function(*arguments, **keywords)))  # noqa: S301 (written here)
    return answer


@pytest.fixture
def child_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "parse_file", parse_in_child)
    monkeypatch.setattr(reading, "open_parser", open_in_child)
