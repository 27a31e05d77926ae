"""One call from a terminal: which engine is called, who holds the telephone, who is told.

Owns the order of these things. Must not know AGI's commands, nor how a command line is written.
"""

from __future__ import annotations

import sys
import time
from contextlib import AsyncExitStack
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from ivr.call import SCRIPT_LIMIT_S
from ivr.proving.actions import acts
from ivr.rehearsal import AWAY, RUN_SCRIPTS, SCRIPT
from ivr.settings import near
from ivr.telephone.call import Call
from ivr.telephone.callers import ScriptedCaller, TypingCaller
from ivr.telephone.draft import draft_engine, drafts, when_open
from ivr.telephone.errors import NobodyListensError
from ivr.telephone.happenings import Served
from ivr.telephone.keyboard import is_terminal, typed_keys
from ivr.telephone.lines import request
from ivr.telephone.screen import HELP, serving
from ivr.telephone.sounds import FileEar
from ivr.telephone.wire import SILENCE_LIMIT_S, Wire

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ivr.proving.actions import Action
    from ivr.settings import Settings
    from ivr.telephone.callers import Caller
    from ivr.telephone.happenings import Happening
    from ivr.telephone.sounds import Ear

WITHHELD: Final = "withheld"
CHANNEL: Final = "Text/telephone"


class Order(NamedTuple):
    """What call is wanted. `does`: None for a person at the keys."""

    to: str = ""
    caller: str = ""  # a number, `WITHHELD`, or empty
    does: Sequence[Action] | None = None
    at: datetime | None = None  # local, without a zone
    is_now: bool = False  # also where it is closed now; a draft is called as of its opening otherwise
    is_draft: bool = False
    officers_answer: bool = True
    script_result: str = ""
    runs_scripts: bool = False

    def __repr__(self) -> str:
        """Leave the caller, and what they press, out."""
        return f"Order(to={self.to!r}, at={self.at})"


async def call(
    settings: Settings, order: Order, tell: Callable[[Happening], None], note: Callable[[str], None]
) -> None:
    """Call the engine that the settings name, or one of our own where none runs, until the call ends.

    `tell` hears what happens, `note` what concerns the telephone alone, in lines.

    Raises:
        TelephoneError: no call came about, or it broke off.
        ConfigurationError: the wanted number's files cannot be used.
        PromptError: the engine's sounds cannot be read.
        ServerError: this machine has no port for an engine of our own.
    """
    async with AsyncExitStack() as stack:
        wire, ear, place, order = await _connected(stack, settings, order)
        stack.push_async_callback(wire.close)
        caller: Caller
        if order.does is None:
            caller = TypingCaller(stack.enter_context(typed_keys(lambda: note(HELP))))
            if is_terminal(sys.stdin):
                note(HELP)
        else:
            caller = ScriptedCaller(acts(order.does))

        def hear(happening: Happening) -> None:
            if isinstance(happening, Served):
                note(serving(happening, place))
            tell(happening)

        uniqueid = f"rehearsal-{time.time():.6f}"
        silence_s = SILENCE_LIMIT_S + (SCRIPT_LIMIT_S if order.runs_scripts else 0.0)
        telephone = Call(wire, ear, caller, hear, uniqueid=uniqueid, silence_s=silence_s)
        await telephone.run(opening(order, uniqueid))


def opening(order: Order, uniqueid: str) -> bytes:
    """Build the lines that ask the engine for this call. Raises `ValueError` for a text of several lines."""
    caller = "" if order.caller == WITHHELD else order.caller
    values = {
        "network": "yes",
        "network_script": SCRIPT,
        "request": f"agi://127.0.0.1/{SCRIPT}",
        "channel": CHANNEL,
        "language": "sv",
        "type": "Text",
        "uniqueid": uniqueid,
        "callerid": caller or "unknown",
        "calleridname": "unknown",
        "dnid": order.to or "unknown",
    }
    arguments = (
        order.to,
        caller,
        "allowed" if caller else "prohib",
        "" if order.at is None else order.at.isoformat(timespec="seconds"),
        "" if order.officers_answer else AWAY,
        order.script_result,
        RUN_SCRIPTS if order.runs_scripts else "",
    )
    return request(values, arguments)


async def _connected(stack: AsyncExitStack, settings: Settings, order: Order) -> tuple[Wire, Ear, str, Order]:
    """Return a connection to an engine, its sounds' texts, its name for people, and what it is asked for."""
    place = f"the files in {near(settings.menus)}/ as they are now"
    if not order.is_draft:
        try:
            wire = await Wire.connect(settings.agi_host, settings.agi_port)
        except NobodyListensError:
            place = f"no engine runs: {place}"
        else:
            return wire, FileEar(), "the running engine", order
    settings, numbers, broken, entered = drafts(settings, order.to)
    if broken:
        place = f"{place}, without {', '.join(broken)}: there are errors (vaxel menus check tells)"
    draft = await stack.enter_async_context(draft_engine(settings, numbers))
    if order.at is None and not order.is_now and entered is not None:
        at = when_open(entered, settings.calendar_at(time.time()))
        if at is not None:
            local = datetime.fromtimestamp(at, settings.time_zone).replace(tzinfo=None)
            when = f"{local:%A %Y-%m-%d %H:%M}, when all of it is open"
            place = f"{place}, as if it were {when} (now it is not: --now calls now)"
            order = order._replace(at=local)
    return await Wire.connect(draft.host, draft.port), draft.sounds, place, order
