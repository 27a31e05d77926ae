"""`vaxel prompts`: what there is, what is missing, and the speaking of it by a real program."""

from __future__ import annotations

import json
import shlex
import wave
from typing import TYPE_CHECKING

import pytest

from tests.ivr.commandline.vaxel import vaxel
from tests.ivr.prompts_for_tests import WORDS, diary
from tests.ivr.publishing.ground import record, write_number

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.thorough


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """Make an installation with Testby and Nyby, and a voice that hums."""
    for name in ("testby", "nyby"):
        write_number(tmp_path / "menus", name)
    speech = shlex.join((*WORDS, str(tmp_path / "diary")))
    (tmp_path / "vaxel.yaml").write_text(f"state: state\nmenus: menus\nspeech: {speech}\n", encoding="utf-8")
    return tmp_path


def states(town: Path, *words: str) -> dict[str, str]:
    code, (line,), told = vaxel(town, "prompts", "list", "--json", *words)
    assert (code, told) == (0, [])
    return {row["name"]: row["state"] for row in json.loads(line)}


def test_everything_is_missing_then_spoken_and_then_there(town: Path) -> None:
    assert set(states(town).values()) == {"missing"}
    code, out, told = vaxel(town, "prompts", "build")
    spoken = len(diary(town))
    assert (code, out) == (0, [f"{spoken} prompts spoken"])
    assert told[-1] == f"{spoken} of {spoken} spoken"
    assert set(states(town).values()) == {"synthetic"}
    assert vaxel(town, "prompts", "build") == (0, ["every prompt was there already"], [])
    write_number(town / "menus", "testby", greeting="Hej.")
    assert vaxel(town, "prompts", "build") == (0, ["1 prompt spoken"], ["1 of 1 spoken"])


def test_a_recording_is_listed_as_one_and_as_stale_when_the_text_is_newer(town: Path) -> None:
    record(town / "menus", 440)
    vaxel(town, "prompts", "build")
    assert states(town, "--state", "recorded") == {"people/text": "recorded"}
    write_number(town / "menus", "testby", greeting="Hej.")
    vaxel(town, "prompts", "build")
    assert states(town, "--state", "stale") == {"people/text": "stale"}


def test_prompts_are_listed_by_number_and_language(town: Path) -> None:
    assert states(town, "--language", "en") == {}
    assert states(town, "--number", "testby", "--language", "sv")["people/text"] == "missing"
    code, lines, _ = vaxel(town, "prompts", "list", "--number", "testby")
    assert code == 0
    assert any("people/text" in line and "Välkommen." in line for line in lines)


def test_a_prompt_that_cannot_be_written_or_has_no_such_language_is_told(town: Path) -> None:
    play = ("prompts", "play", "people/text", "--number", "testby")
    code, _, told = vaxel(town, *play, "--out", "/nonexistent/a.wav")
    assert (code, told) == (1, ["Error: cannot write /nonexistent/a.wav: No such file or directory"])
    code, _, told = vaxel(town, *play, "--language", "en")
    assert code == 2
    assert told[-1] == "Error: there is no prompt people/text in en; leave --language out to hear it"


def test_a_number_that_there_is_not_is_told(town: Path) -> None:
    code, out, told = vaxel(town, "prompts", "list", "--number", "tesby")
    assert (code, out, told[-1]) == (2, [], 'Error: there is no number tesby; did you mean "testby"?')


def test_a_prompt_is_written_to_a_file(town: Path) -> None:
    out = town / "greeting.wav"
    told = vaxel(town, "prompts", "play", "people/text", "--number", "testby", "--out", str(out))
    assert told == (0, ["sv: Välkommen.", str(out)], [])
    with wave.open(str(out)) as file:
        assert file.getframerate() == 8000


def test_a_sentence_that_is_filled_in_many_ways_has_one_line_and_one_of_them_is_played(town: Path) -> None:
    _, lines, _ = vaxel(town, "prompts", "list", "--number", "testby")
    (line,) = [line for line in lines if "sentences/position" in line]
    assert "  10 texts, such as: " in line  # and as much of one of them as the terminal is wide
    assert lines[-1] == "What is filled into a sentence is not listed: --json has each text."
    _, (line,), _ = vaxel(town, "prompts", "list", "--number", "testby", "--json")
    assert [row["name"] for row in json.loads(line)].count("sentences/position") == 10
    out = town / "place.wav"
    told = vaxel(town, "prompts", "play", "sentences/position", "--number", "testby", "--out", str(out))
    assert told == (0, ["sv: Du har plats nummer två i kön. (one of 10 texts)", str(out)], [])


def test_a_prompt_that_there_is_not_is_told(town: Path) -> None:
    code, _, told = vaxel(town, "prompts", "play", "people/txt")
    assert (code, told[-1]) == (2, 'Error: there is no prompt people/txt; did you mean "people/text"?')


def test_of_many_prompts_three_are_suggested_or_the_list(town: Path) -> None:
    write_number(town / "menus", "testby", languages=("sv", "en"))
    code, _, told = vaxel(town, "prompts", "play", "nosuch")
    why = "Error: there is no prompt nosuch; vaxel prompts list shows those there are"
    assert (code, told[-1]) == (2, why)
    _, _, told = vaxel(town, "prompts", "play", "closed")
    assert told[-1].count('"') <= 6


def test_of_several_numbers_each_prompt_is_listed_with_its_own(town: Path) -> None:
    write_number(town / "menus", "testby", greeting="Hej.")
    lines = vaxel(town, "prompts", "list")[1]
    assert [line.split()[:2] for line in lines if "people/text" in line] == [
        ["nyby", "people/text"],
        ["testby", "people/text"],
    ]
    assert any(line.lstrip().startswith("nyby, testby ") for line in lines)
    _, (line,), _ = vaxel(town, "prompts", "list", "--json")
    assert [row["numbers"] for row in json.loads(line) if row["name"] == "people/text"] == [
        ["nyby"],
        ["testby"],
    ]
    assert not any("testby" in line for line in vaxel(town, "prompts", "list", "--number", "testby")[1])


def test_a_voice_that_fails_is_one_line(town: Path) -> None:
    write_number(town / "menus", "testby", greeting="fail")
    code, _, told = vaxel(town, "prompts", "build")
    assert code == 1
    why = 'was to speak "fail" (sv): it ended with 3 and said: no such voice at all'
    assert told[-1] == f"vaxel: {WORDS[0]} {why}"
