"""What can go wrong with AGI that is not an outcome of the call.

Owns the tree of errors; a hang-up, a time-out or a missing prompt is an outcome and not here. Texts say
who, where, what was got and what was expected, and never hold an argument's or a value's text: it may be
a caller's number or keyed digits.

    AgiError
    ├── LocalProtocolError      we asked for something that must not be sent
    │   ├── ForbiddenCharacterError
    │   ├── BadNameError
    │   ├── TooManyArgumentsError
    │   └── LineTooLongError
    ├── RemoteProtocolError     Asterisk sent something that is not AGI
    ├── SessionError            one session cannot go on, or not like this
    │   ├── CommandInProgressError
    │   ├── CommandRefusedError
    │   ├── CommandOverdueError
    │   └── SessionClosedError
    └── ServerError             the server cannot listen
        ├── PortInUseError
        ├── CannotListenError
        └── NotLoopbackError
"""


class AgiError(Exception):
    """Anything of AGI that is an error."""


class LocalProtocolError(AgiError):
    """A command of ours that must not be sent; nothing was sent."""


class ForbiddenCharacterError(LocalProtocolError):
    """An argument holds a character that would derail or split the line."""


class BadNameError(LocalProtocolError):
    """A command, application, variable or sound is not named as such things are."""


class TooManyArgumentsError(LocalProtocolError):
    """More arguments than our cap; Asterisk itself crashes above 127."""


class LineTooLongError(LocalProtocolError):
    """The line would exceed what Asterisk reads as one; the rest would become a second command."""


class RemoteProtocolError(AgiError):
    """Asterisk, or whoever connected, sent something that cannot be read."""


class SessionError(AgiError):
    """One session cannot go on, or not like this."""


class CommandInProgressError(SessionError):
    """A second command was asked for while one runs: a session does one thing at a time."""


class CommandRefusedError(SessionError):
    """Asterisk knows the line as no command or no application, or its syntax is wrong."""


class CommandOverdueError(SessionError):
    """No answer within the command's deadline; the session was closed."""


class SessionClosedError(SessionError):
    """The session was closed by us before or during the command."""


class ServerError(AgiError):
    """The FastAGI server cannot listen."""


class PortInUseError(ServerError):
    """Another program, or another engine, listens on the port."""


class CannotListenError(ServerError):
    """The system refuses the address for another reason."""


class NotLoopbackError(ServerError):
    """AGI has no authentication, so an address that others can reach must be asked for by name."""
