"""`vaxel why QUEUE`: why the first caller of a queue is still waiting, asked of the running engine.

Owns the parsing and the printing.
"""

from __future__ import annotations

import click

from ivr.commandline.settings import settings_of


@click.command("why")
@click.argument("queue")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@click.pass_context
def why(ctx: click.Context, queue: str, as_json: bool) -> None:
    """Tell why the first caller of QUEUE is still waiting, and what everybody who may answer does.

    Of a call that is over or goes on, "vaxel calls why" tells the story.
    """
    from ivr.commandline.orders import tell
    from ivr.control.client import give
    from ivr.control.orders import WhyWaits

    tell(ctx, give(settings_of(ctx).control, WhyWaits(queue)), as_json=as_json)
