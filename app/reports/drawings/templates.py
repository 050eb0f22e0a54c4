"""Renders the templates of drawings: SVG coloured by presentation attributes alone, for pages forbid inline styles."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

TEMPLATES = Path(__file__).parents[2] / "templates"


def drawing(template: str, **what: Any) -> str:
    """The SVG element that a template makes; texts in it are escaped."""
    return _environment().get_template(template).render(what)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
