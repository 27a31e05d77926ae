"""Why there is no call, or no more of it, that is nobody's hanging up.

Owns the tree. Each error is one line for a person:

    Exception
    └── TelephoneError
        ├── EngineUnreachableError    no connection came about
        │   └── NobodyListensError        because no engine runs at this address
        ├── EngineRefusedError        the engine would not, and said why
        └── EngineBrokeOffError       it closed, fell silent or spoke no AGI in the middle of the call
"""


class TelephoneError(Exception):
    """Anything that keeps the telephone from its call."""


class EngineUnreachableError(TelephoneError):
    """No connection to the engine came about."""


class NobodyListensError(EngineUnreachableError):
    """Nobody listens at the address."""


class EngineRefusedError(TelephoneError):
    """The engine would not serve the call, or not any longer; the text is its own."""


class EngineBrokeOffError(TelephoneError):
    """The connection ended before the call did, or was of no use."""
