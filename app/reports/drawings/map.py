"""The coverage report as a hexagon tile map: one SVG for the page and for the PDF.

The drawing is `templates/reports/tile_map.svg`, here is what stands where.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from app.i18n import Language, Translator, integer_text
from app.reports.coverage.report import STATES, CoverageReport, CoverageRow, State
from app.reports.coverage.states import LOOKS, OUTLINE, StateLook, state_text
from app.reports.coverage.wording import headline, title
from app.reports.drawings.hexagons import HEIGHT, POINT, Point, Tile, borders
from app.reports.drawings.templates import drawing

Link = Callable[[str], str]
"""From a kelurahan's code to the address of the people behind its figures."""

MARGIN = 18
LINE = 18.5
"""Between the lines of a name, which is written one word a line in letters of about this size."""
NAME_LINES = 3
FITTING_LETTERS = 7
"""Letters or figures that fit beside each other in a tile in any common font; longer ones are squeezed."""
KEY_LINE = 34
KEY_COLUMNS = 3
BADGE = 14
"""Radius, outline included."""


@dataclass(frozen=True, slots=True)
class Words:
    """What stands beside each other on one baseline of a tile."""

    text: str
    y: float

    @property
    def squeezed(self) -> bool:
        return len(self.text) > FITTING_LETTERS


@dataclass(frozen=True, slots=True)
class DrawnTile:
    """A hexagon with what is written in it; `description` says the same to those who hear it."""

    state: State
    look: StateLook
    points: str
    x: float
    icon_y: float
    lines: tuple[Words, ...]
    figure: Words
    description: str
    href: str | None


@dataclass(frozen=True, slots=True)
class Badge:
    """The number of a kecamatan where its area begins on the map, and again beside its name in the key."""

    number: int
    name: str
    at: Point
    key_at: Point


@dataclass(frozen=True, slots=True)
class Box:
    left: float
    top: float
    right: float
    bottom: float


def tile_map_svg(report: CoverageReport, _: Translator, language: Language, link: Link | None = None) -> str:
    """The SVG element of the map, with its legend.

    Every tile shows a kelurahan's name and its participants out of the target. `link` gives the address
    that a tile leads to. Kelurahan without a tile are left to the table, and closed ones whose tile others have now.
    """
    rows = {
        Tile(row.tile_row, row.tile_column): row
        for row in sorted(report.rows, key=lambda row: row.closed_on is None)
        if row.tile_row is not None and row.tile_column is not None
    }
    kecamatan = {tile: rows[tile].kecamatan for tile in sorted(rows)}
    box = _box(rows)
    badges = _badges(kecamatan, list(dict.fromkeys(row.kecamatan for row in rows.values())), box)
    key_top = box.bottom + KEY_LINE * (1 + -(-len(badges) // KEY_COLUMNS)) + MARGIN
    return drawing(
        "reports/tile_map.svg",
        title=title(_),
        description=headline(report, _, language),
        box=box,
        height=key_top + KEY_LINE * len(STATES) - box.top,
        tiles=[_drawn(tile, rows[tile], _, language, link) for tile in kecamatan],
        borders=" ".join(f"M{x1:g} {y1:g}L{x2:g} {y2:g}" for (x1, y1), (x2, y2) in borders(kecamatan)),
        badges=badges,
        key=[(state, LOOKS[state], key_top + KEY_LINE * line) for line, state in enumerate(STATES)],
        interactive=link is not None,
        looks=LOOKS,
        outline=OUTLINE,
        _=_,
    )


def _box(tiles: Iterable[Tile]) -> Box:
    corners = [corner for tile in tiles for corner in tile.corners] or [(0.0, 0.0)]
    return Box(
        left=min(x for x, _y in corners) - MARGIN,
        top=min(y for _x, y in corners) - MARGIN,
        right=max(x for x, _y in corners) + MARGIN,
        bottom=max(y for _x, y in corners) + MARGIN,
    )


def _drawn(tile: Tile, row: CoverageRow, _: Translator, language: Language, link: Link | None) -> DrawnTile:
    x, top = tile.top
    lines = name_lines(row.name)
    first_line = top + 51 + LINE * (NAME_LINES - len(lines)) / 2
    participants = integer_text(row.participants, language)
    target = integer_text(row.target, language)
    return DrawnTile(
        state=row.state,
        look=LOOKS[row.state],
        points=" ".join(f"{x:g},{y:g}" for x, y in tile.corners),
        x=x,
        icon_y=top + 25,
        lines=tuple(Words(text, first_line + LINE * index) for index, text in enumerate(lines)),
        figure=Words(f"{participants}/{target}" if row.target else participants, top + HEIGHT - POINT + 1),
        description=_("%(name)s: %(state)s, %(participants)s participants, target %(target)s")
        % {
            "name": row.name,
            "state": state_text(row.state, row.unmeasured_why, _),
            "participants": participants,
            "target": target,
        },
        href=link(row.kelurahan) if link else None,
    )


def name_lines(name: str) -> tuple[str, ...]:
    """A name as at most three lines, one word a line, the rest of a longer name on the last."""
    return tuple(name.split(maxsplit=NAME_LINES - 1))


def _badges(kecamatan: Mapping[Tile, str], names: Iterable[str], box: Box) -> list[Badge]:
    """Numbers `names`; each stands at the first tile of its area, `kecamatan` being in reading order."""
    first_tiles = {name: tile for tile, name in reversed(list(kecamatan.items()))}
    width = (box.right - box.left) / KEY_COLUMNS
    return [
        Badge(
            number=index + 1,
            name=name,
            at=first_tiles[name].top,
            key_at=(
                box.left + MARGIN + BADGE + width * (index % KEY_COLUMNS),
                box.bottom + KEY_LINE * (1 + index // KEY_COLUMNS),
            ),
        )
        for index, name in enumerate(names)
    ]
