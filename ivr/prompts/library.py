"""The prompts of all numbers: built before callers come, and named for Asterisk to play.

Owns the order of building and the joining of what one command of the menu says: Asterisk loses keys that
are pressed between two commands, so that is one sound. Must not know menus' ways: it is told what will be
said.

What is joined is only what a menu says. Digits that a caller keyed may be secret, and a joined sound is a
file (with its text beside it): to read them back, play the prompts of the single digits one after the other.
"""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from ivr.prompts.errors import PromptsClosedError, RecordingUnusableError
from ivr.prompts.folder import PromptFolder
from ivr.prompts.recordings import RecordedTexts
from ivr.prompts.said import Said
from ivr.prompts.sources import Source, sources
from ivr.prompts.speech import ESPEAK_COMMAND, SpeechCommand
from ivr.prompts.telephone import TelephoneSound
from ivr.sound import joined

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from ivr.menu.texts import Prompt
    from ivr.settings import Settings

AT_ONCE = 2  # sounds that are made: as many as the smallest server has cores

log = logging.getLogger(__name__)


class PromptLibrary:
    """The prompts of all numbers as files in `folder`, spoken by `command` or recorded."""

    def __init__(self, folder: Path, command: Sequence[str] = ESPEAK_COMMAND) -> None:
        self._command = SpeechCommand(tuple(command))
        self._folder = PromptFolder(folder)
        self._recorded = RecordedTexts(self._folder)
        self._parts: dict[Prompt, Path] = {}  # as the last build found them, or the first question
        self._ready: dict[tuple[float, tuple[Path, ...]], Path] = {}  # by pause and parts
        self._lengths_s: dict[Path, float] = {}
        self._told_stale: set[Source] = set()
        self._is_closed = False

    @classmethod
    def of(cls, settings: Settings) -> PromptLibrary:
        """Make the library that an installation's settings describe."""
        return cls(settings.prompts, settings.speech or ESPEAK_COMMAND)

    def sound_name(self, prompt: Prompt) -> str:
        """Give the name that Asterisk plays one prompt by: an absolute path without its suffix.

        Raises `RecordingUnusableError` and `PromptFolderUnusableError`, for recordings that were not built.
        """
        return str(self._part(prompt).with_suffix(""))

    def sound(self, prompts: Iterable[Prompt]) -> str:
        """Give the name that Asterisk plays all these prompts by (at least one), one after the other.

        Joins them if that has not been done yet, with the pause of the first prompt's pace: 1.3 ms for
        a minute of sound, so the event loop may ask. Not to be asked for digits that a caller keyed. Raises
        `PromptNotBuiltError` when one of them has never been built, and `PromptFolderUnusableError`.
        """
        return str(self._sound(tuple(prompts)).with_suffix(""))

    def length_s(self, prompts: Iterable[Prompt]) -> float:
        """Give how long `sound` of these prompts plays, in seconds. Raises as `sound` does."""
        path = self._sound(tuple(prompts))
        if path not in self._lengths_s:
            self._lengths_s[path] = self._folder.length_s(path)
        return self._lengths_s[path]

    def sources(self, prompts: Iterable[Prompt]) -> tuple[Source, ...]:
        """Tell for each prompt what it is made from, as the files are now.

        Reads the recordings. Raises `RecordingUnusableError` and `PromptFolderUnusableError`.
        """
        return sources(prompts, self._folder, self._command, self._recorded)

    def missing(self, prompts: Iterable[Prompt]) -> tuple[Prompt, ...]:
        """List the prompts that are not built yet, one for each sound. Raises as `sources` does."""
        return tuple(source.prompt for source in _missing(self.sources(prompts)))

    def is_built(self, prompt: Prompt) -> bool:
        """Tell whether a prompt can be played at once. Raises as `sources` does."""
        return not self.missing((prompt,))

    def build(
        self,
        prompts: Iterable[Prompt],
        said_together: Iterable[tuple[Prompt, ...]],
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        """Make the sounds that are missing and join what is said together, so that each `sound` is there.

        What is said together need not be among `prompts`. `progress` is told how many of the missing sounds
        are made, and of how many. Recordings that were exchanged are heard from here on. Blocks: call it
        before the event loop runs, or from a thread. Raises any `PromptError`; what was built is kept. A
        recording that is none holds up nothing else; after a text that cannot be spoken no other is begun.
        """
        together = tuple(dict.fromkeys(said for said in said_together if said))
        self._folder.open()
        unusable: list[RecordingUnusableError] = []
        found = self._found(tuple(dict.fromkeys(chain(prompts, chain.from_iterable(together)))), unusable)
        missing = _missing(found)
        try:
            for done, _ in enumerate(self._make(missing, unusable), start=1):
                if progress is not None:
                    progress(done, len(missing))
        finally:
            # Noted when a recording's sound is there: one that could not be read says nothing yet.
            self._recorded.remember(
                {
                    source.recording.content_hash: source.recording.text
                    for source in found
                    if source.recording is not None and source.is_recorded and source.sound.exists()
                }
            )
        self._warn_of_stale(found)
        self._parts.update((source.prompt, source.sound) for source in found)
        there = {source.prompt for source in found if source.sound.exists()}
        for said in together:
            if there.issuperset(said):
                self._sound(said)
        if unusable:
            raise unusable[0]

    def speak_now(self, prompts: Iterable[Prompt]) -> None:
        """Make the sounds that are missing of a text that came up at run time, such as a crisis message.

        Blocks for as long as that takes: call it from a thread. Raises any `PromptError`.
        """
        self.build(prompts, ())

    def close(self) -> None:
        """Begin no sound any more: whoever builds in a thread gets `PromptsClosedError`."""
        self._is_closed = True

    def _found(self, prompts: Sequence[Prompt], unusable: list[RecordingUnusableError]) -> list[Source]:
        """Return the sources of these prompts, and add the error of each recording that has none."""
        try:
            return list(self.sources(prompts))
        except RecordingUnusableError:
            found: list[Source] = []
            for prompt in prompts:
                try:
                    found += self.sources((prompt,))
                except RecordingUnusableError as error:
                    unusable.append(error)
            return found

    def _make(self, missing: Sequence[Source], unusable: list[RecordingUnusableError]) -> Iterator[Source]:
        """Make these sounds, some at once, and give each when it is there; recordings that are none fail."""
        spoken = [source for source in missing if not source.is_recorded]
        with ExitStack() as ready:
            sound = ready.enter_context(TelephoneSound())
            ways: list[tuple[Source, Callable[[], bytes]]] = [
                (source, partial(source.recording.frames, sound))
                for source in missing
                if source.recording is not None and source.is_recorded
            ]
            if spoken:
                program = ready.enter_context(self._command.program(self._folder.path, sound, len(spoken)))
                ways += [(source, partial(program.speak, source.prompt)) for source in spoken]
            yield from self._made(ways, unusable)

    def _made(
        self,
        ways: Iterable[tuple[Source, Callable[[], bytes]]],
        unusable: list[RecordingUnusableError],
    ) -> Iterator[Source]:
        def keep(source: Source, made: Callable[[], bytes]) -> Source:
            if self._is_closed:
                raise PromptsClosedError
            self._folder.keep(source.sound, (made(),), (Said.by(source.prompt),))
            return source

        with ThreadPoolExecutor(AT_ONCE, "prompts") as pool:
            making = [pool.submit(keep, *way) for way in ways]
            try:
                for future in as_completed(making):
                    try:
                        yield future.result()
                    except RecordingUnusableError as error:
                        unusable.append(error)
            except BaseException:
                pool.shutdown(wait=True, cancel_futures=True)
                raise

    def _part(self, prompt: Prompt) -> Path:
        path = self._parts.get(prompt)
        if path is None:
            path = self._parts[prompt] = self.sources((prompt,))[0].sound
        return path

    def _sound(self, prompts: tuple[Prompt, ...]) -> Path:
        parts = tuple(map(self._part, prompts))
        pause_s = prompts[0].pace.pause_s
        path = self._ready.get((pause_s, parts))
        if path is not None:
            return path
        if len(parts) == 1:
            path = parts[0]
        else:
            path = self._folder.sound("joined", str(pause_s), *(part.name for part in parts))
        if not path.exists():
            frames = joined(map(self._folder.frames, parts), pause_s)
            self._folder.keep(path, frames, map(Said.by, prompts))
        self._ready[pause_s, parts] = path
        return path

    def _warn_of_stale(self, found: Iterable[Source]) -> None:
        for source in found:
            if source.recording is None or not source.is_stale or source in self._told_stale:
                continue
            self._told_stale.add(source)
            log.warning(
                'prompt %s (%s): recording %s is older than the text and says "%s"; the speech program '
                "speaks the text instead; record it anew or, if it fits, remove %s from %s",
                source.prompt.name,
                source.prompt.language,
                source.recording.path,
                source.recording.text,
                source.recording.content_hash,
                self._recorded.path,
            )


def _missing(found: Iterable[Source]) -> list[Source]:
    return list({source.sound: source for source in found if not source.sound.exists()}.values())
