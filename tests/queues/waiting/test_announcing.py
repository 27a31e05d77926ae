"""A waiting caller is told at once where they are, then what is better, and never anything worse."""

from __future__ import annotations

from itertools import pairwise
from math import inf
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queues.waiting.announcing import LEAST_BETWEEN_S, NOTHING_HEARD, Heard, Look, Told, hear, look
from queues.waiting.ranges import WaitRange, all_ranges
from routing.policy import Announcing

BOTH = Announcing()
NOON = 1_795_000_000.0
SHORT, LONG = WaitRange(60.0, 180.0), WaitRange(300.0, 480.0)
THIRD = Heard(NOON, 3, LONG)


@pytest.mark.parametrize(
    ("place", "spoken", "told"),
    [
        (1, SHORT, Told(1, SHORT)),
        (10, None, Told(10)),
        (11, None, Told(11)),
        (500, LONG, Told(11, LONG)),  # beyond ten, all are told the same
    ],
)
def test_the_first_place_is_told_at_once(place: int, spoken: WaitRange | None, told: Told) -> None:
    assert look(NOTHING_HEARD, NOON, place, spoken, BOTH) == Look(told, NOON + 90)


@pytest.mark.parametrize(
    ("after_s", "place", "spoken", "told", "next_s"),
    [
        # Better: as soon as 15 s have passed since the last announcement began.
        (14.9, 2, SHORT, None, 15.0),
        (15.0, 2, SHORT, Told(2, SHORT), 105.0),
        (15.0, 2, LONG, Told(2, LONG), 105.0),
        (40.0, 1, None, Told(1), 130.0),
        (40.0, 2, WaitRange(300.0, 600.0), Told(2), 130.0),  # the time would rise
        # Unchanged: at the interval, and not before.
        (89.9, 3, SHORT, None, 90.0),
        (90.0, 3, LONG, Told(3, LONG), 180.0),
        (90.0, 3, SHORT, Told(3, SHORT), 180.0),
        (90.0, 3, None, Told(3), 180.0),
        # Worse: never the place; the time at the interval, if it is better.
        (40.0, 4, SHORT, None, 90.0),
        (90.0, 4, LONG, None, 180.0),
        (90.0, 4, SHORT, Told(0, SHORT), 180.0),
        (90.0, 4, None, None, 180.0),
        (100.0, 4, WaitRange(0.0, 900.0), None, 190.0),
    ],
)
def test_what_follows(
    after_s: float, place: int, spoken: WaitRange | None, told: Told | None, next_s: float
) -> None:
    assert look(THIRD, NOON + after_s, place, spoken, BOTH) == Look(told, NOON + next_s)


def test_a_time_that_could_not_be_told_before_is_better_than_none() -> None:
    heard = Heard(NOON, 3)
    assert look(heard, NOON + 90, 4, LONG, BOTH).told == Told(0, LONG)


def test_a_queue_may_tell_the_place_alone() -> None:
    place_only = Announcing(estimate=False)
    assert look(NOTHING_HEARD, NOON, 4, LONG, place_only).told == Told(4)
    assert look(Heard(NOON, 4), NOON + 90, 5, SHORT, place_only) == Look(None, NOON + 180)


def test_a_queue_may_tell_the_time_alone() -> None:
    time_only = Announcing(position=False)
    assert look(NOTHING_HEARD, NOON, 4, LONG, time_only) == Look(Told(0, LONG), NOON + 90)
    heard = Heard(NOON, 0, LONG)
    assert look(heard, NOON + 20, 1, SHORT, time_only) == Look(None, NOON + 90)
    assert look(heard, NOON + 90, 1, LONG, time_only).told == Told(0, LONG)
    assert look(NOTHING_HEARD, NOON, 4, None, time_only) == Look(None, NOON + 90)


def test_a_queue_that_tells_neither_tells_its_keys_at_the_interval() -> None:
    keys_alone = Announcing(position=False, estimate=False)
    assert look(NOTHING_HEARD, NOON, 1, SHORT, keys_alone) == Look(Told(), NOON + 90)
    assert look(Heard(NOON), NOON + 89, 1, SHORT, keys_alone) == Look(None, NOON + 90)


def test_no_interval_is_shorter_than_what_lies_between_two_announcements() -> None:
    hasty = Announcing(every_s=1.0)
    assert look(NOTHING_HEARD, NOON, 3, None, hasty).next_look_s == NOON + LEAST_BETWEEN_S
    assert look(THIRD, NOON + 14, 3, None, hasty) == Look(None, NOON + LEAST_BETWEEN_S)


def test_what_was_heard_is_kept_until_something_else_of_its_kind_is() -> None:
    assert hear(THIRD, NOON + 90, Told(0, SHORT)) == Heard(NOON + 90, 3, SHORT)
    assert hear(THIRD, NOON + 90, Told(2)) == Heard(NOON + 90, 2, LONG)


# --- whatever happens in the queue --------------------------------------------------------------

ranges = st.none() | st.sampled_from(all_ranges())
announcings = st.builds(
    Announcing, st.booleans(), st.booleans(), st.sampled_from([1.0, 15.0, 90.0, 300.0]), st.integers(1, 12)
)
# After so many seconds somebody leaves or comes ahead, agents come or go: another place, another range.
changes = st.lists(st.tuples(st.integers(0, 200), st.integers(1, 15), ranges), min_size=1, max_size=25)


class Said(NamedTuple):
    """What a caller was told, and when."""

    at: float
    told: Told


class Held(NamedTuple):
    """A place and a range, from a time on."""

    at: float
    place: int
    spoken: WaitRange | None


def heard_by(queue: list[tuple[int, int, WaitRange | None]], announcing: Announcing) -> list[Said]:
    """Let a caller wait while this happens, and look as the engine does: at changes and when it is time."""
    said: list[Said] = []
    heard, next_look_s = NOTHING_HEARD, inf
    history = held(queue)
    for now, then in pairwise([*history, Held(history[-1].at + 400, 1, None)]):
        at = now.at
        while at < then.at:
            looked = look(heard, at, now.place, now.spoken, announcing)
            assert looked.next_look_s > at
            if looked.told is not None:
                said.append(Said(at, looked.told))
                heard = hear(heard, at, looked.told)
            at = next_look_s = looked.next_look_s
    assert next_look_s >= history[-1].at + 400
    return said


def held(queue: list[tuple[int, int, WaitRange | None]]) -> list[Held]:
    at, history = NOON, []
    for after_s, place, spoken in queue:
        at += after_s
        history.append(Held(at, place, spoken))
    return history


@settings(deadline=None)
@given(changes, announcings)
def test_announcements_never_begin_too_near(
    queue: list[tuple[int, int, WaitRange | None]], announcing: Announcing
) -> None:
    said = heard_by(queue, announcing)
    assert all(later.at - earlier.at >= LEAST_BETWEEN_S for earlier, later in pairwise(said))
    if announcing.position or announcing.estimate:
        assert all(one.told != Told() for one in said)


@settings(deadline=None)
@given(changes, announcings)
def test_neither_place_nor_time_ever_rises(
    queue: list[tuple[int, int, WaitRange | None]], announcing: Announcing
) -> None:
    said = heard_by(queue, announcing)
    places = [one.told.position for one in said if one.told.position]
    ends = [(span.most_s, span.least_s) for one in said if (span := one.told.range) is not None]
    assert places == sorted(places, reverse=True)
    assert ends == sorted(ends, reverse=True)
    assert announcing.position or not places
    assert announcing.estimate or not ends


@settings(deadline=None)
@given(changes, announcings)
def test_a_better_place_is_told_within_fifteen_seconds(
    queue: list[tuple[int, int, WaitRange | None]], announcing: Announcing
) -> None:
    said, history = heard_by(queue, announcing), held(queue)
    for now, then in pairwise([*history, Held(history[-1].at + 400, 1, None)]):
        place = min(now.place, announcing.most_position + 1)
        if announcing.position and then.at - now.at > LEAST_BETWEEN_S:
            known = [one.told.position for one in said if one.at <= now.at + LEAST_BETWEEN_S]
            assert min(known) <= place


@settings(deadline=None)
@given(st.integers(1, 15), ranges, announcings)
def test_what_is_unchanged_is_told_again_at_the_interval_and_not_before(
    place: int, spoken: WaitRange | None, announcing: Announcing
) -> None:
    said = heard_by([(0, place, spoken)], announcing)
    every_s = max(LEAST_BETWEEN_S, announcing.every_s)
    if announcing.position or not announcing.estimate or spoken is not None:
        times, at = [], NOON
        while at < NOON + 400:
            times.append(at)
            at += every_s
        assert [one.at for one in said] == times
        assert len({one.told for one in said}) == 1
    else:
        assert said == []
