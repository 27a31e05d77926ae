"""How callers leave a queue unanswered, rule by rule: conditions, closing, and what it counts as.

Each test begins with the rule in our own words.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from ivr.contact import Phase
from routing.events import (
    AgentPaused,
    AsteriskConnected,
    AsteriskDisconnected,
    CallEnded,
    CallerQueued,
    CallerTurnedAway,
    DigitPressed,
    OfferAnswered,
    Outcome,
    PlaceRegained,
    PromptEnded,
    TalkEnded,
    WayOut,
)
from routing.policy import Announcing, Conditions
from tests.ivr.waiting_scene import FOUR, NINE, OFFICE, SCHOOL, Scene, Ways, by_hand, number_of


def with_conditions(
    *, turn_away: Conditions | None = None, send_on: Conditions | None = None, to: str = "sorry"
) -> Scene:
    """Return a scene whose school has these conditions and this overflow."""
    school = replace(SCHOOL, turn_away=turn_away or Conditions(), send_on=send_on or Conditions())
    return Scene(number_of(school, ways={"school": Ways(to)}))


# --- conditions for joining ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("conditions", "way_out"),
    [
        (Conditions(nobody_logged_in=True), WayOut.NOBODY_LOGGED_IN),
        (Conditions(all_paused=True), WayOut.ALL_PAUSED),
        (Conditions(estimate_above_s=100.0), WayOut.ESTIMATE),
        (Conditions(per_agent_above=0.9), WayOut.PER_AGENT),
        (Conditions(waiting_above=0), WayOut.WAITING),
    ],
)
def test_who_comes_is_turned_away_by_each_condition_with_a_code_of_its_own(
    conditions: Conditions, way_out: WayOut
) -> None:
    """Nobody logged in, all paused, a long estimate, many callers for each agent, many callers."""
    scene = with_conditions(turn_away=conditions)
    scene.logs_in("anna")
    scene.waits("t")
    scene.answers("anna")
    assert scene.waits("c1")[-1] == CallerQueued("c1", "school", scene.at)
    match way_out:
        case WayOut.NOBODY_LOGGED_IN:
            scene.logs_out("anna")
        case WayOut.ALL_PAUSED:
            scene.happens(AgentPaused("anna"))
        case _:
            pass  # that one waits is enough
    assert CallerTurnedAway("c2", "school", way_out, "sorry") in scene.waits("c2")
    assert scene.prompts("c2") == ["sorry.say"]
    assert scene.hangs_up("c2") is Outcome.OVERFLOWED


def test_wrap_up_is_not_empty() -> None:
    """An agent in wrap-up, in a talk or with a ringing telephone is there."""
    conditions = Conditions(nobody_logged_in=True, all_paused=True)
    school = replace(SCHOOL, turn_away=conditions, send_on=conditions, wrap_up_s=30.0)
    scene = Scene(number_of(school, ways={"school": Ways("sorry")}))
    scene.logs_in("anna")
    scene.waits("c1", "c2")  # anna is rung
    scene.answers("anna")
    scene.waits("c3")  # she talks
    scene.happens(TalkEnded("c1", "anna", "agent"))
    scene.waits("c4")  # she wraps up
    assert scene.log(CallerTurnedAway) == []
    assert scene.sent_on() == []


def test_joining_is_tested_once() -> None:
    """Who was let in stays, though whoever comes now is turned away."""
    scene = with_conditions(turn_away=Conditions(nobody_logged_in=True))
    scene.logs_in("anna")
    scene.waits("t", "c1")
    scene.logs_out("anna")
    scene.waits("c2")
    assert [turned.contact for turned in scene.log(CallerTurnedAway)] == ["c2"]
    assert scene["c1"].phase is Phase.WAITING


# --- conditions for staying ------------------------------------------------------------------------------


def test_staying_is_tested_all_the_time() -> None:
    """When the last agent logs out, everybody who waits is sent on; who waited longest goes first."""
    scene = with_conditions(send_on=Conditions(nobody_logged_in=True), to="general")
    scene.logs_in("anna", "vera")
    scene.waits("t", "c1")
    scene.passes(1)
    scene.waits("c2")
    scene.logs_out("anna")
    assert sorted(scene.sent_on()) == [
        ("c1", "school", "nobody_logged_in"),
        ("c2", "school", "nobody_logged_in"),
    ]
    assert scene.offered() == [("t", "anna"), ("c1", "vera")]


def test_too_many_for_each_agent_sends_the_last_on() -> None:
    """When an agent pauses, as many leave as are too many for those who are left: the last of the line."""
    scene = with_conditions(send_on=Conditions(per_agent_above=1.0))
    scene.logs_in("anna", "gun")
    scene.waits("t1", "t2")
    scene.passes(30)  # the generalist is asked, too
    scene.answers("anna")
    scene.answers("gun")
    scene.waits("c1", "c2")
    scene.happens(AgentPaused("gun"))
    assert scene.sent_on() == [("c2", "school", "per_agent")]


def test_a_long_estimate_sends_the_last_on() -> None:
    """Before there is history, 90 s for each caller and agent are reckoned with."""
    scene = with_conditions(send_on=Conditions(estimate_above_s=200.0))
    scene.logs_in("anna")
    scene.waits("t")
    scene.answers("anna")
    scene.waits("c1", "c2", "c3")
    assert scene.sent_on() == [("c3", "school", "estimate")]


def test_who_has_waited_for_too_long_is_sent_on_by_time_alone() -> None:
    """More than ten minutes after entry into the first queue, nothing else need happen."""
    scene = with_conditions(send_on=Conditions(waited_above_s=600.0))
    scene.waits("c1")
    scene.passes(600)
    assert scene.sent_on() == []
    scene.passes(1)
    assert scene.sent_on() == [("c1", "school", "waited")]


def test_nobody_is_sent_on_while_their_telephone_rings() -> None:
    """Who is being offered is as good as answered; if nobody answers, they are sent on then."""
    scene = with_conditions(send_on=Conditions(waited_above_s=600.0))
    scene.waits("c1")
    scene.passes(595)
    scene.logs_in("anna")
    scene.passes(10)
    assert scene.sent_on() == []
    scene.does_not_answer("anna")
    assert scene.sent_on() == [("c1", "school", "waited")]


def test_who_is_asked_whether_to_wait_on_and_wants_to_is_not_sent_on_again() -> None:
    """A queue sends nobody on twice: who chose to come back waits, whatever its conditions."""
    conditions = Conditions(nobody_logged_in=True, waited_above_s=600.0)
    scene = with_conditions(turn_away=conditions, send_on=conditions, to="stay")
    scene.waits("c1")
    assert [turned.contact for turned in scene.log(CallerTurnedAway)] == ["c1"]
    scene.happens(DigitPressed("c1", "1"))
    scene.passes(1000)
    assert (scene["c1"].phase, scene.sent_on()) == (Phase.WAITING, [])


def test_the_waiting_time_is_kept_over_queues() -> None:
    """In the next queue a caller's waiting counts from the first, also for who was not let in there."""
    scene = with_conditions(turn_away=Conditions(nobody_logged_in=True), to="general")
    scene.waits("c1")
    turned = scene.at
    assert scene["c1"].queued == CallerQueued("c1", "general", turned)
    school = replace(SCHOOL, send_on=Conditions(waited_above_s=60.0))
    scene = Scene(number_of(school, ways={"school": Ways("general")}))
    scene.waits("c1")
    scene.passes(100)
    assert scene["c1"].queued == CallerQueued("c1", "general", NINE)


def test_nobody_is_sent_on_while_it_is_not_known_who_is_there() -> None:
    """Before Asterisk has told of the telephones, and while it is away, nobody counts as gone."""
    conditions = Conditions(nobody_logged_in=True)
    school = replace(SCHOOL, turn_away=conditions, send_on=conditions)
    scene = Scene(number_of(school, ways={"school": Ways("sorry")}), knows_agents=False)
    scene.waits("c1")
    scene.passes(60)
    assert scene["c1"].phase is Phase.WAITING
    scene.logs_in("anna")
    scene.happens(AsteriskConnected("run"))
    scene.answers("anna")
    scene.waits("c2")
    scene.happens(AsteriskDisconnected())
    scene.logs_out("anna")
    scene.waits("c3")
    assert (scene.sent_on(), scene.log(CallerTurnedAway)) == ([], [])
    scene.happens(AsteriskConnected("run"))
    assert {contact for contact, _, _ in scene.sent_on()} == {"c2", "c3"}


# --- closing ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("at_closing", ["serve", "release"])
def test_who_waits_as_the_hours_end_is_served_or_told_and_released(at_closing: str) -> None:
    """It is the queue's setting; released without an overflow, the caller hears that it is closed."""
    school = replace(SCHOOL, hours="office", at_closing=at_closing)  # type: ignore[arg-type]
    scene = Scene(number_of(school, hours=OFFICE), at=FOUR - 60)
    scene.waits("c1")
    scene.until(FOUR + 1)
    if at_closing == "serve":
        assert scene["c1"].phase is Phase.WAITING
        return
    assert scene.sent_on() == [("c1", "school", "closed")]
    assert scene.prompts("c1") == ["sentences/closed", "sentences/opens"]
    scene.happens(PromptEnded("c1"))
    assert scene.hangs_up("c1") is Outcome.OVERFLOWED


def test_released_callers_go_to_the_overflow_if_there_is_one() -> None:
    """Closing leads where the conditions lead."""
    school = replace(SCHOOL, hours="office", at_closing="release")
    scene = Scene(number_of(school, ways={"school": Ways("general")}, hours=OFFICE), at=FOUR - 60)
    scene.waits("c1")
    scene.until(FOUR)
    assert scene["c1"].queued == CallerQueued("c1", "general", FOUR - 60)


@pytest.mark.parametrize("never_closes", [True, False])
def test_who_closes_by_hand_releases_at_once(never_closes: bool) -> None:
    """An override counts like a closing hour, also where no closing was to come."""
    school = replace(SCHOOL, hours="office", at_closing="release")
    scene = Scene(number_of(school, hours=OFFICE))
    if never_closes:
        scene.happens(by_hand(scene.at, is_open=True))
    scene.waits("c1")
    scene.passes(1).happens(by_hand(scene.at, is_open=False))
    assert scene.sent_on() == [("c1", "school", "closed")]


def test_whose_telephone_rings_at_closing_is_released_if_nobody_answers() -> None:
    """An offer is finished first."""
    school = replace(SCHOOL, hours="office", at_closing="release")
    scene = Scene(number_of(school, hours=OFFICE), at=FOUR - 60)
    scene.waits("c1")
    scene.until(FOUR - 5)
    scene.logs_in("anna")
    scene.until(FOUR + 10)
    assert scene.sent_on() == []
    scene.does_not_answer("anna")
    scene.passes(0)
    assert scene.sent_on() == [("c1", "school", "closed")]


# --- what it counts as -----------------------------------------------------------------------------------


def test_each_way_out_is_counted_once_and_as_what_it_is() -> None:
    """Sent on is overflowed unless a queue answers later; who leaves by a key and gives up, abandoned."""
    school = replace(SCHOOL, announcing=Announcing(), send_on=Conditions(waited_above_s=60.0))
    ways = {"school": Ways("general", {"8": "rut", "9": "sorry"})}
    scene = Scene(number_of(school, ways=ways))
    scene.waits("waits", "overflows", "is-answered", "leaves", "goes-to-an-officer")
    scene.happens(DigitPressed("leaves", "9"), DigitPressed("leaves", "9"))
    scene.happens(DigitPressed("goes-to-an-officer", "8"), DigitPressed("goes-to-an-officer", "8"))
    assert scene["goes-to-an-officer"].phase is Phase.HANDED
    assert scene.hangs_up("waits") is Outcome.ABANDONED
    assert scene.hangs_up("leaves") is Outcome.ABANDONED
    assert scene.hangs_up("goes-to-an-officer") is Outcome.ABANDONED
    scene.passes(61)
    assert scene.hangs_up("overflows") is Outcome.ABANDONED  # in the second queue
    scene.logs_in("vera")
    scene.happens(OfferAnswered("is-answered", "vera"))
    assert scene.hangs_up("is-answered") is Outcome.ANSWERED
    ends = [end.contact for end in scene.log(CallEnded)]
    assert len(ends) == len(set(ends)) == 5
    scene.replays()


def test_who_is_sent_on_to_a_message_has_overflowed_though_it_says_goodbye() -> None:
    """A message after a queue is no self-service."""
    scene = with_conditions(send_on=Conditions(waited_above_s=60.0))
    scene.waits("c1")
    scene.passes(61).happens(PromptEnded("c1"))
    assert scene.hangs_up("c1") is Outcome.OVERFLOWED


def test_the_line_moves_up_where_somebody_was_sent_on() -> None:
    """Who is behind hears the better place at that moment, not at the next event."""
    school = replace(SCHOOL, announcing=Announcing(), send_on=Conditions(waited_above_s=60.0))
    scene = Scene(number_of(school, ways={"school": Ways("sorry")}))
    scene.waits("c1")
    scene.passes(30)
    scene.waits("c2")
    scene.passes(40)
    assert scene.told("c2") == [(30.0, 2), (61.0, 1)]


def test_a_place_that_is_had_back_is_not_asked_for_conditions_again() -> None:
    """Joining is tested once: who had a place has it back, however many wait by now."""
    scene = with_conditions(turn_away=Conditions(waiting_above=1))
    scene.waits("c1", caller="hmac-1")
    scene.waits("c2")
    scene.hangs_up("c1")
    scene.waits("c3")
    assert isinstance(scene.waits("c1b", caller="hmac-1")[0], PlaceRegained)
