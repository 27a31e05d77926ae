"""What can go wrong with a journal; each error says where, what was found and what was expected.

Owns the errors of `queues.journal`. No error repeats a field's value: a line may hold a keyed digit.

    JournalError
    ├── JournalUnwritableError     the folder cannot be made, opened or written
    ├── JournalInUseError          another engine writes here
    ├── JournalWriteError          the disk has been full for so long that no more events are kept
    ├── UnwritableEventError       the event itself has no line (not a number, too long)
    ├── UnreadableLineError        a whole line that is not an event
    ├── JournalGapError            events are missing between two segments, or at the end
    └── JournalMissingError        there is no such folder
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class JournalError(Exception):
    """Any failure of the journal; its text is one line for a person."""


class JournalUnwritableError(JournalError):
    """The journal's folder cannot be used for writing."""

    def __init__(self, folder: Path, reason: str) -> None:
        self.folder = folder
        super().__init__(
            f"journal {folder}: cannot be written: {reason}; expected a folder this user may write in"
        )


class JournalInUseError(JournalError):
    """Another engine holds the journal's lock."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        super().__init__(
            f"journal {folder}: another engine writes here; stop it, or use another state folder"
        )


class JournalWriteError(JournalError):
    """Events were neither written nor kept in memory; what stands in the journal is whole."""

    def __init__(self, kept: int, reason: str) -> None:
        self.kept = kept
        super().__init__(f"journal {reason}; {kept} events are kept in memory, and no more can be")


class UnwritableEventError(JournalError):
    """The event cannot be made into a line."""

    def __init__(self, event: str, reason: str) -> None:
        super().__init__(f"journal: a {event} cannot be written: {reason}")


class UnreadableLineError(JournalError):
    """A whole line that does not hold the event it should; `offset` is the line's first byte."""

    def __init__(self, file: str, offset: int, got: str, expected: str) -> None:
        self.file = file
        self.offset = offset
        self.got = got
        self.expected = expected
        super().__init__(f"journal {file}, line at byte {offset}: got {got}, expected {expected}")


class JournalGapError(JournalError):
    """The journal does not hold the event that comes next."""

    def __init__(self, folder: Path, got: str, expected: str) -> None:
        self.folder = folder
        super().__init__(f"journal {folder}: got {got}, expected {expected}")


class JournalMissingError(JournalError):
    """There is no journal where one was named."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        super().__init__(f"journal {folder}: no such folder; the engine makes it when it starts")
