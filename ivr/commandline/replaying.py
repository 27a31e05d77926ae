"""`vaxel replay`: the journal once more, as it was configured or with other queues and people.

Owns the command line and its exit codes. Must not know how a replay is made.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ivr.commandline.settings import named_settings_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ivr.replaying.history import History, Moment
    from ivr.settings import Settings

EXIT_DIFFERENT = 1
EXIT_CANNOT = 2
_PATH = click.Path(path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.argument("journal", type=_PATH, required=False)
@click.option(
    "--policy", "changed", type=_PATH,
    help="What if: a changed queues.yaml or agents.yaml, a number's folder, or a folder of all numbers.",
)  # fmt: skip
@click.option("--number", help="Whose file --policy is, where that cannot be seen.")
@click.option("--since", metavar="WHEN", help="Begin with the run that was under way then.")
@click.option("--before", metavar="WHEN", help="Go no further.")
@click.option("--versions", type=_FOLDER, multiple=True, help="Also look here for what was live.")
@click.option("--seed", type=int, default=1, show_default=True, help="Of what is left to chance: --policy.")
@click.option("--show", type=click.IntRange(0, 1000), default=10, show_default=True, help="Differences.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def replay(
    ctx: click.Context,
    journal: Path | None,
    changed: Path | None,
    number: str | None,
    since: str | None,
    before: str | None,
    versions: tuple[Path, ...],
    seed: int,
    show: int,
    as_json: bool,
) -> None:
    """Pass a journal through the exchange once more, and tell what comes out otherwise.

    JOURNAL is a folder (state/journal, this installation's when left out) or one file of it. What was live
    is found by its content in the versions beside the journal. WHEN is an event's number, or a day and a time
    such as "2026-12-24 10:00".

    Exit code 0: the same decisions; 1: others; 2: it cannot be replayed. With --policy it is 0, or 2.
    """
    from ivr.publishing.versions import VersionsError
    from ivr.replaying.errors import ReplayError
    from ivr.replaying.history import Places, open_history
    from queues.journal.errors import JournalError
    from queues.problems import ConfigurationError

    try:
        settings = named_settings_of(ctx)
        places = Places(
            journal or settings.journal, (*versions, settings.versions), settings.menus, settings.ground
        )
        history = open_history(places, _moment(since, settings), _moment(before, settings))
        if changed is None:
            ctx.exit(_replay(history, settings, show, as_json=as_json))
        _what_if(history, settings, changed, number, seed, show, as_json=as_json)
    except ConfigurationError as error:
        _cannot(ctx, [str(problem) for problem in error.problems])
    except (ReplayError, JournalError, VersionsError) as error:
        _cannot(ctx, [f"vaxel: {error}"])


def _replay(history: History, settings: Settings, show: int, *, as_json: bool) -> int:
    from ivr.replaying.comparison import compare
    from ivr.replaying.report import replayed_json, replayed_text

    replayed = compare(history.events(_progress()), history)
    if as_json:
        told = replayed_json(replayed, unborn=history.unborn, shown=show)
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        others = [each for each in history.software if each != version("vaxel")]
        text = replayed_text(
            replayed, unborn=history.unborn, others=others, shown=show, zone=settings.time_zone
        )
        click.echo(text, nl=False)
    return EXIT_DIFFERENT if replayed.differing else 0


def _what_if(
    history: History,
    settings: Settings,
    changed: Path,
    number: str | None,
    seed: int,
    show: int,
    *,
    as_json: bool,
) -> None:
    from ivr.commandline.progress import Progress
    from ivr.replaying.changed import changed_policy
    from ivr.replaying.whatif import what_if
    from ivr.replaying.whatif_report import what_if_json, what_if_text

    other = changed_policy(changed, history.latest(), number)
    was = [(at, policy) for _, at, policy in history.policies()]
    runs = Progress(lambda line: click.echo(line, err=True), after="free runs made", every=1_000_000)
    answer = what_if(
        lambda: history.events(_progress()),
        was,
        other.policy,
        seed,
        lambda done, of: runs(done, of) if done < of else None,
    )
    if as_json:
        click.echo(json.dumps(what_if_json(answer, other, seed, shown=show), ensure_ascii=False))
    else:
        text = what_if_text(answer, other, seed, shown=show, zone=settings.time_zone)
        click.echo(text, nl=False)


def _progress() -> Callable[[int, int], None]:
    from ivr.commandline.progress import Progress

    return Progress(lambda line: click.echo(line, err=True), after="events replayed", every=1_000_000)


def _moment(text: str | None, settings: Settings) -> Moment | None:
    """Return the place in the journal that people mean. Raises `click.BadParameter`."""
    from ivr.replaying.history import Moment

    if text is None:
        return None
    if text.isascii() and text.isdigit():
        return Moment(seq=int(text))
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        words = 'an event\'s number, or a day and a time such as "2026-12-24 10:00"'
        raise click.BadParameter(f"expected {words}, found {text[:40]!r}") from None
    aware = when if when.tzinfo is not None else when.replace(tzinfo=settings.time_zone)
    return Moment(at=aware.astimezone(UTC).timestamp())


def _cannot(ctx: click.Context, lines: Sequence[str]) -> None:
    for line in lines:
        click.echo(line, err=True)
    ctx.exit(EXIT_CANNOT)
