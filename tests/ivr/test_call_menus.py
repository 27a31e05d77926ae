"""A session in the menu: digits, scripts and what is missing never cost a caller the call."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from ivr.menu.model import ChoiceNode, DigitsNode, GoodbyeNode, Option, ScriptNode, Way
from ivr.scripts.shelf import ScriptShelf
from routing.events import (
    CallEnded,
    CallerQueued,
    MenuAnswered,
    MenuResult,
    Outcome,
    PromptPlayed,
    ScriptEnded,
    ScriptStarted,
    SecretKeyed,
)
from tests.ivr.menu_office import SILENT, WRONG, LackingPrompts, MenuOffice, in_menu, number_with
from tests.ivr.numbers_for_tests import said

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.fakes.fastagi import FakeChannel

PIN = DigitsNode("pin", said("pin.say", "Slå koden."), 4, 4, WRONG, SILENT, Way("look"), is_secret=True)
LOOK = ScriptNode("look", "card:main", Way("general"), Way("school"), {"paid": Way("hours")})


def switches(channel: FakeChannel) -> list[int]:
    """Return after how many seconds the dead-man's switch was to fire, each time that it was set."""
    settings = [words for command in channel.commands for words in command if "TIMEOUT(absolute)=" in words]
    return [int(each.partition("TIMEOUT(absolute)=")[2].partition(",")[0]) for each in settings]


def kinds(office: MenuOffice, kind: type[Any]) -> list[Any]:
    return [event for event in office.log() if isinstance(event, kind)]


def test_who_keys_slowly_is_given_the_time_for_each_key() -> None:
    number = number_with(
        DigitsNode("pnr", said("pnr.say", "Slå numret."), 10, 10, WRONG, SILENT, Way("school")), start="pnr"
    )

    async def story(office: MenuOffice) -> None:
        channel = await office.call()
        await channel.reached(lambda c: c.running == "GET DATA")
        for key in "8501011234":
            await asyncio.sleep(4.0)
            assert channel.running == "GET DATA"
            channel.press(key)
        await channel.reached(lambda c: c.running == "WAIT FOR DIGIT")
        assert office.renewals.made[:4] == [("c1", 12)] * 4  # by AMI, while the session is in the command

    office = in_menu(number, story)
    assert [event.queue for event in kinds(office, CallerQueued)] == ["school"]


def test_a_script_may_think_as_long_as_it_likes_between_two_commands() -> None:
    async def story(office: MenuOffice) -> None:
        channel = await office.call(["1234"])
        await channel.reached(lambda c: c.running == "WAIT FOR DIGIT")
        assert switches(channel)[1] == 12  # renewed by AMI, as long as the engine lives

    office = in_menu(number_with(PIN, LOOK, start="pin"), story, script=lambda _: time.sleep(0.05))
    assert [type(event) for event in kinds(office, ScriptStarted)] == [ScriptStarted]
    assert kinds(office, ScriptEnded) == [ScriptEnded("c1")]


def test_without_ami_the_switch_is_set_past_the_script_s_limit() -> None:
    async def story(office: MenuOffice) -> None:
        office.renewals.ami = False
        channel = await office.call(["1234"])
        await channel.reached(lambda c: c.running == "WAIT FOR DIGIT")
        assert switches(channel)[1] == 305

    in_menu(number_with(PIN, LOOK, start="pin"), story, script=lambda _: None)


def test_without_ami_what_may_outlast_the_script_s_limit_sets_the_switch_past_its_own_end() -> None:
    def script(agi: Any) -> None:
        agi.appexec("Playback", "hello")  # over before the switch fires
        agi.get_data("hello", -1, 4)  # ended by the script's limit
        agi.appexec("Read", "CODE,hello,4,,2,5")

    async def story(office: MenuOffice) -> None:
        office.renewals.ami = False
        channel = await office.call(["1234", "5678"])
        await channel.reached(lambda c: c.running == "WAIT FOR DIGIT")
        assert switches(channel)[1:3] == [305, 2 * 300 + (1 + 4) * 5 + 5]
        before = [words[:2] for words in channel.commands if words[1:2] != ("Set",)]
        assert before[before.index(("EXEC", "Read")) - 1] == ("EXEC", "MSet")

    in_menu(number_with(PIN, LOOK, start="pin"), story, script=script)


def test_a_script_that_cannot_be_imported_has_failed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "card.py").write_text("def main(agi):\n    pass\n\nimport no_such_module_of_anybody\n")

    async def story(office: MenuOffice) -> None:
        channel = await office.call(["1234"])
        await channel.reached(lambda c: c.running == "WAIT FOR DIGIT")

    script = ScriptShelf(tmp_path)("card:main")
    office = in_menu(number_with(PIN, LOOK, start="pin"), story, script=script)
    assert kinds(office, ScriptEnded) == [ScriptEnded("c1", has_failed=True)]
    assert f"script card:main: importing {tmp_path}/card.py failed: ModuleNotFoundError" in caplog.text


def test_only_the_menu_s_own_results_are_written_down() -> None:
    async def story(office: MenuOffice) -> None:
        channel = await office.call(["1234"])
        await channel.reached(lambda c: c.running == "WAIT FOR DIGIT")

    number = number_with(PIN, LOOK, start="pin")
    office = in_menu(number, story, script=lambda agi: agi.get_variable("VAXEL_DIGITS"))
    assert kinds(office, ScriptEnded) == [ScriptEnded("c1", None)]
    assert kinds(office, SecretKeyed) == [SecretKeyed("c1", 4)]
    assert not [event for event in office.log() if "1234" in repr(tuple(event))]


def test_a_result_leads_where_the_menu_says() -> None:
    async def story(office: MenuOffice) -> None:
        channel = await office.call(["1234"])
        await channel.reached(lambda c: "sv/hours.say+sentences/offer" in c.played)
        channel.hang_up()

    office = in_menu(number_with(PIN, LOOK, start="pin"), story, script=lambda _: "paid")
    assert kinds(office, ScriptEnded) == [ScriptEnded("c1", "paid")]


def test_a_script_is_told_the_digits_that_led_to_it_and_no_earlier_ones() -> None:
    got: list[str] = []
    number = number_with(
        DigitsNode("pin", said("pin.say", "Slå koden."), 4, 4, WRONG, SILENT, Way("ask"), is_secret=True),
        ChoiceNode("ask", said("ask.say", "Vill du?"), (Option("1", Way("look")),), WRONG, SILENT),
        LOOK,
        start="pin",
    )

    async def story(office: MenuOffice) -> None:
        channel = await office.call(["1234", "1"])
        await channel.reached(lambda c: c.running == "WAIT FOR DIGIT")

    in_menu(number, story, script=lambda agi: got.append(agi.get_variable("VAXEL_DIGITS")))
    assert got == [""]


def test_a_script_is_not_run_again_for_a_caller_who_comes_back() -> None:
    ran: list[int] = []

    def script(agi: Any) -> None:
        ran.append(1)
        agi.wait_for_digit(60_000)

    async def story(office: MenuOffice) -> None:
        channel = await office.call(["1234"])
        await channel.reached(lambda c: c.running == "WAIT FOR DIGIT")
        channel.hang_up()
        again = await office.call()
        await again.reached(lambda c: c.running == "WAIT FOR DIGIT")

    office = in_menu(number_with(PIN, LOOK, start="pin"), story, script=script)
    assert ran == [1]
    assert [event.queue for event in kinds(office, CallerQueued)] == ["school"]  # where `failed` leads


def test_who_comes_back_while_digits_were_read_back_is_asked_for_them_anew() -> None:
    number = number_with(
        DigitsNode("pnr", said("pnr.say", "Slå."), 4, 4, WRONG, SILENT, Way("school"), reads_back=True),
        start="pnr",
    )

    async def story(office: MenuOffice) -> None:
        channel = await office.call(["1234"])
        await channel.reached(lambda c: "sv/sentences/confirm" in c.played)
        assert "sv/digits/3" in channel.played
        channel.hang_up()
        again = await office.call(["4711", "1"])
        await again.reached(lambda c: c.running == "WAIT FOR DIGIT")
        assert "sv/digits/7" in again.played

    office = in_menu(number, story)
    results = [event.result for event in kinds(office, MenuAnswered)]
    assert results == [MenuResult.TAKEN, MenuResult.TAKEN, MenuResult.TAKEN]


def test_a_secret_keyed_again_where_it_is_read_back_leaves_no_key_behind() -> None:
    number = number_with(
        DigitsNode(
            "pin",
            said("pin.say", "Slå."),
            4,
            4,
            WRONG,
            SILENT,
            Way("school"),
            reads_back=True,
            is_secret=True,
        ),
        start="pin",
    )

    async def story(office: MenuOffice) -> None:
        channel = await office.call(["8765", "8", "7", "1"])
        await channel.reached(lambda c: c.running == "WAIT FOR DIGIT")

    office = in_menu(number, story)
    assert kinds(office, SecretKeyed) == [SecretKeyed("c1", 4), SecretKeyed("c1", 1), SecretKeyed("c1", 1)]


def test_a_prompt_that_was_never_made_is_left_out_and_the_rest_is_said() -> None:
    async def story(office: MenuOffice) -> None:
        channel = await office.call(["1"])
        await channel.reached(lambda c: c.running == "WAIT FOR DIGIT")
        assert channel.played[:2] == ["sv/start.greeting", "sv/start.2"]

    office = in_menu(number_with(), story, prompts=LackingPrompts("start.1"))
    assert [event.queue for event in kinds(office, CallerQueued)] == ["school"]


def test_where_nothing_can_be_said_the_trouble_text_is_and_the_call_ends_as_it_would_have() -> None:
    number = number_with(GoodbyeNode("shut", said("shut.say", "Stängt."), Outcome.OUT_OF_HOURS), start="shut")

    async def story(office: MenuOffice) -> None:
        channel = await office.call()
        await channel.reached(lambda c: c.closed)
        assert channel.played == ["sv/trouble"]

    office = in_menu(number, story, prompts=LackingPrompts("shut.say"))
    assert office.core.contacts["c1"].outcome is Outcome.OUT_OF_HOURS
    assert kinds(office, CallEnded) == []
    assert len(kinds(office, PromptPlayed)) == 1
