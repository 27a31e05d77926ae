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

_HEADINGS = ("Prompt", "Language", "State", "Seconds", "Text")
_TEXT_LEAST = 16  # columns that the shortened text keeps; with fewer it is left out
_GAP = 2  # columns between two columns


def prompts_table(
    listed: Sequence[Listed], *, width: int = WIDTH, numbers: Mapping[Prompt, str] | None = None
) -> str:
    """Render a list of prompts as text: a line each, its text cut to the room there is, then the counts.

    With `numbers`, which say each prompt, these have a column.
    """
    if not listed:
        return "No prompts.\n"
    all_headings = _HEADINGS if numbers is None else ("Number", *_HEADINGS)
    rows = [
        (
            *(() if numbers is None else (numbers.get(one.prompt, NOTHING),)),
            one.prompt.name,  # whole: what the reader looks for in the menu
            one.prompt.language,
            one.state,
            NOTHING if one.length_s is None else f"{one.length_s:.1f}",
            in_one_line(one.prompt.text),
        )
        for one in listed
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
    return f"{_rendered(table, max(width, least))}{_counts(listed)}\n{note}"


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
