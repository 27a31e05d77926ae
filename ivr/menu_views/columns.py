"""Which box stands in which column and row of a picture.

Owns columns by distance from the start, the order of rows by barycentres (Sugiyama, Tagawa and Toda 1981),
and how far each row lies down (least squares, by pooling neighbours that would overlap). Must not know what a
box looks like.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ivr.menu_views.graph import Graph

    Columns: TypeAlias = Sequence[Sequence[str]]
    Neighbours: TypeAlias = Mapping[str, Sequence[str]]

SWEEPS = 12  # there and back; later ones hardly find anything better
PLACINGS = 8


def columns_of(graph: Graph, start: str) -> list[list[str]]:
    """Sort boxes into columns by their distance from the start; an old number stands before its node."""
    onwards: dict[str, list[str]] = {box.id: [] for box in graph.boxes}
    entered: set[str] = set()
    for edge in graph.edges:
        onwards[edge.source].append(edge.target)
        entered.add(edge.target)
    column = {start: 0}
    _spread(column, [start], onwards)
    for box in graph.boxes:
        if box.id in column or box.id in entered:
            continue
        there = [column[to] for to in onwards[box.id] if to in column]
        column[box.id] = max(0, min(there, default=1) - 1)
        _spread(column, [box.id], onwards)
    for box in graph.boxes:  # what nothing leads to from any entry
        if box.id not in column:
            column[box.id] = 1
            _spread(column, [box.id], onwards)
    columns: list[list[str]] = [[] for _ in range(1 + max(column.values()))]
    for box_id, place in column.items():
        columns[place].append(box_id)
    return columns


def _spread(column: dict[str, int], ahead: list[str], onwards: Neighbours) -> None:
    for box_id in ahead:
        for to in onwards[box_id]:
            if to not in column:
                column[to] = column[box_id] + 1
                ahead.append(to)


def ordered(columns: Columns, after: Neighbours) -> Columns:
    """Order the rows so that few lines between neighbouring columns cross; `after` has these lines."""
    before = turned(after)
    best, least = columns, crossings(columns, after)
    for sweep in range(SWEEPS):
        columns = _swept(columns, before if sweep % 2 == 0 else after, forward=sweep % 2 == 0)
        found = crossings(columns, after)
        if found < least:
            best, least = columns, found
    return best


def turned(after: Neighbours) -> dict[str, list[str]]:
    """Return the lines the other way round."""
    before: dict[str, list[str]] = {box_id: [] for box_id in after}
    for source, targets in after.items():
        for target in targets:
            before[target].append(source)
    return before


def crossings(columns: Columns, after: Neighbours) -> int:
    """Count how often lines between neighbouring columns cross."""
    count = 0
    for left, right in pairwise(columns):
        rows = {box_id: row for row, box_id in enumerate(right)}
        seen: list[int] = []
        for source in left:
            targets = sorted(rows[to] for to in after[source])
            count += sum(len(seen) - bisect_left(seen, row + 1) for row in targets)
            for row in targets:
                insort(seen, row)
    return count


def _swept(columns: Columns, neighbours: Neighbours, *, forward: bool) -> Columns:
    """Order each column by where its neighbours in the column beside it stand."""
    swept = [list(column) for column in columns]
    places = range(1, len(swept)) if forward else range(len(swept) - 2, -1, -1)
    for place in places:
        beside = swept[place - 1] if forward else swept[place + 1]
        rows = {box_id: float(row) for row, box_id in enumerate(beside)}
        # Who has no neighbour there keeps its row, as far as the others let it.
        wish = {
            box_id: _mean([rows[to] for to in neighbours[box_id]], row * len(beside) / len(swept[place]))
            for row, box_id in enumerate(swept[place])
        }
        swept[place].sort(key=wish.__getitem__)
    return swept


def heights_down(
    columns: Columns, after: Neighbours, heights: Mapping[str, float], gap: float
) -> dict[str, float]:
    """Return how far down the upper edge of each box lies, the highest at 0."""
    before = turned(after)
    middle: dict[str, float] = {}
    for column in columns:
        at = 0.0
        for box_id in column:
            middle[box_id] = at + heights[box_id] / 2
            at += heights[box_id] + gap
    for placing in range(PLACINGS):
        neighbours = before if placing % 2 == 0 else after
        for column in columns if placing % 2 == 0 else columns[::-1]:
            wishes = [_mean([middle[to] for to in neighbours[each]], middle[each]) for each in column]
            distances = [(heights[upper] + heights[lower]) / 2 + gap for upper, lower in pairwise(column)]
            middle.update(zip(column, spaced(wishes, distances), strict=True))
    highest = min(middle[box_id] - heights[box_id] / 2 for box_id in middle)
    return {box_id: at - heights[box_id] / 2 - highest for box_id, at in middle.items()}


def spaced(wishes: Sequence[float], distances: Sequence[float]) -> list[float]:
    """Return places in this order, at least so far apart, that are together nearest to the wishes.

    Taken from each place what must lie before it, they have only to rise: isotonic regression, by pooling.
    """
    offset = [0.0]
    for distance in distances:
        offset.append(offset[-1] + distance)
    pools: list[tuple[float, int]] = []  # the sum of the wishes in a pool, and how many they are
    for wish, before in zip(wishes, offset, strict=False):
        total, count = wish - before, 1
        while pools and pools[-1][0] / pools[-1][1] >= total / count:
            upper, members = pools.pop()
            total, count = total + upper, count + members
        pools.append((total, count))
    rising = [total / count for total, count in pools for _ in range(count)]
    return [place + before for place, before in zip(rising, offset, strict=False)]


def _mean(values: Iterable[float], otherwise: float) -> float:
    known = list(values)
    return sum(known) / len(known) if known else otherwise
