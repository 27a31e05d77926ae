"""A town's number with a node of every kind, and numbers that nobody would write."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from ivr.menu.hours import EVES, DatedException, Hours, Span
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
from ivr.menu.number import Number
from ivr.menu.texts import Text, text_of
from queues.definitions import Definitions, Officer
from routing.events import Outcome
from routing.policy import Agent, Queue, Ring, Skill

ZONE = ZoneInfo("Europe/Stockholm")
DECEMBER = 1796079600.0  # 2026-12-01 00:00 in Stockholm
OFFICE_DAY = (Span(480, 990),)


def said(name: str, sv: str, en: str) -> Text:
    return text_of(name, sv=sv, en=en)


OPTION_TEXTS = {key: said(f"welcome/option-{key}", f"Tryck {key}.", f"Press {key}.") for key in "12345"}
NODES: tuple[Node, ...] = (
    HoursNode("opening", "office", Way("welcome"), Way("closed")),
    ChoiceNode(
        "welcome",
        said("welcome/greeting", 'Välkommen till "Ån" & <byn> [♥] 😀', "Welcome."),
        (
            Option("1", Way("school"), OPTION_TEXTS["1"]),
            Option("2", Way("anna", (Change(DECEMBER, "school"),)), OPTION_TEXTS["2"]),
            Option("3", Way("case"), OPTION_TEXTS["3"]),
            Option("4", Way("patience"), OPTION_TEXTS["4"]),
            Option("5", Way("english"), OPTION_TEXTS["5"]),
            Option("0", Way("general")),
        ),
        Retry(Way("general"), 3, said("welcome/wrong-key", "Fel knapp.", "Wrong key.")),
        Retry(Way("general"), 1),
    ),
    MessageNode("closed", said("closed/text", "Vi har stängt.", "We are closed."), Way("goodbye")),
    QueueNode("school", "school", said("school/text", "Till skolan.", "To the school.")),
    QueueNode("general", "desk", hours="office"),
    OfficerNode("anna", "anna", Way("general"), said("anna/text", "Till Anna.", "To Anna.")),
    DigitsNode(
        "case",
        said("case/text", "Ange ärendets nummer.", "Key the number of your case."),
        4,
        8,
        Retry(Way("general"), 2),
        Retry(Way("general"), 2),
        Way("lookup"),
        reads_back=True,
    ),
    ScriptNode("lookup", "cases:main", Way("general"), Way("goodbye"), {"found": Way("school")}),
    PatienceNode("patience", Way("welcome"), said("patience/text", "Ta god tid på dig.", "Take your time.")),
    LanguageNode("english", "en", Way("welcome")),
    GoodbyeNode("goodbye", said("goodbye/text", "Hej då.", "Goodbye."), Outcome.OUT_OF_HOURS),
)
OFFICE = Hours(
    "office",
    ZONE,
    (OFFICE_DAY, OFFICE_DAY, OFFICE_DAY, OFFICE_DAY, (Span(480, 900),), (), ()),
    {EVES: (Span(480, 720),)},
    (DatedException(date(2026, 12, 23), date(2026, 12, 23), ()),),
)
MENU = Menu(
    start=Way("opening"),
    person="general",
    nodes={node.id: node for node in NODES},
    languages=("sv", "en"),
    sentences={"offer": said("sentences/offer", "Tryck 0.", "Press 0.")},
    templates={"opens": text_of("sentences/opens", sv="Vi öppnar {opening}.", en="We open {opening}.")},
    steps=100,
    opening=(said("emergency-sentence", "Ring 112.", "Call 112."),),
    hours={"office": OFFICE},
    extensions={"601": Extension("queue", "school")},
    replaced={"+46850000000": Replaced(Way("school"), (said("replaced/1", "Nytt nummer.", "New number."),))},
)
RINGS = (Ring(0.0, "specialists"), Ring(30.0, "generalists", 2))
PEOPLE = Definitions(
    {
        "school": Queue("school", "Skola & förskola", "town", (RINGS[0],), confidential=True),
        "desk": Queue("desk", "Växeln", "town", RINGS, hours="office"),
    },
    {
        "eva": Agent("eva", "Eva Ek", {"school": Skill("specialist", 2)}),
        "bo": Agent("bo", "Bo Berg", {"desk": Skill("specialist", 2)}),
    },
    {"anna": Officer("anna", "Anna <Holm>", "701")},
)
TROUBLE = said("trouble", "Tekniskt fel.", "Trouble.").said_in("sv")
TOWN = Number("town", "Ån & byn", ("+46850000001", "+46850000000"), TROUBLE, MENU, PEOPLE, "")

IDS = st.from_regex(r"[a-z][a-z0-9-]{1,12}", fullmatch=True)
WORDS = st.text(max_size=120)


@st.composite
def numbers(draw: st.DrawFn) -> Number:
    """Draw a number whose menu leads anywhere, with any texts."""
    ids = draw(st.lists(IDS, min_size=1, max_size=12, unique=True))
    ways = st.builds(
        Way,
        st.sampled_from(ids),
        st.lists(st.builds(Change, st.floats(0, 4e9), st.sampled_from(ids)), max_size=2).map(tuple),
    )
    texts = WORDS.map(lambda words: text_of("x", sv=words))
    retries = st.builds(Retry, ways, st.integers(1, 5), st.none() | texts)
    options = st.builds(Option, st.sampled_from("0123456789"), ways, st.none() | texts)
    person = draw(st.sampled_from(ids))
    nodes: dict[str, Node] = {}
    for node_id in ids:
        this = st.just(node_id)
        kinds: tuple[st.SearchStrategy[Node], ...] = (
            st.builds(ChoiceNode, this, texts, st.lists(options, max_size=9).map(tuple), retries, retries),
            st.builds(MessageNode, this, texts, st.none() | ways),
            st.builds(QueueNode, this, WORDS, st.none() | texts, WORDS),
            st.builds(OfficerNode, this, WORDS, ways, st.none() | texts),
            st.builds(HoursNode, this, WORDS, ways, st.none() | ways),
            st.builds(LanguageNode, this, WORDS, ways),
            st.builds(PatienceNode, this, ways, texts),
            st.builds(DigitsNode, this, texts, st.just(1), st.just(4), retries, retries, st.none() | ways),
            st.builds(ScriptNode, this, WORDS, ways, ways, st.dictionaries(WORDS, ways, max_size=3)),
            st.builds(GoodbyeNode, this, st.none() | texts),
        )
        nodes[node_id] = QueueNode(node_id, "desk") if node_id == person else draw(st.one_of(*kinds))
    replaced = {"+46850000000": Replaced(draw(ways), ())}
    menu = Menu(draw(ways), person, nodes, ("sv",), {}, {}, 100, replaced=replaced)
    return Number("town", draw(WORDS), ("+46850000001", "+46850000000"), TROUBLE, menu, PEOPLE, "")
