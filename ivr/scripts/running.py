"""Running one department's script for one caller, in a thread of its own.

Owns the thread's life, the limit on it and the typed ends. Must not know menus, pyst2's commands or who
the caller is. What a script raises is logged by its types and places only: its text may hold what the caller
keyed, as that of `int("4711x")` does.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
import sys
import threading
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from ivr.agi.outcomes import HUNG_UP, HungUp
from ivr.scripts.bridge import HANGUP, ScriptAgi
from ivr.scripts.crossing import Crossing
from ivr.scripts.errors import ScriptNotLoadedError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping
    from types import FrameType

    from ivr.agi.session import AgiSession

    ScriptFunction: TypeAlias = Callable[[ScriptAgi], object]

# Scripts that hang stay after their limit; each thread costs some 100 kB. A script takes seconds, and 2,000
# callers wait in queues, not in scripts.
MAX_THREADS: Final = 300
_PREFIX: Final = "vaxel script "
# Whose frames tell a department nothing of where its script is.
_NOT_THEIRS: Final = frozenset(
    {
        threading.__file__,
        importlib.__file__,
        *(str(Path(__file__).with_name(name)) for name in ("folder.py", "running.py", "shelf.py")),
    }
)
_IMPORTS: Final = "<frozen importlib."  # how Python names its own import's files

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ScriptReturned:
    """The script ended by itself and gave `value` back."""

    value: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class ScriptFailed:
    """The script raised, gave back what it may not, or could not begin; `reason` names types only."""

    reason: str


@dataclass(frozen=True, slots=True)
class ScriptOverdue:
    """The script's time was over: the call goes on, the script is told at its next command."""


ScriptEnded: TypeAlias = ScriptReturned | ScriptFailed | ScriptOverdue | HungUp


async def run_script(
    session: AgiSession,
    function: ScriptFunction,
    values: Mapping[str, str],
    *,
    name: str,
    limit_s: float,
    withheld: bool,
    on_command: Callable[[float], Awaitable[None]] | None = None,
    max_threads: int = MAX_THREADS,
) -> ScriptEnded:
    """Run `function` with an `agi` over `session` and return how it ended; the session is free then.

    `name` stands in the log. `values` are variables that `agi.get_variable` gives without asking Asterisk.
    `withheld` says that the caller's number is not the script's to know. `on_command` is awaited before each
    command, with the seconds that it may take at most: renew the dead-man's switch there. After `limit_s`
    seconds a command that can be ended is; one that cannot is waited for, with the session's own limits.
    `function` is called in the script's thread: what it imports there is the script's time, and may hang.
    When cancelled, the running command is given up at once and the script's next one raises. The session's
    `interrupt` ends a script's `wait_for_digit` as if nothing had been pressed.

    Raises:
        AgiError: as the session's own commands do: the session is closed.
    """
    if session.hung_up:
        return HUNG_UP
    living = sum(thread.name.startswith(_PREFIX) for thread in threading.enumerate())
    if living >= max_threads:
        return _failed(name, f"{living} scripts run, expected fewer than {max_threads}")
    loop = asyncio.get_running_loop()
    crossing = Crossing(session, name, limit_s=limit_s, on_command=on_command)
    agi = ScriptAgi(crossing, session.request, values, name=name, withheld=withheld)
    ended: asyncio.Future[ScriptEnded] = loop.create_future()

    def deliver(end: ScriptEnded) -> None:
        if not ended.done():
            ended.set_result(end)

    def work() -> None:
        end = _call(name, function, agi)
        with contextlib.suppress(RuntimeError):  # the engine ended first, and its loop is closed
            loop.call_soon_threadsafe(deliver, end)

    thread = threading.Thread(target=work, name=_PREFIX + name, daemon=True)  # never blocks the engine's end
    try:
        try:
            thread.start()
        except RuntimeError:
            return _failed(name, "the system gives no more threads")
        await asyncio.wait({ended}, timeout=limit_s)
        overdue = not ended.done()
        if overdue:
            _log.error("script %s: did not end within %g s; is at %s", name, limit_s, _place(thread))
            await crossing.finish()
    finally:
        crossing.stop()
    if crossing.failure is not None:
        raise crossing.failure
    if session.hung_up:
        return HUNG_UP
    return ScriptOverdue() if overdue else ended.result()


def _call(name: str, function: ScriptFunction, agi: ScriptAgi) -> ScriptEnded:
    """Call the script, in its thread, and return how it ended."""
    try:
        value = function(agi)
    except HANGUP:
        return HUNG_UP
    except ScriptNotLoadedError as error:
        _log.error("%s", error)  # it says all, and nothing of a caller
        return ScriptFailed(type(error).__name__)
    except SystemExit as leaving:
        # The usual end of a program that pyst2 ran, and ours for one that takes no hang-up for an answer.
        return ScriptReturned(None) if leaving.code in {None, 0} else _raised(name, leaving)
    except BaseException as error:  # noqa: BLE001 - whatever it is, the call goes on
        return _raised(name, error)
    if value is None or isinstance(value, str):
        return ScriptReturned(value)
    return _failed(name, f"returned {type(value).__name__}, expected str or None")


def _raised(name: str, error: BaseException) -> ScriptFailed:
    kind = type(error).__name__
    causes: list[str] = []
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        causes.append(f"{type(cause).__name__} at {_places(traceback.walk_tb(cause.__traceback__))}")
        cause = cause.__cause__ or cause.__context__
    _log.error("script %s failed: %s", name, "; after ".join(causes))
    return ScriptFailed(kind)


def _failed(name: str, reason: str) -> ScriptFailed:
    _log.error("script %s failed: %s", name, reason)
    return ScriptFailed(reason)


def _place(thread: threading.Thread) -> str:
    """Say where a thread is now, which tells the department what its script waits for."""
    frame = sys._current_frames().get(thread.ident or 0)  # noqa: SLF001 - documented, in spite of its name
    if frame is None:
        return "its end"
    # Nothing of its own runs while it waits for another thread that imports the same.
    return _places(reversed(list(traceback.walk_stack(frame)))) or "its import"


def _places(frames: Iterable[tuple[FrameType, int]]) -> str:
    """Write the script's frames, outermost first, without the values that a traceback's last line tells."""
    return " > ".join(
        f"{frame.f_code.co_filename}:{line} in {frame.f_code.co_name}"
        for frame, line in frames
        if frame.f_code.co_filename not in _NOT_THEIRS and not frame.f_code.co_filename.startswith(_IMPORTS)
    )
