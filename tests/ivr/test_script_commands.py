"""What a script's commands give and send, and which are refused: held against pyst2 itself."""

from __future__ import annotations

import io
import math
import signal
from typing import Any

import pytest
from asterisk.agi import AGI, AGIAppError, AGIException  # type: ignore[import-untyped]

from ivr.scripts.commands import read_command
from ivr.scripts.running import ScriptReturned
from tests.fakes.agi_lines import words
from tests.fakes.answering import AnsweringChannel
from tests.fakes.fastagi import FakeChannel
from tests.ivr.scripted import ended

PIN = "1985"

# What a script calls on its `agi`, and the answer of Asterisk's that it gets.
FAMILIES: list[tuple[str, tuple[Any, ...], str, str]] = [
    ("answer", (), "ANSWER", "200 result=0"),
    ("wait_for_digit", (2000,), "WAIT FOR DIGIT", "200 result=53"),
    ("wait_for_digit", (2000,), "WAIT FOR DIGIT", "200 result=0"),
    ("send_text", ("hej hå",), "SEND TEXT", "200 result=0"),
    ("receive_char", (2000,), "RECEIVE CHAR", "200 result=65"),
    ("tdd_mode", ("on",), "TDD MODE", "200 result=1"),
    ("tdd_mode", ("on",), "TDD MODE", "200 result=0"),
    ("stream_file", ("hello", [1, "2"]), "STREAM FILE", "200 result=50 endpos=8000"),
    ("stream_file", ("hello",), "STREAM FILE", "200 result=0 endpos=8000"),
    (
        "control_stream_file",
        ("hello", "1", 500, "#", "*", "0"),
        "CONTROL STREAM FILE",
        "200 result=0 endpos=1",
    ),
    ("send_image", ("logo",), "SEND IMAGE", "200 result=0"),
    ("say_digits", (1234, "#"), "SAY DIGITS", "200 result=35"),
    ("say_number", ("42",), "SAY NUMBER", "200 result=0"),
    ("say_alpha", ("abc",), "SAY ALPHA", "200 result=0"),
    ("say_phonetic", ("abc",), "SAY PHONETIC", "200 result=x"),
    ("say_date", (1700000000,), "SAY DATE", "200 result=0"),
    ("say_time", (1700000000, "1"), "SAY TIME", "200 result=49"),
    ("say_datetime", (1700000000, "", "ABdY", "UTC"), "SAY DATETIME", "200 result=0"),
    ("say_datetime", (1700000000,), "SAY DATETIME", "200 result=0"),
    ("get_data", ("hello", 2000, 4), "GET DATA", "200 result=1234"),
    ("get_data", ("hello", 2000, 4), "GET DATA", "200 result=12 (timeout)"),
    ("get_data", ("hello", 2000, 4), "GET DATA", "200 result= (timeout)"),
    ("get_option", ("hello", "12", 2000), "GET OPTION", "200 result=49 endpos=1"),
    ("get_option", ("hello",), "GET OPTION", "200 result=0 endpos=1"),
    ("appexec", ("Playback", "hello&world"), "EXEC", "200 result=0"),
    ("appexec", ("Playback", "hello"), "EXEC", "200 result=-2"),
    ("exec_command", ("Wait", 1), "EXEC", "200 result=0"),
    ("set_variable", ("CASE", "a b"), "SET VARIABLE", "200 result=1"),
    ("get_variable", ("CASE",), "GET VARIABLE", "200 result=1 (a (b) c)"),
    ("get_variable", ("CASE",), "GET VARIABLE", "200 result=0"),
    ("get_variable", ("CASE",), "GET VARIABLE", "200 result=1 (hangup)"),
    ("get_variable", ("CALLERID(num)",), "GET VARIABLE", "200 result=1 (0701234567)"),
    ("channel_status", (), "CHANNEL STATUS", "200 result=6"),
    ("verbose", ("step one", 3), "VERBOSE", "200 result=1"),
    ("database_get", ("tax", "queue"), "DATABASE GET", "200 result=1 (open)"),
    ("database_get", ("tax", "queue"), "DATABASE GET", "200 result=0"),
    ("database_put", ("tax", "queue", "shut"), "DATABASE PUT", "200 result=1"),
    ("database_put", ("tax", "queue", "shut"), "DATABASE PUT", "200 result=0"),
    ("database_del", ("tax", "queue"), "DATABASE DEL", "200 result=1"),
    ("database_deltree", ("tax", "queue"), "DATABASE DELTREE", "200 result=1"),
    ("noop", (), "NOOP", "200 result=0"),
    ("hangup", (), "HANGUP", "200 result=1"),
    ("noop", (), "NOOP", "510 Invalid or unknown command"),
    ("noop", (), "NOOP", "520-Invalid\nUsage: NOOP\n520 End of proper usage."),
    ("noop", (), "NOOP", "503 Out of order"),
    ("stream_file", ("nosuch",), "STREAM FILE", "200 result=-1 endpos=0"),
]

# What a script may not do, and a piece of what it is told.
REFUSED: list[tuple[str, tuple[Any, ...], str]] = [
    ("get_variable", ("SHELL(id)",), "reading the function SHELL"),
    ("get_variable", ("CURL(http://x)",), "reading the function CURL"),
    ("get_full_variable", ("${SHELL(id)}",), "reading the function SHELL"),
    ("get_full_variable", ("${A}${B}",), "expected one ${NAME}"),
    ("get_full_variable", ("${A}", "PJSIP/other-1"), "this call's own channel"),
    ("set_variable", ("SHELL(id)", "1"), "setting the function SHELL"),
    ("set_variable", ("TIMEOUT(absolute)", "0"), "setting the function TIMEOUT"),
    ("set_variable", ("VAXEL_PHASE", "talking"), "variable of the exchange's"),
    ("set_variable", ("__vaxel_case", "1"), "variable of the exchange's"),
    ("set_variable", ("PIN", "1"), "variable of the exchange's"),
    ("set_variable", ("_TRANSFER_CONTEXT", "out"), "Asterisk itself acts by it"),
    ("appexec", ("System", "id"), "EXEC System"),
    ("appexec", ("TrySystem", "id"), "EXEC TrySystem"),
    ("appexec", ("AGI", "x.sh"), "EXEC AGI"),
    ("appexec", ("Dial", "PJSIP/trunk/0900"), "EXEC Dial"),
    ("appexec", ("Transfer", "0900"), "EXEC Transfer"),
    ("appexec", ("Originate", "PJSIP/x,app,Wait"), "EXEC Originate"),
    ("appexec", ("Goto", "out,0900,1"), "EXEC Goto"),
    ("appexec", ("MixMonitor", "a.wav,,id"), "EXEC MixMonitor"),
    ("appexec", ("Record", "a.wav"), "EXEC Record"),
    ("appexec", ("Set", "VAXEL_PHASE=done"), "variable of the exchange's"),
    ("appexec", ("set", "TIMEOUT(absolute)=0"), "setting the function TIMEOUT"),
    ("appexec", ("MSet", "A=1,VAXEL_PHASE=done"), "variable of the exchange's"),
    ("appexec", ("MSet", 'A=1,"VAXEL_PHASE"=done'), "no plain variable"),
    ("appexec", ("Read", "SHELL(id),hello"), "setting the function SHELL"),
    ("appexec", ("Read", "CODE,hello,4,,100,60"), "at most 5 attempts"),
    ("appexec", ("Read", "CODE,hello,4,,6"), "at most 5 attempts"),
    ("appexec", ("Read", "CODE,hello,4,,x"), "at most 5 attempts"),
    ("appexec", ("Read", "CODE,hello,4,,2,3600"), "seconds to wait, at most 60"),
    ("appexec", ("Read", "CODE,hello,four"), "expected a number of keys"),
    ("appexec", ("Read", 'CODE,"a,b",4,,100'), "no quotes"),  # Asterisk finds the attempts elsewhere
    ("appexec", ("Read", "CODE,a\\,b,4,,100"), "no quotes"),
    ("appexec", ("Wait", "3600"), "at most 60"),
    ("appexec", ("WaitDigit", ""), "at most 60"),
    ("appexec", ("Playback", "say:hello"), "names of sounds"),
    ("appexec", ("Playback", "http://x/a.wav"), "names of sounds"),
    ("stream_file", ("../voicemail/1",), "names of sounds"),
    ("record_file", ("a",), "not recorded by scripts"),
    ("set_callerid", ("0700000000",), "as the network told it"),
    ("set_autohangup", (0,), "how long the channel may live"),
    ("set_context", ("out",), "where the call goes on"),
    ("goto_on_exit", ("out", "0900", "1"), "where the call goes on"),
    ("hangup", ("PJSIP/other-1",), "own call only"),
    ("database_put", ("registrar", "contact", "x"), "the department's own"),
    ("database_deltree", ("Queue/PersistentMembers",), "the department's own"),
    ("database_deltree", ("",), "the department's own"),
    ("database_deltree", ("registra_",), "delete others' entries"),
    ("database_del", ("vaxel-fallback", "1"), "the department's own"),
    ("receive_char", (0,), "RECEIVE CHAR"),
    ("say_digits", ("1" * 101,), "at most 100"),
    ("execute", ("ASYNCAGI BREAK",), "ASYNCAGI BREAK: it is not among"),
    ("execute", ('EXEC Dial "PJSIP/trunk/0900"',), "arguments in one text"),
    ("send_command", ("NOOP",), "expected execute"),
    ("get_result", (), "expected execute"),
    # Quotes cannot be left: such arguments arrive as they are, or not at all.
    ("set_variable", ("A", "1\nEXEC Dial x"), "newline"),
    ("set_variable", ("A", "1\rEXEC Dial x"), "carriage return"),
    ("stream_file", ("a\0b",), "NUL"),
    ("verbose", ("x" * 9000,), "8191"),
]


def tried(agi: Any, method: str, arguments: tuple[Any, ...]) -> tuple[str, object]:
    """Return what a method gave, or which of pyst2's errors it raised."""
    try:
        return ("gave", getattr(agi, method)(*arguments))
    except AGIException as error:
        return ("raised", type(error).__name__)


def of_pyst2(method: str, arguments: tuple[Any, ...], answer: str) -> tuple[tuple[str, object], bytes]:
    """Return the same of pyst2 itself over streams, and the line that it wrote."""
    written = io.StringIO()
    before = signal.getsignal(signal.SIGHUP)
    try:
        agi = AGI(io.StringIO(f"agi_network: yes\n\n{answer}\n"), written, io.StringIO())
    finally:
        signal.signal(signal.SIGHUP, before)
    return tried(agi, method, arguments), written.getvalue().encode()


@pytest.mark.parametrize(("method", "arguments", "name", "answer"), FAMILIES)
def test_a_method_gives_and_sends_what_pyst2_does(
    method: str, arguments: tuple[Any, ...], name: str, answer: str
) -> None:
    channel = AnsweringChannel({"CHANNEL STATUS": "200 result=6", name: answer})
    got: list[tuple[str, object]] = []
    ended(channel, lambda agi: got.append(tried(agi, method, arguments)))
    expected, line = of_pyst2(method, arguments, answer)
    assert got == [expected]
    assert words(channel.lines[0]) == words(line)


@pytest.mark.parametrize(("method", "arguments", "told"), REFUSED)
def test_what_a_script_may_not_do_is_refused_and_not_sent(
    method: str, arguments: tuple[Any, ...], told: str, caplog: pytest.LogCaptureFixture
) -> None:
    channel = FakeChannel()
    raised: list[tuple[type[Exception], str]] = []

    def main(agi: Any) -> str:
        try:
            getattr(agi, method)(*arguments)
        except AGIAppError as error:
            raised.append((type(error), str(error)))
        return agi.get_variable("UNIQUEID")  # type: ignore[no-any-return]

    assert ended(channel, main, values={"PIN": PIN}) == ScriptReturned("1700000000.1")
    assert channel.commands == [("GET VARIABLE", "UNIQUEID")]
    ((kind, text),) = raised
    assert kind is AGIAppError
    assert told in text
    assert "script tax:main: refused: " in caplog.text


@pytest.mark.parametrize(
    ("name", "arguments", "lasts_s"),
    [
        ("GET DATA", ("hello", "2000", "4"), 300 + 2 * 4),
        ("GET DATA", ("hello", "2000", "0"), 300 + 2),
        ("GET DATA", ("hello", "-1", "0"), math.inf),
        ("GET DATA", ("hello", "-1"), math.inf),
        ("EXEC", ("Playback", "hello"), 300),
        ("EXEC", ("Read", "CODE,hello,4,,3,10"), 3 * 300 + (2 + 4) * 10),
        ("EXEC", ("Read", "CODE, hello, 4, , 1, 2.5"), 300 + 4 * 2.5),
        ("EXEC", ("Read", "CODE,hello,4,,0,0"), 300 + 4 * 10),
        ("EXEC", ("read", "CODE,hello"), 300 + 255 * 10),
        ("EXEC", ("Read", "CODE,hello,9999,,5,60"), 5 * 300 + (4 + 255) * 60),
    ],
)
def test_a_command_lasts_as_long_as_asterisk_may_take(
    name: str, arguments: tuple[str, ...], lasts_s: float
) -> None:
    assert read_command(name, arguments).lasts_s == lasts_s


def test_quotes_and_backslashes_arrive_as_they_are() -> None:
    channel = FakeChannel()
    text = 'a" "b\\" ; ${EXTEN} \\'
    ended(channel, lambda agi: agi.set_variable("A", text))
    assert channel.variables["A"] == text
