"""Arrivals: which number was called, and who calls, as a pseudonym and nothing else."""

from __future__ import annotations

import logging

import pytest

from ivr.agi.request import AgiRequest
from ivr.arrivals import Arrivals
from ivr.settings import Settings
from queues.problems import ConfigurationError
from routing.events import CallArrived
from tests.ivr.numbers_for_tests import number_for_tests

KEY = b"k" * 32
CALLER = "0701740605"
CALLED = "+46858028500"


def arrivals(default: str = "") -> Arrivals:
    return Arrivals([number_for_tests()], Settings(default_number=default), KEY)


def request(
    called: str = CALLED, *kept: str, caller: str | None = CALLER, presentation: str = "allowed"
) -> AgiRequest:
    return AgiRequest(
        uniqueid="1.1",
        channel="PJSIP/trunk-1",
        callerid=caller,
        arguments=(called, "case-7", presentation, *kept),
    )


def arrival_of(request: AgiRequest) -> CallArrived:
    return arrivals().read(request).arrival


@pytest.mark.parametrize(
    "called", ["+46858028500", "0046858028500", "46858028500", "0858028500", "58028500", "08-580 285 00"]
)
def test_the_called_number_in_every_spelling_leads_to_its_folder(called: str) -> None:
    arrival = arrival_of(request(called))
    assert (arrival.number, arrival.called) == ("testby", CALLED)


@pytest.mark.parametrize(
    ("called", "read"), [("0812345678", "+46812345678"), ("", "unknown"), ("s", "unknown")]
)
def test_a_called_number_of_nobody_goes_to_the_default_number(
    called: str, read: str, caplog: pytest.LogCaptureFixture
) -> None:
    two = Arrivals([number_for_tests(), number_for_tests("annanby")], Settings(default_number="annanby"), KEY)
    with caplog.at_level(logging.WARNING):
        arrival = two.read(request(called)).arrival
    assert (arrival.number, arrival.called) == ("annanby", read)
    assert caplog.messages == ["no folder of menus names the called number; using annanby"]


def test_without_a_default_the_first_number_takes_them() -> None:
    assert arrival_of(request("0812345678")).number == "testby"


def test_a_default_number_that_is_none_is_told_at_the_start_not_to_a_caller() -> None:
    with pytest.raises(ConfigurationError) as caught:
        arrivals("tetsby")
    assert str(caught.value) == (
        'vaxel.yaml:1:1: error: default number: no folder of menus is named "tetsby"; did you mean "testby"?'
    )


def test_the_case_is_the_contact_and_the_channel_its_own() -> None:
    arrival = arrival_of(request())
    assert (arrival.contact, arrival.channel) == ("case-7", "1.1")


def test_a_dialplan_that_tells_nothing_still_gives_an_arrival() -> None:
    bare = AgiRequest(uniqueid="1.1", channel="PJSIP/trunk-1")
    assert arrival_of(bare) == CallArrived("1.1", "1.1", "testby", "unknown", None, "withheld")


def test_one_caller_has_one_pseudonym_whatever_the_spelling() -> None:
    spellings = (CALLER, "+46701740605", "0046701740605", "46701740605")
    told = {arrival_of(request(caller=spelling)).caller for spelling in spellings}
    (pseudonym,) = told
    assert pseudonym is not None
    assert len(pseudonym) == 32
    assert arrival_of(request(caller="0701740606")).caller != pseudonym


def test_another_key_gives_another_pseudonym() -> None:
    other = Arrivals([number_for_tests()], Settings(), b"o" * 32)
    assert other.read(request()).arrival.caller != arrival_of(request()).caller


@pytest.mark.parametrize(
    ("caller", "presentation", "kind"),
    [
        (CALLER, "allowed", "known"),
        (CALLER, "prohib_passed_screen", "withheld"),
        (CALLER, "unavailable", "withheld"),
        (None, "allowed", "withheld"),
        ("anonymous", "allowed", "withheld"),
        ("sip-user", "allowed", "unreadable"),
        ("12", "allowed", "unreadable"),
    ],
)
def test_withheld_and_unreadable_callers_have_no_pseudonym(
    caller: str | None, presentation: str, kind: str
) -> None:
    arrival = arrival_of(request(caller=caller, presentation=presentation))
    assert arrival.caller_kind == kind
    assert (arrival.caller is not None) == (kind == "known")


@pytest.mark.parametrize("called", [CALLED, "0812345678"])
@pytest.mark.parametrize("presentation", ["allowed", "prohib"])
def test_the_callers_number_is_in_no_log_and_no_repr(
    called: str, presentation: str, caplog: pytest.LogCaptureFixture
) -> None:
    asked = request(called, presentation=presentation)
    with caplog.at_level(logging.DEBUG):
        desk = arrivals()
        arrival = desk.read(asked)
    shown = caplog.text + repr(arrival) + repr(asked) + repr(desk) + repr(vars(desk))
    assert "701740605" not in shown
    assert repr(KEY) not in shown


@pytest.mark.parametrize(
    ("kept", "read"),
    [
        (("waiting", "school", "1763782800.250000"), ("waiting", "school", 1_763_782_800.25)),
        (("menu", "", ""), ("menu", None, None)),
        (("", "no-such-queue", "soon"), ("", None, None)),
        (("waiting", "school", "nan"), ("waiting", "school", None)),
        (("waiting", "school", "inf"), ("waiting", "school", None)),
        ((), ("", None, None)),
    ],
)
def test_what_the_channel_has_kept_of_its_place_is_read(
    kept: tuple[str, ...], read: tuple[str, str | None, float | None]
) -> None:
    entry = arrivals().read(request(CALLED, *kept))
    assert (entry.phase, entry.queue, entry.since) == read


def test_a_call_that_asterisk_alone_has_taken_arrives_afterwards() -> None:
    told = arrivals().learned("case-7", "0858028500", (CALLER, "allowed"), 1_763_782_800.0)
    assert told == arrival_of(request())._replace(channel="case-7", when=1_763_782_800.0)
    forgotten = arrivals().learned("case-7", "0858028500", None, 1_763_782_800.0)
    assert (forgotten.caller, forgotten.caller_kind) == (None, "unreadable")
