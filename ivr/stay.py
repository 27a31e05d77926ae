"""One caller's stay in a queue, as their session performs it: music, announcements, keys.

Owns these three steps with their dead-man's switch, and whether music plays. Each ends at once when there is
a new task: nothing that is said keeps an agent waiting. Decides nothing.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, assert_never

from ivr.agi.outcomes import Digits, HungUp, Interrupted, PromptMissing, TimedOut
from ivr.agi.outcomes import PromptEnded as Played
from ivr.contact import Choose, Phase, Wait
from ivr.dead_man import RENEWAL_S, SILENCE_S, STEP_MARGIN_S
from ivr.voice import playing
from routing.events import DigitPressed, PromptEnded, SilenceElapsed

if TYPE_CHECKING:
    from collections.abc import Callable

    from ivr.agi.session import AgiSession
    from ivr.contact import Contact, Tell
    from ivr.dead_man import DeadManSwitch
    from ivr.voice import Sounds
    from routing.events import CallerQueued, Input

log = logging.getLogger(__name__)


class Stay:
    """Perform what a waiting caller is to hear. Each step returns whether the session may go on."""

    def __init__(
        self,
        session: AgiSession,
        switch: DeadManSwitch,
        sounds: Sounds,
        contact: Contact,
        tell: Callable[[Input], bool],
    ) -> None:
        self._session = session
        self._switch = switch
        self._sounds = sounds
        self._contact = contact
        self._happened = tell
        self._music = False
        self._queue = ""  # where the caller waited last

    async def end_music(self) -> None:
        """Let the music end, if it plays: something else is to be heard."""
        if self._music:
            self._music = False
            await self._session.set_music(on=False)

    def music_has_ended(self) -> None:
        """Know that something else has ended the music: Dial has music of its own."""
        self._music = False

    def place(self) -> str:
        """Return the place in the queue as variables, which the channel keeps whatever becomes of us."""
        queued = self._contact.queued or self._contact.chosen
        if queued is None and self._contact.left_as is not None:
            return "__VAXEL_QUEUE=,__VAXEL_SINCE="  # the place that they had is no more
        return "" if queued is None else f"__VAXEL_QUEUE={queued.queue},__VAXEL_SINCE={queued.since:.6f}"

    async def wait(self) -> bool:
        """Let the caller wait under music until there is another task."""
        queued = self._contact.queued
        await self._switch.arm(Phase.WAITING, SILENCE_S - STEP_MARGIN_S, self.place())
        self._begin_in(queued)
        if not self._music:
            await self._session.set_music(on=True)
            self._music = True
        # Moved to another queue, the caller has another place, which the channel is told of at once.
        while isinstance(task := self._contact.task, Wait) and self._contact.queued == queued:
            match await self._session.wait_for_digit(RENEWAL_S):
                case HungUp():
                    return False
                case Digits(key) if key in task.keys:
                    return self._pressed(key)
                case TimedOut() | Digits():
                    # A key that means nothing began the wait anew, too: it must not delay the renewal.
                    await self._switch.renew()
                case Interrupted():
                    pass  # there is a new task
        return True

    async def tell(self, task: Tell) -> bool:
        """Say something to the caller."""
        said = await self._say(task)
        if said is not None:
            return said
        return self._is_over(task) or self._happened(PromptEnded(self._contact.id))

    async def choose(self, task: Choose) -> bool:
        """Ask whether a key was meant; the answer is a key, or silence."""
        said = await self._say(task)
        if said is not None:
            return said
        match await self._session.wait_for_digit(task.wait_s):
            case HungUp():
                return False
            case Interrupted():
                return True
            case Digits(key) if key in task.keys:
                return self._pressed(key)
            case TimedOut() | Digits():
                return self._is_over(task) or self._happened(SilenceElapsed(self._contact.id))
            case unexpected:
                assert_never(unexpected)

    def _begin_in(self, queued: CallerQueued | None) -> None:
        """Forget a key that was pressed as the caller left another queue: here it means something else."""
        queue = "" if queued is None else queued.queue
        if queue != self._queue:
            self._queue = queue
            self._session.take_late_digit()

    def _pressed(self, key: str) -> bool:
        """Tell of a key, unless the caller was sent on as it was pressed: what they hear next asks anew."""
        return self._contact.phase is not Phase.WAITING or self._happened(DigitPressed(self._contact.id, key))

    def _is_over(self, task: Tell | Choose) -> bool:
        """Whether something else is to be done already: of this, there is no news then."""
        return self._contact.task is not task

    async def _say(self, task: Tell | Choose) -> bool | None:
        """Play the prompts; return None at their end, else whether the session may go on."""
        sounds, lasts_s = playing(self._sounds, task.prompts, "", self._contact.number.trouble)
        wait_s = task.wait_s if isinstance(task, Choose) else 0.0
        await self._switch.arm(Phase.WAITING, lasts_s + wait_s, self.place())
        await self.end_music()
        raced = self._session.take_late_digit()
        if raced is not None and raced in task.keys and not isinstance(task, Choose):
            return self._pressed(raced)  # as the announcement began; before a question, it answers none
        for sound in sounds:
            match await self._session.announce(sound, task.keys):
                case Played():
                    pass
                case Digits(key):
                    return self._pressed(key)
                case PromptMissing(name):
                    log.error("contact %s: the sound %s cannot be played", self._contact.id, name)
                case Interrupted():
                    return True
                case HungUp():
                    return False
                case unexpected:
                    assert_never(unexpected)
        return None
