"""A menu's graph as a Mermaid flowchart, for documents that draw it themselves.

Owns Mermaid's syntax and its escaping. Must not know menus.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ivr.menu_views.graph import Kind
from ivr.menu_views.lettering import first_words, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ivr.menu_views.graph import Box, Edge, Graph

TEXT_LENGTH = 60  # characters of what is said: a box stays as broad as a hand

# What stands around a label; each kind has a shape of its own, so that colour is not needed.
_SHAPES: Mapping[Kind, tuple[str, str]] = {
    Kind.ENTRY: ("((", "))"),
    Kind.MENU: ("(", ")"),
    Kind.MESSAGE: ("[", "]"),
    Kind.QUEUE: ("([", "])"),
    Kind.OFFICER: ("[[", "]]"),
    Kind.HOURS: ("{{", "}}"),
    Kind.LANGUAGE: (">", "]"),
    Kind.PATIENCE: ("[\\", "\\]"),
    Kind.DIGITS: ("[/", "/]"),
    Kind.SCRIPT: ("[/", "\\]"),
    Kind.GOODBYE: ("[\\", "/]"),
}
# Anything else is written as a number: quotes, brackets and signs that mean something to Mermaid, to HTML or
# to Mermaid's own repairs (it takes "style…:…#…;" for a style).
_TO_ESCAPE = re.compile(r"[^\w .,!?“”…()-]")


def mermaid(graph: Graph) -> str:
    """Write the graph as a flowchart. The way by silence is dotted, the person's queue has a thick border."""
    lines = ["flowchart LR", f"    accTitle: {_plain(graph.title)}"]
    names = {box.id: _name(box) for box in graph.boxes}
    lines += [f"    {names[box.id]}{_label(box)}" for box in graph.boxes]
    lines += [f"    {names[edge.source]} {_arrow(edge)} {names[edge.target]}" for edge in graph.edges]
    lines += [
        "    classDef person stroke-width:4px",
        "    classDef entry fill:#1f2937,color:#ffffff,stroke:#1f2937",
        *(f"    class {names[box.id]} person" for box in graph.boxes if box.is_person),
        f"    class {','.join(names[box.id] for box in graph.boxes if box.kind is Kind.ENTRY)} entry",
    ]
    return "\n".join(lines) + "\n"


def _name(box: Box) -> str:
    """Return a name that Mermaid takes for nothing else; ids have hyphens but no underscores."""
    kind = "entry" if box.kind is Kind.ENTRY else "node"
    return f"{kind}_{re.sub('[^a-zA-Z0-9]', '_', box.id.lstrip(':'))}"


def _label(box: Box) -> str:
    before, after = _SHAPES[box.kind]
    return f'{before}"{"<br/>".join(map(_escaped, _lines(box)))}"{after}'


def _lines(box: Box) -> Iterator[str]:
    yield box.title if box.kind is Kind.ENTRY else f"{box.title} ({box.kind})"
    if box.text:
        yield f"“{first_words(box.text, TEXT_LENGTH)}”"
    yield from box.notes
    if box.is_person:
        yield "the person's queue"


def _arrow(edge: Edge) -> str:
    line = "-.->" if edge.by_silence else "-->"
    label = _escaped(edge.label)
    return f'{line}|"{label}"|' if label else line


def _escaped(text: str) -> str:
    plain = shown(text).replace("$$", "$ $")  # between two of these Mermaid sets formulae, escaped or not
    return _TO_ESCAPE.sub(lambda sign: f"#{ord(sign[0])};", plain)


def _plain(text: str) -> str:
    """Return a text for where Mermaid reads to the line's end and knows no escapes."""
    return re.sub(r"[^\w .,()-]", " ", shown(text))
