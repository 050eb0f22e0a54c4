"""Every column of the database is classified: does it name a participant, and what becomes of it at an erasure?

`personal_data.csv` lists them. A new column fails here until somebody has thought about it:

- kind: `identifying` (names a participant, or may), `frozen` (a fact that figures are counted from), `staff` (about
  users), `reference` (about the city, workshops and settings), or `technical`.
- erasure: `emptied`, `deleted` with its row, `searched` (emptied where the person's texts are found), `by-hand` (the
  erasure lists the pictures that may show the person, for staff to look at), or `kept`.
"""

import csv
from pathlib import Path

from sqlmodel import SQLModel

import app.models  # noqa: F401 (registers the tables)
from app.people.fields import PERSON_FIELDS
from app.queries.personal_data.held_data import person_tables
from app.services.personal_data.erasure import KEPT_TABLES

LIST = Path(__file__).parent / "personal_data.csv"
KINDS = {"identifying", "frozen", "staff", "reference", "technical"}
ERASURES = {"emptied", "deleted", "searched", "by-hand", "kept"}


def classified() -> dict[tuple[str, str], tuple[str, str]]:
    """Return kind and erasure by table and column."""
    with LIST.open() as lines:
        return {(row["table"], row["column"]): (row["kind"], row["erasure"]) for row in csv.DictReader(lines)}


def test_every_column_is_classified_once_and_none_that_is_gone() -> None:
    columns = {
        (table.name, column.name) for table in SQLModel.metadata.sorted_tables for column in table.columns
    }
    listed = classified()

    assert sorted(columns - listed.keys()) == [], "add these to tests/project/personal_data.csv"
    assert sorted(listed.keys() - columns) == [], "take these out of tests/project/personal_data.csv"
    assert {kind for kind, _ in listed.values()} <= KINDS
    assert {erasure for _, erasure in listed.values()} <= ERASURES


def test_what_identifies_a_person_is_never_kept() -> None:
    assert [column for column, handling in classified().items() if handling == ("identifying", "kept")] == []


def test_the_fields_of_a_person_are_emptied() -> None:
    """The erasure and the copy read the registry of fields, so a new field of a person goes and is handed out."""
    listed = classified()
    fields = [column for field in PERSON_FIELDS for column in field.columns]

    assert {listed["participant", column] for column in fields} == {("identifying", "emptied")}
    kept = {
        column
        for (table, column), handling in listed.items()
        if table == "participant" and handling[1] == "kept"
    }
    assert kept == {"id", "created_at", "erased_at"}


def test_tables_that_refer_to_people_are_deleted_from_unless_figures_need_them() -> None:
    listed = classified()
    deleted = {table.name for table in person_tables(without=KEPT_TABLES)}

    assert {table for (table, _), (_, erasure) in listed.items() if erasure == "deleted"} == deleted
