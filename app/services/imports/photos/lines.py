"""Which reading of a line counts, where pages were photographed twice or people stand on several prints."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from app.paper.page_reading import Mark

PAGES_DIFFER = "pages-differ"
"""The reason for "unsure" where one photo shows a signature and another one of the same page doesn't."""
HIDDEN = frozenset({"glare", "unclear", "code-unread", ""})
"""Reasons for "unsure" that lie in the photo: what another photo of the same page shows counts instead.

All others are something on the paper, which a worse photo may not show."""
CROSSED_OUT = "crossed-out"


@dataclass(frozen=True, slots=True)
class SeenLine:
    """What is seen on a line of a page. `number` is that of its row in the import.

    `registration` is None for an empty line, of which `has_writing` tells whether anything was written in it. `photo`
    is the position of the photo, `picture` is None where it is stored already.
    """

    number: int
    registration: str | None
    mark: Mark
    ink: float
    why: str
    has_writing: bool
    photo: int
    picture: bytes | None


@dataclass(frozen=True, slots=True)
class SeenPage:
    """A page that was read. `print_code` and `page` say which, `photo` is the position of its photo.

    `warnings` counts what makes the photo hard to read.
    """

    print_code: str
    page: int
    photo: int
    warnings: int
    lines: tuple[SeenLine, ...]


@dataclass(frozen=True)
class MergedPages:
    """The lines that count by row number, and the positions of the photos of pages that were read from better ones."""

    lines: dict[int, SeenLine]
    repeated: frozenset[int]


def merge_pages(pages: Sequence[SeenPage], kept: Collection[int] = ()) -> MergedPages:
    """Return the lines of all pages. Of photos of the same page the better one counts, line by line.

    A line that one of them shows signed and the other unsigned is unsure. The photos in `kept` come first, as they are
    stored as those that were read.
    """
    photos_of_page: dict[tuple[str, int], list[SeenPage]] = {}
    for page in sorted(pages, key=lambda page: (page.photo not in kept, *_badness(page))):
        photos_of_page.setdefault((page.print_code, page.page), []).append(page)
    lines: dict[int, SeenLine] = {}
    repeated: set[int] = set()
    for photos in photos_of_page.values():
        repeated |= {photo.photo for photo in photos[1:]}
        for photo in photos:
            for line in photo.lines:
                known = lines.get(line.number)
                lines[line.number] = line if known is None else _merge_lines(known, line)
    return MergedPages(lines, frozenset(repeated))


def _badness(page: SeenPage) -> tuple[int, int, int]:
    """Return by what pages are sorted, the best one first."""
    return sum(line.mark == "unsure" for line in page.lines), page.warnings, page.photo


def _merge_lines(better: SeenLine, other: SeenLine) -> SeenLine:
    """Return what two photos of a line say together. What one of them shows on the paper is not taken back."""
    has_writing = better.has_writing or other.has_writing
    if {better.mark, other.mark} == {"signed", "unsigned"}:
        signed = better if better.mark == "signed" else other
        return replace(signed, mark="unsure", why=PAGES_DIFFER, has_writing=has_writing)
    counts = max(better, other, key=_weight)  # the better one where both weigh the same
    return replace(counts, has_writing=has_writing)


def _weight(line: SeenLine) -> int:
    """Return by what the readings of a line on two photos of its page are compared, the one that counts last.

    A signature counts more than too little ink for one, but a line through the name more than a signature.
    """
    if line.mark != "unsure":
        return 3 if line.mark == "signed" else 1
    if line.why in HIDDEN:
        return 0
    return 4 if line.why in (PAGES_DIFFER, CROSSED_OUT) else 2


def choose_lines(lines: Mapping[int, SeenLine], answered: Collection[int] = ()) -> list[SeenLine]:
    """Return the lines that become rows, in their order: one for each registration, and each filled empty line.

    A person on several prints of a session counts as signed if they signed one of them. Rows about which staff have
    `answered` stay.
    """
    chosen: dict[str, SeenLine] = {}
    for line in lines.values():
        if line.registration is not None:
            known = chosen.get(line.registration)
            if known is None or _rank(line, answered) < _rank(known, answered):
                chosen[line.registration] = line
    written = [line for line in lines.values() if line.registration is None and _is_filled(line, answered)]
    return sorted([*chosen.values(), *written], key=lambda line: line.number)


def _rank(line: SeenLine, answered: Collection[int]) -> tuple[bool, int, int]:
    """Return by what the lines of one registration are sorted, the one that counts first."""
    return line.number not in answered, ("signed", "unsure", "unsigned").index(line.mark), line.number


def _is_filled(line: SeenLine, answered: Collection[int]) -> bool:
    return line.has_writing or line.mark != "unsigned" or line.number in answered


def list_missing_pages(
    pages_of_print: Mapping[str, Mapping[int, Iterable[str | None]]],
    read: Collection[tuple[str, int]],
) -> list[tuple[str, int]]:
    """Return print and page of the pages that were not read and have a line that no page that was read has.

    `pages_of_print` are the registrations of the lines of each page of the prints of which a page was read, None for an
    empty line: somebody may have written in it.
    """
    known = {
        registration
        for print_code, page in read
        for registration in pages_of_print[print_code].get(page, ())
        if registration is not None
    }
    return [
        (print_code, page)
        for print_code, pages in pages_of_print.items()
        for page, registrations in sorted(pages.items())
        if (print_code, page) not in read and not set(registrations) <= known
    ]
