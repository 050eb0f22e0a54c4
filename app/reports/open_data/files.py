"""The published figures as files: a CSV file of each table, and all of them as one JSON document."""

import csv
from collections.abc import Iterator
from io import StringIO

import orjson

from app.reports.formats.csv import escape_formula
from app.reports.formats.download import Download
from app.reports.open_data.published import OpenData, PublishedReport
from app.reports.open_data.tables import TABLES, OpenTable, Value

LICENCE = "CC-BY-4.0"
LICENCE_NAME = "Creative Commons Attribution 4.0 International"
LICENCE_URL = "https://creativecommons.org/licenses/by/4.0/"

CSV_TYPE = "text/csv; charset=utf-8"
JSON_NAME = "coverage.json"


def data_files(data: OpenData) -> Iterator[Download]:
    """Yield the files of figures: the CSV file of each table, and the JSON document."""
    for table in TABLES:
        yield Download(table.file_name, CSV_TYPE, open_csv(table, data))
    yield Download(JSON_NAME, "application/json", coverage_json(data))


def open_csv(table: OpenTable, data: OpenData) -> bytes:
    """Return a table as programs read CSV (RFC 4180): commas, CRLF, UTF-8 without a byte order mark."""
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(column.name for column in table.columns)
    writer.writerows([_cell(value) for value in row] for row in table.rows(data))
    return text.getvalue().encode()


def _cell(value: Value) -> Value:
    if isinstance(value, bool):
        return str(value).lower()
    return escape_formula(value) if isinstance(value, str) else value


def coverage_json(data: OpenData) -> bytes:
    """Return all published figures as one JSON document; null is hidden."""
    document = {
        "updated_at": data.updated_at,
        "license": LICENCE,
        "publisher": data.publisher,
        "years": [_year_document(data, published) for published in data.reports],
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_OMIT_MICROSECONDS)


def _year_document(data: OpenData, published: PublishedReport) -> dict[str, object]:
    figures = published.figures
    return {
        "year": published.year,
        "report": {
            "number": published.number,
            "issued_on": published.issued_on,
            "checksum": published.checksum,
            "url": data.url(published.verify_path),
        },
        "totals": figures.totals,
        "groups": [
            {"code": entry.group.code, "label": entry.group.label, "participants": entry.participants}
            for entry in figures.groups
        ],
        "kelurahan": figures.kelurahan,
    }
