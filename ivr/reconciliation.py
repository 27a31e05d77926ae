"""Our picture of Asterisk against Asterisk's own: after each connection, and every few seconds.

Owns what is compared, what counts as a ghost, and what is told of the time in which nobody told us. AMI
replays nothing and an event may be lost, so everything that events tell is also found here, later. What
looks wrong in one look may be on its way; what looks wrong in two is. Decides nothing about callers.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from ivr.ami.actions import forget, redirect, set_absolute_timeout
from ivr.ami.errors import AmiError
from ivr.ami.snapshots import (
    read_channels,
    read_device_states,
    read_start,
    read_tree,
    read_variable,
    read_version,
)
from ivr.contact import Phase
from ivr.dead_man import SILENCE_S
from ivr.fallback import CONTEXT, ENDS, arrived_at, read_ends, read_fallback, seconds_of
from ivr.toolbox import is_outdated
from ivr.translator import LOST, endpoint_of
from routing.events import (
    AsteriskConnected,
    CallerFellBack,
    CallerHungUp,
    CallerLost,
    CallTransferred,
    FallbackAnswered,
    GhostRemoved,
    OfferFailed,
    OfferFailure,
    TalkEnded,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from collections.abc import Set as AbstractSet
    from typing import Literal

    from ivr.ami.client import AmiClient
    from ivr.ami.snapshots import ChannelSnapshot
    from ivr.arrivals import Arrivals
    from ivr.contact import Contact
    from ivr.exchange import Exchange
    from ivr.fallback import Ended, InFallback
    from ivr.mirror import FallbackMirror
    from ivr.translator import Translator
    from routing.events import Input

PAUSE_S = 5.0  # between two looks; a ghost lives for two of them at most
BACK = "back"  # the dialplan's way from the fallback to us

log = logging.getLogger(__name__)


class Suspect(NamedTuple):
    """Something that we believe in and Asterisk does not show."""

    contact: str
    what: Literal["caller", "offer", "talk"]


class Before(NamedTuple):
    """What the journal told of the time before this run of the engine."""

    asterisk_run: str
    ended: AbstractSet[str]  # contacts
    until: float | None = None  # UTC second of the last event; None: there was no earlier run


class Reconciliation:
    """Compare and tell. `known` is the journal's; everything else is the engine's own.

    `tell` passes on what AMI would have told, with the orders that follow from it.
    """

    def __init__(
        self,
        exchange: Exchange,
        tell: Callable[[Input], bool],
        translator: Translator,
        arrivals: Arrivals,
        mirror: FallbackMirror,
        known: Before,
    ) -> None:
        self._exchange = exchange
        self._tell = tell
        self._contacts = exchange.core.contacts
        self._translator = translator
        self._arrivals = arrivals
        self._mirror = mirror
        self._run = known.asterisk_run
        self._ended_before = known.ended
        self._unseen_since = known.until
        self._is_settled = False  # everything has been read since AMI was connected
        self._suspects: set[Suspect] = set()
        self._partners: dict[str, str] = {}  # contact → somebody unexpected in its bridge at the last look
        self._checked_version = False

    async def connected(self, client: AmiClient) -> None:
        """Read everything anew: what `AmiClient` calls before it gives us events."""
        self._is_settled = False
        known = list(self._contacts)  # asked first: who arrives meanwhile may not be in the list
        if not self._checked_version and is_outdated(version := await read_version(client)):
            log.warning("Asterisk %s lacks known security fixes: bring it up to date", version)
        self._checked_version = True
        run = await read_start(client)
        channels = await read_channels(client)
        living = {channel.uniqueid: channel for channel in channels}
        was_cut_off = self._run not in {"", run}
        for device, state in (await read_device_states(client)).items():
            self._translator.device(device, state)
        await self._learn_answers(client, living, at_once=True)
        self._translator.learn(channels)
        await self._look_into_fallback(client, living)  # it may have answered whom we find gone
        gone = [case for case in known if case not in living and case in self._contacts]
        ends = await self._read_ends(client) if gone or self._unseen_since is not None else {}
        for case in gone:
            self._gone(case, ends.get(case), was_cut_off=was_cut_off)
        self._learn_unseen(ends, living)
        self._keep_switches(client)
        for contact in self._contacts.values():
            if contact.phase is Phase.TALKING:  # a renewal may have crossed its beginning as AMI went away
                set_absolute_timeout(client, contact.id, 0)
        await self._mirror.match(client)
        # Last: a connection that breaks before this is no better than none.
        self._run, self._unseen_since, self._is_settled = run, None, True
        self._exchange.happened(AsteriskConnected(run))

    async def keep(self, client: AmiClient) -> NoReturn:
        """Compare every few seconds, while connected."""
        while True:
            await asyncio.sleep(PAUSE_S)
            if client.connected and self._is_settled:
                try:
                    await self.look(client)
                    if self._mirror.is_due:
                        await self._mirror.match(client)
                except AmiError as error:
                    log.warning("the picture of Asterisk could not be compared: %s", error)

    async def look(self, client: AmiClient) -> None:
        """Compare once; what is wrong for the second time is removed."""
        known = list(self._contacts.values())
        channels = await read_channels(client)
        living = {channel.uniqueid: channel for channel in channels}
        rung = {channel.case for channel in channels if channel.uniqueid != channel.case}
        suspects = {
            suspect
            for contact in known
            if (suspect := self._suspect(contact, living.get(contact.id), is_rung=contact.id in rung))
        }
        if ghosts := sorted(suspects & self._suspects):
            ends = await self._read_ends(client)
            for ghost in ghosts:
                self._remove(ghost, ends.get(ghost.contact))
        self._suspects = suspects
        self._keep_switches(client)
        await self._learn_answers(client, living, at_once=False)
        for device, state in (await read_device_states(client)).items():
            self._translator.device(device, state)
        if any(channel.context == CONTEXT for channel in channels) or any(
            contact.phase is Phase.FALLBACK for contact in known
        ):
            await self._look_into_fallback(client, living)

    async def _learn_answers(
        self, client: AmiClient, living: Mapping[str, ChannelSnapshot], *, at_once: bool
    ) -> None:
        """Tell of telephones that were answered, and of callers handed over, while nobody told us.

        `at_once`: events wait until this is read, so that it is the latest. Else somebody whom we do not
        expect is believed at the second look, for events may have overtaken the first.
        """
        others = {
            channel.bridge_id: endpoint_of(channel.channel)
            for channel in living.values()
            if channel.bridge_id is not None and channel.uniqueid not in self._contacts
        }
        unexpected: dict[str, str] = {}
        for contact in list(self._contacts.values()):
            channel = living.get(contact.id)
            if channel is None or channel.bridge_id is None or channel.context == CONTEXT:
                continue  # whoever talks with them there was asked by Asterisk's own queue
            other = others.get(channel.bridge_id, "")
            if not other or contact.agent is None:
                continue
            if other != contact.agent and not at_once and self._partners.get(contact.id) != other:
                unexpected[contact.id] = other
                continue
            if contact.rings:
                when = seconds_of(await read_variable(client, contact.id, "VAXEL_ANSWERED") or "")
                if contact.rings:  # asked again: events go on meanwhile
                    self._tell(contact.answer(self._exchange.of_wall(when)))
            if contact.phase is Phase.TALKING and contact.agent is not None and other != contact.agent:
                to = CallTransferred(contact.id, contact.agent, "officer", other, "attended", answered=True)
                self._tell(to)
        self._partners = unexpected

    def _keep_switches(self, client: AmiClient) -> None:
        """Hold the dead-man's switch of who has no session of ours and needs none now.

        A telephone that an earlier run let ring rings on; its caller must not be taken from it.
        """
        for contact in self._contacts.values():
            if contact.rings and not self._exchange.is_attached(contact.id):
                set_absolute_timeout(client, contact.id, SILENCE_S)

    # --- ghosts ---------------------------------------------------------------------------------

    def _suspect(self, contact: Contact, channel: ChannelSnapshot | None, *, is_rung: bool) -> Suspect | None:
        if contact.id not in self._contacts:
            return None  # it has ended meanwhile
        if channel is None:
            return Suspect(contact.id, "caller")
        if contact.phase is Phase.TALKING and channel.bridge_id is None:
            return Suspect(contact.id, "talk")
        if contact.phase is Phase.OFFERED and not is_rung and not self._exchange.is_attached(contact.id):
            return Suspect(contact.id, "offer")
        return None

    def _remove(self, suspect: Suspect, end: Ended | None) -> None:
        contact = self._contacts.get(suspect.contact)
        if contact is None:
            return
        agent = contact.agent
        log.warning("contact %s: its %s is a ghost: Asterisk has none", contact.id, suspect.what)
        self._exchange.happened(GhostRemoved(contact.id, suspect.what, agent))
        match suspect.what:
            case "caller":
                self._gone(contact.id, end, was_cut_off=False)
            case "offer" if agent is not None:
                self._exchange.happened(OfferFailed(contact.id, agent, OfferFailure.WITHDRAWN))
            case "talk" if agent is not None:
                self._exchange.happened(TalkEnded(contact.id, agent, "pbx"))
            case _:
                pass

    def _gone(self, contact: str, end: Ended | None, *, was_cut_off: bool) -> None:
        """Tell the end of a contact that ended while nobody told us, at its true time where one was noted."""
        rung = self._contacts.get(contact)
        if rung is not None and rung.rings and end is not None and end.phase == Phase.TALKING:
            self._exchange.happened(rung.answer(end.answered_at))  # and talked, all that in the meantime
        if end is not None:
            was_lost = end.phase == LOST
            self._exchange.happened(
                CallerLost(contact, "engine", end.at) if was_lost else CallerHungUp(contact, end.at)
            )
        elif was_cut_off:
            self._exchange.happened(CallerLost(contact, "pbx"))
        else:
            self._exchange.happened(CallerHungUp(contact))

    async def _read_ends(self, client: AmiClient) -> dict[str, Ended]:
        ends = read_ends((await read_tree(client, ENDS)).values())
        of_wall = self._exchange.of_wall
        return {
            case: end._replace(at=of_wall(end.at), answered_at=of_wall(end.answered_at))
            for case, end in ends.items()
        }

    def _learn_unseen(self, ends: Mapping[str, Ended], living: Mapping[str, ChannelSnapshot]) -> None:
        """Log calls that came and went between two runs, and that Asterisk's own queue never had."""
        since = self._unseen_since
        if since is None:
            return
        for case, end in ends.items():
            came_at = self._exchange.of_wall(arrived_at(case))
            is_known = case in self._contacts or case in self._ended_before or case in living
            if came_at is not None and came_at >= int(since) and not is_known:
                self._exchange.happened(self._arrivals.learned(case, end.called, None, came_at))
                self._gone(case, end, was_cut_off=False)

    # --- the fallback -----------------------------------------------------------------------------

    async def _look_into_fallback(self, client: AmiClient, living: Mapping[str, ChannelSnapshot]) -> None:
        """Log what Asterisk's own queue did, and fetch those back who still wait in it."""
        notes = await read_tree(client, CONTEXT)
        if not notes:
            return
        calls = read_fallback(notes)
        over = [case for case in notes if case not in living]
        ends = await self._read_ends(client) if over else {}
        for case, call in calls.items():
            channel = living.get(case)
            if channel is not None and channel.context != CONTEXT:
                continue  # it is on its way back
            if case not in self._contacts and case not in self._ended_before:
                await self._learn(client, case, call, channel)
            of_wall = self._exchange.of_wall
            fell = CallerFellBack(case, call.queue, of_wall(call.since), of_wall(call.entered_at))
            self._exchange.happened(fell)  # stale, if they have come to somebody since
            if call.agent is not None:
                answered_at = of_wall(call.answered_at)
                self._exchange.happened(FallbackAnswered(case, call.queue, call.agent, answered_at))
            if channel is None:
                self._gone(case, ends.get(case), was_cut_off=case not in ends)
            elif channel.bridge_id is None and call.agent is None:
                await self._fetch_back(client, case)
        for case in over:
            forget(client, CONTEXT, case)

    async def _fetch_back(self, client: AmiClient, case: str) -> None:
        """Bring a caller back to us, unless somebody has answered since we looked."""
        if await read_variable(client, case, "VAXEL_PHASE") == Phase.FALLBACK:
            await redirect(client, case, "vaxel-exchange", BACK)

    async def _learn(
        self, client: AmiClient, case: str, call: InFallback, channel: ChannelSnapshot | None
    ) -> None:
        """Tell the arrival of a call that came while we were away."""
        number = presentation = ""
        if channel is not None:
            number = await read_variable(client, case, "CALLERID(num)") or ""
            presentation = await read_variable(client, case, "CALLERID(num-pres)") or ""
        when = self._exchange.of_wall(arrived_at(case) or call.entered_at)
        is_unread = channel is None
        self._exchange.happened(
            self._arrivals.learned(case, call.called, None if is_unread else (number, presentation), when)
        )
