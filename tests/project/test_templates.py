"""Every template compiles, and none has what the Content-Security-Policy would block."""

import re
from pathlib import Path

import pytest

from app.web.pages import jinja_environment

TEMPLATES = Path("app/templates")
BLOCKED = {
    "an inline script": re.compile(r"<script(?![^>]*\ssrc=)", re.IGNORECASE),
    "an inline style sheet": re.compile(r"<style\b", re.IGNORECASE),
    "a style attribute": re.compile(r"\sstyle\s*=", re.IGNORECASE),
    "an event handler": re.compile(r"\son[a-z]+\s*=", re.IGNORECASE),
}

every_template = pytest.mark.parametrize("name", jinja_environment("en").list_templates())


@every_template
def test_template_compiles(name: str) -> None:
    jinja_environment("en").get_template(name)


@every_template
def test_template_holds_nothing_inline(name: str) -> None:
    source = (TEMPLATES / name).read_text()

    assert [what for what, pattern in BLOCKED.items() if pattern.search(source)] == []
