"""What can go wrong with a call log; each error says which database, what was found and what to do.

Owns the errors of `queues.calllog`. A database is named by its address without the password.

    CallLogError
    ├── DatabaseAddressError       the address cannot be used: misspelt, or its driver is not installed
    ├── CallLogMissingError        there is no such SQLite file
    ├── CallLogNotMigratedError    the tables are missing, older or newer than this version
    ├── DatabaseUnavailableError   locked, gone or full: try again later
    ├── PositionGapError           the batch does not follow on what the database holds
    ├── JournalMismatchError       the database was written from another journal
    └── ContactUnknownError        no contact has this id
"""

from __future__ import annotations


class CallLogError(Exception):
    """Any failure of the call log; its text is one line for a person."""


class DatabaseAddressError(CallLogError):
    """The database's address cannot be used."""

    def __init__(self, address: str, reason: str) -> None:
        super().__init__(
            f"database {address}: {reason}; expected sqlite:////path/to/calls.db or postgresql+psycopg://host/name"
        )


class CallLogMissingError(CallLogError):
    """The database file does not exist."""

    def __init__(self, path: str) -> None:
        super().__init__(
            f"call log {path}: no such file; the exchange makes it when it starts: is the path right?"
        )


class CallLogNotMigratedError(CallLogError):
    """The database's tables are not those of this version."""

    def __init__(self, address: str, found: str, expected: str) -> None:
        super().__init__(
            f"call log {address}: got schema {found}, expected {expected}; "
            "start the exchange, which brings it up to date"
        )


class DatabaseUnavailableError(CallLogError):
    """The database could not be reached or used just now."""

    def __init__(self, address: str, reason: str) -> None:
        self.reason = reason
        super().__init__(f"database {address}: {reason}")


class PositionGapError(CallLogError):
    """Events are missing between the database and the batch."""

    def __init__(self, position: int, after: int) -> None:
        super().__init__(f"call log: got a batch after event {after}, expected one after event {position}")


class JournalMismatchError(CallLogError):
    """The journal is not the one that the database was written from."""

    def __init__(self, journal: str, address: str, seq: int, found: str) -> None:
        super().__init__(
            f"call log {address} has event {seq} from another journal: {journal} has {found}; "
            "give each its own state folder, or move the database away to have it made anew from this journal"
        )


class ContactUnknownError(CallLogError):
    """No contact has the id that was asked for."""

    def __init__(self, contact: str) -> None:
        super().__init__(f"contact {contact}: not in the call log; `vaxel calls list` shows the ids")
