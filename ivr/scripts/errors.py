"""What can go wrong with departments' scripts.

Owns the tree of errors. How a script ends is an outcome and not here: see `ivr.scripts.running`. No text
holds an argument, a value or what a caller keyed.

    ScriptError
    ├── ScriptNotLoadedError    the folder has no such script, or it cannot be imported
    └── ForbiddenCommandError   a command that a script may not send; nothing was sent
"""


class ScriptError(Exception):
    """Anything of departments' scripts that is an error."""


class ScriptNotLoadedError(ScriptError):
    """A script cannot be used: says which, where, what was found and what was expected."""


class ForbiddenCommandError(ScriptError):
    """A script asked for what it may not do; pyst2's `AGIAppError` tells the script."""
