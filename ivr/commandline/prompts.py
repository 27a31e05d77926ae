"""`vaxel prompts`: what callers hear, spoken, recorded and played.

Owns the command line of it. Must not know how a sound is made.
"""

from __future__ import annotations

import difflib
import json
import shutil
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ivr.commandline.settings import settings_of
from queues.problems import MAX_WORD

if TYPE_CHECKING:
    from collections.abc import Collection

    from ivr.menu.texts import Prompt
    from ivr.settings import Settings

WIDTH_WITHOUT_TERMINAL = 160
MOST_MEANT = 3  # names that an error suggests

_NUMBER = click.option("--number", help="Only the prompts of this folder of menus.")
_LANGUAGE = click.option("--language", help="Only this language, such as sv.")


@click.group()
def prompts() -> None:
    """What callers hear."""


@prompts.command("build")
@click.pass_context
def build(ctx: click.Context) -> None:
    """Speak everything that has not been spoken yet, for the coming days too."""
    from ivr.commandline.progress import Progress
    from ivr.menu.number import load_numbers
    from ivr.prompts import PromptLibrary
    from ivr.speaking import prepare

    settings = settings_of(ctx)
    numbers = load_numbers(settings.menus, settings.ground)
    spoken = 0
    tell = Progress(lambda line: click.echo(line, err=True))

    def progress(done: int, of: int) -> None:
        nonlocal spoken
        spoken = done
        tell(done, of)

    at = settings.calendar_at(time.time())
    prepare(PromptLibrary.of(settings), numbers, at, progress=progress)
    if not spoken:
        click.echo("every prompt was there already")
    else:
        click.echo(f"{spoken} prompt{'s' if spoken > 1 else ''} spoken")


@prompts.command("list")
@_NUMBER
@_LANGUAGE
@click.option("--state", type=click.Choice(["recorded", "synthetic", "stale", "missing"]), help="Only these.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@click.pass_context
def list_prompts(
    ctx: click.Context, number: str | None, language: str | None, state: str | None, as_json: bool
) -> None:
    """List every prompt: recorded, synthetic (spoken by the program), stale (the text is newer), missing."""
    from ivr.prompts import PromptLibrary, listing
    from ivr.prompts.presentation import prompt_json, prompts_table

    settings = settings_of(ctx)
    wanted = _prompts(settings, number, language)
    listed = [
        each for each in listing(PromptLibrary.of(settings), wanted) if state in {None, each.state.value}
    ]
    if as_json:
        rows = [{**prompt_json(each), "numbers": wanted[each.prompt]} for each in listed]
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    width = shutil.get_terminal_size((WIDTH_WITHOUT_TERMINAL, 0)).columns
    several = len({number for numbers in wanted.values() for number in numbers}) > 1
    of = {prompt: ", ".join(numbers) for prompt, numbers in wanted.items()} if several else None
    click.echo(prompts_table(listed, width=width, numbers=of), nl=False)


@prompts.command("play")
@click.argument("name")
@_NUMBER
@_LANGUAGE
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the sound there instead.")
@click.pass_context
def play_prompt(
    ctx: click.Context, name: str, number: str | None, language: str | None, out: Path | None
) -> None:
    """Play a prompt on this machine's loudspeaker: NAME as `vaxel prompts list` shows it.

    Of a sentence that is filled in many ways, one text in each language is played.
    """
    from ivr.prompts import PromptLibrary, play
    from ivr.prompts.presentation import MOST_APART

    settings = settings_of(ctx)
    known = _prompts(settings, number, language)
    found = [prompt for prompt in known if prompt.name == name]
    if not found and any(prompt.name == name for prompt in _prompts(settings, number, None)):
        raise click.UsageError(f"there is no prompt {name} in {language}; leave --language out to hear it")
    if not found:
        raise click.UsageError(f"there is no prompt {name}; {_meant(name, {p.name for p in known})}")
    counts = Counter(prompt.language for prompt in found)
    first = {prompt.language: prompt for prompt in reversed(found)}
    found = [each for each in found if counts[each.language] <= MOST_APART or each is first[each.language]]
    library = PromptLibrary.of(settings)
    for prompt in found if out is None else found[:1]:
        if not library.is_built(prompt):
            library.speak_now([prompt])
        sound = Path(f"{library.sound_name(prompt)}.wav")
        count = counts[prompt.language]
        more = f" (one of {count} texts)" if count > MOST_APART else ""
        click.echo(f"{prompt.language}: {prompt.text}{more}")
        if out is None:
            play(sound)
        else:
            try:
                shutil.copyfile(sound, out)
            except OSError as error:
                raise click.ClickException(f"cannot write {out}: {error.strerror}") from error
            click.echo(out)


def _meant(name: str, known: Collection[str]) -> str:
    """Say which names were probably meant: at most three, there are hundreds."""
    near = difflib.get_close_matches(name[:MAX_WORD], sorted(known), n=MOST_MEANT)
    if not near:
        return "vaxel prompts list shows those there are"
    return "did you mean " + " or ".join(f'"{each}"' for each in near) + "?"


def _prompts(settings: Settings, number: str | None, language: str | None) -> dict[Prompt, list[str]]:
    """Return each prompt with the numbers that say it."""
    from ivr.menu.number import load_numbers
    from ivr.speaking import all_prompts
    from queues.problems import suggestion

    known = load_numbers(settings.menus, settings.ground)
    numbers = [each for each in known if number in {None, each.id}]
    if not numbers:
        ids = {each.id for each in known}
        raise click.UsageError(f"there is no number {number}; {suggestion(str(number), ids)}")
    at = settings.calendar_at(time.time())
    there: dict[Prompt, list[str]] = {}
    for each in numbers:
        for prompt in all_prompts([each], at):
            if language in {None, prompt.language}:
                there.setdefault(prompt, []).append(each.id)
    return there
