"""Short stories of an exchange, told in the words of the people in it.

Owns how a story is told: who does what at which second, and whose telephone rings for whom then. The real
router decides; between two sentences of a story all its timers fire when they are due.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from routing.events import (
    AgentAutoPaused,
    AgentOffered,
    AgentPaused,
    AgentResumed,
    AgentStateChanged,
    CallerHungUp,
    CallerQueued,
    CallTransferred,
    OfferAnswered,
    OfferFailed,
    OfferFailure,
    TalkEnded,
    TelephoneState,
    TimerFired,
)
from routing.router import Router

if TYPE_CHECKING:
    from routing.events import Event
    from routing.policy import Policy


class Story:
    """An exchange from second 0 on, with nobody logged in.

    `ringing` says whose telephone rings for whom, `talking` who talks with whom; `why` is the last offer with
    its reasons; `paused_by_us` are the agents whom the exchange itself has paused.
    """

    def __init__(self, policy: Policy) -> None:
        self.ringing: dict[str, str] = {}
        self.talking: dict[str, str] = {}
        self.paused_by_us: list[str] = []
        self.second = 0.0
        self._router = Router(policy)
        self._places: dict[str, CallerQueued] = {}
        self._offers: list[AgentOffered] = []

    @property
    def why(self) -> AgentOffered:
        """Return the last offer, which says why it was made."""
        return self._offers[-1]

    def at(self, second: float) -> Story:
        """Let the time pass until this second."""
        while (due := self._router.next_due()) is not None and due <= second:
            self.second = due
            self._happens(TimerFired())
        self.second = second
        return self

    def reload(self, policy: Policy) -> Story:
        """Go by another policy from now on."""
        self._router.change(policy)
        return self._happens(TimerFired())

    # --- agents -------------------------------------------------------------------------------------

    def free(self, *agents: str) -> Story:
        """Let these agents' telephones be registered and in no call."""
        return self._telephones(TelephoneState.FREE, *agents)

    def busy(self, *agents: str) -> Story:
        """Let these agents be in some other call, perhaps one of their own."""
        return self._telephones(TelephoneState.BUSY, *agents)

    def logs_out(self, agent: str) -> Story:
        """Let an agent's telephone go away."""
        return self._telephones(TelephoneState.UNREACHABLE, agent)

    def pauses(self, agent: str) -> Story:
        """Let an agent want no calls for now."""
        return self._happens(AgentPaused(agent))

    def resumes(self, agent: str) -> Story:
        """Let an agent take calls again."""
        return self._happens(AgentResumed(agent))

    def answers(self, agent: str) -> Story:
        """Let an agent take the call that rings."""
        self.talking[agent] = self.ringing.pop(agent)
        return self._happens(OfferAnswered(self.talking[agent], agent))

    def ends(self, agent: str) -> Story:
        """Let an agent's talk be over."""
        return self._happens(TalkEnded(self.talking.pop(agent), agent, "agent"))

    def transfers(self, agent: str, queue: str) -> Story:
        """Let an agent hand the caller whom they talk with over to another queue."""
        caller = self.talking.pop(agent)
        self._happens(CallTransferred(caller, agent, "queue", queue, "blind"))
        self._places[caller] = self._places[caller]._replace(queue=queue)
        return self._happens(self._places[caller])

    def does_not_answer(self, agent: str) -> Story:
        """Let an agent's telephone ring in vain."""
        return self._fails(agent, OfferFailure.NO_ANSWER)

    def declines(self, agent: str) -> Story:
        """Let an agent refuse the call that rings."""
        return self._fails(agent, OfferFailure.DECLINED)

    def is_engaged(self, agent: str) -> Story:
        """Let an agent's telephone say that it is in use, when we try it."""
        return self._fails(agent, OfferFailure.BUSY)

    # --- callers ------------------------------------------------------------------------------------

    def calls(self, caller: str, queue: str = "school", *, points: float = 0.0, helped_by: str = "") -> Story:
        """Let somebody come to wait in a queue. `helped_by`: the agent who helped them there lately."""
        self._places[caller] = CallerQueued(caller, queue, self.second, points, helped_by)
        return self._happens(self._places[caller])

    def hangs_up(self, caller: str) -> Story:
        """Let a caller give up, or end the talk."""
        for pairs in (self.ringing, self.talking):
            for agent in [agent for agent, other in pairs.items() if other == caller]:
                del pairs[agent]
        return self._happens(CallerHungUp(caller))

    def place_of(self, caller: str) -> int:
        """Return a waiting caller's place in the queue, from 1."""
        return self._router.position(caller, self.second)

    # --- what follows -------------------------------------------------------------------------------

    def _telephones(self, state: TelephoneState, *agents: str) -> Story:
        for agent in agents:
            self._happens(AgentStateChanged(agent, state))
        return self

    def _fails(self, agent: str, cause: OfferFailure) -> Story:
        return self._happens(OfferFailed(self.ringing.pop(agent), agent, cause))

    def _happens(self, event: Event) -> Story:
        for decision in self._router.step(self.second, event):
            if isinstance(decision, AgentOffered):
                assert decision.agent not in self.ringing | self.talking, "rung while with somebody else"
                self.ringing[decision.agent] = decision.contact
                self._offers.append(decision)
            if isinstance(decision, AgentAutoPaused):
                self.paused_by_us.append(decision.agent)
        return self
