"""The document about personal data names every table of the database."""

import re
from pathlib import Path

from sqlmodel import SQLModel

import app.models  # noqa: F401 (registers the tables)
from tests.project.test_personal_data import classified

DOCUMENT = Path("docs/privacy.md")
ABOUT_PEOPLE = {"identifying", "frozen"}


def test_every_table_is_in_the_document_once() -> None:
    kept, without = _tables_named()

    assert set(SQLModel.metadata.tables) - {*kept, *without} == set()
    assert len(kept) + len(without) == len({*kept, *without})


def test_tables_that_name_a_participant_are_among_the_kinds() -> None:
    """Which columns do is said by `personal_data.csv`."""
    kept, _without = _tables_named()
    about_people = {table for (table, _column), (kind, _) in classified().items() if kind in ABOUT_PEOPLE}

    assert about_people - set(kept) == set()


def _tables_named() -> tuple[list[str], list[str]]:
    """Return the tables in the table of kinds, and those that are said to have no data about people."""
    text = DOCUMENT.read_text()
    kinds, _, rest = text.partition("Without data about people are")
    kept = [
        name
        for line in kinds.splitlines()
        if line.startswith("| ") and line.count(" | ") == 5
        for name in re.findall(r"`(\w+)`", line.split(" | ")[1])
    ]
    return kept, re.findall(r"`(\w+)`", rest.partition("except that")[0])
