"""The telephone and the trying of scenarios are two ways to the same: calls go, and are heard, alike."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import settings as tries
from hypothesis import strategies as st

from ivr.menu.number import load_number
from ivr.proving.actions import parse_actions
from ivr.proving.course import Ended as TrialEnded
from ivr.proving.course import Heard
from ivr.proving.scenario import Scenario
from ivr.proving.trial import Trials
from ivr.telephone.calling import Order
from ivr.telephone.happenings import Ended, QueueEntered, Spoken
from tests.ivr.telephone.made import pressing, rehearsed

JARFALLA = load_number(Path(__file__).resolve().parents[3] / "menus" / "jarfalla")
TRIALS = Trials([JARFALLA])
OPEN, CLOSED = datetime.fromisoformat("2026-11-24T10:00"), datetime.fromisoformat("2026-11-24T20:00")
ACTION = st.sampled_from(
    [*"0123456789*#", "12", "wait 0.7", "wait 3", "wait 11.3", "wait 50", "8", "7", "6", "9#"]
)
DOES = st.tuples(st.lists(ACTION, max_size=8), st.sampled_from(["", "hang up"])).map(
    lambda parts: ", ".join([*parts[0], *filter(None, parts[1:])])
)


@given(DOES, st.sampled_from([OPEN, CLOSED]))
@tries(max_examples=100, deadline=None)
def test_what_is_done_leads_and_is_heard_alike(does: str, local: datetime) -> None:
    agree(does, local)


def test_keys_that_skip_nothing_are_not_heard_by_either() -> None:
    agree("0, wait 0.7, 0", CLOSED)


def agree(does: str, local: datetime) -> None:
    at = local.replace(tzinfo=ZoneInfo("Europe/Stockholm")).timestamp()
    scenario = Scenario("x", Path("x"), 1, at, {}, "+46858028500", does=parse_actions(does))
    tried = TRIALS.run("jarfalla", scenario)
    happened = rehearsed(pressing(does), Order(at=local), [JARFALLA])

    heard = [(h.text, h.language) for h in tried.happened if isinstance(h, Heard) and not h.is_cut]
    # A scenario is over where a rehearsal goes on to hear what is said to those who wait.
    until = next((i for i, h in enumerate(happened) if isinstance(h, QueueEntered)), len(happened))
    assert [
        (h.said.text, h.said.language) for h in happened[:until] if isinstance(h, Spoken) and not h.is_cut
    ] == heard
    queues = [h.queue for h in happened if isinstance(h, QueueEntered)]
    # There its keys may lead on to another queue.
    assert queues[:1] == ([] if tried.queue is None else [tried.queue])
    end, tried_end = happened[-1], tried.happened[-1]
    assert isinstance(end, Ended)
    assert isinstance(tried_end, TrialEnded)
    if not queues:
        assert end.at_s == pytest.approx(tried_end.at - at, abs=0.01)
