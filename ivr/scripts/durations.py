"""How long at most each command of a script's takes, and which are refused for taking too long.

Owns the reading of times and counts in commands' arguments, as Asterisk reads them; pure. Must not know which
commands there are: see `ivr.scripts.commands`. What only a key ends lasts `math.inf`.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final

from ivr.agi.session import EXECUTE_LIMIT_S, LONGEST_PROMPT_S
from ivr.scripts.errors import ForbiddenCommandError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_SECONDS = re.compile(r"[0-9]{1,4}(?:\.[0-9]{0,6})?")
_COUNT = re.compile(r"[0-9]{1,4}")
_DEFAULT_OPTION_S: Final = 5.0  # Asterisk's wait of GET OPTION when none is told
_DEFAULT_DATA_S: Final = 6.0  # and of GET DATA
_MOST_KEYS: Final = 1024  # GET DATA collects no more
_DEFAULT_READ_S: Final = 10.0  # Asterisk's longest wait of Read when none is told
_MOST_READ_KEYS: Final = 255  # Read collects no more, and so many when none are told
_MOST_ATTEMPTS: Final = 5  # of Read, which begins its sounds anew each time and cannot be stopped
# Measured: .83 s for a digit, 1.4 s for each of a number's. Asterisk 22.10.1 says them to the end over
# FastAGI, whatever is sent meanwhile, so they cannot be stopped.
_CHARACTER_S: Final = 3.0


# --- commands: their arguments ------------------------------------------------------------------------


def always(seconds: float) -> Callable[[Sequence[str]], float]:
    """Return what says so many seconds, whatever the arguments are."""
    return lambda _: seconds


def waiting_for_digit(arguments: Sequence[str]) -> float:
    """Return how long WAIT FOR DIGIT lasts."""
    return _milliseconds(arguments, 0, math.inf)


def receiving(arguments: Sequence[str]) -> float:
    """Return how long RECEIVE CHAR lasts; nothing but a character would end it."""
    seconds = _milliseconds(arguments, 0, math.inf)
    if not 0 < seconds <= EXECUTE_LIMIT_S:
        raise ForbiddenCommandError(f"RECEIVE CHAR: expected 1 to {EXECUTE_LIMIT_S * 1000:.0f} ms")
    return seconds


def collecting(arguments: Sequence[str]) -> float:
    """Return how long GET DATA lasts: its sound, and the wait for each key."""
    most = arguments[2] if len(arguments) > 2 else ""  # noqa: PLR2004 - file, time-out, keys
    keys = int(most) if most.isascii() and most.isdigit() else _MOST_KEYS
    return LONGEST_PROMPT_S + _milliseconds(arguments, 1, _DEFAULT_DATA_S) * max(1, min(keys, _MOST_KEYS))


def option(arguments: Sequence[str]) -> float:
    """Return how long GET OPTION lasts."""
    return LONGEST_PROMPT_S + _milliseconds(arguments, 2, _DEFAULT_OPTION_S)


def speaking(arguments: Sequence[str]) -> float:
    """Return how long SAY lasts for the characters of its first argument."""
    characters = len(arguments[0]) if arguments else 0
    if characters * _CHARACTER_S > LONGEST_PROMPT_S:
        most = LONGEST_PROMPT_S / _CHARACTER_S
        raise ForbiddenCommandError(f"SAY: got {characters} characters, expected at most {most:.0f}")
    return characters * _CHARACTER_S


def _milliseconds(arguments: Sequence[str], place: int, default_s: float) -> float:
    """Read an argument in milliseconds; what is negative lasts until a key."""
    if len(arguments) <= place or not arguments[place]:
        return default_s
    try:
        seconds = float(arguments[place]) / 1000
    except ValueError:
        raise ForbiddenCommandError("got a time that is no number, expected milliseconds") from None
    return seconds if seconds >= 0 else math.inf


# --- applications: their one text of data ----------------------------------------------------------------


def waiting(name: str, data: str) -> float:
    """Return how long Wait or WaitDigit lasts."""
    seconds = data.partition(",")[0]
    if _SECONDS.fullmatch(seconds) is None or float(seconds) > EXECUTE_LIMIT_S:
        raise ForbiddenCommandError(f"{name}: expected seconds, at most {EXECUTE_LIMIT_S:g}")
    return float(seconds)


def reading(name: str, data: str) -> float:
    """Return how long Read lasts.

    Who keys nothing hears the sounds again; who keys is waited for after each key.
    """
    if re.search(r'["\\()\[\]]', data):  # by which Asterisk takes a comma for a part of a text
        raise ForbiddenCommandError(f"{name}: expected no quotes, brackets or backslashes")
    words = [word.strip() for word in data.split(",")]
    # variable, sounds, keys, options, attempts, seconds; what is more would be ignored
    _, _, keys, _, attempts, seconds = (*words, *[""] * 6)[:6]
    if not _COUNT.fullmatch(keys or "0"):
        raise ForbiddenCommandError(f"{name}: expected a number of keys")
    if not _COUNT.fullmatch(attempts or "0") or int(attempts or 0) > _MOST_ATTEMPTS:
        raise ForbiddenCommandError(f"{name}: expected at most {_MOST_ATTEMPTS} attempts")
    if not _SECONDS.fullmatch(seconds or "0") or float(seconds or 0) > EXECUTE_LIMIT_S:
        raise ForbiddenCommandError(f"{name}: expected seconds to wait, at most {EXECUTE_LIMIT_S:g}")
    tries = max(1, int(attempts or 0))
    waits = tries - 1 + min(int(keys or 0) or _MOST_READ_KEYS, _MOST_READ_KEYS)
    return tries * LONGEST_PROMPT_S + waits * (float(seconds or 0) or _DEFAULT_READ_S)
