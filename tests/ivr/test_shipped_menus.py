"""The menus that are shipped: they load without a warning, do what their scenarios say, and lose nobody.

"Nobody" is meant literally: every state that a caller of these menus can be in is gone through, with every
key, at moments when the menus behave differently. What a caller comes to in the end is a queue that somebody
may answer, a telephone that rings, a message that offers a person, or the message that it is closed.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import cache
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.editing.checking import check
from ivr.menu.circumstances import NOTHING, Crisis, Moment, Standing
from ivr.menu.commands import (
    Ask,
    Asking,
    Confirming,
    Connect,
    Enqueue,
    Event,
    HangUp,
    KeysPressed,
    Left,
    NotReached,
    PromptDone,
    Say,
    Saying,
    Silence,
)
from ivr.menu.hours import Override
from ivr.menu.machine import begin, step
from ivr.menu.model import ChoiceNode, DigitsNode, HoursNode, LanguageNode, destinations, ways_of
from ivr.menu.number import STOCKHOLM, Ground, load_numbers
from ivr.menu.texts import text_of
from ivr.proving.proof import prove_folders

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ivr.menu.commands import State, Step
    from ivr.menu.model import Menu
    from ivr.menu.number import Number
    from ivr.menu.texts import Text

    Call = tuple[str, str, list[Event], list[Moment]]  # the last moment is that of all further steps
    Trails = set[tuple[str, ...]]  # each the question that the caller answered last, or nothing

pytestmark = pytest.mark.thorough

MENUS = Path(__file__).resolve().parents[2] / "menus"
LANGUAGES = {"jarfalla": {"sv", "en", "fi"}, "kommunsupport": {"sv", "en"}}
LEAST_SCENARIOS = 20
# After the last step: a telephone that rang then does not answer, a refusal is said, and who asks for a
# person even so is told that nobody is there.
LAST_WORDS = 3
STARS = 5  # so many in one call are a wish for a person

STAR, BACK = KeysPressed("*"), KeysPressed("#")
NOTHING_MORE: tuple[Event, ...] = (Silence(), PromptDone(), NotReached())
ANYTHING = (*map(KeysPressed, "0123456789"), STAR, *NOTHING_MORE)
DIGITS = ("12", "899", "270123", "0123456789")  # too few, as many as asked but of nobody, right, too many
CRISIS = Crisis("leak", text_of("crisis/leak", sv="Vattnet är avstängt.", en="There is no water.").prompts)
CRISES: dict[str, tuple[Crisis, ...]] = {"quiet": (), "crisis": (CRISIS,)}


def at(local: str) -> float:
    return datetime.fromisoformat(local).replace(tzinfo=STOCKHOLM).timestamp()


GROUND = Ground(at=at("2026-11-23 00:00"))
OPEN, CLOSING, NIGHT = at("2026-11-24 10:00"), at("2026-11-24 16:30"), at("2026-11-24 22:00")
HOLIDAY, PLANNING = at("2026-12-25 12:00"), at("2027-02-12 10:00")


@cache
def numbers() -> dict[str, Number]:
    return {number.id: number for number in load_numbers(MENUS, GROUND)}


@cache
def changes(number: str) -> tuple[float, ...]:
    """Return when some way of the menu begins to lead elsewhere."""
    menu = numbers()[number].menu
    ways = [*(way for node in menu.nodes.values() for way in ways_of(node)), menu.start]
    ways += [replaced.way for replaced in menu.replaced.values()]
    return tuple(sorted({change.since for way in ways for change in way.changes}))


def moments(number: str, *crises: Crisis) -> Iterator[Moment]:
    """Go through moments at which a menu behaves differently.

    Before and after each change somebody has opened by hand: dates begin at midnight, when it is closed.
    """
    for time in (OPEN, NIGHT, HOLIDAY, PLANNING):
        yield Moment(time, Standing(crises=crises))
    for change in changes(number):
        by_hand = Override(is_open=True, is_emergency=False, reason={}, since=0, until=None, sticky=True)
        overrides = dict.fromkeys(numbers()[number].menu.hours, by_hand)
        for time in (change - 1, change):
            yield Moment(time, Standing(overrides, crises))


# --- what callers come to -------------------------------------------------------------------------


@cache
def answered(number: str) -> frozenset[str]:
    """Return the queues that somebody may answer: an agent with a skill that a ring of the queue asks."""
    loaded = numbers()[number]
    return frozenset(
        queue.id
        for queue in loaded.queues.values()
        for agent in loaded.agents.values()
        for ring in queue.rings
        if (skill := agent.skills.get(queue.id)) is not None
        and skill.level >= ring.least_level
        and ring.reach in {"everybody", f"{skill.role}s"}
        and (skill.role == "specialist" or not queue.confidential)
    )


def tells_closed(number: str, then: Step) -> bool:
    """Tell whether the caller hears that it is closed, in the exchange's words or by a day's own reason."""
    said = then.command.prompts if isinstance(then.command, Ask | Say | Enqueue) else ()
    reasons = {f"hours/{hours}/" for hours in numbers()[number].menu.hours}
    return any(prompt.name.startswith(("sentences/closed", *reasons)) for prompt in said)


def has_come_through(number: str, then: Step, *, was_told: bool) -> bool:
    """Tell whether the caller has come to somebody, or knows why not."""
    match then.command:
        case Enqueue(queue=queue):
            return queue in answered(number)
        case Connect():
            return True
        case Ask() if isinstance(then.state, Saying) and then.state.offers:
            return True
        case _:
            return was_told or tells_closed(number, then)


class Place(NamedTuple):
    """Where a caller is, and whether they were told that it is closed."""

    state: State
    was_told: bool


def general(state: State, trail: tuple[str, ...] = (), *, steps: int = 0, repeats: int = 0) -> State:
    """Return a state without what a step does not depend on.

    A step asks of the walk whether its steps are used up, which `*` it is, and where it last came from; the
    greetings that were heard change words only. Whoever has all the time in the world may be silent for ever.
    """
    walk = state.walk._replace(steps=steps, repeats=repeats, greeted=frozenset(), trail=trail)
    state = replace(state, walk=walk)
    if isinstance(state, Asking | Confirming) and walk.is_patient:
        return replace(state, silences=0)
    return state


def taken(
    number: str, place: Place, trails: Trails, now: Moment, *, steps: int = 0, repeats: int = 0
) -> Iterator[tuple[Event, Step]]:
    """Go through every step that may follow here; `#` leads back to wherever the caller may have been."""
    menu = numbers()[number].menu
    if isinstance(place.state, Left):
        return
    is_of_digits = isinstance(menu.nodes[place.state.node], DigitsNode)
    digits = map(KeysPressed, (*DIGITS, *menu.extensions) if is_of_digits else ())
    events = [(event, ()) for event in (*ANYTHING, *digits)]
    for event, trail in (*events, *((BACK, trail) for trail in trails)):
        state = general(place.state, trail, steps=steps, repeats=repeats)
        yield event, step(menu, state, event, now)


def reachable(number: str, now: Moment) -> tuple[set[Place], Trails]:
    """Return every state, and every last question, that a caller who phones now can come to."""
    menu = numbers()[number].menu
    firsts = [begin(menu, now, called) for called in ("", *menu.replaced)]
    trails: Trails = {()}
    while True:
        found = {Place(general(then.state), tells_closed(number, then)) for then in firsts}
        ahead = list(found)
        for place in ahead:
            for _, then in taken(number, place, trails, now):
                new = Place(general(then.state), place.was_told or tells_closed(number, then))
                if new not in found:
                    found.add(new)
                    ahead.append(new)
        asked = {(place.state.node,) for place in found if isinstance(place.state, Asking | Confirming)}
        if asked <= trails:
            return found, trails
        trails |= asked


@cache
def explored(number: str, time: str) -> list[tuple[Moment, set[Place], Trails]]:
    """Return what callers can come to at each moment."""
    return [(now, *reachable(number, now)) for now in moments(number, *CRISES[time])]


# --- the files ------------------------------------------------------------------------------------


def test_the_shipped_numbers_load_together_without_a_warning() -> None:
    assert check([MENUS], GROUND).problems == ()
    assert set(numbers()) == set(LANGUAGES)


@pytest.mark.parametrize("number", LANGUAGES)
def test_each_number_does_what_its_many_scenarios_say(number: str) -> None:
    (proof,) = (proof for proof in prove_folders([MENUS], GROUND).numbers if proof.number == number)
    assert [tried.scenario.name for tried in proof.tried if not tried.passed] == []
    assert len(proof.tried) >= LEAST_SCENARIOS


@pytest.mark.parametrize(("number", "languages"), LANGUAGES.items())
def test_every_text_is_in_every_language_of_its_number(number: str, languages: set[str]) -> None:
    menu = numbers()[number].menu
    reasons = [each.reason for hours in menu.hours.values() for each in hours.exceptions if each.reason]
    assert set(menu.languages) == languages
    assert [text.name for text in (*menu.texts(), *reasons) if not is_complete(text, languages)] == []
    assert {key for key, template in menu.templates.items() if set(template.prompts) != languages} == set()


def is_complete(text: Text, languages: set[str]) -> bool:
    """Tell whether a text has words of its own in each language, or is said to everybody in one."""
    prompts = text.prompts
    is_told_apart = len({prompt.text for prompt in prompts.values()}) == len(languages)
    has_own = is_told_apart and all(prompt.language == language for language, prompt in prompts.items())
    is_for_everybody = len(set(prompts.values())) == 1
    return set(prompts) == languages and (has_own or is_for_everybody)


def test_kommunsupport_changes_on_the_days_that_were_announced() -> None:
    days = [str(datetime.fromtimestamp(change, STOCKHOLM).date()) for change in changes("kommunsupport")]
    assert days == ["2026-12-01", "2027-01-11", "2027-02-01", "2027-03-01", "2027-04-06"]


# --- every caller ---------------------------------------------------------------------------------


def bound(menu: Menu) -> int:
    """Work out anew how long a call may take: 3 * (tries + 1) * depth."""
    starts = {*menu.start.all, *(to for replaced in menu.replaced.values() for to in replaced.way.all)}
    asked = [node for node in menu.nodes.values() if isinstance(node, ChoiceNode | DigitsNode)]
    tries = max(retry.count for node in asked for retry in (node.wrong_key, node.silence))
    cost = {node.id: int(not isinstance(node, HoursNode | LanguageNode)) for node in menu.nodes.values()}
    cost.update((node.id, 2) for node in asked if isinstance(node, DigitsNode) and node.reads_back)
    depth = {start: cost[start] for start in starts}
    for _ in menu.nodes:  # Bellman and Ford: no shortest way has more nodes than there are
        for node_id in list(depth):
            for to in destinations(menu.nodes[node_id]):
                further = depth[node_id] + cost[to]
                depth[to] = min(depth.get(to, further), further)
    return 3 * (tries + 1) * max(depth.values())


def test_the_steps_of_a_call_are_three_times_tries_and_one_times_depth() -> None:
    menus = [number.menu for number in numbers().values()]
    assert [menu.steps for menu in menus] == [bound(menu) for menu in menus]


@pytest.mark.parametrize("number", LANGUAGES)
@pytest.mark.parametrize("time", CRISES)
def test_from_every_state_everybody_comes_through_in_time(number: str, time: str) -> None:
    """Each event is one step more, so what holds of any state with one step left holds of every call."""
    menu = numbers()[number].menu
    lost = [
        (now, place, event)
        for now, places, trails in explored(number, time)
        for place in places
        for event, then in taken(number, place, trails, now, steps=menu.steps - 1)
        if not has_come_through(number, then, was_told=place.was_told)
    ]
    assert lost == []


@pytest.mark.parametrize("number", LANGUAGES)
@pytest.mark.parametrize("time", CRISES)
def test_from_every_state_no_menu_ends_without_an_answer(number: str, time: str) -> None:
    lost = [
        (now, place, event)
        for now, places, trails in explored(number, time)
        for place in places
        if not (isinstance(place.state, Saying) and place.state.offers)  # they had their answer, and a choice
        for event, then in taken(number, place, trails, now)
        if isinstance(then.command, HangUp | Enqueue)
        if not has_come_through(number, then, was_told=place.was_told)
    ]
    assert lost == []


@pytest.mark.parametrize("number", LANGUAGES)
def test_from_every_state_the_fifth_star_goes_to_a_person(number: str) -> None:
    menu = numbers()[number].menu
    lost = [
        (now, place)
        for now, places, _ in explored(number, "quiet")
        for place in places
        if isinstance(place.state, Asking | Confirming | Saying)
        for then in [step(menu, general(place.state, repeats=STARS - 1), STAR, now)]
        if then.command.node != menu.person or not has_come_through(number, then, was_told=False)
    ]
    assert lost == []


KEYS = st.one_of(
    st.sampled_from([*ANYTHING, BACK]),
    st.sampled_from([*DIGITS, "817"]).map(KeysPressed),
    st.text("0123456789", min_size=2, max_size=7).map(KeysPressed),
    st.sampled_from([*NOTHING_MORE, STAR]),  # what keeps somebody longest in a menu
)


@st.composite
def calls(draw: st.DrawFn) -> Call:
    """Draw what was dialled, what the caller does over and over, and when each step is; it may close."""
    number = draw(st.sampled_from(sorted(LANGUAGES)))
    called = draw(st.sampled_from(["", *numbers()[number].menu.replaced]))
    pattern = draw(st.lists(KEYS, min_size=1, max_size=12))
    standing = draw(st.sampled_from([NOTHING, Standing(crises=(CRISIS,))]))
    still = draw(st.sampled_from([*moments(number), *moments(number, CRISIS)]))
    closing = [Moment(CLOSING - 1, standing)] * draw(st.integers(1, 12)) + [Moment(CLOSING, standing)]
    return number, called, pattern, draw(st.sampled_from([[still], closing]))


@settings(deadline=None, max_examples=300)  # the machine may be busy
@given(calls())
def test_whatever_a_caller_presses_they_come_through_in_time(call: Call) -> None:
    number, called, pattern, times = call
    menu = numbers()[number].menu
    then = begin(menu, times[0], called)
    was_told = tells_closed(number, then)
    came_through = [has_come_through(number, then, was_told=was_told)]
    for place, event in enumerate(islice(cycle(pattern), menu.steps + LAST_WORDS), start=1):
        then = step(menu, then.state, event, times[min(place, len(times) - 1)])
        was_told = was_told or tells_closed(number, then)
        came_through.append(has_come_through(number, then, was_told=was_told))
    assert any(came_through[: menu.steps + 1])
    assert isinstance(then.state, Left)
