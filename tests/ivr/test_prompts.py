"""Prompts are spoken once, by content, before anybody calls; what goes wrong is one line with its remedy."""

from __future__ import annotations

import sys
import wave
from dataclasses import replace
from pathlib import Path

import pytest

from ivr.menu.machine import sayings
from ivr.menu.model import Menu, Prompt, QueueNode
from ivr.prompts import (
    PromptError,
    PromptFolderUnusableError,
    PromptLibrary,
    PromptNotBuiltError,
    SpeechCommandUnfitError,
    SpeechFailedError,
    prompt_texts,
)
from ivr.sound import decibels, samples_of, speech_level
from tests.ivr.numbers_for_tests import number_for_tests

SPEECH = Path(__file__).resolve().parent.parent / "fakes" / "speech.py"
TESTBY = number_for_tests()
ADJO = Prompt("help/text", "Adjö.")
# Two texts, because each takes a process.
NUMBER = replace(TESTBY, menu=Menu("help", "help", {"help": QueueNode("help", "general", ADJO)}))
TEXTS = prompt_texts(NUMBER)


def library(folder: Path) -> PromptLibrary:
    words = (sys.executable, "-IS", str(SPEECH), "{output}", "{language}", str(folder / "diary"))
    return PromptLibrary(folder / "prompts", words)


def diary(folder: Path) -> list[str]:
    """List what was spoken."""
    path = folder / "diary"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return sorted(line.split("|", 2)[2] for line in lines)


def saying(text: str) -> Prompt:
    return Prompt("trouble", text)


def test_the_texts_of_a_number_are_listed_once_in_the_menus_order() -> None:
    again = replace(TESTBY, trouble=saying("Välkommen."))
    assert [text for _, text in prompt_texts(again)] == [
        "Välkommen.",
        "För skola, tryck 1.",
        "För öppettider, tryck 2.",
        "För det stängda, tryck 3.",
        "Fel knapp.",
        "Vi hörde inget.",
        "Du kopplas till skolan.",
        "Vi har öppet åtta till fem.",
        "Adjö.",
    ]
    assert {language for language, _ in prompt_texts(again)} == {"sv"}


def test_each_text_is_spoken_once_and_whoever_waits_is_told(tmp_path: Path) -> None:
    prompts, told = library(tmp_path), list[tuple[int, int]]()
    assert prompts.missing([NUMBER]) == TEXTS
    prompts.build([NUMBER, NUMBER], lambda done, of: told.append((done, of)))
    assert diary(tmp_path) == sorted(f"{language}|{text}" for language, text in TEXTS)
    assert told == [(done, len(TEXTS)) for done in range(1, len(TEXTS) + 1)]
    assert prompts.missing([NUMBER]) == ()


def test_what_is_there_is_not_spoken_again_by_another_library(tmp_path: Path) -> None:
    library(tmp_path).build([NUMBER])
    (tmp_path / "diary").unlink()
    changed = replace(NUMBER, trouble=saying("Något är fel."))
    library(tmp_path).build([changed])
    assert diary(tmp_path) == ["sv|Något är fel."]


def test_language_and_command_make_another_sound(tmp_path: Path) -> None:
    prompts = library(tmp_path)
    other = PromptLibrary(tmp_path / "prompts", ("speak", "{output}"))
    names = {
        prompts.sound_name("sv", "Hej."),
        prompts.sound_name("en", "Hej."),
        other.sound_name("sv", "Hej."),
    }
    assert len(names) == 3


def test_a_sound_is_named_as_asterisk_plays_it(tmp_path: Path) -> None:
    prompts = library(tmp_path)
    prompts.build([NUMBER])
    name = prompts.sound("sv", [NUMBER.trouble])
    assert name == prompts.sound_name("sv", NUMBER.trouble.text)
    assert Path(name).is_absolute()
    assert "." not in Path(name).name
    path = Path(f"{name}.wav")
    with wave.open(str(path)) as file:
        assert file.getparams()[:3] == (1, 2, 8000)
    assert path.stat().st_mode & 0o444 == 0o444
    assert decibels(speech_level(samples_of(path.read_bytes()))) == pytest.approx(-20, abs=0.5)


def test_what_is_said_together_is_one_sound_with_pauses(tmp_path: Path) -> None:
    prompts = library(tmp_path)
    prompts.build([NUMBER])
    one, two = NUMBER.trouble, ADJO
    apart = [prompts.length_s("sv", [prompt]) for prompt in (one, two)]
    assert prompts.length_s("sv", [one, two]) == pytest.approx(sum(apart) + 0.3, abs=0.001)
    assert prompts.sound("sv", [one, two]) != prompts.sound("sv", [two, one])


def test_all_that_a_menu_can_say_is_joined_before_anybody_calls(tmp_path: Path) -> None:
    prompts = library(tmp_path)
    prompts.build([TESTBY])
    there = {path.name for path in (tmp_path / "prompts").iterdir()}
    for said in sayings(TESTBY.menu):
        assert not said or f"{Path(prompts.sound('sv', said)).name}.wav" in there
    assert {path.name for path in (tmp_path / "prompts").iterdir()} == there


def test_two_are_spoken_at_a_time(tmp_path: Path) -> None:
    library(tmp_path).build([TESTBY])
    lines = (tmp_path / "diary").read_text(encoding="utf-8").splitlines()
    times = [tuple(map(float, line.split("|")[:2])) for line in lines]
    at_once = [sum(begun <= at < ended for begun, ended in times) for at, _ in times]
    assert max(at_once) <= 2


def test_a_text_is_never_taken_for_an_option_or_a_command(tmp_path: Path) -> None:
    text = "-w /etc/passwd; $(reboot) {output} `id`"
    library(tmp_path).build([replace(NUMBER, trouble=saying(text))])
    assert f"sv|{text}" in diary(tmp_path)


def test_a_failing_program_is_quoted_in_one_line_and_the_rest_is_kept(tmp_path: Path) -> None:
    prompts = library(tmp_path)
    with pytest.raises(SpeechFailedError) as caught:
        prompts.build([replace(NUMBER, trouble=saying("fail this"))])
    assert str(caught.value) == (
        f'{sys.executable} was to speak "fail this" (sv): it ended with 3 and said: no such voice at all'
    )
    assert prompts.missing([NUMBER]) == (("sv", NUMBER.trouble.text),)


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("nothing", "it left no file; expected it to write to {output}"),
        (
            "noise",
            "expected a WAV file, found something else; try it by hand",
        ),
    ],
)
def test_a_program_that_leaves_no_sound_is_told(tmp_path: Path, text: str, end: str) -> None:
    with pytest.raises(SpeechFailedError) as caught:
        library(tmp_path).build([replace(NUMBER, trouble=saying(text))])
    assert str(caught.value).startswith(f'{sys.executable} was to speak "{text}"')
    assert str(caught.value).endswith(end)


def test_a_program_that_is_not_there_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))  # on ours there may be folders that we may not read
    with pytest.raises(SpeechCommandUnfitError) as caught:
        PromptLibrary(tmp_path, ("no-such-voice", "{output}")).build([NUMBER])
    remedy = "No such file or directory; install it, or set another"
    assert str(caught.value) == f"speech program no-such-voice: {remedy}"


def test_a_command_that_writes_nowhere_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(SpeechCommandUnfitError) as caught:
        PromptLibrary(tmp_path, ("espeak-ng", "-v", "{language}"))
    assert str(caught.value) == ('speech command "espeak-ng -v {language}": expected {output} in it; add it')


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PromptFolderUnusableError) as caught:
        library(tmp_path / "file").build([NUMBER])
    assert str(caught.value) == (
        f"prompt folder {tmp_path}/file/prompts: Not a directory; make it writable, or set another"
    )


def test_a_sound_that_nobody_built_is_told(tmp_path: Path) -> None:
    prompts = library(tmp_path)
    with pytest.raises(PromptNotBuiltError) as caught:
        prompts.sound("sv", [NUMBER.trouble])
    assert str(caught.value) == (
        f"prompt {prompts.sound_name('sv', 'Tekniskt fel.')}.wav: not spoken yet; build the prompts first"
    )


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    prompts = library(tmp_path)
    prompts.build([NUMBER])
    part = Path(f"{prompts.sound_name('sv', 'Adjö.')}.wav")
    part.write_bytes(b"RIFF")
    with pytest.raises(PromptFolderUnusableError) as caught:
        prompts.sound("sv", [ADJO, NUMBER.trouble])
    assert str(caught.value).startswith(f"prompt {part}: expected a WAV file, found something else")
    assert str(caught.value).endswith("; remove the file")


def test_nothing_half_made_is_left_behind(tmp_path: Path) -> None:
    with pytest.raises(PromptError):
        library(tmp_path).build([replace(NUMBER, trouble=saying("fail"))])
    assert all(path.suffix == ".wav" and path.name[0] != "." for path in (tmp_path / "prompts").iterdir())


@pytest.mark.asterisk
def test_espeak_ng_speaks_swedish(tmp_path: Path) -> None:
    prompts = PromptLibrary(tmp_path / "prompts")
    prompts.build([NUMBER])
    assert 0.5 < prompts.length_s("sv", [NUMBER.trouble]) < 3.0
