"""What a caller does during a call, in one small language: `press 3, wait 40 s, hang up`.

Owns the language, for scenarios and for a telephone that is told on the command line what to press, and when
each thing happens. Must not know menus or what the keys lead to. Keys stay out of every repr.

    9   press 9   1234#   *          these keys: .2 s apart, the first when everything has been said
    wait 2   wait 2 s   wait 1 min   what follows comes so long after what was before it, or after the call
                                     was answered: it may be in the middle of a sentence
    hang up                          the end; without a wait before it, when everything has been said

Keys that stand together are one answer; keys after a comma answer the next question.

One error only:

    ValueError
    └── ActionsError    the text is not in this language
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias, assert_never

from queues.problems import MAX_WORD

if TYPE_CHECKING:
    from collections.abc import Iterable

KEY_GAP_S = 0.2  # between keys that are pressed together: a practised thumb
MOST_ACTIONS = 100
MOST_KEYS = 40  # in one answer; the longest that a menu takes is 20 digits and #
LONGEST_WAIT_S = 24 * 3600.0

_KEYS = re.compile(r"(?:press )?([0-9*#]+)", re.ASCII)
_APART = re.compile(r"(?:press )?[0-9*#]+(?: [0-9*#]+)+", re.ASCII)  # a forgotten comma
_WAIT = re.compile(r"wait ([0-9]{1,7}(?:\.[0-9]{1,3})?) ?(ms|s|min|h)?", re.ASCII)
_UNIT_S = {"ms": 0.001, "s": 1.0, "min": 60.0, "h": 3600.0}
_WORDS = 'keys such as 9 or 1234#, "wait 2 s" or "hang up"'


class ActionsError(ValueError):
    """The text does not say what a caller does; the message says what was expected and found."""


@dataclass(frozen=True, slots=True)
class Press:
    """The caller presses these keys, quickly one after the other."""

    keys: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Wait:
    """The caller lets so many seconds pass."""

    seconds: float


@dataclass(frozen=True, slots=True)
class HangUp:
    """The caller hangs up."""


Action: TypeAlias = Press | Wait | HangUp

HANG_UP: Final = "hang up"
NOTHING: Final = ""


class Act(NamedTuple):
    """One thing at one moment: a key, `HANG_UP`, or `NOTHING` where only a wait is over.

    `after_s`: so long after the act before it; None: when everything has been said.
    """

    does: str
    after_s: float | None

    def __repr__(self) -> str:
        """Show when, not which key."""
        return f"Act(after_s={self.after_s})"


def parse_actions(text: str) -> tuple[Action, ...]:
    """Read what a caller does; an empty text is nothing at all. Raises `ActionsError`."""
    if not text.strip():
        return ()
    items = text.split(",")
    if len(items) > MOST_ACTIONS:
        raise ActionsError(f"expected at most {MOST_ACTIONS} actions, found {len(items)}")
    actions = tuple(_action(" ".join(item.lower().split())) for item in items)
    if any(isinstance(action, HangUp) for action in actions[:-1]):
        raise ActionsError('expected "hang up" only at the end: nobody does anything after it')
    return actions


def acts(actions: Iterable[Action]) -> tuple[Act, ...]:
    """Return what happens at each moment."""
    found: list[Act] = []
    waited_s: float | None = None
    for action in actions:
        match action:
            case Wait(seconds):
                waited_s = seconds + (waited_s or 0.0)
                continue
            case Press(keys):
                found.append(Act(keys[0], waited_s))
                found += (Act(key, KEY_GAP_S) for key in keys[1:])
            case HangUp():
                found.append(Act(HANG_UP, waited_s))
            case _:
                assert_never(action)
        waited_s = None
    if waited_s is not None:
        found.append(Act(NOTHING, waited_s))
    return tuple(found)


def _action(item: str) -> Action:
    if item == HANG_UP:
        return HangUp()
    if keys := _KEYS.fullmatch(item):
        if len(keys[1]) > MOST_KEYS:
            raise ActionsError(f"expected at most {MOST_KEYS} keys in one answer, found {len(keys[1])}")
        return Press(keys[1])
    if wait := _WAIT.fullmatch(item):
        seconds = round(float(wait[1]) * _UNIT_S[wait[2] or "s"], 3)
        if seconds > LONGEST_WAIT_S:
            raise ActionsError(f'expected a wait of at most 24 h, found "{item}"')
        return Wait(seconds)
    if item in {"", "press"}:
        raise ActionsError(
            f"expected {_WORDS}, found nothing at a comma or after the word press;"
            " in a file, keys with # need quotes around everything"
        )
    shown = item if len(item) <= MAX_WORD else f"{item[: MAX_WORD - 1]}…"
    remedy = "; put a comma between two answers, and no space into one" if _APART.fullmatch(item) else ""
    raise ActionsError(f'expected {_WORDS}, found "{shown}"{remedy}')
