"""What callers may be told while they wait is spoken before anybody waits, once for all numbers."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from ivr.menu.number import STOCKHOLM, Ground, check_folders, load_number
from ivr.menu.waitingwords import choice_text, regained_text, waiting_texts
from ivr.speaking import all_prompts, prepare
from queues.problems import Findings
from queues.waiting.announcing import Told
from queues.waiting.ranges import all_ranges
from tests.ivr.prompts_for_tests import library
from tests.ivr.publishing.ground import NOON, write_number

if TYPE_CHECKING:
    from pathlib import Path

    from ivr.menu.number import Number

GROUND = Ground(STOCKHOLM, None, NOON)
KEYS = 'while waiting: {7: {text: "Annars, tryck 7.", to: shut}}'
RANGES = "sentences/estimate"
PLACES = "sentences/position"
CHOICES = "sentences/choice"


def number_with(menus: Path, rules: str, name: str = "testby") -> Number:
    """Load a number whose queue has these rules."""
    folder = write_number(menus, name)
    queue = f"{{name: Vi, {rules}, rings: [{{after: 0 s, ask: specialists}}]}}"
    (folder / "queues.yaml").write_text(f"queues:\n  {name}-people: {queue}\n", encoding="utf-8")
    return load_number(folder, GROUND)


def generated(number: Number) -> Counter[str]:
    """Count the texts of each sentence that is filled in for those who wait."""
    names = Counter(prompt.name for prompt in all_prompts([number], NOON))
    return Counter({name: names[name] for name in (PLACES, RANGES, CHOICES) if names[name]})


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("announce: yes", {PLACES: 10, RANGES: len(all_ranges())}),  # the first place has its own sentence
        ("announce: {at most: 3}", {PLACES: 3, RANGES: len(all_ranges())}),
        ("announce: {estimate: no}", {PLACES: 10}),
        ("announce: no", {}),
        (f"announce: no, {KEYS}", {CHOICES: 1}),
    ],
)
def test_what_the_queues_tell_is_spoken_ahead(tmp_path: Path, rules: str, expected: dict[str, int]) -> None:
    number = number_with(tmp_path, rules)
    assert generated(number) == expected
    assert regained_text(number.menu, "sv") in all_prompts([number], NOON)


def test_nothing_that_is_told_a_caller_has_yet_to_be_spoken(tmp_path: Path) -> None:
    number, prompts = number_with(tmp_path / "menus", f"announce: yes, {KEYS}"), library(tmp_path)
    prepare(prompts, [number], NOON)
    told = [
        *(Told(position=place) for place in (1, 2, 10, 11, 99)),
        *(Told(range=each) for each in all_ranges()),
    ]
    said = [waiting_texts(number.menu, "sv", each, 10) for each in told]
    choice = choice_text(number.menu, "sv", "7")
    assert choice is not None
    assert (
        prompts.missing([choice, regained_text(number.menu, "sv"), *(each for one in said for each in one)])
        == ()
    )


def test_what_two_numbers_tell_alike_is_spoken_once(tmp_path: Path) -> None:
    first, second = (number_with(tmp_path / "menus", "announce: yes", name) for name in ("testby", "nyby"))
    prompts = library(tmp_path)
    missing = {prompt.name for prompt in prompts.missing(all_prompts([first], NOON))}
    assert {PLACES, RANGES} <= missing
    prepare(prompts, [first], NOON)
    there = set((tmp_path / "prompts").iterdir())
    prepare(prompts, [second], NOON)
    assert set((tmp_path / "prompts").iterdir()) == there


def test_a_number_that_says_it_in_words_of_its_own_has_sounds_of_its_own(tmp_path: Path) -> None:
    plain, own = (number_with(tmp_path / "menus", "announce: yes", name) for name in ("testby", "nyby"))
    messages = tmp_path / "menus" / "nyby" / "messages.yaml"
    messages.write_text('messages: {estimate: "Det tar {wait}."}\n', encoding="utf-8")
    own = load_number(messages.parent, GROUND)
    prompts = library(tmp_path)
    prepare(prompts, [plain], NOON)
    missing = prompts.missing(all_prompts([own], NOON))
    assert Counter(prompt.name for prompt in missing) == {RANGES: len(all_ranges())}


def test_only_sentences_without_a_place_to_fill_can_be_recorded(tmp_path: Path) -> None:
    number = number_with(tmp_path / "menus", "announce: yes")
    names = {prompt.name for prompt in number.written()}
    assert names >= {"sentences/first-in-line", "sentences/place-regained"}
    assert names.isdisjoint({PLACES, RANGES, CHOICES})
    recordings = tmp_path / "menus" / "testby" / "recordings" / "sv" / "sentences"
    recordings.mkdir(parents=True)
    for name in ("first-in-line", "estimate"):
        (recordings / f"{name}.wav").touch()
    findings = Findings()
    (number,) = check_folders([tmp_path / "menus" / "testby"], findings, GROUND)
    (warning,) = findings.warnings
    assert warning.path == f"{recordings}/estimate.wav"
    assert warning.message.startswith("no text has this name, so nobody hears it")
    said = waiting_texts(number.menu, "sv", Told(position=1), 10)
    assert [prompt.recording for prompt in said] == [f"{recordings}/first-in-line.wav"]
