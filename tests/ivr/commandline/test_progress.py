"""Progress: a line for 25 texts or for a second, and always the last."""

from __future__ import annotations

from ivr.commandline.progress import Progress


def told(of: int, text_s: float, runs: int = 1) -> list[str]:
    lines: list[str] = []
    at = [0.0]
    progress = Progress(lines.append, "prompts: ", lambda: at[0])
    for _ in range(runs):
        for done in range(1, of + 1):
            at[0] += text_s
            progress(done, of)
    return lines


def test_a_quick_voice_has_a_line_for_25_texts_and_the_last() -> None:
    assert told(60, 0.01) == [f"prompts: {done} of 60 spoken" for done in (25, 50, 60)]


def test_a_slow_voice_has_a_line_a_second() -> None:
    assert told(10, 0.5) == [f"prompts: {done} of 10 spoken" for done in (2, 4, 6, 8, 10)]


def test_a_second_run_begins_anew() -> None:
    assert told(30, 0.01, runs=2) == [f"prompts: {done} of 30 spoken" for done in (25, 30)] * 2


def test_other_things_are_told_by_their_own_words_and_as_often_as_is_said() -> None:
    lines: list[str] = []
    progress = Progress(lines.append, now=lambda: 0.0, after="events replayed", every=1000)
    for done in range(500, 3001, 500):
        progress(done, 10_000)
    assert lines == [
        "1000 of 10000 events replayed",
        "2000 of 10000 events replayed",
        "3000 of 10000 events replayed",
    ]
