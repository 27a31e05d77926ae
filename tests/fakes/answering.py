"""A caller's channel that also takes commands of which `FakeChannel` knows nothing, with set answers.

Owns the answers and the record of such commands. Must not know anything of `ivr`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fakes.agi_lines import words
from tests.fakes.fastagi import FakeChannel

if TYPE_CHECKING:
    from collections.abc import Mapping


class AnsweringChannel(FakeChannel):
    """Answer the commands in `answers`, by their names, with those lines; others as `FakeChannel` does.

    A command whose answer is None runs until `finish`, as an application does.
    """

    def __init__(self, answers: Mapping[str, str | None], **others: Any) -> None:
        super().__init__(**others)
        self._answers = answers
        self.lines: list[bytes] = []  # every line as it came

    def _take(self, line: bytes) -> None:
        self.lines.append(line)
        told = words(line)
        for length in range(min(3, len(told)), 0, -1):
            name = " ".join(told[:length]).upper()
            if name in self._answers:
                self.count += 1
                self.commands.append((name, *told[length:]))
                answer = self._answers[name]
                if answer is None:
                    self.running = "EXEC"
                else:
                    self.send(answer + "\n")
                return
        super()._take(line)
