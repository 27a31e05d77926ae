"""How good spoken waiting times were: the figures by hand, golden texts, and JSON."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from queues.calllog.database import open_database
from queues.calllog.estimate_page import quality_json, quality_text
from queues.calllog.projection import apply_batch
from queues.calllog.readings import EstimateQuality, estimate_quality, of_all_queues
from routing.events import (
    CallArrived,
    CallerHungUp,
    CallerLost,
    CallerQueued,
    CallerSentOn,
    Event,
    OfferAnswered,
    Recorded,
    WaitTold,
    WayOut,
)
from tests.queues.calllog.logs import new_log
from tests.queues.calllog.streams import START

GOLDEN = Path(__file__).parent / "golden"
STOCKHOLM = ZoneInfo("Europe/Stockholm")

# At `at`, the caller is told this range; after so long, this ends the wait.
TOLD: list[tuple[str, float, float, float, float, Event | None]] = [
    ("school", 0, 120, 300, 120, OfferAnswered("", "anna")),  # the range's end is in it
    ("school", 10, 120, 300, 300, OfferAnswered("", "anna")),  # the other one too
    ("school", 20, 120, 300, 300.5, OfferAnswered("", "anna")),
    ("school", 30, 0, 60, 30, CallerHungUp("")),
    ("school", 40, 0, 60, 200, CallerSentOn("", "school", WayOut.WAITED, "general")),
    ("school", 50, 0, 60, 9, CallerQueued("", "general", START)),
    ("school", 60, 0, 60, 9, CallerLost("", "engine")),
    ("school", 70, 0, 60, 0, None),
    ("general", 80, 60, 120, 30, OfferAnswered("", "gun")),
    ("library", 90, 60, 120, 30, CallerHungUp("")),
]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    events: list[tuple[float, Event]] = []
    for place, (queue, told_at, least_s, most_s, after_s, end) in enumerate(TOLD):
        contact, at = f"c-{place}", START + told_at
        events += [
            (at, CallArrived(contact, contact, "town", "+46858028500", None, "withheld")),
            (at, CallerQueued(contact, queue, at)),
            (at, WaitTold(contact, queue, 1, least_s, most_s)),
        ]
        if end is not None:
            events.append((at + after_s, end._replace(contact=contact)))  # type: ignore[call-arg]
    events.sort(key=lambda each: each[0])
    address = new_log(tmp_path_factory.mktemp("log"))
    engine = open_database(address)
    apply_batch(engine, [Recorded(seq, *each) for seq, each in enumerate(events, 1)], after=0)
    engine.dispose()
    return address


def test_each_queue_is_judged_by_its_answered_callers_and_the_others_are_counted(url: str) -> None:
    general, library, school = estimate_quality(url)
    assert school == EstimateQuality(
        "school",
        spoken=8,
        answered=3,
        covered=2,
        waited_s=720.5,
        told_s=630.0,
        left=1,
        sent_on=1,
        moved=1,
        lost=1,
        still_open=1,
    )
    assert (school.bias_s, school.relative_bias) == (90.5 / 3, 90.5 / 720.5)
    assert (school.coverage, school.censored) == (2 / 3, 5)
    assert (general.bias_s, general.relative_bias, general.coverage) == (-60.0, -2.0, 0.0)
    assert (library.bias_s, library.relative_bias, library.coverage) == (None, None, None)
    assert (library.spoken, library.answered, library.left) == (1, 0, 1)


def test_several_queues_together_are_sum_by_sum(url: str) -> None:
    together = of_all_queues(estimate_quality(url), "all")
    assert (together.queue, together.spoken, together.answered, together.censored) == ("all", 10, 4, 6)
    assert (together.bias_s, together.coverage) == ((750.5 - 720) / 4, 2 / 4)


@pytest.mark.parametrize(
    ("since", "until", "queue", "expected"),
    [
        (None, None, "school", {"school": 8}),
        (START + 70, None, None, {"school": 1, "general": 1, "library": 1}),
        (None, START + 10, None, {"school": 1}),
        (START + 10, START + 20, None, {"school": 1}),
        (START + 91, None, None, {}),
    ],
)
def test_estimates_are_chosen_by_when_they_were_told_and_by_queue(
    url: str, since: float | None, until: float | None, queue: str | None, expected: dict[str, int]
) -> None:
    found = estimate_quality(url, since=since, until=until, queue=queue)
    assert {each.queue: each.spoken for each in found} == expected


def test_who_was_answered_at_once_has_no_relative_bias() -> None:
    at_once = EstimateQuality("x", 1, 1, 1, 0.0, 30.0, 0, 0, 0, 0, 0)
    assert (at_once.bias_s, at_once.relative_bias, at_once.coverage) == (-30.0, None, 1.0)


def test_the_screen_is_the_golden_one(url: str) -> None:
    text = quality_text(estimate_quality(url), since=START, zone=STOCKHOLM)
    assert (GOLDEN / "estimates.txt").read_text(encoding="utf-8") == text


def test_one_queue_is_not_added_up(url: str) -> None:
    text = quality_text(estimate_quality(url, queue="school"))
    assert text.startswith("Waiting times that callers were told\n\nschool\n")
    assert "all queues" not in text


def test_a_log_without_estimates_says_so() -> None:
    assert quality_text(()) == "no waiting time has been told yet\n"
    expected = "no waiting time has been told since 2025-11-22 04:40 CET\n"
    assert quality_text((), since=START, zone=STOCKHOLM) == expected
    assert quality_json(()) == {"since": None, "queues": []}


def test_json_has_every_figure_with_its_formula(url: str) -> None:
    told = quality_json(estimate_quality(url), since=START)
    assert told["since"] == "2025-11-22T03:40:00Z"
    assert [each["queue"] for each in told["queues"]] == ["general", "library", "school", None]
    school = told["queues"][2]
    assert (school["spoken"], school["answered"]) == (8, 3)
    assert school["left_out"] == {
        "all": 5,
        "left": 1,
        "sent_on": 1,
        "moved": 1,
        "lost": 1,
        "still_open": 1,
    }
    assert school["figures"][2] == {
        "formula": "estimate coverage",
        "value": 0.666667,
        "unit": None,
        "numerator": 2,
        "numerator_is": "in the range told",
        "denominator": 3,
        "denominator_is": "answered",
    }
    assert [each["value"] for each in told["queues"][1]["figures"]] == [None, None, None]
