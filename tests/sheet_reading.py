"""`--sheets in-process` parses uploaded files without a child process, which takes a tenth of a second to start.

The parser, its requests and its answers are the same. A child adds limits on memory and time, and if it dies its caller
goes on; `@in_child` marks the tests of that. Servers that tests start parse in a child always, `make soak` everywhere.
"""

from collections.abc import Mapping
from typing import Any

import orjson
import pytest

from app.spreadsheets import reading
from app.spreadsheets.formats import child

parse_in_child = reading.parse_file

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


def parse_in_process(content: bytes, request: Mapping[str, object]) -> dict[str, Any]:
    """Return the parser's answer, encoded and decoded like that of the child."""
    answer: dict[str, Any] = orjson.loads(
        orjson.dumps(child.answer(content, orjson.loads(orjson.dumps(request))))
    )
    return answer


@pytest.fixture
def child_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "parse_file", parse_in_child)
