"""Whatever a caller does, the trial ends, once, and its course is in order of time."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ivr.proving.actions import Action, HangUp, Press, Wait
from ivr.proving.course import Ended, Pressed
from ivr.proving.scenario import Given
from ivr.proving.trial import Trials
from routing.events import Outcome
from tests.ivr.proving.testby import EVENING, TUESDAY, one_second, scenario, the_number, written

TRIALS = Trials([the_number()], one_second)
LOST = {Outcome.LOST_IN_MENU, Outcome.ENGINE_LOST, Outcome.PBX_LOST}

actions = st.lists(
    st.text("0123456789*#", min_size=1, max_size=5).map(Press)
    | st.integers(0, 90_000).map(lambda ms: Wait(ms / 1000)),
    max_size=12,
)
ends = st.lists(st.just(HangUp()), max_size=1)
circumstances = st.builds(
    Given,
    free=st.sampled_from([(), ("anna",), ("gun",), ("gun", "anna")]),
    officers_answer=st.booleans(),
    hours=st.sampled_from([{}, {"office": "open"}, {"office": "emergency"}]),
)


@given(actions, ends, circumstances, st.sampled_from([TUESDAY, EVENING]))
def test_every_call_ends_once_and_in_order(
    does: list[Action], end: list[Action], given_: Given, when: str
) -> None:
    trial = TRIALS.run("testby", scenario(written([*does, *end]), when=when, given=given_))
    times = [happening.at for happening in trial.happened]
    assert times == sorted(times)
    assert [isinstance(happening, Ended) for happening in trial.happened].index(True) == len(times) - 1
    assert trial.outcome not in LOST
    pressed = "".join(each.key for each in trial.happened if isinstance(each, Pressed))
    keys = "".join(action.keys for action in does if isinstance(action, Press))
    assert keys.startswith(pressed)  # the call may be over before all is pressed
