"""A menu is drawn whole, as SVG and as Mermaid, whatever its texts hold; no label lies on anything."""

from __future__ import annotations

import time
import xml.etree.ElementTree as ET  # what we drew ourselves
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings

from ivr.menu.model import Change, ChoiceNode, Option, Way
from ivr.menu.waysout import Waiting, WaitingKey
from ivr.menu_views.columns import crossings, ordered, spaced
from ivr.menu_views.graph import START, Edge, Kind, graph_of
from ivr.menu_views.layout import LEAD_IN, layout_of
from ivr.menu_views.lettering import first_words, fitted, shown, width, wrapped
from ivr.menu_views.mermaid import mermaid
from ivr.menu_views.shapes import COLOURS, outline
from ivr.menu_views.svg import svg
from tests.ivr.menu_views.towns import DECEMBER, MENU, TOWN, numbers, said

if TYPE_CHECKING:
    from ivr.menu.number import Number
    from ivr.menu_views.layout import Layout

pytestmark = pytest.mark.thorough

GOLDEN = Path(__file__).parent / "golden"
MOST_S = 1.0


@pytest.mark.parametrize(("name", "draw"), [("town.svg", svg), ("town.mmd", mermaid)])
def test_a_town_is_drawn_as_it_was_looked_at(name: str, draw: type[str]) -> None:
    assert draw(graph_of(TOWN)) == (GOLDEN / name).read_text("utf-8")


def test_all_that_leads_between_two_nodes_is_one_edge_but_silence_is_its_own() -> None:
    edges = [edge for edge in graph_of(TOWN).edges if edge[:2] == ("welcome", "general")]
    assert edges == [
        Edge("welcome", "general", ("0", "3rd wrong key"), by_silence=False),
        Edge("welcome", "general", ("silence",), by_silence=True),
    ]


def test_where_callers_leave_a_queue_to_is_drawn_as_by_silence_or_with_the_key() -> None:
    key = WaitingKey(Way("anna"), said("queues/school/key-9", "För växeln, tryck 9.", "Press 9."))
    overflow = Way("general", (Change(DECEMBER, "anna"),))
    waiting = {"school": Waiting(overflow, {"9": key})}
    edges = graph_of(replace(TOWN, menu=replace(MENU, waiting=waiting))).edges
    assert [edge for edge in edges if edge.source == "school"] == [
        Edge("school", "general", ("overflow before 2026-12-01",), by_silence=True),
        Edge("school", "anna", ("overflow from 2026-12-01",), by_silence=True),
        Edge("school", "anna", ("9",), words="För växeln, tryck 9."),
    ]


def test_a_way_that_changes_is_drawn_before_and_from_that_day() -> None:
    edges = {edge.target: edge.labels for edge in graph_of(TOWN).edges if edge.source == "welcome"}
    assert edges["anna"] == ("2 before 2026-12-01",)
    assert edges["school"] == ("1", "2 from 2026-12-01")


def test_a_key_is_drawn_with_the_beginning_of_what_is_said_for_it() -> None:
    welcome = MENU.nodes["welcome"]
    assert isinstance(welcome, ChoiceNode)
    text = said("x", "För förskola, skola och utbildning, tryck 4.", "Press 4.")
    options = (*welcome.options[:3], Option("4", Way("general"), text), welcome.options[5])
    nodes = {**MENU.nodes, "welcome": replace(welcome, options=options)}
    graph = graph_of(replace(TOWN, menu=replace(MENU, nodes=nodes)))
    labels = {
        edge.target: edge.label for edge in graph.edges if edge.source == "welcome" and not edge.by_silence
    }
    assert labels == {
        "school": "1, 2 from 2026-12-01",  # two that are said: there is no room for both
        "anna": "2 before 2026-12-01: Tryck 2.",
        "case": "3: Tryck 3.",
        "general": "0, 3rd wrong key, 4: För förskola, skola och…",
    }


def test_the_person_that_a_last_message_offers_is_drawn() -> None:
    assert Edge("closed", "general", ("0",)) in graph_of(TOWN).edges


def test_start_and_old_numbers_are_entries() -> None:
    graph = graph_of(TOWN)
    entries = [(box.title, box.notes) for box in graph.boxes if box.kind is Kind.ENTRY]
    assert entries == [("Start", ("+46850000001",)), ("Old number", ("+46850000000",))]
    assert Edge(START, "opening", ()) in graph.edges
    assert Edge(":+46850000000", "school", ()) in graph.edges


def test_every_kind_has_an_outline_of_its_own() -> None:
    laid = layout_of(graph_of(TOWN))
    place = laid.places["welcome"]
    outlines = {outline(kind, place) for kind in Kind if kind is not Kind.ENTRY}
    assert len(outlines) == len(Kind) - 1 == len(COLOURS) - 1


@given(numbers())
@settings(max_examples=40, deadline=None)
def test_svg_is_xml_with_every_node_in_it(number: Number) -> None:
    root = ET.fromstring(svg(graph_of(number)).encode())  # noqa: S314  # ours
    ids = [element.get("id") for element in root.iter()]
    for node_id in number.menu.nodes:
        assert ids.count(f"node-{node_id}") == 1
    targets = {f"#{found}" for found in ids}
    assert {str(each.get("href")) for each in root.iter("{http://www.w3.org/2000/svg}a")} <= targets


@given(numbers())
@settings(max_examples=40, deadline=None)
def test_mermaid_has_each_node_once_and_nothing_that_ends_a_label(number: Number) -> None:
    graph = graph_of(number)
    lines = mermaid(graph).splitlines()
    assert len(lines) == 2 + len(graph.boxes) + len(graph.edges) + 4
    for node_id in number.menu.nodes:
        name = f"    node_{node_id.replace('-', '_')}"
        defined = [line for line in lines if line.startswith(name) and line[len(name)] in "([{>"]
        assert len(defined) == 1
        assert defined[0].count('"') == 2
        label = defined[0].split('"')[1].replace("<br/>", "")
        assert not set(label) & set('<>&[]{}|`"')


def rectangles(laid: Layout) -> list[tuple[float, float, float, float]]:
    """Return left, top, right and bottom of all boxes, labels and signs."""
    found = [(p.x, p.y, p.x + p.width, p.y + p.height) for p in laid.places.values()]
    for line in laid.lines:
        if line.label:
            left = line.x + LEAD_IN
            found.append((left, line.y - 9, left + line.label_width, line.y + 9))
        if line.sign:
            found.append((line.to_x, line.y - 10, line.to_x + line.sign_width, line.y + 10))
    return found


@given(numbers())
@settings(max_examples=40, deadline=None)
def test_nothing_lies_on_anything_and_all_is_in_the_picture(number: Number) -> None:
    graph = graph_of(number)
    laid = layout_of(graph)
    assert len(laid.lines) == len(graph.edges)
    for one, other in combinations(rectangles(laid), 2):
        apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
        assert apart, (one, other)
    assert all(left >= 0 and top >= 0 for left, top, _, _ in rectangles(laid))
    assert all(right <= laid.width and low <= laid.height for _, _, right, low in rectangles(laid))


def test_two_hundred_nodes_are_drawn_within_a_second() -> None:
    welcome = MENU.nodes["welcome"]
    assert isinstance(welcome, ChoiceNode)
    nodes = dict(MENU.nodes)
    for place in range(200):
        options = tuple(
            Option(str(key), Way(f"menu-{min(199, place * 3 + key)}"), said("x", "Tryck.", "Press."))
            for key in range(1, 4)
        )
        nodes[f"menu-{place}"] = replace(welcome, id=f"menu-{place}", options=options)
    number = replace(TOWN, menu=replace(MENU, nodes=nodes, start=Way("menu-0")))
    began = time.perf_counter()
    drawn = svg(graph_of(number))
    assert time.perf_counter() - began < MOST_S
    assert drawn.count('id="node-menu-') == 200


def test_rows_are_ordered_so_that_lines_do_not_cross() -> None:
    after = {"a": ["z"], "b": ["y"], "c": ["x"], "x": [], "y": [], "z": []}
    columns = [["a", "b", "c"], ["x", "y", "z"]]
    assert crossings(columns, after) == 3
    assert crossings(ordered(columns, after), after) == 0


def test_places_are_as_near_to_their_wishes_as_they_may() -> None:
    assert spaced([0.0, 1.0, 20.0], [10.0, 10.0]) == [-4.5, 5.5, 20.0]


def test_texts_are_cut_at_words_and_shown_in_one_line() -> None:
    assert first_words("Välkommen till kommunen.", 18) == "Välkommen till…"
    assert first_words("Socialsekreterare", 10) == "Socialsek…"
    assert shown("en\nrad\x00\u202e") == "en rad\ufffd"
    assert wrapped("ett två tre fyra", 10, width("ett två", 10), 2) == ["ett två", "tre…"]
    assert fitted("", 10, 5) == ""
