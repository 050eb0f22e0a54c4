"""The layout of a printed attendance list: markers, and where the cells of each line lie. Lengths are millimetres."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

PAGE_WIDTH, PAGE_HEIGHT = 210.0, 297.0
MARKER_SIZE = 12.0
MARKER_MARGIN = 8.0
"""Between a marker and the two edges of the page that are nearest."""

MARKED_PAGES = 12
"""Markers repeat after so many pages, and confirm the page of the QR code.

Those of page p have the ids 4 ((p - 1) mod 12) to 4 ((p - 1) mod 12) + 3 of OpenCV's dictionary DICT_4X4_50, in the
order top left, top right, bottom right, bottom left.
"""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page, from the page's top left corner."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """A line to sign. `registration` is a registration's code, None for an empty line for a walk-in.

    `number` is the number printed in front of it, and also that of its row in the import. `row` is the whole line.
    `cells` are the boxes of the columns to fill in, by field: "name", "sex", "kelurahan", "target_group".
    """

    number: int
    registration: str | None
    row: Box
    signature: Box
    cells: Mapping[str, Box]


@dataclass(frozen=True, slots=True)
class PageLayout:
    """The lines of a page; `number` counts from 1."""

    number: int
    lines: tuple[PrintedLine, ...]


@dataclass(frozen=True, slots=True)
class PrintLayout:
    """The pages of a printed list."""

    pages: tuple[PageLayout, ...]


_BoxJson: TypeAlias = list[float]


def layout_to_json(layout: PrintLayout) -> dict[str, Any]:
    """Return a layout as JSON from which `layout_from_json` restores it."""
    return {
        "pages": [
            {
                "number": page.number,
                "lines": [
                    {
                        "number": line.number,
                        "registration": line.registration,
                        "row": _box_to_json(line.row),
                        "signature": _box_to_json(line.signature),
                        "cells": {field: _box_to_json(box) for field, box in line.cells.items()},
                    }
                    for line in page.lines
                ],
            }
            for page in layout.pages
        ]
    }


def layout_from_json(stored: Mapping[str, Any]) -> PrintLayout:
    """Return the layout that `layout_to_json` stored."""
    return PrintLayout(
        tuple(
            PageLayout(
                page["number"],
                tuple(
                    PrintedLine(
                        line["number"],
                        line["registration"],
                        Box(*line["row"]),
                        Box(*line["signature"]),
                        {field: Box(*box) for field, box in line["cells"].items()},
                    )
                    for line in page["lines"]
                ),
            )
            for page in stored["pages"]
        )
    )


def _box_to_json(box: Box) -> _BoxJson:
    return [round(length, 2) for length in (box.x, box.y, box.width, box.height)]
