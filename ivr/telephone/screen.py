"""A call in words, line by line as it goes on: for people.

Owns the words and their form. Must not know AGI. The keys shown are those that the caller pressed here.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final, assert_never

from ivr.telephone.happenings import (
    Begun,
    Ended,
    MusicBegan,
    OfficerRung,
    Pressed,
    QueueEntered,
    Remarked,
    Served,
    Silent,
    Spoken,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from ivr.prompts import Said
    from ivr.telephone.happenings import EndedBy, Happening

VERSION_SIGNS: Final = 12  # of a hash: no two versions of a menu meet
HELP: Final = "0-9, * and # are the telephone's keys; q or Ctrl-C hangs up; ? shows this"
_INDENT: Final = 4  # of what follows a language, or nothing


class Screen:
    """Show a call by `write`, a line at a time.

    `is_live`: what is said is shown as it begins; else when it is over, as far as it was heard. `width`: of
    lines, 0 for lines of any length.
    """

    def __init__(self, write: Callable[[str], None], *, is_live: bool, width: int = 0) -> None:
        self._write = write
        self._is_live = is_live
        self._width = width
        self._language = ""

    def take(self, happening: Happening) -> None:
        """Show what happened."""
        match happening:
            case Begun(_, said):
                if self._is_live:
                    self._show_said(said)
            case Spoken(_, said):
                if not self._is_live:
                    self._show_said(said)
            case Silent(_, seconds):
                self._write(f"    … silence for {seconds:g} s")
            case Pressed(_, key):
                self._write(f"  > {key}")
            case MusicBegan():
                self._write("    ♪ music while waiting")
            case Remarked(_, text):
                self._write(f"  # {text}")
            case QueueEntered(_, queue):
                self._write(f"queue: {queue}")
            case OfficerRung(_, officer):
                self._write(f"officer: {officer}")
            case Ended(_, by, ends):
                self._write(f"ends: {_end(by, ends)}")
            case Served():
                pass  # told by `serving`, which knows more
            case _:
                assert_never(happening)

    def _show_said(self, said: Said) -> None:
        mark = ""
        if said.language and said.language != self._language:
            self._language = mark = said.language
        text = said.text or f"[sound {said.name}]"
        first = mark.ljust(_INDENT)
        if self._width > _INDENT:
            text = "\n".join(
                textwrap.wrap(text, self._width, initial_indent=first, subsequent_indent=" " * _INDENT)
            )
        else:
            text = first + text
        self._write(text)


def serving(happening: Served, place: str) -> str:
    """Say in one line who serves the call: `place` is the engine, or the files."""
    return f"{place}, version {happening.version[:VERSION_SIGNS]} of {happening.number} ({happening.called})"


def _end(by: EndedBy, ends: str) -> str:
    match by:
        case "exchange":
            return f"{ends} (the call ends here)"
        case "caller":
            return "the caller hung up"
        case "telephone":
            return "waiting in the queue (the telephone hangs up)"
        case _:
            assert_never(by)
