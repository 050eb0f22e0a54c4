"""Read the texts and tables of an HTML page, which web applications send as "Excel" with the ending .xls."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

from app.spreadsheets.formats.csv import decode_text
from app.spreadsheets.formats.documents import Block, DocumentTable
from app.spreadsheets.formats.failures import SheetFailure

_NOT_SHOWN = frozenset({"script", "style", "title", "template", "noscript", "button", "xml"})
_LINES = frozenset({"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "br", "caption", "center", "table"})
_STRUCK = frozenset({"s", "del", "strike"})
_TICK = "v"


def read_html_blocks(content: bytes) -> list[Block]:
    """Return the texts and tables of a page. Raises `SheetFailure` for one without a table."""
    page = _Page()
    page.feed(decode_text(content).lstrip("\ufeff"))
    page.close()
    while page.open_tables:
        page.close_table()
    if not any(isinstance(block, DocumentTable) for block in page.blocks):
        raise SheetFailure("page-without-table")
    return page.blocks


@dataclass(slots=True)
class _Cell:
    """A cell whose end was not read yet."""

    attributes: Mapping[str, str | None]
    texts: list[str] = field(default_factory=list)
    has_picture: bool = False
    is_struck: bool = False


@dataclass(slots=True)
class _OpenTable:
    """A table whose end was not read yet. One around other tables only lays out the page: its cells are text."""

    table: DocumentTable = field(default_factory=DocumentTable)
    cell: _Cell | None = None
    is_layout: bool = False


class _Page(HTMLParser):
    """Collects the blocks of a page; ends of cells and rows may be missing, as browsers allow."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[Block] = []
        self.open_tables: list[_OpenTable] = []
        self._hidden_by: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _NOT_SHOWN:
            self._hidden_by.append(tag)
        if tag in _LINES:
            self.handle_data("\n")
        if tag == "table":
            if self.open_tables:
                self._make_layout(self.open_tables[-1])
            self.open_tables.append(_OpenTable())
        elif self.open_tables and not self.open_tables[-1].is_layout:
            self._start_inside(self.open_tables[-1], tag, dict(attrs))

    def _start_inside(self, open_table: _OpenTable, tag: str, attributes: Mapping[str, str | None]) -> None:
        cell = open_table.cell
        if tag == "tr":
            self._close_cell(open_table)
            open_table.table.add_row()
        elif tag in ("td", "th"):
            self._close_cell(open_table)
            if not open_table.table.rows:
                open_table.table.add_row()
            open_table.cell = _Cell(attributes)
        elif cell is not None:
            cell.has_picture |= tag == "img"
            cell.is_struck |= tag in _STRUCK
            if tag == "input" and attributes.get("type") == "checkbox" and "checked" in attributes:
                cell.texts.append(_TICK)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._hidden_by:
            del self._hidden_by[self._hidden_by.index(tag) :]
        if tag == "table" and self.open_tables:
            self.close_table()
        elif tag in ("td", "th", "tr") and self.open_tables:
            self._close_cell(self.open_tables[-1])
        if tag in _LINES or tag in ("td", "th", "tr"):
            self.handle_data("\n")

    def handle_data(self, data: str) -> None:
        if self._hidden_by:
            return
        cell = self.open_tables[-1].cell if self.open_tables else None
        if cell is not None:
            cell.texts.append(data)
        else:
            self.blocks.append(data)

    def close_table(self) -> None:
        open_table = self.open_tables.pop()
        self._close_cell(open_table)
        if not open_table.is_layout:
            self.blocks.append(open_table.table)

    def _close_cell(self, open_table: _OpenTable) -> None:
        cell, open_table.cell = open_table.cell, None
        if cell is None:
            return
        place = open_table.table.add_cell(
            "".join(cell.texts).strip(),
            rows=_span(cell.attributes.get("rowspan")),
            columns=_span(cell.attributes.get("colspan")),
        )
        if cell.has_picture:
            open_table.table.look.pictures.add(place)
        if cell.is_struck:
            open_table.table.look.struck.add(place)

    def _make_layout(self, open_table: _OpenTable) -> None:
        if open_table.is_layout:
            return
        self._close_cell(open_table)
        open_table.is_layout = True
        for row in open_table.table.rows:
            self.blocks.append(" ".join(str(text) for text in row if text) + "\n")


def _span(number: str | None) -> int:
    text = (number or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1
