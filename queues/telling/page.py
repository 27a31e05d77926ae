"""The story of a call as text for a terminal, and for JSON.

Owns the layout. A caller is shown as the call log shows them: by the beginning of a pseudonym. Times are in
the reader's zone in text and in UTC in JSON.
"""

from __future__ import annotations

import textwrap
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Any

from queues.calllog.presentation import PSEUDONYM_SHOWN, contact_json
from queues.telling.sentences import duration
from queues.telling.words import came_to
from queues.times import iso, minutes
from routing.words import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from queues.calllog.readings import ContactRecord
    from queues.telling.story import Step

WIDTH = 110  # columns
_AFTER = 7  # columns of the time since the arrival


def story_text(
    record: ContactRecord, steps: Sequence[Step], *, zone: tzinfo = UTC, width: int = WIDTH
) -> str:
    """Render a story as text, what happened with its time since the arrival, the reasons below it."""
    lines = [*_head(record, zone), ""]
    for step in steps:
        after = minutes(step.at - record.arrived_at)
        lines += _wrapped(step.text, f"{after:>{_AFTER}}  ", " " * (_AFTER + 2), width)
        for reason in step.because:
            lines += _wrapped(reason, " " * (_AFTER + 2) + "- ", " " * (_AFTER + 4), width)
        for agent in step.agents:
            lines += _wrapped(agent, " " * (_AFTER + 6), " " * (_AFTER + 8), width)
    return "".join(f"{line}\n" for line in lines)


def story_json(record: ContactRecord, steps: Sequence[Step]) -> dict[str, Any]:
    """Return a contact with its `story` for JSON."""
    told = [
        {
            "seq": step.seq,
            "at": iso(step.at),
            "event": step.event,
            "text": step.text,
            **({"because": list(step.because)} if step.because else {}),
            **({"agents": list(step.agents)} if step.agents else {}),
        }
        for step in steps
    ]
    return {**contact_json(record), "story": told}


def _head(record: ContactRecord, zone: tzinfo) -> list[str]:
    when = datetime.fromtimestamp(record.arrived_at, zone)
    caller = record.caller_kind if record.caller is None else record.caller[:PSEUDONYM_SHOWN]
    called = f"phoned {record.number} ({record.called}) on {when:%A %Y-%m-%d at %H:%M:%S %Z}"
    return [f"{record.contact}: {called}; caller {caller}", _came_to(record)]


def _came_to(record: ContactRecord) -> str:
    waited = "" if record.wait_s is None else f"waited {duration(record.wait_s)}; "
    if record.outcome is None:
        return f"{waited}the call goes on"
    talked = f"talked {duration(record.talk_s)}; " if record.answered_at is not None else ""
    return f"{waited}{talked}{came_to(Outcome(record.outcome), record.ended_by or 'caller')}"


def _wrapped(text: str, first: str, later: str, width: int) -> list[str]:
    return textwrap.wrap(
        text,
        max(width, len(later) + 20),
        initial_indent=first,
        subsequent_indent=later,
        break_on_hyphens=False,
    )
