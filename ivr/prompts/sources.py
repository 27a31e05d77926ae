"""Where a prompt's sound comes from: its recording while that says the text, else the speech program.

Owns that decision, and so which file a prompt is played from. Makes no sounds.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ivr.prompts.recordings import Recording, hash_of
from ivr.prompts.said import in_one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ivr.menu.texts import Prompt
    from ivr.prompts.folder import PromptFolder
    from ivr.prompts.recordings import RecordedTexts
    from ivr.prompts.speech import SpeechCommand


@dataclass(frozen=True, slots=True)
class Source:
    """What a prompt is made from, and the place of its sound, whether that is there or not."""

    prompt: Prompt
    sound: Path
    recording: Recording | None = None

    @property
    def is_recorded(self) -> bool:
        """Whether the recording is what callers hear."""
        return self.recording is not None and not self.is_stale

    @property
    def is_stale(self) -> bool:
        """Whether there is a recording, but it says another text."""
        return self.recording is not None and self.recording.text != in_one_line(self.prompt.text)


def sources(
    prompts: Iterable[Prompt], folder: PromptFolder, speech: SpeechCommand, recorded: RecordedTexts
) -> tuple[Source, ...]:
    """Find the source of each prompt as the files are now.

    Reads the recordings. Raises `RecordingUnusableError` and `PromptFolderUnusableError`.
    """
    found = []
    known: dict[str, str] | None = None
    for prompt in prompts:
        spoken = folder.sound("text", prompt.language, prompt.text, *speech.paced(prompt.pace))
        if not prompt.recording:
            found.append(Source(prompt, spoken))
            continue
        if known is None:
            known = recorded.read()
        path, text = Path(prompt.recording), in_one_line(prompt.text)
        content_hash = hash_of(path)
        # Of two texts that stand beside one new recording, the second cannot be what it says.
        recording = Recording(path, content_hash, known.setdefault(content_hash, text))
        # Language and text do not change the sound, but what is written down beside it.
        own = folder.sound("recording", content_hash, prompt.language, text)
        found.append(Source(prompt, own if recording.text == text else spoken, recording))
    return tuple(found)
