"""One scenario's call, tried through the engine's own core in virtual time.

Owns what a caller's session and the telephones would do, without any of them: texts last as long as their
speech is estimated, whoever is rung answers after `ANSWER_S`, and the clock jumps to whatever is next. What
follows from it all the core decides, as for a real call. Must not know files, asyncio or what was expected.

A caller who has done everything listens on in silence until the call comes to a queue in which nobody is rung
for them, to a talk, or to its end; then they hang up.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from ivr.contact import Phase, Reach, Ring
from ivr.core import Core
from ivr.menu.announcements import digit_prompt
from ivr.menu.commands import ALL_KEYS, BACK_KEY, KEYED_DIGITS, Ask, Left, Listen, Run, Say, ScriptDone
from ivr.menu.lengths import estimated_s
from ivr.menu.number import policy
from ivr.proving.actions import HANG_UP, NOTHING, acts
from ivr.proving.course import Came, Ended, Heard, Pressed, Trial, What, beginning
from routing.events import (
    AgentOffered,
    AgentStateChanged,
    CallArrived,
    CallEnded,
    CallerHungUp,
    CallerQueued,
    CrisisBegan,
    DigitPressed,
    HoursOverridden,
    LanguageChosen,
    OfferAnswered,
    OfferFailure,
    OfficerAnswered,
    OfficerCalled,
    OfficerFailed,
    Outcome,
    PatienceChosen,
    PromptEnded,
    ScriptEnded,
    SecretKeyed,
    SilenceElapsed,
    TelephoneState,
    TimerFired,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ivr.contact import Contact
    from ivr.menu.number import Number
    from ivr.menu.texts import Prompt
    from ivr.proving.course import Happening
    from ivr.proving.scenario import Scenario
    from routing.events import Input

ANSWER_S = 5.0  # until who is rung answers: two rings
CLOCK_S = 0.001  # closer than this, two moments are one: UTC seconds as floats are exact to .2 µs
CONTACT = "tried"


class Trials:
    """Try scenarios of these numbers, which answer together as one engine's would."""

    def __init__(self, numbers: Iterable[Number], length_s: Callable[[Prompt], float] = estimated_s) -> None:
        self.numbers = {number.id: number for number in numbers}
        self.policy = policy(self.numbers.values())
        self._length_s = length_s
        self._lengths: dict[Prompt, float] = {}

    def run(self, number: str, scenario: Scenario) -> Trial:
        """Try one scenario of a number."""
        return _Call(self, number, scenario).run()

    def length_s(self, prompt: Prompt) -> float:
        """Return how long a prompt lasts."""
        length_s = self._lengths.get(prompt)
        if length_s is None:
            length_s = self._lengths[prompt] = self._length_s(prompt)
        return length_s


class _Call:
    """One call under way."""

    def __init__(self, trials: Trials, number: str, scenario: Scenario) -> None:
        self._trials = trials
        self._number = number
        self._scenario = scenario
        self._core = Core(trials.numbers, trials.policy, is_rehearsal=False)
        self._at = self._acted_at = scenario.at
        self._acts = acts(scenario.does)
        self._done = 0  # of the acts
        self._playing: list[tuple[float, float, Prompt]] = []  # when each begins, how long it lasts
        self._keyed = ""  # where digits were asked for; the script and the reading back have them
        self._happened: list[Happening] = []
        self._found: dict[What, str] = {}
        self._outcome = Outcome.LEFT_IN_MENU

    def run(self) -> Trial:
        self._prepare()
        is_withheld = self._scenario.caller == "withheld"
        caller = (None, "withheld") if is_withheld else ("a tried caller", "known")
        self._tell(CallArrived(CONTACT, CONTACT, self._number, self._scenario.to, *caller))
        contact = self._core.contacts[CONTACT]
        while contact.phase is not Phase.LEAVING and self._go_on(contact):
            pass
        self._stop()
        state = contact.state
        node = state.command.node if isinstance(state, Left) else state.node
        self._tell(CallerHungUp(CONTACT))
        found = self._found
        return Trial(
            tuple(sorted(self._happened, key=lambda happening: happening.at)),
            self._outcome,
            node,
            state.walk.language,
            found.get(What.QUEUE),
            found.get(What.OFFICER),
            found.get(What.AGENT),
            found.get(What.SCRIPT),
        )

    def _prepare(self) -> None:
        """Let be so what is given."""
        number, given = self._number, self._scenario.given
        for place, crisis in enumerate(given.crises, start=1):
            languages, texts = tuple(crisis.texts), tuple(crisis.texts.values())
            self._tell(CrisisBegan(number, f"given-{place}", languages, texts, self._at, queue=crisis.queue))
        for hours, word in given.hours.items():
            is_open, is_emergency = word == "open", word == "emergency"
            self._tell(HoursOverridden(number, hours, is_open, is_emergency, (), (), self._at))
        for agent in given.free:
            self._tell(AgentStateChanged(agent, TelephoneState.FREE))

    # --- what the caller's session would do -------------------------------------------------------------

    def _go_on(self, contact: Contact) -> bool:
        """Let the call come to what is next; return whether the caller is still there, and waits for it."""
        match contact.phase:
            case Phase.TALKING:
                return self._linger()
            case Phase.WAITING:
                return self._linger(self._core.next_due())
        match contact.task:
            case Ask() as task:
                return self._ask(task)
            case Listen(wait_s=wait_s):
                return self._listen(wait_s)
            case Say() as task:
                return self._say(task)
            case Run(script=script):
                return self._run_script(script)
            case Ring(agent):
                return self._rings(ANSWER_S, OfferAnswered(CONTACT, agent), What.TALK, agent)
            case Reach(officer, ring_s):
                if self._scenario.given.officers_answer:
                    return self._rings(ANSWER_S, OfficerAnswered(CONTACT, officer), What.TALK, officer)
                failed = OfficerFailed(CONTACT, officer, OfferFailure.NO_ANSWER)
                return self._rings(ring_s, failed, What.AWAY, officer)
            case task:
                raise AssertionError(task)  # whoever waits or leaves was seen to by their phase

    def _ask(self, task: Ask) -> bool:
        """Collect keys as the session's GET DATA does: the first stops the saying, `#` ends it."""
        said_at = self._play(task.prompts)
        until, keys = said_at + task.wait_s, ""
        while (does := self._next_act(until, inf if keys else said_at)) is not None:
            if does == HANG_UP:
                return False
            if does == BACK_KEY:
                return self._answered(task, keys or BACK_KEY)
            keys += does
            if len(keys) >= task.max_digits:
                return self._answered(task, keys)
            if does != NOTHING:
                until = self._at + task.wait_s
        if keys:
            return self._answered(task, keys)
        return self._silent()

    def _answered(self, task: Ask, keys: str) -> bool:
        if task.open_keys and keys not in set(task.open_keys):
            self._keyed = keys
            if task.is_secret:
                return self._tell(SecretKeyed(CONTACT, len(keys) if keys.isdigit() else 0))
        return self._tell(DigitPressed(CONTACT, keys))

    def _listen(self, wait_s: float) -> bool:
        until = self._at + wait_s
        while (does := self._next_act(until)) is not None:
            if does == HANG_UP:
                return False
            if does != NOTHING:
                return self._tell(DigitPressed(CONTACT, does))
        return self._tell(SilenceElapsed(CONTACT))  # what was pressed before is the answer

    def _silent(self) -> bool:
        self._happened.append(Came(self._at, What.SILENCE))
        return self._tell(SilenceElapsed(CONTACT))

    def _say(self, task: Say) -> bool:
        said_at = self._play(task.prompts)
        while (does := self._next_act(said_at, stops=task.skipped_by)) is not None:
            if does == HANG_UP:
                return False
            if does != NOTHING and does in task.skipped_by:
                return self._tell(DigitPressed(CONTACT, does))
        return self._tell(PromptEnded(CONTACT))

    def _run_script(self, script: str) -> bool:
        done = self._scenario.given.scripts.get(script, ScriptDone())
        self._found[What.SCRIPT] = script
        self._happened.append(Came(self._at, What.SCRIPT, script))
        return self._tell(ScriptEnded(CONTACT, done.result, done.has_failed))

    def _rings(self, ring_s: float, then: Input, what: What, who: str) -> bool:
        until = self._at + ring_s
        while (does := self._next_act(until)) is not None:
            if does == HANG_UP:
                return False
        self._happened.append(Came(self._at, what, who))
        return self._tell(then)

    def _linger(self, due: float | None = None) -> bool:
        """Wait in a queue until `due`, or talk: keys mean nothing there."""
        if self._done == len(self._acts):
            return False
        does = self._next_act(inf if due is None else due, self._at)
        if does is None:
            self._tell(TimerFired())
        return does != HANG_UP

    # --- time -------------------------------------------------------------------------------------------

    def _next_act(self, until: float, asked_at: float = inf, stops: str = ALL_KEYS) -> str | None:
        """Let time pass until the caller's next act and return it; None when `until` comes first.

        `asked_at`: when everything has been said and an answer is waited for. `stops`: keys that end what
        is being said.
        """
        if self._done < len(self._acts):
            act = self._acts[self._done]
            due = asked_at if act.after_s is None else self._acted_at + act.after_s
            if due <= until and due < inf:
                self._at = self._acted_at = max(self._at, due)
                self._done += 1
                if act.does != NOTHING:
                    if act.does == HANG_UP or act.does in stops:
                        self._stop()
                    if act.does != HANG_UP:
                        self._happened.append(Pressed(self._at, act.does))
                return act.does
        self._at = max(self._at, until)
        self._stop()
        return None

    def _play(self, prompts: Sequence[Prompt]) -> float:
        """Begin to say the prompts; return when all will have been said."""
        begins, pause_s = self._at, prompts[0].pace.pause_s if prompts else 0.0
        for prompt in self._said(prompts):
            length_s = self._trials.length_s(prompt)
            self._playing.append((begins, length_s, prompt))
            begins += length_s + pause_s
        return begins - pause_s

    def _said(self, prompts: Sequence[Prompt]) -> Iterable[Prompt]:
        if all(prompt.name != KEYED_DIGITS for prompt in prompts):
            return prompts
        said: list[Prompt] = []
        for prompt in prompts:
            if prompt.name == KEYED_DIGITS:
                said += (digit_prompt(prompt.language, digit) for digit in self._keyed)
            else:
                said.append(prompt)
        return said

    def _stop(self) -> None:
        """Stop what is being said: note what was heard of it until now."""
        for begins, length_s, prompt in self._playing:
            heard_s = self._at - begins
            if heard_s >= length_s - CLOCK_S:
                self._happened.append(Heard(begins, prompt.text, prompt.language))
            elif heard_s > 0 and (text := beginning(prompt.text, heard_s / length_s)):
                self._happened.append(Heard(begins, text, prompt.language, is_cut=True))
        self._playing.clear()

    def _tell(self, event: Input) -> bool:
        for decision in self._core.step(self._at, event) or ():
            match decision:
                case CallerQueued(_, queue):
                    self._come(What.QUEUE, queue)
                case AgentOffered(_, agent):
                    first = self._found.get(What.AGENT, agent)
                    self._come(What.AGENT, agent)
                    self._found[What.AGENT] = first
                case OfficerCalled(_, officer):
                    self._come(What.OFFICER, officer)
                case LanguageChosen(_, language):
                    self._come(What.LANGUAGE, language)
                case PatienceChosen():
                    self._come(What.PATIENCE, "")
                case CallEnded(_, outcome, by):
                    self._outcome = outcome
                    self._happened.append(Ended(self._at, outcome, by))
                case _:
                    pass  # what is played and asked is known from the task
        return True

    def _come(self, what: What, name: str) -> None:
        self._found[what] = name
        self._happened.append(Came(self._at, what, name))
