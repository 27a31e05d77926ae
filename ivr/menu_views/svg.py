"""A menu's graph as a picture: one SVG file that needs nothing else.

Owns the drawing and its escaping. Must not know menus, or where anything stands.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from ivr.menu_views import layout as at
from ivr.menu_views.graph import Kind
from ivr.menu_views.layout import Place, layout_of
from ivr.menu_views.lettering import shown, width
from ivr.menu_views.shapes import COLOURS, SLANT, left_of, outline

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ivr.menu_views.graph import Box, Graph
    from ivr.menu_views.layout import Layout, Lettering, Line

XMLNS = "http://www.w3.org/2000/svg"
HEADING_SIZE = 20.0
LEGEND_ROW, LEGEND_GAP = 34.0, 26.0
LEGEND_LEAST = 900.0  # a narrow picture is as wide as its legend reads well
SAMPLE_WIDTH, SAMPLE_HEIGHT = 40.0, 22.0
LINE, LABEL_LINE = "#374151", "#9ca3af"
BY_SILENCE = "6 5"  # a dash and a gap
PERSON_WIDTH, USUAL_WIDTH = 4.0, 1.5
_ABOUT_ALL = (
    'role="img" aria-labelledby="title desc"'
    " font-family=\"'Segoe UI', Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif\""
)
# What each kind does, for the legend.
_ABOUT: Mapping[Kind, str] = {
    Kind.ENTRY: "callers come in",
    Kind.MENU: "menu: press a key",
    Kind.MESSAGE: "message",
    Kind.QUEUE: "queue",
    Kind.OFFICER: "officer",
    Kind.HOURS: "opening hours",
    Kind.LANGUAGE: "language",
    Kind.PATIENCE: "more time",
    Kind.DIGITS: "digits are keyed",
    Kind.SCRIPT: "script",
    Kind.GOODBYE: "the call ends",
}


def svg(graph: Graph) -> str:
    """Draw the graph."""
    laid = layout_of(graph)
    wide = max(laid.width, LEGEND_LEAST)
    legend, top = _legend(graph, laid, wide)
    title = escape(shown(graph.title))
    boxes = {box.id: box for box in graph.boxes}
    nodes = sum(box.kind is not Kind.ENTRY for box in graph.boxes)
    desc = (
        f"The menu that callers hear: {nodes} nodes from left to right, each in the column of its distance"
        " from the start; arrows are labelled by what the caller presses."
    )
    w, h = f"{wide:.0f}", f"{laid.height + top:.0f}"
    marker = (
        '<marker id="arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8"'
        f' orient="auto" markerUnits="userSpaceOnUse"><path d="M0,0 L10,5 L0,10 z" fill="{LINE}"/></marker>'
    )
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<svg xmlns="{XMLNS}" width="{w}" height="{h}" viewBox="0 0 {w} {h}" {_ABOUT_ALL}>',
            f'<title id="title">{title}</title>',
            f'<desc id="desc">{desc}</desc>',
            f"<defs>{marker}</defs>",
            '<rect width="100%" height="100%" fill="#ffffff"/>',
            _text(at.MARGIN, 38, shown(graph.title), HEADING_SIZE, 'font-weight="bold"'),
            *legend,
            f'<g transform="translate(0 {top:g})">',
            f'<g fill="none" stroke="{LINE}" stroke-width="{USUAL_WIDTH:g}">',
            *(_course(line, boxes, laid) for line in laid.lines),
            "</g>",
            *(_box(box, laid.places[box.id], laid.lettering[box.id]) for box in graph.boxes),
            *(element for line in laid.lines for element in _label(line)),
            "</g>",
            "</svg>\n",
        ]
    )


def _course(line: Line, boxes: Mapping[str, Box], laid: Layout) -> str:
    """Draw a line; it begins inside its box, whose slanted side covers the beginning."""
    begin = line.x - SLANT
    if line.sign:
        path = f"M{begin:.1f},{line.y:.1f} H{line.to_x:.1f}"
    else:
        target = line.edge.target
        to_x = left_of(boxes[target].kind, laid.places[target])
        half = (line.bend_x + to_x) / 2
        path = (
            f"M{begin:.1f},{line.y:.1f} H{line.bend_x:.1f}"
            f" C{half:.1f},{line.y:.1f} {half:.1f},{line.to_y:.1f} {to_x:.1f},{line.to_y:.1f}"
        )
    dashes = f' stroke-dasharray="{BY_SILENCE}"' if line.edge.by_silence else ""
    return f'<path d="{path}"{dashes} marker-end="url(#arrow)"/>'


def _label(line: Line) -> Iterator[str]:
    if line.label:
        x = line.x + at.LEAD_IN
        dashes = ' stroke-dasharray="3 2"' if line.edge.by_silence else ""
        yield (
            f'<rect x="{x:.1f}" y="{line.y - 9:.1f}" width="{line.label_width:.1f}" height="18" rx="4"'
            f' fill="#ffffff" stroke="{LABEL_LINE}"{dashes}/>'
        )
        yield _text(x + line.label_width / 2, line.y + 4, line.label, at.LABEL_SIZE, 'text-anchor="middle"')
    if line.sign:
        yield (
            f'<a href="#{_anchor(line.edge.target)}"><rect x="{line.to_x:.1f}" y="{line.y - 10:.1f}"'
            f' width="{line.sign_width:.1f}" height="20" rx="10" fill="#f3f4f6" stroke="{LINE}"/>'
        )
        middle = line.to_x + line.sign_width / 2
        style = 'text-anchor="middle" font-style="italic"'
        yield _text(middle, line.y + 4, line.sign, at.LABEL_SIZE, style) + "</a>"


def _box(box: Box, place: Place, lettering: Lettering) -> str:
    colours = COLOURS[box.kind]
    stroke = PERSON_WIDTH if box.is_person else USUAL_WIDTH
    whole = ". ".join(shown(part) for part in (f"{box.kind} {box.title}", box.text, *box.notes) if part)
    x, y = place.x + at.SIDE, place.y + at.ABOVE_TEXT + at.KIND_SIZE
    fill = f'fill="{colours.text}"'
    lines = [_text(x, y, box.kind, at.KIND_SIZE, f'{fill} letter-spacing="0.5"')]
    y += at.TITLE_LINE
    lines.append(_text(x, y, lettering.title, at.TITLE_SIZE, f'{fill} font-weight="bold"'))
    for line in lettering.text:
        y += at.TEXT_LINE
        lines.append(_text(x, y, line, at.TEXT_SIZE, fill))
    for line in lettering.notes:
        y += at.TEXT_LINE
        lines.append(_text(x, y, line, at.TEXT_SIZE, f'{fill} font-style="italic"'))
    return (
        f'<g id="{_anchor(box.id)}"><title>{escape(whole)}</title>'
        f'<g fill="{colours.fill}" stroke="{colours.line}" stroke-width="{stroke:g}">'
        f"{outline(box.kind, place)}</g>{''.join(lines)}</g>"
    )


def _anchor(box_id: str) -> str:
    """Return the element's id; that of an entry begins otherwise than that of a node."""
    name = f"entry-{box_id[1:]}" if box_id.startswith(":") else f"node-{box_id}"
    return escape(shown(name))


def _text(x: float, y: float, text: str, size: float, style: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" {style}>{escape(text)}</text>'


def _legend(graph: Graph, laid: Layout, wide: float) -> tuple[list[str], float]:
    """Draw what each outline and line means, of those that are there; returns also where it ends."""
    kinds = {box.kind for box in graph.boxes}
    x, y = at.MARGIN, 58.0
    drawn: list[str] = []

    def add(sample: str, about: str) -> None:
        nonlocal x
        drawn.append(sample)
        drawn.append(_text(x + SAMPLE_WIDTH + 8, y + 15, about, at.TEXT_SIZE))
        x += SAMPLE_WIDTH + 8 + width(about, at.TEXT_SIZE) + LEGEND_GAP

    def next_place(about: str) -> None:
        nonlocal x, y
        if x + SAMPLE_WIDTH + 8 + width(about, at.TEXT_SIZE) > wide - at.MARGIN:
            x, y = at.MARGIN, y + LEGEND_ROW

    for kind in Kind:
        if kind in kinds:
            next_place(_ABOUT[kind])
            add(_sample(kind, x, y, USUAL_WIDTH), _ABOUT[kind])
    about = "the person's queue: who does not get on"
    next_place(about)
    add(_sample(Kind.QUEUE, x, y, PERSON_WIDTH), about)
    if any(edge.by_silence for edge in graph.edges):
        about = "when nothing is pressed"
        next_place(about)
        add(
            f'<path d="M{x:.1f},{y + 11:.1f} h{SAMPLE_WIDTH:g}" stroke="{LINE}"'
            f' stroke-width="{USUAL_WIDTH:g}" stroke-dasharray="{BY_SILENCE}" marker-end="url(#arrow)"/>',
            about,
        )
    if any(line.sign for line in laid.lines):
        about = "goes on at the node of this name"
        next_place(about)
        add(
            f'<rect x="{x:.1f}" y="{y + 1:.1f}" width="{SAMPLE_WIDTH:g}" height="20" rx="10" fill="#f3f4f6"'
            f' stroke="{LINE}"/>'
            + _text(x + SAMPLE_WIDTH / 2, y + 15, "name", 11, 'text-anchor="middle" font-style="italic"'),
            about,
        )
    return drawn, y + LEGEND_ROW


def _sample(kind: Kind, x: float, y: float, stroke: float) -> str:
    colours = COLOURS[kind]
    return (
        f'<g fill="{colours.fill}" stroke="{colours.line}" stroke-width="{stroke:g}">'
        f"{outline(kind, Place(x, y, SAMPLE_WIDTH, SAMPLE_HEIGHT))}</g>"
    )
