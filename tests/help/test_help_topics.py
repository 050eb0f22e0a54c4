"""The help topics: complete in both languages, true to the words of the pages, and found by a search."""

import re
from pathlib import Path
from typing import get_args

import pytest
from babel.messages.pofile import read_po
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from app.help_topics import AUDIENCES, help_folder, help_topics, search_topics, topic_of_route
from app.i18n import Language

CATALOGUE = Path("app/locale/id/LC_MESSAGES/jangkau.po")
LABEL = re.compile(r"\*\*(.+?)\*\*")
LANGUAGES: tuple[Language, ...] = get_args(Language)


def read(language: Language, key: str) -> str:
    return (help_folder() / language / f"{key}.md").read_text()


def shape(text: str) -> list[str]:
    """Return the structure of a topic: its headings, steps and pictures, without their words."""
    return re.findall(r"^#+|^\d+\.|^!\[", text, re.MULTILINE)


def test_every_topic_has_the_same_steps_in_both_languages() -> None:
    for topic in help_topics("id"):
        assert shape(read("id", topic.key)) == shape(read("en", topic.key)), topic.key


def test_every_file_is_listed_and_every_kind_of_user_has_topics() -> None:
    listed = {topic.key for topic in help_topics("id")}
    for language in LANGUAGES:
        assert {path.stem for path in (help_folder() / language).glob("*.md")} == listed
    assert {topic.audience for topic in help_topics("id")} == set(AUDIENCES)


def test_buttons_that_the_topics_name_are_texts_of_the_pages() -> None:
    with CATALOGUE.open("rb") as source:
        messages = list(read_po(source, locale="id"))
    texts = {
        "en": {text for message in messages for text in _forms(message.id)},
        "id": {text for message in messages for text in _forms(message.string)},
    }
    unknown = [
        (language, topic.key, label)
        for language in LANGUAGES
        for topic in help_topics(language)
        for label in LABEL.findall(read(language, topic.key))
        if label not in texts[language]
    ]

    assert unknown == []


def _forms(text: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ())


def test_pages_that_a_topic_explains_exist(built_app: FastAPI) -> None:
    routes = {route.path for route in iter_route_contexts(built_app.routes)}
    rows = (help_folder() / "topics.csv").read_text().splitlines()[1:]
    explained = {route for row in rows for route in row.split(",")[2].split()}

    assert explained - routes == set()


def test_a_page_leads_to_its_topic() -> None:
    topic = topic_of_route("/sesi/{code}/hadir", "id")
    assert topic is not None
    assert topic.title == "Mencatat kehadiran di pintu"
    assert topic_of_route("/health/live", "id") is None


@pytest.mark.parametrize(
    ("query", "language", "expected"),
    [
        ("tiket hilang", "id", "tiket"),
        ("lost ticket", "en", "tiket"),
        ("SINYAL", "id", "hari-pelaksanaan"),
        ("undo", "en", "membatalkan-unggahan"),
    ],
)
def test_a_search_finds_the_task(query: str, language: Language, expected: str) -> None:
    assert expected in [found.key for found in search_topics(query, language)]


def test_a_topic_with_the_word_in_its_title_comes_first() -> None:
    assert search_topics("target", "id")[0].key == "menetapkan-target"
    assert search_topics("zirkonium", "id") == []
    assert search_topics("  ", "id") == []
