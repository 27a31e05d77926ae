"""One question to a fake AMI over a real connection, in virtual time."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from ivr.ami.client import AmiClient
from tests.fakes.ami import SECRET, USER, FakeAmi
from tests.ivr.ami.virtual_time import run

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

T = TypeVar("T")


def asked(asterisk: FakeAmi, question: Callable[[AmiClient], Awaitable[T]]) -> T:
    """Ask this of the fake; return or raise what comes of it."""

    async def main() -> T:
        async with asterisk:
            answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()

            async def ask(client: AmiClient) -> None:
                try:
                    answer.set_result(await question(client))
                except Exception as error:  # noqa: BLE001  # handed to the test as it is
                    answer.set_exception(error)

            client = AmiClient(
                "127.0.0.1", asterisk.port, USER, SECRET, on_event=lambda _: None, on_connected=ask
            )
            task = asyncio.create_task(client.run())
            try:
                return await answer
            finally:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    return run(main())


def told(asterisk: FakeAmi, *orders: Callable[[AmiClient], None]) -> list[dict[str, str]]:
    """Tell the fake these in turn, and return what it took, without the numbering."""

    async def tell(client: AmiClient) -> None:
        for order in orders:
            order(client)
        await client.action("Ping")

    asked(asterisk, tell)
    taken = [{name: value for name, value in one if name != "ActionID"} for one in asterisk.actions]
    return [one for one in taken if one["Action"] not in {"Login", "Ping"}]
