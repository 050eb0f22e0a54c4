"""Join the sections of Zoom's report of a webinar: hosts, panelists, attendees and callers, each with own columns."""

from collections.abc import Sequence
from dataclasses import replace

from app.people.values.cells import Cell, cell_text
from app.people.values.text import words
from app.spreadsheets.formats.grid import Grid
from app.spreadsheets.tables.columns.header import row_texts

_ROLES = {
    "host details": "Host",
    "panelist details": "Panelist",
    "attendee details": "Attendee",
    "other attended": "Attendee",
}
_SAME = {"user name": "user name original name", "name": "user name original name"}
_DISPLAY_NAME, _FIRST_NAME, _LAST_NAME = "user name original name", "first name", "last name"
_ROLE = "Role"
_MAX_ROWS_SEARCHED = 20_000


def join_webinar_sections(grid: Grid) -> Grid:
    """Return the report of a webinar as one list with a column of roles; rows keep their numbers. Others unchanged.

    The name is that with which somebody registered, unless the name in the meeting tells more.
    """
    titles = [
        (at, role)
        for at, row in enumerate(grid.rows[:_MAX_ROWS_SEARCHED])
        if (role := _ROLES.get(_only_text(row))) is not None
    ]
    if len(titles) < 2 or all(role != "Attendee" for _, role in titles):
        return grid
    headings = _join_headings([_texts(grid, at + 1) for at, _ in titles])
    rows: list[list[Cell]] = [*grid.rows[: titles[0][0]], [], [*headings.values(), _ROLE]]
    ends = [*(at for at, _ in titles[1:]), len(grid.rows)]
    for number, ((at, role), end) in enumerate(zip(titles, ends, strict=True)):
        columns = [_key(text) for text in _texts(grid, at + 1)]
        rows += [[], []] if number else []
        rows += [_move(row, columns, headings, role) for row in grid.rows[at + 2 : end]]
    return replace(grid, rows=rows)


def _only_text(row: Sequence[Cell]) -> str:
    texts = [text for text in map(cell_text, row[:8]) if text.strip()] if row else []
    return words(texts[0]) if len(texts) == 1 else ""


def _texts(grid: Grid, at: int) -> list[str]:
    return row_texts(grid.rows[at]) if at < len(grid.rows) else []


def _key(heading: str) -> str:
    key = words(heading)
    return _SAME.get(key, key)


def _join_headings(sections: Sequence[Sequence[str]]) -> dict[str, str]:
    """Return the headings of all sections by key, those of the section with the most columns first."""
    in_order = sorted(sections, key=len, reverse=True)
    headings: dict[str, str] = {}
    for text in (text for texts in in_order for text in texts if text):
        headings.setdefault(_key(text), text)
    return headings


def _move(row: Sequence[Cell], columns: Sequence[str], headings: dict[str, str], role: str) -> list[Cell]:
    """Return a row in the columns of `headings`, with its role; blank rows stay blank."""
    if not any(row):
        return []
    cells = dict(zip(columns, row, strict=False))
    names = [cell_text(cells.get(key)).strip() for key in (_FIRST_NAME, _LAST_NAME)]
    registered, displayed = " ".join(filter(None, names)), cell_text(cells.get(_DISPLAY_NAME))
    if registered and not set(words(registered).split()) <= set(words(displayed).split()):
        cells[_DISPLAY_NAME] = registered
    return [*(cells.get(key) for key in headings), role]
