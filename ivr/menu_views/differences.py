"""What changes for callers between two versions of menus.

Owns the order in which it is told, and what is renamed only. Pure. Must not know how it is shown.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ivr.menu.number import STOCKHOLM
from ivr.menu_views.comparing import Comparing
from ivr.menu_views.difference import Difference, What
from ivr.menu_views.from_now import menu_from
from ivr.menu_views.hours_differences import hours_differences
from ivr.menu_views.node_differences import node_differences
from ivr.menu_views.number_differences import back_differences, front_differences
from ivr.menu_views.renaming import renamed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

    from ivr.menu.number import Number


def differences(
    old: Number, new: Number, *, zone: tzinfo = STOCKHOLM, at: float | None = None
) -> tuple[Difference, ...]:
    """List what changes for callers of a number, then what is renamed only.

    Days are told in `zone`. What was dated and has come before `at` (UTC seconds) counts as the present;
    without `at` everything is compared as it is written.
    """
    if at is not None:
        old, new = replace(old, menu=menu_from(old.menu, at)), replace(new, menu=menu_from(new.menu, at))
    names = renamed(old.menu, new.menu)
    compared = Comparing(old, new, names, zone)
    return (
        *front_differences(compared),
        *node_differences(compared),
        *hours_differences(compared),
        *back_differences(compared),
        *(
            compared.differs(now, What.RENAMED, was, now, f'"{was}" is now called "{now}"')
            for now, was in names.items()
        ),
    )


def differences_of_all(
    old: Mapping[str, Number], new: Mapping[str, Number], *, zone: tzinfo = STOCKHOLM, at: float | None = None
) -> dict[str, tuple[Difference, ...]]:
    """List the differences of each number by its id, also of those that are new or gone."""
    found: dict[str, tuple[Difference, ...]] = {}
    for number_id in sorted({*old, *new}):
        before, after = old.get(number_id), new.get(number_id)
        if before is not None and after is not None:
            found[number_id] = differences(before, after, zone=zone, at=at)
        elif after is not None:
            called = ", ".join(after.called)
            text = f"New number: {after.name}, {called}"
            found[number_id] = (Difference(number_id, "", What.NUMBER, "", called, text),)
        elif before is not None:
            called = ", ".join(before.called)
            text = f"The number is gone: {before.name}, {called}"
            found[number_id] = (Difference(number_id, "", What.NUMBER, called, "", text),)
    return found
