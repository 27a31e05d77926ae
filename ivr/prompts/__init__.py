"""Prompts: texts and recordings to sounds that Asterisk plays, all built before callers come.

    prompts ──(sources)──> spoken by (speech) or taken from (recordings) ──> (folder) ──> Asterisk
                                                        what is heard in them: (said)

`library` is what others use: it builds, and names what is to be played. `sources` alone decides where a
prompt's sound comes from, `folder` how files are named and kept. For the command line: `listing`,
`presentation` and `playing`. Errors are drawn in `errors`.
"""

from ivr.prompts.errors import (
    NoPlayerError,
    PlayerFailedError,
    PromptError,
    PromptFolderUnusableError,
    PromptNotBuiltError,
    RecordingUnusableError,
    SpeechCommandUnfitError,
    SpeechFailedError,
)
from ivr.prompts.library import PromptLibrary
from ivr.prompts.listing import Listed, State, listing
from ivr.prompts.playing import play, player
from ivr.prompts.said import Said, said_in

__all__ = [
    "Listed",
    "NoPlayerError",
    "PlayerFailedError",
    "PromptError",
    "PromptFolderUnusableError",
    "PromptLibrary",
    "PromptNotBuiltError",
    "RecordingUnusableError",
    "Said",
    "SpeechCommandUnfitError",
    "SpeechFailedError",
    "State",
    "listing",
    "play",
    "player",
    "said_in",
]
