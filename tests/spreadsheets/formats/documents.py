"""Small Word documents, web pages, old XML workbooks and PDFs for the tests of reading."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

import typst

Table: TypeAlias = Sequence[Sequence[str]]
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def word_document(*blocks: str | Table, body: str = "") -> bytes:
    """A .docx file of paragraphs and tables; `body` is XML of one's own below them."""
    xml = "".join(paragraph(block) if isinstance(block, str) else word_table(block) for block in blocks)
    return zip_of(
        {"word/document.xml": f'<w:document xmlns:w="{WORD}"><w:body>{xml}{body}</w:body></w:document>'}
    )


def word_table(rows: Table) -> str:
    return "<w:tbl>" + "".join(word_row(*map(word_cell, row)) for row in rows) + "</w:tbl>"


def word_row(*cells: str) -> str:
    return f"<w:tr>{''.join(cells)}</w:tr>"


def word_cell(text: str, properties: str = "", run: str = "") -> str:
    """A cell; `properties` are XML of the cell, `run` of its text."""
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(text, run)}</w:tc>"


def paragraph(text: str, run: str = "") -> str:
    return f"<w:p><w:r><w:rPr>{run}</w:rPr><w:t>{escape(text)}</w:t></w:r></w:p>"


def zip_of(parts: dict[str, str]) -> bytes:
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return file.getvalue()


def pdf(markup: str) -> bytes:
    """A PDF of Typst markup."""
    with TemporaryDirectory() as folder:
        source = Path(folder) / "list.typ"
        source.write_text(markup)
        document: bytes = typst.compile(str(source))
    return document


def ruled(rows: Table, *, header: bool = False) -> str:
    """A ruled table as Typst markup; a `header` is repeated on each page."""
    first, *others = [", ".join(f"[{text}]" for text in row) for row in rows]
    return f"#table(columns: {len(rows[0])}, {f'table.header({first})' if header else first}, {', '.join(others)})\n"


def xml_workbook(*rows: str, sheet: str = "Daftar", options: str = "") -> bytes:
    """A workbook of Excel 2003; rows are XML."""
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    return (
        f'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="{space}" xmlns:ss="{space}">'
        f'<Worksheet ss:Name="{sheet}"><Table>{"".join(rows)}</Table>{options}</Worksheet></Workbook>'
    ).encode()


def xml_row(*values: str, **attributes: str) -> str:
    """A row of texts; `Index="3"` leaves rows out."""
    of_row = "".join(f' ss:{name}="{value}"' for name, value in attributes.items())
    cells = "".join(f'<Cell><Data ss:Type="String">{escape(value)}</Data></Cell>' for value in values)
    return f"<Row{of_row}>{cells}</Row>"
