"""pyst2's AGI object over our own session: what a department's script holds as `agi`.

Owns the meeting of pyst2's expectations (argument words in, dictionaries and its exceptions out) with our
rules, quoting and hang-ups. Runs in the script's thread. Must not know the event loop or the wire.

All of pyst2's command methods go through `execute`, which is ours here, with `_quote` and `__init__`: no
standard stream is read or written, no signal is handled.

**The caller's number** is given to the script as Asterisk gave it, in `agi_callerid`, for that is what most
such scripts are for: they look the caller up in the department's own system, on our machine, and the
department answers for that. A number that the caller withheld is not given, although the network may have
told it. Neither it nor a value of `values` is written to a log by us, nor sent to Asterisk for its log:
`verbose` and `noop` go without them. What else a script does with them is the department's.
"""

from __future__ import annotations

import concurrent.futures
import logging
import time
from typing import TYPE_CHECKING, Final, NoReturn, TypeAlias

from asterisk.agi import (  # type: ignore[import-untyped]  # pyst2 has no types; they end in this file
    AGI,
    AGIAppError,
    AGIDBError,
    AGIError,
    AGIHangup,
    AGIInvalidCommand,
    AGIResultHangup,
    AGISIGHUPHangup,
    AGISIGPIPEHangup,
    AGIUnknownError,
    AGIUsageError,
)

from ivr.agi.codec import CODE_OK, CODE_SYNTAX, CODE_UNKNOWN, Reply
from ivr.agi.errors import AgiError, LocalProtocolError
from ivr.scripts.commands import OWN_PREFIX, Command, read_command
from ivr.scripts.errors import ForbiddenCommandError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ivr.agi.request import AgiRequest
    from ivr.scripts.crossing import Crossing

    Result: TypeAlias = dict[str, tuple[str, str]]

HANGUP: Final[type[Exception]] = AGIHangup  # pyst2's family of hang-ups, which includes being stopped
TOLD_AT_ONCE: Final = 10  # hang-ups that a script is told without delay
STUBBORN_S: Final = 0.05  # then each takes so long: `while True` around `except` would take the engine's CPU

_UNKNOWN: Final = "unknown"  # Asterisk's word
_HIDDEN: Final = "***"
_GONE_ON: Final = "The exchange has gone on without this script"

_log = logging.getLogger(__name__)


class ScriptStopped(AGISIGHUPHangup):  # type: ignore[misc]
    """The exchange goes on without the script; to it that is as if the caller had hung up."""


class ScriptAgi(AGI):  # type: ignore[misc]  # an untyped base
    """What a script calls `agi`; made for one call."""

    def __init__(
        self,
        crossing: Crossing,
        request: AgiRequest,
        values: Mapping[str, str],
        *,
        name: str,
        withheld: bool,
    ) -> None:
        """Begin with the call's request.

        `values` are answered here and never asked of Asterisk; `withheld` hides the caller's number.
        """
        # Not the base's: it reads standard input and takes a signal over.
        self.env: dict[str, str] = _environment(request, withheld=withheld)
        self.stderr = _Nowhere()  # scripts write there what pyst2 does: commands with callers' numbers
        self._crossing = crossing
        self._values = dict(values)
        self._name = name
        self._withheld = withheld
        self._told = 0
        hidden = {*self._values.values(), request.callerid or "", request.caller_name or ""} - {""}
        self._hidden = sorted(hidden, key=len, reverse=True)

    def execute(self, command: object, *args: object) -> Result:
        """Send a command and return its answer in pyst2's shape.

        Raises:
            AGIHangup: the caller has gone, or the exchange goes on without the script.
            AGIAppError: a script may not send this, or Asterisk answered -1 and the caller is there.
            AGIInvalidCommand, AGIUsageError, AGIUnknownError: Asterisk refused it.
        """
        self.test_hangup()
        try:
            asked = read_command(str(command), _words(args), self._values)
        except ForbiddenCommandError as refusal:
            self._refuse(str(refusal))
        if asked.name == "GET VARIABLE":
            variable = asked.arguments[0]
            if variable in self._values:
                return {"result": ("1", self._values[variable])}
            if variable.startswith(OWN_PREFIX) or (self._withheld and variable.startswith("CALLERID(")):
                return {"result": ("0", "")}
        elif asked.name in {"VERBOSE", "NOOP"} or (
            asked.name == "EXEC" and asked.arguments[0].lower() == "noop"
        ):
            asked = self._without_values(asked)
        return self._read(asked, self._ask(asked))

    def test_hangup(self) -> None:
        """Raise a hang-up when the caller has gone or the script was stopped."""
        if self._crossing.stopped:
            raise self._gone(ScriptStopped(_GONE_ON))
        if self._crossing.hung_up:
            raise self._gone(AGISIGHUPHangup("The caller has hung up"))

    def send_command(self, command: object, *args: object) -> NoReturn:
        """Refuse: half of a command is no way past the rules."""
        del command, args
        self._refuse("send_command: expected execute, which returns the answer")

    def get_result(self, stdin: object = None) -> NoReturn:
        """Refuse, as `send_command`."""
        del stdin
        self._refuse("get_result: expected execute, which returns the answer")

    def database_get(self, family: object, key: object) -> str:
        """Return an entry of Asterisk's database.

        pyst2's own puts quotes around the words twice, which only its unescaped quoting undoes.

        Raises:
            AGIDBError: there is none.
        """
        found, value = self.execute("DATABASE GET", self._quote(family), self._quote(key))["result"]
        if found == "0":
            raise AGIDBError("Key not found in database")
        return value

    def _quote(self, string: object) -> str:
        """Mark a word that stays even when empty; the quotes are the codec's."""
        if not isinstance(string, str | int | float):
            raise TypeError(
                f"AGI: got an argument of type {type(string).__name__}, expected str, int or float"
            )
        return _Quoted(string)

    def _ask(self, asked: Command) -> Reply | None:
        try:
            return self._crossing.ask(asked)
        except concurrent.futures.CancelledError:
            raise self._gone(ScriptStopped(_GONE_ON)) from None
        except LocalProtocolError as refusal:
            self._refuse(str(refusal))
        except AgiError as error:
            if self._crossing.closed:
                raise self._gone(AGISIGPIPEHangup("The call's session was closed")) from None
            raise AGIError(str(error)) from None

    def _read(self, asked: Command, reply: Reply | None) -> Result:
        if reply is None:
            if self._crossing.closed:
                raise self._gone(AGISIGPIPEHangup("Asterisk has closed the call's session"))
            raise self._gone(AGISIGHUPHangup(f"The caller hung up during {asked.name}"))
        if reply.code == CODE_OK:
            return _result(reply)
        text = reply.text or ""
        if reply.code == CODE_UNKNOWN:
            raise AGIInvalidCommand(text)
        if reply.code == CODE_SYNTAX:
            raise AGIUsageError(text)
        raise AGIUnknownError(reply.code, "Unhandled code or undefined response")

    def _without_values(self, asked: Command) -> Command:
        """Take what is a caller's out of a text for Asterisk's log; the last word may be its level."""
        kept = 1 if asked.name == "VERBOSE" and len(asked.arguments) > 1 else 0
        texts = list(asked.arguments)
        for place in range(len(texts) - kept):
            for value in self._hidden:
                texts[place] = texts[place].replace(value, _HIDDEN)
        return asked._replace(arguments=tuple(texts))

    def _refuse(self, reason: str) -> NoReturn:
        _log.warning("script %s: refused: %s", self._name, reason)
        raise AGIAppError(f"The exchange refuses {reason}") from None

    def _gone(self, hangup: AGIHangup) -> BaseException:
        """Return what to raise: the hang-up, until the script has been told often enough."""
        self._told += 1
        if self._told <= TOLD_AT_ONCE:
            return hangup  # type: ignore[no-any-return]
        time.sleep(STUBBORN_S)  # in the script's own thread
        return SystemExit()  # which `except Exception` lets through


class _Quoted(str):
    """A word that is sent even when empty."""

    __slots__ = ()


class _Nowhere:
    """A stream that keeps nothing."""

    def write(self, text: str) -> int:
        """Take a text."""
        return len(text)

    def flush(self) -> None:
        """Do nothing."""


def _words(arguments: tuple[object, ...]) -> list[str]:
    """Return the arguments as texts, without the empty ones at the end that pyst2 would not send."""
    words = [argument if isinstance(argument, str) else str(argument) for argument in arguments]
    while words and not words[-1] and not isinstance(words[-1], _Quoted):
        words.pop()
    return words


def _result(reply: Reply) -> Result:
    """Return an answer as pyst2 reads it, and raise what pyst2 raises at it."""
    text = reply.text or ""
    if text == "hangup":
        raise AGIResultHangup("User hungup during execution")
    if reply.result == "-1":
        raise AGIAppError("Error executing application, or hangup")
    result = {"result": (reply.result, text) if reply.result else ("", "")}
    if reply.endpos is not None:
        result["endpos"] = (str(reply.endpos), "")
    return result


def _environment(request: AgiRequest, *, withheld: bool) -> dict[str, str]:
    """Return the request as Asterisk's lines: what we know of them."""
    told = {
        "agi_network": "yes",
        "agi_network_script": request.script,
        "agi_request": request.script,
        "agi_channel": request.channel,
        "agi_language": request.language,
        "agi_type": request.channel.partition("/")[0],
        "agi_uniqueid": request.uniqueid,
        "agi_callerid": _UNKNOWN if withheld else request.callerid or _UNKNOWN,
        "agi_calleridname": _UNKNOWN if withheld else request.caller_name or _UNKNOWN,
        "agi_dnid": request.dnid or _UNKNOWN,
        "agi_rdnis": _UNKNOWN if withheld else request.rdnis or _UNKNOWN,
        "agi_context": request.context,
        "agi_extension": request.extension,
        "agi_priority": "1",
        "agi_enhanced": "0.0",
    }
    return told | {f"agi_arg_{number}": text for number, text in enumerate(request.arguments, 1)}
