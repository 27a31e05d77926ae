"""Runs a test on real loopback sockets but on a clock that jumps: no test waits for a deadline.

Owns an event loop whose time stands still while anything happens and goes to the next timer when
nothing does. Everything under test uses the loop's clock, so nothing else needs replacing.
"""

from __future__ import annotations

import asyncio
import selectors
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine

T = TypeVar("T")

# Bytes that we have just sent to ourselves may need this long (real seconds) to show on the other
# socket when the machine is busy; only after it does the clock jump.
GRACE_S = 0.004


class _JumpingSelector(selectors.DefaultSelector):
    """Instead of sleeping, moves its clock."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Give what is ready; if nothing is, let virtual time pass."""
        ready = super().select(0)
        if ready or (timeout is not None and timeout <= 0):
            return ready
        if timeout is None:
            return super().select(None)
        ready = super().select(GRACE_S)
        if not ready:
            self.now += timeout
        return ready


class _VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run as `asyncio.run` does, on the jumping clock; what a callback or forgotten task raised fails."""
    faults: list[dict[str, Any]] = []
    with asyncio.Runner(loop_factory=_VirtualLoop) as runner:
        runner.get_loop().set_exception_handler(lambda _, context: faults.append(context))
        result = runner.run(main)
    assert faults == []
    return result
