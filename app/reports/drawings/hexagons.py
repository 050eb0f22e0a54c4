"""The geometry of a hexagon grid: pointy tops, odd rows shifted half a tile to the right."""

from collections.abc import Mapping
from dataclasses import dataclass

Point = tuple[float, float]

WIDTH = 100
POINT = 30
"""The height of the pointed part above and below the vertical sides."""
SIDE = 78
HEIGHT = SIDE + 2 * POINT
ROW_PITCH = SIDE + POINT


@dataclass(frozen=True, slots=True, order=True)
class Tile:
    """A hexagon by its row from the top and its column from the left, both from 0."""

    row: int
    column: int

    @property
    def top(self) -> Point:
        """The point of the topmost corner."""
        shift = WIDTH / 2 if self.row % 2 else 0
        return self.column * WIDTH + shift + WIDTH / 2, self.row * ROW_PITCH

    @property
    def corners(self) -> tuple[Point, ...]:
        """The six corners, clockwise from the top."""
        x, y = self.top
        right, left = x + WIDTH / 2, x - WIDTH / 2
        upper, lower = y + POINT, y + POINT + SIDE
        return (x, y), (right, upper), (right, lower), (x, y + HEIGHT), (left, lower), (left, upper)

    @property
    def neighbours(self) -> tuple["Tile", ...]:
        """The six adjacent tiles; each shares the edge that begins at the corner with the same index."""
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
    """Return the edges between tiles of different areas, and those around the whole map, as pairs of points."""
    edges = []
    for tile, area in areas.items():
        for index, neighbour in enumerate(tile.neighbours):
            if areas.get(neighbour) != area:
                edges.append((tile.corners[index], tile.corners[(index + 1) % 6]))
    return edges
