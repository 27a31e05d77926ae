"""The people in Asterisk's own queues: who is logged in and who pauses, as our router sees it.

Owns which agent belongs into which fallback queue, and keeps Asterisk's members so. A queue's rings become
penalties: whom we would ask later, Asterisk asks later. A confidential queue has its named people alone.
Must not know callers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.ami.actions import add_member, pause_member, remove_member
from ivr.ami.snapshots import Member, read_members
from ivr.translator import DEVICE
from routing.events import TelephoneState
from routing.line import candidates_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from ivr.ami.client import AmiClient
    from routing.policy import Policy

PREFIX = "vaxel-"  # before a queue's id: Asterisk has words of its own


class FallbackMirror:
    """Keep Asterisk's members like ours. `telephones` and `paused` are the core's, read only."""

    def __init__(
        self, policy: Policy, telephones: Mapping[str, TelephoneState], paused: Collection[str]
    ) -> None:
        self._telephones = telephones
        self._paused = paused
        self.change(policy)

    def change(self, policy: Policy) -> None:
        """Go by another policy from now on; Asterisk's members follow at the next `match`, which is due."""
        self.is_due = True
        self._places: dict[str, list[tuple[str, int]]] = {agent: [] for agent in policy.agents}
        for queue, candidates in candidates_of(policy).items():
            for candidate in candidates:
                self._places[candidate.agent].append((PREFIX + queue, candidate.ring))

    def members_of(self, agent: str) -> set[Member]:
        """Return where the agent belongs now: nowhere if unknown, or if the telephone cannot be reached."""
        if self._telephones.get(agent, TelephoneState.UNREACHABLE) is TelephoneState.UNREACHABLE:
            return set()
        is_paused = agent in self._paused
        return {Member(queue, DEVICE + agent, ring, is_paused) for queue, ring in self._places.get(agent, ())}

    async def match(self, client: AmiClient) -> None:
        """Make Asterisk's members what they should be, whatever they are."""
        self.is_due = False
        present = {member for member in await read_members(client) if member.queue.startswith(PREFIX)}
        wanted = {member for agent in self._places for member in self.members_of(agent)}
        for member in present - wanted:
            remove_member(client, member.queue, member.interface)
        for member in wanted - present:
            add_member(client, member)

    def telephone_changed(self, client: AmiClient, agent: str, before: TelephoneState) -> None:
        """Log the agent in or out, if that is what the change means."""
        unreachable = TelephoneState.UNREACHABLE
        now = self._telephones.get(agent, unreachable)
        if now is not unreachable and before is unreachable:
            for member in self.members_of(agent):
                add_member(client, member)
        elif now is unreachable and before is not unreachable:
            for queue, _ in self._places.get(agent, ()):
                remove_member(client, queue, DEVICE + agent)

    def pause_changed(self, client: AmiClient, agent: str) -> None:
        """Let the agent be rung, or not."""
        pause_member(client, DEVICE + agent, is_paused=agent in self._paused)
