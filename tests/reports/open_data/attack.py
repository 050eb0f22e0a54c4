"""Readers who try to compute hidden figures from what is published, by integer programming.

What a reader knows is a system of inequalities on the hidden figures; the solver finds the smallest and the largest
value that each can have. A figure with one possible value is found.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from app.reports.open_data.small_cells import ALL, SMALLEST_SHOWN, Position

Range = tuple[float, float]
HIDDEN_FOR_OTHERS = (SMALLEST_SHOWN, np.inf)


@dataclass(frozen=True)
class Reader:
    """A reader of a published table: `figures` has all of it, of which `hidden` are not seen.

    `ranges` are what the reader knows of single hidden figures beside the rules. `knows_differences`: the reader knows
    how many people each line counts twice, or rightly guesses that nobody was. `knows_small`: the reader knows which
    hidden figures are from 1 to 4.
    """

    figures: Mapping[Position, int]
    hidden: Collection[Position]
    knows_differences: bool = True
    knows_small: bool = True
    ranges: Mapping[Position, Range] | None = None

    def find_figures(self) -> dict[Position, int]:
        """Return the hidden figures that the reader can compute, by position."""
        positions = sorted(self.hidden)
        if not positions:
            return {}
        limits = [self._limits(position) for position in positions]
        bounds = Bounds([low for low, _ in limits], [high for _, high in limits])
        constraints = [self._constraint(line, positions) for line in self._lines()]
        constraints += self._largest(positions)
        found = {}
        for index, position in enumerate(positions):
            aim = np.zeros(len(positions))
            aim[index] = 1
            low = milp(aim, integrality=np.ones(len(positions)), bounds=bounds, constraints=constraints)
            assert low.success, low.message
            high = milp(-aim, integrality=np.ones(len(positions)), bounds=bounds, constraints=constraints)
            if high.success and round(low.fun) == round(-high.fun):
                found[position] = round(low.fun)
        return found

    def _limits(self, position: Position) -> Range:
        """Return the values that the rules leave to a hidden figure."""
        low, high = self._limits_by_rules(position)
        further = (self.ranges or {}).get(position, (0, np.inf))
        return max(low, further[0]), min(high, further[1])

    def _limits_by_rules(self, position: Position) -> Range:
        if not self.knows_small:
            return 0, np.inf
        kelurahan, group = position
        figure = self.figures[position]
        totals = (self.figures[kelurahan, ALL], self.figures[ALL, group])
        if ALL not in position and any(0 < total < SMALLEST_SHOWN for total in totals):
            return 0, SMALLEST_SHOWN - 1
        return (1, SMALLEST_SHOWN - 1) if figure < SMALLEST_SHOWN else HIDDEN_FOR_OTHERS

    def _lines(self) -> Iterator[tuple[list[Position], Position]]:
        """Yield each line of the table: its parts and its total."""
        kelurahan = {name for name, _ in self.figures} - {ALL}
        groups = {name for _, name in self.figures} - {ALL}
        for name in sorted(kelurahan | {ALL}):
            yield [(name, group) for group in sorted(groups)], (name, ALL)
        for group in sorted(groups | {ALL}):
            yield [(name, group) for name in sorted(kelurahan)], (ALL, group)

    def _constraint(
        self, line: tuple[list[Position], Position], positions: list[Position]
    ) -> LinearConstraint:
        """Return that a line's parts add up to its total at least, or exactly with the known difference."""
        parts, total = line
        shown, row = 0, np.zeros(len(positions))
        for sign, position in [(1, part) for part in parts] + [(-1, total)]:
            if position in self.hidden:
                row[positions.index(position)] += sign
            else:
                shown += sign * self.figures[position]
        difference = sum(self.figures[part] for part in parts) - self.figures[total]
        low = difference - shown if self.knows_differences else -shown
        return LinearConstraint(row, low, low if self.knows_differences else np.inf)

    def _largest(self, positions: list[Position]) -> Iterator[LinearConstraint]:
        """Yield that no part is larger than its total."""
        for parts, total in self._lines():
            for part in parts:
                row, shown = np.zeros(len(positions)), 0
                for sign, position in ((1, total), (-1, part)):
                    if position in self.hidden:
                        row[positions.index(position)] += sign
                    else:
                        shown += sign * self.figures[position]
                if row.any():
                    yield LinearConstraint(row, -shown, np.inf)
