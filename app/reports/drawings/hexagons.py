"""Where the hexagons of a tile map lie: points up, odd rows shifted half a tile to the right."""

from collections.abc import Mapping
from dataclasses import dataclass

Point = tuple[float, float]

WIDTH = 100
POINT = 30
"""Height of the roof over the upright sides, and of the point under them."""
SIDE = 78
HEIGHT = SIDE + 2 * POINT
ROW_PITCH = SIDE + POINT


@dataclass(frozen=True, slots=True, order=True)
class Tile:
    """A place on the map, `row` from the top and `column` from the left, both from 0."""

    row: int
    column: int

    @property
    def top(self) -> Point:
        """The uppermost corner."""
        shift = WIDTH / 2 if self.row % 2 else 0
        return self.column * WIDTH + shift + WIDTH / 2, self.row * ROW_PITCH

    @property
    def corners(self) -> tuple[Point, ...]:
        """Six corners, clockwise from the top."""
        x, y = self.top
        right, left = x + WIDTH / 2, x - WIDTH / 2
        upper, lower = y + POINT, y + POINT + SIDE
        return (x, y), (right, upper), (right, lower), (x, y + HEIGHT), (left, lower), (left, upper)

    @property
    def neighbours(self) -> tuple["Tile", ...]:
        """Six tiles, each beyond the edge that begins at the corner of the same index."""
        left = self.column - 1 if self.row % 2 == 0 else self.column
        return (
            Tile(self.row - 1, left + 1),
            Tile(self.row, self.column + 1),
            Tile(self.row + 1, left + 1),
            Tile(self.row + 1, left),
            Tile(self.row, self.column - 1),
            Tile(self.row - 1, left),
        )


def borders(areas: Mapping[Tile, str]) -> list[tuple[Point, Point]]:
    """The edges between tiles of different areas, and around the whole."""
    edges = []
    for tile, area in areas.items():
        for index, neighbour in enumerate(tile.neighbours):
            if areas.get(neighbour) != area:
                edges.append((tile.corners[index], tile.corners[(index + 1) % 6]))
    return edges
