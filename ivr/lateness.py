"""When what AMI tells truly happened, where that is longer ago than usual.

Owns the reading of an event's own time. An engine that hung, or whose AMI was slow, hears of things late; the
log is to have them as they were. Knows no contact.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ivr.ami.codec import Event as AmiEvent
    from ivr.clock import EngineClock
    from routing.events import Input

LATE_S = 1.0  # usual are some milliseconds; less than this makes no figure wrong


class Lateness:
    """The lateness of the AMI event that is being taken.

    Asterisk dates its events (`Timestamp`) by the machine's clock.
    """

    def __init__(self, clock: EngineClock) -> None:
        self._clock = clock
        self._when: float | None = None

    def begin(self, event: AmiEvent) -> None:
        """Look at the time of an event."""
        self._when = None
        try:
            dated = float(event.get("Timestamp") or "")
        except ValueError:
            return
        if self._clock.wall_ago_s(dated) > LATE_S:
            self._when = self._clock.of_wall(dated)

    def end(self) -> None:
        """Be done with the event: what is told next happens now."""
        self._when = None

    def dated(self, event: Input) -> Input:
        """Return the input with its true time, if that is another and the input can have one."""
        if self._when is None or getattr(event, "when", self) is not None:
            return event
        return event._replace(when=self._when)  # type: ignore[call-arg]  # it has the field
