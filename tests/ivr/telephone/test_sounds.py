"""What is heard in a sound: by the text beside its file, or in an engine of our own by the text itself."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from ivr.menu.lengths import estimated_s
from ivr.menu.texts import Pace, Prompt
from ivr.prompts import PromptError, Said
from ivr.prompts.folder import PromptFolder
from ivr.sound import RATE
from ivr.telephone.sounds import ASTERISKS_S, FileEar, Heard, Part, TextSounds, spelt

if TYPE_CHECKING:
    from pathlib import Path

HELLO = Prompt("a", "Välkommen till oss.", "sv")
BYE = Prompt("b", "Hej då.", "sv", Pace.SLOW)


def test_a_sound_on_this_machine_is_shared_out_to_its_prompts(tmp_path: Path) -> None:
    folder = PromptFolder(tmp_path)
    sound = folder.sound("x")
    folder.keep(sound, (bytes(2 * RATE * 4),), map(Said.by, (HELLO, BYE)))
    heard = FileEar().hear(str(sound.with_suffix("")))
    assert heard is not None
    assert heard.length_s == pytest.approx(4.0)
    assert [part.said for part in heard.parts] == [Said.by(HELLO), Said.by(BYE)]
    first, second = heard.parts
    assert first.begins_s == 0.0
    assert second.begins_s == pytest.approx(first.length_s + HELLO.pace.pause_s)
    assert second.begins_s + second.length_s == pytest.approx(4.0)
    assert first.length_s > second.length_s


def test_a_sound_without_text_is_one_that_has_its_name(tmp_path: Path) -> None:
    (tmp_path / "hum.wav").write_bytes(bytes(44 + 2 * RATE))
    assert FileEar().hear(str(tmp_path / "hum")) == Heard((Part(0.0, 1.0, Said("", "hum", "")),), 1.0)


def test_a_sound_that_is_not_there_is_none(tmp_path: Path) -> None:
    assert FileEar().hear(str(tmp_path / "nosuch")) is None


def test_sounds_of_asterisks_own_are_taken_to_be_there() -> None:
    expected = Heard((Part(0.0, ASTERISKS_S, Said("", "beep", "")),), ASTERISKS_S)
    assert FileEar().hear("beep") == TextSounds().hear("beep") == expected


def test_a_sound_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "loop.wav").symlink_to("loop.wav")
    with pytest.raises(PromptError, match=r"loop\.wav: .*; run as a user who may read the prompts"):
        FileEar().hear(os.fspath(tmp_path / "loop"))


def test_texts_are_sounds_that_last_as_long_as_their_speech() -> None:
    sounds = TextSounds()
    name = sounds.sound([HELLO, BYE])
    assert sounds.sound((HELLO, BYE)) == name != sounds.sound([BYE])
    heard = sounds.hear(name)
    assert heard is not None
    assert heard.length_s == sounds.length_s([HELLO, BYE]) == estimated_s(HELLO, BYE)
    assert [part.said.text for part in heard.parts] == [HELLO.text, BYE.text]
    last = heard.parts[-1]
    assert last.begins_s + last.length_s == pytest.approx(heard.length_s)


def test_no_texts_are_silence() -> None:
    sounds = TextSounds()
    assert sounds.hear(sounds.sound(())) == Heard((), 0.0)


def test_what_asterisk_says_itself_is_shown() -> None:
    assert [part.said.text for part in spelt("12").parts] == ["12"]
