"""Show contacts: as tables for a terminal, and as dictionaries for JSON.

Owns the words and the layout. A caller's number never gets here; the pseudonym is shown shortened in text and
whole in JSON. Durations are `m:ss` in text and seconds in JSON; times are in the reader's zone in text and in
UTC in JSON. Knows no database.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, tzinfo
from io import StringIO
from typing import TYPE_CHECKING, Any, Literal

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from queues.telling.sentences import told
from queues.telling.words import WAYS_OUT, counted
from queues.times import iso, minutes
from routing.words import Condition, Turn, WayOut

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from queues.calllog.readings import CalledCount, ContactEvent, ContactHistory, ContactRecord

WIDTH = 120  # columns
PSEUDONYM_SHOWN = 8  # hexadecimal digits: enough to see that two calls are one caller's
NOTHING = "-"

_HEADINGS = ("Arrived", "Contact", "Number", "Caller", "Queue", "Agent", "Wait", "Talk", "Outcome")
_SHORTENED = frozenset({"Number", "Queue", "Agent"})
_LEFT_OUT = ("Caller", "Number", "Agent")  # on a narrow screen, in this order; `show` has them all
_DURATIONS = frozenset({"Wait", "Talk"})
_NAME_LEAST = 8  # columns that a shortened name keeps
_GAP = 2  # columns between two columns

_TIMES = frozenset({"arrived_at", "queued_at", "answered_at", "talk_ended_at", "ended_at", "since"})


def contacts_table(records: Sequence[ContactRecord], *, zone: tzinfo = UTC, width: int = WIDTH) -> str:
    """Render a list of contacts, one line each, as text."""
    if not records:
        return ""
    rows = [
        (
            _moment(record.arrived_at, zone),
            record.contact,  # what the reader copies to see one contact
            record.number,
            _caller(record),
            record.first_queue or NOTHING,
            record.last_agent or NOTHING,
            _duration(record.wait_s),
            _duration(record.talk_s if record.answered_at is not None else None),
            _outcome(record),
        )
        for record in records
    ]
    needed = {
        heading: max(map(len, (heading, *cells)))
        for heading, cells in zip(_HEADINGS, zip(*rows, strict=True), strict=True)
    }
    # On a narrow screen names are shortened and then left out; times, ids and figures never.
    headings, left_out = list(_HEADINGS), []
    for heading in _LEFT_OUT:
        if _least(headings, needed) > width:
            headings.remove(heading)
            left_out.append(heading)
    shortened = [heading for heading in headings if heading in _SHORTENED]
    spare = width - _least(headings, needed) + _NAME_LEAST * len(shortened)
    name_width = max(_NAME_LEAST, spare // len(shortened))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for heading in headings:
        column = min(needed[heading], name_width) if heading in _SHORTENED else needed[heading]
        justify: Literal["left", "right"] = "right" if heading in _DURATIONS else "left"
        table.add_column(heading, justify=justify, no_wrap=True, min_width=column, max_width=column)
    for row in rows:
        cells = (cell for heading, cell in zip(_HEADINGS, row, strict=True) if heading in headings)
        table.add_row(*map(Text, cells))  # plain text: a name in brackets is not markup
    note = f"Left out for want of room: {', '.join(left_out)}.\n" if left_out else ""
    return _rendered(table, width) + note


def _least(headings: Sequence[str], needed: Mapping[str, int]) -> int:
    """Return how many columns of the terminal a table of these needs at the least."""
    widths = (_NAME_LEAST if heading in _SHORTENED else needed[heading] for heading in headings)
    return sum(widths) + _GAP * (len(headings) + 1)


def contact_table(history: ContactHistory, *, zone: tzinfo = UTC, width: int = WIDTH) -> str:
    """Render one contact as text: what it was, then what happened, each with its time since the arrival."""
    record = history.record
    facts = Table(box=None, show_header=False, pad_edge=False)
    facts.add_column(no_wrap=True)
    facts.add_column()
    for name, value in (
        ("Contact", record.contact),
        ("Number", f"{record.number} ({record.called})"),
        ("Caller", _caller(record)),
        (
            "Arrived",
            f"{_moment(record.arrived_at, zone)} {datetime.fromtimestamp(record.arrived_at, zone):%Z}",
        ),
        ("Queue", record.first_queue or NOTHING),
        ("Agent", record.last_agent or NOTHING),
        ("Offers", str(record.offers)),
        ("Handed over", str(record.hops)),
        ("Wait", _duration(record.wait_s)),
        ("Talk", _duration(record.talk_s if record.answered_at is not None else None)),
        ("Outcome", _outcome(record)),
        ("Ended by", record.ended_by or NOTHING),
    ):
        facts.add_row(name, Text(value))
    steps = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    steps.add_column("After", justify="right", no_wrap=True)
    steps.add_column("Event", no_wrap=True)
    steps.add_column("Detail")
    for event in history.events:
        at = event.detail.get("when", event.at)  # told afterwards, or as it happened
        steps.add_row(_duration(at - record.arrived_at), _words(event.event), Text(_detail(event)))
    return _rendered(facts, width) + _rendered(steps, width)


def contact_json(record: ContactRecord) -> dict[str, Any]:
    """Return a contact for JSON; times are ISO 8601 in UTC, durations (`wait_s`, `talk_s`) seconds."""
    fields = asdict(record)
    del fields["talk_started_at"]  # the projection's own bookkeeping
    return _with_iso_times(fields)


def history_json(history: ContactHistory) -> dict[str, Any]:
    """Return a contact with its `events` for JSON."""
    events = [
        {"seq": event.seq, "at": iso(event.at), "event": event.event, **_with_iso_times(event.detail)}
        for event in history.events
    ]
    return {**contact_json(history.record), "events": events}


def called_table(
    counts: Sequence[CalledCount], led_to: Mapping[str, str], *, zone: tzinfo = UTC, width: int = WIDTH
) -> str:
    """Render how often old numbers are called, as text; `led_to` has the folder that each leads to."""
    if not counts:
        return "No old numbers.\n"
    table = Table(box=box.SIMPLE_HEAD)
    for heading in ("Old number", "Leads to", "Calls", "Last 30 days", "Callers", "Last call"):
        table.add_column(
            heading, justify="right" if heading in {"Calls", "Last 30 days", "Callers"} else "left"
        )
    for count in counts:
        last = NOTHING if count.last_at is None else _moment(count.last_at, zone)
        numbers = map(str, (count.calls, count.recent_calls, count.callers))
        table.add_row(count.called, led_to.get(count.called, NOTHING), *numbers, last)
    return _rendered(table, width)


def called_json(counts: Sequence[CalledCount], led_to: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return how often old numbers are called, for JSON."""
    return [
        {
            "called": count.called,
            "number": led_to.get(count.called),
            "calls": count.calls,
            "calls_30_days": count.recent_calls,
            "callers": count.callers,
            "last_at": None if count.last_at is None else iso(count.last_at),
        }
        for count in counts
    ]


def _with_iso_times(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _for_json(name, value) for name, value in fields.items()}


def _for_json(name: str, value: Any) -> Any:
    if name in _TIMES:
        return None if value is None else iso(value)
    return round(value, 3) if name.endswith("_s") and isinstance(value, float) else value  # milliseconds


def _rendered(table: Table, width: int) -> str:
    console = Console(file=StringIO(), width=width, color_system=None, legacy_windows=False)
    with console.capture() as capture:
        console.print(table)
    return "".join(f"{line.rstrip()}\n" for line in capture.get().splitlines())


def _caller(record: ContactRecord) -> str:
    if record.caller is None:
        return record.caller_kind if record.caller_kind != "known" else NOTHING
    return record.caller[:PSEUDONYM_SHOWN]


def _outcome(record: ContactRecord) -> str:
    return "open" if record.outcome is None else record.outcome.replace("_", " ")


def _moment(at: float, zone: tzinfo) -> str:
    return f"{datetime.fromtimestamp(at, zone):%Y-%m-%d %H:%M:%S}"


def _duration(seconds: float | None) -> str:
    return NOTHING if seconds is None else minutes(seconds)


_OTHER_WORDS = {"CallerHungUp": "Line closed"}  # whoever closed it: that stands in "Ended by"


def _words(event: str) -> str:
    """`CallerQueued` as "Caller queued"."""
    if event in _OTHER_WORDS:
        return _OTHER_WORDS[event]
    words = "".join(f" {sign.lower()}" if sign.isupper() else sign for sign in event).strip()
    return words[:1].upper() + words[1:]


def _detail(event: ContactEvent) -> str:
    if event.event in _DETAILS:
        return _DETAILS[event.event](event.detail)
    parts = []
    for name, value in event.detail.items():
        if name in {"since", "when"}:
            continue  # the list says when by "After"
        text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        if name.endswith("_s") and isinstance(value, int | float):
            name, text = name.removesuffix("_s"), _duration(value)  # noqa: PLW2901  the name a person reads
        parts.append(f"{name.replace('_', ' ')} {text}")
    return ", ".join(parts)


def _keys(detail: Mapping[str, Any]) -> str:
    """Say how many keys: which is not kept."""
    return f"{detail['keys']} {'key' if detail['keys'] == 1 else 'keys'}"


def _told(detail: Mapping[str, Any]) -> str:
    return f"queue {detail['queue']}: {told(detail)}"


def _offered(detail: Mapping[str, Any]) -> str:
    """Say who was rung, and why in short: `calls why` has the whole."""
    rule, waited = detail["rule"].replace("_", " "), _duration(detail["waited_s"])
    score = f", score {detail['score']:.0f}" if detail.get("score") else ""
    overdue = ", overdue" if detail.get("turn") == Turn.OVERDUE else ""
    asked = f"agent {detail['agent']}, queue {detail['queue']}, rule {rule}, ring {detail['ring'] + 1}"
    everybody = counted(detail.get("considered") or {Condition.FREE.value: detail["free"]})
    ring = _duration(detail["ring_s"])
    return f"{asked}, waited {waited}{score}{overdue}, rings for {ring} at most; {everybody}"


def _way_out(detail: Mapping[str, Any]) -> str:
    return f"queue {detail['queue']}: {WAYS_OUT[WayOut(detail['way_out'])]}; leads to {detail['leads_to']}"


_DETAILS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "DigitPressed": _keys,
    "WaitTold": _told,
    "AgentOffered": _offered,
    "CallerTurnedAway": _way_out,
    "CallerSentOn": _way_out,
    "ChoiceOffered": lambda detail: f"queue {detail['queue']}: a key that leads out, to be confirmed",
    "PlaceRegained": lambda detail: f"queue {detail['queue']}: cut off before, and back in the old place",
}
