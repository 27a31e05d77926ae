"""A rehearsal is led as callers are, and leaves nothing: not in the books, nor with the agents."""

from __future__ import annotations

import asyncio
import pickle
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import settings as tries
from hypothesis import strategies as st

from ivr.agi.server import FastAgiServer
from ivr.menu.model import OfficerNode, ScriptNode, Way
from ivr.menu.number import load_number
from ivr.prompts import PromptError
from ivr.rehearsal import LIMIT_S, MOST_AT_ONCE, Rehearsal
from ivr.settings import Settings
from ivr.telephone.call import Call
from ivr.telephone.calling import Order
from ivr.telephone.draft import draft_engine
from ivr.telephone.errors import EngineRefusedError
from ivr.telephone.happenings import Ended, OfficerRung, QueueEntered, Remarked, Served, Spoken
from ivr.telephone.lines import request
from ivr.telephone.sounds import TextSounds
from ivr.telephone.wire import Wire
from queues.definitions import Definitions, Officer
from routing.events import AgentStateChanged, CallArrived, ConfigurationChanged, CrisisBegan, TelephoneState
from tests.ivr.agi.virtual import now, run
from tests.ivr.engines import Stand, serving, settings_in
from tests.ivr.numbers_for_tests import number_for_tests
from tests.ivr.office import Office
from tests.ivr.telephone.made import HOST, UNIQUEID, call, pressing, rehearsed, typing

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from ivr.menu.number import Number
    from ivr.telephone.happenings import Happening

STOCKHOLM = ZoneInfo("Europe/Stockholm")
NOBODY = Definitions({}, {})


def local(text: str) -> datetime:
    """Return a local time, which has no zone."""
    return datetime.fromisoformat(text)


def texts(happened: Sequence[Happening]) -> list[str]:
    return [spoken.said.text for spoken in happened if isinstance(spoken, Spoken)]


def came_to(happened: Sequence[Happening]) -> list[str]:
    return [h.queue for h in happened if isinstance(h, QueueEntered)]


class Town:
    """A live exchange with a caller in it, and its room for rehearsals."""

    def __init__(self, prepare: Callable[..., None] | None = None) -> None:
        self.office = Office()
        self.sounds = TextSounds()
        self.rehearsal = Rehearsal(
            self.office.core.attendant, Settings(), self.sounds, self.office.clock, prepare=prepare
        )
        self.server = FastAgiServer(HOST, 0, self.rehearsal.serve)

    async def call(self, does: str = "", order: Order = Order()) -> list[Happening]:  # noqa: B008  # a value
        return await call(self.server.port, pressing(does), order, self.sounds)


def in_town(story: Callable[[Town], Awaitable[None]], prepare: Callable[..., None] | None = None) -> None:
    """Let the story happen in virtual time; with `prepare` in real time, for threads know no other."""

    async def main() -> None:
        town = Town(prepare)
        async with town.server:
            await story(town)
        town.office.exchange.close()

    (run if prepare is None else asyncio.run)(main())


@given(st.lists(st.sampled_from([*"0123456789*#", "wait 3", "wait 40"]), max_size=12).map(", ".join))
@tries(max_examples=60, deadline=None)
def test_whatever_is_pressed_the_live_exchange_is_as_it_was(does: str) -> None:
    async def story(town: Town) -> None:
        office = town.office
        office.exchange.happened(CallArrived("live", "live", "testby", "+46858028500", None, "withheld"))
        office.free("gun")
        before = pickle.dumps((office.core, office.journal.events))
        assert before == pickle.dumps((office.core, office.journal.events))
        await town.call(does)
        assert pickle.dumps((office.core, office.journal.events)) == before

    in_town(story)


def test_agents_who_are_free_are_not_rung() -> None:
    async def story(town: Town) -> None:
        town.office.exchange.happened(AgentStateChanged("anna", TelephoneState.FREE))
        happened = await town.call("1, wait 60")
        assert came_to(happened) == ["school"]
        assert not [h for h in happened if isinstance(h, OfficerRung)]

    in_town(story)


def test_a_drill_is_heard_in_rehearsals_and_by_no_caller() -> None:
    async def story(town: Town) -> None:
        drill = CrisisBegan("testby", "drill", ("sv",), ("Övning: vattnet.",), now(), is_drill=True)
        real = CrisisBegan("testby", "real", ("sv",), ("Vattnet är grumligt.",), now())
        town.office.exchange.happened(drill)
        town.office.exchange.happened(real)
        assert texts(await town.call("hang up"))[:3] == [
            "Övning: vattnet.",
            "Vattnet är grumligt.",
            "Välkommen.",
        ]
        async with town.office.server:
            live = await town.office.call()
            await live.reached(lambda c: c.running == "GET DATA")
            assert live.played[0].startswith("sv/crisis/real+start.greeting")

    in_town(story)


def test_the_version_that_is_live_leads_and_is_told() -> None:
    async def story(town: Town) -> None:
        number = number_for_tests()
        later = replace(number, content_hash="f" * 64)
        town.office.core.attendant.know(later)
        town.office.exchange.happened(ConfigurationChanged("testby", "f" * 64))
        assert Served("testby", "f" * 64, "+46858028500") in await town.call("hang up")

    in_town(story)


JARFALLA = load_number(Path(__file__).resolve().parents[2] / "menus" / "jarfalla")


@pytest.mark.parametrize(
    ("at", "first"),
    [
        (local("2026-11-24 10:00"), "Välkommen till Järfälla kommun. Välj vad din fråga gäller."),
        (local("2026-11-24 20:00"), "Vi har stängt just nu."),
        (local("2026-12-24 10:00"), "Vi har stängt, eftersom det är julafton i dag."),
        (local("2999-12-31 23:59"), "Vi har stängt just nu."),
    ],
    ids=str,
)
def test_the_time_that_is_asked_for_decides_opening_hours(at: datetime, first: str) -> None:
    assert texts(rehearsed(pressing("hang up"), Order(at=at), [JARFALLA]))[0] == first


def test_without_a_time_the_live_calendar_decides() -> None:
    settings = Settings(as_if=local("2026-12-24 10:00"))
    assert "julafton" in texts(rehearsed(pressing("hang up"), Order(), [JARFALLA], settings))[0]


@pytest.mark.parametrize(
    "at", ["tomorrow", "2026-13-01T10:00", "0001-01-01", "3000-01-01", "9999-12-31T23:00"]
)
def test_a_time_that_cannot_be_read_or_rehearsed_is_refused(at: str) -> None:
    expected = "time from 2000 to 2999" if at.endswith(("-01", "23:00")) else "local time such as .*"

    async def story(town: Town) -> None:
        with pytest.raises(EngineRefusedError, match=f"expected a {expected}, found '{at}'"):
            await asked(town, "", "", "", at)

    in_town(story)


async def asked(town: Town, *arguments: str) -> list[Happening]:
    """Let the telephone hand these arguments to the room."""
    happened: list[Happening] = []
    wire = await Wire.connect(HOST, town.server.port)
    values = {"network_script": "rehearsal", "channel": "Text/telephone", "uniqueid": UNIQUEID}
    telephone = Call(wire, town.sounds, pressing("hang up"), happened.append, uniqueid=UNIQUEID)
    try:
        await telephone.run(request(values, arguments))
    finally:
        await wire.close()
    return happened


@pytest.mark.parametrize(
    ("to", "number", "called"),
    [
        ("", "testby", "+46858028500"),
        ("annanby", "annanby", "+46812345678"),
        ("08-580 285 00", "testby", "+46858028500"),
        ("0046812345678", "annanby", "+46812345678"),
        ("08-765 43 21", "testby", "+4687654321"),  # nobody's: the default number, as for callers
    ],
)
def test_the_called_number_chooses_the_folder(to: str, number: str, called: str) -> None:
    other = replace(number_for_tests("annanby"), called=("+46812345678",), definitions=NOBODY)
    settings = Settings(default_number="testby")
    happened = rehearsed(pressing("hang up"), Order(to), [other, number_for_tests()], settings)
    assert happened[0] == Served(number, "0" * 64, called)


def test_what_is_neither_a_number_nor_a_folder_is_refused() -> None:
    with pytest.raises(EngineRefusedError, match=r"'testbi' is neither .*; did you mean \"testby\"\?"):
        rehearsed(pressing(), Order("testbi"))


def with_nodes(*nodes: OfficerNode | ScriptNode) -> Number:
    """Return the number with these nodes beside its own; calls begin at the first of them."""
    number = number_for_tests()
    own = {node.id: node for node in nodes}
    menu = replace(number.menu, start=Way(nodes[0].id), nodes={**number.menu.nodes, **own})
    officers = {"olle": Officer("olle", "Olle", "701")}
    return replace(number, menu=menu, definitions=replace(number.definitions, officers=officers))


OFFICER = with_nodes(OfficerNode("office", "olle", Way("school")))


def test_an_officer_is_said_to_have_answered_and_nobody_is_rung() -> None:
    happened = rehearsed(pressing(), numbers=[OFFICER])
    assert happened[1:] == [OfficerRung(0.0, "olle"), Ended(0.0, "exchange", "connected directly")]


def test_officers_can_be_away() -> None:
    happened = rehearsed(pressing(), Order(officers_answer=False), [OFFICER])
    assert OfficerRung(0.0, "olle") in happened
    assert came_to(happened) == ["school"]
    assert isinstance(happened[-1], Ended)
    assert happened[-1].by == "telephone"


def test_the_end_is_told_in_the_words_of_menus() -> None:
    end = rehearsed(pressing("3"))[-1]
    assert isinstance(end, Ended)
    assert (end.by, end.ends) == ("exchange", "self-served")


def test_a_rehearsal_ends_after_half_an_hour() -> None:
    async def story(town: Town) -> None:
        caller, _ = await typing()
        with pytest.raises(EngineRefusedError, match="a rehearsal ends after 30 minutes"):
            await call(town.server.port, caller, ear=town.sounds)
        assert now() == pytest.approx(LIMIT_S, abs=30.0)
        assert texts(await town.call("hang up"))[0] == "Välkommen."

    in_town(story)


def test_only_so_many_are_served_at_once() -> None:
    async def story(town: Town) -> None:
        callers = [(await typing())[0] for _ in range(MOST_AT_ONCE)]
        port = town.server.port
        others = [asyncio.create_task(call(port, caller, ear=town.sounds)) for caller in callers]
        await asyncio.sleep(1.0)
        with pytest.raises(EngineRefusedError, match="20 rehearsals are under way"):
            await town.call()
        others.pop().cancel()
        await asyncio.sleep(1.0)
        assert texts(await town.call("hang up"))[0] == "Välkommen."
        for other in others:
            other.cancel()
        await asyncio.wait(others)

    in_town(story)


AT = Order(at=local("2026-12-24 10:00"))


def test_what_is_said_at_another_time_is_made_before_the_call() -> None:
    made: list[tuple[str, float]] = []

    async def story(town: Town) -> None:
        await town.call("hang up")
        await town.call("hang up", AT)

    in_town(story, prepare=lambda numbers, at, _: made.extend((number.id, at) for number in numbers))
    assert made == [("testby", local("2026-12-24 10:00").replace(tzinfo=STOCKHOLM).timestamp())]


def test_prompts_that_cannot_be_made_are_a_refusal() -> None:
    def fail(*_: object) -> None:
        raise PromptError("the program is not there")

    async def story(town: Town) -> None:
        with pytest.raises(EngineRefusedError, match="the program is not there"):
            await town.call("", AT)

    in_town(story, prepare=fail)


SCRIPT = with_nodes(ScriptNode("ask", "plate:check", Way("closed"), Way("general"), {"found": Way("school")}))


@pytest.mark.parametrize(("result", "queue"), [("found", ["school"]), ("", [])])
def test_scripts_are_not_run_but_said_to_have_returned(result: str, queue: list[str]) -> None:
    """In real time, of which nothing is waited for: scripts have threads, for which no clock jumps."""

    async def main() -> list[Happening]:
        async with draft_engine(Settings(), [SCRIPT]) as draft:
            return await call(draft.port, pressing(), Order(script_result=result), draft.sounds)

    happened = asyncio.run(main())
    assert came_to(happened) == queue
    (remark,) = [h.text for h in happened if isinstance(h, Remarked)]
    assert remark == f"the script plate:check is not run; it is said to have returned {result or 'nothing'}"


def test_scripts_run_when_asked_for(tmp_path: Path) -> None:
    (tmp_path / "plate.py").write_text(
        "def check(agi):\n    agi.verbose('checking')\n    return 'found'\n", encoding="utf-8"
    )

    async def main() -> list[Happening]:
        async with draft_engine(Settings(scripts=tmp_path), [SCRIPT]) as draft:
            return await call(draft.port, pressing(), Order(runs_scripts=True), draft.sounds)

    happened = asyncio.run(main())
    assert [h.text for h in happened if isinstance(h, Remarked)] == ["checking"]
    assert came_to(happened) == ["school"]


def test_the_engine_serves_rehearsals_beside_its_calls(tmp_path: Path) -> None:
    async def main() -> None:
        async with asyncio.timeout(8.0), serving(Stand(settings_in(tmp_path), has_log=False)) as stand:
            told = len(stand.events())
            happened = await call(stand.settings.agi_port, pressing("1"))
            assert happened[0] == Served("testby", "0" * 64, "+46858028500")
            assert came_to(happened) == ["school"]
            assert stand.events()[told:] == []

    asyncio.run(main())


def test_the_caller_is_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    rehearsed(pressing("hang up"), Order("0812345678", "0701740605"))
    assert "1740605" not in caplog.text
    assert "1740605" not in repr(Order("", "0701740605"))
