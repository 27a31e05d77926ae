"""One call of the telephone: the engine's commands are performed as Asterisk performs them.

Owns what each command does to a channel without sound, and what it answers; seen on Asterisk 22.10.1. Time is
the caller's. Must not know who shows the call, or whether its time is real.

What ends a command early, beside the caller:

    WAIT FOR DIGIT             the engine's next line: answers 1
    STREAM FILE, GET DATA      the same: stops without an answer
    EXEC                       nothing
"""

from __future__ import annotations

import asyncio
from math import inf
from typing import TYPE_CHECKING, Final

from ivr.sound import RATE
from ivr.telephone.callers import HANG_UP, NOTHING
from ivr.telephone.channel import NOT_SAID, Channel
from ivr.telephone.errors import EngineBrokeOffError
from ivr.telephone.happenings import Ended, MusicBegan, OfficerRung, Pressed, Remarked, Silent
from ivr.telephone.lines import HUNG_UP, UnreadableLineError, decode
from ivr.telephone.playing import Playing
from ivr.telephone.sounds import Heard, spelt
from ivr.telephone.wire import SILENCE_LIMIT_S
from ivr.translator import DEVICE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ivr.telephone.callers import Caller
    from ivr.telephone.happenings import EndedBy, Happening
    from ivr.telephone.sounds import Ear
    from ivr.telephone.wire import Wire

OK: Final = "200 result=0"
DONE: Final = "200 result=1"
UNKNOWN: Final = "510 Invalid or unknown command"
NO_ANSWER: Final = ""  # the command was stopped
LOST: Final = "200 result=-1"
END_KEY: Final = "#"
KEYS: Final = frozenset("0123456789*#")
_WOKEN: Final = "woken"  # what comes of waiting when the engine's next line comes first
_DEFAULT_DATA_MS: Final = 6000  # Asterisk's own
_MOST_KEYS: Final = 1024

# Commands whose answer is all that they do here.
_ANSWERS: Final[Mapping[str, str]] = {
    "ANSWER": OK,
    "CHANNEL STATUS": "200 result=6",
    "DATABASE DEL": DONE,
    "DATABASE DELTREE": DONE,
    "DATABASE GET": OK,
    "DATABASE PUT": DONE,
    "NOOP": OK,
    "SEND TEXT": OK,
}
_NEEDS: Final[Mapping[str, int]] = {
    "EXEC": 1,
    "GET DATA": 1,
    "GET VARIABLE": 1,
    "SET MUSIC": 1,
    "SET VARIABLE": 2,
    "STREAM FILE": 2,
    "VERBOSE": 1,
    "WAIT FOR DIGIT": 1,
}
_SAID: Final = frozenset({"SAY ALPHA", "SAY DIGITS", "SAY NUMBER", "SAY PHONETIC"})
_QUIET: Final = frozenset({"answer", "noop", "progress", "ringing", "stopmusiconhold"})


class Call:
    """A call through `wire`, heard by `ear`, by `caller`; `tell` hears all that happens."""

    def __init__(
        self,
        wire: Wire,
        ear: Ear,
        caller: Caller,
        tell: Callable[[Happening], None],
        *,
        uniqueid: str,
        silence_s: float = SILENCE_LIMIT_S,
    ) -> None:
        self._wire = wire
        self._ear = ear
        self._caller = caller
        self._tell = tell
        self._silence_s = silence_s
        self._channel = Channel(uniqueid, tell)
        self._playing = Playing(tell)
        self._has_music = False
        self._hangs_up: EndedBy = "caller"

    async def run(self, request: bytes) -> None:
        """Call, until the engine lets the caller go or the caller hangs up.

        Raises `EngineRefusedError`, `EngineBrokeOffError`, and `PromptError` for sounds that cannot be read.
        """
        self._caller.begin()
        await self._wire.send(request)
        was_spoken_to = False
        while line := await self._wire.line(self._silence_s):
            try:
                name, *arguments = decode(line)
            except UnreadableLineError as error:
                raise EngineBrokeOffError(f"{self._wire.where} is none: {error}") from error
            was_spoken_to = True
            answer = await self._perform(name, arguments)
            if answer is None:
                await self._hang_up()
                return
            if answer:
                await self._wire.send(f"{answer}\n")
        if not self._channel.ends:
            when = "in the middle of the call" if was_spoken_to else "at once; is it of another version?"
            raise EngineBrokeOffError(f"{self._wire.where} broke off {when}")
        self._tell(Ended(self._caller.now_s, "exchange", self._channel.ends))

    async def _hang_up(self) -> None:
        self._playing.stop(self._caller.now_s)
        is_ours = self._hangs_up != "exchange"
        ends = "" if is_ours else self._channel.ends or NOT_SAID
        self._tell(Ended(self._caller.now_s, self._hangs_up, ends))
        owed = f"{LOST}\n" if is_ours else f"{DONE}\n"
        await self._wire.send(f"{owed}{HUNG_UP}{HUNG_UP}")

    async def _perform(self, name: str, arguments: list[str]) -> str | None:
        """Perform a command and return its answer; None when the caller, or the engine, has hung up."""
        if len(arguments) < _NEEDS.get(name, 0):
            return (
                f"520-Invalid command syntax.  Proper usage follows:\nUsage: {name}\n520 End of proper usage."
            )
        match name, arguments:
            case "GET DATA", [sound, *more]:
                return await self._get_data(sound, *more[:2])
            case "STREAM FILE", [sound, escape_keys, *_]:
                return await self._stream(self._ear.hear(sound) if sound else Heard((), 0.0), escape_keys)
            case "WAIT FOR DIGIT", [timeout_ms, *_]:
                return await self._wait_for_digit(timeout_ms)
            case "EXEC", [application, *data]:
                return await self._execute(application.lower(), data[0] if data else "")
            case "SET VARIABLE", [variable, value, *_]:
                self._channel.assign(self._caller.now_s, f"{variable}={value}")
                return DONE
            case "GET VARIABLE", [variable, *_]:
                value = self._channel.get(variable)
                return f"{DONE} ({value})" if value else OK
            case "SET MUSIC", [switch, *_]:
                self._set_music(on=switch.upper() == "ON")
                return OK
            case "VERBOSE", [text, *_]:
                self._tell(Remarked(self._caller.now_s, text))
                return DONE
            case "HANGUP", _:
                self._hangs_up = "exchange"
                return None
            case said, [text, *more] if said in _SAID:
                return await self._stream(spelt(text), more[0] if more else "")
            case _:
                return _ANSWERS.get(name, UNKNOWN)

    # --- what takes time --------------------------------------------------------------------------------

    async def _get_data(self, sound: str, timeout_ms: str = "", most: str = "") -> str | None:
        heard = self._ear.hear(sound) if sound else Heard((), 0.0)
        if heard is None:
            return LOST
        wait_s = (_number(timeout_ms) or _DEFAULT_DATA_MS) / 1000
        wanted = _number(most) or _MOST_KEYS
        said_s = self._playing.start(self._caller.now_s, heard)
        until_s, keys = said_s + wait_s, ""
        while (act := await self._act(until_s, inf if keys else said_s)) is not None:
            if act == HANG_UP:
                return None
            if act == _WOKEN:
                return self._stopped()
            if act not in KEYS:
                continue
            if act == END_KEY:
                return f"200 result={keys}"
            keys += act
            if len(keys) >= wanted:
                return f"200 result={keys}"
            until_s = self._caller.now_s + wait_s
        self._playing.stop(self._caller.now_s)
        if not keys:
            self._tell(Silent(said_s, wait_s))
        return f"200 result={keys} (timeout)"

    async def _stream(self, heard: Heard | None, escape_keys: str) -> str | None:
        if heard is None:
            return f"{LOST} endpos=0"
        began_s = self._caller.now_s
        said_s = self._playing.start(began_s, heard)
        key = ""
        while not key and (act := await self._act(said_s, escape_keys=escape_keys)) is not None:
            if act == HANG_UP:
                return None
            if act == _WOKEN:
                return self._stopped()
            key = act if act != NOTHING and act in escape_keys else ""
        self._playing.stop(self._caller.now_s)
        endpos = round((self._caller.now_s - began_s) * RATE)
        return f"200 result={ord(key) if key else 0} endpos={endpos}"

    async def _wait_for_digit(self, timeout_ms: str) -> str | None:
        milliseconds = _number(timeout_ms)
        until_s = inf if milliseconds is None else self._caller.now_s + milliseconds / 1000
        while True:
            if self._caller.is_done and (self._channel.waits or until_s == inf):
                self._hangs_up = "telephone"
                return None
            # A menu that waits for a further key asks nothing; in a queue, and for ever, it is now or never.
            is_asked = self._channel.waits or until_s == inf
            act = await self._act(until_s, self._caller.now_s if is_asked else inf)
            if act == HANG_UP:
                return None
            if act is None:
                return OK
            if act == _WOKEN:
                return DONE
            if act in KEYS:
                return f"200 result={ord(act)}"

    async def _execute(self, application: str, data: str) -> str | None:
        match application:
            case "set":
                self._channel.assign(self._caller.now_s, data)
            case "mset":
                self._channel.assign(self._caller.now_s, *data.split(","))
            case "dial":
                await self._dial(data)
            case "startmusiconhold":
                self._set_music(on=True)
            case "playback" | "background":
                for sound in data.partition(",")[0].split("&"):
                    if await self._stream(self._ear.hear(sound), "") is None:
                        return None
            case "saydigits" | "saynumber" | "sayalpha" | "sayphonetic":
                if await self._stream(spelt(data), "") is None:
                    return None
            case _ if application not in _QUIET:
                return "200 result=-2"
            case _:
                pass
        return OK

    async def _dial(self, data: str) -> None:
        """Ring nobody: this telephone stands alone."""
        self._has_music = False
        self._tell(OfficerRung(self._caller.now_s, data.partition(",")[0].removeprefix(DEVICE)))
        self._channel.assign(self._caller.now_s, "DIALSTATUS=CHANUNAVAIL", "HANGUPCAUSE=20")

    # --- time -------------------------------------------------------------------------------------------

    async def _act(self, until_s: float, asked_s: float = inf, escape_keys: str | None = None) -> str | None:
        """Let time pass until the caller acts, or the engine speaks, or `until_s` comes; tell what is heard.

        A key stops what is being said, unless it is none of `escape_keys`.
        """
        while True:
            begins_s = self._playing.next_s
            act = await self._first(min(until_s, begins_s), asked_s)
            if act is not None:
                if act in KEYS:
                    if escape_keys is None or act in escape_keys:
                        self._playing.stop(self._caller.now_s)
                    self._tell(Pressed(self._caller.now_s, act))
                return act
            if begins_s > until_s:
                return None
            self._playing.go_on(self._caller.now_s)

    async def _first(self, until_s: float, asked_s: float) -> str | None:
        """Return what comes first: the caller's act, `_WOKEN` for the engine's line, None for the time."""
        coming = self._wire.coming()
        acting = asyncio.create_task(self._caller.act(until_s, asked_s), name="the caller's next act")
        try:
            await asyncio.wait({acting, coming}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            if not acting.done():
                acting.cancel()
                await asyncio.wait({acting})
        return _WOKEN if acting.cancelled() else acting.result()

    def _stopped(self) -> str:
        self._playing.stop(self._caller.now_s)
        return NO_ANSWER

    def _set_music(self, *, on: bool) -> None:
        if on and not self._has_music:
            self._tell(MusicBegan(self._caller.now_s))
        self._has_music = on


def _number(text: str) -> int | None:
    """Read a whole number; None where Asterisk would take its default, or for ever."""
    return int(text) if text.isascii() and text.isdigit() else None
