"""The demonstration's screen: the live board as tables in a terminal.

Owns the look. Reads snapshots only; knows no telephone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.table import Table
from rich.text import Text

from routing.events import TelephoneState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from queues.snapshot import AgentView, QueueView, Snapshot
    from routing.policy import Policy

_LIGHTS: Mapping[str, tuple[str, str]] = {  # what an agent does → sign, style
    "away": ("·", "dim"),
    "free": ("○", "green"),
    "busy": ("●", "magenta"),
    "offered": ("◔", "yellow"),
    "talking": ("●", "red"),
}


def screen(snapshot: Snapshot, policy: Policy, now: float) -> Group:
    """Return the board at `now` (UTC seconds): the queues with their own specialists, and the totals."""
    agents = {view.agent: view for view in snapshot.agents}
    # Without lines between the columns it fits a terminal of 80.
    table = Table(title="Växel", title_justify="left", box=SIMPLE_HEAD, collapse_padding=True, pad_edge=False)
    table.add_column("queue", min_width=18)
    for heading in ("waiting", "longest", "offered", "answered", "abandoned"):
        table.add_column(heading, justify="right")
    table.add_column("team", min_width=5, overflow="fold")
    for view in snapshot.queues:
        table.add_row(*_row(view, policy, agents, now))
    totals = snapshot.totals
    line = (
        f"entered {totals.entered}   in menu {snapshot.in_menu}   answered {totals.answered}   "
        f"abandoned {totals.abandoned}   left in menu {totals.left_in_menu}   lost {totals.lost}"
    )
    return Group(table, Text(line), Text("○ free  ◔ ringing  ● talking  · away", style="dim"))


def _row(
    view: QueueView, policy: Policy, agents: Mapping[str, AgentView], now: float
) -> tuple[str | Text, ...]:
    longest = f"{now - view.waiting[0].since:.0f} s" if view.waiting else ""
    own = [
        agents[agent.id]
        for agent in policy.agents.values()
        if (skill := agent.skills.get(view.queue)) is not None and skill.role == "specialist"
    ]
    lights = Text()
    for agent in own:
        lights.append(*_LIGHTS[_light(agent)])
    return (
        policy.queues[view.queue].name,
        str(len(view.waiting) or ""),
        longest,
        str(view.totals.offered),
        str(view.totals.answered),
        str(view.totals.abandoned),
        lights,
    )


def _light(agent: AgentView) -> str:
    if agent.work != "idle":
        return agent.work
    match agent.telephone:
        case TelephoneState.FREE:
            return "free"
        case TelephoneState.UNREACHABLE:
            return "away"
        case _:
            return "busy"
