"""A stream's inputs through a core must give the stream's decisions: `vaxel replay`, in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.core import Core
from ivr.menu.number import policy
from ivr.replaying.comparison import compare

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ivr.menu.number import Number
    from routing.events import ConfigurationChanged, Recorded


def assert_replays(
    stream: Iterable[Recorded], numbers: Sequence[Number], versions: Iterable[Number] = ()
) -> int:
    """Replay the stream; return how many decisions were compared.

    `versions` are all that numbers were, and became live again and again as the stream tells.
    """
    replayed = compare(stream, _Known(numbers, versions))
    assert replayed.differences == ()
    assert not replayed.ends_unfinished
    return replayed.decisions


class _Known:
    """One core for all runs, which goes on with what was live last."""

    def __init__(self, numbers: Sequence[Number], versions: Iterable[Number]) -> None:
        self._core = Core({number.id: number for number in numbers}, policy(numbers))
        for version in versions:
            self._core.attendant.know(version)

    def core(self, seq: int) -> Core:
        del seq
        return self._core

    def change(self, core: Core, seq: int, event: ConfigurationChanged) -> None:
        """Do nothing: every version is known."""
