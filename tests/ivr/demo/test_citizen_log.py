"""SIPp's files, read back: short captures of SIPp 3.8 with the cases that matter."""

from __future__ import annotations

import pytest

from ivr.demo.citizen_log import CitizenCall, CitizenEnd, CitizensReport, read_report

CALLERS = [f"+4670174000{index}" for index in range(7)]


def stamp(at: float) -> str:
    return f"2026-11-22\t04:15:33.938311\t{at:.6f}"


LOG = "\n".join(
    [
        f"0;placed;;{stamp(1795320933.0)}",
        f"1;placed;;{stamp(1795320933.1)}",
        f"0;connected;;{stamp(1795320933.5)}",
        f"0;pressed;0;{stamp(1795320934.0)}",
        f"0;pressed;1;{stamp(1795320934.5)}",
        f"1;refused;486;{stamp(1795320933.7)}",
        f"2;placed;;{stamp(1795320933.2)}",
        f"2;connected;;{stamp(1795320933.3)}",
        f"2;they;;{stamp(1795320940.0)}",
        f"3;placed;;{stamp(1795320933.4)}",
        f"3;connected;;{stamp(1795320933.5)}",
        f"3;leaving;;{stamp(1795320941.0)}",
        f"3;they;;{stamp(1795320941.1)}",
        f"4;placed;;{stamp(1795320934.0)}",
        f"4;refused;603;{stamp(1795320964.0)}",
        f"5;placed;;{stamp(1795320935.0)}",
        f"0;leaving;;{stamp(1795320950.0)}",
        f"0;we;;{stamp(1795320950.1)}",
        "5;connec",
    ]
)
STATISTICS = (
    "StartTime;TotalCallCreated;CurrentCall;SuccessfulCall(C);FailedCall(C);FailedUnexpectedMessage(C);"
    "Retransmissions(C);CallRate(C);\n"
    "2026-11-22\t04:15:31.9\t1795320931.9;3;3;0;0;0;0;9.9;\n"
    "2026-11-22\t04:15:31.9\t1795320931.9;6;0;5;1;1;2;9.9;\n"
    "2026-11-22\t04:15:31.9;6;"
)
ERRORS = (
    "The following events occurred:\n"
    "2026-11-22\t04:05:21.618522\t1795320321.618522: Aborting call on unexpected message for Call-Id "
    "'1-24719@127.0.0.1': while sending (index 40), received 'INFO sip:+46701740001@127.0.0.1 SIP/2.0\n"
    "From: <sip:+46701740001@127.0.0.1>;tag=1\n"
    "2026-11-22\t04:05:22.618522\t1795320322.618522: Aborting call on unexpected message for Call-Id "
    "'2-24719@127.0.0.1': while sending (index 40), received 'INFO sip:+46701740002@127.0.0.1 SIP/2.0\n"
    "2026-11-22\t04:05:23.618522\t1795320323.618522: Call-Id: 1-1630@127.0.0.1, receive timeout on message "
    "citizen:37, jumping to label 50\n"
)


def report(*, running: bool) -> CitizensReport:
    return read_report(CALLERS, log=LOG, statistics=STATISTICS, errors=ERRORS, running=running)


@pytest.mark.parametrize(
    ("index", "end", "connected", "ended_at"),
    [
        (0, CitizenEnd.LEFT, True, 1795320950.0),
        (1, CitizenEnd.REFUSED, False, 1795320933.7),
        (2, CitizenEnd.CUT_OFF, True, 1795320940.0),
        (3, CitizenEnd.LEFT, True, 1795320941.0),  # both hung up, the citizen first
        (4, CitizenEnd.REFUSED, False, 1795320964.0),
        (5, CitizenEnd.FAILED, False, None),
        (6, CitizenEnd.NOT_PLACED, False, None),
    ],
)
def test_each_call_has_one_end(index: int, end: CitizenEnd, connected: bool, ended_at: float | None) -> None:
    call = report(running=False).calls[index]
    assert (call.caller, call.end, call.connected, call.ended_at) == (
        CALLERS[index],
        end,
        connected,
        ended_at,
    )


def test_a_refusal_tells_its_status_and_keys_are_counted() -> None:
    calls = report(running=False).calls
    assert calls[1].status == 486
    assert calls[0].keys_taken == 2


def test_an_open_call_is_unfinished_while_sipp_runs() -> None:
    assert report(running=True).calls[5].end is CitizenEnd.UNFINISHED


def test_the_totals_are_those_of_the_last_whole_row() -> None:
    found = report(running=False)
    assert (found.placed, found.successful, found.failed) == (6, 5, 1)
    assert (found.unexpected, found.retransmissions) == (1, 2)


def test_complaints_are_counted_without_numbers_and_planned_waits_are_none() -> None:
    assert report(running=False).problems == {
        "Aborting call on unexpected message for …: while sending (index 40), "
        "received 'INFO sip:…@127.0.0.1 SIP/2.0": 2
    }


def test_no_files_at_all_are_calls_not_placed() -> None:
    found = read_report(CALLERS[:1], log="", statistics="", errors="", running=True)
    assert found == CitizensReport((CitizenCall(CALLERS[0], CitizenEnd.NOT_PLACED),))


def test_reprs_show_no_number() -> None:
    assert "4670174" not in repr(report(running=False))
