"""Where the tables of a sheet are: rectangles of filled cells, parted by empty rows and columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

Grid = dict[tuple[int, int], str]


@dataclass(frozen=True, slots=True)
class Region:
    """Rows and columns from 0, the last ones included. ``table`` is False for lines of words above, below or alone."""

    top: int
    left: int
    bottom: int
    right: int
    table: bool


def regions_of(grid: Grid, covered: Grid) -> list[Region]:
    """The regions of a sheet's filled cells in reading order. ``covered`` are places under merged cells: filled too."""
    places = sorted({*grid, *covered})
    if not places:
        return []
    rows: dict[int, list[int]] = {}
    for row, column in places:
        rows.setdefault(row, []).append(column)
    found: list[Region] = []
    for band in _runs(sorted(rows)):
        found += _parted({row: rows[row] for row in band}, grid)
    return found


def _runs(numbers: Sequence[int]) -> Iterator[list[int]]:
    """Stretches of numbers without a gap."""
    run = [numbers[0]]
    for before, number in pairwise(numbers):
        if number != before + 1:
            yield run
            run = []
        run.append(number)
    yield run


def _parted(rows: dict[int, list[int]], grid: Grid) -> list[Region]:
    """A band of rows: title lines above, then the tables side by side, then lines below."""
    order = sorted(rows)
    first, last = 0, len(order) - 1
    while first < last and _is_line(order[first], rows, grid):
        first += 1
    while last > first and _is_line(order[last], rows, grid):
        last -= 1
    lines = [Region(row, min(rows[row]), row, max(rows[row]), False) for row in order[:first]]
    below = [Region(row, min(rows[row]), row, max(rows[row]), False) for row in order[last + 1 :]]
    body = order[first : last + 1]
    columns = sorted({column for row in body for column in rows[row]})
    parts = list(_runs(columns))
    if any(len(part) < 2 for part in parts):
        parts = [[columns[0], columns[-1]]]
    middle = []
    for part in parts:
        inside = [row for row in body if any(part[0] <= column <= part[-1] for column in rows[row])]
        table = len(inside) > 1 and part[-1] > part[0]
        middle.append(Region(inside[0], part[0], inside[-1], part[-1], table))
    return [*lines, *middle, *below]


def _is_line(row: int, rows: dict[int, list[int]], grid: Grid) -> bool:
    """Whether a row has a single filled cell (others under it, where it is merged)."""
    return sum((row, column) in grid for column in rows[row]) == 1
