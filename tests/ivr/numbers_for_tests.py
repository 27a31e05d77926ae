"""A small number for tests of the live service: a menu with everything in it, two queues, three agents."""

from __future__ import annotations

from ivr.menu.model import (
    ChoiceNode,
    GoodbyeNode,
    Menu,
    MessageNode,
    Option,
    QueueNode,
    Retry,
    Way,
)
from ivr.menu.number import Number
from ivr.menu.texts import Prompt, Text, text_of
from ivr.spoken.sentences import SENTENCES
from queues.definitions import Definitions
from routing.policy import Agent, Queue, Ring, Skill

RINGS = (Ring(0.0, "specialists"), Ring(30.0, "generalists"))


def said(name: str, words: str) -> Text:
    """Make a text in Swedish."""
    return text_of(name, sv=words)


_OWN = {
    key: said(f"sentences/{key.replace(' ', '-')}", sentence.words["sv"])
    for key, sentence in SENTENCES.items()
}
SENTENCES_SV = {key: text for key, text in _OWN.items() if not SENTENCES[key].fields}
TEMPLATES_SV = {key: text for key, text in _OWN.items() if SENTENCES[key].fields}

MENU = Menu(
    start=Way("start"),
    person="general",
    nodes={
        "start": ChoiceNode(
            "start",
            said("start.greeting", "Välkommen."),
            (
                Option("1", Way("school"), said("start.1", "För skola, tryck 1.")),
                Option("2", Way("hours"), said("start.2", "För öppettider, tryck 2.")),
                Option("3", Way("closed"), said("start.3", "För det stängda, tryck 3.")),
            ),
            wrong_key=Retry(Way("general"), 3, said("start.wrong", "Fel knapp.")),
            silence=Retry(Way("general"), 2, said("start.silence", "Vi hörde inget.")),
        ),
        "school": QueueNode("school", "school", said("school.say", "Du kopplas till skolan.")),
        "general": QueueNode("general", "general"),
        "hours": MessageNode("hours", said("hours.say", "Vi har öppet åtta till fem.")),
        "closed": GoodbyeNode("closed", said("closed.say", "Adjö.")),
    },
    languages=("sv",),
    sentences=SENTENCES_SV,
    templates=TEMPLATES_SV,
    steps=24,
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
        called=("+46858028500",),
        trouble=Prompt("trouble", "Tekniskt fel.", "sv"),
        menu=MENU,
        definitions=Definitions(queues, agents),
        content_hash="0" * 64,
    )
