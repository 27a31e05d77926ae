"""A small menu with one node of each kind, and menus that nobody would write."""

from __future__ import annotations

from hypothesis import strategies as st

from ivr.menu.model import (
    ChoiceNode,
    GoodbyeNode,
    Menu,
    MessageNode,
    Node,
    Option,
    Prompt,
    QueueNode,
    Retry,
)
from routing.events import Outcome

GREETING, SHORT = Prompt("top/greeting", "Välkommen."), Prompt("top/short-greeting", "Välj.")
ONE, TWO, THREE, FOUR = (Prompt(f"top/option-{key}", f"Tryck {key}.") for key in "1234")
WRONG, SILENT = Prompt("top/wrong-key", "Fel knapp."), Prompt("top/silence", "Inget val.")
SCHOOL, HOURS, BYE = (Prompt(f"{name}/text", name.title()) for name in ("school", "hours", "bye"))
SUB, NINE = Prompt("sub/greeting", "Vilken skola?"), Prompt("sub/option-9", "Åter, tryck 9.")
FULL = (GREETING, ONE, TWO, THREE, FOUR)
AGAIN = (SHORT, ONE, TWO, THREE, FOUR)

MENU = Menu(
    start="top",
    person="general",
    nodes={
        "top": ChoiceNode(
            id="top",
            greeting=GREETING,
            short_greeting=SHORT,
            options=(
                Option("1", "school", ONE),
                Option("2", "hours", TWO),
                Option("3", "bye", THREE),
                Option("4", "sub", FOUR),
                Option("0", "general"),
            ),
            wrong_key=Retry("school", 2, WRONG),
            silence=Retry("general", 2, SILENT),
            wait_s=4.0,
        ),
        "sub": ChoiceNode(
            id="sub",
            greeting=SUB,
            options=(Option("1", "school"), Option("9", "top", NINE)),
            wrong_key=Retry("top", 1),
            silence=Retry("hours", 1),
        ),
        "school": QueueNode("school", "school", SCHOOL),
        "general": QueueNode("general", "general"),
        "hours": MessageNode("hours", HOURS, then="top"),
        "bye": GoodbyeNode("bye", BYE, Outcome.OUT_OF_HOURS),
    },
)

IDS = ("a", "b", "c", "d", "e")


@st.composite
def menus(draw: st.DrawFn) -> Menu:
    """Draw a menu as the loader would let it pass: any destinations, but no ring of messages alone."""
    ids = IDS[: draw(st.integers(1, len(IDS)))]
    anywhere = st.sampled_from([*ids, "person"])
    nodes: dict[str, Node] = {"person": QueueNode("person", "general")}
    for place, node_id in enumerate(ids):
        says = Prompt(f"{node_id}/says", node_id)
        kind = draw(st.sampled_from(["choice", "choice", "message", "queue", "goodbye"]))
        if kind == "choice":
            keys = draw(st.lists(st.sampled_from("0123456789"), min_size=1, max_size=4, unique=True))
            retries = st.builds(Retry, anywhere, st.integers(1, 5), st.none() | st.just(says))
            options = tuple(Option(key, draw(anywhere)) for key in keys)
            nodes[node_id] = ChoiceNode(node_id, says, options, draw(retries), draw(retries))
        elif kind == "message":
            later = st.sampled_from([*ids[place + 1 :], "person"])
            choices = [i for i in ids[:place] if isinstance(nodes[i], ChoiceNode)]
            then = st.none() | later | (st.sampled_from(choices) if choices else st.nothing())
            nodes[node_id] = MessageNode(node_id, says, draw(then))
        elif kind == "queue":
            nodes[node_id] = QueueNode(node_id, "general", draw(st.none() | st.just(says)))
        else:
            nodes[node_id] = GoodbyeNode(node_id, says)
    return Menu(draw(anywhere), "person", nodes)
