"""Every route × every kind of user, against `routes.csv`.

The table says what the settled matrix of permissions means for each route. A cell is

- `ok`: the request is answered, or refused for a reason that has nothing to do with who asks;
- `no`: the role, the grant or the token's scope does not allow it (403);
- `404`: what the address names is out of the user's reach, and answered as if it did not exist;
- `login`: nobody is logged in, or the API got no valid token.

A new route fails this test until it has a line, and so does a line without a route.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from httpx2 import Response
from starlette.routing import Mount

from tests.access.office import ACTORS, Office
from tests.access.requests import REQUESTS

TABLE = Path(__file__).with_name("routes.csv")
STATUSES = {401: "login", 403: "no", 404: "404"}
# What FastAPI answers before a handler has looked at who asks: the request needs a better body in `requests.py`.
MALFORMED = "The request is not as it has to be."

Route = tuple[str, str]


def load_table() -> dict[Route, dict[str, str]]:
    """Return the cells of the table by route (method and path) and actor."""
    with TABLE.open(newline="") as lines:
        rows = list(csv.DictReader(lines, skipinitialspace=True))
    stripped = [{name.strip(): cell.strip() for name, cell in row.items()} for row in rows]
    return {(row.pop("method"), row.pop("path")): row for row in stripped}


def list_routes(app: FastAPI) -> Iterator[Route]:
    """Yield method and path of each route of the app, HEAD only where it has a handler of its own."""
    for route in iter_route_contexts(app.routes):
        if isinstance(route.original_route, Mount):
            yield "GET", f"{route.path}/{{path}}"
            continue
        methods = set(route.methods or ())
        yield from (
            (method, str(route.path)) for method in methods - ({"HEAD"} if "GET" in methods else set())
        )


def test_the_table_has_a_line_for_every_route_and_no_other(built_app: FastAPI) -> None:
    table, routes = set(load_table()), set(list_routes(built_app))

    assert sorted(routes - table) == [], "add these routes to routes.csv"
    assert sorted(table - routes) == [], "these lines of routes.csv have no route"
    assert {tuple(cells) for cells in load_table().values()} == {ACTORS}
    assert set(REQUESTS) <= routes


@pytest.mark.slow
@pytest.mark.parametrize("actor", ACTORS)
def test_a_user_reaches_what_the_table_says(office: Office, actor: str) -> None:
    client = office.client(actor)
    wrong = []
    for (method, path), cells in load_table().items():
        response = client.request(method, office.path(path), **office.body(method, path))
        if (answer := _read_answer(response)) != cells[actor]:
            wrong.append(f"{method} {path}: {answer} ({response.status_code}), not {cells[actor]}")

    assert not wrong, "\n".join(wrong)


def _read_answer(response: Response) -> str:
    """Return the answer to a request as a cell of the table. Raises ValueError for one that tells nothing."""
    if response.status_code >= 500 or MALFORMED in response.text:
        raise ValueError(f"{response.request.method} {response.request.url}: {response.text}")
    if response.headers.get("location", "").startswith("/masuk?kembali="):
        return "login"
    return STATUSES.get(response.status_code, "ok")
