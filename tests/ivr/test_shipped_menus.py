"""The menus that are shipped: they load without a warning, do what their scenarios say, and lose nobody.

"Nobody" is meant literally: every state that a caller of these menus can be in is gone through, with every
key, at moments when the menus behave differently. What a caller comes to in the end is a queue that somebody
may answer, a telephone that rings, a message that offers a person, or the message that it is closed.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime
from functools import cache
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
from ivr.menu.folders import check
from ivr.menu.hours import Override
from ivr.menu.machine import MAX_REPEATS, begin, step
from ivr.menu.model import ChoiceNode, DigitsNode, HoursNode, LanguageNode, destinations, ways_of
from ivr.menu.number import STOCKHOLM, Ground, load_numbers
from ivr.menu.texts import text_of
from ivr.proving.proof import prove_folders

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ivr.menu.commands import State, Step
    from ivr.menu.model import Menu
    from ivr.menu.number import Number
    from ivr.menu.texts import Text

MENUS = Path(__file__).resolve().parents[2] / "menus"
LANGUAGES = {"jarfalla": {"sv", "en", "fi"}, "kommunsupport": {"sv", "en"}}
LEAST_SCENARIOS = 20
# After the last step: a telephone that rang then does not answer, a refusal is said, and who asks for a
# person even so is told that nobody is there.
LAST_WORDS = 3

STAR, BACK = KeysPressed("*"), KeysPressed("#")
ANYTHING: tuple[Event, ...] = (
    *(KeysPressed(key) for key in "0123456789"),
    STAR,
    *map(
        KeysPressed, ("12", "99", "899", "270123", "0123456789")
    ),  # too few digits, as many as asked, too many
    Silence(),
    PromptDone(),
    NotReached(),
)
CRISIS = Crisis("leak", text_of("crisis/leak", sv="Vattnet är avstängt.", en="There is no water.").prompts)


def at(local: str) -> float:
    return datetime.fromisoformat(local).replace(tzinfo=STOCKHOLM).timestamp()


GROUND = Ground(at=at("2026-11-23 00:00"))
OPEN, NIGHT = at("2026-11-24 10:00"), at("2026-11-24 22:00")
CLOSING = at("2026-11-24 16:30")
HOLIDAY, EVE, PLANNING = at("2026-12-25 12:00"), at("2027-01-05 12:00"), at("2027-02-12 10:00")


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
    for time in (OPEN, NIGHT, HOLIDAY, EVE, PLANNING):
        yield Moment(time, Standing(crises=crises))
    for change in changes(number):
        by_hand = Override(
            is_open=True, is_emergency=False, reason={}, since=change - 60, until=None, sticky=True
        )
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


def events(trails: set[tuple[str, ...]]) -> Iterator[tuple[Event, tuple[str, ...]]]:
    """Go through what a caller may do; `#` from wherever they may have come."""
    for event in ANYTHING:
        yield event, ()
    for trail in trails:
        yield BACK, trail


@cache
def extensions(number: str) -> tuple[Event, ...]:
    return tuple(map(KeysPressed, numbers()[number].menu.extensions))


def taken(
    number: str, place: Place, trails: set[tuple[str, ...]], now: Moment, *, steps: int = 0, repeats: int = 0
) -> Iterator[tuple[Event, Step]]:
    """Go through every step that may follow here."""
    menu = numbers()[number].menu
    for event, trail in (*events(trails), *((event, ()) for event in extensions(number))):
        state = general(place.state, trail, steps=steps, repeats=repeats)
        yield event, step(menu, state, event, now)


def reachable(number: str, now: Moment) -> tuple[set[Place], set[tuple[str, ...]]]:
    """Return every state, and every last question, that a caller who phones now can come to."""
    menu = numbers()[number].menu
    firsts = [begin(menu, now, called) for called in ("", *menu.replaced)]
    trails: set[tuple[str, ...]] = {()}
    while True:
        found = {Place(general(then.state), tells_closed(number, then)) for then in firsts}
        ahead = list(found)
        for place in ahead:
            if isinstance(place.state, Left):
                continue
            for _, then in taken(number, place, trails, now):
                new = Place(general(then.state), place.was_told or tells_closed(number, then))
                if new not in found:
                    found.add(new)
                    ahead.append(new)
        asked = {(place.state.node,) for place in found if isinstance(place.state, Asking | Confirming)}
        if asked <= trails:
            return found, trails
        trails |= asked


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
    assert {text.name: incomplete(text, languages) for text in (*menu.texts(), *reasons)} == {
        text.name: set() for text in (*menu.texts(), *reasons)
    }
    assert {key: set(template) for key, template in menu.templates.items()} == dict.fromkeys(
        menu.templates, languages
    )


def incomplete(text: Text, languages: set[str]) -> set[str]:
    """Return the languages in which there are no words, or those of another language.

    What stands in one language on purpose ("Suomeksi, paina 7.") is spoken in that language to everybody.
    """
    words = Counter((prompt.text, prompt.language) for prompt in text.prompts.values())
    spoken_in = {prompt.language for prompt in text.prompts.values()}
    if spoken_in < languages and len(words) == 1:
        return languages - set(text.prompts)
    return {
        language
        for language in languages | set(text.prompts)
        if language not in text.prompts
        or text.prompts[language].language != language
        or Counter(text for text, _ in words)[text.prompts[language].text] > 1
    }


def test_kommunsupport_changes_on_the_days_that_were_announced() -> None:
    days = [
        datetime.fromtimestamp(change, STOCKHOLM).date().isoformat() for change in changes("kommunsupport")
    ]
    assert days == ["2026-12-01", "2027-01-11", "2027-02-01", "2027-03-01", "2027-04-06"]


# --- every caller ---------------------------------------------------------------------------------


def bound(menu: Menu) -> int:
    """Work out anew how long a call may take: 3 × (tries + 1) × depth."""
    starts = {*menu.start.all, *(to for replaced in menu.replaced.values() for to in replaced.way.all)}
    asked = [node for node in menu.nodes.values() if isinstance(node, ChoiceNode | DigitsNode)]
    tries = max(retry.count for node in asked for retry in (node.wrong_key, node.silence))
    cost = {
        node.id: 0
        if isinstance(node, HoursNode | LanguageNode)
        else 2
        if isinstance(node, DigitsNode) and node.reads_back
        else 1
        for node in menu.nodes.values()
    }
    depth = {start: cost[start] for start in starts}
    for _ in menu.nodes:  # Bellman and Ford: no shortest way has more nodes than there are
        for node_id in list(depth):
            for to in destinations(menu.nodes[node_id]):
                depth[to] = min(depth.get(to, depth[node_id] + cost[to]), depth[node_id] + cost[to])
    return 3 * (tries + 1) * max(depth.values())


@pytest.mark.parametrize("number", LANGUAGES)
def test_the_steps_of_a_call_are_three_times_tries_and_one_times_depth(number: str) -> None:
    menu = numbers()[number].menu
    assert menu.steps == bound(menu)


@pytest.mark.parametrize("number", LANGUAGES)
@pytest.mark.parametrize("crises", [(), (CRISIS,)], ids=["quiet", "crisis"])
def test_from_every_state_everybody_comes_through_in_time(number: str, crises: Sequence[Crisis]) -> None:
    """Steps count up by one with every event, so what holds at the last step holds after so many steps."""
    menu = numbers()[number].menu
    lost: list[tuple[Moment, Place, Event]] = []
    for now in moments(number, *crises):
        places, trails = reachable(number, now)
        for place in places:
            if isinstance(place.state, Left):
                continue
            for event, then in taken(number, place, trails, now, steps=menu.steps - 1):
                if not has_come_through(number, then, was_told=place.was_told):
                    lost.append((now, place, event))
    assert lost == []


@pytest.mark.parametrize("number", LANGUAGES)
@pytest.mark.parametrize("crises", [(), (CRISIS,)], ids=["quiet", "crisis"])
def test_from_every_state_nobody_is_left_without_an_answer(number: str, crises: Sequence[Crisis]) -> None:
    lost: list[tuple[Moment, Place, Event]] = []
    for now in moments(number, *crises):
        places, trails = reachable(number, now)
        for place in places:
            if isinstance(place.state, Left):
                continue
            was_offered = isinstance(place.state, Saying) and place.state.offers
            for event, then in taken(number, place, trails, now):
                is_over = isinstance(then.command, HangUp | Enqueue) and not was_offered
                if is_over and not has_come_through(number, then, was_told=place.was_told):
                    lost.append((now, place, event))
    assert lost == []


@pytest.mark.parametrize("number", LANGUAGES)
def test_from_every_state_the_fifth_star_goes_to_a_person(number: str) -> None:
    menu = numbers()[number].menu
    person = {
        (now, then.command.node)
        for now in moments(number)
        for place in reachable(number, now)[0]
        if isinstance(place.state, Asking | Confirming | Saying)
        for then in [step(menu, general(place.state, repeats=MAX_REPEATS - 1), STAR, now)]
        if then.command.node != menu.person or not has_come_through(number, then, was_told=False)
    }
    assert person == set()


KEYS = st.one_of(
    st.sampled_from("0123456789*#").map(KeysPressed),
    st.text("0123456789", min_size=2, max_size=7).map(KeysPressed),
    st.sampled_from(ANYTHING),
    st.just(Silence()),
)


@st.composite
def calls(draw: st.DrawFn) -> tuple[str, str, list[Event], list[Moment]]:
    """Draw a number, what was dialled, what the caller does over and over, and when, step by step."""
    number = draw(st.sampled_from(sorted(LANGUAGES)))
    called = draw(st.sampled_from(["", *numbers()[number].menu.replaced]))
    pattern = draw(st.lists(KEYS, min_size=1, max_size=12))
    standing = draw(st.sampled_from([NOTHING, Standing(crises=(CRISIS,))]))
    still = draw(st.sampled_from([*moments(number), *moments(number, CRISIS)]))
    closing = [Moment(CLOSING - 1, standing)] * draw(st.integers(1, 12)) + [Moment(CLOSING, standing)]
    return number, called, pattern, draw(st.sampled_from([[still], closing]))


@settings(deadline=None, max_examples=300)  # the machine may be busy
@given(calls())
def test_whatever_a_caller_presses_they_come_through_in_time(
    call: tuple[str, str, list[Event], list[Moment]],
) -> None:
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
