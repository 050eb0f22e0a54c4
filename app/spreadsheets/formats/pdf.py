"""Read the texts and ruled tables of a PDF."""

from collections.abc import Iterator
from io import BytesIO

import pdfplumber
from pdfplumber.page import Page
from pdfplumber.table import Table
from pdfplumber.utils.exceptions import PdfminerException

from app.spreadsheets.formats.documents import Block, DocumentTable
from app.spreadsheets.formats.failures import SheetFailure

MAX_PAGES = 100
"""A page takes up to half a second."""


def read_pdf_blocks(content: bytes) -> list[Block]:
    """Return the texts and tables in the order of the pages. Raises `SheetFailure` for a PDF without ruled tables."""
    try:
        with pdfplumber.open(BytesIO(content)) as document:
            if len(document.pages) > MAX_PAGES:
                raise SheetFailure("too-many-pages", limit=MAX_PAGES)
            blocks = [block for page in document.pages for block in _page_blocks(page)]
    except PdfminerException as error:
        cause = type(error.args[0]).__name__ if error.args else ""
        raise SheetFailure("password-protected" if "Password" in cause else "unreadable-file") from error
    if not any(isinstance(block, DocumentTable) for block in blocks):
        has_text = any(str(block).strip() for block in blocks)
        raise SheetFailure("pdf-without-table" if has_text else "scanned-pdf")
    return blocks


def _page_blocks(page: Page) -> Iterator[Block]:
    """Yield the tables of a page from top to bottom, with the text between them."""
    top = page.bbox[1]
    for table in sorted(page.find_tables(), key=lambda table: table.bbox[1]):
        if table.bbox[1] > top:
            yield _text_between(page, top, table.bbox[1])
        yield _table(table)
        top = max(top, table.bbox[3])
    if top < page.bbox[3]:
        yield _text_between(page, top, page.bbox[3])
    page.close()


def _text_between(page: Page, top: float, bottom: float) -> str:
    return page.crop((page.bbox[0], top, page.bbox[2], bottom)).extract_text() + "\n"


def _table(found: Table) -> DocumentTable:
    """Return a table; a cell over several rows or columns spans them."""
    texts = found.extract()
    tops = [row.bbox[1] for row in found.rows]
    lefts = sorted({cell[0] for row in found.rows for cell in row.cells if cell})
    table = DocumentTable()
    for row, row_texts in zip(found.rows, texts, strict=True):
        table.add_row()
        for cell, text in zip(row.cells, row_texts, strict=True):
            if cell is None:
                continue
            table.skip_to(lefts.index(cell[0]))
            table.add_cell(
                text,
                rows=sum(cell[1] <= top < cell[3] for top in tops),
                columns=sum(cell[0] <= left < cell[2] for left in lefts),
            )
    return table
