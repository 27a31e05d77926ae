"""A number's folder is loaded whole or not at all, and Järfälla's leads each key where its menu says."""

# ruff: noqa: E501  # messages stand here as whole lines, as people see them

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ivr.menu.machine import Ask, Enqueue, KeysPressed, Silence, begin, step
from ivr.menu.number import FILES, Number, load_number, load_numbers, policy
from queues.yamlfile import ConfigurationError

if TYPE_CHECKING:
    from ivr.menu.machine import Command, Event

MENUS = Path(__file__).resolve().parents[3] / "menus"

TEXTS = {
    "number.yaml": 'name: Testby\nlanguage: sv\ncalled numbers: ["+46 8-580 285 00", +46850000000]\ntrouble: Fel.\n',
    "menu.yaml": "start: help\nperson: help\nnodes:\n  help: {kind: queue, queue: help, text: Hej.}\n",
    "queues.yaml": "queues:\n  help: {name: Hjälp, rings: [{after: 0 s, ask: specialists}]}\n",
    "agents.yaml": "agents:\n  anna: {name: Anna, specialist: {help: 2}}\n",
}


def write(folder: Path, **changed: str) -> Path:
    """Write a number's folder; `number="..."` replaces number.yaml, and so on."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in TEXTS.items():
        (folder / name).write_text(changed.get(name.removesuffix(".yaml"), text), encoding="utf-8")
    return folder


def problems(caught: pytest.ExceptionInfo[ConfigurationError], folder: Path) -> list[str]:
    return [str(problem).removeprefix(f"{folder}/") for problem in caught.value.problems]


def test_a_folder_is_loaded(tmp_path: Path) -> None:
    number = load_number(write(tmp_path / "testby"))
    assert (number.id, number.name, number.language) == ("testby", "Testby", "sv")
    assert number.called == ("+46858028500", "+46850000000")
    assert [prompt.text for prompt in number.prompts()] == ["Hej.", "Fel."]
    assert (list(number.queues), list(number.agents)) == (["help"], ["anna"])
    assert number.queues["help"].number == "testby"


def test_the_content_hash_changes_with_any_of_the_files(tmp_path: Path) -> None:
    folder = write(tmp_path / "testby")
    hashes = {load_number(folder).content_hash}
    assert load_number(folder).content_hash in hashes
    for name in FILES:
        with (folder / name).open("a") as file:
            file.write("# a comment\n")
        hashes.add(load_number(folder).content_hash)
    assert len(hashes) == 5


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["number.yaml:1:1: error: expected keys with values, found an empty file"]),
        ("name: T\n", ['number.yaml:1:1: error: the key "called numbers" is missing', 'number.yaml:1:1: error: the key "language" is missing', 'number.yaml:1:1: error: the key "trouble" is missing']),
        (TEXTS["number.yaml"].replace("sv", "Svenska"), ['number.yaml:2:11: error: language: expected a language\'s code such as sv or en, found "Svenska"']),
        (TEXTS["number.yaml"].replace("+46 8-580", "08-580"), ['number.yaml:3:18: error: called numbers[1]: expected a telephone number such as +46858028500, found "08-580 285 00"']),
        (TEXTS["number.yaml"].replace("+46850000000", "+46858028500"), ["number.yaml:3:38: error: called numbers[2]: this number stands twice; the first is on line 3"]),
        ("name: T\nlanguage: sv\ntrouble: F.\ncalled numbers: []\n", ["number.yaml:4:17: error: called numbers: expected a list of telephone numbers of 1 to 100, found a list of 0"]),
    ],
)  # fmt: skip
def test_each_mistake_in_number_yaml_is_told(tmp_path: Path, text: str, expected: list[str]) -> None:
    folder = write(tmp_path / "testby", number=text)
    with pytest.raises(ConfigurationError) as caught:
        load_number(folder)
    assert problems(caught, folder) == expected


@pytest.mark.parametrize("taken", ["telephone", "udp", "trunk-a"])
def test_an_id_that_no_telephone_can_have_is_told(tmp_path: Path, taken: str) -> None:
    folder = write(tmp_path / "testby", agents=TEXTS["agents.yaml"].replace("anna", taken))
    (folder / "officers.yaml").write_text(f"officers: {{{taken}-x: {{name: X, extension: 70}}}}", "utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load_number(folder)
    words = f'expected an id that Asterisk does not use itself, found "{taken}"'
    wrong = [f"agents.yaml:2:3: error: agents.{taken}: {words}"]
    if taken == "trunk-a":
        words = words.replace(taken, f"{taken}-x")
        wrong.append(f"officers.yaml:1:12: error: officers.{taken}-x: {words}")
    assert problems(caught, folder) == wrong


def test_problems_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    folder = write(tmp_path / "testby", number="nam: x", menu="start: x", queues="queues: 1", agents="\t")
    with pytest.raises(ConfigurationError) as caught:
        load_number(folder)
    assert {Path(p.path).name for p in caught.value.problems} == set(FILES)


def test_an_empty_folder_is_told_file_by_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_number(tmp_path / "nowhere")
    assert problems(caught, tmp_path / "nowhere") == [
        f"{name}:1:1: error: cannot read this file: No such file or directory" for name in sorted(FILES)
    ]


def test_a_folder_whose_name_is_no_id_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_number(write(tmp_path / "Test by"))
    assert problems(caught, tmp_path / "Test by") == [
        'number.yaml:1:1: error: expected the folder to be named by an id of 2 to 31 small letters (a-z), digits and hyphens, the first a letter, found "Test by"'
    ]


def test_all_numbers_are_loaded_by_name_and_hidden_folders_left_out(tmp_path: Path) -> None:
    other = {
        "number": "name: B\nlanguage: sv\ncalled numbers: [+4619000000]\ntrouble: F.\n",
        "menu": TEXTS["menu.yaml"].replace("queue: help", "queue: service"),
        "queues": TEXTS["queues.yaml"].replace("help", "service"),
        "agents": "agents:\n  bo: {name: Bo, specialist: {service: 2}}\n",
    }
    write(tmp_path / "beta", **other)
    write(tmp_path / "alfa")
    (tmp_path / ".git").mkdir()
    (tmp_path / "_old").mkdir()
    numbers = load_numbers(tmp_path)
    assert [number.id for number in numbers] == ["alfa", "beta"]
    assert {queue.number for queue in policy(numbers).queues.values()} == {"alfa", "beta"}
    assert sorted(policy(numbers).agents) == ["anna", "bo"]


def test_what_two_folders_claim_is_told_even_when_one_has_other_mistakes(tmp_path: Path) -> None:
    write(tmp_path / "alfa")
    write(tmp_path / "beta", menu="start: x\n")
    with pytest.raises(ConfigurationError) as caught:
        load_numbers(tmp_path)
    found = [p for p in problems(caught, tmp_path) if "menu.yaml" not in p]
    assert found == [
        f'beta/agents.yaml:2:3: error: agents.anna: expected an id of its own, found "anna" also in {tmp_path}/alfa/agents.yaml, line 2',
        f"beta/number.yaml:3:18: error: called numbers[1]: expected a number of its own, found +46858028500 also in {tmp_path}/alfa/number.yaml, line 3",
        f"beta/number.yaml:3:38: error: called numbers[2]: expected a number of its own, found +46850000000 also in {tmp_path}/alfa/number.yaml, line 3",
        f'beta/queues.yaml:2:3: error: queues.help: expected an id of its own, found "help" also in {tmp_path}/alfa/queues.yaml, line 2',
    ]


@pytest.mark.parametrize(
    ("folder", "message"),
    [
        ("empty", "expected a folder with a number.yaml for each number, found none"),
        ("nowhere", "cannot read this folder: No such file or directory"),
    ],
)
def test_menus_without_any_number_are_told(tmp_path: Path, folder: str, message: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConfigurationError) as caught:
        load_numbers(tmp_path / folder)
    assert str(caught.value) == f"{tmp_path / folder}:1:1: error: {message}"


# --- Järfälla ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def jarfalla() -> Number:
    return load_number(MENUS / "jarfalla")


def led(number: Number, *events: Event) -> Command:
    now = begin(number.menu)
    for event in events:
        now = step(number.menu, now.state, event)
    return now.command


def test_the_shipped_menus_have_no_problem() -> None:
    assert "jarfalla" in {number.id for number in load_numbers(MENUS)}


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


@pytest.mark.parametrize("key", ["6", "7", "8", "#"])
def test_the_third_wrong_key_leads_to_jarfallas_general_queue(jarfalla: Number, key: str) -> None:
    assert isinstance(led(jarfalla, KeysPressed(key)), Ask)
    assert isinstance(led(jarfalla, *[KeysPressed(key)] * 2), Ask)
    command = led(jarfalla, *[KeysPressed(key)] * 3)
    assert isinstance(command, Enqueue)
    assert command.queue == "general"


def test_jarfalla_greets_and_names_each_key_after_its_group(jarfalla: Number) -> None:
    command = led(jarfalla)
    assert isinstance(command, Ask)
    assert command.prompts[0].text.startswith("Välkommen till Järfälla kommun.")
    assert [prompt.name for prompt in command.prompts[1:]] == [f"welcome/option-{key}" for key in "123459"]
    for prompt in command.prompts[1:]:
        assert f"tryck {prompt.name[-1]}" in prompt.text


def test_a_star_repeats_jarfallas_options_with_a_short_greeting(jarfalla: Number) -> None:
    first, again = led(jarfalla), led(jarfalla, KeysPressed("*"))
    assert isinstance(first, Ask)
    assert isinstance(again, Ask)
    assert again.prompts[1:] == first.prompts[1:]
    assert len(again.prompts[0].text) < len(first.prompts[0].text)


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
