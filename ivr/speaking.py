"""The building of all prompts before they are needed.

Owns which prompts that is: of these numbers, with what stands for them, for the coming days, and what those
who wait may be told. Must not know how one is made.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ivr.menu.circumstances import NOTHING, is_over
from ivr.menu.sayings import prompts_of, sayings
from ivr.menu.waitingwords import waiting_prompts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from ivr.menu.circumstances import Standing
    from ivr.menu.number import Number
    from ivr.menu.texts import Prompt
    from ivr.prompts import PromptLibrary

AHEAD_S = 3 * 86_400.0  # what is said on the days to come ("we open again tomorrow") is spoken so long before


def prepare(
    library: PromptLibrary,
    numbers: Iterable[Number],
    at: float,
    standing: Mapping[str, Standing] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Build what callers may hear from UTC second `at` on. Blocks; raises any `PromptError`."""
    numbers = tuple(numbers)
    needed = all_prompts(numbers, at, standing)
    together = (said for number in numbers for said in sayings(number.menu) if said)
    library.build(needed, dict.fromkeys(together), progress)


def all_prompts(
    numbers: Iterable[Number], at: float, standing: Mapping[str, Standing] | None = None
) -> tuple[Prompt, ...]:
    """List each prompt that a caller may hear in the coming days once, number by number."""
    prompts: dict[Prompt, None] = {}
    for number in numbers:
        stands = (standing or {}).get(number.id, NOTHING)
        heard = tuple(crisis for crisis in stands.crises if not is_over(crisis.until, at))
        stands = replace(stands, crises=heard)
        prompts.update(dict.fromkeys(prompts_of(number.menu, stands, at, at + AHEAD_S)))
        prompts.update(dict.fromkeys(number.written()))  # also of days that are far: who records needs names
        prompts.update(dict.fromkeys(_told_while_waiting(number)))
    return tuple(prompts)


def _told_while_waiting(number: Number) -> Iterator[Prompt]:
    """Go through what callers in the number's queues may be told, also those whom another number sent there.

    Not in `Number.written`: the sentence is in the files, but what is filled into it is not. So it cannot be
    recorded, as "we open again tomorrow" cannot.
    """
    if not number.queues:
        return
    told = [queue.announcing for queue in number.queues.values() if queue.announcing is not None]
    waiting = (number.menu.waiting[queue] for queue in number.queues if queue in number.menu.waiting)
    yield from waiting_prompts(number.menu, told, (key for queue in waiting for key in queue.keys))
