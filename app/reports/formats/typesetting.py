"""PDFs by Typst, in a child process: Typst keeps much of what a document took, and a long list takes gigabytes."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.child_call import call_in_child

TEMPLATES = Path(__file__).parents[1] / "typst"


class TypesettingError(Exception):
    """Typst's message about a template or about a text that can't be printed."""


def typeset(
    template: str,
    inputs: Mapping[str, str],
    generated_at: datetime,
    *,
    by_standard: bool = False,
    tagged: bool = True,
) -> bytes:
    """Return the PDF that a template in `reports/typst` makes of `inputs`, with Typst's built-in fonts.

    With `by_standard` it is archivable and accessible (PDF/A-2a, PDF/UA-1). Without tags, which tell screen readers
    what is a heading or a cell, a long table is a tenth as large. Raises `TypesettingError`.
    """
    moment = generated_at.astimezone(UTC).replace(microsecond=0)  # Typst doesn't accept microseconds
    return call_in_child(_compile, template, dict(inputs), moment, by_standard, tagged)


def query_typeset(template: str, inputs: Mapping[str, str], selector: str) -> list[dict[str, Any]]:
    """Return the values of the `metadata` with this label in the document that `typeset` would make.

    Raises `TypesettingError`.
    """
    return call_in_child(_query, template, dict(inputs), selector)


def _query(template: str, inputs: dict[str, str], selector: str) -> list[dict[str, Any]]:
    import typst  # only in the child process

    try:
        found = typst.query(
            TEMPLATES / template, selector, field="value", ignore_system_fonts=True, sys_inputs=inputs
        )
    except typst.TypstError as error:
        raise TypesettingError(str(error)) from None
    values: list[dict[str, Any]] = json.loads(found)
    return values


def _compile(
    template: str, inputs: dict[str, str], moment: datetime, by_standard: bool, tagged: bool
) -> bytes:
    import typst  # only in the child process

    try:
        return typst.compile(
            TEMPLATES / template,
            format="pdf",
            pdf_standards=["a-2a", "ua-1"] if by_standard else [],
            ignore_system_fonts=True,
            timestamp=moment,
            sys_inputs=inputs,
            pdf_tags=tagged,
        )
    except typst.TypstError as error:
        raise TypesettingError(str(error)) from None
