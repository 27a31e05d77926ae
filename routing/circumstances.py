"""Circumstances: inputs that concern no single caller or agent.

Owns the part of the event vocabulary that tells of the engine, of Asterisk, of the clock, of the
configuration and of what stands until further notice; `routing.events` has the whole.
"""

from __future__ import annotations

from typing import NamedTuple


class EngineStarted(NamedTuple):
    """The engine began a run: everything it knew before is only what the journal says.

    `asterisk_run`: the run of Asterisk that an engine knew last, if any. `calendar_shift_s`: callers are told
    the opening hours of so much later than now; 0 but in trials.
    """

    version: str
    asterisk_run: str = ""
    calendar_shift_s: float = 0.0


class EngineStopping(NamedTuple):
    """The engine was told to end: no more offers are made, and those that ring are waited for."""


class AsteriskConnected(NamedTuple):
    """Asterisk tells us what happens, from now on. `run` names this run of it: another is a new Asterisk."""

    run: str


class AsteriskDisconnected(NamedTuple):
    """Asterisk no longer tells us what happens; calls may go on."""


class RestorationEnded(NamedTuple):
    """Every carried caller who waited is back or is proven gone, or the time for it is over: offers begin."""

    missing: int  # neither back nor proven gone


class ClockStepped(NamedTuple):
    """The machine's wall clock moved against the monotonic clock by `by_s` seconds."""

    by_s: float


class ConfigurationChanged(NamedTuple):
    """The configuration of `number` became the one with this content hash."""

    number: str
    content_hash: str  # empty: the number is live no more
    more_follow: bool = False  # of the same publication: queues and agents change with its last number


class CrisisBegan(NamedTuple):
    """Who phones from `since` on hears this message, at once or on coming to `queue`. Again: it changed."""

    number: str
    crisis: str
    languages: tuple[str, ...]
    texts: tuple[str, ...]  # one for each language
    since: float
    until: float | None = None
    queue: str = ""  # empty: everybody hears it
    recording: str = ""  # of the text, if there is one: a file
    owner: str = ""
    is_drill: bool = False


class CrisisEnded(NamedTuple):
    """The message is no longer heard."""

    number: str
    crisis: str


class HoursOverridden(NamedTuple):
    """Somebody has opened or closed by hand; unless sticky or with an end, until the next change of hours."""

    number: str
    hours: str
    is_open: bool
    is_emergency: bool
    languages: tuple[str, ...]  # of the reason, if there is one
    texts: tuple[str, ...]
    since: float
    until: float | None = None
    is_sticky: bool = False
    owner: str = ""


class OverrideEnded(NamedTuple):
    """The hours go by their calendar again."""

    number: str
    hours: str
