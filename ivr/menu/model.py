"""A checked menu: what the caller may hear and press, and where that leads.

Owns the immutable model. Must not know YAML, telephones or how a prompt becomes sound. Whoever makes
a `Menu` promises what the loader checks: each destination exists, `person` is a queue, messages do not
lead round in a ring without asking anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, assert_never

from routing.events import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

WAIT_S = 5.0  # for a key after the last prompt, unless the menu says otherwise
WRONG_KEYS = 3  # the third wrong key leads on, unless the menu says otherwise
SILENCES = 2  # so does the second silence


class Prompt(NamedTuple):
    """Something to be said: its name within the menu, for the log, and its text."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Option:
    """A key and the node it leads to. Without a prompt it works but is not said."""

    key: str
    to: str
    prompt: Prompt | None = None


@dataclass(frozen=True, slots=True)
class Retry:
    """What follows a wrong key or silence: the prompt, then the question again or, at the `count`th, `to`."""

    to: str
    count: int
    prompt: Prompt | None = None


@dataclass(frozen=True, slots=True)
class ChoiceNode:
    """Asks the caller to press a key."""

    id: str
    greeting: Prompt
    options: tuple[Option, ...]
    wrong_key: Retry
    silence: Retry
    short_greeting: Prompt | None = None  # in place of the greeting when the caller has heard that
    wait_s: float = WAIT_S

    @property
    def max_digits(self) -> int:
        """How many keys to collect before the caller is answered."""
        return max(len(option.key) for option in self.options)

    def option(self, digits: str) -> Option | None:
        """Find what the caller chose."""
        return next((option for option in self.options if option.key == digits), None)

    def prompts(self, *, again: bool) -> tuple[Prompt, ...]:
        """List what to say: a greeting, then each option; never nothing at all."""
        greeting = self.short_greeting if again else self.greeting
        spoken = (greeting, *(option.prompt for option in self.options))
        return tuple(prompt for prompt in spoken if prompt is not None) or (self.greeting,)


@dataclass(frozen=True, slots=True)
class MessageNode:
    """Answers by a text; then goes on to a node, or ends the call as self-served."""

    id: str
    prompt: Prompt
    then: str | None = None


@dataclass(frozen=True, slots=True)
class QueueNode:
    """Leaves the menu for a queue."""

    id: str
    queue: str
    prompt: Prompt | None = None


@dataclass(frozen=True, slots=True)
class GoodbyeNode:
    """Says why the call ends, and ends it; it counts as `outcome`."""

    id: str
    prompt: Prompt
    outcome: Outcome = Outcome.SELF_SERVED


Node: TypeAlias = ChoiceNode | MessageNode | QueueNode | GoodbyeNode


@dataclass(frozen=True, slots=True)
class Menu:
    """All nodes by id. `start` greets every caller; `person` is the queue for those who do not get on."""

    start: str
    person: str
    nodes: Mapping[str, Node]

    @property
    def person_queue(self) -> str:
        """The queue behind `person`."""
        node = self.nodes[self.person]
        assert isinstance(node, QueueNode)  # noqa: S101  # the loader has seen to it
        return node.queue

    def prompts(self) -> Iterator[Prompt]:
        """Go through everything that may be said, node by node."""
        for node in self.nodes.values():
            match node:
                case ChoiceNode():
                    yield from node.prompts(again=False)
                    for other in (node.short_greeting, node.wrong_key.prompt, node.silence.prompt):
                        if other is not None:
                            yield other
                case QueueNode():
                    if node.prompt is not None:
                        yield node.prompt
                case MessageNode() | GoodbyeNode():
                    yield node.prompt
                case _:
                    assert_never(node)


def destinations(node: Node) -> tuple[str, ...]:
    """List the nodes that a caller may come to from this one."""
    match node:
        case ChoiceNode():
            return (*(option.to for option in node.options), node.wrong_key.to, node.silence.to)
        case MessageNode():
            return () if node.then is None else (node.then,)
        case QueueNode() | GoodbyeNode():
            return ()
        case _:
            assert_never(node)
