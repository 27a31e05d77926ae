"""Stories: golden text at a fixed width, and JSON with the same words."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

from queues.calllog.projection import detail_of
from queues.calllog.readings import ContactEvent, ContactHistory
from queues.telling.page import story_json, story_text
from queues.telling.story import story
from routing.events import (
    AgentOffered,
    CallArrived,
    CallEnded,
    CallerHungUp,
    CallerLost,
    CallerQueued,
    CallerSentOn,
    CallTransferred,
    Considered,
    DigitPressed,
    Event,
    MenuAnswered,
    MenuResult,
    OfferAnswered,
    OfferFailed,
    OfferFailure,
    OfficerAnswered,
    OfficerCalled,
    Outcome,
    PromptEnded,
    PromptPlayed,
    Rule,
    TalkEnded,
    WaitTold,
    WayOut,
)
from routing.policy import Announcing, Queue, Ring
from tests.queues.calllog.logs import record_of

GOLDEN = Path(__file__).parent / "golden"
STOCKHOLM = ZoneInfo("Europe/Stockholm")
SUMMER = 1_751_364_000.0  # 2025-07-01 10:00:00 UTC, noon in Stockholm
QUEUES = {
    "school": Queue("school", "School", "n", (Ring(0.0, "specialists"), Ring(30.0, "everybody"))),
    "general": Queue("general", "General", "n", (Ring(0.0, "specialists"),), points=10.0),
}
ARRIVAL = CallArrived("vaxel-17", "ch", "jarfalla", "+46858028500", "5f0c91d2" + "77" * 28, "known")


def at_once(queue: str, at: float) -> Queue | None:
    del at
    return QUEUES.get(queue)


def history_of(*events: tuple[float, Event]) -> ContactHistory:
    """Return a contact with these events, each with its time since the arrival."""
    kept = tuple(
        ContactEvent(seq, SUMMER + after_s, type(event).__name__, detail_of(event))
        for seq, (after_s, event) in enumerate(events, start=40)
    )
    record = record_of(
        SUMMER, ARRIVAL, first_queue="school", wait_s=63.0, outcome="answered", ended_by="caller"
    )
    return ContactHistory(replace(record, answered_at=SUMMER + 75.0, talk_s=185.0), kept)


HISTORY = history_of(
    (0.0, ARRIVAL),
    (0.0, PromptPlayed("vaxel-17", "start", ("start.greeting",))),
    (6.2, DigitPressed("vaxel-17", "4711")),
    (6.2, MenuAnswered("vaxel-17", "start", MenuResult.MATCH, "school")),
    (6.2, PromptPlayed("vaxel-17", "school", ("school.say",))),
    (8.0, PromptEnded("vaxel-17")),
    (8.0, CallerQueued("vaxel-17", "school", SUMMER + 6.2)),
    (8.0, WaitTold("vaxel-17", "school", 2, 60.0, 180.0)),
    (
        12.2,
        AgentOffered(
            "vaxel-17", "anna", "school", Rule.SPECIALIST, 0, 6.0, 1, 20.0, score=10.0,
            considered=Considered(free=1, closed=2, talking=3),
        ),
    ),
    (32.2, OfferFailed("vaxel-17", "anna", OfferFailure.NO_ANSWER)),
    (
        66.2,
        AgentOffered(
            "vaxel-17", "gun", "school", Rule.WIDENED, 1, 60.0, 2, 20.0, score=100.0,
            considered=Considered(free=2, cool_down=1, talking=3),
        ),
    ),
    (71.2, OfferAnswered("vaxel-17", "gun")),
    (171.2, CallTransferred("vaxel-17", "gun", "officer", "olle", "blind")),
    (171.2, OfficerCalled("vaxel-17", "olle", 30.0)),
    (176.2, OfficerAnswered("vaxel-17", "olle")),
    (261.2, TalkEnded("vaxel-17", "olle", "caller")),
    (261.2, CallerHungUp("vaxel-17")),
    (261.2, CallEnded("vaxel-17", Outcome.ANSWERED, "caller")),
)  # fmt: skip
SENT_ON = history_of(
    (0.0, ARRIVAL),
    (5.0, CallerQueued("vaxel-17", "general", SUMMER + 5.0, 20.0)),
    (65.0, CallerSentOn("vaxel-17", "general", WayOut.ESTIMATE, "school")),
    (65.0, CallerQueued("vaxel-17", "school", SUMMER + 5.0)),
    (
        66.0,
        AgentOffered("vaxel-17", "gun", "school", Rule.SAME_AGENT, 0, 61.0, 1, 20.0, score=101.67),
    ),
    (70.0, CallerLost("vaxel-17", "pbx", SUMMER + 69.0)),
    (70.0, CallEnded("vaxel-17", Outcome.PBX_LOST, "pbx", SUMMER + 69.0)),
)


def test_the_page_is_the_golden_one() -> None:
    text = story_text(HISTORY.record, story(HISTORY, at_once), zone=STOCKHOLM, width=100)
    assert text == (GOLDEN / "story.txt").read_text(encoding="utf-8")


def test_the_page_of_a_call_that_was_sent_on_and_lost_is_the_golden_one() -> None:
    text = story_text(SENT_ON.record, story(SENT_ON, at_once), zone=STOCKHOLM, width=100)
    assert text == (GOLDEN / "sent_on.txt").read_text(encoding="utf-8")


def test_agents_stand_below_the_offer_that_they_are_of() -> None:
    steps = story(
        HISTORY, at_once, {48: ("anna (ring 1; level 3): free, and rung", "gun (ring 2, …): talking")}
    )
    lines = story_text(HISTORY.record, steps, width=100).splitlines()
    place = lines.index("             anna (ring 1; level 3): free, and rung")
    assert lines[place + 1] == "             gun (ring 2, …): talking"
    assert [step.seq for step in steps if step.agents] == [48]


def test_no_line_is_wider_than_the_screen_and_nothing_secret_is_on_it() -> None:
    text = story_text(HISTORY.record, story(HISTORY, at_once), width=60)
    assert max(map(len, text.splitlines()[2:])) <= 60
    assert "4711" not in text
    assert "5f0c91d2" in text
    assert "5f0c91d27" not in text


def test_json_has_the_same_words() -> None:
    steps = story(HISTORY, at_once, {48: ("anna",)})
    told = json.loads(json.dumps(story_json(HISTORY.record, steps)))
    assert told["contact"] == "vaxel-17"
    assert [each["text"] for each in told["story"]] == [step.text for step in steps]
    offer = next(each for each in told["story"] if each["event"] == "AgentOffered")
    assert offer == {
        "seq": 48,
        "at": "2025-07-01T10:00:12.200Z",
        "event": "AgentOffered",
        "text": "anna was rung, after 6 s of waiting in school, for up to 20 s",
        "because": [
            "anna belongs to the first ring of school",
            "score 10, the highest among those whom anna may answer: waited 6 s of a target of 1:00 min",
            "the others of school: 3 talking, 2 of rings that were not open yet",
        ],
        "agents": ["anna"],
    }


def test_a_call_that_goes_on_says_so() -> None:
    open_ = ContactHistory(record_of(SUMMER, ARRIVAL), HISTORY.events[:1])
    assert "the call goes on\n" in story_text(open_.record, story(open_, at_once))


def test_a_place_behind_the_last_one_that_is_told_is_that_or_later() -> None:
    told = history_of(
        *(
            (at, WaitTold("vaxel-17", queue, place))
            for at, queue, place in ((1.0, "school", 11), (2.0, "school", 10))
        ),
        (3.0, WaitTold("vaxel-17", "no-more", 11)),
    )
    announced = replace(QUEUES["school"], announcing=Announcing(most_position=10))
    steps = story(told, lambda queue, _: announced if queue == "school" else None)
    assert [step.text.partition(": ")[2] for step in steps] == ["place 11 or later", "place 10", "place 11"]
