"""Files to download, and a report of a single table as such a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import orjson

from app.i18n import Language, Translator
from app.reports.formats.csv import render_csv
from app.reports.formats.pdf import page_content, render_pdf, table_content
from app.reports.formats.xlsx import render_xlsx
from app.reports.letterhead import Letterhead
from app.reports.table import Table

Format = Literal["json", "csv", "xlsx", "pdf"]

MEDIA_TYPES: dict[Format, str] = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}


GEOJSON = "application/geo+json"
ANY_FILE = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Download:
    """A file with the name under which a browser saves it."""

    name: str
    media_type: str
    content: bytes


def table_download(
    table: Table,
    document: Mapping[str, object],
    name: str,
    generated_at: datetime,
    file_format: Format,
    letterhead: Letterhead,
    _: Translator,
    language: Language,
) -> Download:
    """Return the table as a CSV, Excel or PDF file, or `document` as a JSON file.

    `name` is the file name without its extension.
    """
    match file_format:
        case "json":
            content = orjson.dumps(document, option=orjson.OPT_INDENT_2)
        case "csv":
            content = render_csv(table)
        case "xlsx":
            content = render_xlsx((table,), generated_at, letterhead)
        case "pdf":
            content = _table_pdf(table, generated_at, letterhead, _, language)
    return Download(f"{name}.{file_format}", MEDIA_TYPES[file_format], content)


def _table_pdf(
    table: Table, generated_at: datetime, letterhead: Letterhead, _: Translator, language: Language
) -> bytes:
    content = {
        **page_content(table.title, table.subtitle, letterhead, _, language),
        "table": table_content(table, language),
        "notes": table.notes,
    }
    return render_pdf("table.typ", content, generated_at)
