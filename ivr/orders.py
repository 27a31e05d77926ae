"""What the engine does by AMI: hold a caller's switch, stop a telephone, keep Asterisk's own queues up.

Owns which input is followed by which order. Everything here may be lost when AMI is away, and is made good by
the next reconciliation. Decides nothing about callers.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from ivr.ami.actions import hang_up, set_absolute_timeout, set_variable
from ivr.ami.errors import AmiError
from ivr.contact import Phase
from routing.events import AgentPaused, AgentResumed, AgentStateChanged, OfferAnswered, OfficerAnswered

if TYPE_CHECKING:
    from collections.abc import Callable

    from ivr.ami.client import AmiClient
    from ivr.exchange import Exchange
    from ivr.lateness import Lateness
    from ivr.mirror import FallbackMirror
    from routing.events import Input

log = logging.getLogger(__name__)


class Orders:
    """Pass inputs on and act on them by AMI. `attach` the client before the first input."""

    def __init__(self, mirror: FallbackMirror, lateness: Lateness) -> None:
        self._mirror = mirror
        self._lateness = lateness
        self._withdrawals: set[asyncio.Task[None]] = set()

    def attach(
        self, client: AmiClient, exchange: Exchange, ringing_channel: Callable[[str], str | None]
    ) -> None:
        """Take who is spoken to; `ringing_channel` says which channel rings an agent for a contact."""
        self._client = client
        self._exchange = exchange
        self._ringing_channel = ringing_channel

    def can_set(self) -> bool:
        """Tell whether a dead-man's switch can be set by AMI."""
        return self._client.connected

    def set(self, channel: str, after_s: int) -> None:
        """Set a channel's dead-man's switch."""
        set_absolute_timeout(self._client, channel, after_s)

    def release(self, contact: str) -> None:
        """Switch a caller's dead-man's switch off."""
        self.set(contact, 0)

    def tell(self, event: Input) -> bool:
        """Pass on what AMI or a telephone of ours told; return False when it was stale."""
        event = self._lateness.dated(event)
        match event:
            case AgentStateChanged(agent):
                before = self._exchange.core.telephones.get(agent)
                if not self._exchange.happened(event):
                    return False
                if before is not None:
                    self._mirror.telephone_changed(self._client, agent, before)
                return True
            case _ if not self._exchange.happened(event):
                return False
            case AgentPaused(agent) | AgentResumed(agent):
                self._mirror.pause_changed(self._client, agent)
            case OfficerAnswered(contact):
                # In what was a consulting call the dialplan cannot tell the caller's channel of the answer.
                self.set(contact, 0)
                set_variable(self._client, contact, "VAXEL_PHASE", Phase.TALKING)
            case OfferAnswered(contact) if not self._exchange.is_attached(contact):
                self.set(contact, 0)  # reconciliation has held it since an earlier run's offer
            case _:
                pass
        return True

    def paused(self, agent: str) -> None:
        """Let Asterisk's own queues know of an agent whom we have paused."""
        self._mirror.pause_changed(self._client, agent)

    def withdraw(self, contact: str) -> None:
        """Stop the telephone that rings for this contact, if one does by now."""
        channel = self._ringing_channel(contact)
        if channel is None:
            return  # it does not ring yet: the translator calls again when it does
        task = asyncio.get_running_loop().create_task(self._hang_up(channel), name=f"withdraw {contact}")
        self._withdrawals.add(task)
        task.add_done_callback(self._withdrawals.discard)

    async def _hang_up(self, channel: str) -> None:
        try:
            await hang_up(self._client, channel)
        except AmiError as error:
            log.warning("a telephone rings on, up to its ring time: %s", error)
