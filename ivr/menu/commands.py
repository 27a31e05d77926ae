"""What a menu is told, what it commands, and where a caller is in it.

Owns these closed sets of values; `ivr.menu.machine` owns what follows from what. Keyed digits stay out of
every repr.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from ivr.menu.texts import Prompt
    from routing.events import MenuResult, Outcome

REPEAT_KEY = "*"
BACK_KEY = "#"
PERSON_KEY = "0"
ALL_KEYS = "0123456789*#"

# Stands among prompts for the digits that the caller keyed last, said one by one: who has them puts them in.
KEYED_DIGITS: Final = "keyed digits"


# --- events -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class KeysPressed:
    """The caller pressed these keys."""

    digits: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SecretKeyed:
    """The caller keyed so many digits, which nobody but the caller's session knows."""

    count: int


@dataclass(frozen=True, slots=True)
class Silence:
    """Everything was said, the wait ended, and nothing was pressed."""


@dataclass(frozen=True, slots=True)
class PromptDone:
    """Everything was said."""


@dataclass(frozen=True, slots=True)
class NotReached:
    """The telephone that the caller was to be connected with did not answer."""


@dataclass(frozen=True, slots=True)
class ScriptDone:
    """The script ended; its result, if any, may choose the way on."""

    result: str | None = None
    has_failed: bool = False


Event: TypeAlias = KeysPressed | SecretKeyed | Silence | PromptDone | NotReached | ScriptDone


# --- commands and notes -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ask:
    """Say the prompts, wait for keys: the first key ends the saying, `max_digits` keys the waiting.

    `is_secret`: tell only how many digits were keyed, unless it is one of the `open_keys` alone. `collects`:
    what is keyed is to be kept for a read back or a script.
    """

    node: str
    prompts: tuple[Prompt, ...]
    wait_s: float
    max_digits: int
    is_secret: bool = False
    open_keys: str = ""
    collects: bool = False

    @property
    def reads_back(self) -> bool:
        """Whether it says digits that only the session knows that collected them."""
        return any(prompt.name == KEYED_DIGITS for prompt in self.prompts)


@dataclass(frozen=True, slots=True)
class Listen:
    """Wait in silence for one more key."""

    node: str
    wait_s: float


@dataclass(frozen=True, slots=True)
class Say:
    """Say the prompts; a key of `skipped_by` ends that, others are not heard."""

    node: str
    prompts: tuple[Prompt, ...]
    skipped_by: str = ALL_KEYS


@dataclass(frozen=True, slots=True)
class Enqueue:
    """Say the prompts, if any, and let the caller wait in the queue."""

    node: str
    queue: str
    prompts: tuple[Prompt, ...]


@dataclass(frozen=True, slots=True)
class Connect:
    """Connect the caller with this telephone."""

    node: str
    officer: str


@dataclass(frozen=True, slots=True)
class Run:
    """Let a department's script have the caller; of what it returns only these results are told."""

    node: str
    script: str  # module:function
    results: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call, which counts as `outcome`."""

    node: str
    outcome: Outcome


Command: TypeAlias = Ask | Listen | Say | Enqueue | Connect | Run | HangUp


@dataclass(frozen=True, slots=True)
class Answered:
    """For the log: what the keys or silence meant at a node, and the node that follows."""

    node: str
    result: MenuResult
    leads_to: str


@dataclass(frozen=True, slots=True)
class LanguageSet:
    """The caller is spoken to in this language from now on."""

    language: str


@dataclass(frozen=True, slots=True)
class PatienceSet:
    """The caller is given all the time they need from now on."""


@dataclass(frozen=True, slots=True)
class Informed:
    """The caller is being told this crisis message."""

    crisis: str


Note: TypeAlias = Answered | LanguageSet | PatienceSet | Informed


# --- states -------------------------------------------------------------------------------------


class Walk(NamedTuple):
    """What is remembered over the whole call."""

    language: str
    steps: int = 0  # events so far
    repeats: int = 0
    greeted: frozenset[str] = frozenset()  # the nodes whose full greeting was said
    trail: tuple[str, ...] = ()  # where the caller was asked before, for the way back
    has_chosen: bool = False  # the language
    has_keyed: bool = False  # digits, with the key just before: a `#` that follows belongs to them
    was_told_closed: bool = False  # why it is closed, and until when
    is_patient: bool = False
    is_informed: bool = False  # of a crisis


@dataclass(frozen=True, slots=True)
class Asking:
    """The caller is being asked at a node, and has pressed wrongly, or not at all, so often at this visit.

    `keyed`: the beginning of a longer option; it is one itself, unless another key comes.
    """

    node: str
    walk: Walk
    wrong_keys: int = 0
    silences: int = 0
    keyed: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Confirming:
    """The caller hears the digits that they keyed, and says whether they are right."""

    node: str
    walk: Walk
    wrong_keys: int = 0
    silences: int = 0
    digits: str = field(default="", repr=False)  # empty where they are secret


@dataclass(frozen=True, slots=True)
class Saying:
    """The caller is being told something; `ends`: and then the call ends, and counts as this.

    `offers`: at its end the caller may ask for a person.
    """

    node: str
    walk: Walk
    ends: Outcome | None = None
    offers: bool = False


@dataclass(frozen=True, slots=True)
class Connecting:
    """A telephone rings for the caller."""

    node: str
    walk: Walk


@dataclass(frozen=True, slots=True)
class Running:
    """A script has the caller."""

    node: str
    walk: Walk


@dataclass(frozen=True, slots=True)
class Left:
    """The menu is over, by this command."""

    command: Enqueue | HangUp
    walk: Walk


State: TypeAlias = Asking | Confirming | Saying | Connecting | Running | Left


class Step(NamedTuple):
    """What follows an event: the new state, what to log, and the one command to perform."""

    state: State
    notes: tuple[Note, ...]
    command: Command
