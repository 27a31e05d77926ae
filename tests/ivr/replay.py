"""Replay: a stream's inputs through a new core must give the stream's decisions again, one for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.core import Core
from ivr.menu.number import policy
from routing.events import INPUTS, EngineStarted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ivr.menu.number import Number
    from routing.events import Recorded


def assert_replays(
    stream: Iterable[Recorded], numbers: Sequence[Number], versions: Iterable[Number] = ()
) -> int:
    """Pass the inputs through a new core and compare the decisions; return how many were compared.

    `versions` are all that numbers were, and became live again and again as the stream tells.

    A killed engine may have written an input and not all that it decided: then the next run begins.
    """
    core = Core({number.id: number for number in numbers}, policy(numbers))
    for version in versions:
        core.attendant.know(version)
    expected: list[tuple[type, object]] = []
    compared = 0
    for recorded in stream:
        event = recorded.event
        if isinstance(event, EngineStarted):
            expected = []
        if isinstance(event, INPUTS):
            assert expected == [], f"before event {recorded.seq}, the journal lacks {expected}"
            decisions = core.step(recorded.at, event)
            assert decisions is not None, f"event {recorded.seq} is stale in the replay: {event}"
            expected = [(type(decision), decision) for decision in decisions]
        else:
            assert expected, f"event {recorded.seq} was not decided in the replay: {event}"
            assert (type(event), event) == expected.pop(0)
            compared += 1
    assert expected == []
    return compared
