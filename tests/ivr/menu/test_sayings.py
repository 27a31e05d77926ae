"""All that callers hear is known before they call, and what is usually said at once is joined beforehand."""

from __future__ import annotations

from dataclasses import replace
from itertools import cycle, islice
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings

from ivr.menu.announcements import digit_prompt
from ivr.menu.circumstances import NOTHING, Crisis, Standing
from ivr.menu.commands import KEYED_DIGITS, Left
from ivr.menu.machine import begin, step
from ivr.menu.model import (
    Change,
    GoodbyeNode,
    HoursNode,
    LanguageNode,
    MessageNode,
    OfficerNode,
    PatienceNode,
    QueueNode,
    ScriptNode,
    Way,
)
from ivr.menu.sayings import MOST_ALONG, prompts_of, sayings
from ivr.menu.texts import Prompt
from tests.ivr.menu.drawn_menus import MOMENTS, PATTERNS, QUIET, menus
from tests.ivr.menu.menus_for_tests import (
    AWAY,
    CLOSED,
    DIGITS_END,
    FAILED,
    FULL,
    MENU,
    NIGHT,
    NOON,
    OFFER,
    OPENS,
    SHORT,
    choice,
    digits,
    menu_of,
    option,
    prompts,
    said,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ivr.menu.circumstances import Moment
    from ivr.menu.commands import Event, Step
    from ivr.menu.model import Menu

pytestmark = pytest.mark.thorough

TOP = choice("top", option("1", "news", "top/1"), option("0", "general"))
DAY_S = 86_400.0


def joined(menu: Menu, language: str = "sv") -> set[tuple[str, ...]]:
    """Return what is joined in one language, by name."""
    return {
        tuple(prompt.name for prompt in together)
        for together in sayings(menu)
        if all(prompt.language == language for prompt in together)
    }


def names(prompts: Iterator[Prompt]) -> set[str]:
    return {prompt.name for prompt in prompts}


# --- what is joined -----------------------------------------------------------------------------


def test_questions_are_joined_in_full_and_in_short_and_behind_what_was_wrong() -> None:
    expected = {FULL, SHORT, ("top/wrong", *SHORT), ("top/silence", *SHORT), ("top/wrong",)}
    assert expected <= joined(MENU)
    assert expected <= joined(MENU, "en")


def test_the_opening_is_joined_with_the_greeting_of_every_start() -> None:
    menu = replace(
        menu_of(TOP, MessageNode("news", said("news"))),
        start=Way("news", (Change(NOON.at, "top"),)),
        opening=(said("112"),),
    )
    assert {("112", "news", OFFER), ("112", "top", "top/1")} <= joined(menu)


def test_the_opening_is_joined_with_what_follows_opening_hours_that_are_open() -> None:
    menu = replace(
        menu_of(HoursNode("hours", "office", Way("patient")), PatienceNode("patient", Way("top")), TOP),
        opening=(said("112"),),
    )
    assert ("112", "sentences/patient-on", "top", "top/1") in joined(menu)


def test_the_word_on_patience_is_joined_with_what_follows_it() -> None:
    menu = menu_of(PatienceNode("patient", Way("top"), said("patient")), TOP)
    assert {("patient", "top", "top/1"), ("patient", "top/1")} <= joined(menu)


def test_our_own_word_on_patience_is_joined_with_what_follows_it() -> None:
    menu = menu_of(PatienceNode("patient", Way("top")), TOP)
    assert {("sentences/patient-on", "top", "top/1"), ("sentences/patient-on", "top/1")} <= joined(menu)


def test_hours_behind_hours_by_date_are_gone_through_once() -> None:
    """Each way doubled what was joined: 20 such nodes were a million sayings."""
    chain = [
        HoursNode(f"h{place}", "office", Way(f"h{place + 1}", (Change(NOON.at, f"h{place + 2}"),)))
        for place in range(20)
    ]
    menu = menu_of(
        *chain, HoursNode("h20", "office", Way("top")), HoursNode("h21", "office", Way("top")), TOP
    )
    menu = replace(menu, start=Way("h0"), opening=(said("112"),))
    together = [each for each in sayings(menu) if each and each[0].name == "112"]
    assert len(together) == 2 * len(menu.languages)
    assert ("112", "top", "top/1") in joined(menu)


def test_words_on_patience_behind_each_other_by_date_are_bounded() -> None:
    chain = [
        PatienceNode(
            f"p{place}", Way(f"p{place + 1}", (Change(NOON.at, f"p{place + 2}"),)), said(f"p{place}")
        )
        for place in range(30)
    ]
    menu = menu_of(
        *chain, HoursNode("p30", "office", Way("top")), HoursNode("p31", "office", Way("top")), TOP
    )
    assert sum(1 for _ in sayings(menu)) < 40 * 2 * 2 * MOST_ALONG


def test_what_leads_to_a_language_is_joined_with_what_follows_in_it() -> None:
    top = choice("top", option("0", "general"), to="english")
    menu = menu_of(top, LanguageNode("english", "en", Way("top")))
    silence, greeting = said("top/silence").said_in("sv"), said("top").said_in("en")
    assert (silence, greeting) in set(sayings(menu))


def test_what_was_wrong_is_joined_with_the_person_who_follows_when_the_steps_are_used_up() -> None:
    menu = menu_of(choice("top", option("0", "general"), to="sub"), choice("sub", option("0", "general")))
    person = QueueNode("general", "general", said("general"))
    assert ("top/wrong", "general") in joined(replace(menu, nodes={**menu.nodes, "general": person}))


def test_a_message_is_joined_with_the_offer_where_it_may_end_the_call() -> None:
    goodbye = GoodbyeNode("bye")
    by_date = Way("top", (Change(NIGHT.at, "bye"),))
    last, first = MessageNode("news", said("news")), MessageNode("news", said("news"), Way("top"))
    assert [("news", OFFER) in joined(menu_of(TOP, node, goodbye)) for node in (last, first)] == [True, False]
    changing = joined(menu_of(TOP, MessageNode("news", said("news"), by_date), goodbye))
    assert {("news",), ("news", OFFER)} <= changing


def test_digits_are_joined_with_how_they_end() -> None:
    menu = menu_of(digits("case", 2, 4, "general"))
    assert {("case", DIGITS_END), ("case/wrong", "case", DIGITS_END)} <= joined(menu)


def test_who_is_away_and_what_failed_is_joined_with_what_follows() -> None:
    menu = menu_of(
        OfficerNode("anna", "anna", Way("top"), said("anna")),
        ScriptNode("parking", "parking:main", Way("top"), Way("top")),
        TOP,
        digits("dial", 3, 3, dials=True),
    )
    assert {("anna",), (AWAY, "top", "top/1"), (AWAY,), (FAILED, "top/1")} <= joined(menu)


@settings(deadline=None)  # the machine may be busy
@given(menus(), PATTERNS, QUIET)
def test_whatever_a_caller_hears_in_ordinary_use_was_joined_beforehand(
    menu: Menu, pattern: list[Event], now: Moment
) -> None:
    known = set(sayings(menu))
    taken = begin(menu, now)
    events = islice(cycle(pattern), menu.steps - 1)  # when the steps are used up anything leads to a person
    for event in (None, *events):
        taken = taken if event is None else step(menu, taken.state, event, now)
        together = prompts(taken.command)
        if together and not is_of_the_moment(together):
            assert together in known


def is_of_the_moment(together: Sequence[Prompt]) -> bool:
    """Tell whether hours that are over, or keyed digits, are among what is said: these are never joined."""
    return any(
        prompt.name.startswith(("sentences/closed", "sentences/opens", "closed/", KEYED_DIGITS))
        for prompt in together
    )


# --- what is spoken -----------------------------------------------------------------------------


@settings(deadline=None)  # the machine may be busy
@given(menus(), PATTERNS, MOMENTS)
def test_whatever_a_caller_hears_was_spoken_beforehand(menu: Menu, pattern: list[Event], now: Moment) -> None:
    known = set(prompts_of(menu, now.standing, now.at, now.at + DAY_S))
    steps: list[Step] = [begin(menu, now)]
    for event in islice(cycle(pattern), menu.steps):
        steps.append(step(menu, steps[-1].state, event, now))
        if isinstance(steps[-1].state, Left):
            break
    heard = {prompt for taken in steps for prompt in prompts(taken.command)}
    assert {prompt for prompt in heard if prompt.name != KEYED_DIGITS} <= known


def test_digits_are_spoken_where_some_are_read_back() -> None:
    read = menu_of(digits("case", 4, 4, "general", reads_back=True))
    unread = menu_of(digits("case", 4, 4, "general"))
    every = {digit_prompt(language, digit) for language in ("sv", "en") for digit in "0123456789"}
    assert every <= set(prompts_of(read, NOTHING, NOON.at, NOON.at))
    assert every.isdisjoint(prompts_of(unread, NOTHING, NOON.at, NOON.at))


def test_hours_are_spoken_only_if_they_are_over_before_the_end() -> None:
    menu = menu_of(TOP, MessageNode("news", said("news")))
    assert CLOSED in names(prompts_of(menu, NOTHING, NOON.at, NOON.at + 3600))  # it is the exchange's own
    assert OPENS not in names(prompts_of(menu, NOTHING, NOON.at, NOON.at + 3600))
    assert OPENS in names(prompts_of(menu, NOTHING, NOON.at, NOON.at + DAY_S))


def test_crisis_messages_are_spoken_before_they_begin() -> None:
    flood = Prompt("crisis/flood", "Översvämning.", "sv")
    standing = Standing(crises=(Crisis("flood", {"sv": flood}, since=NOON.at + 10 * DAY_S),))
    assert flood in set(prompts_of(MENU, standing, NOON.at, NOON.at + DAY_S))
