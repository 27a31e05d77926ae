"""Testby under supervision: what orders tell callers, note and have spoken, and a publisher that is told."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ivr.attendant import Attendant
from ivr.control.orders import Answer, OrderRefusedError
from ivr.control.supervision import SPEAKING_S, Supervision
from ivr.menu.number import load_number
from ivr.prompts import PromptLibrary
from ivr.publishing.publisher import Published, Publisher
from ivr.standing import StandingFile
from routing.events import CrisisBegan, HoursOverridden
from tests.ivr.publishing.ground import NOON, diary, settings_of, speech_in, write_number

if TYPE_CHECKING:
    from pathlib import Path

    from ivr.control.orders import Order
    from routing.events import Input

NOTHING_NEW = Published((), {}, (), None, 0)


class Told(Publisher):
    """A publisher whose result is given, and why it was asked."""

    def __init__(self, folder: Path, attendant: Attendant, published: Published) -> None:
        super().__init__(settings_of(folder), attendant, lambda _: (), lambda: NOON)
        self.published = published
        self.whys: list[str] = []
        self.numbers: list[tuple[str, ...]] = []

    async def publish(self, why: str, numbers: tuple[str, ...] = ()) -> Published:
        self.whys.append(why)
        self.numbers.append(numbers)
        return self.published


class Town:
    """Testby in two languages and its supervision."""

    def __init__(
        self,
        folder: Path,
        published: Published = NOTHING_NEW,
        speech: tuple[str, ...] = (),
        speaking_s: float = SPEAKING_S,
    ) -> None:
        number = load_number(write_number(folder / "menus", "testby", languages=("sv", "en")))
        self.folder = folder
        self.attendant = Attendant({"testby": number})
        self.file = StandingFile(folder / "standing.jsonl")
        self.events: list[Input] = []
        self.noted_first: list[bool] = []  # whether the file had each change before it was told
        self.spoken: list[list[str]] = []  # before each change was told
        self.publisher = Told(folder, self.attendant, published)
        self.now = NOON
        self.library = PromptLibrary(folder / "prompts", speech or speech_in(folder))
        self.supervision = Supervision(
            self.attendant, self.library, self.publisher, self.file, self._tell, lambda: self.now,
            lambda queue: Answer(is_done=True, lines=(f"asked of {queue}",)), speaking_s=speaking_s,
        )  # fmt: skip

    def _tell(self, event: Input) -> bool:
        begins = isinstance(event, CrisisBegan | HoursOverridden)
        self.noted_first.append((event in self.file.read()) is begins)
        self.spoken.append(diary(self.folder))
        self.attendant.take(event)
        self.events.append(event)
        return True

    def carry_out(self, *orders: Order) -> list[Answer]:
        async def main() -> list[Answer]:
            return await asyncio.gather(*(self.supervision.carry_out(order, "johan") for order in orders))

        return asyncio.run(main())

    def refusal(self, order: Order) -> str:
        with pytest.raises(OrderRefusedError) as caught:
            self.carry_out(order)
        assert self.events == []
        assert self.file.read() == ()
        return str(caught.value)
