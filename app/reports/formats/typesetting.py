"""PDFs by Typst, in a child process: Typst keeps much of what a document took, and a long list takes gigabytes."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from app.child_call import call_in_child

TEMPLATES = Path(__file__).parents[1] / "typst"


class TypesettingError(Exception):
    """Typst's message about a template or about a text that can't be printed."""


def typeset(
    template: str, inputs: Mapping[str, str], generated_at: datetime, *, by_standard: bool = False
) -> bytes:
    """Return the PDF that a template in `reports/typst` makes of `inputs`, with Typst's built-in fonts.

    With `by_standard` it is archivable and accessible (PDF/A-2a, PDF/UA-1). Raises `TypesettingError`.
    """
    moment = generated_at.astimezone(UTC).replace(microsecond=0)  # Typst doesn't accept microseconds
    return call_in_child(_compile, template, dict(inputs), moment, by_standard)


def _compile(template: str, inputs: dict[str, str], moment: datetime, by_standard: bool) -> bytes:
    import typst  # only in the child process

    try:
        return typst.compile(
            TEMPLATES / template,
            format="pdf",
            pdf_standards=["a-2a", "ua-1"] if by_standard else [],
            ignore_system_fonts=True,
            timestamp=moment,
            sys_inputs=inputs,
        )
    except typst.TypstError as error:
        raise TypesettingError(str(error)) from None
