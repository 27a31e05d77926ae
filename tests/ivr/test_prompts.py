"""Prompts are built once, by content, before anybody calls; what goes wrong is one line with its remedy."""

from __future__ import annotations

import sys
import wave
from pathlib import Path

import pytest

from ivr.menu.texts import Pace, Prompt
from ivr.prompts import (
    PromptError,
    PromptFolderUnusableError,
    PromptLibrary,
    PromptNotBuiltError,
    Said,
    SpeechCommandUnfitError,
    SpeechFailedError,
    said_in,
)
from ivr.prompts.speech import ESPEAK_COMMAND, SpeechCommand
from ivr.sound import decibels, speech_level
from tests.ivr.prompts_for_tests import ADJO, TROUBLE, WORDS, diary, files, library, saying
from tests.ivr.sounds import heard

PROMPTS = (TROUBLE, ADJO)  # two, because each takes a process
HELLO = Prompt("hello", "Hej.", "sv")


def test_each_text_is_spoken_once_and_whoever_waits_is_told(tmp_path: Path) -> None:
    prompts, told = library(tmp_path), list[tuple[int, int]]()
    same = ADJO._replace(name="goodbye/text")
    assert prompts.missing((*PROMPTS, *PROMPTS, same)) == (TROUBLE, same)
    prompts.build((*PROMPTS, *PROMPTS, same), (), lambda done, of: told.append((done, of)))
    assert diary(tmp_path) == ["sv|150|Adjö.", "sv|150|Tekniskt fel."]
    assert told == [(1, 2), (2, 2)]
    assert prompts.missing((*PROMPTS, same)) == ()


def test_what_is_there_is_not_spoken_again_by_another_library(tmp_path: Path) -> None:
    library(tmp_path).build(PROMPTS, ())
    diary(tmp_path)
    library(tmp_path).build((saying("Något är fel."), ADJO), ())
    assert diary(tmp_path) == ["sv|150|Något är fel."]


def test_language_pace_and_command_make_another_sound(tmp_path: Path) -> None:
    prompts = library(tmp_path)
    other = PromptLibrary(tmp_path / "prompts", ("speak", "{output}"))
    names = {
        prompts.sound_name(HELLO),
        prompts.sound_name(HELLO._replace(language="en")),
        prompts.sound_name(HELLO._replace(pace=Pace.SLOW)),
        other.sound_name(HELLO),
    }
    assert len(names) == 4


def test_a_slow_prompt_is_spoken_slowly(tmp_path: Path) -> None:
    prompts = library(tmp_path)
    paces = [TROUBLE._replace(pace=pace) for pace in Pace]
    prompts.build(paces, ())
    assert diary(tmp_path) == ["sv|125|Tekniskt fel.", "sv|150|Tekniskt fel.", "sv|175|Tekniskt fel."]
    slow, normal, fast = (prompts.length_s([prompt]) for prompt in paces)
    assert slow > normal > fast


def test_a_command_without_pace_speaks_every_pace_alike(tmp_path: Path) -> None:
    words = ["150" if word == "{pace}" else word for word in WORDS]
    prompts = PromptLibrary(tmp_path / "prompts", (*words, str(tmp_path / "diary")))
    prompts.build((TROUBLE, TROUBLE._replace(pace=Pace.FAST)), ())
    assert diary(tmp_path) == ["sv|150|Tekniskt fel."]


@pytest.mark.parametrize(("pace", "words"), [(Pace.SLOW, "125"), (Pace.NORMAL, "150"), (Pace.FAST, "175")])
def test_espeak_ng_is_told_the_pace(pace: Pace, words: str) -> None:
    command = ("espeak-ng", "-v", "{language}", "-s", words, "--stdin", "-w", "{output}")
    assert SpeechCommand(ESPEAK_COMMAND).paced(pace) == command


def test_a_sound_is_named_as_asterisk_plays_it(tmp_path: Path) -> None:
    prompts = library(tmp_path)
    prompts.build(PROMPTS, ())
    name = prompts.sound([TROUBLE])
    assert name == prompts.sound_name(TROUBLE)
    assert Path(name).is_absolute()
    assert "." not in Path(name).name
    path = Path(f"{name}.wav")
    with wave.open(str(path)) as file:
        assert file.getparams()[:3] == (1, 2, 8000)
    assert path.stat().st_mode & 0o444 == 0o444
    assert decibels(speech_level(heard(path.read_bytes()))) == pytest.approx(-20, abs=0.5)


@pytest.mark.parametrize(("pace", "pause_s"), [(Pace.SLOW, 0.5), (Pace.NORMAL, 0.3), (Pace.FAST, 0.2)])
def test_what_is_said_together_is_one_sound_with_the_first_ones_pauses(
    tmp_path: Path, pace: Pace, pause_s: float
) -> None:
    prompts = library(tmp_path)
    first = TROUBLE._replace(pace=pace)
    prompts.build((first, ADJO), ())
    apart = [prompts.length_s([prompt]) for prompt in (first, ADJO)]
    assert prompts.length_s([first, ADJO]) == pytest.approx(sum(apart) + pause_s, abs=0.001)
    assert prompts.sound([first, ADJO]) != prompts.sound([ADJO, first])


def test_all_that_is_said_together_is_joined_before_anybody_calls(tmp_path: Path) -> None:
    prompts = library(tmp_path)
    together = ((TROUBLE, ADJO), (), (ADJO, HELLO), (ADJO,), (TROUBLE, ADJO))
    prompts.build(iter(()), iter(together))  # each of them is built, whoever else names it
    there = files(tmp_path)
    assert len(there) == 2 * 5  # three parts and two joined
    for said in together:
        assert not said or f"{Path(prompts.sound(said)).name}.wav" in there
    assert files(tmp_path) == there


def test_what_came_up_at_run_time_is_spoken_then(tmp_path: Path) -> None:
    prompts, crisis = library(tmp_path), saying("Koka vattnet.")
    assert not prompts.is_built(crisis)
    prompts.speak_now([crisis])
    assert prompts.is_built(crisis)
    assert prompts.length_s([crisis]) > 0
    prompts.speak_now([crisis])
    assert diary(tmp_path) == ["sv|150|Koka vattnet."]


def test_beside_each_sound_stands_what_is_heard_in_it(tmp_path: Path) -> None:
    prompts = library(tmp_path)
    folded = HELLO._replace(text="Hej\noch\tvälkommen.")
    prompts.build((), [(folded, ADJO)])
    hello, adjo = Said("sv", "hello", "Hej och välkommen."), Said("sv", "help/text", "Adjö.")
    assert said_in(prompts.sound([folded])) == (hello,)
    assert said_in(prompts.sound([folded, ADJO])) == (hello, adjo)
    assert Path(f"{prompts.sound([folded, ADJO])}.txt").read_text(encoding="utf-8") == (
        "sv\thello\tHej och välkommen.\nsv\thelp/text\tAdjö.\n"
    )


def test_two_are_spoken_at_a_time(tmp_path: Path) -> None:
    library(tmp_path).build([saying(f"Nummer {number}.") for number in range(8)], ())
    lines = (tmp_path / "diary").read_text(encoding="utf-8").splitlines()
    times = [tuple(map(float, line.split("|")[:2])) for line in lines]
    at_once = [sum(begun <= at < ended for begun, ended in times) for at, _ in times]
    assert max(at_once) <= 2


def test_a_text_is_never_taken_for_an_option_or_a_command(tmp_path: Path) -> None:
    text = "-w /etc/passwd; $(reboot) {output} {pace} `id`"
    library(tmp_path).build([saying(text)], ())
    assert diary(tmp_path) == [f"sv|150|{text}"]


def test_a_failing_program_is_quoted_in_one_line_and_the_rest_is_kept(tmp_path: Path) -> None:
    prompts, fails = library(tmp_path), saying("fail this")
    with pytest.raises(SpeechFailedError) as caught:
        prompts.build((ADJO, fails), ())
    assert str(caught.value) == (
        f'{sys.executable} was to speak "fail this" (sv): it ended with 3 and said: no such voice at all'
    )
    assert prompts.missing((ADJO, fails)) == (fails,)


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("nothing", "it left no file; expected it to write to {output}"),
        ("noise", "expected a WAV file, found something else; try it by hand"),
    ],
)
def test_a_program_that_leaves_no_sound_is_told(tmp_path: Path, text: str, end: str) -> None:
    with pytest.raises(SpeechFailedError) as caught:
        library(tmp_path).build([saying(text)], ())
    assert str(caught.value).startswith(f'{sys.executable} was to speak "{text}"')
    assert str(caught.value).endswith(end)


def test_a_program_that_is_not_there_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))  # on ours there may be folders that we may not read
    with pytest.raises(SpeechCommandUnfitError) as caught:
        PromptLibrary(tmp_path, ("no-such-voice", "{output}")).build(PROMPTS, ())
    remedy = "No such file or directory; install it, or set another"
    assert str(caught.value) == f"speech program no-such-voice: {remedy}"


def test_a_command_that_writes_nowhere_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(SpeechCommandUnfitError) as caught:
        PromptLibrary(tmp_path, ("espeak-ng", "-v", "{language}"))
    assert str(caught.value) == ('speech command "espeak-ng -v {language}": expected {output} in it; add it')


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PromptFolderUnusableError) as caught:
        library(tmp_path / "file").build(PROMPTS, ())
    assert str(caught.value) == (
        f"prompt folder {tmp_path}/file/prompts: Not a directory; make it writable, or set another"
    )


@pytest.mark.parametrize("said", [(TROUBLE,), (TROUBLE, ADJO)])
def test_a_sound_that_nobody_built_is_told(tmp_path: Path, said: tuple[Prompt, ...]) -> None:
    prompts = library(tmp_path)
    with pytest.raises(PromptNotBuiltError) as caught:
        prompts.sound(said)
    assert str(caught.value) == (
        f"prompt {prompts.sound_name(TROUBLE)}.wav: not spoken yet; build the prompts first"
    )


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    prompts = library(tmp_path)
    prompts.build(PROMPTS, ())
    part = Path(f"{prompts.sound_name(ADJO)}.wav")
    part.write_bytes(b"RIFF")
    with pytest.raises(PromptFolderUnusableError) as caught:
        prompts.sound([ADJO, TROUBLE])
    assert str(caught.value).startswith(f"prompt {part}: expected a WAV file, found something else")
    assert str(caught.value).endswith("; remove the file")


def test_nothing_half_made_is_left_behind(tmp_path: Path) -> None:
    with pytest.raises(PromptError):
        library(tmp_path).build((ADJO, saying("fail")), [(ADJO, ADJO)])
    stems = {Path(name).stem for name in files(tmp_path)}
    assert files(tmp_path) == sorted(f"{stem}{suffix}" for stem in stems for suffix in (".txt", ".wav"))


def test_a_file_that_cannot_be_written_is_told_and_no_part_of_it_is_left(tmp_path: Path) -> None:
    prompts = library(tmp_path)
    path = Path(f"{prompts.sound_name(ADJO)}.wav")
    path.with_suffix(".txt").mkdir(parents=True)
    with pytest.raises(PromptFolderUnusableError) as caught:
        prompts.build([ADJO], ())
    assert str(caught.value) == (
        f"prompt folder {path.with_suffix('.txt')}: Is a directory; make it writable, or set another"
    )
    assert files(tmp_path) == [path.with_suffix(".txt").name]
    assert prompts.missing([ADJO]) == (ADJO,)


@pytest.mark.asterisk
def test_espeak_ng_speaks_swedish(tmp_path: Path) -> None:
    prompts = PromptLibrary(tmp_path / "prompts")
    paces = [TROUBLE._replace(pace=pace) for pace in Pace]
    prompts.build(paces, ())
    slow, normal, fast = (prompts.length_s([prompt]) for prompt in paces)
    assert 3.0 > slow > normal > fast > 0.5


@pytest.mark.asterisk
def test_many_texts_sound_as_each_does_alone(tmp_path: Path) -> None:
    texts = [saying(f"Du har plats nummer {number} i kön.") for number in range(2, 8)]
    together, alone = PromptLibrary(tmp_path / "together"), PromptLibrary(tmp_path / "alone")
    together.build(texts, ())
    for text in texts:
        alone.speak_now([text])
        paths = [Path(f"{prompts.sound_name(text)}.wav") for prompts in (together, alone)]
        assert paths[0].read_bytes() == paths[1].read_bytes()


@pytest.mark.asterisk
def test_of_many_texts_the_one_that_fails_is_told_as_it_is_alone(tmp_path: Path) -> None:
    texts = [saying(f"Nummer {number}.") for number in range(6)]
    fails = saying("Hej.")._replace(language="xx")
    told = []
    for wanted in ([fails], [*texts, fails]):
        with pytest.raises(SpeechFailedError) as caught:
            PromptLibrary(tmp_path / str(len(wanted))).build(wanted, ())
        told.append(str(caught.value))
    assert told[0] == told[1]
    assert ' was to speak "Hej." (xx): it ended with 1 and said: ' in told[0]
    assert PromptLibrary(tmp_path / "7").missing([*texts, fails])[-1] == fails
