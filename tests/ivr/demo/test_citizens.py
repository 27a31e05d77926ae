"""Citizens as SIPp's scenario and values, and what is said when SIPp cannot be run."""

from __future__ import annotations

import asyncio
import socket
import xml.etree.ElementTree as ET
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ivr.demo.citizens import Citizen, Crowd, KeyPress, Sipp, write_scenario, write_values
from ivr.demo.errors import (
    CitizensError,
    CitizenUnplayableError,
    PortTakenError,
    SippFailedError,
    SippMissingError,
)

if TYPE_CHECKING:
    from pathlib import Path

EVA = Citizen("+46701740001", (KeyPress(1.5, "3"),), stays_s=8.0)
PER = Citizen("+46701740002", withheld=True, audio_port=4000)


def sipp(*command: str, folder: Path | None = None) -> Sipp:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return Sipp(command, ("127.0.0.1", 9), "+46858028500", port, folder=folder)


def play(settings: Sipp) -> None:
    async def scene() -> None:
        async with Crowd([EVA, PER], settings, calls=10) as crowd:
            await crowd.finished(5.0)

    asyncio.run(scene())


def test_each_citizen_is_a_line_of_values() -> None:
    assert write_values([EVA, PER], 2, sipp("sipp"), 3000).splitlines() == [
        "SEQUENTIAL",
        "0;sip:+46701740001@127.0.0.1;sip:+46701740001@127.0.0.1;none;3000;8000;3;1500;-;0",
        "1;sip:anonymous@anonymous.invalid;sip:+46701740002@127.0.0.1;id;4000;3600000;-;0;-;0",
    ]


@pytest.mark.parametrize("slots", [0, 1, 3])
def test_the_scenario_is_xml_with_one_info_for_each_key(slots: int) -> None:
    scenario = ET.fromstring(write_scenario("+46858028500", slots))  # noqa: S314 - our own text
    sent = [(send.text or "").split()[0] for send in scenario.iter("send")]
    assert sent == ["INVITE", "ACK", *["INFO"] * slots, "BYE", "SIP/2.0", "ACK"]


def test_every_jump_has_its_label() -> None:
    scenario = ET.fromstring(write_scenario("+46858028500", 2))  # noqa: S314 - our own text
    labels = {label.get("id") for label in scenario.iter("label")}
    jumps = {element.get(name) for element in scenario.iter() for name in ("next", "ontimeout")}
    assert jumps - {None} <= labels


@pytest.mark.parametrize(
    ("citizen", "complaint"),
    [
        (replace(EVA, caller="1;2"), "citizen 0: the caller's number must be a plain SIP user"),
        (replace(EVA, presses=(KeyPress(1, "12"),)), "citizen 0: a key must be one of 0-9, *, #, A-D"),
        (replace(EVA, presses=(KeyPress(1, ""),)), "citizen 0: a key must be one of 0-9, *, #, A-D"),
    ],
)
def test_a_citizen_that_cannot_be_written_is_named_without_the_number(
    citizen: Citizen, complaint: str
) -> None:
    with pytest.raises(CitizenUnplayableError) as caught:
        write_values([citizen], 1, sipp("sipp"), 3000)
    assert str(caught.value) == complaint


def test_a_called_number_that_would_break_the_scenario_is_refused() -> None:
    with pytest.raises(CitizenUnplayableError):
        write_scenario("1@[remote_ip]", 0)


@pytest.mark.parametrize(
    ("command", "error", "said"),
    [
        (("/nowhere/sipp",), SippMissingError, "/nowhere/sipp"),
        (("sh", "-c", "exit 127"), SippMissingError, "exit code 127"),
        (("sh", "-c", "echo 'x: Address already in use' >&2; exit 254"), PortTakenError, "is in use"),
        (
            (
                "sh",
                "-c",
                "printf '2026-11-22\\t04:00:00.1\\t1795320321.4: Bad scenario +46701740001' >&2; exit 255",
            ),
            SippFailedError,
            "SIPp ended with exit code 255, expected 0 or 1; it said: Bad scenario …",
        ),
    ],
)
def test_a_sipp_that_cannot_play_is_said_in_one_line(
    command: tuple[str, ...], error: type[Exception], said: str, tmp_path: Path
) -> None:
    with pytest.raises(error) as caught:
        play(sipp(*command, folder=tmp_path))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_taken_port_is_found_before_sipp_is_started() -> None:
    settings = sipp("/nowhere/sipp")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind((settings.host, settings.port))
        with pytest.raises(PortTakenError) as caught:
            play(settings)
    assert f"127.0.0.1:{settings.port} is in use" in str(caught.value)


def test_there_is_no_report_before_the_start() -> None:
    with pytest.raises(CitizensError):
        Crowd([EVA], sipp("sipp"), calls=1).so_far()


def test_reprs_show_neither_number_nor_key() -> None:
    assert (
        repr(EVA) == "Citizen(presses=(KeyPress(after_s=1.5),), stays_s=8.0, withheld=False, audio_port=None)"
    )
