"""Patience: the estimate of Kaplan and Meier against a table worked by hand, and draws that follow it."""

from __future__ import annotations

import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queues.whatif.patience import Patience, Stay

# Of six: one hung up after 10 s, one answered after 10 s, one hung up after 20 s, one answered after 25 s,
# two hung up after 40 s. S(10) = 5/6, S(20) = 5/6 * 3/4 = 5/8, S(40) = 5/8 * 0/2 = 0.
STAYS = [
    Stay(10.0, True),
    Stay(10.0, False),
    Stay(20.0, True),
    Stay(25.0, False),
    Stay(40.0, True),
    Stay(40.0, True),
]


@pytest.mark.parametrize(
    ("wait_s", "share"),
    [(0, 1), (9.9, 1), (10, 5 / 6), (19, 5 / 6), (20, 5 / 8), (39, 5 / 8), (40, 0), (99, 0)],
)
def test_the_share_that_waits_on_is_the_one_worked_by_hand(wait_s: float, share: float) -> None:
    assert Patience(STAYS).share_above(wait_s) == pytest.approx(share)


def test_the_tail_has_the_mean_of_all_queue_time_over_abandonments() -> None:
    fit = Patience(STAYS[:4])
    assert fit.tail_mean_s == pytest.approx(65 / 2)
    assert fit.seen_until_s == 20.0
    assert fit.share_above(52.5) == pytest.approx(fit.share_above(20) * math.exp(-1))


@pytest.mark.parametrize(
    ("chance", "drawn"), [(0.0, 10), (0.1, 10), (0.17, 20), (0.37, 20), (0.38, 40), (0.99, 40)]
)
def test_draws_follow_the_estimate(chance: float, drawn: float) -> None:
    assert Patience(STAYS).draw(chance) == drawn


def test_who_has_waited_draws_from_those_who_waited_longer() -> None:
    assert Patience(STAYS).draw(0.0, beyond_s=12.0) == 20.0
    assert Patience(STAYS).draw(0.26, beyond_s=12.0) == 40.0


def test_beyond_what_was_seen_the_tail_is_drawn() -> None:
    fit = Patience(STAYS[:4])
    assert fit.draw(0.5, beyond_s=100.0) == pytest.approx(100 + math.log(2) * fit.tail_mean_s)
    after_last = fit.draw(0.99)
    assert after_last == pytest.approx(20 + math.log(fit.share_above(20) / 0.01) * fit.tail_mean_s)
    assert Patience(STAYS).draw(0.5, beyond_s=50.0) > 50.0  # though nobody was seen to wait so long


def test_where_nobody_hung_up_everybody_waits_for_ever() -> None:
    assert Patience([Stay(10.0, False)]).draw(0.5) == math.inf
    assert Patience([]).draw(0.5) == math.inf


def test_exponential_patience_is_found_again_under_censoring() -> None:
    chance = Random(1)
    truths = [(chance.expovariate(1 / 120), chance.expovariate(1 / 60)) for _ in range(20_000)]
    fit = Patience(Stay(min(patience, wait), patience <= wait) for patience, wait in truths)
    assert fit.tail_mean_s == pytest.approx(120, rel=0.05)
    for wait_s in (30, 60, 120):
        assert fit.share_above(wait_s) == pytest.approx(math.exp(-wait_s / 120), abs=0.02)


@given(
    st.lists(st.builds(Stay, st.floats(0, 1000), st.booleans())),
    st.floats(0, 1, exclude_max=True),
    st.floats(0, 1000),
)
def test_a_draw_is_never_shorter_than_what_was_waited(
    stays: list[Stay], chance: float, beyond_s: float
) -> None:
    assert Patience(stays).draw(chance, beyond_s) >= beyond_s
