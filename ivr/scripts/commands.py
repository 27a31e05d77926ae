"""Which AGI commands a department's script may send, how long each may take, and what ends it.

Owns the allow-lists and their checks; pure. Must not know pyst2, threads or sessions. What is not listed is
refused: a script plays, waits, sets, collects and keeps its own entries in Asterisk's database. Where the
call goes, who is dialled, how long the channel may live and what is recorded stay the exchange's.

Texts of refusals name commands, applications and variables as far as they are plain words: a script may put
what a caller keyed where a name should be.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple, final

from ivr.agi.session import EXECUTE_LIMIT_S, LONGEST_PROMPT_S
from ivr.scripts.durations import (
    always,
    collecting,
    option,
    reading,
    receiving,
    speaking,
    waiting,
    waiting_for_digit,
)
from ivr.scripts.errors import ForbiddenCommandError

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping, Sequence

# Values that the exchange gives to scripts begin so; Asterisk is neither asked for such a name nor told one.
OWN_PREFIX: Final = "VAXEL"

# Functions that only tell of the channel or its caller, by the names that scripts use for them.
READABLE: Final = frozenset(
    {"CHANNEL(channeltype)", "CHANNEL(language)", "CHANNEL(musicclass)", "CHANNEL(name)", "CHANNEL(state)"}
    | {
        f"CALLERID({part})"
        for part in ("all", "ani", "dnid", "name", "name-pres", "num", "num-pres", "rdnis")
    }
)
SETTABLE: Final = frozenset({"CHANNEL(language)", "CHANNEL(musicclass)"})

# Variables by which Asterisk itself decides where a call goes, what it runs and when AGI ends.
ASTERISKS_OWN: Final = frozenset(
    {
        "AGIEXITONHANGUP",
        "AGISIGHUP",
        "ATTENDEDTRANSFER",
        "BLINDTRANSFER",
        "DYNAMIC_FEATURES",
        "FORWARD_CONTEXT",
        "GOTO_ON_BLINDXFR",
        "MIXMONITOR_EXEC",
        "MONITOR_EXEC",
        "OUTBOUND_GROUP",
        "OUTBOUND_GROUP_ONCE",
        "TRANSFER_CONTEXT",
    }
)
# Where Asterisk keeps its telephones, queues and features; ours begin with `vaxel`. Whoever writes to
# `registrar` takes over a telephone.
ASTERISKS_FAMILIES: Final = frozenset(
    {"agents", "cfim", "customdevstate", "dundi", "pbx", "pjsip", "queue", "registrar", "sip", "iax"}
)

_WORD = re.compile(r"[A-Za-z]{1,30}")
_VARIABLE = re.compile(r"[A-Za-z0-9_]+")
_EXPRESSION = re.compile(r"\$\{([^${}]+)\}")
_FAMILY = re.compile(r"[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)*")


@final
class Command(NamedTuple):
    """A command that may be sent; `lasts_s` at most, infinite when only a key ends it."""

    name: str
    arguments: tuple[str, ...]
    lasts_s: float
    stoppable: bool  # it ends when more bytes come, so that it need not be waited for

    def __repr__(self) -> str:
        """Show the name only: arguments may be a caller's."""
        return f"Command({self.name!r})"


def read_command(name: str, arguments: Sequence[str], kept: Container[str] = ()) -> Command:
    """Return the command that a script asks for; variables in `kept` may not be set.

    Raises:
        ForbiddenCommandError: it may not be sent.
    """
    name = " ".join(name.upper().split())
    form = _FORMS.get(name)
    if form is None:
        told = name if all(map(_WORD.fullmatch, name.split())) else "a command with its arguments in one text"
        reason = _REASONS.get(name, "it is not among those that scripts may send, one argument each")
        raise ForbiddenCommandError(f"{told}: {reason}")
    if name == "EXEC":
        return _execution(arguments, kept)
    if name == "SET VARIABLE":
        _check_settable(_first(name, arguments), kept)
    elif name in {"GET VARIABLE", "GET FULL VARIABLE"}:
        return Command("GET VARIABLE", (_readable(name, arguments),), 0.0, stoppable=False)
    form.check(name, arguments)
    return Command(name, tuple(arguments), form.lasts_s(arguments), form.stoppable)


# --- applications -------------------------------------------------------------------------------------


def _execution(arguments: Sequence[str], kept: Container[str]) -> Command:
    application = _first("EXEC", arguments)
    data = arguments[1] if len(arguments) > 1 else ""
    plain = application.lower()
    lasts_s = APPLICATIONS.get(plain)
    if lasts_s is None or len(arguments) > 2:  # noqa: PLR2004 - the application and its one word of data
        told = application if _WORD.fullmatch(application) else "an application"
        raise ForbiddenCommandError(
            f"EXEC {told}: scripts may run, with one text of data: {', '.join(sorted(APPLICATIONS))}"
        )
    if plain in {"set", "mset"}:
        for assignment in data.split(",") if plain == "mset" else [data]:
            variable, equals, _ = assignment.partition("=")
            if not equals:
                raise ForbiddenCommandError(f"EXEC {application}: expected NAME=value")
            _check_settable(variable, kept)
    elif plain == "read":
        _check_settable(data.partition(",")[0], kept)
    if plain in {"wait", "waitdigit"}:
        lasts_s = waiting(f"EXEC {application}", data)
    elif plain in {"playback", "background", "read"}:
        _check_sound(f"EXEC {application}", data)
        if plain == "read":
            lasts_s = reading(f"EXEC {application}", data)
    return Command("EXEC", (application, data), lasts_s, stoppable=False)


# How long each may take: Asterisk does not look at the connection before it ends. Names as Asterisk finds
# them, in any case. None can dial, jump, run a program, write a file or last for ever.
APPLICATIONS: Final[Mapping[str, float]] = {
    "answer": EXECUTE_LIMIT_S,
    "background": LONGEST_PROMPT_S,
    "hangup": 0.0,
    "mset": 0.0,
    "noop": 0.0,
    "playback": LONGEST_PROMPT_S,
    "playtones": 0.0,
    "progress": 0.0,
    "read": LONGEST_PROMPT_S,  # at each attempt
    "ringing": 0.0,
    "sayalpha": EXECUTE_LIMIT_S,
    "saydigits": EXECUTE_LIMIT_S,
    "saynumber": EXECUTE_LIMIT_S,
    "sayphonetic": EXECUTE_LIMIT_S,
    "sayunixtime": EXECUTE_LIMIT_S,
    "set": 0.0,
    "startmusiconhold": 0.0,
    "stopmusiconhold": 0.0,
    "stopplaytones": 0.0,
    "wait": EXECUTE_LIMIT_S,
    "waitdigit": EXECUTE_LIMIT_S,
}


# --- checks -------------------------------------------------------------------------------------------


def _first(name: str, arguments: Sequence[str]) -> str:
    if not arguments:
        raise ForbiddenCommandError(f"{name}: got no argument")
    return arguments[0]


def _check_settable(variable: str, kept: Container[str]) -> None:
    if variable in SETTABLE:
        return
    if _VARIABLE.fullmatch(variable) is None:
        function = variable.partition("(")[0]
        told = f"the function {function}" if _WORD.fullmatch(function) else "what is no plain variable"
        raise ForbiddenCommandError(f"setting {told}: expected a variable of A-Z, a-z, 0-9 and _")
    bare = variable.lstrip("_")  # the marks of inheritance
    if bare.upper().startswith(OWN_PREFIX) or bare in kept:
        raise ForbiddenCommandError(
            "setting a variable of the exchange's: give it back as the script's value"
        )
    if bare.upper() in ASTERISKS_OWN:
        raise ForbiddenCommandError(f"setting {bare}: Asterisk itself acts by it")


def _readable(name: str, arguments: Sequence[str]) -> str:
    variable = _first(name, arguments)
    if any(arguments[1:]):
        raise ForbiddenCommandError(f"{name}: expected this call's own channel, got another's name")
    if name == "GET FULL VARIABLE":
        expression = _EXPRESSION.fullmatch(variable)
        if expression is None:
            raise ForbiddenCommandError(f"{name}: expected one ${{NAME}}")
        variable = expression[1]
    if _VARIABLE.fullmatch(variable) is None and variable not in READABLE:
        function = variable.partition("(")[0]
        told = f"the function {function}" if _WORD.fullmatch(function) else "what is no plain variable"
        raise ForbiddenCommandError(
            f"reading {told}: scripts may read variables and {', '.join(sorted(READABLE))}"
        )
    return variable


def _check_nothing(name: str, arguments: Sequence[str]) -> None:
    """Let any arguments pass: quoting is the codec's."""


def _check_sound_first(name: str, arguments: Sequence[str]) -> None:
    _check_sound(name, _first(name, arguments))


def _check_sound(name: str, sound: str) -> None:
    # With a colon it is an address to fetch, or a piece of dialplan to run (`say:`).
    if ":" in sound or ".." in sound:
        raise ForbiddenCommandError(f"{name}: expected names of sounds, without : and ..")


def _check_own_channel(name: str, arguments: Sequence[str]) -> None:
    if any(arguments):
        raise ForbiddenCommandError(f"{name}: expected no argument: a script has its own call only")


def _check_family(name: str, arguments: Sequence[str]) -> None:
    family = _first(name, arguments)
    top = family.partition("/")[0].lower()
    if _FAMILY.fullmatch(family) is None or top in ASTERISKS_FAMILIES or top.startswith(OWN_PREFIX.lower()):
        raise ForbiddenCommandError(
            f"{name}: expected a family of the department's own, of A-Z, a-z, 0-9, _, - and ."
        )
    # Asterisk compares trees by SQL's LIKE, in which _ is any character and % any text.
    if name == "DATABASE DELTREE" and re.search("[%_]", "".join(arguments)):
        raise ForbiddenCommandError(f"{name}: got _ or %, which would delete others' entries too")


class _Form(NamedTuple):
    lasts_s: Callable[[Sequence[str]], float] = always(0.0)
    stoppable: bool = False
    check: Callable[[str, Sequence[str]], None] = _check_nothing


_SPOKEN: Final = _Form(speaking)
_DATED: Final = _Form(always(EXECUTE_LIMIT_S))
_OWN: Final = _Form(check=_check_own_channel)
_KEPT: Final = _Form(check=_check_family)

_FORMS: Final[Mapping[str, _Form]] = {
    "ANSWER": _OWN,
    "CHANNEL STATUS": _OWN,
    "CONTROL STREAM FILE": _Form(always(LONGEST_PROMPT_S), check=_check_sound_first),
    "DATABASE DEL": _KEPT,
    "DATABASE DELTREE": _KEPT,
    "DATABASE GET": _KEPT,
    "DATABASE PUT": _KEPT,
    "EXEC": _Form(),
    "GET DATA": _Form(collecting, stoppable=True, check=_check_sound_first),
    "GET FULL VARIABLE": _Form(),
    "GET OPTION": _Form(option, stoppable=True, check=_check_sound_first),
    "GET VARIABLE": _Form(),
    "HANGUP": _OWN,
    "NOOP": _Form(),
    "RECEIVE CHAR": _Form(receiving),
    "SAY ALPHA": _SPOKEN,
    "SAY DATE": _DATED,
    "SAY DATETIME": _DATED,
    "SAY DIGITS": _SPOKEN,
    "SAY NUMBER": _SPOKEN,
    "SAY PHONETIC": _SPOKEN,
    "SAY TIME": _DATED,
    "SEND IMAGE": _Form(check=_check_sound_first),
    "SEND TEXT": _Form(),
    "SET MUSIC": _Form(),
    "SET VARIABLE": _Form(),
    "STREAM FILE": _Form(always(LONGEST_PROMPT_S), stoppable=True, check=_check_sound_first),
    "TDD MODE": _Form(),
    "VERBOSE": _Form(),
    "WAIT FOR DIGIT": _Form(waiting_for_digit, stoppable=True),
}
_WHERE: Final = "where the call goes on is the exchange's: give it back as the script's value"
_REASONS: Final[Mapping[str, str]] = {
    "RECORD FILE": "callers are not recorded by scripts",
    "SET AUTOHANGUP": "how long the channel may live is the exchange's, for a caller whose engine hangs",
    "SET CALLERID": "who the caller is stays as the network told it",
    "SET CONTEXT": _WHERE,
    "SET EXTENSION": _WHERE,
    "SET PRIORITY": _WHERE,
}
