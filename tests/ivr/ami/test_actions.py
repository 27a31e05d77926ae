"""The typed orders: which action and headers each takes, and what is refused before it is sent."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ivr.ami.actions import (
    add_member,
    forget,
    hang_up,
    pause_member,
    play_dtmf,
    redirect,
    remove_member,
    set_absolute_timeout,
)
from ivr.ami.client import AmiClient
from ivr.ami.errors import ErrorResponseError, UnsafeValueError
from ivr.ami.snapshots import Member, read_members, read_tree
from tests.fakes.ami import SECRET, USER, FakeAmi
from tests.ivr.ami.asking import asked, told

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

ANNA = Member("vaxel-school", "PJSIP/anna", 1, is_paused=False)


def asterisk_with_a_channel() -> FakeAmi:
    asterisk = FakeAmi()
    asterisk.channels = [[("Channel", "a")]]
    return asterisk


@pytest.mark.parametrize(("channel", "there"), [("a", True), ("gone", False)])
def test_hanging_up_tells_whether_the_channel_was_there(channel: str, there: bool) -> None:
    asterisk = asterisk_with_a_channel()
    assert asked(asterisk, lambda client: hang_up(client, channel)) is there
    assert asterisk.actions[-1][2:] == [("Channel", channel), ("Cause", "16")]


@pytest.mark.parametrize(("channel", "there"), [("a", True), ("gone", False)])
def test_sending_a_channel_elsewhere_tells_whether_it_was_there(channel: str, there: bool) -> None:
    asterisk = asterisk_with_a_channel()
    assert asked(asterisk, lambda client: redirect(client, channel, "vaxel-exchange", "back")) is there
    assert asterisk.actions[-1][2:] == [
        ("Channel", channel),
        ("Context", "vaxel-exchange"),
        ("Exten", "back"),
        ("Priority", "1"),
    ]


@pytest.mark.parametrize("channel", ["", "/^PJSIP/", "/"])
@pytest.mark.parametrize(
    "order",
    [
        hang_up,
        lambda client, channel: redirect(client, channel, "vaxel-exchange", "back"),
        lambda client, channel: play_dtmf(client, channel, "5"),
    ],
    ids=["Hangup", "Redirect", "PlayDTMF"],
)
def test_what_names_more_than_one_channel_is_refused(
    channel: str, order: Callable[[AmiClient, str], Awaitable[bool]]
) -> None:
    """Asterisk would take every channel that matches."""
    asterisk = FakeAmi()
    with pytest.raises(UnsafeValueError):
        asked(asterisk, lambda client: order(client, channel))
    assert asterisk.names() == ["Login"]


@pytest.mark.parametrize("channel", ["", "/^PJSIP/"])
def test_a_switch_is_set_on_one_channel_only(channel: str) -> None:
    with pytest.raises(UnsafeValueError):
        told(FakeAmi(), lambda client: set_absolute_timeout(client, channel, 12))


def test_any_other_refusal_is_an_error() -> None:
    asterisk = FakeAmi()
    asterisk.refused["Hangup"] = "Permission denied"
    with pytest.raises(ErrorResponseError, match="Hangup: got Error 'Permission denied', expected Success"):
        asked(asterisk, lambda client: hang_up(client, "a"))


def test_a_key_is_pressed_as_if_the_telephone_had_sent_it() -> None:
    asterisk = asterisk_with_a_channel()
    assert asked(asterisk, lambda client: play_dtmf(client, "a", "5")) is True
    assert asterisk.actions[-1][2:] == [("Channel", "a"), ("Digit", "5"), ("Receive", "true")]
    assert asked(asterisk, lambda client: play_dtmf(client, "gone", "5", receive=False)) is False
    assert asterisk.actions[-1][-1] == ("Receive", "false")


@pytest.mark.parametrize("digit", ["", "12", "x7", "5\r\n"])
def test_what_is_no_key_is_refused_and_not_shown(digit: str) -> None:
    with pytest.raises(UnsafeValueError) as refused:
        asked(FakeAmi(), lambda client: play_dtmf(client, "a", digit))
    assert str(refused.value) == "AMI action PlayDTMF, header Digit: expected one of 0-9, *, #, A-D"


@pytest.mark.parametrize("after_s", [0, 12])
def test_a_dead_mans_switch_is_set_and_nobody_waits_for_it(after_s: int) -> None:
    assert told(asterisk_with_a_channel(), lambda client: set_absolute_timeout(client, "a", after_s)) == [
        {"Action": "Setvar", "Channel": "a", "Variable": "TIMEOUT(absolute)", "Value": str(after_s)}
    ]


def test_a_switch_of_a_channel_that_has_gone_is_no_error() -> None:
    assert len(told(FakeAmi(), lambda client: set_absolute_timeout(client, "gone", 12))) == 1


def test_an_entry_of_the_database_is_forgotten_and_the_others_are_not() -> None:
    asterisk = FakeAmi()
    asterisk.database = {"vaxel-fallback": {"c1": "x", "c2": "y"}, "other": {"c1": "z"}}
    told(asterisk, lambda client: forget(client, "vaxel-fallback", "c1"))
    assert asterisk.database == {"vaxel-fallback": {"c2": "y"}, "other": {"c1": "z"}}


def test_a_family_is_read_by_its_keys_and_none_is_empty() -> None:
    asterisk = FakeAmi()
    asterisk.database = {"vaxel-fallback": {"c1": "x|y", "c2": ""}}
    assert asked(asterisk, lambda client: read_tree(client, "vaxel-fallback")) == {"c1": "x|y", "c2": ""}
    assert asked(asterisk, lambda client: read_tree(client, "vaxel-ended")) == {}


def test_members_are_read_as_they_were_put_in_paused_and_taken_out() -> None:
    asterisk = FakeAmi()

    def members() -> set[Member]:
        return asked(asterisk, read_members)

    general = Member("vaxel-general", "PJSIP/anna", 0, is_paused=True)
    told(asterisk, lambda client: add_member(client, ANNA), lambda client: add_member(client, general))
    assert members() == {ANNA, general}
    told(asterisk, lambda client: pause_member(client, "PJSIP/anna", is_paused=True))
    assert members() == {ANNA._replace(is_paused=True), general}
    told(asterisk, lambda client: pause_member(client, "PJSIP/anna", is_paused=False))
    assert members() == {ANNA, general._replace(is_paused=False)}
    told(asterisk, lambda client: remove_member(client, "vaxel-general", "PJSIP/anna"))
    assert members() == {ANNA}


def test_what_is_told_while_ami_is_away_is_lost_without_an_error() -> None:
    async def away() -> None:
        client = AmiClient("127.0.0.1", 1, USER, SECRET, on_event=lambda _: None, on_connected=nobody)
        add_member(client, ANNA)
        set_absolute_timeout(client, "a", 0)

    async def nobody(_: AmiClient) -> None:
        raise AssertionError("never connected")

    asyncio.run(away())
