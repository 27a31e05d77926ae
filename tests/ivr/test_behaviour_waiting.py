"""How joining and waiting go, rule by rule: each test begins with the rule in our own words.

Ways out of a queue that callers do not choose are in test_behaviour_leaving.py; the order across queues is
the router's, and is told in tests/routing; what callers hear, and how fast, is in test_stay.py.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from ivr.contact import Choose, Phase, Ring, Tell, Wait
from routing.events import (
    AgentStateChanged,
    CallerLost,
    CallerQueued,
    ChoiceOffered,
    DigitPressed,
    PlaceRegained,
    PromptEnded,
    SilenceElapsed,
    TelephoneState,
    WaitTold,
)
from routing.policy import Announcing
from tests.ivr.waiting_scene import NINE, SCHOOL, Scene, Ways, number_of

TELLING = number_of(replace(SCHOOL, announcing=Announcing()), ways={"school": Ways(keys={"9": "sorry"})})


# --- announcements ---------------------------------------------------------------------------------------


def test_the_first_place_is_told_at_once() -> None:
    """Who comes to a queue hears their place as soon as the music would begin."""
    scene = Scene(TELLING)
    assert scene.waits("c1")[-1] == WaitTold("c1", "school", 1)
    assert scene.prompts("c1") == ["sentences/first-in-line", "queues/school/key-9"]
    scene.waits("c2")
    assert scene.told("c2") == [(0.0, 2)]


def test_a_better_place_is_told_as_soon_as_15_s_have_passed_since_the_last_announcement_began() -> None:
    """Two announcements begin at least 15 s apart, however fast the line moves."""
    scene = Scene(TELLING)
    scene.waits("c1", "c2", "c3")
    scene.passes(5).hangs_up("c1")
    scene.passes(5).hangs_up("c2")
    scene.passes(20)
    assert scene.told("c3") == [(0.0, 3), (15.0, 1)]


def test_an_unchanged_place_is_told_again_at_the_interval() -> None:
    """While nothing changes, the place is said every 90 s."""
    scene = Scene(TELLING)
    scene.waits("c1", "c2")
    scene.passes(200)
    assert scene.told("c2") == [(0.0, 2), (90.0, 2), (180.0, 2)]


def test_a_worse_place_is_never_told() -> None:
    """Who is passed by somebody with a head start hears no place until theirs is as good again."""
    scene = Scene(TELLING)
    scene.waits("c1", "c2")
    scene.passes(1)
    ahead = CallerQueued("vip", "school", scene.at - 200)
    scene.arrives("vip")
    scene.core.lobby.enqueue(scene.at, scene["vip"], ahead)
    scene.passes(100)
    assert scene.told("c1") == [(0.0, 1)]
    assert scene.told("c2") == [(0.0, 2)]
    scene.hangs_up("vip")
    scene.passes(90)
    assert scene.told("c2")[1:] == [(180.0, 2)]


def test_beyond_the_limit_only_that_there_are_more_is_told() -> None:
    """Beyond the tenth place, "more than ten" is said; who comes to be the tenth hears it."""
    scene = Scene(TELLING)
    scene.waits(*(f"c{place}" for place in range(1, 13)))
    assert scene.prompts("c12")[0] == "sentences/position"
    text = scene["c12"].task.prompts[0].text  # type: ignore[union-attr]
    assert text == "Du har minst tio före dig i kön."
    scene.passes(20).hangs_up("c1")
    scene.passes(1).hangs_up("c2")
    assert scene.told("c12") == [(0.0, 11), (21.0, 10)]


def test_nothing_is_told_while_a_telephone_rings_and_all_that_fell_due_once_afterwards() -> None:
    """From an offer to its end the caller hears the ringing alone."""
    scene = Scene(TELLING)
    scene.waits("c1")
    scene.passes(85)
    scene.logs_in("anna")
    assert isinstance(scene["c1"].task, Ring)
    scene.passes(19)
    assert scene.told("c1") == [(0.0, 1)]
    scene.does_not_answer("anna")
    assert scene.told("c1") == [(0.0, 1), (104.0, 1)]
    assert isinstance(scene["c1"].task, Tell)


def test_an_agent_who_is_offered_cuts_an_announcement_off() -> None:
    """Nothing that is being said keeps a telephone from ringing."""
    scene = Scene(TELLING)
    scene.waits("c1")
    assert isinstance(scene["c1"].task, Tell)
    scene.logs_in("anna")
    assert scene["c1"].task == Ring("anna", 20.0)  # type: ignore[comparison-overlap]  # it changes
    assert scene.tried(PromptEnded("c1")) is None  # late news of the text


def test_one_caller_s_announcement_delays_nobody_else() -> None:
    """Each caller is told on their own: who is being told something stands in nobody's way."""
    scene = Scene(TELLING)
    scene.waits("c1", "c2")
    assert isinstance(scene["c1"].task, Tell)
    scene.logs_in("anna", "gun")
    assert scene.offered() == [("c1", "anna")]
    scene.passes(30)
    assert scene.offered() == [("c1", "anna"), ("c2", "gun")]


# --- estimates -------------------------------------------------------------------------------------------


def test_no_waiting_time_is_told_before_there_is_history() -> None:
    """With too few talks seen, only the place is said."""
    scene = Scene(TELLING)
    scene.waits("c1")
    assert scene.log(WaitTold) == [WaitTold("c1", "school", 1, None, None)]


def with_history() -> Scene:
    """Return a scene in which anna has talked for two minutes with each of twelve callers, and talks now."""
    scene = Scene(TELLING)
    scene.logs_in("anna")
    for talk in range(12):
        scene.talks("anna", f"t{talk}", 120.0)
    scene.waits("t")
    scene.answers("anna")
    return scene


def test_a_rounded_range_is_told_once_there_is_history() -> None:
    """After ten talks the waiting time is told, as a range that ends at round minutes."""
    scene = with_history()
    scene.waits("c1")
    (told,) = [told for told in scene.log(WaitTold) if told.contact == "c1"]
    assert (told.position, told.least_s, told.most_s) == (1, 120.0, 180.0)
    assert scene.prompts("c1") == ["sentences/first-in-line", "sentences/estimate", "queues/school/key-9"]


def test_a_waiting_time_that_would_rise_is_not_told() -> None:
    """What was promised is never taken back: when an agent leaves, no time is said."""
    scene = with_history()
    scene.happens(AgentStateChanged("gun", TelephoneState.BUSY))  # there, and shared by two queues
    scene.waits("c1", "c2", "c3")
    scene.passes(10).logs_out("gun")
    scene.passes(85)
    told = [(told.position, told.most_s) for told in scene.log(WaitTold) if told.contact == "c3"]
    assert told == [(3, 300.0), (3, None)]


def test_nothing_of_the_time_is_told_while_nobody_is_there() -> None:
    """Without agents there is no estimate."""
    scene = with_history()
    scene.logs_out("anna")
    scene.waits("c1")
    assert scene.log(WaitTold)[-1] == WaitTold("c1", "school", 1)


# --- keys ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text_is_over", [False, True])
def test_a_key_works_during_announcements_and_music_and_must_be_confirmed(text_is_over: bool) -> None:
    """A key leads out of the queue only after a question; until then the place is kept."""
    scene = Scene(TELLING)
    scene.waits("c1")
    if text_is_over:
        scene.happens(PromptEnded("c1"))
        assert scene["c1"].task == Wait("9")
    assert scene.happens(DigitPressed("c1", "9")) == [ChoiceOffered("c1", "school", "9")]
    assert isinstance(scene["c1"].task, Choose)
    assert scene.core.lobby.router.position("c1", scene.at) == 1
    scene.passes(4).happens(DigitPressed("c1", "9"))
    assert scene.sent_on() == [("c1", "school", "chosen")]
    assert scene.prompts("c1") == ["sorry.say"]
    assert not scene.core.lobby.router.knows("c1")


def test_silence_keeps_the_place() -> None:
    """Who does not press the key again goes on waiting where they were."""
    scene = Scene(TELLING)
    scene.waits("c1", "c2")
    scene.happens(DigitPressed("c1", "9"))
    scene.passes(5).happens(SilenceElapsed("c1"))
    assert scene["c1"].task == Wait("9")
    assert scene.core.lobby.router.position("c1", scene.at) == 1


def test_an_agent_does_not_wait_for_an_answer_to_the_question() -> None:
    """Who is asked about a key may be offered an agent at any moment; the question is over then."""
    scene = Scene(TELLING)
    scene.waits("c1")
    scene.happens(DigitPressed("c1", "9"))
    scene.logs_in("anna")
    assert isinstance(scene["c1"].task, Ring)
    assert scene.tried(DigitPressed("c1", "9")) is None  # as the telephone began to ring
    scene.does_not_answer("anna")
    assert scene["c1"].phase is Phase.WAITING


def test_no_announcement_interrupts_the_question() -> None:
    """For 15 s after a key, nothing is told; what fell due meanwhile is told then."""
    scene = Scene(TELLING)
    scene.waits("c1", "c2")
    scene.passes(14).happens(DigitPressed("c2", "9"))
    scene.passes(3).hangs_up("c1")
    scene.passes(3)
    assert isinstance(scene["c2"].task, Choose)
    scene.happens(SilenceElapsed("c2"))
    scene.passes(20)
    assert scene.told("c2") == [(0.0, 2), (29.0, 1)]


def test_which_keys_there_are_is_said_at_the_interval_only() -> None:
    """Who moves forward fast hears the place, and the keys no more often than every 90 s."""
    scene = Scene(TELLING)
    scene.waits("c1", "c2", "c3")
    scene.passes(20).hangs_up("c1")
    assert scene.prompts("c3") == ["sentences/position"]
    scene.passes(90)
    assert scene.prompts("c3") == ["sentences/position", "queues/school/key-9"]


# --- who phones again ------------------------------------------------------------------------------------


@pytest.mark.parametrize("cut_off_by", [None, "engine", "pbx"])
def test_who_is_cut_off_and_phones_again_within_60_s_has_the_old_place_once(cut_off_by: str | None) -> None:
    """The old place is had back within a minute, and it is said; by the same number, and one time only."""
    scene = Scene(TELLING)
    scene.waits("c1", caller="hmac-1")
    scene.passes(1).waits("c2")
    scene.passes(30)
    if cut_off_by is None:
        scene.hangs_up("c1")
    else:
        scene.happens(CallerLost("c1", cut_off_by))  # type: ignore[arg-type]
    scene.passes(60)
    decisions = scene.waits("c1b", caller="hmac-1")
    assert decisions[:2] == [PlaceRegained("c1b", "school"), CallerQueued("c1b", "school", NINE)]
    assert scene.core.lobby.router.position("c1b", scene.at) == 1
    assert scene.prompts("c1b")[0] == "sentences/place-regained"
    scene.hangs_up("c1b")
    scene.waits("c1c", caller="hmac-1")
    assert scene["c1c"].since == scene.at


def test_a_minute_later_the_place_is_gone() -> None:
    """Who phones again after more than 60 s begins at the end."""
    scene = Scene(TELLING)
    scene.waits("c1", caller="hmac-1")
    scene.hangs_up("c1")
    scene.passes(60.1)
    scene.waits("c2", caller="hmac-1")
    assert scene.log(PlaceRegained) == []


def test_the_place_is_kept_for_nobody_else() -> None:
    """A place is nobody's who withholds the number, has another, left by a key, or has talked."""
    scene = Scene(TELLING)
    scene.waits("c1", caller="hmac-1")
    scene.hangs_up("c1")
    scene.waits("c2")
    scene.waits("c3", caller="hmac-3")
    scene.happens(DigitPressed("c3", "9"), DigitPressed("c3", "9"))
    scene.hangs_up("c3")
    scene.logs_in("anna")
    assert scene.answers("anna") == "c2"
    scene.hangs_up("c2")
    scene.waits("c4", caller="hmac-3")
    assert scene.log(PlaceRegained) == []
