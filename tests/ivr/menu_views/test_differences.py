"""Each change is told in words, once; what nobody notices is not told."""

# ruff: noqa: E501  # sentences stand here as whole lines, as people read them

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings

from ivr.menu.hours import EVES, DatedException, Span
from ivr.menu.model import Change, DigitsNode, Extension, MessageNode, Option, Replaced, Retry, Way, ways_of
from ivr.menu.texts import Pace, Text, text_of
from ivr.menu_views.difference import Difference, What
from ivr.menu_views.differences import differences, differences_of_all
from ivr.menu_views.leads import leads_of
from ivr.menu_views.presentation import differences_json, differences_text
from routing.events import Outcome
from routing.policy import Agent, Ring, Skill
from tests.ivr.menu_views.towns import DECEMBER, MENU, NODES, OFFICE, OFFICE_DAY, PEOPLE, TOWN, numbers, said

if TYPE_CHECKING:
    from collections.abc import Callable

    from ivr.menu.model import Menu, Node
    from ivr.menu.number import Number

pytestmark = pytest.mark.thorough

BY_ID: dict[str, Any] = {node.id: node for node in NODES}
WELCOME = BY_ID["welcome"]


def with_menu(**changes: Any) -> Number:
    return replace(TOWN, menu=replace(MENU, **changes))


def with_node(node_id: str, **changes: Any) -> Number:
    return with_menu(nodes={**MENU.nodes, node_id: replace(BY_ID[node_id], **changes)})


def with_option(key: str, option: Option | None) -> Number:
    """Replace an option of "welcome", add it or take it away."""
    options = [option if each.key == key else each for each in WELCOME.options]
    if option is not None and option not in options:
        options.append(option)
    return with_node("welcome", options=tuple(each for each in options if each is not None))


def with_hours(**changes: Any) -> Number:
    return with_menu(hours={"office": replace(OFFICE, **changes)})


def with_queue(queue_id: str, **changes: Any) -> Number:
    queues = {**PEOPLE.queues, queue_id: replace(PEOPLE.queues[queue_id], **changes)}
    return replace(TOWN, definitions=replace(PEOPLE, queues=queues))


def paced(text: Text, pace: Pace) -> Text:
    prompts = {language: prompt._replace(pace=pace) for language, prompt in text.prompts.items()}
    return Text(text.name, prompts)


def told(old: Number, new: Number, at: float | None = None) -> list[str]:
    return [difference.text for difference in differences(old, new, at=at)]


def option(key: str, to: str, *changes: Change, words: str = "") -> Option:
    text = text_of("x", sv=words, en=words) if words else None
    return Option(key, Way(to, changes), text)


FIVE_DAYS = (OFFICE_DAY, OFFICE_DAY, OFFICE_DAY, OFFICE_DAY, (Span(480, 840),), (), ())
CHANGED_OFFICE = with_hours(
    weekly=FIVE_DAYS,
    holidays={EVES: (), "national-day": (Span(600, 840),)},
    exceptions=(DatedException(date(2026, 12, 27), date(2026, 12, 30), (Span(540, 720),)),),
)
MUTATIONS: list[tuple[Number, list[str]]] = [
    # --- ways ---
    (with_option("1", option("1", "anna", words="Tryck 1.")), ['Key 1 in "welcome" says (en): "Tryck 1." (was: "Press 1.")', 'Press 1 in "welcome": now leads to officer anna (was: queue school)']),
    (with_option("6", option("6", "general", words="För bygglov, tryck 6.")), ['New key 6 in "welcome": "För bygglov, tryck 6." leads to queue desk']),
    (with_option("6", option("6", "general", Change(DECEMBER, "anna"))), ['New key 6 in "welcome" (it is not said) leads to queue desk, from 2026-12-01 to officer anna']),
    (with_option("3", None), ['Key 3 in "welcome" is gone (it led to "case")']),
    (with_option("0", option("0", "general", Change(DECEMBER, "closed"))), ['From 2026-12-01 key 0 in "welcome" leads to "closed" (was: no change)']),
    (with_option("2", replace(WELCOME.options[1], way=Way("anna"))), ['From 2026-12-01 key 2 in "welcome" leads where it did before (was: queue school)']),
    (with_option("2", replace(WELCOME.options[1], way=Way("anna", (Change(DECEMBER, "general"),)))), ['From 2026-12-01 key 2 in "welcome" leads to queue desk (was: queue school)']),
    (with_node("welcome", silence=Retry(Way("school"), 2)), ['Silence in "welcome" now leads on after 2 times (was: 1)', 'Silence in "welcome" now leads to queue school (was: queue desk)']),
    (with_node("welcome", wrong_key=Retry(Way("general"), 1, WELCOME.wrong_key.text)), ['A wrong key in "welcome" now leads on after 1 time (was: 3)']),
    (with_node("opening", closed=None), ['"opening" while closed now leads to the end of the call (was: "closed")']),
    (with_node("opening", open=Way("general")), ['"opening" while open now leads to queue desk (was: "welcome")']),
    (with_node("closed", then=Way("welcome")), ['"closed" now leads to "welcome" (was: "goodbye")']),
    (with_node("anna", away=Way("goodbye")), ['"anna" when nobody is reached now leads to "goodbye" (was: queue desk)']),
    (with_node("lookup", results={"found": Way("general")}), ['Result "found" in "lookup" now leads to queue desk (was: queue school)']),
    (with_node("lookup", results={}), ['Result "found" in "lookup" is gone (it led to queue school)']),
    (with_node("lookup", then=Way("school")), ['Any other result in "lookup" now leads to queue school (was: queue desk)']),
    (with_node("lookup", failed=Way("school")), ['The script in "lookup", when it fails, now leads to queue school (was: "goodbye")']),
    (with_menu(start=Way("welcome")), ['The start now leads to "welcome" (was: "opening")']),
    (with_menu(person="school"), ["Who does not get on now comes to queue school (was: queue desk)"]),
    # --- texts ---
    (with_node("welcome", greeting=said("welcome/greeting", "Hej.", "Welcome.")), ['"welcome" says (sv): "Hej." (was: "Välkommen till "Ån" & <byn> [♥] 😀")']),
    (with_node("welcome", short_greeting=said("welcome/short-greeting", "Välj.", "Choose.")), ['"welcome", when it comes again, says (sv): "Välj." (was: nothing)', '"welcome", when it comes again, says (en): "Choose." (was: nothing)']),
    (with_option("1", Option("1", Way("school"))), ['Key 1 in "welcome" says (sv): nothing (was: "Tryck 1.")', 'Key 1 in "welcome" says (en): nothing (was: "Press 1.")']),
    (with_node("welcome", wrong_key=Retry(Way("general"), 3)), ['A wrong key in "welcome" says (sv): nothing (was: "Fel knapp.")', 'A wrong key in "welcome" says (en): nothing (was: "Wrong key.")']),
    (with_node("welcome", silence=Retry(Way("general"), 1, text_of("x", sv="Hallå?", en="Hallå?"))), ['Silence in "welcome" says (sv, en): "Hallå?" (was: nothing)']),
    (with_node("welcome", options=(WELCOME.options[1], WELCOME.options[0], *WELCOME.options[2:])), ['"welcome" says its keys in the order 2, 1, 3, 4, 5 (was: 1, 2, 3, 4, 5)']),
    (with_node("goodbye", text=said("goodbye/text", "Adjö.", "Goodbye.")), ['"goodbye" says (sv): "Adjö." (was: "Hej då.")']),
    (with_menu(opening=()), ['Every caller first hears (sv): nothing (was: "Ring 112.")', 'Every caller first hears (en): nothing (was: "Call 112.")']),
    (with_menu(sentences={"offer": said("x", "Tryck noll.", "Press 0.")}), ['The message "offer" says (sv): "Tryck noll." (was: "Tryck 0.")']),
    (with_menu(templates={"opens": text_of("sentences/opens", sv="Åter {opening}.", en="We open {opening}.")}), ['The message "opens" says (sv): "Åter {opening}." (was: "Vi öppnar {opening}.")']),
    (replace(TOWN, trouble=TOWN.trouble._replace(text="Fel.")), ['When something is broken, callers hear: "Fel." (was: "Tekniskt fel.")']),
    (with_node("goodbye", text=paced(BY_ID["goodbye"].text, Pace.SLOW)), ["The same words are spoken at slow pace (was: spoken at normal pace): goodbye/text (sv), goodbye/text (en)"]),
    # --- how callers are asked, and what nodes do ---
    (with_node("welcome", wait_s=8.0), ['"welcome" waits for a key for 8 s (was: 5 s)']),
    (with_node("case", least=10, most=10), ['"case" takes so many digits: 10 (was: 4-8)']),
    (with_node("case", reads_back=False), ['"case" reads the digits back: no (was: yes)']),
    (with_node("case", is_secret=True), ['"case" keeps the digits secret: yes (was: no)']),
    (with_node("case", dials=True, then=None), ['Way on from "case" is gone (it led to "lookup")', '"case" connects with the extension that is keyed: yes (was: no)']),
    (with_node("school", queue="desk"), ['"school" now leads to queue desk (was: queue school)']),
    (with_node("anna", officer="bo"), ['"anna" now leads to officer bo (was: officer anna)']),
    (with_node("opening", hours="library"), ['"opening" now goes by the hours "library" (was: "office")']),
    (with_node("english", language="fi"), ['"english" now speaks on in fi (was: en)']),
    (with_node("lookup", script="cases:other"), ['"lookup" now runs the script cases:other (was: cases:main)']),
    (with_node("goodbye", outcome=Outcome.REFUSED), ['"goodbye" can be left by key 0 for a person: yes (was: no)']),
    (with_menu(nodes={**MENU.nodes, "news": MessageNode("news", said("news/text", "Nytt.", "News."), Way("welcome"))}), ['New "news": a message: "Nytt." leads to "welcome"']),
    (with_menu(nodes={**MENU.nodes, "closed": replace(BY_ID["school"], id="closed")}), ['"closed" is now the way to queue school: "Till skolan." (was: a message: "Vi har stängt." leads to "goodbye")']),
    # --- hours, queues, numbers ---
    (CHANGED_OFFICE, ['Hours "office": friday 08:00-14:00 (was: 08:00-15:00); closed on eves (was: 08:00-12:00); national-day 10:00-14:00 (was: closed); 2026-12-23 usual hours (was: closed); 2026-12-27 to 2026-12-30 09:00-12:00 (was: usual hours)']),
    (with_hours(exceptions=(replace(OFFICE.exceptions[0], reason=said("x", "Vi flyttar.", "We move.")),)), ['Hours "office" on 2026-12-23 says (sv): "Vi flyttar." (was: nothing)', 'Hours "office" on 2026-12-23 says (en): "We move." (was: nothing)']),
    (with_queue("school", confidential=False), ["Queue school is confidential: no (was: yes)"]),
    (with_queue("desk", hours=""), ['Queue desk is answered in the hours of every day and night (was: "office")']),
    (with_queue("desk", rings=(Ring(0.0, "everybody"),)), ["Queue desk asks everybody at once (was: specialists at once, generalists of level 2 and above after 30 s)"]),
    (with_queue("desk", ring_s=25.0), ["Queue desk rings each telephone for 25 s (was: 20 s)"]),
    (replace(TOWN, definitions=replace(PEOPLE, agents={**PEOPLE.agents, "ida": Agent("ida", "Ida", {"school": Skill("specialist", 1)})})), ["Queue school is answered in confidence by Eva Ek, Ida (was: Eva Ek)"]),
    (with_menu(replaced={"+46850000000": Replaced(Way("general"), MENU.replaced["+46850000000"].texts)}), ["Old number +46850000000 now leads to queue desk (was: queue school)"]),
    (with_menu(replaced={}), ["Number +46850000000 now leads to the start (was: queue school)"]),
    (replace(TOWN, called=("+46850000009", *TOWN.called[1:])), ["+46850000009 now leads here", "+46850000001 no longer leads here"]),
    (with_menu(languages=("en",)), ["Nothing is said in sv any more", "Callers are first spoken to in en (was: sv)"]),
    (with_menu(extra_wait_s={"en": 2.0}), ["In en callers have 2 s more for each key (was: 0 s)"]),
]  # fmt: skip


@pytest.mark.parametrize(("new", "expected"), MUTATIONS, ids=[told[0][:50] for _, told in MUTATIONS])
def test_each_change_is_told_in_words(new: Number, expected: list[str]) -> None:
    assert told(TOWN, new) == expected


UNNOTICED: list[Number] = [
    replace(TOWN, name="Annan stad", content_hash="other"),
    with_menu(steps=7),
    with_node("welcome", accepted="därför"),
    with_node("welcome", next_key_s=9.0),  # no key begins another
    with_queue("desk", name="Receptionen", wrap_up_s=60.0, extension="699"),
    with_hours(holidays={EVES: (Span(480, 720),), "national-day": ()}),  # as it was without being said
    with_menu(extensions={"602": Extension("queue", "desk")}),  # callers key none
    replace(TOWN, definitions=replace(PEOPLE, officers={})),
]


@pytest.mark.parametrize("new", UNNOTICED)
def test_what_nobody_notices_is_not_told(new: Number) -> None:
    assert told(TOWN, new) == []


@given(numbers())
@settings(max_examples=40, deadline=None)
def test_a_number_does_not_differ_from_itself(number: Number) -> None:
    assert differences(number, number) == ()


@given(numbers(), numbers())
@settings(max_examples=40, deadline=None)
def test_any_two_numbers_can_be_compared(old: Number, new: Number) -> None:
    for difference in differences(old, new, at=DECEMBER):
        assert difference.text
        assert difference.number == new.id


def test_what_callers_key_as_an_extension_is_told_where_they_can() -> None:
    dialling: dict[str, Node] = {**MENU.nodes, "case": replace(BY_ID["case"], dials=True, then=None)}
    old = with_menu(nodes=dialling)
    new = with_menu(nodes=dialling, extensions={"601": Extension("officer", "anna")})
    assert isinstance(dialling["case"], DigitsNode)
    assert told(old, new) == [
        "Extension 601, when callers key it, now leads to officer anna (was: queue school)"
    ]


def test_a_change_whose_day_has_come_is_the_present_and_may_be_tidied_away() -> None:
    tidy = with_option("2", replace(WELCOME.options[1], way=Way("school")))
    tidy = replace(tidy, menu=replace(tidy.menu, hours={"office": replace(OFFICE, exceptions=())}))
    later = DECEMBER + 40 * 86_400
    assert told(TOWN, tidy, later) == []
    assert told(TOWN, tidy, DECEMBER - 1) == [
        'Press 2 in "welcome": now leads to queue school (was: officer anna)',
        'From 2026-12-01 key 2 in "welcome" leads where it did before (was: queue school)',
        'Hours "office": 2026-12-23 usual hours (was: closed)',
    ]


def test_patience_that_loses_its_words_is_told_in_ours() -> None:
    own = {**MENU.sentences, "patient on": said("sentences/patient-on", "God tid.", "Plenty of time.")}
    old = with_menu(sentences=own)
    new = with_menu(sentences=own, nodes={**MENU.nodes, "patience": replace(BY_ID["patience"], text=None)})
    assert told(old, new)[0] == '"patience" says (sv): "God tid." (was: "Ta god tid på dig.")'


@given(numbers())
@settings(max_examples=40, deadline=None)
def test_every_way_of_a_node_has_its_name(number: Number) -> None:
    for node in number.menu.nodes.values():
        named = [lead.way for lead in leads_of(node) if lead.way is not None]
        assert Counter(named) == Counter(ways_of(node))


# --- renamed nodes ------------------------------------------------------------------------------


def renaming(names: dict[str, str]) -> Callable[[Menu], Menu]:
    """Return what gives nodes other ids, wherever these stand."""

    def way(old: Way) -> Way:
        return Way(names.get(old.to, old.to), tuple(Change(s, names.get(to, to)) for s, to in old.changes))

    def value(old: Any) -> Any:
        match old:
            case Way():
                return way(old)
            case Retry() | Option():
                return replace(old, way=way(old.way))
            case tuple() if all(isinstance(each, Option) for each in old):
                return tuple(map(value, old))
            case dict():
                return {key: value(each) for key, each in old.items()}
            case _:
                return old

    def node(old: Any) -> Any:
        fields = {name: value(getattr(old, name)) for name in type(old).__dataclass_fields__ if name != "id"}
        return replace(old, id=names.get(old.id, old.id), **fields)

    def menu(old: Menu) -> Menu:
        nodes = {names.get(node_id, node_id): node(each) for node_id, each in old.nodes.items()}
        replaced = {key: each._replace(way=way(each.way)) for key, each in old.replaced.items()}
        person = names.get(old.person, old.person)
        return replace(old, nodes=nodes, replaced=replaced, start=way(old.start), person=person)

    return menu


NAMES = {"welcome": "top", "patience": "slow", "english": "in-english", "general": "desk"}


def test_renamed_nodes_are_recognised_even_where_they_lead_to_each_other() -> None:
    new = replace(TOWN, menu=renaming(NAMES)(MENU))
    found = differences(TOWN, new)
    assert [each.what for each in found] == [What.RENAMED] * 4
    assert {each.old: each.new for each in found} == NAMES
    assert differences_text({"town": found}) == (
        "town\n"
        "  nothing changes for callers\n"
        '  Renamed only: "welcome" is now called "top", "general" is now called "desk",'
        ' "patience" is now called "slow", "english" is now called "in-english" (changes nothing for callers)\n'
    )


@given(numbers())
@settings(max_examples=40, deadline=None)
def test_renaming_everything_is_nothing_that_callers_notice(number: Number) -> None:
    names = {node_id: f"{node_id}-x" for node_id in number.menu.nodes}
    if not names.keys() & set(names.values()):
        new = replace(number, menu=renaming(names)(number.menu))
        assert [each.text for each in differences(number, new) if each.is_noticed] == []


def test_a_node_that_is_renamed_and_says_something_else_is_another() -> None:
    menu = renaming({"goodbye": "bye"})(MENU)
    bye = replace(BY_ID["goodbye"], id="bye", text=said("bye/text", "Adjö.", "Goodbye."))
    assert told(TOWN, replace(TOWN, menu=replace(menu, nodes={**menu.nodes, "bye": bye}))) == [
        '"closed" now leads to "bye" (was: "goodbye")',
        'The script in "lookup", when it fails, now leads to "bye" (was: "goodbye")',
        'New "bye": the end of the call: "Adjö."',
        '"goodbye" is gone (it was the end of the call: "Hej då.")',
    ]


def test_two_ways_to_one_queue_are_told_apart_by_their_nodes() -> None:
    other = replace(BY_ID["school"], id="school-en", text=None)
    new = with_option("1", replace(WELCOME.options[0], way=Way("school-en")))
    new = replace(new, menu=replace(new.menu, nodes={**new.menu.nodes, "school-en": other}))
    assert told(TOWN, new) == [
        'Press 1 in "welcome": now leads to "school-en" (queue school) (was: "school" (queue school))',
        'New "school-en": the way to queue school',
    ]


# --- how it is shown ----------------------------------------------------------------------------


def test_numbers_are_told_one_after_the_other_also_new_ones_and_those_that_are_gone() -> None:
    other = replace(TOWN, id="village", name="Byn", called=("+46850000005",))
    gone = replace(TOWN, id="abbey", name="Klostret", called=("+46850000006",))
    assert differences_text(differences_of_all({"town": TOWN, "abbey": gone}, {"town": TOWN, "village": other})) == (
        "abbey\n"
        "  The number is gone: Klostret, +46850000006\n"
        "town\n"
        "  nothing changes for callers\n"
        "village\n"
        "  New number: Byn, +46850000005\n"
    )  # fmt: skip


def test_json_has_null_where_there_is_nothing() -> None:
    difference = Difference("town", "", What.LANGUAGE, "", "fi", "New language: fi")
    assert differences_json({"town": [difference]}) == [
        {"number": "town", "node": None, "what": "language", "old": None, "new": "fi", "text": "New language: fi"}
    ]  # fmt: skip
