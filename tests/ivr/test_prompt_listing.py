"""Whoever looks after the recordings sees what each prompt is made from, and hears it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.menu.texts import Pace, Prompt
from ivr.prompts import Listed, NoPlayerError, PlayerFailedError, State, listing, play, player
from ivr.prompts.presentation import prompt_json, prompts_table
from tests.ivr.prompts_for_tests import ADJO, TROUBLE, library
from tests.ivr.sounds import tone, wav_file

LISTED = (
    Listed(
        Prompt("welcome/greeting", "Välkommen till Järfälla kommun.\nVälj vad din fråga gäller.", "sv"),
        State.RECORDED,
        5.9261,
        Path("/var/prompts/5f.wav"),
    ),
    Listed(Prompt("welcome/1", "För [bold]skola, tryck 1.", "sv"), State.SYNTHETIC, 2.04, Path("/p/7a.wav")),
    Listed(
        Prompt("welcome/1", "For school, press 1.", "en", Pace.SLOW, "menus/a.wav"),
        State.STALE,
        None,
        Path("/p/8b.wav"),
    ),
    Listed(Prompt("trouble", "Tekniskt fel.", "sv"), State.MISSING, None, Path("/p/9c.wav")),
)


def test_each_prompt_has_a_state(tmp_path: Path) -> None:
    prompts = library(tmp_path)
    recording = tmp_path / "a.wav"
    recording.write_bytes(wav_file(tone(440, 8000, seconds=1.0), 8000))
    recorded = Prompt("a", "Hej.", "sv", recording=str(recording))
    stale = recorded._replace(text="Hej då.")
    assert [one.state for one in listing(prompts, [recorded, TROUBLE])] == [State.MISSING, State.MISSING]
    prompts.build([recorded, ADJO], ())
    listed = listing(prompts, [recorded, stale, ADJO, TROUBLE, recorded])
    assert [(one.prompt, one.state) for one in listed] == [
        (recorded, State.RECORDED),
        (stale, State.STALE),
        (ADJO, State.SYNTHETIC),
        (TROUBLE, State.MISSING),
    ]
    assert [one.length_s is None for one in listed] == [False, True, False, True]
    assert listed[0].length_s == pytest.approx(1.0, abs=0.15)
    assert listed[2].path == Path(f"{prompts.sound([ADJO])}.wav")


def test_a_stale_prompt_has_the_length_of_what_is_heard_instead(tmp_path: Path) -> None:
    prompts = library(tmp_path)
    recording = tmp_path / "a.wav"
    recording.write_bytes(wav_file(tone(440, 8000, seconds=1.0), 8000))
    stale = ADJO._replace(recording=str(recording))
    prompts.build([stale._replace(text="Hej."), stale, ADJO], ())
    listed, spoken = listing(prompts, [stale, ADJO])
    assert (listed.state, spoken.state) == (State.STALE, State.SYNTHETIC)
    assert listed.length_s == spoken.length_s


def test_the_table_is_golden() -> None:
    assert prompts_table(LISTED, width=80) == (
        "\n"
        " Prompt            Language  State      Seconds  Text\n"
        " ────────────────────────────────────────────────────────────────────────────\n"
        " welcome/greeting  sv        recorded       5.9  Välkommen till Järfälla kom…\n"
        " welcome/1         sv        synthetic      2.0  För [bold]skola, tryck 1.\n"
        " welcome/1         en        stale            -  For school, press 1.\n"
        " trouble           sv        missing          -  Tekniskt fel.\n"
        "\n"
        "4 prompts: 1 recorded, 1 synthetic, 1 stale, 1 missing.\n"
    )


def test_the_many_texts_of_one_sentence_have_a_line_in_each_language_and_state() -> None:
    filled = [
        Listed(
            Prompt("sentences/opens", f"Vi öppnar klockan {hour}.", "sv"),
            State.SYNTHETIC,
            hour / 4,
            Path("/p/5f.wav"),
        )
        for hour in range(6, 11)
    ]
    missing = [
        Listed(one.prompt._replace(language="en"), State.MISSING, None, one.path) for one in filled[1:]
    ]
    few = [
        Listed(one.prompt._replace(language="fi"), one.state, one.length_s, one.path) for one in filled[:2]
    ]
    numbers = {one.prompt: "nyby" for one in (*filled, *missing, *few)}
    assert prompts_table([*LISTED[1:2], *filled, *missing, *few], width=120, numbers=numbers) == (
        "\n"
        " Number  Prompt           Language  State      Seconds  Text\n"
        " ─────────────────────────────────────────────────────────────────────────────────────────────\n"
        " -       welcome/1        sv        synthetic      2.0  För [bold]skola, tryck 1.\n"
        " nyby    sentences/opens  sv        synthetic  1.5-2.5  5 texts, such as: Vi öppnar klockan 6.\n"
        " nyby    sentences/opens  en        missing          -  4 texts, such as: Vi öppnar klockan 7.\n"
        " nyby    sentences/opens  fi        synthetic      1.5  Vi öppnar klockan 6.\n"
        " nyby    sentences/opens  fi        synthetic      1.8  Vi öppnar klockan 7.\n"
        "\n"
        "12 prompts: 8 synthetic, 4 missing.\n"
        "What is filled into a sentence is not listed: --json has each text.\n"
    )


@pytest.mark.parametrize("width", [20, 60])
def test_a_narrow_table_has_no_texts_and_says_so(width: int) -> None:
    assert prompts_table(LISTED[:1], width=width) == (
        "\n"
        " Prompt            Language  State     Seconds\n"
        " ─────────────────────────────────────────────\n"
        " welcome/greeting  sv        recorded      5.9\n"
        "\n"
        "1 prompt: 1 recorded.\n"
        "Left out for want of room: Text.\n"
    )


def test_without_prompts_there_is_no_table() -> None:
    assert prompts_table(()) == "No prompts.\n"


def test_json_has_all_of_it() -> None:
    assert prompt_json(LISTED[0]) == {
        "name": "welcome/greeting",
        "language": "sv",
        "pace": "normal",
        "text": "Välkommen till Järfälla kommun.\nVälj vad din fråga gäller.",
        "recording": None,
        "state": "recorded",
        "length_s": 5.926,
        "path": "/var/prompts/5f.wav",
    }
    assert (prompt_json(LISTED[2])["length_s"], prompt_json(LISTED[2])["recording"]) == (None, "menus/a.wav")


def program(folder: Path, name: str, does: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{does}\n")
    path.chmod(0o755)


def test_the_first_player_of_the_list_is_taken(tmp_path: Path) -> None:
    program(tmp_path, "play", "exit 0")
    assert player(str(tmp_path)) == (f"{tmp_path}/play", "-q")
    program(tmp_path, "aplay", "exit 0")
    assert player(str(tmp_path)) == (f"{tmp_path}/aplay", "-q")
    program(tmp_path, "pw-play", "exit 0")
    assert player(str(tmp_path)) == (f"{tmp_path}/pw-play",)


def test_a_sound_is_played(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, "aplay", f'echo "$@" > {tmp_path}/played')
    monkeypatch.setenv("PATH", str(tmp_path))
    play(tmp_path / "sound.wav")
    assert (tmp_path / "played").read_text() == f"-q {tmp_path}/sound.wav\n"


def test_without_a_player_the_remedy_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoPlayerError) as caught:
        play(tmp_path / "sound.wav")
    assert str(caught.value) == (
        "no program that plays sound: none of pw-play, paplay, aplay, afplay, play is on PATH; "
        "install one (Debian: alsa-utils), or use --out FILE"
    )


def test_a_player_that_fails_is_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, "aplay", "echo no sound card >&2; exit 1")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PlayerFailedError) as caught:
        play(tmp_path / "sound.wav")
    assert str(caught.value) == (
        f"{tmp_path}/aplay was to play {tmp_path}/sound.wav: "
        "it ended with 1 and said: no sound card; use --out FILE"
    )
