"""What can go wrong on AMI, as one tree.

    AmiError
    ├── LocalError              we were about to send what AMI cannot carry; nothing was sent
    │   ├── UnsafeValueError    CR, LF, NUL, or a name that would select more than was meant
    │   ├── LineTooLongError
    │   └── TooManyHeadersError
    ├── RemoteError             Asterisk sent what this protocol does not allow; the connection ends
    │   ├── GreetingError       whoever listens there is not AMI
    │   ├── GarbageError
    │   ├── MessageTooLongError
    │   └── ListTooLongError
    ├── LoginRefusedError
    ├── ConnectionLostError     also: never made, and cut by us because we had fallen behind
    │   └── FellBehindError
    ├── DeadlineError
    └── ErrorResponseError      Asterisk understood the action and refused it

Owns the words that operators read. Must not know a secret, and quotes no value that we send: values
may be telephone numbers or keyed digits. Text from Asterisk is quoted with long numbers masked.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ivr.ami.codec import Response

QUOTED_MAX = 120  # characters of Asterisk's text in an error: one readable line
_LONG_NUMBER = re.compile(r"\d{5,}")  # extensions have up to four digits; more may be a telephone number


def quoted(text: str) -> str:
    """Show text from Asterisk in an error: one line, bounded, long numbers masked."""
    return repr(_LONG_NUMBER.sub("#", text[:QUOTED_MAX]))


class AmiError(Exception):
    """Something on AMI did not go as it should."""


class LocalError(AmiError):
    """What we were about to send breaks the protocol; nothing was sent."""


class UnsafeValueError(LocalError):
    """A value would inject headers or actions, or a name is none."""


class LineTooLongError(LocalError):
    """A line is longer than Asterisk reads."""


class TooManyHeadersError(LocalError):
    """An action has more lines than Asterisk takes."""


class RemoteError(AmiError):
    """What Asterisk sent breaks the protocol."""


class GreetingError(RemoteError):
    """The first line is not AMI's."""


class GarbageError(RemoteError):
    """A message begins with neither `Response` nor `Event`."""


class MessageTooLongError(RemoteError):
    """A message does not end within the bound."""


class ListTooLongError(RemoteError):
    """A list does not end within the bound."""


class LoginRefusedError(AmiError):
    """Asterisk does not accept the user or the secret."""


class ConnectionLostError(AmiError):
    """There is no connection, or it ended."""


class FellBehindError(ConnectionLostError):
    """We cut the connection because the owner did not take events as fast as they came."""


class DeadlineError(AmiError):
    """Asterisk did not answer in time."""


class ErrorResponseError(AmiError):
    """Asterisk answered `Response: Error`; the answer is in `response`, its text in `message`."""

    def __init__(self, peer: str, action: str, response: Response) -> None:
        self.response = response
        self.message = response.get("Message") or ""
        super().__init__(
            f"AMI at {peer}: {action}: got {response.status} {quoted(self.message)}, expected Success"
        )
