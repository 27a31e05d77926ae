"""What the engine has set on the channel, and what that tells of where the call goes.

Owns the variables. Must not know commands or time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ivr.contact import Phase
from ivr.telephone.errors import EngineRefusedError
from ivr.telephone.happenings import OfficerRung, QueueEntered, Served

if TYPE_CHECKING:
    from collections.abc import Callable

    from ivr.telephone.happenings import Happening

NOT_SAID: Final = "done"  # how a call ended whose engine does not say what it counts as


class Channel:
    """The variables of one channel; `tell` hears what follows from them."""

    def __init__(self, uniqueid: str, tell: Callable[[Happening], None]) -> None:
        self._variables = {"UNIQUEID": uniqueid}
        self._tell = tell

    @property
    def waits(self) -> bool:
        """Whether the caller waits in a queue."""
        return self.get("VAXEL_PHASE") == Phase.WAITING

    @property
    def ends(self) -> str:
        """What the call counts as, once the engine has let the caller go; else empty."""
        said = self.get("VAXEL_ENDS")
        return said or (NOT_SAID if self.get("VAXEL_PHASE") == Phase.LEAVING else "")

    def get(self, name: str) -> str:
        """Return a variable's value, empty when it is not set."""
        return self._variables.get(name, "")

    def assign(self, at_s: float, *assignments: str) -> None:
        """Set variables by `NAME=value`, as Asterisk's `Set` and `MSet` do, at second `at_s` of the call.

        Raises `EngineRefusedError` when the engine says so by one of them.
        """
        before = self._variables.copy()
        for assignment in assignments:
            name, _, value = assignment.partition("=")
            self._variables[name.strip().lstrip("_")] = value
        changed = {name for name, value in self._variables.items() if before.get(name) != value}
        if "VAXEL_REFUSED" in changed:
            raise EngineRefusedError(f"the engine refuses: {self.get('VAXEL_REFUSED')}")
        if "VAXEL_VERSION" in changed:
            self._tell(Served(*map(self.get, ("VAXEL_NUMBER", "VAXEL_VERSION", "VAXEL_CALLED"))))
        if "VAXEL_PHASE" in changed and self.waits:
            self._tell(QueueEntered(at_s, self.get("VAXEL_QUEUE")))
        if any(assignment.startswith("VAXEL_OFFICER=") for assignment in assignments):
            self._tell(OfficerRung(at_s, self.get("VAXEL_OFFICER")))
