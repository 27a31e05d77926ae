"""A recording is heard in place of its text, for as long as it says that text."""

from __future__ import annotations

import json
import logging
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.menu.texts import Pace, Prompt
from ivr.prompts import PromptFolderUnusableError, PromptLibrary, RecordingUnusableError, Said, said_in
from ivr.prompts.errors import PromptsClosedError
from ivr.prompts.folder import PromptFolder
from ivr.prompts.recordings import RecordedTexts
from ivr.prompts.sources import sources
from ivr.prompts.speech import ESPEAK_COMMAND, SpeechCommand
from ivr.sound import decibels, speech_level
from tests.ivr.prompts_for_tests import ADJO, diary, files, library
from tests.ivr.sounds import heard, tone, wav_file


def recorded(folder: Path, text: str = "Adjö.", *, hertz: float = 440, seconds: float = 0.4) -> Prompt:
    """Record a text anew, always to the same file."""
    path = folder / "adjo.wav"
    path.write_bytes(wav_file(tone(hertz, 44_100, 0.05, seconds), 44_100, channels=2))
    return Prompt("help/text", text, "sv", recording=str(path))


def plays(prompts: PromptLibrary, prompt: Prompt) -> float:
    """Build a prompt; tell how long it plays, to a tenth of a second."""
    prompts.build([prompt], ())
    return round(prompts.length_s([prompt]), 1)


def test_a_recording_is_heard_in_place_of_the_text_and_as_loud_as_speech(tmp_path: Path) -> None:
    prompts, prompt = library(tmp_path), recorded(tmp_path)
    assert prompts.missing([prompt]) == (prompt,)
    assert plays(prompts, prompt) == 0.4
    assert prompts.missing([prompt]) == ()
    assert diary(tmp_path) == []
    sound = heard(Path(f"{prompts.sound([prompt])}.wav").read_bytes())
    assert decibels(speech_level(sound)) == pytest.approx(-20, abs=0.5)
    assert said_in(prompts.sound([prompt])) == (Said("sv", "help/text", "Adjö."),)


def test_a_recording_stands_among_spoken_texts(tmp_path: Path) -> None:
    prompts, prompt, told = library(tmp_path), recorded(tmp_path), list[tuple[int, int]]()
    spoken = ADJO._replace(text="Vi har stängt.")
    prompts.build((spoken,), [(spoken, prompt)], lambda done, of: told.append((done, of)))
    apart = prompts.length_s([spoken]) + prompts.length_s([prompt])
    assert prompts.length_s([spoken, prompt]) == pytest.approx(apart + 0.3, abs=0.001)
    assert told == [(1, 2), (2, 2)]


def test_a_recording_that_is_no_sound_holds_up_nothing_else(tmp_path: Path) -> None:
    prompts, noise, spoken = library(tmp_path), recorded(tmp_path), ADJO._replace(text="Vi har stängt.")
    Path(noise.recording).write_bytes(b"noise")
    gone = ADJO._replace(recording=str(tmp_path / "gone.wav"))
    with pytest.raises(RecordingUnusableError):
        prompts.build((noise, gone, spoken), [(noise, spoken), (spoken, spoken)])
    assert prompts.is_built(spoken)
    assert Path(f"{prompts.sound([spoken, spoken])}.wav").exists()


def test_a_closed_library_begins_no_sound(tmp_path: Path) -> None:
    prompts = library(tmp_path)
    prompts.close()
    with pytest.raises(PromptsClosedError, match="the exchange ends"):
        prompts.speak_now([ADJO])
    assert diary(tmp_path) == []


def test_the_text_beside_a_recording_is_noted_when_it_is_first_built(tmp_path: Path) -> None:
    prompt = recorded(tmp_path, "Adjö\n  då.")
    library(tmp_path).build([prompt], ())
    content = (tmp_path / "prompts" / "recordings.json").read_text(encoding="utf-8")
    assert json.loads(content) == {sha256(Path(prompt.recording).read_bytes()).hexdigest(): "Adjö då."}


def test_a_recording_that_is_older_than_its_text_is_not_heard(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert plays(library(tmp_path), recorded(tmp_path)) == 0.4
    changed = recorded(tmp_path, "Hej då.")
    prompts = library(tmp_path)
    with caplog.at_level(logging.WARNING):
        prompts.build([changed], ())
        prompts.build([changed], ())
        prompts.speak_now([changed])
    assert diary(tmp_path) == ["sv|150|Hej då."]
    assert said_in(prompts.sound([changed])) == (Said("sv", "help/text", "Hej då."),)
    hashed = sha256(Path(changed.recording).read_bytes()).hexdigest()
    (message,) = caplog.messages
    assert message == (
        f'prompt help/text (sv): recording {changed.recording} is older than the text and says "Adjö."; '
        "the speech program speaks the text instead; record it anew or, if it fits, "
        f"remove {hashed} from {tmp_path}/prompts/recordings.json"
    )


def test_a_text_that_is_recorded_anew_is_heard_and_so_is_the_old_pair(tmp_path: Path) -> None:
    prompts = library(tmp_path)
    assert plays(prompts, recorded(tmp_path)) == 0.4
    assert plays(prompts, recorded(tmp_path, "Hej då.", seconds=0.9)) == 0.9
    assert plays(prompts, recorded(tmp_path)) == 0.4
    assert diary(tmp_path) == []


def test_whoever_says_that_an_old_recording_fits_hears_it_again(tmp_path: Path) -> None:
    prompts = library(tmp_path)
    prompts.build([recorded(tmp_path)], ())
    (tmp_path / "prompts" / "recordings.json").write_text("{}")
    changed = recorded(tmp_path, "Adjö!")
    prompts.build([changed], [(changed, changed)])
    assert diary(tmp_path) == []
    assert [said.text for said in said_in(prompts.sound([changed, changed]))] == ["Adjö!", "Adjö!"]


@given(
    st.lists(st.tuples(st.sampled_from(["Hej.", "Adjö.", "Adjö då."]), st.binary(max_size=1)), max_size=12)
)
def test_a_recording_is_heard_with_the_text_that_it_first_stood_beside_and_no_other(
    builds: list[tuple[str, bytes]],
) -> None:
    first = dict[bytes, str]()
    with TemporaryDirectory() as name:
        path, folder = Path(name) / "a.wav", PromptFolder(Path(name))
        recorded_texts = RecordedTexts(folder)
        for text, content in builds:
            path.write_bytes(content)
            prompt = Prompt("a", text, "sv", recording=str(path))
            (source,) = sources([prompt], folder, SpeechCommand(ESPEAK_COMMAND), recorded_texts)
            says = first.setdefault(content, text)
            assert (source.is_recorded, source.is_stale) == (says == text, says != text)
            recorded_texts.remember({source.recording.content_hash: text} if source.recording else {})


def test_line_ends_in_the_text_make_no_recording_older(tmp_path: Path) -> None:
    prompts = library(tmp_path)
    prompts.build([recorded(tmp_path, "Adjö och välkommen åter.")], ())
    prompts.build([recorded(tmp_path, "Adjö och\n välkommen åter.\n")], ())
    assert diary(tmp_path) == []


def test_of_two_texts_beside_one_recording_the_second_is_spoken(tmp_path: Path) -> None:
    first = recorded(tmp_path)
    second = first._replace(name="other/text", text="Hej då.")
    library(tmp_path).build([first, second], ())
    assert diary(tmp_path) == ["sv|150|Hej då."]


def test_calls_hear_what_the_last_build_found(tmp_path: Path) -> None:
    prompts = library(tmp_path)
    old = recorded(tmp_path)
    prompts.build([old], ())
    before = prompts.sound([old])
    new = recorded(tmp_path, hertz=880)  # the same prompt, to the letter
    assert new == old
    heard_meanwhile = list[str]()
    assert prompts.sound([new]) == before
    prompts.build([new], (), lambda *_: heard_meanwhile.append(prompts.sound([new])))
    assert heard_meanwhile == [before]
    assert prompts.sound([new]) != before


def test_the_pace_of_a_recording_is_its_own(tmp_path: Path) -> None:
    prompts, prompt = library(tmp_path), recorded(tmp_path)
    assert prompts.sound_name(prompt) == prompts.sound_name(prompt._replace(pace=Pace.SLOW))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "No such file or directory; put it there"),
        (
            b"ID3 no WAV but an MP3, perhaps",
            "expected a WAV file, found something else; save it as a WAV file with 16 bits",
        ),
        (
            wav_file([0.0] * 8000, 8000),
            "expected speech, found silence; save it as a WAV file with 16 bits",
        ),
    ],
)
def test_a_recording_that_is_no_sound_is_told_with_its_file(
    tmp_path: Path, content: bytes | None, message: str
) -> None:
    prompt = recorded(tmp_path)
    path = Path(prompt.recording)
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    with pytest.raises(RecordingUnusableError) as caught:
        library(tmp_path).build([prompt], ())
    assert str(caught.value) == f"recording {path}: {message}, or take it out of the menu"
    assert files(tmp_path) == []  # nor is its text noted


@pytest.mark.parametrize("content", ["", "[]", '{"5f": 1}', "\x00"])
def test_a_damaged_list_of_recordings_is_told(tmp_path: Path, content: str) -> None:
    prompts, prompt = library(tmp_path), recorded(tmp_path)
    prompts.build([ADJO], ())
    path = tmp_path / "prompts" / "recordings.json"
    path.write_text(content)
    with pytest.raises(PromptFolderUnusableError) as caught:
        prompts.build([prompt], ())
    assert str(caught.value) == (
        f"prompt folder {path}: expected a JSON object of texts, found something else; remove the file"
    )
