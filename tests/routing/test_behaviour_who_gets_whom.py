"""Who gets whom: one short story for each rule. Anna knows schools best, Gun knows a little of everything.

Seconds count from the story's beginning. Queues ask their specialists at once, generalists of level 2 or
more after 30 seconds, and everybody who may answer at all after 90, unless a story says otherwise.
"""

from __future__ import annotations

from routing.events import Considered, Rule
from routing.policy import CoolDowns, SameAgent
from tests.routing.policies import generalist, policy, queue, specialist
from tests.routing.stories import Story

ANNA, BO = specialist("anna", "school"), specialist("bo", "school")
GUN, NY = generalist("gun", "school"), generalist("ny", "school", level=1)
SCHOOL = policy([queue("school")], [ANNA, BO, GUN, NY])
ANNA_AND_GUN = policy([queue("school")], [ANNA, GUN])


# --- skills and rings ---


def test_an_agent_without_the_skill_is_never_asked() -> None:
    """A skill that nobody has entered is not a low one: such an agent is not asked however long it takes."""
    stig = specialist("stig", "streets")
    story = Story(policy([queue("school"), queue("streets")], [ANNA, stig]))
    story.free("stig").calls("Ada").at(3600)
    assert story.ringing == {}


def test_specialists_come_first_even_when_a_generalist_has_been_idle_longer() -> None:
    """A group's own specialists answer it first."""
    story = Story(ANNA_AND_GUN).free("gun").at(100).free("anna").calls("Ada")
    assert story.ringing == {"anna": "Ada"}
    assert story.why.rule == Rule.SPECIALIST


def test_the_circle_widens_while_a_caller_waits() -> None:
    """After 30 seconds generalists of level 2 are asked too, after 90 everybody who may answer."""
    story = Story(SCHOOL).free("gun", "ny").busy("anna", "bo").at(10).calls("Ada").calls("Birk")
    assert story.at(39).ringing == {}
    assert story.at(40).ringing == {"gun": "Ada"}
    assert story.why.rule == Rule.WIDENED
    assert story.at(99).ringing == {"gun": "Ada"}
    assert story.at(100).ringing == {"gun": "Ada", "ny": "Birk"}


def test_nobody_waits_for_specialists_who_have_gone_home() -> None:
    """A ring in which nobody is logged in is passed over at once."""
    story = Story(ANNA_AND_GUN).free("gun").calls("Ada")
    assert story.ringing == {"gun": "Ada"}
    assert story.why.rule == Rule.RING_EMPTY


def test_nobody_waits_for_specialists_who_all_have_a_pause() -> None:
    """A ring in which everybody has a pause is passed over at once, also for those who wait already."""
    story = Story(ANNA_AND_GUN).free("gun").busy("anna").calls("Ada")
    assert story.at(5).ringing == {}
    assert story.pauses("anna").ringing == {"gun": "Ada"}


def test_specialists_who_talk_are_waited_for() -> None:
    """Somebody who talks, wraps up or is left alone is still there: the ring is not empty."""
    story = Story(ANNA_AND_GUN).free("anna").calls("Ada").answers("anna").free("gun").calls("Birk")
    assert story.at(29).ringing == {}


def test_the_circle_narrows_again_when_a_specialist_comes_back() -> None:
    """Which rings are open is judged anew each time, and the place stays the same."""
    story = Story(ANNA_AND_GUN).busy("gun").calls("Ada").calls("Birk").at(5).busy("anna").at(10).free("gun")
    assert story.ringing == {}, "before Anna came, Gun would have been asked"
    assert story.at(12).free("anna").ringing == {"anna": "Ada"}
    assert story.at(30).ringing == {"anna": "Ada", "gun": "Birk"}


def test_a_confidential_queue_rings_named_people_only() -> None:
    """Social services: only the named people, however long a caller waits and whoever else is free."""
    social = queue("social", confidential=True)
    story = Story(policy([social], [specialist("sara", "social"), generalist("gun", "social", level=3)]))
    story.free("gun").calls("Ada", "social").at(3600)
    assert story.ringing == {}
    assert story.free("sara").ringing == {"sara": "Ada"}


# --- which agent ---


def test_the_most_able_agent_is_asked_first() -> None:
    """Among those allowed, the highest level."""
    ny = specialist("ny", "school", level=1)
    story = Story(policy([queue("school")], [ANNA, ny])).free("ny").at(60).free("anna").calls("Ada")
    assert story.ringing == {"anna": "Ada"}


def test_among_equals_who_has_been_idle_longest_is_asked() -> None:
    """Work is shared: who talked last comes last."""
    story = Story(SCHOOL).free("anna").at(1).free("bo").at(10).calls("Ada").answers("anna")
    story.at(60).ends("anna").at(70).calls("Birk")
    assert story.ringing == {"bo": "Birk"}


# --- the same agent as last time ---

KEPT = policy([queue("school", same_agent=SameAgent(30, 20.0), target_s=60.0)], [ANNA, BO])


def with_bo_busy_and_anna_free() -> Story:
    """Return a story in which Ada, whom Bo helped last week, calls while he is in another talk."""
    return Story(KEPT).free("anna").busy("bo").at(10).calls("Ada", helped_by="bo")


def test_a_caller_is_kept_for_who_helped_them_last_time() -> None:
    """Who was helped lately is kept for the same agent for a while, though another one is free."""
    story = with_bo_busy_and_anna_free()
    assert story.at(25).ringing == {}
    assert story.free("bo").ringing == {"bo": "Ada"}
    assert story.why.rule == Rule.SAME_AGENT


def test_a_caller_is_kept_only_for_so_long() -> None:
    """After the seconds that the queue allows, anybody's turn has come."""
    story = with_bo_busy_and_anna_free()
    assert story.at(29).ringing == {}
    assert story.at(30).ringing == {"anna": "Ada"}


def test_a_caller_is_not_kept_for_somebody_who_leaves() -> None:
    """When that agent pauses or logs out, the caller is anybody's at once."""
    assert with_bo_busy_and_anna_free().at(12).pauses("bo").ringing == {"anna": "Ada"}
    assert with_bo_busy_and_anna_free().at(12).logs_out("bo").ringing == {"anna": "Ada"}


def test_a_caller_is_not_kept_for_somebody_who_is_not_there() -> None:
    """Nobody is kept for an agent who has a pause or is not logged in."""
    assert Story(KEPT).free("anna").calls("Ada", helped_by="bo").ringing == {"anna": "Ada"}


# --- who is left in peace ---


def test_nobody_is_rung_in_another_call() -> None:
    """An agent's own calls count, in whatever queue or none."""
    story = Story(ANNA_AND_GUN).free("anna").at(10).busy("anna").calls("Ada")
    assert story.ringing == {}
    assert story.at(20).free("anna").ringing == {"anna": "Ada"}


BOTH = [queue("school", wrap_up_s=15.0), queue("streets")]
ANNA_FOR_BOTH = specialist("anna", "school", "streets")


def test_wrap_up_counts_for_every_queue() -> None:
    """After a talk in one queue, an agent wraps up before a caller of any other."""
    story = Story(policy(BOTH, [ANNA_FOR_BOTH])).free("anna").calls("Ada").answers("anna")
    story.calls("Birk", "streets").at(100).ends("anna")
    assert story.at(114).ringing == {}
    assert story.at(115).ringing == {"anna": "Birk"}


def test_wrap_up_survives_a_transfer_and_a_reload() -> None:
    """Handing a caller over is work too, and a new policy takes nobody's wrap-up away."""
    story = Story(policy(BOTH, [ANNA_FOR_BOTH])).free("anna").calls("Ada").answers("anna")
    story.at(100).transfers("anna", "streets")
    story.at(105).reload(policy([queue("school"), queue("streets")], [ANNA_FOR_BOTH]))
    assert story.at(114).ringing == {}
    assert story.at(115).ringing == {"anna": "Ada"}


def test_an_agent_is_rung_for_one_caller_at_a_time() -> None:
    """Never two offers to one agent, however many wait."""
    story = Story(ANNA_AND_GUN).free("anna").calls("Ada").calls("Birk").at(20)
    assert story.ringing == {"anna": "Ada"}


def test_nobody_is_rung_for_a_caller_who_has_gone() -> None:
    """Who hangs up is forgotten; the next one in the queue is served."""
    story = Story(ANNA_AND_GUN).calls("Ada").calls("Birk").hangs_up("Ada").free("anna")
    assert story.ringing == {"anna": "Birk"}


# --- offers that come to nothing ---


def test_an_agent_is_left_alone_for_a_while_after_an_offer_that_failed() -> None:
    """How long depends on why: here 40 seconds unanswered, 10 declined, 3 in use."""
    cool_downs = CoolDowns(no_answer_s=40.0, declined_s=10.0, busy_s=3.0)
    alone = policy([queue("school", cool_downs=cool_downs)], [ANNA])
    rung = Story(alone).free("anna").calls("Ada")
    assert rung.at(20).does_not_answer("anna").at(59).ringing == {}
    assert rung.at(60).ringing == {"anna": "Ada"}
    assert rung.declines("anna").at(69).ringing == {}
    assert rung.at(70).ringing == {"anna": "Ada"}
    assert rung.is_engaged("anna").at(72).ringing == {}
    assert rung.at(73).ringing == {"anna": "Ada"}


def test_a_caller_whom_nobody_answered_goes_first() -> None:
    """The caller keeps the place: Ada was here before Birk."""
    story = Story(SCHOOL).free("anna").busy("bo").calls("Ada").at(5).calls("Birk").at(20)
    assert story.does_not_answer("anna").ringing == {}
    assert story.at(21).free("bo").ringing == {"bo": "Ada"}


def test_two_unanswered_offers_pause_an_agent() -> None:
    """Who leaves two offers in a row unanswered is away from the desk, and says when they are back."""
    story = Story(policy([queue("school")], [ANNA])).free("anna").calls("Ada")
    assert story.at(20).does_not_answer("anna").paused_by_us == []
    assert story.at(70).does_not_answer("anna").paused_by_us == ["anna"]
    assert story.at(3600).ringing == {}
    assert story.resumes("anna").ringing == {"anna": "Ada"}


def test_an_answer_between_two_unanswered_offers_makes_them_no_row() -> None:
    """Only offers in a row count."""
    story = Story(policy([queue("school")], [ANNA])).free("anna").calls("Ada").at(20).does_not_answer("anna")
    story.at(50).answers("anna").at(60).ends("anna").calls("Birk").at(80).does_not_answer("anna")
    assert story.paused_by_us == []


def test_logging_out_between_two_unanswered_offers_makes_them_no_row() -> None:
    """Whose telephone goes away and comes back begins anew."""
    story = Story(policy([queue("school")], [ANNA])).free("anna").calls("Ada").at(20).does_not_answer("anna")
    story.at(30).logs_out("anna").at(60).free("anna").at(80).does_not_answer("anna")
    assert story.paused_by_us == []


# --- why ---


def test_each_offer_says_why() -> None:
    """The rule, the ring, how long the caller has waited, and what everybody else was doing."""
    cilla = specialist("cilla", "school")
    story = Story(policy([queue("school")], [ANNA, BO, cilla, GUN, NY])).free("anna").calls("Birk")
    story.answers("anna").busy("bo").busy("cilla").pauses("cilla").at(100).calls("Ada").free("ny").at(110)
    assert story.free("gun").ringing == {}
    why = story.at(130).why
    assert (why.contact, why.agent, why.rule, why.ring, why.waited_s) == ("Ada", "gun", Rule.WIDENED, 1, 30.0)
    assert why.considered == Considered(free=1, talking=1, busy=1, paused=1, closed=1)
