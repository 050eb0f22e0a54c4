"""What was seen on photographed pages of a printed attendance list."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Mark: TypeAlias = Literal["signed", "unsigned", "unsure"]


@dataclass(frozen=True, slots=True)
class LineReading:
    """What was seen on one line of a page.

    `mark` says whether its signature cell is signed. `ink` is the share of that cell that is ink. `why` is the code of
    the reason for "unsure", "" for others. `has_writing` tells of an empty line whether anything is written in it.
    `picture` is the line as JPEG.
    """

    number: int
    mark: Mark
    ink: float
    why: str
    has_writing: bool
    picture: bytes


@dataclass(frozen=True, slots=True)
class PageReading:
    """What was seen of one page. `photo` is the index of its file, `print_code` and `page` are read from its QR code.

    `problem` is the code of the reason why the page could not be read ("no-markers", "no-code", …), "" if it could.
    `warnings` are the codes of what makes it hard to read ("glare", "blurred", …). `picture` is the straightened page
    as JPEG, or the photo itself, upright and smaller, where it could not be straightened.
    """

    photo: int
    print_code: str | None
    page: int | None
    problem: str
    warnings: tuple[str, ...]
    lines: tuple[LineReading, ...]
    picture: bytes
