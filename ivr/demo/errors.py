"""What can go wrong in the demonstration and among its simulated telephones and citizens.

    DemoError
    ├── MalformedMessageError       a datagram that is no SIP message
    ├── PortTakenError              a port that we would use is somebody else's
    ├── TelephoneClosedError        something was asked of a telephone that is not open
    ├── RegistrationFailedError     an agent's telephone could not register
    ├── StateFolderUnusableError    the folder for journal, database and logs cannot be made
    ├── EngineFailedError           the engine beside the demonstration did not start, or ended
    ├── AsteriskEndedError          the Asterisk beside the demonstration ended by itself
    ├── AgentsNotSeenError          telephones are registered and the engine does not know it
    └── CitizensError
        ├── CitizenUnplayableError  a citizen that no scenario can express
        ├── SippMissingError        SIPp is not there, or cannot be started
        └── SippFailedError         SIPp ended without having played the citizens

An unanswered call, a refusal and a passed deadline are outcomes, not errors: see `ivr.demo.telephone`.
No text here holds a caller's number or a pressed key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class DemoError(Exception):
    """Anything that the demonstration reports."""


class MalformedMessageError(DemoError, ValueError):
    """Bytes that are no SIP message: says which part, what was found and what was expected."""


class PortTakenError(DemoError):
    """A port is in use, or all are: says which, and for whom it was meant."""


class TelephoneClosedError(DemoError):
    """A telephone was used before it was opened or after it was closed."""


class RegistrationFailedError(DemoError):
    """An agent's telephone could not register: says whose, and what came of it."""

    def __init__(self, agent: str, outcome: str) -> None:
        super().__init__(
            f"agent {agent}: the telephone could not register: expected Registered, got {outcome}"
        )


class EngineFailedError(DemoError):
    """The engine did not start, or ended before it was told to: says how, and where its log is."""

    def __init__(self, what: str, log: Path) -> None:
        super().__init__(f"the engine {what}; its log is {log}")


class AsteriskEndedError(DemoError):
    """Asterisk ended before it was told to: says where its log is."""

    def __init__(self, log: Path) -> None:
        super().__init__(f"Asterisk has ended by itself; its log is {log}")


class StateFolderUnusableError(DemoError):
    """The folder for journal, database and logs cannot be made."""

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(f"state folder {folder}: {reason}; choose another with --state")


class AgentsNotSeenError(DemoError):
    """The engine does not know telephones that are registered: says how many, and where to look."""

    def __init__(self, agents: Sequence[str]) -> None:
        super().__init__(
            f"the engine does not see {len(agents)} registered telephones, {agents[0]} among them; "
            "is its AMI connection up? See engine.log in the state folder"
        )


class CitizensError(DemoError):
    """The citizens could not be played."""


class CitizenUnplayableError(CitizensError, ValueError):
    """A citizen's behaviour cannot be written as a SIPp scenario: says which citizen and what."""


class SippMissingError(CitizensError):
    """SIPp could not be started: says the command and what to install."""


class SippFailedError(CitizensError):
    """SIPp ended in a way that leaves no results: says its exit code and last words."""
