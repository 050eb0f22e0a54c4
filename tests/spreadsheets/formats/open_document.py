"""Small .ods files for the tests, with what no library here writes: merges, wrong and uncalculated cells."""

from collections.abc import Sequence
from io import BytesIO
from xml.sax.saxutils import escape
from zipfile import ZipFile

NAMESPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "table", "text", "style")
)
MIMETYPE = "application/vnd.oasis.opendocument.spreadsheet"
COVERED = "<table:covered-table-cell/>"
UNCALCULATED = '<table:table-cell table:formula="of:=[.A1]"/>'


def text(value: str, *, rows: int = 1, columns: int = 1) -> str:
    """A text cell that spans rows and columns."""
    spans = f'table:number-rows-spanned="{rows}" table:number-columns-spanned="{columns}"'
    return f'<table:table-cell office:value-type="string" {spans}><text:p>{escape(value)}</text:p></table:table-cell>'


def number(value: float) -> str:
    return f'<table:table-cell office:value-type="float" office:value="{value}"/>'


def day(value: str) -> str:
    return f'<table:table-cell office:value-type="date" office:date-value="{value}"/>'


def empty(columns: int) -> str:
    return f'<table:table-cell table:number-columns-repeated="{columns}"/>'


def row(*cells: str, repeated: int = 1) -> str:
    return f'<table:table-row table:number-rows-repeated="{repeated}">{"".join(cells)}</table:table-row>'


def ods(*rows: str, hidden_sheet: Sequence[str] = ()) -> bytes:
    """A file with a hidden sheet before the visible one, where rows are given for it."""
    style = (
        '<style:style style:name="tersembunyi" style:family="table">'
        '<style:table-properties table:display="false"/></style:style>'
    )
    hidden = f'<table:table table:name="Arsip" table:style-name="tersembunyi">{"".join(hidden_sheet)}</table:table>'
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {NAMESPACES}>'
        f"<office:automatic-styles>{style}</office:automatic-styles><office:body><office:spreadsheet>"
        f'{hidden if hidden_sheet else ""}<table:table table:name="Daftar">{"".join(rows)}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    file = BytesIO()
    with ZipFile(file, "w") as archive:
        archive.writestr("mimetype", MIMETYPE)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", content)
    return file.getvalue()
