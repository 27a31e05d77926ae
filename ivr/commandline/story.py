"""`vaxel calls why`: the story of one call, and why each agent was rung for it.

Owns the command line. Must not know how a story is told.
"""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import click

from ivr.commandline.settings import settings_of

if TYPE_CHECKING:
    from ivr.settings import Settings
    from queues.calllog.readings import ContactHistory

WIDTH_WITHOUT_TERMINAL = 110


@click.command("why")
@click.argument("contact")
@click.option("--agents", "with_agents", is_flag=True, help="Also what each agent did, at each offer.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@click.pass_context
def calls_why(ctx: click.Context, contact: str, with_agents: bool, as_json: bool) -> None:
    """Tell the story of one call in plain words: who was rung, by which rule, and whose turn it was.

    CONTACT is an id that `vaxel calls list` shows. --agents passes the journal through the router once more,
    up to the call's last offer: it must still hold that time, and so must the versions of the menus.
    """
    from ivr.replaying.queues_then import QueuesThen
    from queues.calllog.readings import show_contact
    from queues.telling.page import story_json, story_text
    from queues.telling.story import story

    settings = settings_of(ctx)
    history = show_contact(settings.database_url, contact)
    agents = _agents(settings, history) if with_agents else {}
    steps = story(history, QueuesThen(settings.versions), agents)
    if as_json:
        click.echo(json.dumps(story_json(history.record, steps), ensure_ascii=False))
        return
    width = shutil.get_terminal_size((WIDTH_WITHOUT_TERMINAL, 0)).columns
    click.echo(story_text(history.record, steps, zone=settings.time_zone, width=width), nl=False)


def _agents(settings: Settings, history: ContactHistory) -> dict[int, tuple[str, ...]]:
    """Return what each agent did at each of the call's offers, by the offers' numbers."""
    from ivr.commandline.progress import Progress
    from ivr.replaying.history import Moment, Places, open_history
    from ivr.replaying.passed_over import passed_over

    offers = [event.seq for event in history.events if event.event == "AgentOffered"]
    if not offers:
        return {}
    places = Places(settings.journal, (settings.versions,), settings.menus, settings.ground)
    journal = open_history(places, Moment(seq=history.events[0].seq), Moment(seq=offers[-1] + 1))
    progress = Progress(lambda line: click.echo(line, err=True), after="events read", every=1_000_000)
    return passed_over(journal, history.record.contact, progress)
