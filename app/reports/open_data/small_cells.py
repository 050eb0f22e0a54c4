"""Which figures of a table of people are hidden, so that no small figure can be read or computed.

The table has participants by kelurahan and target group, with totals by kelurahan, by group and of the city; each
figure has a position `(kelurahan, group)`, with `ALL` for a total. Hidden are

1. figures from 1 to 4, totals too. 0 is shown.
2. all groups of a kelurahan that has 1 to 4 participants, and all kelurahan of a group that has so few, zeros
   included: a 0 would say which groups these few people are not of.
3. further figures, as few as are needed: every hidden figure stands on a closed path of hidden figures, from line to
   line of the table, along which figures can be one larger and one smaller in turn without changing anything that is
   shown. So there are at least two tables that could have been published like this, and they differ in that figure.

A total counts distinct people, so it may be less than the sum of its line. The paths leave each line's difference as it
is; so the rule also holds against readers who know how many people were counted twice, or guess that nobody was. They
may also know which hidden figures are small, and which are hidden for others' sake (those are 5 or more).

A table that no paths protect is not published at all: one with fewer than 5 people, and unusual ones of few more.
"""

import heapq
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import count
from typing import Literal

ALL = ""
"""In place of a kelurahan or group: all of them."""
Position = tuple[str, str]
"""A kelurahan and a group, or `ALL`."""
SMALLEST_SHOWN = 5

_Line = tuple[Literal["row", "column"], str]
_Step = tuple[int, int, _Line, Position, int, frozenset[_Line], tuple[Position, ...]]
# What hiding a figure costs beside its size: totals are worth more.
_WEIGHTS = {(False, False): 1, (False, True): 10, (True, False): 1_000, (True, True): 1_000_000}


def is_small(figure: int) -> bool:
    """Return whether a figure is from 1 to 4."""
    return 0 < figure < SMALLEST_SHOWN


def hidden_positions(figures: Mapping[Position, int]) -> frozenset[Position] | None:
    """Return the positions of the figures to hide; None if the table must not be published.

    `figures` has every position, also those of totals. The result depends on the figures alone.
    """
    return _hide(tuple(sorted(figures.items())))


@lru_cache(maxsize=64)  # Reports don't change, and some hundred people take a fifth of a second.
def _hide(figures: tuple[tuple[Position, int], ...]) -> frozenset[Position] | None:
    table = _Table(dict(figures))
    if is_small(table.figures[ALL, ALL]):
        return None
    hidden, protected = set(table.small_positions), set[Position]()
    for position in sorted(table.small_positions):
        if position in protected:
            continue
        path = _cheapest_path(table, position, hidden)
        if path is None:
            return None
        hidden.update(path)
        protected.update((position, *path))
    return frozenset(hidden)


@dataclass(frozen=True)
class _Table:
    """The figures of a table, and by how far each could be another one as far as readers can know."""

    figures: Mapping[Position, int]

    @cached_property
    def small_positions(self) -> frozenset[Position]:
        """The positions that are hidden for the sake of their own figure (rules 1 and 2)."""
        return frozenset(
            position
            for position, figure in self.figures.items()
            if is_small(figure) or self._is_within_small_line(position)
        )

    @cached_property
    def positions_by_line(self) -> dict[_Line, list[Position]]:
        lines: defaultdict[_Line, list[Position]] = defaultdict(list)
        for position in sorted(self.figures):
            for line in _lines(position):
                lines[line].append(position)
        return lines

    def can_change(self, position: Position, by: int) -> bool:
        """Return whether a figure could be one larger (1) or smaller (-1), as far as the rules tell readers."""
        figure, is_for_others = self.figures[position], position not in self.small_positions
        if by == 1:
            return is_for_others or figure < SMALLEST_SHOWN - 1
        if is_for_others:
            return figure > SMALLEST_SHOWN
        return figure > (0 if self._is_within_small_line(position) else 1)

    def can_change_together(self, line: _Line, changes: Mapping[Position, int]) -> bool:
        """Return whether two figures of a line could change like this, if no other of the line does.

        Where people are counted twice, no figure may get larger than its total; in other lines the sum sees to that.
        """
        if not self._difference[line]:
            return True
        total, largest = _total_of(line), {*self._largest_parts[line], *changes}
        new_total = self.figures[total] + changes.get(total, 0)
        return all(
            self.figures[part] + changes.get(part, 0) <= new_total for part in largest if part != total
        )

    def cost_of_hiding(self, position: Position) -> int:
        kelurahan, group = position
        return _WEIGHTS[kelurahan == ALL, group == ALL] * self.figures[position]

    def _is_within_small_line(self, position: Position) -> bool:
        """Return whether this is the figure of a kelurahan and group, one of which has 1 to 4 participants in all.

        A figure that its other total shows to be 0 is not hidden.
        """
        kelurahan, group = position
        if ALL in position:
            return False
        totals = (self.figures[kelurahan, ALL], self.figures[ALL, group])
        return any(map(is_small, totals)) and all(totals)

    @cached_property
    def _largest_parts(self) -> dict[_Line, list[Position]]:
        """The three parts of each line with the largest figures; at least one stays when two figures change."""
        return {
            line: heapq.nlargest(
                3, (part for part in positions if part != _total_of(line)), key=self.figures.__getitem__
            )
            for line, positions in self.positions_by_line.items()
        }

    @cached_property
    def _difference(self) -> dict[_Line, int]:
        """The sum of each line's parts minus its total."""
        return {
            line: sum(self.figures[position] for position in positions) - 2 * self.figures[_total_of(line)]
            for line, positions in self.positions_by_line.items()
        }


def _lines(position: Position) -> tuple[_Line, _Line]:
    """Return the row and the column of a position."""
    return ("row", position[0]), ("column", position[1])


def _total_of(line: _Line) -> Position:
    """Return the position of a line's total."""
    kind, name = line
    return (name, ALL) if kind == "row" else (ALL, name)


def _cheapest_path(table: _Table, position: Position, hidden: set[Position]) -> tuple[Position, ...] | None:
    """Return the further positions of the cheapest closed path through a position; None if there is none.

    Hidden positions cost nothing; zeros that are shown can't be on a path.
    """
    found = [_search(table, position, by, hidden) for by in (1, -1) if table.can_change(position, by)]
    paths = [path for path in found if path is not None]
    return min(paths, default=(0, None))[1]


def _search(
    table: _Table, start: Position, by: int, hidden: set[Position]
) -> tuple[int, tuple[Position, ...]] | None:
    """Return cost and further positions of the cheapest closed path on which the figure at `start` changes by 1 or -1.

    The path leaves by the column and comes back by the row (Dijkstra, by position and line). Each line on it has two
    figures that change, so that its sum, with the total counted negatively, stays as it is.
    """
    home, first = _lines(start)
    order = count(0, -1)  # of equal cost the last first: its path protects more positions at once
    # Cost, the line to balance, the last position with its change, the lines so far, and the positions so far.
    queue: list[_Step] = [(0, next(order), first, start, by, frozenset([first]), ())]
    cheapest: dict[tuple[Position, _Line], int] = {}
    while queue:
        cost, _, line, last, change, lines, path = heapq.heappop(queue)
        if line == home:
            return cost, path
        for position in table.positions_by_line[line]:
            is_hidden = position in hidden
            if position == last or not (is_hidden or table.figures[position]):
                continue
            row, column = _lines(position)
            following = column if line == row else row
            reached = cost + (0 if is_hidden else table.cost_of_hiding(position))
            if following in lines or cheapest.get((position, following), reached + 1) <= reached:
                continue
            # A part and the total change in the same direction, two parts in opposite ones.
            following_change = change if _total_of(line) in {last, position} else -change
            changes = {last: change, position: following_change}
            if not table.can_change(position, following_change) or not table.can_change_together(
                line, changes
            ):
                continue
            ends = {position: following_change, start: by}
            if following == home and not table.can_change_together(home, ends):
                continue
            cheapest[position, following] = reached
            heapq.heappush(
                queue,
                (
                    reached,
                    next(order),
                    following,
                    position,
                    following_change,
                    lines | {following},
                    (*path, position),
                ),
            )
    return None
