"""A report of a single table as a file, in the format that someone asked for."""

import json
from collections.abc import Mapping
from datetime import datetime

from app.i18n import Language, Translator
from app.reports.coverage.download import MEDIA_TYPES, Download, Format
from app.reports.coverage.wording import LETTERHEAD
from app.reports.formats.csv import csv_file
from app.reports.formats.typesetting import official_paper, table_content, typeset
from app.reports.formats.xlsx import workbook
from app.reports.table import Table


def table_download(
    table: Table,
    document: Mapping[str, object],
    name: str,
    made_at: datetime,
    file_format: Format,
    _: Translator,
    language: Language,
) -> Download:
    """The table in one of the formats; as JSON it is `document`. `name` is the file's, without its ending."""
    match file_format:
        case "json":
            content = json.dumps(document, ensure_ascii=False, indent=2).encode()
        case "csv":
            content = csv_file(table)
        case "xlsx":
            content = workbook((table,), LETTERHEAD, made_at)
        case "pdf":
            content = _pdf(table, made_at, _, language)
    return Download(f"{name}.{file_format}", MEDIA_TYPES[file_format], content)


def _pdf(table: Table, made_at: datetime, _: Translator, language: Language) -> bytes:
    content = {
        **official_paper(table.title, table.subtitle, _, language),
        "table": table_content(table, language),
        "notes": table.notes,
    }
    return typeset("table.typ", content, made_at)
