"""An official document as a list of blocks, from which Word and PDF are made alike."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Literal

from app.i18n import integer_text
from app.reports.letterhead import Letterhead
from app.reports.official import Signatory

BLANK = "……………………"
"""Stands where a text is missing, so that it is seen on paper."""

Align = Literal["left", "center", "right", "justify"]

_NUMBERED = re.compile(r"\d{1,2}[.)]\s+")


@dataclass(frozen=True, slots=True)
class Heading:
    text: str
    level: Literal[1, 2] = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A text; its line ends stay."""

    text: str
    align: Align = "justify"
    bold: bool = False


@dataclass(frozen=True, slots=True)
class NumberedList:
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Labels with their values, as lines "label : value"."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class DataTable:
    """A table whose headings are repeated on each page. A cell that is a number stands to the right.

    `widths` are the shares of its columns; the last `totals` rows are sums.
    """

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str | int, ...], ...]
    widths: tuple[int, ...]
    totals: int = 0


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo (JPEG or PNG) with its caption, which is also its alternative text. Width and height are pixels."""

    content: bytes
    media_type: str
    width: int
    height: int
    caption: str


@dataclass(frozen=True, slots=True)
class Pictures:
    """Photos in two columns."""

    pictures: tuple[Picture, ...]

    @property
    def lines(self) -> list[tuple[Picture, ...]]:
        """One or two photos for each line."""
        return [self.pictures[index : index + 2] for index in range(0, len(self.pictures), 2)]


@dataclass(frozen=True, slots=True)
class Signatures:
    """The place and date, and the signatories: acknowledging ones on the left, the others on the right.

    Without a signatory there is room for one blank signature.
    """

    place_and_date: str
    signatories: tuple[Signatory, ...]
    acknowledged: str
    employee_number: str

    @property
    def lines(self) -> list[tuple[Signatory | None, Signatory | None]]:
        """Pairs of a signatory on the left and one on the right; None where nobody signs."""
        signatories = self.signatories or (Signatory(name="", role=""),)
        left = [signatory for signatory in signatories if signatory.acknowledges]
        right = [signatory for signatory in signatories if not signatory.acknowledges]
        count = max(len(left), len(right))
        return [
            (
                left[index] if index < len(left) else None,
                right[index] if index < len(right) else None,
            )
            for index in range(count)
        ]

    def above(self, signatory: Signatory, *, is_first: bool) -> tuple[str, ...]:
        """Return the lines above the room for a signature."""
        role = signatory.role or BLANK
        if signatory.acknowledges:
            return (self.acknowledged, role) if is_first else ("", role)
        return (self.place_and_date, role) if is_first else ("", role)

    def below(self, signatory: Signatory) -> tuple[str, ...]:
        """Return the lines below the room for a signature: name, rank and employee number."""
        number = f"{self.employee_number} {signatory.printed_nip}" if signatory.nip else ""
        return tuple(filter(None, (signatory.name or BLANK, signatory.rank, number)))


@dataclass(frozen=True, slots=True)
class PageBreak:
    pass


Block = Heading | Paragraph | NumberedList | Facts | DataTable | Pictures | Signatures | PageBreak


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """An official document on A4 in Indonesian.

    `heading` are the centred lines below the letterhead, empty for a letter. `title` names the file in its properties
    and its footer.
    """

    title: str
    heading: tuple[str, ...]
    blocks: tuple[Block, ...]
    letterhead: Letterhead
    generated_at: datetime
    page_of: str


def typed_blocks(text: str) -> Iterator[Block]:
    """Yield the paragraphs and numbered lists of a typed text; a blank if it is empty.

    Lines such as "1. …" in a row are a numbered list; an empty line begins a new paragraph.
    """
    text = printable(text).strip()
    if not text:
        yield Paragraph(BLANK)
    for is_empty, lines in groupby(text.splitlines(), key=lambda line: not line.strip()):
        if is_empty:
            continue
        for is_numbered, group in groupby(lines, key=lambda line: bool(_NUMBERED.match(line.strip()))):
            texts = [line.strip() for line in group]
            if is_numbered:
                yield NumberedList(tuple(_NUMBERED.sub("", line, count=1) for line in texts))
            else:
                yield Paragraph("\n".join(texts))


def cell_text(cell: str | int) -> str:
    """Return a cell as text; numbers with separators between thousands."""
    return integer_text(cell) if isinstance(cell, int) else printable(cell)


def printable(text: str) -> str:
    """Return the text without control characters, invisible characters and halves of characters, but with line ends.

    An XML file can't hold control characters; those that turn the direction of writing would disorder a line.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    if text.isprintable():
        return text
    return "".join(
        character for character in text if character == "\n" or unicodedata.category(character)[0] != "C"
    )
