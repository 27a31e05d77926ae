"""The live board: who waits, who talks, and totals that add up after every event."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from queues.board import Board
from queues.snapshot import AgentView, Snapshot, WaitingCaller
from routing.events import (
    AgentOffered,
    AgentPaused,
    AgentResumed,
    AgentStateChanged,
    CallArrived,
    CallEnded,
    CallerFellBack,
    CallerHungUp,
    CallerQueued,
    CallerReturned,
    CallTransferred,
    EngineStarted,
    FallbackAnswered,
    OfferAnswered,
    OfferFailed,
    OfferFailure,
    OfferWithdrawn,
    OfficerAnswered,
    Outcome,
    Recorded,
    Rule,
    TalkEnded,
    TelephoneState,
)
from tests.queues.calllog.streams import AGENTS, QUEUES, START, STEPS, Exchange, play, record, streams

OFFER_OUTCOMES = {
    Outcome.ANSWERED,
    Outcome.ABANDONED,
    Outcome.CALLBACK,
    Outcome.OVERFLOWED,
    Outcome.ENGINE_LOST,
    Outcome.PBX_LOST,
}


def arrived(contact: str = "c-1") -> CallArrived:
    return CallArrived(contact, "pj-1", "jarfalla", "+46858028500", None, "withheld")


def offered(contact: str = "c-1", agent: str = "anna") -> AgentOffered:
    return AgentOffered(contact, agent, "school", Rule.SPECIALIST, 0, 1.0, 1, 20.0)


def board(stream: list[Recorded]) -> Snapshot:
    fold = Board(QUEUES, AGENTS)
    for recorded in stream:
        fold.apply(recorded)
    return fold.snapshot()


def test_an_empty_board_shows_the_queues_and_agents_it_was_told() -> None:
    snapshot = board([])
    assert list(QUEUES) == [view.queue for view in snapshot.queues]
    assert [
        AgentView(agent, TelephoneState.UNREACHABLE, False, "idle", None, 0.0) for agent in AGENTS
    ] == list(snapshot.agents)
    assert list(QUEUES) == list(snapshot.as_json()["by_queue"])  # type: ignore[call-overload]


def test_one_call_from_arrival_to_its_end() -> None:
    stream = record(
        arrived(),
        CallerQueued("c-1", "school", START + 1),
        AgentStateChanged("anna", TelephoneState.FREE),
        offered(),
        OfferAnswered("c-1", "anna"),
        TalkEnded("c-1", "anna", "caller"),
        CallEnded("c-1", Outcome.ANSWERED, "caller"),
    )
    fold = Board(("school",))
    seen = []
    for recorded in stream:
        fold.apply(recorded)
        snapshot = fold.snapshot()
        anna = snapshot.agents[0].work if snapshot.agents else None
        seen.append((snapshot.in_menu, snapshot.queues[0].waiting, anna, snapshot.totals.still_open))
    waiting = WaitingCaller("c-1", START + 1, None)
    rung = WaitingCaller("c-1", START + 1, "anna")
    assert [
        (1, (), None, 1),
        (0, (waiting,), None, 1),
        (0, (waiting,), "idle", 1),
        (0, (rung,), "offered", 1),
        (0, (), "talking", 1),
        (0, (), "idle", 1),
        (0, (), "idle", 0),
    ] == seen
    assert AgentView("anna", TelephoneState.FREE, False, "idle", None, START + 5) == fold.snapshot().agents[0]


def test_an_unanswered_offer_leaves_the_caller_in_the_same_place() -> None:
    stream = record(
        arrived("c-1"),
        CallerQueued("c-1", "school", START + 1),
        arrived("c-2"),
        CallerQueued("c-2", "school", START + 3),
        offered("c-1"),
        OfferWithdrawn("c-1", "anna", OfferFailure.WITHDRAWN),
        OfferFailed("c-1", "anna", OfferFailure.WITHDRAWN),
    )
    waiting = board(stream).queues[1].waiting
    assert (WaitingCaller("c-1", START + 1, None), WaitingCaller("c-2", START + 3, None)) == waiting


def test_a_moved_caller_counts_under_the_first_queue_and_waits_in_the_second() -> None:
    stream = record(
        arrived(),
        CallerQueued("c-1", "school", START + 1),
        CallerQueued("c-1", "general", START + 1),
        CallEnded("c-1", Outcome.ABANDONED, "caller"),
    )
    before, after = board(stream[:-1]), board(stream)
    assert [len(view.waiting) for view in before.queues] == [0, 0, 1]
    assert [view.totals.abandoned for view in after.queues] == [0, 1, 0]
    assert (after.totals.entered, after.totals.offered, after.totals.abandoned) == (1, 1, 1)


def test_stale_news_of_an_offer_changes_nothing() -> None:
    stream = record(
        arrived(),
        CallerQueued("c-1", "school", START + 1),
        offered(agent="anna"),
        OfferFailed("c-1", "anna", OfferFailure.NO_ANSWER),
        offered(agent="bo"),
        OfferAnswered("c-1", "bo"),
        OfferFailed("c-1", "anna", OfferFailure.NO_ANSWER),
        OfferAnswered("c-1", "anna"),
        CallEnded("c-9", Outcome.ANSWERED, "caller"),
    )
    snapshot = board(stream)
    assert [agent.work for agent in snapshot.agents] == ["idle", "talking", "idle"]
    assert (snapshot.totals.entered, snapshot.totals.answered) == (1, 0)


def test_a_new_engine_forgets_telephones_but_neither_offers_nor_talks() -> None:
    stream = record(
        AgentStateChanged("anna", TelephoneState.RINGING),
        arrived("c-1"),
        CallerQueued("c-1", "school", START + 1),
        offered("c-1", "anna"),
        arrived("c-2"),
        CallerQueued("c-2", "school", START + 2),
        offered("c-2", "bo"),
        OfferAnswered("c-2", "bo"),
        EngineStarted("2"),
    )
    snapshot = board(stream)
    assert [agent.telephone for agent in snapshot.agents] == [TelephoneState.UNREACHABLE] * 3
    assert [agent.work for agent in snapshot.agents] == ["offered", "talking", "idle"]
    assert (WaitingCaller("c-1", START + 1, "anna"),) == snapshot.queues[1].waiting


def test_a_caller_who_comes_back_from_an_offer_waits_again() -> None:
    stream = record(
        arrived(), CallerQueued("c-1", "school", START + 1), offered("c-1", "anna"), CallerReturned("c-1")
    )
    snapshot = board(stream)
    assert snapshot.agents[0].work == "idle"
    assert (WaitingCaller("c-1", START + 1, None),) == snapshot.queues[1].waiting


def test_asterisks_own_queue_shows_as_ours_and_its_talks_as_talks() -> None:
    fold = Board(QUEUES, AGENTS)
    stream = record(
        arrived(), CallerFellBack("c-1", "school", START), FallbackAnswered("c-1", "school", "anna")
    )
    for recorded in stream[:-1]:
        fold.apply(recorded)
    snapshot = fold.snapshot()
    assert (WaitingCaller("c-1", START, None),) == snapshot.queues[1].waiting
    assert snapshot.queues[1].totals.entered == 1
    fold.apply(stream[-1])
    assert (fold.snapshot().agents[0].work, fold.snapshot().queues[1].waiting) == ("talking", ())


def test_who_is_fetched_back_from_asterisks_own_queue_waits_with_us_since_the_same_time() -> None:
    stream = record(
        arrived(),
        CallerFellBack("c-1", "school", START - 9),
        CallerReturned("c-1"),
        CallerQueued("c-1", "school", START - 9),
    )
    snapshot = board(stream)
    assert (WaitingCaller("c-1", START - 9, None),) == snapshot.queues[1].waiting
    assert snapshot.queues[1].totals.entered == 1


def test_an_agent_whom_asterisks_own_queue_connects_while_we_ring_them_leaves_our_caller_waiting() -> None:
    stream = record(
        arrived("c-1"),
        CallerQueued("c-1", "school", START + 1),
        arrived("c-2"),
        CallerFellBack("c-2", "school"),
        offered("c-1", "anna"),
        FallbackAnswered("c-2", "school", "anna"),
        OfferFailed("c-1", "anna", OfferFailure.BUSY),
        offered("c-1", "bo"),
    )
    before, after = board(stream[:-2]), board(stream)
    assert (WaitingCaller("c-1", START + 1, None),) == before.queues[1].waiting
    assert [(a.work, a.contact) for a in after.agents] == [
        ("talking", "c-2"),
        ("offered", "c-1"),
        ("idle", None),
    ]


def test_a_caller_who_is_handed_over_leaves_the_agent_and_waits_where_they_were_sent() -> None:
    talk = (arrived(), CallerQueued("c-1", "school", START + 1), offered(), OfferAnswered("c-1", "anna"))
    sent = CallTransferred("c-1", "anna", "officer", "olle", "blind")
    with_officer = board(record(*talk, sent, OfficerAnswered("c-1", "olle")))
    assert [agent.work for agent in with_officer.agents] == ["idle"] * 3
    assert [view.waiting for view in with_officer.queues] == [(), (), ()]
    assert with_officer.totals.still_open == 1
    moved = sent._replace(kind="queue", target="general")
    waits = board(record(*talk, moved, CallerQueued("c-1", "general", START + 1)))
    assert [view.waiting for view in waits.queues] == [(), (), (WaitingCaller("c-1", START + 1, None),)]
    assert waits.agents[0].work == "idle"


def test_a_pause_shows_until_it_ends() -> None:
    paused = record(AgentPaused("anna"))
    assert board(paused).agents[0].is_paused
    assert not board(record(AgentPaused("anna"), AgentResumed("anna"))).agents[0].is_paused


def test_a_caller_who_hung_up_waits_no_more_and_is_still_open_until_closed() -> None:
    stream = record(arrived(), CallerQueued("c-1", "school", START + 1), offered(), CallerHungUp("c-1"))
    snapshot = board(stream)
    assert () == snapshot.queues[1].waiting  # noqa: SIM300  expected first, as everywhere
    assert snapshot.agents[0].work == "idle"
    assert snapshot.totals.still_open == 1


@given(streams())
def test_totals_partition_the_contacts_after_every_event(stream: list[Recorded]) -> None:
    fold = Board(QUEUES, AGENTS)
    for recorded in stream:
        fold.apply(recorded)
        snapshot = fold.snapshot()
        totals = snapshot.totals
        assert totals.entered == sum(totals.outcomes.values()) + totals.still_open
        assert totals.offered == sum(view.totals.entered for view in snapshot.queues)
        for view in snapshot.queues:
            assert view.totals.offered == sum(view.totals.outcomes.values()) + view.totals.still_open
            assert set(OFFER_OUTCOMES) >= {o for o, count in view.totals.outcomes.items() if count}


@given(streams())
def test_totals_are_those_counted_by_hand(stream: list[Recorded]) -> None:
    first_queue: dict[str, str] = {}
    ended: dict[str, Outcome] = {}
    for _, _, event in stream:
        if isinstance(event, CallerQueued | CallerFellBack):
            first_queue.setdefault(event.contact, event.queue)
        if isinstance(event, CallEnded):
            ended[event.contact] = event.outcome
    snapshot = board(stream)
    counts = Counter(ended.values())
    assert {outcome: counts[outcome] for outcome in Outcome} == dict(snapshot.totals.outcomes)
    assert sum(isinstance(r.event, CallArrived) for r in stream) == snapshot.totals.entered
    assert len(first_queue) == snapshot.totals.offered
    by_queue = Counter(
        (first_queue[contact], outcome) for contact, outcome in ended.items() if contact in first_queue
    )
    assert by_queue == Counter(
        {(view.queue, o): n for view in snapshot.queues for o, n in view.totals.outcomes.items() if n}
    )


@given(streams())
def test_an_agent_has_one_caller_and_a_caller_one_agent(stream: list[Recorded]) -> None:
    fold = Board(QUEUES, AGENTS)
    for recorded in stream:
        fold.apply(recorded)
        snapshot = fold.snapshot()
        engaged = {agent.agent: agent.contact for agent in snapshot.agents if agent.contact}
        assert len(engaged) == len(set(engaged.values()))
        rung = {w.offered_to: w.contact for view in snapshot.queues for w in view.waiting if w.offered_to}
        assert rung == {a.agent: a.contact for a in snapshot.agents if a.work == "offered"}


@given(streams(), st.data())
def test_events_that_come_again_change_nothing(stream: list[Recorded], data: st.DataObject) -> None:
    again = data.draw(st.integers(0, len(stream)))
    assert board(stream) == board([*stream, *stream[again:]])


@given(st.lists(STEPS, max_size=60))
def test_the_board_shows_who_waits_who_talks_and_who_pauses(steps: list[tuple[int, int, float]]) -> None:
    exchange = Exchange()
    stream = play(steps, exchange)
    snapshot = board(stream)
    waiting = {c for c, phase in exchange.phase.items() if phase in {"waiting", "offered", "fallback"}}
    assert waiting == {caller.contact for view in snapshot.queues for caller in view.waiting}
    talks = {agent: c for c, agent in exchange.agent.items() if exchange.phase[c] == "talking"}
    assert talks == {view.agent: view.contact for view in snapshot.agents if view.work == "talking"}
    assert sum(phase == "menu" for phase in exchange.phase.values()) == snapshot.in_menu
    paused: set[str] = set()
    for _, _, event in stream:
        match event:
            case AgentPaused(agent):
                paused.add(agent)
            case AgentResumed(agent):
                paused.discard(agent)
            case EngineStarted():
                paused.clear()
            case _:
                pass
    assert paused == {view.agent for view in snapshot.agents if view.is_paused}


@given(streams())
def test_callers_stand_in_the_order_of_their_waiting(stream: list[Recorded]) -> None:
    for view in board(stream).queues:
        since = [caller.since for caller in view.waiting]
        assert sorted(since) == since
