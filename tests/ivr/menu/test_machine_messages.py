"""Messages: who is told something that would end the call may ask for a person before it does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ivr.menu.commands import Ask, Event, HangUp, Saying
from ivr.menu.machine import outcome_of_hang_up
from ivr.menu.model import OFFER_WAIT_S, Change, GoodbyeNode, HoursNode, Menu, MessageNode, QueueNode, Way
from routing.events import Outcome
from tests.ivr.menu.menus_for_tests import (
    CLOSED,
    DONE,
    NIGHT,
    NOON,
    OFFER,
    OPENS,
    SILENCE,
    choice,
    menu_of,
    noted,
    option,
    said,
    shown,
    walked,
)

TOP = choice("top", option("1", "news", "top/1"), option("0", "general"))
BYE = GoodbyeNode("bye", said("bye"), Outcome.OUT_OF_HOURS)
LAST = menu_of(TOP, MessageNode("news", said("news")))
BEFORE_BYE = menu_of(TOP, MessageNode("news", said("news"), Way("bye")), BYE)
BEFORE_TOP = menu_of(TOP, MessageNode("news", said("news"), Way("top")))
CLOSED_AT_NIGHT = QueueNode("general", "general", hours="office")
SAID_CLOSED = (CLOSED, OPENS, f"{CLOSED} (en)", f"{OPENS} (en)")


@pytest.mark.parametrize("menu", [LAST, BEFORE_BYE])
def test_a_message_that_ends_the_call_offers_a_person(menu: Menu) -> None:
    now = walked(menu, "1")
    assert shown(now) == ("Ask news", "news", OFFER)
    assert isinstance(now.command, Ask)
    assert (now.command.wait_s, now.command.max_digits) == (OFFER_WAIT_S, 1)


def test_a_message_that_leads_on_offers_nobody() -> None:
    assert shown(walked(BEFORE_TOP, "1")) == ("Say news", "news")


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("0", ("Enqueue general",)),
        ("*", ("Ask news", "news", OFFER)),
        ("#", ("Ask top", "top/1")),
        ("5", ("Ask news", "news", OFFER)),  # an answer that was not understood does not end the call
        (SILENCE, ("HangUp news",)),
        (DONE, ("HangUp news",)),
    ],
)
def test_the_offer_may_be_taken_up_or_left(key: Event | str, expected: tuple[str, ...]) -> None:
    assert shown(walked(LAST, "1", key)) == expected


def test_after_the_offer_the_goodbye_follows_and_says_what_the_call_counts_as() -> None:
    assert shown(walked(BEFORE_BYE, "1", SILENCE)) == ("Say bye", "bye")
    assert walked(BEFORE_BYE, "1", SILENCE, DONE).command == HangUp("bye", Outcome.OUT_OF_HOURS)


def test_a_message_alone_counts_as_self_service_to_its_end_and_before() -> None:
    assert walked(LAST, "1", SILENCE).command == HangUp("news", Outcome.SELF_SERVED)
    assert outcome_of_hang_up(LAST, walked(LAST, "1").state) == Outcome.SELF_SERVED


def test_an_answer_that_is_never_understood_leads_to_a_person() -> None:
    assert shown(walked(LAST, *"15555")) == ("Ask news", "news", OFFER)
    now = walked(LAST, *"155555")
    assert (shown(now), noted(now)) == (("Enqueue general",), ["Answered news repeat general"])


def test_an_answer_that_is_not_understood_is_no_way_back_where_there_is_none() -> None:
    menu = menu_of(MessageNode("news", said("news")))
    assert shown(walked(menu, "#")) == ("Ask news", "news", OFFER)


@pytest.mark.parametrize("then", [None, Way("bye")])
def test_while_nobody_works_the_hours_are_said_instead_of_an_offer(then: Way | None) -> None:
    menu = menu_of(TOP, MessageNode("news", said("news"), then), BYE, CLOSED_AT_NIGHT)
    assert shown(walked(menu, "1", now=NIGHT)) == ("Say news", "news", *SAID_CLOSED)
    assert shown(walked(menu, "1", now=NOON)) == ("Ask news", "news", OFFER)
    assert shown(walked(menu, "1", DONE, now=NIGHT))[0] == ("HangUp news" if then is None else "Say bye")


def test_who_asks_for_a_person_while_nobody_works_is_told_so() -> None:
    menu = menu_of(TOP, MessageNode("news", said("news")), CLOSED_AT_NIGHT)
    now = walked(menu, "1", "0", now=NIGHT)
    assert shown(now) == ("Say general", *SAID_CLOSED)
    assert isinstance(now.state, Saying)
    assert now.state.ends == Outcome.OUT_OF_HOURS


def test_whether_a_message_ends_the_call_may_change_on_a_date() -> None:
    later = Way("top", (Change(NIGHT.at, "bye"),))
    menu = menu_of(TOP, MessageNode("news", said("news"), later), BYE)
    assert shown(walked(menu, "1", now=NOON)) == ("Say news", "news")
    assert shown(walked(menu, "1", now=NIGHT)) == ("Ask news", "news", OFFER)


def test_messages_follow_each_other() -> None:
    first, second = MessageNode("one", said("one"), Way("two")), MessageNode("two", said("two"), Way("top"))
    menu = menu_of(first, second, TOP)
    assert [shown(walked(menu, *[DONE] * times)) for times in range(3)] == [
        ("Say one", "one"),
        ("Say two", "two"),
        ("Ask top", "top", "top/1"),
    ]


def test_a_goodbye_without_words_ends_the_call_at_once() -> None:
    menu = menu_of(choice("top", option("9", "end")), GoodbyeNode("end", None, Outcome.REFUSED))
    assert walked(menu, "9").command == HangUp("end", Outcome.REFUSED)


def test_a_goodbye_says_what_came_before_it() -> None:
    top = choice("top", option("0", "general"), to="end")
    menu = menu_of(top, GoodbyeNode("end", None, Outcome.REFUSED))
    assert shown(walked(menu, SILENCE, SILENCE)) == ("Say end", "top/silence")


# --- queues and their hours ---------------------------------------------------------------------

SCHOOL = menu_of(
    choice("top", option("1", "school")), QueueNode("school", "school", said("school"), hours="office")
)


def test_a_queue_takes_callers_by_its_hours() -> None:
    assert shown(walked(SCHOOL, "1")) == ("Enqueue school", "school")
    assert shown(walked(SCHOOL, "1", now=NIGHT)) == ("Say school", *SAID_CLOSED)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (DONE, ("HangUp school",)),
        ("5", ("HangUp school",)),
        ("0", ("HangUp school",)),  # nobody is there
        ("*", ("Say school", *SAID_CLOSED)),
        ("#", ("Ask top", "top")),
    ],
)
def test_who_is_told_that_a_queue_is_closed_may_hear_it_again_or_go_back(
    key: Event | str, expected: tuple[str, ...]
) -> None:
    assert shown(walked(SCHOOL, "1", key, now=NIGHT)) == expected


def test_a_call_to_a_closed_queue_counts_as_out_of_hours() -> None:
    assert walked(SCHOOL, "1", DONE, now=NIGHT).command == HangUp("school", Outcome.OUT_OF_HOURS)


def test_silence_at_night_leads_to_the_hours_of_the_person() -> None:
    menu = menu_of(replace(TOP, options=TOP.options[1:]), CLOSED_AT_NIGHT)
    assert shown(walked(menu, SILENCE, SILENCE, now=NIGHT)) == ("Say general", "top/silence", *SAID_CLOSED)


def test_a_message_before_hours_that_are_over_offers_nobody() -> None:
    hours = HoursNode("hours", "office", Way("top"))
    menu = menu_of(MessageNode("news", said("news"), Way("hours")), hours, TOP)
    assert shown(walked(menu, now=NIGHT)) == ("Say news", "news")
    assert shown(walked(menu, DONE, now=NIGHT)) == ("Say hours", *SAID_CLOSED)
