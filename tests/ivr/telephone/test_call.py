"""Each command on a channel without sound: what is heard, and what the engine makes of the answer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from ivr.agi.codec import Reply
from ivr.agi.outcomes import (
    ChannelState,
    Digits,
    Done,
    Executed,
    HungUp,
    Interrupted,
    PromptEnded,
    PromptMissing,
    TimedOut,
)
from ivr.agi.server import FastAgiServer
from ivr.prompts import Said
from ivr.telephone.callers import HANG_UP, NO_MORE
from ivr.telephone.errors import EngineRefusedError
from ivr.telephone.happenings import (
    Begun,
    Ended,
    MusicBegan,
    OfficerRung,
    Pressed,
    QueueEntered,
    Remarked,
    Served,
    Silent,
    Spoken,
)
from tests.ivr.agi.virtual import now, run
from tests.ivr.telephone.made import HOST, UNIQUEID, call, pressing, served, typing

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ivr.agi.session import AgiSession
    from ivr.telephone.happenings import Happening

USAGE = "Invalid command syntax.  Proper usage follows:\nUsage: {}\n520 End of proper usage."
REFUSED = Ended(0.0, "exchange", "refused")


def outcome(does: str, command: Callable[[AgiSession], Awaitable[object]]) -> tuple[object, list[Happening]]:
    """Return what a command came to for the engine, and what happened on the telephone."""
    found: list[object] = []

    async def serve(session: AgiSession) -> None:
        found.append(await command(session))

    happened = served(serve, pressing(does))
    return found[0], happened


def spoken(name: str, at_s: float, *, words: int = 2) -> list[Happening]:
    """Return that both words of a sound, or one, were heard."""
    one, two = Said("sv", name, "ett"), Said("en", name, "two")
    heard: list[Happening] = [Begun(at_s, one), Spoken(at_s, one)]
    if words > 1:
        heard += [Begun(at_s + 1, two), Spoken(at_s + 1, two)]
    return heard


@pytest.mark.parametrize(
    ("does", "came", "ends_s"),
    [
        ("", TimedOut(""), 7.0),
        ("1", TimedOut("1"), 7.0),  # at 2 s, when everything was said; the wait begins anew
        ("12", Digits("12"), 2.2),
        ("1, wait 1, 2", Digits("12"), 3.0),
        ("wait 1.5, 1, wait 6, 2", TimedOut("1"), 6.5),
        ("1#", Digits("1"), 2.2),
        ("#", Digits(""), 2.0),
        ("wait 5, 12", Digits("12"), 5.2),
        ("wait 9, 12", TimedOut(""), 7.0),
    ],
)
def test_get_data_collects_keys_that_come_in_time(does: str, came: object, ends_s: float) -> None:
    found, happened = outcome(does, lambda s: s.get_data(["menu"], 5.0, 2))
    assert found == came
    assert happened[-1] == Ended(ends_s, "exchange", "refused")


def test_a_key_ends_the_saying_and_what_was_heard_of_it_is_told() -> None:
    _, happened = outcome("wait 1.5, 1", lambda s: s.get_data(["menu"], 5.0, 1))
    two = Said("en", "menu", "two")
    assert happened == [
        *spoken("menu", 0.0, words=1),
        Begun(1.0, two),
        Spoken(1.0, Said("en", "menu", "…"), is_cut=True),
        Pressed(1.5, "1"),
        Ended(1.5, "exchange", "refused"),
    ]


def test_silence_after_a_question_is_told() -> None:
    _, happened = outcome("", lambda s: s.get_data(["menu"], 5.0, 1))
    assert happened == [*spoken("menu", 0.0), Silent(2.0, 5.0), Ended(7.0, "exchange", "refused")]


def test_who_hangs_up_at_a_question_is_gone_to_the_engine() -> None:
    found, happened = outcome("wait 1, hang up", lambda s: s.get_data(["menu"], 5.0, 1))
    assert found == HungUp()
    assert happened[-1] == Ended(1.0, "caller")


@pytest.mark.parametrize(
    ("does", "came", "ends_s"),
    [
        ("", PromptEnded(), 2.0),
        ("1", PromptEnded(), 2.0),  # an answer waits for a question
        ("wait 0.5, 1", Digits("1"), 0.5),
        ("wait 0.5, 7", PromptEnded(), 2.0),  # no key that skips
        ("wait 1, hang up", HungUp(), 1.0),
    ],
)
def test_a_sound_is_played_to_its_end_or_a_key(does: str, came: object, ends_s: float) -> None:
    found, happened = outcome(does, lambda s: s.stream_file("text", "123"))
    assert found == came
    assert happened[-1] in {Ended(ends_s, "exchange", "refused"), Ended(ends_s, "caller")}


@pytest.mark.parametrize(
    "command",
    [lambda s: s.stream_file("nosuch"), lambda s: s.get_data(["nosuch"], 1.0, 1)],
)
def test_a_sound_that_is_not_there_is_told_apart_from_a_hang_up(
    command: Callable[[AgiSession], Awaitable[object]],
) -> None:
    assert outcome("", command) == (PromptMissing("nosuch"), [REFUSED])


@pytest.mark.parametrize(
    ("does", "came"), [("", TimedOut()), ("wait 2, 5", Digits("5")), ("wait 2, hang up", HungUp())]
)
def test_a_wait_ends_by_time_key_or_hang_up(does: str, came: object) -> None:
    assert outcome(does, lambda s: s.wait_for_digit(4.0))[0] == came


@pytest.mark.parametrize(("does", "came"), [("5", (200, "53", None)), ("", None)])
def test_a_wait_for_ever_ends_by_a_key_or_with_the_caller(does: str, came: object) -> None:
    """As departments' scripts may ask for."""
    found: list[object] = []

    async def serve(session: AgiSession) -> None:
        reply = await session.command("WAIT FOR DIGIT", "-1", limit_s=60.0)
        found.append(None if session.hung_up or reply is None else tuple(reply[:3]))

    served(serve, pressing(does))
    assert found == [came]


async def enter_queue(session: AgiSession) -> None:
    """Let the caller wait in a queue, as a call's session does."""
    await session.execute("MSet", "VAXEL_PHASE=waiting,TIMEOUT(absolute)=12,__VAXEL_QUEUE=school")
    await session.set_music(on=True)
    while not isinstance(await session.wait_for_digit(8.0), HungUp):
        await session.execute("Set", "TIMEOUT(absolute)=12")


def test_in_a_queue_the_telephone_hangs_up_when_nothing_more_is_to_be_done() -> None:
    happened = served(enter_queue, pressing("wait 20, 1"))
    assert happened == [
        QueueEntered(0.0, "school"),
        MusicBegan(0.0),
        Pressed(20.0, "1"),
        Ended(20.0, "telephone"),
    ]


def test_the_engine_ends_a_wait_by_its_next_command() -> None:
    found: list[object] = []

    async def serve(session: AgiSession) -> None:
        asyncio.get_running_loop().call_later(3.0, session.interrupt)
        found.append(await session.wait_for_digit(60.0))
        found.append(await session.stream_file("text"))

    async def main() -> list[Happening]:
        caller, _ = await typing()

        async def on_call(session: AgiSession) -> None:
            await serve(session)
            await session.set_variable("VAXEL_ENDS", "refused")

        async with FastAgiServer(HOST, 0, on_call) as server:
            return await call(server.port, caller)

    happened = run(main())
    assert found == [Interrupted(), PromptEnded()]
    assert [h.said.text for h in happened if isinstance(h, Spoken)] == ["ett", "two"]


@pytest.mark.parametrize("command", ["stream_file", "get_data"])
def test_the_engine_stops_a_sound_by_its_next_command(command: str) -> None:
    found: list[object] = []

    async def serve(session: AgiSession) -> None:
        playing = (
            session.stream_file("long") if command == "stream_file" else session.get_data(["long"], 9.0, 1)
        )
        task = asyncio.ensure_future(playing)
        await asyncio.sleep(1.5)
        task.cancel()
        await asyncio.wait({task})
        found.append(await session.noop())
        found.append(now())
        await session.set_variable("VAXEL_ENDS", "refused")

    async def main() -> list[Happening]:
        caller, _ = await typing()
        async with FastAgiServer(HOST, 0, serve) as server:
            return await call(server.port, caller)

    happened = run(main())
    assert found[0] == Done()
    assert found[1] == pytest.approx(1.5, abs=0.1)
    cut = [h for h in happened if isinstance(h, Spoken)]
    assert [(h.said.text, h.is_cut) for h in cut] == [("ett", False), ("…", True)]


def test_who_types_is_heard_at_once_in_real_time() -> None:
    found: list[tuple[object, float]] = []

    async def serve(session: AgiSession) -> None:
        found.append((await session.get_data(["menu"], 5.0, 2), now()))
        found.append((await session.stream_file("text", "1"), now()))
        await enter_queue(session)

    async def main() -> list[Happening]:
        caller, _ = await typing((0.5, "1"), (3.0, "2"), (4.0, "1"), (30.0, "5"), (31.0, HANG_UP))
        async with FastAgiServer(HOST, 0, serve) as server:
            return await call(server.port, caller)

    happened = run(main())
    assert [(came, round(at_s, 2)) for came, at_s in found] == [(Digits("12"), 3.0), (Digits("1"), 4.0)]
    assert isinstance(happened[-1], Ended)
    assert (round(happened[-1].at_s, 1), happened[-1].by) == (31.0, "caller")


def test_who_can_type_no_more_is_not_left_in_a_queue() -> None:
    async def main() -> list[Happening]:
        caller, _ = await typing((0.0, NO_MORE))
        async with FastAgiServer(HOST, 0, enter_queue) as server:
            return await call(server.port, caller)

    happened = run(main())
    assert isinstance(happened[-1], Ended)
    assert happened[-1].by == "telephone"


async def asked(session: AgiSession, name: str, *arguments: str) -> tuple[int, str, str | None]:
    reply: Any = await session.command(name, *arguments, limit_s=60.0)
    assert isinstance(reply, Reply)
    return reply.code, reply.result, reply.text


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        (("ANSWER",), (200, "0", None)),
        (("NOOP", "x"), (200, "0", None)),
        (("CHANNEL STATUS",), (200, "6", None)),
        (("DATABASE GET", "dept", "a"), (200, "0", None)),
        (("GET VARIABLE", "UNIQUEID"), (200, "1", UNIQUEID)),
        (("GET VARIABLE", "NOSUCH"), (200, "0", None)),
        (("SET MUSIC", "OFF"), (200, "0", None)),
        (("SAY DIGITS", "12", "#"), (200, "0", None)),
        (("EXEC", "Playback", "hello&bye,skip"), (200, "0", None)),
        (("EXEC", "SayDigits", "12"), (200, "0", None)),
        (("EXEC", "NoSuch"), (200, "-2", None)),
        (("RECORD FILE", "x"), (510, "", "Invalid or unknown command")),
        (("STREAM FILE", "x"), (520, "", USAGE.format("STREAM FILE"))),
        (("WAIT FOR DIGIT",), (520, "", USAGE.format("WAIT FOR DIGIT"))),
    ],
)
def test_other_commands_are_answered_as_asterisk_does(
    command: tuple[str, ...], answer: tuple[int, str, str | None]
) -> None:
    assert outcome("", lambda s: asked(s, *command))[0] == answer


def test_the_channels_state_is_up_and_its_variables_are_kept() -> None:
    async def serve(session: AgiSession) -> tuple[object, ...]:
        await session.execute("MSet", "A=1,__B=2")
        await session.execute("Set", "C=3,4")
        await session.set_variable("D", 'said "so"')
        values = [await session.get_variable(name) for name in "ABCD"]
        return (await session.channel_status(), *values)

    found, _ = outcome("", serve)
    assert found == (ChannelState.UP, "1", "2", "3,4", 'said "so"')


def test_who_serves_the_call_and_what_it_comes_to_is_read_from_the_variables() -> None:
    async def serve(session: AgiSession) -> None:
        await session.execute("MSet", "VAXEL_NUMBER=jarfalla,VAXEL_VERSION=ab12,VAXEL_CALLED=+4685802850")
        await session.execute("MSet", "VAXEL_OFFICER=olle")
        await session.execute("MSet", "VAXEL_OFFICER=olle")
        await session.command("VERBOSE", "a remark", limit_s=5.0)

    assert served(serve, pressing()) == [
        Served("jarfalla", "ab12", "+4685802850"),
        OfficerRung(0.0, "olle"),
        OfficerRung(0.0, "olle"),
        Remarked(0.0, "a remark"),
        REFUSED,
    ]


def test_nobody_is_rung_by_dial() -> None:
    async def serve(session: AgiSession) -> tuple[object, ...]:
        return await session.execute("Dial", "PJSIP/anna,20,g"), await session.get_variable("DIALSTATUS")

    assert outcome("", serve) == (
        (Executed(0), "CHANUNAVAIL"),
        [OfficerRung(0.0, "anna"), REFUSED],
    )


def test_an_engine_that_hangs_up_ends_the_call() -> None:
    found, happened = outcome("", lambda s: s.hangup())
    assert found == Done()
    assert happened == [Ended(0.0, "exchange", "done")]


def test_a_refusal_is_told_in_the_engines_words() -> None:
    with pytest.raises(EngineRefusedError, match="the engine refuses: there are too many"):
        served(lambda s: s.set_variable("VAXEL_REFUSED", "there are too many"), pressing())


def test_keys_are_in_no_repr() -> None:
    assert "4" not in repr(Pressed(0.0, "4"))
