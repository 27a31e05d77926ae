"""Show the state of prompts: as a table for a terminal, and as dictionaries for JSON.

Owns the words and the layout. Lengths are seconds. Must not know files or how a sound is made.
"""

from __future__ import annotations

from collections import Counter
from io import StringIO
from typing import TYPE_CHECKING, Any, Literal

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ivr.prompts.listing import State
from ivr.prompts.said import in_one_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ivr.menu.texts import Prompt
    from ivr.prompts.listing import Listed

WIDTH = 120  # columns
NOTHING = "-"
MOST_APART = 3  # texts of one name; a sentence that is filled in many ways has one line

_HEADINGS = ("Prompt", "Language", "State", "Seconds", "Text")
_TEXT_LEAST = 16  # columns that the shortened text keeps; with fewer it is left out
_GAP = 2  # columns between two columns


def prompts_table(
    listed: Sequence[Listed], *, width: int = WIDTH, numbers: Mapping[Prompt, str] | None = None
) -> str:
    """Render a list of prompts as text: a line each, its text cut to the room there is, then the counts.

    With `numbers`, which say each prompt, these have a column. Where more than `MOST_APART` differ in their
    text alone, they have a line together, with the least and the greatest length.
    """
    if not listed:
        return "No prompts.\n"
    all_headings = _HEADINGS if numbers is None else ("Number", *_HEADINGS)
    lines = _lines(listed, numbers or {})
    rows = [
        (
            *(() if numbers is None else (numbers.get(line[0].prompt, NOTHING),)),
            line[0].prompt.name,  # whole: what the reader looks for in the menu
            line[0].prompt.language,
            line[0].state,
            _seconds(line),
            _text(line),
        )
        for line in lines
    ]
    needed = [max(map(len, cells)) for cells in zip(all_headings, *rows, strict=True)]
    least = sum(needed[:-1]) + _GAP * (len(needed) + 1)
    room = width - least
    needed[-1] = min(needed[-1], max(room, _TEXT_LEAST))
    headings = all_headings if room >= _TEXT_LEAST else all_headings[:-1]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for heading, column in zip(headings, needed, strict=False):
        justify: Literal["left", "right"] = "right" if heading == "Seconds" else "left"
        table.add_column(heading, justify=justify, no_wrap=True, min_width=column, max_width=column)
    for row in rows:
        table.add_row(*map(Text, row[: len(headings)]))  # plain text: a name in brackets is not markup
    note = "" if headings is all_headings else "Left out for want of room: Text.\n"
    if len(lines) < len(listed):
        note += "What is filled into a sentence is not listed: --json has each text.\n"
    return f"{_rendered(table, max(width, least))}{_counts(listed)}\n{note}"


def _lines(listed: Sequence[Listed], numbers: Mapping[Prompt, str]) -> list[list[Listed]]:
    """Return what is in each line, in the order of the list."""
    alike: dict[tuple[str | None, ...], list[Listed]] = {}
    for one in listed:
        about = (numbers.get(one.prompt), one.prompt.name, one.prompt.language, one.state)
        alike.setdefault(about, []).append(one)
    lines: dict[int, list[Listed]] = {}
    for together in alike.values():
        whole = [together] if len(together) > MOST_APART else [[one] for one in together]
        lines.update((id(line[0]), line) for line in whole)
    return [lines[id(one)] for one in listed if id(one) in lines]


def _seconds(line: Sequence[Listed]) -> str:
    lengths = sorted(one.length_s for one in line if one.length_s is not None)
    if not lengths:
        return NOTHING
    least, most = f"{lengths[0]:.1f}", f"{lengths[-1]:.1f}"
    return least if least == most else f"{least}-{most}"


def _text(line: Sequence[Listed]) -> str:
    text = in_one_line(line[0].prompt.text)
    return text if len(line) == 1 else f"{len(line)} texts, such as: {text}"


def _counts(listed: Sequence[Listed]) -> str:
    counts = Counter(one.state for one in listed)
    states = ", ".join(f"{counts[state]} {state}" for state in State if counts[state])
    return f"{len(listed)} prompt{'s' if len(listed) > 1 else ''}: {states}."


def prompt_json(listed: Listed) -> dict[str, Any]:
    """Return a prompt for JSON; `length_s` is in seconds, null when the sound is not there."""
    prompt = listed.prompt
    return {
        "name": prompt.name,
        "language": prompt.language,
        "pace": prompt.pace.value,
        "text": prompt.text,
        "recording": prompt.recording or None,
        "state": listed.state.value,
        "length_s": None if listed.length_s is None else round(listed.length_s, 3),
        "path": str(listed.path),
    }


def _rendered(table: Table, width: int) -> str:
    console = Console(file=StringIO(), width=width, color_system=None, legacy_windows=False)
    with console.capture() as capture:
        console.print(table)
    return "".join(f"{line.rstrip()}\n" for line in capture.get().splitlines())
