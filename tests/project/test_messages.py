"""The Indonesian catalogue holds every text of the code, and nothing else."""

import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from app.web.pages import jinja_environment

CATALOGUE = Path("app/locale/id/LC_MESSAGES/jangkau.po")
REMEDY = "`make messages`, then translate what is new"


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """The texts that the code marks for translation."""
    path = tmp_path_factory.mktemp("messages") / "jangkau.pot"
    pybabel = Path(sys.executable).with_name("pybabel")
    extract = ["--quiet", "extract", "--mapping-file", "pyproject.toml", "--output", str(path), "app"]
    subprocess.run([pybabel, *extract], check=True)
    with path.open("rb") as source:
        return read_po(source)


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with CATALOGUE.open("rb") as source:
        return read_po(source, locale="id")


def missing(these: Catalog, those: Catalog) -> list[object]:
    """Return the texts of a catalogue that the other one doesn't have with the same context."""
    return [text.id for text in these if text.id and not those.get(text.id, text.context)]


def test_every_text_is_in_the_catalogue(texts: Catalog, catalogue: Catalog) -> None:
    assert missing(texts, catalogue) == [], REMEDY


def test_the_catalogue_has_no_unused_text(texts: Catalog, catalogue: Catalog) -> None:
    assert missing(catalogue, texts) == [], REMEDY
    assert list(catalogue.obsolete) == [], REMEDY


def test_every_text_is_translated_and_none_is_fuzzy(catalogue: Catalog) -> None:
    assert [message.id for message in catalogue if message.id and not message.string] == []
    assert [message.id for message in catalogue if message.id and message.fuzzy] == []


def test_translations_keep_the_placeholders(catalogue: Catalog) -> None:
    assert [(message.id, errors) for message, errors in catalogue.check()] == []


def test_all_actions_of_the_log_have_different_words() -> None:
    actions = jinja_environment("id").get_template("names.html").module.actions  # type: ignore[attr-defined]
    assert len(set(actions.values())) == len(actions)
