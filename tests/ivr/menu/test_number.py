"""A number's folder is loaded whole or not at all, and Järfälla's leads each key where its menu says."""

from __future__ import annotations

import logging
import shutil
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ivr.menu.circumstances import Moment
from ivr.menu.commands import Ask, Enqueue, KeysPressed, Say, Silence
from ivr.menu.machine import begin, step
from ivr.menu.model import Replaced, Way
from ivr.menu.number import FILES, Ground, Number, check_folders, load_number, load_numbers, policy
from ivr.menu.texts import Pace, text_of
from ivr.spoken.sentences import SENTENCES
from queues.yamlfile import ConfigurationError, Findings
from routing.policy import Agent, Skill
from tests.ivr.menu.changed_folders import GROUND
from tests.ivr.menu.hours_for_tests import at
from tests.ivr.menu.test_broken import BASE

if TYPE_CHECKING:
    from ivr.menu.commands import Command, Event

MENUS = Path(__file__).resolve().parents[3] / "menus"
TESTBY = BASE / "menus" / "testby"
OPEN, CLOSED = Moment(at("2026-10-01 12:00")), Moment(at("2026-10-01 22:00"))  # a Thursday
SMALL = {
    "number.yaml": "name: Liten\nlanguages: [sv]\ncalled numbers: [+4619000000]\ntrouble: Fel.\n",
    "menu.yaml": "start: help\nperson: help\nnodes:\n  help: {kind: queue, queue: help, text: Hej.}\n",
    "queues.yaml": "queues:\n  help: {name: Hjälp, rings: [{after: 0 s, ask: specialists}]}\n",
    "agents.yaml": "agents:\n  cia-c: {name: Cia C, specialist: {help: 2}}\n",
}


def write(folder: Path, **changed: str) -> Path:
    """Write a small number's folder; `number="..."` replaces number.yaml, and so on."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in SMALL.items():
        (folder / name).write_text(changed.get(name.removesuffix(".yaml"), text), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def testby() -> Number:
    return load_number(TESTBY, GROUND)


def test_a_folder_is_loaded(testby: Number) -> None:
    assert (testby.id, testby.name) == ("testby", "Testby kommun")
    assert testby.called == ("+46858028500", "+46858010000")
    assert (list(testby.queues), list(testby.agents)) == (["school", "social"], ["anna-a", "bo-b"])
    assert list(testby.officers) == ["olle-o"]
    assert testby.queues["school"].number == "testby"
    assert testby.trouble.text == "Ett tekniskt fel."
    assert testby.trouble in set(testby.prompts())
    assert testby.menu.languages == ("sv", "en")
    assert dict(testby.menu.extra_wait_s) == {"sv": 0.0, "en": 2.0}
    assert testby.menu.queue_hours == {"school": "office", "social": ""}


def test_a_language_has_its_own_pace(testby: Number) -> None:
    assert {prompt.pace for prompt in testby.prompts() if prompt.name == "times/text"} == {
        Pace.NORMAL,
        Pace.SLOW,
    }


def test_what_begins_each_call_is_ours_or_the_numbers_own(testby: Number) -> None:
    emergency, privacy = testby.menu.opening
    assert emergency == testby.menu.sentences["emergency number"]
    assert privacy.said_in("en").text == "The call is not recorded."


def test_an_old_number_names_the_new_one(testby: Number) -> None:
    replaced = testby.menu.replaced["+46858010000"]
    assert replaced.way == Way("welcome")
    (text,) = replaced.texts
    assert text.said_in("sv").text == (
        "Numret du ringde har ersatts. Det nya numret är: noll åtta, fem åtta noll, två åtta fem, noll noll."
        " Du kopplas dit nu."
    )


def test_an_old_number_may_say_so_in_its_own_words(tmp_path: Path) -> None:
    old = "replaced numbers: {+46 19 00 00 01: {to: help, text: Vi har flyttat.}}\n"
    number = load_number(write(tmp_path / "liten", number=SMALL["number.yaml"] + old))
    text = text_of("replaced/4619000001", sv="Vi har flyttat.")
    assert number.menu.replaced == {"+4619000001": Replaced(Way("help"), (text,))}
    assert number.called == ("+4619000000", "+4619000001")


@pytest.mark.parametrize("no", ["no", "No", "false"])
def test_what_begins_each_call_may_be_left_out(tmp_path: Path, no: str) -> None:
    number = load_number(
        write(tmp_path / "liten", number=f"{SMALL['number.yaml']}emergency sentence: {no}\n")
    )
    assert number.menu.opening == ()


def test_a_number_may_have_its_own_words_for_what_the_exchange_says(testby: Number) -> None:
    assert testby.menu.sentences["closed"].said_in("sv").text == "Vi har stängt."
    assert testby.menu.templates["opens"].said_in("en").text == "We open {opening}."


def test_a_language_of_the_numbers_own_needs_only_its_sentences(tmp_path: Path) -> None:
    """The exchange speaks no German; a number without hours, old numbers and announcements can have it."""
    messages = "".join(
        f'  {key}: "Auf Deutsch.{"".join(f" {{{place}}}" for place in sorted(sentence.fields))}"\n'
        for key, sentence in SENTENCES.items()
    )
    queues = SMALL["queues.yaml"].replace("name: Hjälp", "name: Hjälp, announce: no")
    folder = write(tmp_path / "liten", number=SMALL["number.yaml"].replace("[sv]", "[de]"), queues=queues)
    (folder / "messages.yaml").write_text(f"messages:\n{messages}", encoding="utf-8")
    assert load_number(folder).menu.sentences["offer"].said_in("de").text == "Auf Deutsch."


def test_the_content_hash_changes_with_any_of_the_files(tmp_path: Path) -> None:
    folder = tmp_path / "testby"
    shutil.copytree(TESTBY, folder)
    hashes = {load_number(folder, GROUND).content_hash}
    assert load_number(folder, GROUND).content_hash in hashes
    for path in folder.iterdir():
        with path.open("a", encoding="utf-8") as file:
            file.write("# a comment\n")
        hashes.add(load_number(folder, GROUND).content_hash)
    assert len(hashes) == 8


def test_the_present_folder_is_named_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(write(tmp_path / "liten"))
    number = load_number(Path())
    assert (number.id, number.queues["help"].number) == ("liten", "liten")


def test_files_that_are_not_there_are_told_once_each(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_number(tmp_path / "nowhere")
    assert [Path(problem.path).name for problem in caught.value.problems] == sorted(FILES)


def test_all_numbers_are_loaded_by_name_and_hidden_folders_left_out(tmp_path: Path) -> None:
    shutil.copytree(TESTBY, tmp_path / "beta")
    write(tmp_path / "alfa")
    for name in (".git", "_schema"):
        (tmp_path / name).mkdir()
    numbers = load_numbers(tmp_path, GROUND)
    assert [number.id for number in numbers] == ["alfa", "beta"]
    assert {queue.number for queue in policy(numbers).queues.values()} == {"alfa", "beta"}
    assert sorted(policy(numbers).agents) == ["anna-a", "bo-b", "cia-c"]


GUEST = {
    "number": SMALL["number.yaml"].replace("+4619000000", "+4619000001"),
    "menu": SMALL["menu.yaml"].replace("queue: help", "queue: more"),
    "queues": SMALL["queues.yaml"].replace("help:", "more:"),
    "agents": "agents:\n  cia-c: {defined in: alfa, specialist: {more: 1}}\n",
}


def test_who_serves_two_numbers_is_one_agent(tmp_path: Path) -> None:
    write(tmp_path / "alfa")
    write(tmp_path / "beta", **GUEST)
    numbers = load_numbers(tmp_path)
    cia = Agent("cia-c", "Cia C", {"help": Skill("specialist", 2), "more": Skill("specialist", 1)})
    assert policy(numbers).agents == {"cia-c": cia}
    assert [(list(number.agents), list(number.people)) for number in numbers] == [
        (["cia-c"], ["cia-c"]),
        ([], ["cia-c"]),
    ]
    assert dict(policy(numbers[1:]).agents) == {}


def test_a_number_that_is_live_keeps_its_guest_whom_the_other_has_let_go_without_an_error(
    tmp_path: Path,
) -> None:
    folders = [write(tmp_path / "alfa", agents=SMALL["agents.yaml"].replace("cia-c", "dan-d"))]
    folders.append(write(tmp_path / "beta", **GUEST))
    new, live = Findings(), Findings()
    assert [number.id for number in check_folders(folders, live, Ground(live_since={"beta": OPEN.at}))] == [
        "alfa",
        "beta",
    ]
    check_folders(folders, new)
    assert (live.errors, new.errors) == (0, 1)
    assert [problem.message for problem in live.problems] == [problem.message for problem in new.problems]


def test_what_is_doubtful_and_not_wrong_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    write(tmp_path / "alfa", agents=SMALL["agents.yaml"] + "  dan-d: {name: Dan D}\n")
    with caplog.at_level(logging.WARNING):
        assert len(load_numbers(tmp_path)) == 1
    (line,) = caplog.messages
    assert line.endswith("agents.dan-d: answers no queue: neither specialist nor generalist of any")


def test_what_two_folders_claim_is_told_even_when_one_has_other_mistakes(tmp_path: Path) -> None:
    write(tmp_path / "alfa")
    write(tmp_path / "beta", menu="start: x\n")
    with pytest.raises(ConfigurationError) as caught:
        load_numbers(tmp_path)
    found = [str(p).removeprefix(f"{tmp_path}/").split(": expected")[0] for p in caught.value.problems]
    assert [place for place in found if "menu.yaml" not in place] == [
        "beta/agents.yaml:2:3: error: agents.cia-c",
        "beta/number.yaml:3:18: error: called numbers[1]",
        "beta/queues.yaml:2:3: error: queues.help",
    ]


def test_a_number_is_read_against_the_present_time(tmp_path: Path) -> None:
    """Hours that will never open again are an error on the day after, and not before."""
    folder = write(tmp_path / "liten")
    hours = "hours: {fair: {weekly: {}, exceptions: [{on: 2026-10-02, open: 10:00-16:00}]}}\n"
    (folder / "hours.yaml").write_text(hours, encoding="utf-8")
    assert load_number(folder, Ground(at=OPEN.at)).menu.hours.keys() == {"fair"}
    with pytest.raises(ConfigurationError, match="no opening in the 400 days from 2026-10-03"):
        load_number(folder, Ground(at=at("2026-10-03 00:00")))


# --- Järfälla ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def jarfalla() -> Number:
    return load_number(MENUS / "jarfalla", Ground(at=OPEN.at))


def led(number: Number, *events: Event, now: Moment = OPEN) -> Command:
    reached = begin(number.menu, now)
    for event in events:
        reached = step(number.menu, reached.state, event, now)
    return reached.command


def test_the_shipped_menus_have_no_problem(caplog: pytest.LogCaptureFixture) -> None:
    assert "jarfalla" in {number.id for number in load_numbers(MENUS, Ground(at=OPEN.at))}
    assert caplog.messages == []


@pytest.mark.parametrize(
    ("key", "queue"),
    [
        ("1", "elder-care"),
        ("2", "social-services"),
        ("3", "school"),
        ("4", "streets"),
        ("5", "culture"),
        ("9", "general"),
        ("0", "general"),
    ],
)
def test_each_key_of_jarfalla_leads_to_its_queue(jarfalla: Number, key: str, queue: str) -> None:
    command = led(jarfalla, KeysPressed(key))
    assert isinstance(command, Enqueue)
    assert (command.queue, len(command.prompts)) == (queue, 1)


def test_silence_leads_to_jarfallas_general_queue(jarfalla: Number) -> None:
    command = led(jarfalla, Silence())
    assert isinstance(command, Enqueue)
    assert command.queue == "general"
    assert [prompt.text for prompt in command.prompts] == [
        "Vi uppfattade inget val.",
        "Du kopplas nu till vår kundtjänst.",
    ]


@pytest.mark.parametrize(("key", "language"), [("7", "fi"), ("8", "en")])
def test_jarfalla_speaks_three_languages(jarfalla: Number, key: str, language: str) -> None:
    command = led(jarfalla, KeysPressed(key))
    assert isinstance(command, Ask)
    assert command.prompts[0].language == language
    assert {prompt.text for prompt in command.prompts if prompt.language == "en"} >= {"For English, press 8."}


def test_jarfalla_is_closed_in_the_evening_and_answers_all_the_same(jarfalla: Number) -> None:
    command = led(jarfalla, now=CLOSED)
    assert isinstance(command, Ask)
    assert command.node == "after-hours"
    opens = led(jarfalla, KeysPressed("2"), now=CLOSED)
    assert isinstance(opens, Ask | Say)
    assert opens.prompts[0].text.startswith("Vi svarar måndag till torsdag")


def test_jarfalla_names_each_key_after_its_group(jarfalla: Number) -> None:
    command = led(jarfalla)
    assert isinstance(command, Ask)
    assert command.prompts[0].text.startswith("Välkommen till Järfälla kommun.")
    assert [prompt.name for prompt in command.prompts[1:]] == [f"welcome/option-{key}" for key in "78123459"]
    for prompt in command.prompts[1:]:
        assert any(f"{press} {prompt.name[-1]}" in prompt.text for press in ("tryck", "press", "paina"))


def test_jarfallas_groups_have_their_people(jarfalla: Number) -> None:
    skills = [
        (queue_id, skill.role)
        for agent in jarfalla.agents.values()
        for queue_id, skill in agent.skills.items()
    ]
    specialists = Counter(queue_id for queue_id, role in skills if role == "specialist")
    assert specialists == {
        "elder-care": 5,
        "social-services": 8,
        "school": 4,
        "streets": 5,
        "culture": 4,
        "general": 6,
    }
    assert jarfalla.queues["social-services"].confidential
    assert ("social-services", "generalist") not in skills
