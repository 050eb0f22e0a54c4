"""Help topics: short tasks in Markdown for each kind of user, one file per topic and language.

They are in `docs/panduan` in the repository, in `app/panduan` in the wheel. `topics.csv` there lists them in the order
in which they are shown, with the users they are for and the routes they explain.
"""

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, get_args

from markdown_it import MarkdownIt

from app.i18n import N_, Language

Audience = Literal["citizen", "organizer", "staff", "dinas", "admin"]

AUDIENCES: dict[Audience, str] = {
    "citizen": N_("For everybody who joins a workshop"),
    "organizer": N_("For organizers"),
    "staff": N_("For staff at the venue and at the desk"),
    "dinas": N_("For Dinas Kominfo"),
    "admin": N_("For administrators"),
}
EXCERPT_LENGTH = 140


@dataclass(frozen=True)
class HelpTopic:
    """A topic in one language. `key` is the name of its file, `html` its text without the title."""

    key: str
    audience: Audience
    title: str
    html: str
    text: str


@dataclass(frozen=True)
class FoundTopic:
    """A topic that a search found, with a piece of its text."""

    key: str
    title: str
    excerpt: str


def help_folder() -> Path:
    """Return the folder with the topics."""
    inside = Path(__file__).parent / "panduan"
    return inside if inside.is_dir() else inside.parent.parent / "docs" / "panduan"


@cache
def help_topics(language: Language) -> tuple[HelpTopic, ...]:
    """Return all topics in a language, in the order of `topics.csv`."""
    return tuple(_read_topic(row["topic"], _audience(row), language) for row in _rows())


def get_topic(key: str, language: Language) -> HelpTopic | None:
    """Return the topic with this key, None if there is none."""
    return next((topic for topic in help_topics(language) if topic.key == key), None)


def topic_of_route(path: str, language: Language) -> HelpTopic | None:
    """Return the topic that explains the page of a route such as "/sesi/{code}/hadir", None if there is none."""
    key = _topics_by_route().get(path)
    return get_topic(key, language) if key else None


def search_topics(query: str, language: Language, limit: int = 20) -> list[FoundTopic]:
    """Return the topics that have words beginning with every word of `query`.

    Those with such a word in their title come first.
    """
    words = query.casefold().split()
    if not words:
        return []
    found = [
        topic
        for topic in help_topics(language)
        if all(_has_word(f"{topic.title} {topic.text}", word) for word in words)
    ]
    found.sort(key=lambda topic: not any(_has_word(topic.title, word) for word in words))
    return [FoundTopic(topic.key, topic.title, _excerpt(topic.text, words)) for topic in found[:limit]]


@cache
def _rows() -> tuple[dict[str, str], ...]:
    with (help_folder() / "topics.csv").open(encoding="utf-8", newline="") as source:
        return tuple(csv.DictReader(source))


@cache
def _topics_by_route() -> dict[str, str]:
    return {route: row["topic"] for row in _rows() for route in row["explains"].split()}


def _audience(row: dict[str, str]) -> Audience:
    return next(audience for audience in get_args(Audience) if audience == row["audience"])


def _read_topic(key: str, audience: Audience, language: Language) -> HelpTopic:
    """Read a topic's file. Its first line is the title, a heading of level 1."""
    source = (help_folder() / language / f"{key}.md").read_text(encoding="utf-8")
    heading, body = source.split("\n", 1)
    parser = MarkdownIt("commonmark", {"html": False})
    parser.add_render_rule("image", _render_picture)
    inline = [token for token in parser.parse(body) if token.type == "inline"]
    text = " ".join(
        "".join(child.content or " " for child in token.children or () if child.type in {"text", "softbreak"})
        for token in inline
    )
    return HelpTopic(key, audience, heading.removeprefix("# "), parser.render(body), " ".join(text.split()))


def _render_picture(renderer, tokens, index, options, environment) -> str:  # type: ignore[no-untyped-def]
    """Render a picture with its address in the service, loaded only when the reader comes near it."""
    name = Path(str(tokens[index].attrGet("src"))).name
    tokens[index].attrSet("src", f"/bantuan/gambar/{name}")
    tokens[index].attrSet("loading", "lazy")
    return str(renderer.image(tokens, index, options, environment))


def _has_word(text: str, start: str) -> bool:
    """Return whether a word of the text begins with `start`, a part of a word in lower case."""
    return re.search(rf"\b{re.escape(start)}", text.casefold()) is not None


def _excerpt(text: str, words: list[str]) -> str:
    """Return the part of a text that begins shortly before the first of the words, cut at whole words."""
    places = [place for word in words if (place := text.casefold().find(word)) >= 0]
    start = text.rfind(" ", 0, max(min(places, default=0) - EXCERPT_LENGTH // 3, 0)) + 1
    cut = text[start : start + EXCERPT_LENGTH]
    if start + EXCERPT_LENGTH < len(text):
        cut = cut.rsplit(" ", 1)[0] + " …"
    return f"… {cut}" if start else cut
