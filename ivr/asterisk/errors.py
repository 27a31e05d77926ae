"""What can go wrong when Asterisk is configured, started and stopped.

    AsteriskError
    ├── UnfitSettingError     a value that may not stand in Asterisk's configuration
    ├── SecretUnusableError   a secret is missing, or is not what a secret may be
    ├── FolderUnusableError   a folder of Asterisk's cannot be made or written
    ├── PortBusyError         a port that Asterisk would need is somebody else's
    └── StartFailedError      Asterisk ended, or was not ready in time

No text here holds a secret, a caller's number or a pressed key.
"""

from __future__ import annotations


class AsteriskError(Exception):
    """Anything that configuring or running Asterisk reports."""


class UnfitSettingError(AsteriskError, ValueError):
    """A setting cannot be rendered: says which, what was found and what was expected."""


class SecretUnusableError(AsteriskError):
    """A secret cannot be used: says which file and what to do, never the secret."""


class FolderUnusableError(AsteriskError):
    """A folder cannot be made or written: says which, for what, and the system's reason."""


class PortBusyError(AsteriskError):
    """A port is in use: says which, and for what it was meant."""


class StartFailedError(AsteriskError):
    """Asterisk did not come up: says how it ended, where its log is, and the log's last lines."""
