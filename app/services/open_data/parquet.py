"""The published tables as Parquet files, so that those of many cities can be read together.

The package duckdb writes them, which only the extra `parquet` installs.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from app.errors import Problem
from app.reports.open_data.published import OpenData
from app.reports.open_data.tables import REQUIRED, TABLES, OpenColumn, OpenTable, Row

TYPES = {"boolean": "BOOLEAN", "date": "DATE", "integer": "INTEGER", "string": "VARCHAR", "year": "SMALLINT"}


@dataclass(frozen=True)
class City:
    """Whose figures these are: the Kemendagri code of a kabupaten or kota, such as "64.71", and its name."""

    code: str
    name: str


# The first columns of each file. Not published elsewhere, where all figures are of one city.
CITY_COLUMNS = (
    OpenColumn("city_code", "string", "", REQUIRED),
    OpenColumn("city", "string", "", REQUIRED),
)


def write_parquet_files(folder: Path, data: OpenData, city: City) -> Iterator[Path]:
    """Write a file of each published table into the folder, and yield its path. Hidden figures are NULL.

    Raises `Problem` if duckdb is not installed.
    """
    for table in TABLES:
        yield write_parquet(folder / f"{table.name}.parquet", table, table.rows(data), city)


def write_parquet(path: Path, table: OpenTable, rows: Iterable[Row], city: City) -> Path:
    """Write the rows of a table to a file, with the city before them, and return its path.

    Raises `Problem` if duckdb is not installed.
    """
    try:
        import duckdb
    except ImportError as error:
        raise Problem("Parquet files are written by the package duckdb: pip install duckdb.") from error
    columns = (*CITY_COLUMNS, *table.columns)
    values = list(zip(*((city.code, city.name, *row) for row in rows), strict=True)) or [()] * len(columns)
    selected = ", ".join(f'unnest(?::{TYPES[column.type]}[]) AS "{column.name}"' for column in columns)
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE figures AS SELECT {selected}", [list(column) for column in values])
        connection.table("figures").write_parquet(str(path), compression="zstd")
    return path
