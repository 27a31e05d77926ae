"""Menus that nobody would write but the loader lets pass, callers who press anything, and any moment.

A drawn menu keeps what `ivr.menu.model` promises: every destination exists, `person` is a queue, and what
asks nothing leads on in one direction only. Otherwise anything may lead anywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st

from ivr.menu.checks import most_steps
from ivr.menu.circumstances import NOTHING, Crisis, Moment, Standing
from ivr.menu.commands import KeysPressed, NotReached, PromptDone, ScriptDone, SecretKeyed, Silence
from ivr.menu.hours import Override
from ivr.menu.model import (
    Change,
    ChoiceNode,
    DigitsNode,
    Extension,
    GoodbyeNode,
    HoursNode,
    LanguageNode,
    Menu,
    MessageNode,
    Node,
    OfficerNode,
    Option,
    PatienceNode,
    QueueNode,
    Replaced,
    Retry,
    ScriptNode,
    Way,
)
from routing.events import Outcome
from tests.ivr.menu.hours_for_tests import OFFICE
from tests.ivr.menu.menus_for_tests import CHRISTMAS, LANGUAGES, NIGHT, NOON, OWN, TEMPLATES, said

if TYPE_CHECKING:
    from ivr.menu.commands import Event
    from ivr.menu.texts import Text

PLACES = ("a", "b", "c", "d", "e", "f")
ASKING = ("choice", "digits", "officer", "script")  # as in ivr.menu.checks: a ring may lead over these
PASSING = ("message", "hours", "language", "patience", "queue", "goodbye")
CALLED = "+46858028000"  # an old number
EXTENSIONS = {
    "1": Extension("queue", "school"),
    "22": Extension("officer", "bo"),
    "333": Extension("queue", "x"),
}

HOURS = st.sampled_from(["", "office"])
OUTCOMES = st.sampled_from([Outcome.SELF_SERVED, Outcome.OUT_OF_HOURS, Outcome.REFUSED])
KEYS = st.text("0123456789", min_size=1, max_size=3)
DATE = CHRISTMAS.at - 86_400.0  # on which ways may change


@st.composite
def menus(draw: st.DrawFn) -> Menu:
    """Draw a menu of up to six nodes beside the person's queue."""
    ids = PLACES[: draw(st.integers(1, len(PLACES)))]
    kinds = {node_id: draw(st.sampled_from([*ASKING, *PASSING, "choice"])) for node_id in ids}
    asking = [node_id for node_id in ids if kinds[node_id] in ASKING]
    nodes: dict[str, Node] = {"person": QueueNode("person", "general", draw(_texts("person")), draw(HOURS))}
    for place, node_id in enumerate(ids):
        ahead = ids if kinds[node_id] in ASKING else [*asking, *ids[place + 1 :]]
        nodes[node_id] = draw(_node(node_id, kinds[node_id], _ways(["person", *ahead])))
    start, old = draw(_ways(["person", *ids])), draw(_ways(["person", *ids]))
    return Menu(
        start,
        "person",
        nodes,
        LANGUAGES,
        OWN,
        TEMPLATES,
        most_steps(nodes, [*start.all, *old.all]),
        opening=draw(st.sampled_from([(), (said("112"),)])),
        hours={"office": OFFICE},
        queue_hours={"school": draw(HOURS)},
        extra_wait_s={"en": 1.0},
        extensions=EXTENSIONS,
        replaced={CALLED: Replaced(old, (said("replaced"),))},
    )


def _ways(destinations: list[str]) -> st.SearchStrategy[Way]:
    to = st.sampled_from(destinations)
    changes = st.lists(st.builds(Change, st.just(DATE), to), max_size=1).map(tuple)
    return st.builds(Way, to, changes)


def _texts(name: str) -> st.SearchStrategy[Text | None]:
    return st.sampled_from([None, said(name)])


@st.composite
def _node(draw: st.DrawFn, node_id: str, kind: str, ways: st.SearchStrategy[Way]) -> Node:
    text, wait_s = said(node_id), draw(st.sampled_from([1.0, 5.0]))
    match kind:
        case "choice":
            keys = draw(st.lists(KEYS, min_size=1, max_size=5, unique=True))
            options = tuple(Option(key, draw(ways), draw(_texts(f"{node_id}/{key}"))) for key in keys)
            wrong, silence = draw(_retries(node_id, ways)), draw(_retries(node_id, ways))
            return ChoiceNode(
                node_id, text, options, wrong, silence, draw(_texts(f"{node_id}/short")), wait_s
            )
        case "digits":
            least = draw(st.integers(1, 4))
            dials = draw(st.booleans())
            return DigitsNode(
                node_id,
                text,
                least,
                draw(st.integers(least, 5)),
                draw(_retries(node_id, ways)),
                draw(_retries(node_id, ways)),
                None if dials else draw(ways),
                reads_back=draw(st.booleans()),
                is_secret=not dials and draw(st.booleans()),
                dials=dials,
                wait_s=wait_s,
            )
        case "officer":
            return OfficerNode(node_id, "bo", draw(ways), draw(_texts(node_id)))
        case "script":
            results = {"yes": draw(ways)}
            return ScriptNode(node_id, "m:f", draw(ways), draw(ways), results, draw(_texts(node_id)))
        case "message":
            return MessageNode(node_id, text, draw(st.none() | ways))
        case "hours":
            return HoursNode(node_id, "office", draw(ways), draw(st.none() | ways))
        case "language":
            return LanguageNode(node_id, draw(st.sampled_from(LANGUAGES)), draw(ways))
        case "patience":
            return PatienceNode(node_id, draw(ways), draw(_texts(node_id)))
        case "queue":
            return QueueNode(node_id, "school", draw(_texts(node_id)), draw(HOURS))
        case _:
            return GoodbyeNode(node_id, draw(_texts(node_id)), draw(OUTCOMES))


def _retries(node_id: str, ways: st.SearchStrategy[Way]) -> st.SearchStrategy[Retry]:
    return st.builds(Retry, ways, st.integers(1, 5), _texts(f"{node_id}/retry"))


# --- callers and moments ------------------------------------------------------------------------

DIGITS = st.text("0123456789", min_size=1, max_size=6)
EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.sampled_from("0123456789*#").map(KeysPressed),
    DIGITS.map(KeysPressed),
    st.text("0123456789*#", max_size=4).map(KeysPressed),
    st.integers(0, 6).map(SecretKeyed),
    st.builds(Silence),
    st.builds(PromptDone),
    st.builds(NotReached),
    st.builds(ScriptDone, st.sampled_from([None, "yes", "no"]), st.booleans()),
)
ONE_KEY = st.sampled_from("0123456789*#").map(lambda key: [KeysPressed(key)])
PATTERNS = st.lists(EVENTS, min_size=1, max_size=8) | ONE_KEY  # a caller who does this as long as it lasts

FIRE = Crisis("fire", said("crisis/fire").prompts)
FLOOD = Crisis("flood", {"sv": said("crisis/flood").said_in("sv")}, queue="school")
BY_HAND = st.builds(
    Override,
    st.booleans(),
    st.booleans(),
    st.sampled_from([{}, {"sv": "Övning."}]),
    st.just(NOON.at - 86_400.0),
    st.none(),
    st.just(value=True),
)
TIMES = st.sampled_from([NOON.at, NIGHT.at, CHRISTMAS.at])
QUIET = st.builds(
    Moment, TIMES, st.just(NOTHING) | st.builds(Standing, st.fixed_dictionaries({"office": BY_HAND}))
)
MOMENTS = QUIET | st.builds(
    Moment,
    TIMES,
    st.builds(Standing, st.just({}), st.sampled_from([(FIRE,), (FLOOD,), (FIRE, FLOOD)])),
)
