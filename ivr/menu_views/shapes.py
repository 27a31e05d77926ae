"""What each kind of node looks like.

Owns outlines and colours. A kind is known by its outline alone: colour only helps. Must not know what
stands in a box, or where it stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ivr.menu_views.graph import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ivr.menu_views.layout import Place

SLANT = 12.0
ROUND = 12.0


class Colours(NamedTuple):
    """Of a box. Text on `fill` has a contrast of at least 7 to 1, `line` on white at least 4.5 (WCAG 2.2)."""

    fill: str
    line: str
    text: str = "#111827"


COLOURS: Mapping[Kind, Colours] = {
    Kind.ENTRY: Colours("#1f2937", "#1f2937", "#ffffff"),
    Kind.MENU: Colours("#dbeafe", "#1d4ed8"),
    Kind.MESSAGE: Colours("#fef9c3", "#854d0e"),
    Kind.QUEUE: Colours("#dcfce7", "#15803d"),
    Kind.OFFICER: Colours("#ccfbf1", "#0f766e"),
    Kind.HOURS: Colours("#ffedd5", "#c2410c"),
    Kind.LANGUAGE: Colours("#ede9fe", "#6d28d9"),
    Kind.PATIENCE: Colours("#fce7f3", "#be185d"),
    Kind.DIGITS: Colours("#e0f2fe", "#0369a1"),
    Kind.SCRIPT: Colours("#e7e5e4", "#44403c"),
    Kind.GOODBYE: Colours("#f3f4f6", "#4b5563"),
}
# How far the outline's left side lies inside the box at half its height, and its right side at most.
_LEFT: Mapping[Kind, float] = {
    Kind.LANGUAGE: SLANT,
    Kind.PATIENCE: SLANT / 2,
    Kind.DIGITS: SLANT / 2,
    Kind.SCRIPT: SLANT / 2,
    Kind.GOODBYE: SLANT / 2,
}


def left_of(kind: Kind, place: Place) -> float:
    """Return where a line meets the outline that comes from the left at half the height."""
    return place.x + _LEFT.get(kind, 0.0)


def outline(kind: Kind, place: Place) -> str:
    """Return the elements that draw a kind's outline; colours and width of the line stand in their group."""
    x, y, w, h = place
    right, bottom, middle = x + w, y + h, y + h / 2
    match kind:
        case Kind.ENTRY | Kind.QUEUE:
            return _rectangle(place, min(h / 2, 28.0))
        case Kind.MENU:
            return _rectangle(place, min(h / 5, ROUND))
        case Kind.MESSAGE:
            return _rectangle(place, 0.0)
        case Kind.OFFICER:
            bars = "".join(
                f'<line x1="{at:.1f}" y1="{y:.1f}" x2="{at:.1f}" y2="{bottom:.1f}"/>'
                for at in (x + SLANT / 2, right - SLANT / 2)
            )
            return _rectangle(place, 0.0) + bars
        case Kind.HOURS:
            return _polygon(
                (x, middle), (x + SLANT, y), (right - SLANT, y), (right, middle), (right - SLANT, bottom),
                (x + SLANT, bottom),
            )  # fmt: skip
        case Kind.LANGUAGE:
            return _polygon((x, y), (right, y), (right, bottom), (x, bottom), (x + SLANT, middle))
        case Kind.PATIENCE:
            return _polygon((x, y), (right - SLANT, y), (right, bottom), (x + SLANT, bottom))
        case Kind.DIGITS:
            return _polygon((x + SLANT, y), (right, y), (right - SLANT, bottom), (x, bottom))
        case Kind.SCRIPT:
            return _polygon((x + SLANT, y), (right - SLANT, y), (right, bottom), (x, bottom))
        case Kind.GOODBYE:
            return _polygon((x, y), (right, y), (right - SLANT, bottom), (x + SLANT, bottom))


def _rectangle(place: Place, radius: float) -> str:
    x, y, w, h = place
    corner = f' rx="{radius:.1f}"' if radius else ""
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{w:.1f}" height="{h:.1f}"{corner}/>'


def _polygon(*corners: tuple[float, float]) -> str:
    return f'<polygon points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in corners)}"/>'
