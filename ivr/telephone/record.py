"""What came of a call, written down while it goes on: for programs.

Owns the form of `vaxel call --json`. Must not know AGI.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from ivr.telephone.happenings import Begun, Ended, OfficerRung, QueueEntered, Served, Spoken

if TYPE_CHECKING:
    from ivr.telephone.happenings import Happening

HUNG_UP: Final = "hung up"  # by the caller: no word of menus, for no menu ended the call


@dataclass(slots=True)
class Record:
    """One call so far. `ends` is None for a caller who came to a queue and stays there."""

    served: Served | None = None
    heard: list[Spoken] = field(default_factory=list)
    queue: str | None = None
    officer: str | None = None
    ends: str | None = None
    language: str | None = None
    seconds: float = 0.0
    _begins_sound: bool = True

    def take(self, happening: Happening) -> None:
        """Note what happened."""
        match happening:
            case Served():
                self.served = happening
            case Begun():
                pass  # noted when it is over
            case Spoken(_, said):
                self.heard.append(happening)
                if self._begins_sound and said.language:
                    # What is said together begins in the caller's language; offers of others come last.
                    self.language = said.language
                self._begins_sound = False
                return
            case QueueEntered(_, queue):
                self.queue = queue
            case OfficerRung(_, officer):
                self.officer = officer
            case Ended(at_s, by, ends):
                self.seconds = at_s
                self.ends = ends if by == "exchange" else HUNG_UP if by == "caller" else None
            case _:
                pass  # for people
        if not isinstance(happening, Begun):
            self._begins_sound = True

    def as_json(self, pressed: str | None) -> dict[str, Any]:
        """Return the object. `pressed`: what was to be pressed, where that was known beforehand."""
        served = self.served
        found: dict[str, Any] = {
            "to": None if served is None else served.called,
            "number": None if served is None else served.number,
            "version": None if served is None else served.version,
            "heard": [
                {
                    "at_s": round(spoken.at_s, 1),
                    "language": spoken.said.language or None,
                    "name": spoken.said.name,
                    "text": spoken.said.text,
                }
                for spoken in self.heard
            ],
        }
        if pressed is not None:
            found["keys"] = pressed
        return found | {
            "queue": self.queue,
            "officer": self.officer,
            "ends": self.ends,
            "language": self.language,
            "seconds": round(self.seconds, 1),
        }
