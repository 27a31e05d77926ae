"""One caller's session: performs what the core says and tells it what came of it.

Owns the loop between the core's task for a contact and the AGI session that is attached to it, with
the dead-man's switch before each step. Decides nothing. The session's end never closes a contact:
only the true end of the caller's channel does, and others tell of that.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, assert_never

from ivr.agi.outcomes import Digits, HungUp, Interrupted, PromptMissing, TimedOut
from ivr.agi.outcomes import PromptEnded as Played
from ivr.contact import Choose, Leave, Phase, Reach, Ring, Tell, Wait
from ivr.dead_man import STEP_MARGIN_S, DeadManSwitch
from ivr.menu.commands import BACK_KEY, Ask, Listen, Run, Say
from ivr.ring import CallerGone, NotAnswered, Talked
from ivr.scripts.running import ScriptFailed, ScriptOverdue, ScriptReturned, run_script
from ivr.scripts.shelf import ScriptShelf
from ivr.stay import Stay
from ivr.voice import playing
from routing.events import (
    DigitPressed,
    OfferAnswered,
    OfferFailed,
    OfferFailure,
    OfficerAnswered,
    OfficerFailed,
    PromptEnded,
    ScriptEnded,
    SecretKeyed,
    SilenceElapsed,
    TalkEnded,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ivr.agi.session import AgiSession
    from ivr.contact import Contact
    from ivr.dead_man import Renewals
    from ivr.exchange import Exchange
    from ivr.menu.texts import Prompt
    from ivr.ring import RingPort, Rung
    from ivr.scripts.running import ScriptFunction
    from ivr.voice import Sounds
    from routing.events import Input

SCRIPT_LIMIT_S = 300.0  # a department's script that has the caller for longer has lost them
HANDING_OVER_S = 0.1  # AMI told of it 1 ms after the session had

log = logging.getLogger(__name__)


class CallSession:
    """Serve one contact through one AGI session until the caller leaves or the session ends."""

    def __init__(
        self,
        exchange: Exchange,
        prompts: Sounds,
        contact: Contact,
        session: AgiSession,
        ring: RingPort,
        renewals: Renewals,
        is_consulting: Callable[[str], bool] = lambda _: False,
        scripts: Callable[[str], ScriptFunction] = ScriptShelf(None),  # noqa: B008  # it holds nothing
    ) -> None:
        self._exchange = exchange
        self._prompts = prompts
        self._contact = contact
        self._session = session
        self._ring = ring
        self._is_consulting = is_consulting  # whether this agent or officer has, or just had, another call
        self._switch = DeadManSwitch(session, contact.id, renewals)
        self._scripts = scripts  # departments' own, by name
        self._digits = ""  # that the caller keyed last where digits were asked for; maybe secret
        self._listens = 0  # one after the other, without a question between them
        self._stay = Stay(session, self._switch, prompts, contact, self._tell)
        self._over = False  # the dialplan knows that the caller is done, whatever becomes of us

    async def run(self) -> None:
        """Perform tasks until the caller has gone, was let go, or the session is lost."""
        self._exchange.attach(self._contact.id, self)
        try:
            while not self._session.hung_up and await self._perform():
                pass
        finally:
            self._switch.release()
            self._exchange.detach(self._contact.id, self)

    def task_changed(self) -> None:
        """End a wait: there is a new task."""
        self._session.interrupt()

    def talk_began(self) -> None:
        """Let nothing cut the talk."""
        self._switch.disarm()

    async def _perform(self) -> bool:
        """Perform the contact's task; return whether there may be another."""
        if isinstance(self._contact.task, Ask | Listen | Say | Run):
            await self._stay.end_music()  # who was sent on by a queue is led through the menu without it
        self._session.forget_interruption()  # the task that it was about is read now
        task = self._contact.task
        match task:
            case Ask():
                return await self._ask(task)
            case Listen():
                return await self._listen(task)
            case Say():
                return await self._say(task)
            case Run():
                return await self._run_script(task)
            case Wait():
                return await self._stay.wait()
            case Tell():
                return await self._stay.tell(task)
            case Choose():
                return await self._stay.choose(task)
            case Ring():
                return await self._offer(task)
            case Reach():
                return await self._reach(task)
            case Leave():
                if not self._over:
                    await self._session.execute("MSet", f"VAXEL_PHASE={Phase.LEAVING}")
                return False  # the session is closed, and the dialplan hangs up whom it knows to be done
            case _:
                assert_never(task)

    async def _ask(self, task: Ask) -> bool:
        self._listens = 0
        if not task.reads_back:
            self._digits = ""  # those of an earlier question are no business of what follows
        # Asterisk begins the wait anew at each key.
        sounds = await self._prepare(task.prompts, task.wait_s * task.max_digits)
        match await self._session.get_data(sounds, task.wait_s, task.max_digits):
            case Digits(digits):
                return self._keyed(task, digits or BACK_KEY)  # Asterisk ends a collection at # and keeps it
            case TimedOut(digits) if digits:
                return self._keyed(task, digits)
            case TimedOut():
                return self._tell(SilenceElapsed(self._contact.id))
            case PromptMissing(name):
                return self._cannot_say(name)
            case HungUp():
                return False
            case unexpected:
                assert_never(unexpected)

    def _keyed(self, task: Ask, digits: str) -> bool:
        """Tell what was keyed; of a secret how many digits, unless it was a key that asks for something."""
        is_answer = digits in set(task.open_keys)
        if task.collects and not is_answer:
            self._digits = digits
        if task.is_secret and not is_answer:
            return self._tell(SecretKeyed(self._contact.id, len(digits) if digits.isdigit() else 0))
        return self._tell(DigitPressed(self._contact.id, digits))

    async def _listen(self, task: Listen) -> bool:
        self._listens += 1
        # A key that comes between two commands is lost; the first time, the question's own switch will do.
        if self._listens > 1 or task.wait_s >= STEP_MARGIN_S / 2:
            await self._switch.arm(Phase.MENU, task.wait_s, self._stay.place())
        match await self._session.wait_for_digit(task.wait_s):
            case Digits(digits):
                return self._tell(DigitPressed(self._contact.id, digits))
            case TimedOut() | Interrupted():
                return self._tell(SilenceElapsed(self._contact.id))
            case HungUp():
                return False
            case unexpected:
                assert_never(unexpected)

    async def _say(self, task: Say) -> bool:
        for sound in await self._prepare(task.prompts, 0.0):
            match await self._session.stream_file(sound, task.skipped_by):
                case Played():
                    pass
                case Digits(digits):
                    return self._tell(DigitPressed(self._contact.id, digits))
                case PromptMissing(name):
                    return self._cannot_say(name)
                case HungUp():
                    return False
                case unexpected:
                    assert_never(unexpected)
        return self._tell(PromptEnded(self._contact.id))

    async def _prepare(self, prompts: Sequence[Prompt], wait_s: float) -> list[str]:
        """Return the sounds of these prompts, with the dead-man's switch set past their end and the wait."""
        sounds, lasts_s = playing(self._prompts, prompts, self._digits, self._contact.number.trouble)
        # Who has chosen a queue has a place already.
        await self._switch.arm(Phase.MENU, lasts_s + wait_s, self._stay.place())
        return sounds

    def _cannot_say(self, sound: str) -> bool:
        """Go on as if it had been said: a caller who hears nothing still comes to a person."""
        log.error(
            "contact %s: the sound %s cannot be played; is the prompt cache whole?", self._contact.id, sound
        )
        return self._tell(SilenceElapsed(self._contact.id))

    async def _run_script(self, task: Run) -> bool:
        """Let a department's script have the caller, however long it thinks between two commands."""
        digits, self._digits = self._digits, ""
        loop = asyncio.get_running_loop()
        await self._switch.arm(Phase.MENU, SCRIPT_LIMIT_S, self._stay.place())
        until = loop.time() + SCRIPT_LIMIT_S + STEP_MARGIN_S / 2

        async def outlasting(lasts_s: float) -> None:
            # What cannot be stopped is waited for, though the script's time is over then.
            if loop.time() + lasts_s > until:
                await self._switch.arm(Phase.MENU, lasts_s, self._stay.place())

        ended = await run_script(
            self._session,
            self._scripts(task.script),
            {"VAXEL_DIGITS": digits},
            name=task.script,
            limit_s=SCRIPT_LIMIT_S,
            withheld=not _presentation(self._session.request.arguments).startswith("allowed"),
            on_command=outlasting,
        )
        match ended:
            case ScriptReturned(value):
                told = value if value in task.results else None
                return self._tell(ScriptEnded(self._contact.id, told))
            case ScriptFailed() | ScriptOverdue():
                return self._tell(ScriptEnded(self._contact.id, has_failed=True))
            case HungUp():
                return False
            case _:
                assert_never(ended)

    async def _offer(self, task: Ring) -> bool:
        contact = self._contact.id
        # Who did not wait has a place too.
        await self._switch.arm(Phase.OFFERED, task.ring_s, self._stay.place())
        rung = await self._ring.ring(task.agent, task.ring_s, self._has_talked)
        self._switch.release()
        self._stay.music_has_ended()
        match rung:
            case NotAnswered(cause):
                if self._contact.withdrawn:
                    cause = OfferFailure.WITHDRAWN  # Asterisk would call it the telephone's fault
                return self._tell(OfferFailed(contact, task.agent, cause))
            case Talked():
                # AMI has told it already, unless it is away: then this is how we know.
                self._tell(OfferAnswered(contact, task.agent))
                return await self._talked(task.agent)
            case CallerGone():
                return False
            case _:
                assert_never(rung)

    async def _reach(self, task: Reach) -> bool:
        """Ring an officer for a caller who was handed over."""
        contact = self._contact.id
        await self._switch.arm(Phase.HANDED, task.ring_s)
        rung = await self._ring.ring(task.officer, task.ring_s, self._has_talked)
        return await self.reached(contact, task.officer, rung)

    async def reached(self, contact: str, officer: str, rung: Rung) -> bool:
        """Tell what came of ringing an officer; return whether there may be another task."""
        self._switch.release()
        self._stay.music_has_ended()
        match rung:
            case NotAnswered(cause):
                return self._tell(OfficerFailed(contact, officer, cause))
            case Talked():
                self._tell(OfficerAnswered(contact, officer))
                return await self._talked(officer)
            case CallerGone():
                return False
            case _:
                assert_never(rung)

    async def _talked(self, other: str) -> bool:
        """Tell the end of the talk with `other`, which came by their side; the caller is still there."""
        contact = self._contact
        if self._is_consulting(other):
            # Whoever ended both calls at once may have handed the caller over; that news takes a moment more.
            await asyncio.sleep(HANDING_OVER_S)
        self._tell(TalkEnded(contact.id, other, "agent"))
        self._over = contact.phase is Phase.LEAVING
        return True

    def _has_talked(self) -> bool:
        # A talk that has begun is not enough: Dial also ends when the caller hangs up.
        return self._contact.phase is Phase.LEAVING

    def _tell(self, event: Input) -> bool:
        self._exchange.happened(event)
        return True


def _presentation(arguments: Sequence[str]) -> str:
    """Return what the dialplan says of the caller's number (`ivr.arrivals` has all it says)."""
    return (*arguments, "", "", "")[2]
