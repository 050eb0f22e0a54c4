"""The coverage report as a hexagon tile map: one SVG for the page and the PDF.

`templates/reports/tile_map.svg` is the drawing, this module computes the positions.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from textwrap import wrap

from app.i18n import Language, Translator, integer_text
from app.reports.coverage.report import CoverageReport, CoverageRow
from app.reports.coverage.states import (
    OUTLINE,
    STATE_STYLES,
    State,
    StateStyle,
    state_text,
)
from app.reports.coverage.texts.wording import headline, report_title, state_meanings
from app.reports.drawings.hexagons import HEIGHT, POINT, Point, Tile, borders
from app.reports.drawings.svg import render_svg

Link = Callable[[str], str]
"""Returns the URL for the code of a kelurahan or of another part of a report."""

MARGIN = 18
LINE_HEIGHT = 18.5
"""Of a name, which is written one word a line."""
MAX_NAME_LINES = 3
MAX_UNSQUEEZED_LETTERS = 7
"""The number of letters that fit into a tile in any common font; longer texts are squeezed."""
LEGEND_LINE_HEIGHT = 34
LEGEND_TEXT_HEIGHT = 26
LEGEND_COLUMNS = 3
LEGEND_LETTERS = 56
"""The number of letters of a line of the legend that fit beside the swatch in any common font."""
LEGEND_WIDTH = 740
"""Of its longest line in any common font; the tiles of the whole city need more."""
BADGE_RADIUS = 14


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of text in a tile, `y` being its baseline."""

    text: str
    y: float

    @property
    def squeezed(self) -> bool:
        """Whether the text is too long for a tile and is squeezed to its width."""
        return len(self.text) > MAX_UNSQUEEZED_LETTERS


@dataclass(frozen=True, slots=True)
class DrawnTile:
    """A hexagon with its texts; `description` is for screen readers."""

    state: State
    style: StateStyle
    points: str
    x: float
    icon_y: float
    lines: tuple[TextLine, ...]
    figure: TextLine
    description: str
    href: str | None


@dataclass(frozen=True, slots=True)
class Badge:
    """The number of a kecamatan, drawn at its first tile and again beside its name in the legend."""

    number: int
    name: str
    at: Point
    legend_at: Point


@dataclass(frozen=True, slots=True)
class LegendLine:
    """A state in the legend, with its translated label and the lines of its meaning; `y` is the middle of the first."""

    state: State
    style: StateStyle
    label: str
    meaning: tuple[str, ...]
    y: float

    @property
    def height(self) -> float:
        return LEGEND_LINE_HEIGHT + LEGEND_TEXT_HEIGHT * (len(self.meaning) - 1)


@dataclass(frozen=True, slots=True)
class Box:
    left: float
    top: float
    right: float
    bottom: float


def tile_map_svg(report: CoverageReport, _: Translator, language: Language, link: Link | None = None) -> str:
    """Return the SVG element of the map with its legend.

    Each tile shows the name of a kelurahan and its participants out of the target; with `link` it links to the URL that
    this returns for the kelurahan's code. Left out are kelurahan without a tile, and closed ones whose tile an open one
    has.
    """
    rows = {
        Tile(row.tile_row, row.tile_column): row
        for row in sorted(report.rows, key=lambda row: row.closed_on is None)  # open rows replace closed ones
        if row.tile_row is not None and row.tile_column is not None
    }
    kecamatan = {tile: rows[tile].kecamatan for tile in sorted(rows)}
    box = _bounding_box(rows)
    badges = _badges(kecamatan, list(dict.fromkeys(row.kecamatan for row in rows.values())), box)
    legend_top = box.bottom + LEGEND_LINE_HEIGHT * (1 + -(-len(badges) // LEGEND_COLUMNS)) + MARGIN
    legend = state_legend(report, legend_top, _)
    return render_svg(
        "reports/tile_map.svg",
        title=report_title(_),
        description=headline(report, _, language),
        box=box,
        height=legend_top + sum(line.height for line in legend) - box.top,
        tiles=[_draw_tile(tile, rows[tile], _, language, link) for tile in kecamatan],
        borders=" ".join(f"M{x1:g} {y1:g}L{x2:g} {y2:g}" for (x1, y1), (x2, y2) in borders(kecamatan)),
        badges=badges,
        legend=legend,
        interactive=link is not None,
        styles=STATE_STYLES,
        outline=OUTLINE,
        _=_,
    )


def state_legend(report: CoverageReport, top: float, _: Translator) -> list[LegendLine]:
    """Return the legend, which has each state of the report; its first line is at `top`."""
    legend, y = list[LegendLine](), top
    for state, (label, meaning) in state_meanings(report, _).items():
        first, *more = wrap(f"{label} {meaning}", LEGEND_LETTERS)
        legend.append(
            LegendLine(state, STATE_STYLES[state], label, (first.removeprefix(label).lstrip(), *more), y)
        )
        y += legend[-1].height
    return legend


def _bounding_box(tiles: Iterable[Tile]) -> Box:
    """Return the smallest box around the tiles, with a margin; it is as wide as the legend at least."""
    corners = [corner for tile in tiles for corner in tile.corners] or [(0.0, 0.0)]
    left, right = min(x for x, _y in corners) - MARGIN, max(x for x, _y in corners) + MARGIN
    missing = max(0, LEGEND_WIDTH - (right - left))
    return Box(
        left=left - missing / 2,
        top=min(y for _x, y in corners) - MARGIN,
        right=right + missing / 2,
        bottom=max(y for _x, y in corners) + MARGIN,
    )


def _draw_tile(
    tile: Tile, row: CoverageRow, _: Translator, language: Language, link: Link | None
) -> DrawnTile:
    """Return the tile of a kelurahan with its name, figure and description, and its link if there is one."""
    x, top = tile.top
    lines = name_lines(row.name)
    first_line = top + 51 + LINE_HEIGHT * (MAX_NAME_LINES - len(lines)) / 2
    return DrawnTile(
        state=row.state,
        style=STATE_STYLES[row.state],
        points=" ".join(f"{x:g},{y:g}" for x, y in tile.corners),
        x=x,
        icon_y=top + 25,
        lines=tuple(TextLine(text, first_line + LINE_HEIGHT * index) for index, text in enumerate(lines)),
        figure=TextLine(figure_text(row, language), top + HEIGHT - POINT + 1),
        description=describe_row(row, _, language),
        href=link(row.kelurahan) if link else None,
    )


def figure_text(row: CoverageRow, language: Language) -> str:
    """Return the participants of a kelurahan, out of its target if it has one: "2/5"."""
    participants = integer_text(row.participants, language)
    return f"{participants}/{integer_text(row.target, language)}" if row.target else participants


def describe_row(row: CoverageRow, _: Translator, language: Language) -> str:
    """Return what a map says of a kelurahan, for screen readers and as a hint."""
    return _("%(name)s: %(state)s, %(participants)s participants, %(target)s") % {
        "name": row.name,
        "state": state_text(row.state, row.unmeasured_why, _, has_target=row.target is not None),
        "participants": integer_text(row.participants, language),
        "target": _target_text(row.target, _, language),
    }


def _target_text(target: int | None, _: Translator, language: Language) -> str:
    """Return a target for the description of a tile: "target 5", "no target" for 0, or that none is set."""
    if target is None:
        return _("no target set")
    return _("target %(target)s") % {"target": integer_text(target, language)} if target else _("no target")


def name_lines(name: str) -> tuple[str, ...]:
    """Return the words of a name as at most three lines; the last of three has all remaining words."""
    return tuple(name.split(maxsplit=MAX_NAME_LINES - 1))


def _badges(kecamatan: Mapping[Tile, str], names: Iterable[str], box: Box) -> list[Badge]:
    """Return a badge for each kecamatan, numbered from 1 in the order of `names`.

    It is drawn at the first tile of the kecamatan in reading order.
    """
    first_tiles = {name: tile for tile, name in reversed(list(kecamatan.items()))}
    width = (box.right - box.left) / LEGEND_COLUMNS
    return [
        Badge(
            number=index + 1,
            name=name,
            at=first_tiles[name].top,
            legend_at=(
                box.left + MARGIN + BADGE_RADIUS + width * (index % LEGEND_COLUMNS),
                box.bottom + LEGEND_LINE_HEIGHT * (1 + index // LEGEND_COLUMNS),
            ),
        )
        for index, name in enumerate(names)
    ]
