"""Simulated agents: telephones that register, answer after a while, talk and hang up.

Owns how such a person behaves on the telephone. Which caller comes to whom is Växel's matter.
"""

from __future__ import annotations

import asyncio
import random
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from ivr.demo.dialog import Account
from ivr.demo.errors import RegistrationFailedError
from ivr.demo.outcomes import TimedOut
from ivr.demo.registration import Registered
from ivr.demo.telephone import Answer, Telephone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

REGISTER_WITHIN_S = 10.0
LONGEST_RING_S = 300.0


@dataclass(frozen=True, slots=True)
class Manner:
    """How an agent behaves: ranges in seconds that each call draws from."""

    answer_s: tuple[float, float] = (1.0, 4.0)
    talk_s: tuple[float, float] = (4.0, 12.0)


class SimulatedAgents:
    """People who answer: `async with SimulatedAgents(accounts, server): …` has them all registered."""

    def __init__(
        self,
        agents: Iterable[str],
        password: Callable[[str], str],
        server: tuple[str, int],
        *,
        manner: Manner | None = None,
        seed: int = 1,
    ) -> None:
        self._manner = manner or Manner()
        self._random = random.Random(seed)  # noqa: S311  # dice, not secrets
        self.telephones = tuple(
            Telephone(Account(agent, password(agent), server), listens=False) for agent in agents
        )
        self._tasks: list[asyncio.Task[None]] = []
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        try:
            for telephone in self.telephones:
                await self._open.enter_async_context(telephone)
            outcomes = await asyncio.gather(*(t.register(REGISTER_WITHIN_S) for t in self.telephones))
            for telephone, outcome in zip(self.telephones, outcomes, strict=True):
                _check(telephone, outcome)
        except BaseException:
            await self._open.aclose()
            raise
        self._tasks = [
            asyncio.create_task(self._work(telephone), name=f"agent {telephone.account.user}")
            for telephone in self.telephones
        ]
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._open.aclose()

    async def _work(self, telephone: Telephone) -> None:
        """Take one call after the other: talk for a while, hang up unless the caller does first."""
        while True:
            telephone.behaviour = Answer(self._random.uniform(*self._manner.answer_s))
            call = await telephone.ringing()
            if isinstance(call, TimedOut):
                continue
            await call.answered(LONGEST_RING_S)
            if call.is_up and isinstance(
                await call.ended(self._random.uniform(*self._manner.talk_s)), TimedOut
            ):
                await call.hang_up()


def _check(telephone: Telephone, outcome: object) -> None:
    if not isinstance(outcome, Registered):
        raise RegistrationFailedError(telephone.account.user, str(outcome))
