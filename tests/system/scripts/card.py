"""A department's script as such scripts are written for pyst2: it knows nothing of this exchange."""

from __future__ import annotations

from typing import Any


def main(agi: Any) -> str:
    """Ask for one more key, and say who is a member by the code that was keyed."""
    agi.verbose("card script", 1)
    agi.set_variable("CARD_STEP", "asked")
    key = agi.get_data("beep", 3000, 1)
    agi.say_digits("1")
    is_member = agi.get_variable("VAXEL_DIGITS") == "8675309" and agi.get_variable("CARD_STEP") == "asked"
    return "member" if is_member and key == "6" else "stranger"
