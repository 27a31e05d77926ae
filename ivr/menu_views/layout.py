"""Where everything stands in a picture of a menu.

Owns the geometry: the size of each box, its place, the course of each line and where its label lies. Must not
know SVG, colours or what a kind of node means.

A line leaves its box on the right, at a row of its own. Beside the box it goes straight on, through its
label; only then it bends. So no label ever lies on a box, on another label or on another line. Only the way
to the next column is drawn out; what leads back, or too far up or down to be followed, ends in a sign that
names where it goes on: with hundreds of nodes one reads the name and does not lose the line.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from ivr.menu_views.columns import columns_of, heights_down, ordered
from ivr.menu_views.graph import START
from ivr.menu_views.lettering import fitted, shown, width, wrapped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ivr.menu_views.graph import Box, Edge, Graph

# All lengths are CSS pixels.
BOX_WIDTH = 250.0
SIDE = 18.0  # between a box's side and its text: slanted shapes need it
TITLE_SIZE, TEXT_SIZE, KIND_SIZE, LABEL_SIZE = 14.0, 12.0, 10.5, 12.0
KIND_LINE, TITLE_LINE, TEXT_LINE = 15.0, 19.0, 16.0
ABOVE_TEXT, BELOW_TEXT = 8.0, 10.0
TEXT_LINES = 3  # of what is said
ROW = 24.0  # between two lines that leave a box
ROW_GAP = 22.0  # between two boxes
LABEL_MOST = 260.0  # longer labels are cut
LABEL_PADDING = 7.0
SIGN_MOST = 190.0
LEAD_IN = 16.0  # a line's length before its label
ARROW = 22.0  # between a label and the sign behind it
BEND_LEAST, BEND_MOST = 80.0, 320.0
BEND_PER_RISE = 0.18
MOST_RISE = 1_100.0  # a screen's height: nobody follows a line over more
MARGIN = 30.0


class Lettering(NamedTuple):
    """What is written in a box, line by line, broken and cut."""

    title: str
    text: tuple[str, ...]
    notes: tuple[str, ...]


class Place(NamedTuple):
    """A box's upper left corner and its size."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        """How far down its middle lies."""
        return self.y + self.height / 2


@dataclass(frozen=True, slots=True)
class Line:
    """A line from a box's right side at height `y`, straight until `bend_x`, to the target's left side.

    Where `sign` is set, the line ends there in that sign instead.
    """

    edge: Edge
    x: float
    y: float
    label: str
    label_width: float
    bend_x: float
    to_x: float
    to_y: float
    sign: str = ""
    sign_width: float = 0.0


@dataclass(frozen=True, slots=True)
class Layout:
    """A picture's geometry; the upper left corner is 0, 0."""

    places: Mapping[str, Place]
    lettering: Mapping[str, Lettering]
    lines: tuple[Line, ...]
    width: float
    height: float


def layout_of(graph: Graph) -> Layout:
    """Lay out a graph."""
    boxes = {box.id: box for box in graph.boxes}
    columns = columns_of(graph, START)
    column_of = {box_id: place for place, column in enumerate(columns) for box_id in column}
    leaving: dict[str, list[Edge]] = defaultdict(list)
    after: dict[str, list[str]] = {box_id: [] for box_id in boxes}
    for edge in graph.edges:
        leaving[edge.source].append(edge)
        if column_of[edge.target] == column_of[edge.source] + 1:
            after[edge.source].append(edge.target)
    rows = ordered(columns, after)
    lettering = {box.id: _lettering(box) for box in graph.boxes}
    heights = {box_id: _height(lettering[box_id], len(leaving[box_id])) for box_id in boxes}
    down = heights_down(rows, after, heights, ROW_GAP)
    reached: set[str] = set()
    drawn: set[Edge] = set()
    for column in rows:  # the shortest line to a box is drawn, however long: no box stands alone
        edges = [edge for box_id in column for edge in leaving[box_id] if edge.target in after[box_id]]
        for edge in sorted(edges, key=lambda edge: abs(down[edge.source] - down[edge.target])):
            if edge.target not in reached or abs(down[edge.source] - down[edge.target]) < MOST_RISE:
                reached.add(edge.target)
                drawn.add(edge)
    places: dict[str, Place] = {}
    lines: list[Line] = []
    x = MARGIN
    for column in rows:
        for box_id in column:
            places[box_id] = Place(x, down[box_id] + MARGIN, BOX_WIDTH, heights[box_id])
        x = _beside(x, [places[box_id] for box_id in column], [leaving[box_id] for box_id in column],
                    drawn, down, heights, boxes, lines)  # fmt: skip
    bottom = max(place.y + place.height for place in places.values())
    return Layout(places, lettering, tuple(lines), x, bottom + MARGIN)


def _beside(
    x: float,
    places: Sequence[Place],
    leaving: Sequence[Sequence[Edge]],
    drawn: set[Edge],
    down: Mapping[str, float],
    heights: Mapping[str, float],
    boxes: Mapping[str, Box],
    lines: list[Line],
) -> float:
    """Lay out the lines that leave a column; returns where the next column begins."""
    found: list[Line] = []
    side = x + BOX_WIDTH
    for place, edges in zip(places, leaving, strict=True):
        # From above to below as the targets stand, so that these lines do not cross; the signs come last.
        ranked = sorted(edges, key=lambda edge: (edge not in drawn, down[edge.target]))
        step = place.height / (len(ranked) + 1)
        for row, edge in enumerate(ranked, 1):
            label, room = "", 0.0
            if edge.label:
                label = fitted(shown(edge.label), LABEL_SIZE, LABEL_MOST)
                room = width(label, LABEL_SIZE) + 2 * LABEL_PADDING
            y = place.y + row * step
            bend = side + LEAD_IN + room
            if edge in drawn:
                middle = down[edge.target] + heights[edge.target] / 2 + MARGIN
                found.append(Line(edge, side, y, label, room, bend, 0.0, middle))
            else:
                title = boxes[edge.target].title
                sign = fitted(title, LABEL_SIZE, SIGN_MOST)
                sign_width = width(sign, LABEL_SIZE) + 4 * LABEL_PADDING
                found.append(Line(edge, side, y, label, room, bend, bend + ARROW, y, sign, sign_width))
    if not found:
        return side + MARGIN
    lane = max((line.bend_x if not line.sign else line.to_x + line.sign_width) for line in found)
    rises = [abs(line.to_y - line.y) for line in found if not line.sign]
    if not rises:
        lines += found
        return lane + MARGIN
    to_x = lane + max(BEND_LEAST, min(BEND_MOST, max(rises) * BEND_PER_RISE))
    for line in found:
        if line.sign:
            lines.append(line)
        else:
            lines.append(Line(line.edge, line.x, line.y, line.label, line.label_width, lane, to_x, line.to_y))
    return to_x


def _lettering(box: Box) -> Lettering:
    room = BOX_WIDTH - 2 * SIDE
    said = wrapped(f"“{shown(box.text)}”", TEXT_SIZE, room, TEXT_LINES) if box.text else ()
    notes = (*box.notes, "the person's queue") if box.is_person else box.notes
    return Lettering(
        fitted(shown(box.title), TITLE_SIZE * 1.06, room),  # bold is wider
        tuple(said),
        tuple(fitted(shown(note), TEXT_SIZE, room) for note in notes),
    )


def _height(lettering: Lettering, rows: int) -> float:
    texts = len(lettering.text) + len(lettering.notes)
    written = ABOVE_TEXT + KIND_LINE + TITLE_LINE + texts * TEXT_LINE + BELOW_TEXT
    return max(written, (rows + 1) * ROW)
