"""What is played for some prompts: as one sound, one by one when that one is missing, and never nothing."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from ivr.menu.announcements import digit_prompt
from ivr.menu.commands import KEYED_DIGITS
from ivr.menu.texts import Prompt
from ivr.prompts import PromptNotBuiltError
from ivr.voice import Playing, playing

if TYPE_CHECKING:
    from collections.abc import Iterable

A, B, C = Prompt("a", "Ett.", "sv"), Prompt("b", "Två.", "sv"), Prompt("c", "Tre.", "sv")
TROUBLE = Prompt("trouble", "Något är fel.", "sv")
DIGITS = Prompt(KEYED_DIGITS, "", "sv")


class SoundsHere:
    """Sounds that are there but for the `lacking`, by name; each prompt plays for two seconds."""

    def __init__(self, *lacking: str) -> None:
        self._lacking = lacking
        self.asked: list[str] = []

    def sound(self, prompts: Iterable[Prompt]) -> str:
        """Name them, joined with a plus."""
        return "+".join(prompt.name for prompt in prompts)

    def length_s(self, prompts: Iterable[Prompt]) -> float:
        """Give a length, or say that the sound is not there."""
        prompts = tuple(prompts)
        name = self.sound(prompts)
        self.asked.append(name)
        if name in self._lacking:
            raise PromptNotBuiltError(f"{name}: not spoken yet")
        return 2.0 * len(prompts)


def test_prompts_are_one_sound_that_is_asked_for_once() -> None:
    sounds = SoundsHere()
    assert playing(sounds, (A, B, C), "", TROUBLE) == Playing(["a+b+c"], 6.0)
    assert sounds.asked == ["a+b+c"]


def test_where_the_joined_sound_is_missing_each_prompt_is_played_by_itself(
    caplog: pytest.LogCaptureFixture,
) -> None:
    sounds = SoundsHere("a+b+c", "b")
    assert playing(sounds, (A, B, C), "", TROUBLE) == Playing(["a", "c"], 4.0)
    assert sounds.asked == ["a+b+c", "a", "b", "c"]
    assert [(r.levelno, r.getMessage()) for r in caplog.records] == [
        (logging.ERROR, "a+b+c: not spoken yet"),
        (logging.ERROR, "b: not spoken yet"),
    ]


def test_a_single_prompt_that_is_missing_is_asked_for_and_told_once(caplog: pytest.LogCaptureFixture) -> None:
    sounds = SoundsHere("a")
    assert playing(sounds, (A,), "", TROUBLE) == Playing(["trouble"], 2.0)
    assert sounds.asked == ["a", "trouble"]
    assert [record.getMessage() for record in caplog.records] == ["a: not spoken yet"]


@pytest.mark.parametrize("prompts", [(A, B), (TROUBLE,)])
def test_where_not_even_the_trouble_text_is_there_nothing_is_played(prompts: tuple[Prompt, ...]) -> None:
    assert playing(SoundsHere("a+b", "a", "b", "trouble"), prompts, "", TROUBLE) == Playing([], 0.0)


def test_nothing_to_say_is_nothing() -> None:
    assert playing(SoundsHere(), (), "12", TROUBLE) == Playing([], 0.0)
    assert playing(SoundsHere(), (A, DIGITS), "", TROUBLE) == Playing(["a"], 2.0)


def test_keyed_digits_are_said_one_by_one_between_what_is_joined() -> None:
    sounds = SoundsHere()
    one, two = digit_prompt("sv", "1").name, digit_prompt("sv", "2").name
    expected = Playing(["a+b", one, two, one, "c"], 12.0)
    assert playing(sounds, (A, B, DIGITS, C), "121", TROUBLE) == expected
    assert "121" not in "".join(sounds.asked)
