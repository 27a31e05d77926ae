"""What an administrator writes becomes the menu that callers hear; for mistakes see test_broken.py."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from ivr.menu.hours import Hours, Span
from ivr.menu.loader import Surroundings, load_menu
from ivr.menu.messages import load_messages
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
    Retry,
    ScriptNode,
    Way,
)
from ivr.menu.texts import Pace, Text, text_of
from ivr.menu.wording import Wording
from queues.yamlfile import Findings
from routing.events import Outcome

if TYPE_CHECKING:
    from pathlib import Path

ZONE = ZoneInfo("Europe/Stockholm")
OPEN = Hours("office", ZONE, ((Span(480, 960),),) * 7)
TOP = """\
start: top
person: help
nodes:
  help: {kind: queue, queue: general}
"""
EVERYTHING = f"""{TOP}\
  top:
    kind: menu
    greeting: Välkommen.
    short greeting: Välj.
    options:
      1: {{text: "För skola, tryck 1.", to: school}}
      "12": {{text: "För bygglov, tryck 12.", to: officer}}
      3: {{to: hours, unsaid: yes}}
      0: {{text: "För hjälp, tryck 0.", to: help}}
    wait: 4 s
    next key: 1.5 s
    pace: slow
    wrong key: {{text: Fel knapp., count: 2, to: school}}
    silence: {{text: Inget val., count: 1}}
    accepted_because: alla behövs
  school: {{kind: queue, queue: school, text: Du kopplas.}}
  officer: {{kind: officer, officer: olle, text: Du kopplas., away: [school, {{from: 2026-12-01, to: help}}]}}
  hours: {{kind: hours, hours: office, open: words, closed: bye}}
  words: {{kind: language, language: sv, then: patience}}
  patience: {{kind: patience, text: Ta god tid., then: message}}
  message: {{kind: message, text: "112  är\\n nödnumret.", then: number, pace: fast}}
  number:
    kind: digits
    text: Slå numret.
    length: 4 - 8
    read back: yes
    secret: yes
    then: script
    wait: 10 s
    wrong key: {{count: 1, to: school}}
  script:
    kind: script
    script: parking:main
    text: Ett ögonblick.
    then: dial
    failed: school
    results: {{paid: out, 1: dial}}
  dial: {{kind: digits, text: Slå anknytningen., length: 3, dials: yes}}
  out: {{kind: hang up, counts as: refused}}
  bye: {{kind: goodbye, text: Stängt., counts as: out of hours}}
"""


def surroundings(folder: Path, *languages: str) -> Surroundings:
    wording = Wording(languages or ("sv",), recordings=folder / "recordings")
    (folder / "parking.py").write_text("def main(agi): ...\n", encoding="utf-8")
    return Surroundings(
        wording,
        load_messages(folder, wording, None, Findings()),
        queues={"general": "", "school": "office"},
        officers={"olle"},
        extensions={"601": Extension("queue", "school"), "701": Extension("officer", "olle")},
        hours={"office": OPEN},
        scripts=folder,
        zone=ZONE,
    )


def load(folder: Path, text: str, *languages: str) -> Menu:
    (folder / "menu.yaml").write_text(text, encoding="utf-8")
    findings = Findings()
    menu = load_menu(folder / "menu.yaml", surroundings(folder, *languages), findings)
    assert findings.problems == []
    assert menu is not None
    return menu


def node(folder: Path, written: str) -> Node:
    """Load a menu of which this is the first node, and return it."""
    return load(folder, f"{TOP}  top: {written}\n").nodes["top"]


def said(name: str, words: str, pace: Pace = Pace.NORMAL) -> Text:
    return text_of(name, sv=words, pace=pace)


def test_each_part_of_the_language_is_read(tmp_path: Path) -> None:
    december = datetime(2026, 12, 1, tzinfo=ZONE).timestamp()
    menu = load(tmp_path, EVERYTHING)
    assert (menu.start, menu.person, menu.person_queue) == (Way("top"), "help", "general")
    assert (menu.languages, menu.queue_hours) == (("sv",), {"general": "", "school": "office"})
    assert menu.nodes == {
        "help": QueueNode("help", "general"),
        "top": ChoiceNode(
            id="top",
            greeting=said("top/greeting", "Välkommen.", Pace.SLOW),
            short_greeting=said("top/short-greeting", "Välj.", Pace.SLOW),
            options=(
                Option("1", Way("school"), said("top/option-1", "För skola, tryck 1.", Pace.SLOW)),
                Option("12", Way("officer"), said("top/option-12", "För bygglov, tryck 12.", Pace.SLOW)),
                Option("3", Way("hours")),
                Option("0", Way("help"), said("top/option-0", "För hjälp, tryck 0.", Pace.SLOW)),
            ),
            wrong_key=Retry(Way("school"), 2, said("top/wrong-key", "Fel knapp.", Pace.SLOW)),
            silence=Retry(Way("help"), 1, said("top/silence", "Inget val.", Pace.SLOW)),
            wait_s=4.0,
            next_key_s=1.5,
            accepted="alla behövs",
        ),
        "school": QueueNode("school", "school", said("school/text", "Du kopplas."), "office"),
        "officer": OfficerNode(
            "officer", "olle", Way("school", (Change(december, "help"),)), said("officer/text", "Du kopplas.")
        ),
        "hours": HoursNode("hours", "office", Way("words"), Way("bye")),
        "words": LanguageNode("words", "sv", Way("patience")),
        "patience": PatienceNode("patience", Way("message"), said("patience/text", "Ta god tid.")),
        "message": MessageNode(
            "message", said("message/text", "112 är nödnumret.", Pace.FAST), Way("number")
        ),
        "number": DigitsNode(
            id="number",
            text=said("number/text", "Slå numret."),
            least=4,
            most=8,
            wrong_key=Retry(Way("school"), 1),
            silence=Retry(Way("help"), 2),
            then=Way("script"),
            reads_back=True,
            is_secret=True,
            wait_s=10.0,
        ),
        "script": ScriptNode(
            "script",
            "parking:main",
            Way("dial"),
            Way("school"),
            {"paid": Way("out"), "1": Way("dial")},
            said("script/text", "Ett ögonblick."),
        ),
        "dial": DigitsNode(
            id="dial",
            text=said("dial/text", "Slå anknytningen."),
            least=3,
            most=3,
            wrong_key=Retry(Way("help"), 3),
            silence=Retry(Way("help"), 2),
            dials=True,
        ),
        "out": GoodbyeNode("out", None, Outcome.REFUSED),
        "bye": GoodbyeNode("bye", said("bye/text", "Stängt."), Outcome.OUT_OF_HOURS),
    }


def test_what_is_left_out_leads_to_a_person(tmp_path: Path) -> None:
    assert node(tmp_path, "{kind: menu, greeting: Hej., options: {1: {text: Ett., to: help}}}") == ChoiceNode(
        id="top",
        greeting=said("top/greeting", "Hej."),
        options=(Option("1", Way("help"), said("top/option-1", "Ett.")), Option("0", Way("help"))),
        wrong_key=Retry(Way("help"), 3),
        silence=Retry(Way("help"), 2),
        wait_s=5.0,
        next_key_s=2.0,
    )
    assert node(tmp_path, "{kind: officer, officer: olle}") == OfficerNode("top", "olle", Way("help"))
    script = node(tmp_path, '{kind: script, script: "parking:main", then: help}')
    assert script == ScriptNode("top", "parking:main", Way("help"), Way("help"))


def test_a_message_without_a_way_ends_the_call_and_hours_without_one_too(tmp_path: Path) -> None:
    assert node(tmp_path, "{kind: message, text: Hej.}") == MessageNode("top", said("top/text", "Hej."))
    hours = node(tmp_path, "{kind: hours, hours: office, open: help}")
    assert hours == HoursNode("top", "office", Way("help"))


def test_zero_may_be_left_unsaid_without_saying_so(tmp_path: Path) -> None:
    top = node(tmp_path, "{kind: menu, greeting: Hej., options: {0: {to: help}}}")
    assert isinstance(top, ChoiceNode)
    assert top.options == (Option("0", Way("help")),)


@pytest.mark.parametrize(
    ("extension", "expected"),
    [
        ("601", QueueNode("top", "school", None, "office")),
        ("701", OfficerNode("top", "olle", Way("help"))),
    ],
)
def test_an_extension_is_whoever_has_it(tmp_path: Path, extension: str, expected: Node) -> None:
    assert node(tmp_path, f"{{kind: extension, extension: {extension}}}") == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [("help", Way("help")), ("[help]", Way("help"))],
)
def test_a_way_may_be_a_word_or_a_list_of_it(tmp_path: Path, written: str, expected: Way) -> None:
    assert node(tmp_path, f"{{kind: patience, then: {written}}}") == PatienceNode("top", expected)


def test_a_text_is_read_in_each_language_in_the_languages_order(tmp_path: Path) -> None:
    written = "{kind: goodbye, text: {en: Bye., sv: Hej då.}, counts as: refused}"
    bye = load(tmp_path, f"{TOP}  top: {written}\n", "sv", "en").nodes["top"]
    assert isinstance(bye, GoodbyeNode)
    assert bye.text == text_of("top/text", sv="Hej då.", en="Bye.")
    assert list(bye.text.prompts) == ["sv", "en"]


def test_a_text_may_be_spoken_in_one_language_to_everybody(tmp_path: Path) -> None:
    written = "{kind: goodbye, text: {spoken in: en, text: Bye.}, counts as: refused}"
    bye = load(tmp_path, f"{TOP}  top: {written}\n", "sv", "en").nodes["top"]
    assert isinstance(bye, GoodbyeNode)
    assert bye.text is not None
    assert [bye.text.said_in(language)[1:3] for language in ("sv", "en")] == [("Bye.", "en")] * 2


def test_a_recording_beside_the_text_is_found_by_its_name(tmp_path: Path) -> None:
    recording = tmp_path / "recordings" / "sv" / "top" / "text.wav"
    recording.parent.mkdir(parents=True)
    recording.write_bytes(b"RIFF")
    top = node(tmp_path, "{kind: message, text: Hej.}")
    assert isinstance(top, MessageNode)
    assert top.text.said_in("sv").recording == str(recording)


def test_seven_options_are_accepted_for_a_reason(tmp_path: Path) -> None:
    """Without one they are a warning: see broken/seven-options."""
    options = "".join(f'{key}: {{text: "Val {key}.", to: help}}, ' for key in range(1, 8))
    top = node(
        tmp_path, f"{{kind: menu, greeting: Hej., options: {{{options}}}, accepted_because: så är det}}"
    )
    assert isinstance(top, ChoiceNode)
    assert len(top.options) == 8


def test_a_ring_with_a_question_in_it_is_a_menu(tmp_path: Path) -> None:
    text = (
        f"{TOP}  top: {{kind: menu, greeting: Hej., options: {{1: {{text: Ett., to: more}}}}}}\n"
        "  more: {kind: message, text: Mer., then: top}\n"
    )
    assert list(load(tmp_path, text).nodes) == ["help", "top", "more"]


def test_a_call_is_bounded_by_the_menus_depth_and_patience(tmp_path: Path) -> None:
    deep = "".join(
        f"  n{n}: {{kind: menu, greeting: Hej., options: {{1: {{text: Ett., to: n{n + 1}}}}}}}\n"
        for n in range(5)
    )
    text = f"{TOP.replace('start: top', 'start: n0')}{deep}  n5: {{kind: message, text: Sist., then: help}}\n"
    assert load(tmp_path, text).steps == 3 * (3 + 1) * 6


def test_nothing_is_read_of_a_menu_that_is_not_there(tmp_path: Path) -> None:
    findings = Findings()
    assert load_menu(tmp_path / "menu.yaml", surroundings(tmp_path), findings) is None
    assert findings.errors == 1
