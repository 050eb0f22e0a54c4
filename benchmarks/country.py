"""Issued figures of all kabupaten and kota of Indonesia, made up, as Parquet files, read together by DuckDB.

`python -m benchmarks.country`. benchmarks/README.md has the figures.
"""

import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import typer

from app.reports.open_data.tables import TABLES, Row
from app.services.open_data.parquet import City, write_parquet

CITIES, YEARS = 514, range(2022, 2027)
KELURAHAN = range(8, 280)
GROUPS = ("umkm", "rt", "tokoh", "komunitas", "umum")
HIDDEN = 0.15
PARTICIPANTS = next(table for table in TABLES if table.name == "participants")
QUESTIONS = {
    "participants of the country by year and group": """
        SELECT year, group_code, sum(participants), count(*) FILTER (participants_hidden) AS hidden
        FROM figures GROUP BY ALL ORDER BY ALL
    """,
    "kelurahan with participants, by province": """
        SELECT city_code[:2] AS province, year, count(DISTINCT kelurahan_code) FILTER (participants > 0)
        FROM figures GROUP BY ALL ORDER BY ALL
    """,
    "the ten cities that reached most people last year": """
        SELECT city, sum(participants) FROM figures WHERE year = 2026 GROUP BY city ORDER BY 2 DESC LIMIT 10
    """,
}


def main(cities: int = CITIES) -> None:
    dice = random.Random(514)  # noqa: S311 (not for secrets)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        codes = [f"{province}.{number:02}" for province in range(11, 50) for number in range(1, 15)][:cities]
        began = time.perf_counter()
        for code in codes:
            write_city(folder, code, dice)
        seconds = time.perf_counter() - began
        megabytes = sum(file.stat().st_size for file in folder.glob("*/*.parquet")) / 1e6
        with duckdb.connect() as connection:
            connection.read_parquet(f"{folder}/*/participants.parquet").create_view("figures")
            ((rows,),) = connection.sql("SELECT count(*) FROM figures").fetchall()
            typer.echo(f"{len(codes)} files, {rows:,} rows, {megabytes:.1f} MB, written in {seconds:.1f} s")
            for question, statement in QUESTIONS.items():
                began = time.perf_counter()
                connection.sql(statement).fetchall()
                typer.echo(f"{time.perf_counter() - began:6.2f} s  {question}")


def write_city(folder: Path, code: str, dice: random.Random) -> None:
    (folder / code).mkdir()
    rows = made_up_rows(code, dice.choice(KELURAHAN), dice)
    write_parquet(folder / code / "participants.parquet", PARTICIPANTS, rows, City(code, f"Kota {code}"))


def made_up_rows(code: str, kelurahan: int, dice: random.Random) -> Iterator[Row]:
    for year in YEARS:
        for number in range(kelurahan):
            place = f"{code}.{number // 8 + 1:02}.{1001 + number}"
            for group in GROUPS:
                hidden = dice.random() < HIDDEN
                people = None if hidden else dice.choice((0, 0, 5, 8, 13, 40))
                yield (
                    year,
                    place,
                    f"Kelurahan {number}",
                    f"Kecamatan {number // 8}",
                    group,
                    group,
                    people,
                    hidden,
                )


if __name__ == "__main__":
    typer.run(main)
