"""One call's AGI session: the commands that the engine uses, with typed outcomes.

Owns what each command's answers mean and how long each may take. Must not know sockets, menus or
queues. A session is *attached* to a caller; its end never proves that the caller has gone.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from ivr.agi.codec import CODE_DEAD, CODE_OK, Reply, encode, variable_name
from ivr.agi.connection import Connection, Ending
from ivr.agi.errors import BadNameError, CommandRefusedError, LineTooLongError, RemoteProtocolError
from ivr.agi.outcomes import (
    DONE,
    HUNG_UP,
    INTERRUPTED,
    PROMPT_ENDED,
    ChannelState,
    Collected,
    Completed,
    Digits,
    Executed,
    HungUp,
    Interrupted,
    PromptEnded,
    PromptMissing,
    Streamed,
    TimedOut,
    Waited,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ivr.agi.request import AgiRequest

MARGIN_S: Final = 5.0  # past a command's own time-out: a loaded Asterisk answers late, a hung one never
LONGEST_PROMPT_S: Final = 300.0  # no prompt of a menu is longer
EXECUTE_LIMIT_S: Final = 60.0  # applications that set or play something
LONGEST_TALK_S: Final = (
    12 * 3600.0
)  # a talk ends by itself; a leg that is never let go must not stay for ever

LONGEST_VALUE_BYTES: Final = 1023  # GET VARIABLE cuts longer ones there without a word (Asterisk 22.10.1)

ALL_KEYS: Final = "0123456789*#ABCD"
END_KEY: Final = "#"  # ends a collection in GET DATA, which cannot be told otherwise

_TALKING: Final = frozenset({"Dial", "Queue", "Bridge"})
_APPLICATION = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_KEYS = re.compile(r"[0-9*#A-D]*")
_NUMBER = re.compile(r"-?[0-9]{1,9}")


class AgiSession:
    """One caller's session; one command at a time.

    Every command returns `HungUp` (or None) once the session has lost its caller. Every command raises, of
    `ivr.agi.errors`: `LocalProtocolError` before anything is sent; `CommandRefusedError`; and
    `CommandOverdueError`, `RemoteProtocolError` or `SessionClosedError`, after which the session is closed.
    """

    __slots__ = ("_connection", "request")

    def __init__(self, connection: Connection, request: AgiRequest) -> None:
        self._connection = connection
        self.request = request
        connection.label = f"AGI session {request.uniqueid}"

    def __repr__(self) -> str:
        """Name the session by its channel's unique id, never by its caller."""
        return f"<AgiSession {self.request.uniqueid}>"

    @property
    def hung_up(self) -> bool:
        """Whether this session has lost its caller."""
        return self._connection.hung_up

    @property
    def closed(self) -> bool:
        """Whether nothing can be sent any more, by Asterisk's doing or ours."""
        return self._connection.lost

    def close(self) -> None:
        """Close from our side: Asterisk's dialplan goes on after AGI(), with AGISTATUS SUCCESS."""
        self._connection.close()

    # --- asking the caller --------------------------------------------------------------------------

    async def get_data(self, prompts: Sequence[str], timeout_s: float, max_digits: int) -> Collected:
        """Play the sounds in order and collect up to `max_digits` keys; a key stops the playing.

        `timeout_s` runs from the end of the last sound, and again from each key. `#` ends the collection
        and is not part of it: `Digits("")` when nothing came before. `GET DATA` plays one sound only, and
        Asterisk has no type-ahead over commands: a key within the .1 ms between two sounds is lost.
        """
        keyed = ""
        for sound in prompts[:-1]:
            match await self.stream_file(sound, ALL_KEYS):
                case PromptEnded():
                    continue
                case Digits(key):
                    if key == END_KEY:
                        return Digits("")
                    keyed = key
                    break
                case HungUp() | PromptMissing() as lost:
                    return lost
        if keyed and len(keyed) >= max_digits:
            return Digits(keyed)
        last = "" if keyed or not prompts else prompts[-1]
        wanted = max_digits - len(keyed)
        line = encode("GET DATA", last, _milliseconds(timeout_s), str(wanted))
        limit_s = LONGEST_PROMPT_S + timeout_s * wanted + MARGIN_S
        reply = await self._ask("GET DATA", line, limit_s, Ending.STOPPED)
        if reply is None:
            return HUNG_UP
        if reply.result == "-1":
            return await self._gone_or_missing(last)
        if _KEYS.fullmatch(reply.result) is None:
            raise self._strange("GET DATA", "keys")
        if reply.text == "timeout":
            return TimedOut(keyed + reply.result)
        return Digits(keyed + reply.result)

    async def stream_file(self, name: str, escape_digits: str = "") -> Streamed:
        """Play one sound to its end, or until one of `escape_digits` is keyed."""
        line = encode("STREAM FILE", name, escape_digits)
        reply = await self._ask("STREAM FILE", line, LONGEST_PROMPT_S + MARGIN_S, Ending.STOPPED)
        return await self._streamed(name, reply)

    async def announce(self, name: str, escape_digits: str = "") -> Streamed | Interrupted:
        """Play one sound like `stream_file`; `interrupt` cuts it off with the next command's bytes."""
        line = encode("STREAM FILE", name, escape_digits)
        limit_s = LONGEST_PROMPT_S + MARGIN_S
        reply = await self._connection.command("STREAM FILE", line, limit_s, Ending.CUT)
        if isinstance(reply, Interrupted):
            return INTERRUPTED
        if reply is not None and reply.code != CODE_OK:
            return self._refused("STREAM FILE", reply)
        return await self._streamed(name, reply)

    async def _streamed(self, name: str, reply: Reply | None) -> Streamed:
        if reply is None:
            return HUNG_UP
        result = self._number("STREAM FILE", reply)
        if result == 0:
            return PROMPT_ENDED
        if result < 0:
            return await self._gone_or_missing(name)
        return Digits(self._key("STREAM FILE", result))

    async def wait_for_digit(self, timeout_s: float) -> Waited:
        """Wait for one key at most `timeout_s` seconds, whatever is playing meanwhile.

        A key that raced an earlier interruption is returned first, unless `take_late_digit` took it.
        """
        line = _wait_line(max(1, round(timeout_s * 1000)))
        reply = await self._connection.command("WAIT FOR DIGIT", line, timeout_s + MARGIN_S, Ending.WOKEN)
        if isinstance(reply, Interrupted):
            return INTERRUPTED
        if reply is None:
            return HUNG_UP
        if reply.code != CODE_OK:
            return self._refused("WAIT FOR DIGIT", reply)
        result = self._number("WAIT FOR DIGIT", reply)
        if result < 0:
            return HUNG_UP
        if result <= 1:  # 1: ended by bytes of ours, of which there are none now; no reason to end a call
            return TimedOut()
        return Digits(self._key("WAIT FOR DIGIT", result))

    def interrupt(self) -> None:
        """Let a running `wait_for_digit` or `announce` return `Interrupted` at once; else the next one.

        Sends nothing: the next command makes Asterisk end its wait. May be called from any task.
        """
        self._connection.interrupt()

    def forget_interruption(self) -> None:
        """Let the next wait begin: what an earlier `interrupt` was about is known by now."""
        self._connection.forget_interruption()

    def take_late_digit(self) -> str | None:
        """Take the key that the caller pressed as a wait was interrupted, if any.

        It is known once the next command has been answered.
        """
        reply = self._connection.take_late()
        return None if reply is None else self._key("WAIT FOR DIGIT", self._number("WAIT FOR DIGIT", reply))

    # --- the call and its dialplan --------------------------------------------------------------------

    async def set_music(self, on: bool) -> Completed:
        """Start or stop music on hold; it plays on while `wait_for_digit` waits."""
        return await self._do("SET MUSIC", "ON" if on else "OFF")

    async def execute(
        self, application: str, data: str = "", *, limit_s: float | None = None
    ) -> Executed | HungUp:
        """Run a dialplan application with `data` as its one word.

        `limit_s` is how long it may take: by default `LONGEST_TALK_S` for one that connects people, else
        `EXECUTE_LIMIT_S`. Asterisk does not look at the connection before it ends.
        """
        if _APPLICATION.fullmatch(application) is None:
            raise BadNameError(f"{self!r}: got an application's name with other than A-Z, a-z, 0-9 and _")
        if limit_s is None:
            limit_s = LONGEST_TALK_S if application in _TALKING else EXECUTE_LIMIT_S
        reply = await self._ask("EXEC", encode("EXEC", application, data), limit_s + MARGIN_S)
        if reply is None:
            return HUNG_UP
        result = self._number("EXEC", reply)
        if result == -2:  # noqa: PLR2004 - Asterisk's word for it
            raise CommandRefusedError(
                f"{self!r}: EXEC: Asterisk has no application {application}; is its module loaded?"
            )
        return Executed(result)

    async def set_variable(self, name: str, value: str) -> Completed:
        """Set a channel variable, or one of `codec.FUNCTIONS`; Asterisk does not expand the value.

        A name with leading `_` or `__` is inherited by later channels, and is read without them. Raises
        `LineTooLongError` above `LONGEST_VALUE_BYTES`, which could not be read back.
        """
        value_bytes = len(value.encode("utf-8", "surrogatepass"))
        if value_bytes > LONGEST_VALUE_BYTES:
            raise LineTooLongError(
                f"{self!r}: SET VARIABLE: got a value of {value_bytes} bytes, "
                f"expected at most {LONGEST_VALUE_BYTES}"
            )
        return await self._do("SET VARIABLE", variable_name(name), value)

    async def get_variable(self, name: str) -> str | None:
        """Return a channel variable that is known to be one line; None when unset or the session is lost."""
        reply = await self._ask("GET VARIABLE", encode("GET VARIABLE", variable_name(name)), MARGIN_S)
        return None if reply is None or reply.result != "1" else reply.text

    async def answer(self) -> Completed:
        """Answer the channel, unless it is up."""
        return await self._do("ANSWER")

    async def hangup(self) -> Completed:
        """Hang the caller up."""
        return await self._do("HANGUP")

    async def channel_status(self) -> ChannelState | HungUp:
        """Ask Asterisk what the channel is doing."""
        reply = await self._ask("CHANNEL STATUS", encode("CHANNEL STATUS"), MARGIN_S)
        if reply is None or self.hung_up:
            return HUNG_UP
        result = self._number("CHANNEL STATUS", reply)
        if result < 0:
            return HUNG_UP
        try:
            return ChannelState(result)
        except ValueError:
            raise self._strange("CHANNEL STATUS", "a state from 0 to 9") from None

    async def noop(self) -> Completed:
        """Do nothing, and learn whether the session lives."""
        return await self._do("NOOP")

    async def command(
        self, name: str, *arguments: str, limit_s: float, stoppable: bool = False
    ) -> Reply | None:
        """Send a command that has no method here and return its answer, a refusal too, as Asterisk gave it.

        Every argument is quoted. `limit_s` is how long the answer may take; `stoppable` says that more
        bytes end the command, perhaps without an answer, as they do `STREAM FILE`. None once the session
        has lost its caller. `-1` is not looked into: it means a hang-up, or that something is missing.
        """
        ending = Ending.STOPPED if stoppable else Ending.ANSWERED
        reply = await self._connection.command(name, encode(name, *arguments), limit_s, ending)
        if reply is None or isinstance(reply, Interrupted):
            return None
        if reply.code == CODE_DEAD:
            self._connection.hung_up = True
            return None
        return reply

    # --- reading answers --------------------------------------------------------------------------------

    async def _ask(
        self, name: str, line: bytes, limit_s: float, ending: Ending = Ending.ANSWERED
    ) -> Reply | None:
        """Return an answer with code 200, or None when the session has lost its caller."""
        reply = await self._connection.command(name, line, limit_s, ending)
        if reply is None or isinstance(reply, Interrupted):
            return None
        if reply.code != CODE_OK:
            self._refused(name, reply)
            return None
        return reply

    async def _do(self, name: str, *arguments: str) -> Completed:
        reply = await self._ask(name, encode(name, *arguments), MARGIN_S)
        return HUNG_UP if reply is None or reply.result == "-1" else DONE

    def _refused(self, name: str, reply: Reply) -> HungUp:
        if reply.code == CODE_DEAD:
            self._connection.hung_up = True
            return HUNG_UP
        raise CommandRefusedError(f"{self!r}: {name}: got the refusal {reply.code}, expected 200")

    async def _gone_or_missing(self, name: str) -> HungUp | PromptMissing:
        """Tell the two meanings of -1 apart: a hang-up, or a sound that is not there."""
        if self.hung_up or not name or isinstance(await self.channel_status(), HungUp):
            return HUNG_UP
        return PromptMissing(name)

    def _number(self, name: str, reply: Reply) -> int:
        if _NUMBER.fullmatch(reply.result) is None:
            raise self._strange(name, "a number")
        return int(reply.result)

    def _key(self, name: str, code: int) -> str:
        key = chr(code) if 0 < code < 128 else ""  # noqa: PLR2004 - ASCII
        if not key or key not in ALL_KEYS:
            raise self._strange(name, "the character code of a key")
        return key

    def _strange(self, name: str, expected: str) -> RemoteProtocolError:
        """Close the session, for its answers can no longer be trusted to be in step."""
        error = RemoteProtocolError(f"{self!r}: {name}: got another answer than {expected}")
        self._connection.close(error)
        return error


def _milliseconds(seconds: float) -> str:
    return str(max(1, round(seconds * 1000)))  # 0 would mean Asterisk's own default of 6 s


@lru_cache(maxsize=64)
def _wait_line(milliseconds: int) -> bytes:
    return encode("WAIT FOR DIGIT", str(milliseconds))
