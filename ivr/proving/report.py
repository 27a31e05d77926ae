"""A proof in words, for a terminal, and as JSON.

Owns how a difference and the course of a call are told. Must not know how a call is tried.
"""

from __future__ import annotations

import textwrap
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias, assert_never

from ivr.menu.hoursfile import WEEKDAYS
from ivr.proving.course import Came, Ended, Heard, Pressed, What
from ivr.proving.scenario import WORDS
from ivr.proving.verdict import NotHeard, Otherwise, Overheard

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from ivr.proving.course import Happening, Trial
    from ivr.proving.proof import NumberProof, Proof, Tried
    from ivr.proving.verdict import Difference

WIDTH = 110
MOST_LINES = 60  # of one call's course; a caller who says nothing for half an hour hears a menu 20 times
_INDENT = " " * 4
_HEARD = "heard   "

JSON: TypeAlias = dict[str, Any]


def report(proof: Proof, width: int = WIDTH) -> str:
    """Tell what failed, and how many scenarios passed; the last line says it all."""
    lines: list[str] = []
    for number in proof.numbers:
        if not number.has_file:
            lines.append(f"{number.path}: not there, so nothing was proved of {number.number}")
        for tried in number.tried:
            if not tried.passed:
                lines += [*_failure(tried, number, width), ""]
    lines.append(summary(proof))
    return "\n".join(lines)


def summary(proof: Proof) -> str:
    """Tell in one line how many scenarios passed."""
    count, failed = proof.count, len(proof.failed)
    if failed:
        return f"{failed} of {_scenarios(count)} failed"
    return f"{_scenarios(count)} passed" if count else "no scenarios"


def proof_json(proof: Proof) -> JSON:
    """Return a proof as JSON; times are local, with their offset. The course is told of what failed."""
    return {
        "passed": proof.passed,
        "scenarios": proof.count,
        "failed": len(proof.failed),
        "numbers": [
            {
                "number": number.number,
                "path": str(number.path),
                "has_file": number.has_file,
                "scenarios": [_tried_json(tried, number.zone) for tried in number.tried],
            }
            for number in proof.numbers
        ],
    }


def difference_line(difference: Difference) -> str:
    """Tell one difference in one line."""
    match difference:
        case Otherwise(aspect, expected, None):
            return f"expected {aspect} {expected}, found none"
        case Otherwise(aspect, expected, found):
            return f"expected {aspect} {expected}, found {found}"
        case NotHeard(part, after, is_earlier=True):
            return f'expected to hear "{part}" after "{after}": heard only before it'
        case NotHeard(part, after, nearest=nearest):
            where = f' after "{after}"' if after else ""
            near = f'; nearest: "{nearest}"' if nearest else ""
            return f'expected to hear "{part}"{where}: not heard{near}'
        case Overheard(part, text):
            return f'expected not to hear "{part}": heard "{text}"'
        case _:
            assert_never(difference)


def course_lines(trial: Trial, zone: ZoneInfo, language: str, width: int = WIDTH) -> Iterator[str]:
    """Tell what happened, line by line, in local time; `language`: the one that is not mentioned."""
    told = [(datetime.fromtimestamp(at, zone), words) for at, words in _told(trial, language)]
    days = [f"{WEEKDAYS[local.weekday()]} {local:%Y-%m-%d} " for local, _ in told]
    broad = max(map(len, days)) + len("10:00:00")
    for day, before, (local, words) in zip(days, ["", *days], told, strict=False):
        when = f"{'' if day == before else day}{local:%H:%M:%S}".rjust(broad) + "  "
        # What is said goes on below its own beginning, behind the verb.
        behind = " " * (len(when) + (len(_HEARD) if words.startswith(_HEARD) else 0))
        yield from textwrap.wrap(
            words, width, initial_indent=when, subsequent_indent=behind, break_on_hyphens=False
        )


def _scenarios(count: int) -> str:
    return "1 scenario" if count == 1 else f"{count} scenarios"


def _failure(tried: Tried, number: NumberProof, width: int) -> Iterator[str]:
    scenario = tried.scenario
    yield f"{scenario.path}:{scenario.line}: {scenario.name}"
    told = [difference_line(difference) for difference in tried.differences]
    came = [line for line, each in zip(told, tried.differences, strict=True) if isinstance(each, Otherwise)]
    for line in came:
        yield f"{_INDENT}{line}"
    lines = list(course_lines(tried.trial, number.zone, number.language, width - len(_INDENT)))
    left_out = len(lines) - MOST_LINES
    if left_out > 0:
        half = MOST_LINES // 2
        lines[half:-half] = [f"({left_out} lines left out; --json has everything)"]
    for line in lines:
        yield f"{_INDENT}{line}"
    for line in told:
        if line not in came:
            yield from textwrap.wrap(
                line, width, initial_indent=_INDENT, subsequent_indent=2 * _INDENT, break_on_hyphens=False
            )


def _told(trial: Trial, language: str) -> Iterator[tuple[float, str]]:
    """Go through what happened; keys that were pressed one after the other are one line."""
    pressed: tuple[float, str] | None = None
    for happening in trial.happened:
        if isinstance(happening, Pressed):
            at, keys = pressed or (happening.at, "")
            pressed = at, keys + happening.key
            continue
        if pressed is not None:
            yield pressed[0], f"pressed {pressed[1]}"
            pressed = None
        yield happening.at, _words(happening, language)


def _words(happening: Heard | Came | Ended, language: str) -> str:
    match happening:
        case Heard(_, text, spoken, is_cut):
            words = f"{text} …" if is_cut else text
            return f"{_HEARD}{words}" if spoken == language else f"{_HEARD}({spoken}) {words}"
        case Came(_, What.SILENCE):
            return "pressed nothing"
        case Came(_, What.PATIENCE):
            return "given all the time that is needed"
        case Came(_, What.AGENT, name):
            return f"agent {name} is rung"
        case Came(_, What.OFFICER, name):
            return f"officer {name} is rung"
        case Came(_, What.AWAY, name):
            return f"{name} does not answer"
        case Came(_, What.TALK, name):
            return f"{name} answers"
        case Came(_, what, name):
            return f"{what} {name}"
        case Ended(_, outcome, by):
            who = "hung up" if by == "caller" else "the exchange hung up"
            return f"{who}: {WORDS.get(outcome, outcome)}"
        case _:
            assert_never(happening)


def _tried_json(tried: Tried, zone: ZoneInfo) -> JSON:
    scenario = tried.scenario
    told: JSON = {"name": scenario.name, "line": scenario.line, "passed": tried.passed}
    if not tried.passed:
        told["differences"] = [_difference_json(difference) for difference in tried.differences]
        told["course"] = [_happening_json(each, zone) for each in tried.trial.happened]
    return told


def _difference_json(difference: Difference) -> JSON:
    words = {"message": difference_line(difference)}
    match difference:
        case Otherwise(aspect, expected, found):
            return {"kind": str(aspect), "expected": expected, "found": found, **words}
        case NotHeard(part, after, is_earlier, nearest):
            heard = {"expected": part, "after": after, "is_earlier": is_earlier, "nearest": nearest}
            return {"kind": "hears", **heard, **words}
        case Overheard(part, text):
            return {"kind": "does not hear", "part": part, "found": text, **words}
        case _:
            assert_never(difference)


def _happening_json(happening: Happening, zone: ZoneInfo) -> JSON:
    at = datetime.fromtimestamp(happening.at, zone).isoformat(timespec="milliseconds")
    match happening:
        case Heard(_, text, language, is_cut):
            return {"at": at, "what": "heard", "text": text, "language": language, "is_cut": is_cut}
        case Pressed(_, key):
            return {"at": at, "what": "pressed", "key": key}
        case Came(_, what, name):
            return {"at": at, "what": str(what), "name": name}
        case Ended(_, outcome, by):
            return {"at": at, "what": "ended", "outcome": str(outcome), "by": by}
        case _:
            assert_never(happening)
