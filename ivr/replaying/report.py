"""What a replay came to: as text for a terminal, and for JSON.

Owns the words and the layout. Callers are named by their contact; keyed digits and numbers are nowhere. Times
are in the reader's zone in text and in UTC in JSON.
"""

from __future__ import annotations

import textwrap
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from queues.calllog.projection import detail_of
from queues.telling.sentences import sentence

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from ivr.replaying.comparison import Difference, Replayed
    from routing.events import Decision, Event

WIDTH = 110
SHOWN = 10  # differences that are told in words


def replayed_text(
    replayed: Replayed,
    *,
    unborn: int = 0,
    others: Sequence[str] = (),
    shown: int = SHOWN,
    zone: tzinfo = UTC,
    width: int = WIDTH,
) -> str:
    """Render what a replay came to; `others` are versions of Växel, not this one, that wrote the journal."""
    lines = [*_facts(replayed, unborn, zone), "", *_verdict(replayed)]
    if replayed.differing and others:
        lines.append(f"It was written by Växel {', '.join(others)}, which may have decided otherwise.")
    for difference in replayed.differences[:shown]:
        lines += ["", *_told(difference, zone, width)]
    more = replayed.differing - min(shown, len(replayed.differences))
    if more > 0:
        lines += ["", f"and {more:,} more"]
    return "".join(f"{line}\n" for line in lines)


def replayed_json(replayed: Replayed, *, unborn: int = 0, shown: int = SHOWN) -> dict[str, Any]:
    """Return what a replay came to, for JSON."""
    return {
        "equal": not replayed.differing,
        "events": replayed.events,
        "inputs": replayed.inputs,
        "decisions": replayed.decisions,
        "runs": replayed.runs,
        "runs_without_calls": unborn,
        "first_seq": replayed.first_seq,
        "last_seq": replayed.last_seq,
        "first_at": iso(replayed.first_at),
        "last_at": iso(replayed.last_at),
        "differing": replayed.differing,
        "unfinished": list(replayed.unfinished),
        "runs_compared_in_part": replayed.broken,
        "differences": [_difference_json(each) for each in replayed.differences[:shown]],
    }


def in_words(event: Event) -> str:
    """Say an event in plain words, its caller by the contact."""
    return sentence(type(event).__name__, _fields(event), who=getattr(event, "contact", "nobody"))


def local(at: float, zone: tzinfo) -> str:
    """Return a time for people, to the second."""
    return f"{datetime.fromtimestamp(at, zone):%Y-%m-%d %H:%M:%S}"


def iso(at: float) -> str:
    """Return a time for JSON: UTC, to the millisecond."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def counted(count: int, noun: str) -> str:
    """Return a count with its noun, which takes an s when there are several."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _facts(replayed: Replayed, unborn: int, zone: tzinfo) -> list[str]:
    began, ended = local(replayed.first_at, zone), local(replayed.last_at, zone)
    inputs, decisions = counted(replayed.inputs, "input"), counted(replayed.decisions, "decision")
    of = f"{counted(replayed.runs, 'run')} of the engine, {counted(replayed.events, 'event')}"
    lines = [
        f"events {replayed.first_seq:,} to {replayed.last_seq:,}, {began} to {ended}",
        f"{of}: {inputs}, {decisions} compared",
    ]
    if unborn:
        lines.append(f"left out: {counted(unborn, 'run')} that ended before a call could come")
    if replayed.unfinished:
        where = ", ".join(f"{seq:,}" for seq in replayed.unfinished)
        lines.append(
            f"the journal ends within what followed from event {where}: the engine was cut off there"
        )
    return lines


def _verdict(replayed: Replayed) -> list[str]:
    if not replayed.differing:
        return ["The replay decided the same, one for one."]
    lines = [f"DIFFERENT: after {counted(replayed.differing, 'input')} the replay decided something else."]
    if replayed.broken:
        lines.append(
            f"{counted(replayed.broken, 'run')} could be compared in part only: what was different led to"
            " events that make no sense in the replay"
        )
    return lines


def _told(difference: Difference, zone: tzinfo, width: int) -> list[str]:
    what = in_words(difference.event)
    lines = [f"event {difference.seq:,}, {local(difference.at, zone)}: {what}"]
    if difference.fault:
        return [
            *lines,
            f"  replayed: makes no sense any more ({difference.fault}); the run's rest is left out",
        ]
    replayed = "old news, from which nothing follows" if difference.is_stale else None
    for name, text in (
        ("recorded", _decision(difference.recorded)),
        ("replayed", replayed or _decision(difference.replayed)),
    ):
        lines += textwrap.wrap(
            text, width, initial_indent=f"  {name}: ", subsequent_indent=" " * 12, break_on_hyphens=False
        )
    pair = difference.recorded, difference.replayed
    if pair[0] is not None and pair[1] is not None and in_words(pair[0]) == in_words(pair[1]):
        lines.append(f"  not alike: {', '.join(_other_fields(pair[0], pair[1]))}")
    return lines


def _decision(decision: Decision | None) -> str:
    return "nothing more" if decision is None else in_words(decision)


def _other_fields(recorded: Decision, replayed: Decision) -> list[str]:
    if type(recorded) is not type(replayed):
        return [type(recorded).__name__, type(replayed).__name__]
    pairs = zip(recorded._fields, recorded, replayed, strict=True)
    return [name.replace("_", " ") for name, one, other in pairs if one != other]


def _difference_json(difference: Difference) -> dict[str, Any]:
    return {
        "seq": difference.seq,
        "at": iso(difference.at),
        "input": type(difference.event).__name__,
        "contact": getattr(difference.event, "contact", None),
        "recorded": _decision_json(difference.recorded),
        "replayed": _decision_json(difference.replayed),
        "is_stale": difference.is_stale,
        "fault": difference.fault,
    }


def _decision_json(decision: Decision | None) -> dict[str, Any] | None:
    if decision is None:
        return None
    return {
        "event": type(decision).__name__,
        "text": in_words(decision),
        "contact": getattr(decision, "contact", None),
        **_fields(decision),
    }


def _fields(event: Event) -> dict[str, Any]:
    """Return an event's fields as the call log keeps them, and those that the log has no event for."""
    if hasattr(event, "contact"):
        return detail_of(event)
    return dict(zip(event._fields, event, strict=True))
