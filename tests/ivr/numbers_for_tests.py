"""A small number for tests of the live service: a menu with everything in it, two queues, three agents."""

from __future__ import annotations

from ivr.menu.model import (
    ChoiceNode,
    GoodbyeNode,
    Menu,
    MessageNode,
    Option,
    Prompt,
    QueueNode,
    Retry,
)
from ivr.menu.number import Number
from queues.definitions import Definitions
from routing.policy import Agent, Queue, Ring, Skill

RINGS = (Ring(0.0, "specialists"), Ring(30.0, "generalists"))

MENU = Menu(
    start="start",
    person="general",
    nodes={
        "start": ChoiceNode(
            "start",
            Prompt("start.greeting", "Välkommen."),
            (
                Option("1", "school", Prompt("start.1", "För skola, tryck 1.")),
                Option("2", "hours", Prompt("start.2", "För öppettider, tryck 2.")),
                Option("3", "closed", Prompt("start.3", "För det stängda, tryck 3.")),
            ),
            wrong_key=Retry("general", 3, Prompt("start.wrong", "Fel knapp.")),
            silence=Retry("general", 2, Prompt("start.silence", "Vi hörde inget.")),
        ),
        "school": QueueNode("school", "school", Prompt("school.say", "Du kopplas till skolan.")),
        "general": QueueNode("general", "general"),
        "hours": MessageNode("hours", Prompt("hours.say", "Vi har öppet åtta till fem.")),
        "closed": GoodbyeNode("closed", Prompt("closed.say", "Adjö.")),
    },
)


def number_for_tests(name: str = "testby") -> Number:
    """Return the number; anna is the school's specialist, gun answers both, vera general calls."""
    queues = {q: Queue(q, q.title(), name, RINGS) for q in ("school", "general")}
    agents = {
        "anna": Agent("anna", "Anna", {"school": Skill("specialist", 3)}),
        "gun": Agent("gun", "Gun", {"school": Skill("generalist", 2), "general": Skill("specialist", 2)}),
        "vera": Agent("vera", "Vera", {"general": Skill("specialist", 1)}),
    }
    return Number(
        id=name,
        name="Testby kommun",
        language="sv",
        called=("+46858028500",),
        trouble=Prompt("trouble", "Tekniskt fel."),
        menu=MENU,
        definitions=Definitions(queues, agents),
        content_hash="0" * 64,
    )
