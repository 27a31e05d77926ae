"""Show differences: as lines for a terminal, and as dictionaries for JSON.

Owns the layout. Must not know how differences are found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ivr.menu_views.difference import Difference

UNCHANGED = "nothing changes for callers"


def differences_text(found: Mapping[str, Sequence[Difference]]) -> str:
    """Render the differences of each number, by its id; renamed nodes share one line at the end."""
    lines: list[str] = []
    for number_id, differences in found.items():
        lines.append(number_id)
        noticed = [each.text for each in differences if each.is_noticed]
        lines += [f"  {text}" for text in noticed or [UNCHANGED]]
        renamed = [each.text for each in differences if not each.is_noticed]
        if renamed:
            lines.append(f"  Renamed only: {', '.join(renamed)} (changes nothing for callers)")
    return "".join(f"{line}\n" for line in lines)


def differences_json(found: Mapping[str, Sequence[Difference]]) -> list[dict[str, Any]]:
    """Return all differences for JSON; `node`, `old` and `new` are null where there is none."""
    return [
        {
            "number": each.number,
            "node": each.node or None,
            "what": each.what.value,
            "old": each.old or None,
            "new": each.new or None,
            "text": each.text,
        }
        for differences in found.values()
        for each in differences
    ]
