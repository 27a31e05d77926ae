"""A call in words and as JSON: golden texts of a whole call."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ivr.prompts import Said
from ivr.proving.course import beginning
from ivr.telephone.happenings import (
    Begun,
    Ended,
    MusicBegan,
    OfficerRung,
    Pressed,
    QueueEntered,
    Remarked,
    Served,
    Silent,
    Spoken,
)
from ivr.telephone.record import Record
from ivr.telephone.screen import Screen, serving

if TYPE_CHECKING:
    from ivr.telephone.happenings import EndedBy, Happening

WELCOME = Said("sv", "welcome/greeting", "Välkommen till Järfälla kommun.")
FINNISH = Said("fi", "welcome/option-7", "Suomeksi, paina 7.")
CALL: tuple[Happening, ...] = (
    Served("jarfalla", "0123456789abcdef", "+46858028500"),
    Begun(0.0, WELCOME),
    Spoken(0.0, WELCOME),
    Begun(2.04, FINNISH),
    Spoken(2.04, Said("fi", FINNISH.name, "Suomeksi,…"), is_cut=True),
    Pressed(3.0, "3"),
    Begun(3.0, Said("", "beep", "")),
    Spoken(3.0, Said("", "beep", "")),
    Silent(4.0, 2.5),
    Remarked(6.5, "the script x:y is not run"),
    OfficerRung(6.5, "anders-holm"),
    QueueEntered(6.5, "school"),
    MusicBegan(6.5),
    Ended(7.25, "telephone"),
)


def lines(*happened: Happening, is_live: bool = False, width: int = 0) -> str:
    written: list[str] = []
    screen = Screen(written.append, is_live=is_live, width=width)
    for happening in happened:
        screen.take(happening)
    return "\n".join(written)


def test_a_call_in_words() -> None:
    assert (
        lines(*CALL)
        == """\
sv  Välkommen till Järfälla kommun.
fi  Suomeksi,…
  > 3
    [sound beep]
    … silence for 2.5 s
  # the script x:y is not run
officer: anders-holm
queue: school
    ♪ music while waiting
ends: waiting in the queue (the telephone hangs up)"""
    )


def test_a_live_call_shows_what_is_said_as_it_begins() -> None:
    assert lines(CALL[1], is_live=True) == "sv  Välkommen till Järfälla kommun."
    assert lines(*CALL[1:5], is_live=True).count("Suomeksi, paina 7.") == 1


def test_long_texts_are_wrapped_under_their_beginning() -> None:
    assert lines(CALL[2], width=24) == "sv  Välkommen till\n    Järfälla kommun."


@pytest.mark.parametrize(
    ("by", "ends", "words", "word"),
    [
        ("exchange", "out of hours", "ends: out of hours (the call ends here)", "out of hours"),
        ("caller", "", "ends: the caller hung up", "hung up"),
        ("telephone", "", "ends: waiting in the queue (the telephone hangs up)", None),
    ],
)
def test_how_it_ended(by: EndedBy, ends: str, words: str, word: str | None) -> None:
    assert lines(Ended(1.0, by, ends)) == words
    record = Record()
    record.take(Ended(1.0, by, ends))
    assert record.as_json(None)["ends"] == word


def test_who_served_it() -> None:
    served = CALL[0]
    assert isinstance(served, Served)
    assert serving(served, "the running engine") == (
        "the running engine, version 0123456789ab of jarfalla (+46858028500)"
    )


def test_a_call_as_json() -> None:
    record = Record()
    for happening in CALL:
        record.take(happening)
    assert record.as_json("wait 3, 3") == {
        "to": "+46858028500",
        "number": "jarfalla",
        "version": "0123456789abcdef",
        "heard": [
            {"at_s": 0.0, "language": "sv", "name": WELCOME.name, "text": WELCOME.text},
            {"at_s": 2.0, "language": "fi", "name": FINNISH.name, "text": "Suomeksi,…"},
            {"at_s": 3.0, "language": None, "name": "beep", "text": ""},
        ],
        "keys": "wait 3, 3",
        "queue": "school",
        "officer": "anders-holm",
        "ends": None,
        "language": "sv",  # that of what is said together begins; the choices of others come last
        "seconds": 7.2,
    }
    assert "keys" not in record.as_json(None)


@pytest.mark.parametrize(
    ("part", "begun"),
    [(0.0, ""), (0.1, ""), (0.3, "Tryck"), (0.5, "Tryck 1"), (0.9, "Tryck 1 för")],
)
def test_of_what_was_cut_off_the_whole_words_are_told(part: float, begun: str) -> None:
    assert beginning("Tryck 1 för skola.", part) == begun
