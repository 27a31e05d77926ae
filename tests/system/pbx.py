"""Asterisk as its own console shows it: channels, and the fallback queues with their members and callers.

Owns the reading of those lists. Independent of the engine and of AMI, so that it can tell against them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from ivr.ami.snapshots import Member
from ivr.fallback import CONTEXT
from ivr.mirror import PREFIX, FallbackMirror

if TYPE_CHECKING:
    from ivr.asterisk.process import AsteriskProcess
    from queues.snapshot import Snapshot
    from routing.policy import Policy

_QUEUE = re.compile(r"^(\S+) has (\d+) calls")
_MEMBER = re.compile(r"^\s+(?:\S+ \()?(PJSIP/[\w-]+)\)?[ )]")
_PENALTY = re.compile(r"with penalty (\d+)")
_NOTE = re.compile(r"^/(?:\S+)/(\S+)\s*: (.*)$")


class Channel(NamedTuple):
    """One channel."""

    name: str
    context: str
    state: str
    application: str
    is_bridged: bool
    uniqueid: str


class Queues(NamedTuple):
    """The fallback queues."""

    callers: dict[str, int]
    members: set[Member]


async def channels(asterisk: AsteriskProcess) -> list[Channel]:
    """Read every channel."""
    answer = await asterisk.ask("core show channels concise")
    rows = (line.split("!") for line in answer.splitlines() if line.count("!") > 10)
    return [Channel(r[0], r[1], r[4], r[5], bool(r[-2]), r[-1]) for r in rows]


async def queues(asterisk: AsteriskProcess) -> Queues:
    """Read the fallback queues."""
    callers: dict[str, int] = {}
    members: set[Member] = set()
    queue = ""
    for line in (await asterisk.ask("queue show")).splitlines():
        if (found := _QUEUE.match(line)) and found[1].startswith(PREFIX):
            queue = found[1]
            callers[queue] = int(found[2])
        elif queue and (found := _MEMBER.match(line)):
            penalty = _PENALTY.search(line)
            members.add(Member(queue, found[1], int(penalty[1]) if penalty else 0, "(paused" in line))
    return Queues(callers, members)


async def left_over(asterisk: AsteriskProcess, policy: Policy, board: Snapshot) -> list[str]:
    """Say what is left of calls that are over, and who is wrongly in a fallback queue, or missing there."""
    in_queues = await queues(asterisk)
    mirror = FallbackMirror(
        policy,
        {view.agent: view.telephone for view in board.agents},
        {view.agent for view in board.agents if view.is_paused},
    )
    wanted = {member for agent in policy.agents for member in mirror.members_of(agent)}
    return [
        *(f"Asterisk: the channel {channel.name} is left" for channel in await channels(asterisk)),
        *(f"Asterisk: {n} callers are left in {queue}" for queue, n in in_queues.callers.items() if n),
        *(f"Asterisk: {member} should not be there" for member in sorted(in_queues.members - wanted)),
        *(f"Asterisk: {member} is missing" for member in sorted(wanted - in_queues.members)),
    ]


async def notes(asterisk: AsteriskProcess, family: str) -> dict[str, str]:
    """Read a family of Asterisk's database."""
    answer = await asterisk.ask(f"database show {family}")
    return {found[1]: found[2].strip() for line in answer.splitlines() if (found := _NOTE.match(line))}


async def fallen_back(asterisk: AsteriskProcess) -> dict[str, float]:
    """Return since when each caller is in a fallback queue, or was last: contact -> UTC seconds."""
    return {case: float(note.split("|")[3]) for case, note in (await notes(asterisk, CONTEXT)).items()}
