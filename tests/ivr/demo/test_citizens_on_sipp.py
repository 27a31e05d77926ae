"""Real SIPp against our own telephone as the far end: every way in which a citizen's call can go."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

import pytest

from ivr.demo.call import Call
from ivr.demo.citizen_log import CitizenEnd
from ivr.demo.citizens import Citizen, Crowd, KeyPress, Sipp
from ivr.demo.dialog import Account
from ivr.demo.outcomes import Ended
from ivr.demo.sound import SoundPort, tone
from ivr.demo.telephone import Answer, Refuse, Telephone
from ivr.toolbox import find_program

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from ivr.demo.citizen_log import CitizensReport
    from ivr.demo.telephone import Behaviour

pytestmark = pytest.mark.asterisk

HOST = "127.0.0.1"
CALLED = "+46858028500"


def caller(index: int) -> str:
    return f"+4670174{index:04d}"


async def leave_alone(_: Telephone) -> None:
    """Let the citizens do everything."""


def phone_in(
    citizens: Sequence[Citizen],
    behaviour: Behaviour,
    during: Callable[[Telephone], Awaitable[None]] = leave_alone,
    *,
    calls: int = 20,
    voice: bytes | None = None,
) -> CitizensReport:
    async def scene() -> CitizensReport:
        account = Account(CALLED, "", (HOST, 9))
        far_end = Telephone(account, behaviour=behaviour, calls_at_once=400, listens=False, voice=voice)
        async with far_end:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
                probe.bind((HOST, 0))
                port = probe.getsockname()[1]
            sipp = Sipp(find_program("sipp").command, far_end.address, CALLED, port)
            crowd = Crowd(citizens, sipp, calls=calls)
            async with crowd:
                await during(far_end)
                report = await crowd.finished(60.0)
            assert far_end.calls == ()
            return report

    return asyncio.run(scene())


def test_citizens_press_their_keys_and_leave() -> None:
    presses = (KeyPress(0.05, "7"), KeyPress(0.05, "*"), KeyPress(0.05, "3"))
    citizens = [Citizen(caller(0), presses, stays_s=0.3), Citizen(caller(1), stays_s=0.3, withheld=True)]
    keys: dict[str | None, str] = {}

    async def listen(far_end: Telephone) -> None:
        for call in [await far_end.ringing(5.0) for _ in citizens]:
            assert isinstance(call, Call)
            assert isinstance(await call.ended(5.0), Ended)
            assert call.invite is not None
            keys[call.invite.headers.get("Privacy")] = call.keys

    report = phone_in(citizens, Answer(), listen)
    assert [call.end for call in report.calls] == [CitizenEnd.LEFT, CitizenEnd.LEFT]
    assert [call.keys_taken for call in report.calls] == [3, 0]
    assert keys == {"none": "7*3", "id": ""}
    assert report.problems == {}


def test_citizens_are_cut_off_at_any_time() -> None:
    """While one stays, while one waits with a key, and while one is about to leave."""
    citizens = [
        Citizen(caller(0)),
        Citizen(caller(1), (KeyPress(5.0, "1"),)),
        Citizen(caller(2), (KeyPress(0.01, "1"),), stays_s=5.0),
    ]

    async def cut_off(far_end: Telephone) -> None:
        for _ in citizens:
            call = await far_end.ringing(5.0)
            assert isinstance(call, Call)
            await call.answered(5.0)
            await asyncio.sleep(0.2)  # real time: SIPp has its own clock
            await call.hang_up()

    report = phone_in(citizens, Answer(), cut_off)
    assert report.count(CitizenEnd.CUT_OFF) == 3
    assert (report.successful, report.failed) == (3, 0)


@pytest.mark.parametrize("status", [486, 503, 603])
def test_refused_citizens_know_why(status: int) -> None:
    report = phone_in([Citizen(caller(0))], Refuse(status))
    assert [(call.end, call.status) for call in report.calls] == [(CitizenEnd.REFUSED, status)]
    assert report.failed == 0


def test_a_citizen_hears_through_an_ear() -> None:
    async def scene() -> None:
        ear = SoundPort(asyncio.get_running_loop(), HOST)
        heard: asyncio.Task[bool] = asyncio.create_task(ear.sound(10.0))
        async with Telephone(Account(CALLED, "", (HOST, 9)), behaviour=Answer(), voice=tone()) as far_end:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
                probe.bind((HOST, 0))
                port = probe.getsockname()[1]
            sipp = Sipp(find_program("sipp").command, far_end.address, CALLED, port)
            async with Crowd([Citizen(caller(0), stays_s=0.5, audio_port=ear.port)], sipp, calls=1) as crowd:
                await crowd.finished(10.0)
        assert await heard
        ear.close()

    asyncio.run(scene())


def test_leaving_early_hangs_up_what_is_open() -> None:
    async def scene() -> None:
        async with Telephone(Account(CALLED, "", (HOST, 9)), behaviour=Answer(), calls_at_once=9) as far_end:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
                probe.bind((HOST, 0))
                port = probe.getsockname()[1]
            sipp = Sipp(find_program("sipp").command, far_end.address, CALLED, port)
            async with Crowd([Citizen(caller(i)) for i in range(3)], sipp, calls=50) as crowd:
                calls = [await far_end.ringing(5.0) for _ in range(3)]
                report = await crowd.finished(0.2)
                assert report.count(CitizenEnd.UNFINISHED) == 3
            for call in calls:
                assert isinstance(call, Call)
                end = await call.ended(3.0)
                assert isinstance(end, Ended)
                assert (end.by, end.status) == ("them", 200)

    asyncio.run(scene())


def test_200_citizens_at_20_a_second_all_succeed() -> None:
    citizens = [Citizen(caller(i), (KeyPress(0.2, str(i % 10)),), stays_s=1.0) for i in range(200)]
    report = phone_in(citizens, Answer(0.05), calls=20)
    assert (report.placed, report.successful, report.failed, report.unexpected) == (200, 200, 0, 0)
    assert report.count(CitizenEnd.LEFT) == 200
    assert sum(call.keys_taken for call in report.calls) == 200


def test_citizens_and_the_far_end_hang_up_at_the_same_moment() -> None:
    """The BYEs cross: still every call succeeds, whoever was first."""
    citizens = [Citizen(caller(i), stays_s=0.495 + 0.0002 * i) for i in range(50)]

    async def cut_off(far_end: Telephone) -> None:
        async def soon(call: Call) -> None:
            await call.answered(5.0)
            await asyncio.sleep(0.5)  # real time, on purpose: the race is the matter
            await call.hang_up()

        async with asyncio.TaskGroup() as group:
            for _ in citizens:
                call = await far_end.ringing(5.0)
                assert isinstance(call, Call)
                group.create_task(soon(call))

    report = phone_in(citizens, Answer(), cut_off, calls=25)
    assert (report.successful, report.failed) == (50, 0)
    assert report.count(CitizenEnd.LEFT) + report.count(CitizenEnd.CUT_OFF) == 50
