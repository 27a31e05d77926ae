"""Who phones in during the demonstration: numbers, keys, patience, drawn from a seed.

Owns how such citizens are drawn, after the shares of calls that a customer centre sees. Places no call.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from ivr.demo.citizens import Citizen, KeyPress

if TYPE_CHECKING:
    from collections.abc import Mapping

FIRST_CALLER = 46_701_740_605  # from the block that the Swedish regulator keeps for fiction, and on upwards
KEY_SHARES: Mapping[str, float] = {"1": 0.2, "2": 0.15, "3": 0.15, "4": 0.2, "5": 0.1, "9": 0.2}
WRONG_KEY_SHARE = 0.04  # presses a key that leads nowhere first
SILENT_SHARE = 0.04  # presses nothing
LEAVES_MENU_SHARE = 0.03  # hangs up while the menu is read
THINKS_S = (1.5, 6.0)  # from the answer to the key
PATIENCE_S = (20.0, 90.0)  # in queue and talk together


def draw_citizens(count: int, seed: int) -> list[Citizen]:
    """Draw `count` citizens, each with a number of their own. The same seed draws the same citizens."""
    dice = random.Random(seed)  # noqa: S311  # dice, not secrets
    return [_draw(dice, f"+{FIRST_CALLER + index}") for index in range(count)]


def _draw(dice: random.Random, caller: str) -> Citizen:
    thinks_s = dice.uniform(*THINKS_S)
    patience_s = dice.uniform(*PATIENCE_S)
    chance = dice.random()
    if chance < LEAVES_MENU_SHARE:
        return Citizen(caller, stays_s=thinks_s)
    if chance < LEAVES_MENU_SHARE + SILENT_SHARE:
        return Citizen(caller, stays_s=patience_s)
    key = dice.choices(list(KEY_SHARES), list(KEY_SHARES.values()))[0]
    presses: tuple[KeyPress, ...] = (KeyPress(thinks_s, key),)
    if chance < LEAVES_MENU_SHARE + SILENT_SHARE + WRONG_KEY_SHARE:
        presses = (KeyPress(thinks_s, "7"), KeyPress(thinks_s + 2.0, key))
    return Citizen(caller, presses, stays_s=patience_s)
