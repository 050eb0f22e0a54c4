"""Official letters as one PDF, a letter for each recipient on a page of its own."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from app.reports.formats.typesetting import typeset
from app.reports.letterhead import Letterhead


@dataclass(frozen=True, slots=True)
class LetterText:
    """The text that all letters share. `opening` and `closing` are paragraphs, `sections` headings with paragraphs.

    `facts` are labels with values above the recipient, and `signed` the lines below the text, with room to sign.
    """

    title: str
    facts: tuple[tuple[str, str], ...]
    to: str
    opening: tuple[str, ...]
    sections: tuple[tuple[str, str], ...]
    closing: tuple[str, ...]
    signed: tuple[str, ...]

    def plain_text(self, recipient: str) -> str:
        """Return a letter as plain text, for an e-mail or a message."""
        sections = [f"{heading}:\n{text}" for heading, text in self.sections]
        greeting = f"{self.to} {recipient}"
        return "\n\n".join((greeting, *self.opening, *sections, *self.closing, "\n".join(self.signed)))


def render_letters_pdf(
    text: LetterText, recipients: Sequence[tuple[str, ...]], letterhead: Letterhead, generated_at: datetime
) -> bytes:
    """Return the PDF on A4 portrait: the letter once for each recipient, whose lines stand below `text.to`.

    Texts entered by users reach Typst as data, never as markup.
    """
    content = {"letterhead": letterhead.content, "recipients": recipients, **asdict(text)}
    return typeset("letters.typ", {"letters": json.dumps(content)}, generated_at)
