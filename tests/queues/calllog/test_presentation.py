"""What `vaxel calls` shows: golden texts at a fixed width, and JSON with seconds and UTC."""

from __future__ import annotations

import json
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from queues.calllog.presentation import contact_json, contact_table, contacts_table, history_json
from queues.calllog.projection import detail_of
from queues.calllog.readings import ContactEvent, ContactHistory, ContactRecord
from routing.events import AgentOffered, CallArrived, Considered, Rule, Turn
from tests.queues.calllog.logs import record_of

GOLDEN = Path(__file__).parent / "golden"
STOCKHOLM = ZoneInfo("Europe/Stockholm")
PSEUDONYM = "5f0c91d2" + "77" * 28
SUMMER = 1_751_364_000.0  # 2025-07-01 10:00:00 UTC, noon in Stockholm

ANSWERED = ContactRecord(
    contact="c-20250701-000017",
    number="jarfalla",
    called="+46858028500",
    caller=PSEUDONYM,
    caller_kind="known",
    arrived_at=SUMMER,
    first_queue="social-services",
    queued_at=SUMMER + 21.25,
    last_agent="anna.berg",
    offers=2,
    answered_at=SUMMER + 96.75,
    talk_started_at=None,
    talk_ended_at=SUMMER + 3999.75,
    ended_at=SUMMER + 4000.0,
    outcome="answered",
    ended_by="caller",
    wait_s=75.5,
    talk_s=3903.0,
    hops=0,
)
WITHHELD = record_of(
    SUMMER + 5,
    CallArrived("c-20250701-000018", "ch", "jarfalla", "+46858028500", None, "withheld"),
    first_queue="elder-care",
    queued_at=SUMMER + 20,
    ended_at=SUMMER + 60,
    outcome="abandoned",
    ended_by="caller",
    wait_s=40.0,
)
OPEN = record_of(
    SUMMER + 9.9,
    CallArrived("c-20250701-000019", "ch", "kommunsupport-[bold]", "4\ufffd", None, "unreadable"),
)
HISTORY = ContactHistory(
    ANSWERED,
    (
        ContactEvent(1, SUMMER, "CallArrived", {"channel": "1751364000.7"}),
        ContactEvent(2, SUMMER, "PromptPlayed", {"node": "main", "prompts": ["welcome", "choices"]}),
        ContactEvent(5, SUMMER + 21.25, "DigitPressed", {"keys": 1}),
        ContactEvent(
            6, SUMMER + 21.25, "MenuAnswered", {"node": "main", "result": "match", "leads_to": "[social]"}
        ),
        ContactEvent(
            7, SUMMER + 21.25, "CallerQueued", {"queue": "social-services", "since": SUMMER + 21.25}
        ),
        ContactEvent(
            9,
            SUMMER + 90,
            "AgentOffered",
            {
                "agent": "anna.berg",
                "queue": "social-services",
                "rule": "specialist",
                "ring": 0,
                "waited_s": 68.75,
                "free": 2,
                "ring_s": 20.0,
            },
        ),
        ContactEvent(11, SUMMER + 96.75, "OfferAnswered", {"agent": "anna.berg"}),
        ContactEvent(40, SUMMER + 3999.75, "TalkEnded", {"agent": "anna.berg", "by": "caller"}),
        ContactEvent(41, SUMMER + 4000, "CallerHungUp", {}),
        ContactEvent(42, SUMMER + 4000, "CallEnded", {"outcome": "answered", "by": "caller"}),
    ),
)
WAITED = ContactHistory(
    WITHHELD,
    (
        ContactEvent(
            1, SUMMER + 20, "CallerTurnedAway",
            {"queue": "school", "way_out": "nobody_logged_in", "leads_to": "elder-care"},
        ),
        ContactEvent(2, SUMMER + 20, "PlaceRegained", {"queue": "elder-care"}),
        ContactEvent(3, SUMMER + 20, "CallerQueued", {"queue": "elder-care", "since": SUMMER - 60}),
        ContactEvent(
            4, SUMMER + 20, "WaitTold",
            {"queue": "elder-care", "position": 3, "least_s": 120.0, "most_s": 300.0},
        ),
        ContactEvent(5, SUMMER + 35, "WaitTold", {"queue": "elder-care", "position": 2}),
        ContactEvent(
            6, SUMMER + 50, "WaitTold", {"queue": "elder-care", "position": 0, "least_s": 0.0, "most_s": 60.0}
        ),
        ContactEvent(7, SUMMER + 52, "ChoiceOffered", {"queue": "elder-care", "key": "9"}),
        ContactEvent(
            8, SUMMER + 60, "CallerSentOn",
            {"queue": "elder-care", "way_out": "chosen", "leads_to": "general"},
        ),
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("list.txt", contacts_table((OPEN, WITHHELD, ANSWERED), zone=STOCKHOLM, width=110)),
        ("contact.txt", contact_table(HISTORY, zone=STOCKHOLM, width=110)),
        ("waited.txt", contact_table(WAITED, zone=STOCKHOLM, width=110)),
    ],
)
def test_the_screen_is_the_golden_one(name: str, text: str) -> None:
    assert (GOLDEN / name).read_text(encoding="utf-8") == text


def test_an_offer_is_told_in_plain_words() -> None:
    offer = AgentOffered("c", "anna", "school", Rule.RING_EMPTY, 1, 20.0, 1, 25.0, Turn.OVERDUE, 100 / 3)
    considered = Considered(free=1, closed=2, talking=3)
    event = ContactEvent(1, SUMMER, "AgentOffered", detail_of(offer._replace(considered=considered)))
    text = " ".join(contact_table(ContactHistory(ANSWERED, (event,)), width=110).split())
    assert text.endswith(
        "agent anna, queue school, rule ring empty, ring 2, waited 0:20, score 33, overdue, rings for 0:25 at"
        " most; 1 free, 3 talking, 2 of rings that were not open yet"
    )


def test_an_empty_list_says_so() -> None:
    assert contacts_table(()) == ""


def test_on_a_narrow_screen_what_matters_least_is_left_out_and_named() -> None:
    text = contacts_table((OPEN, WITHHELD, ANSWERED), width=80)
    shown = ("2025-07-01 10:00:00", "c-20250701-000017", "social-", "1:16", "65:03", "answered")
    assert all(cell in text for cell in shown)
    assert text.endswith("Left out for want of room: Caller, Number, Agent.\n")
    assert max(map(len, text.splitlines())) <= 80


def test_ids_and_figures_are_whole_where_names_are_shortened() -> None:
    text = contacts_table((OPEN, WITHHELD, ANSWERED), width=108)
    shown = ("2025-07-01 10:00:00", "c-20250701-000017", "5f0c91d2", "social-…", "1:16", "65:03", "answered")
    assert all(cell in text for cell in shown)


def test_the_whole_pseudonym_is_not_on_the_screen() -> None:
    text = contacts_table((ANSWERED,)) + contact_table(HISTORY)
    assert PSEUDONYM[:8] in text
    assert PSEUDONYM[:9] not in text


def test_json_has_seconds_and_utc() -> None:
    assert contact_json(ANSWERED) == {
        "contact": "c-20250701-000017",
        "number": "jarfalla",
        "called": "+46858028500",
        "caller": PSEUDONYM,
        "caller_kind": "known",
        "arrived_at": "2025-07-01T10:00:00.000Z",
        "first_queue": "social-services",
        "queued_at": "2025-07-01T10:00:21.250Z",
        "last_agent": "anna.berg",
        "offers": 2,
        "answered_at": "2025-07-01T10:01:36.750Z",
        "talk_ended_at": "2025-07-01T11:06:39.750Z",
        "ended_at": "2025-07-01T11:06:40.000Z",
        "outcome": "answered",
        "ended_by": "caller",
        "wait_s": 75.5,
        "talk_s": 3903.0,
        "hops": 0,
    }


def test_json_of_one_contact_holds_its_events() -> None:
    shown = json.loads(json.dumps(history_json(HISTORY)))
    assert contact_json(ANSWERED).items() <= shown.items()
    assert shown["events"][4] == {
        "seq": 7,
        "at": "2025-07-01T10:00:21.250Z",
        "event": "CallerQueued",
        "queue": "social-services",
        "since": "2025-07-01T10:00:21.250Z",
    }
