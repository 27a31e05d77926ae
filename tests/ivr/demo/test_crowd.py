"""The drawn citizens: the same for the same seed, each with a number of their own, in the shares we say."""

from __future__ import annotations

from ivr.demo import crowd
from ivr.demo.crowd import KEY_SHARES, PATIENCE_S, THINKS_S, draw_citizens

MANY = 5_000
CLOSE = 0.03  # more than four standard deviations of any share at MANY draws


def test_the_same_seed_draws_the_same_citizens_and_another_others() -> None:
    assert draw_citizens(50, 1) == draw_citizens(50, 1)
    assert draw_citizens(50, 1) != draw_citizens(50, 2)
    assert draw_citizens(50, 1)[:20] == draw_citizens(20, 1)


def test_each_citizen_phones_from_a_number_of_their_own() -> None:
    callers = [citizen.caller for citizen in draw_citizens(MANY, 1)]
    assert len(set(callers)) == MANY
    assert callers[0] == f"+{crowd.FIRST_CALLER}"


def test_the_shares_are_those_that_stand_there() -> None:
    citizens = draw_citizens(MANY, 3)
    pressing = [citizen for citizen in citizens if citizen.presses]
    keyless = 1 - len(pressing) / MANY
    assert abs(keyless - crowd.SILENT_SHARE - crowd.LEAVES_MENU_SHARE) < CLOSE
    wrong = sum(len(citizen.presses) == 2 for citizen in citizens) / MANY
    assert abs(wrong - crowd.WRONG_KEY_SHARE) < CLOSE
    for key, share in KEY_SHARES.items():
        drawn = sum(citizen.presses[-1].key == key for citizen in pressing) / len(pressing)
        assert abs(drawn - share) < CLOSE


def test_thinking_and_patience_stay_within_their_bounds() -> None:
    for citizen in draw_citizens(MANY, 4):
        least = PATIENCE_S[0] if citizen.presses else THINKS_S[0]
        assert citizen.stays_s is not None
        assert least <= citizen.stays_s <= PATIENCE_S[1]
        if citizen.presses:
            assert THINKS_S[0] <= citizen.presses[0].after_s <= THINKS_S[1]


def test_nobody_may_be_drawn() -> None:
    assert draw_citizens(0, 1) == []
