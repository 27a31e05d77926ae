"""What the exchange says to those who wait: their place, how long it will take, that a place was kept.

Owns which sentences say it, and the list of all of them, so that each is spoken before it is needed. Pure.
Must not know when something is announced (`queues.waiting.announcing` decides), nor how a prompt becomes
sound.

Each place and each range is a whole sentence: they are few enough, and a speech program that is given half a
sentence speaks it as a whole one. In a language in which no figures are said (`ivr.spoken.numbers` knows none
of its words) a sentence with a figure in it is left out; the check of menus tells who wanted it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.spoken.moments import LANGUAGES, digits, position, wait
from ivr.spoken.sentences import filled
from queues.waiting.announcing import Told
from queues.waiting.ranges import all_ranges

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ivr.menu.model import Menu
    from ivr.menu.texts import Prompt
    from routing.policy import Announcing


def waiting_texts(menu: Menu, language: str, told: Told, most_position: int) -> tuple[Prompt, ...]:
    """Return what is said: the place, and then the waiting time. Nothing where no figures can be said.

    A place beyond `most_position` is said as how many there are before the caller at least.
    """
    said: list[Prompt | None] = []
    if told.position == 1:
        said.append(menu.sentences["first in line"].said_in(language))
    elif told.position:
        place = told.position
        said.append(_filled(menu, "position", language, position=lambda x: position(x, place, most_position)))
    if told.range is not None:
        least_s, most_s = told.range
        said.append(_filled(menu, "estimate", language, wait=lambda x: wait(x, least_s, most_s)))
    return tuple(prompt for prompt in said if prompt is not None)


def regained_text(menu: Menu, language: str) -> Prompt:
    """Return what somebody hears who was cut off and has the old place back."""
    return menu.sentences["place regained"].said_in(language)


def choice_text(menu: Menu, language: str, digit: str) -> Prompt | None:
    """Return what is asked after a key that leads out of the queue; None where no figures can be said."""
    return _filled(menu, "choice", language, key=lambda x: " ".join(digits(x, digit)))


def waiting_prompts(menu: Menu, told: Iterable[Announcing], keys: Iterable[str]) -> Iterator[Prompt]:
    """Go through each prompt that the others here can return, in every language of the menu, some twice.

    `told`: what the menu's queues announce; `keys`: those that lead out of them, 0 to 9. Nothing is joined:
    all places with all ranges would be a thousand sounds, and the prompt library joins two in a millisecond
    when they are first said.
    """
    kinds, each_key = tuple(dict.fromkeys(told)), tuple(dict.fromkeys(keys))
    for language in menu.languages:
        for announcing in kinds:
            for one in _all_told(announcing):
                yield from waiting_texts(menu, language, one, announcing.most_position)
        yield regained_text(menu, language)
        for digit in each_key:
            if (prompt := choice_text(menu, language, digit)) is not None:
                yield prompt


def _all_told(announcing: Announcing) -> Iterator[Told]:
    """Go through each place and each range that may be said."""
    if announcing.position:
        yield from (Told(position=place) for place in range(1, announcing.most_position + 2))
    if announcing.estimate:
        yield from (Told(range=spoken) for spoken in all_ranges())


def _filled(menu: Menu, name: str, language: str, **values: Callable[[str], str]) -> Prompt | None:
    """Fill a sentence in the language in which it is written, which need not be the caller's."""
    prompt = menu.templates[name].said_in(language)
    if prompt.language not in LANGUAGES:
        return None
    words = {place: said(prompt.language) for place, said in values.items()}
    return prompt._replace(text=filled(prompt.text, **words), recording="")
