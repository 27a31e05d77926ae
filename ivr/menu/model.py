"""A checked menu: what the caller may hear and press, and where that leads.

Owns the immutable model. Must not know YAML, telephones or how a prompt becomes sound. Whoever makes
a `Menu` promises what the loader checks: each destination exists, `person` is a queue, what asks nothing
does not lead round in a ring, and every text is there in every language.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias, assert_never

from routing.events import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ivr.menu.hours import Hours
    from ivr.menu.texts import Prompt, Text
    from ivr.menu.waysout import Waiting

WAIT_S = 5.0  # for a key after the last prompt, unless the menu says otherwise
OFFER_WAIT_S = 4.0  # after a message that ends the call, for who wants a person all the same
NEXT_KEY_S = 2.0  # for a further key where 1 and 12 are both options
WRONG_KEYS = 3  # the third wrong key leads on, unless the menu says otherwise
SILENCES = 2  # so does the second silence


class Change(NamedTuple):
    """From a moment on (UTC seconds) a way leads elsewhere."""

    since: float
    to: str


@dataclass(frozen=True, slots=True)
class Way:
    """The node that something leads to; on a date it may begin to lead elsewhere."""

    to: str
    changes: tuple[Change, ...] = ()  # in order of time

    def at(self, at: float) -> str:
        """Return the node that it leads to at UTC second `at`."""
        to = self.to
        for change in self.changes:
            if change.since > at:
                break
            to = change.to
        return to

    @property
    def all(self) -> tuple[str, ...]:
        """Every node that it leads to at some time."""
        return (self.to, *(change.to for change in self.changes))


@dataclass(frozen=True, slots=True)
class Option:
    """A key, or several one after the other, and where it leads. Without a text it works but is not said."""

    key: str
    way: Way
    text: Text | None = None


@dataclass(frozen=True, slots=True)
class Retry:
    """What follows a wrong key or silence: the text, then the question again or, at the `count`th, `way`."""

    way: Way
    count: int
    text: Text | None = None


@dataclass(frozen=True, slots=True)
class ChoiceNode:
    """Asks the caller to press a key."""

    id: str
    greeting: Text
    options: tuple[Option, ...]
    wrong_key: Retry
    silence: Retry
    short_greeting: Text | None = None  # in place of the greeting when the caller has heard that
    wait_s: float = WAIT_S
    next_key_s: float = NEXT_KEY_S
    accepted: str = ""  # why it may have more options than people remember

    def option(self, keys: str) -> Option | None:
        """Find what the caller chose."""
        return next((option for option in self.options if option.key == keys), None)

    def goes_on(self, keys: str) -> bool:
        """Tell whether a longer option begins with these keys."""
        return any(len(option.key) > len(keys) and option.key.startswith(keys) for option in self.options)

    def texts(self, *, again: bool) -> tuple[Text, ...]:
        """List what to say: a greeting, then each option; never nothing at all."""
        greeting = self.short_greeting if again else self.greeting
        spoken = (greeting, *(option.text for option in self.options))
        return tuple(text for text in spoken if text is not None) or (self.greeting,)


@dataclass(frozen=True, slots=True)
class MessageNode:
    """Answers by a text. Where nothing follows but the call's end, a person is offered first."""

    id: str
    text: Text
    then: Way | None = None


@dataclass(frozen=True, slots=True)
class QueueNode:
    """Leaves the menu for a queue."""

    id: str
    queue: str
    text: Text | None = None
    hours: str = ""  # when its people answer; empty: always


@dataclass(frozen=True, slots=True)
class OfficerNode:
    """Connects the caller with one telephone; who is not reached there goes on at `away`."""

    id: str
    officer: str
    away: Way
    text: Text | None = None


@dataclass(frozen=True, slots=True)
class HoursNode:
    """Leads on by opening hours. While closed, why and until when is said; without `closed` the call ends."""

    id: str
    hours: str
    open: Way
    closed: Way | None = None


@dataclass(frozen=True, slots=True)
class LanguageNode:
    """From here on the caller is spoken to in this language."""

    id: str
    language: str
    then: Way


@dataclass(frozen=True, slots=True)
class PatienceNode:
    """From here on the caller has all the time they need."""

    id: str
    then: Way
    text: Text | None = None


@dataclass(frozen=True, slots=True)
class DigitsNode:
    """Collects digits: `least` to `most`, ended by `#` where these differ.

    `dials`: the digits are an extension, which the caller is connected to; then there is no `then`.
    `is_secret`: the digits leave this process only by the caller's own ear, or to a script.
    """

    id: str
    text: Text
    least: int
    most: int
    wrong_key: Retry
    silence: Retry
    then: Way | None = None
    reads_back: bool = False
    is_secret: bool = False
    dials: bool = False
    wait_s: float = WAIT_S


@dataclass(frozen=True, slots=True)
class ScriptNode:
    """Runs a department's own script; its result may choose the way on."""

    id: str
    script: str  # module:function
    then: Way
    failed: Way
    results: Mapping[str, Way] = field(default_factory=dict)
    text: Text | None = None


@dataclass(frozen=True, slots=True)
class GoodbyeNode:
    """Says why the call ends, if there is anything to say, and ends it; it counts as `outcome`."""

    id: str
    text: Text | None = None
    outcome: Outcome = Outcome.SELF_SERVED


Node: TypeAlias = (
    ChoiceNode
    | MessageNode
    | QueueNode
    | OfficerNode
    | HoursNode
    | LanguageNode
    | PatienceNode
    | DigitsNode
    | ScriptNode
    | GoodbyeNode
)


class Extension(NamedTuple):
    """What a keyed extension stands for."""

    kind: Literal["queue", "officer"]
    id: str


class Replaced(NamedTuple):
    """An old telephone number that still leads here."""

    way: Way
    texts: tuple[Text, ...]  # that it has been replaced, and by which


@dataclass(frozen=True, slots=True)
class Menu:
    """All nodes by id. `start` greets every caller; `person` is the queue for those who do not get on.

    `steps` bounds a call: after so many keys, silences and messages a person follows.
    """

    start: Way
    person: str
    nodes: Mapping[str, Node]
    languages: tuple[str, ...]  # the first is spoken until the caller chooses another
    sentences: Mapping[str, Text]  # what the exchange itself says, by key
    templates: Mapping[str, Text]  # the same where something is filled in at the braces
    steps: int
    opening: tuple[Text, ...] = ()  # before everything else: the 112 sentence, how data is handled
    hours: Mapping[str, Hours] = field(default_factory=dict)
    queue_hours: Mapping[str, str] = field(default_factory=dict)  # by queue, as in `QueueNode`
    extra_wait_s: Mapping[str, float] = field(default_factory=dict)  # by language
    extensions: Mapping[str, Extension] = field(default_factory=dict)
    replaced: Mapping[str, Replaced] = field(default_factory=dict)  # by called number, E.164
    waiting: Mapping[str, Waiting] = field(default_factory=dict)  # ways out of queues, by the queue's id

    @property
    def person_queue(self) -> str:
        """The queue behind `person`."""
        node = self.nodes[self.person]
        assert isinstance(node, QueueNode)  # noqa: S101  # the loader has seen to it
        return node.queue

    def texts(self) -> Iterator[Text]:
        """Go through everything that may be said and does not depend on the moment."""
        yield from self.opening
        yield from self.sentences.values()
        for replaced in self.replaced.values():
            yield from replaced.texts
        for node in self.nodes.values():
            yield from texts_of(node)
        for waiting in self.waiting.values():
            yield from (key.text for key in waiting.keys.values())

    def prompts(self) -> Iterator[Prompt]:
        """Go through `texts` in every language."""
        for text in self.texts():
            yield from text.prompts.values()


def texts_of(node: Node) -> tuple[Text, ...]:
    """List all that a node may say."""
    match node:
        case ChoiceNode():
            texts: tuple[Text | None, ...] = (
                *node.texts(again=False), node.short_greeting, node.wrong_key.text, node.silence.text
            )  # fmt: skip
        case DigitsNode():
            texts = (node.text, node.wrong_key.text, node.silence.text)
        case MessageNode() | QueueNode() | OfficerNode() | PatienceNode() | ScriptNode() | GoodbyeNode():
            texts = (node.text,)
        case HoursNode() | LanguageNode():
            texts = ()
        case _:
            assert_never(node)
    return tuple(text for text in texts if text is not None)


def ways_of(node: Node) -> tuple[Way, ...]:
    """List the ways that the node itself names, in the order of their words."""
    match node:
        case ChoiceNode():
            return (*(option.way for option in node.options), node.wrong_key.way, node.silence.way)
        case MessageNode():
            return () if node.then is None else (node.then,)
        case OfficerNode():
            return (node.away,)
        case HoursNode():
            return (node.open,) if node.closed is None else (node.open, node.closed)
        case LanguageNode() | PatienceNode():
            return (node.then,)
        case DigitsNode():
            ways = (node.wrong_key.way, node.silence.way)
            return ways if node.then is None else (node.then, *ways)
        case ScriptNode():
            return (node.then, *node.results.values(), node.failed)
        case QueueNode() | GoodbyeNode():
            return ()
        case _:
            assert_never(node)


def destinations(node: Node) -> tuple[str, ...]:
    """List the nodes that a caller may come to from this one, at any time."""
    return tuple(to for way in ways_of(node) for to in way.all)
