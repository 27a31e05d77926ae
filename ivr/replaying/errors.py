"""Why a journal cannot be replayed; each text is one line that says what to do.

Owns these errors.

    Exception
    └── ReplayError
        ├── NoRunError               the journal has no engine's start to begin with
        ├── ConfigurationLostError   what was live then is kept nowhere
        ├── NumberUntoldError        the engine was killed before the journal had what was live
        └── UnfitPolicyError         the changed file belongs to no number of the journal
"""

from __future__ import annotations


class ReplayError(Exception):
    """A journal cannot be replayed."""


class NoRunError(ReplayError):
    """There is nothing to begin with."""


class ConfigurationLostError(ReplayError):
    """A version of a number's folder that the journal names is not to be found."""


class NumberUntoldError(ReplayError):
    """A run took over callers of a number of which the journal does not tell what was live."""


class UnfitPolicyError(ReplayError):
    """The changed policy cannot be held against this journal."""
