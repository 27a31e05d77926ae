"""A server that answers every call and tells a REFER whatever the test wants: one fake for all transfers."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from ivr.demo import sip
from ivr.demo.dialog import Account, Dialog, Line
from ivr.demo.sound import write_sdp
from ivr.demo.transactions import Incoming, Transactions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ivr.demo.dialog import Fields
    from ivr.demo.transactions import Address

HOST = "127.0.0.1"
SDP: Fields = (("Content-Type", "application/sdp"),)


@dataclass(slots=True)
class FarEnd(asyncio.DatagramProtocol):
    """A server on loopback; an asynchronous context manager.

    A user called `ringing` is never answered. A REFER gets `answer`, and each of `news` in a NOTIFY.
    """

    answer: int = 202
    news: Sequence[str] = ()
    dialogs: dict[str, Dialog] = field(default_factory=dict)
    referred: list[str] = field(default_factory=list)  # the Refer-To values
    described: list[str] = field(default_factory=list)  # version and direction of each description
    acks: int = 0
    address: Address = (HOST, 0)
    _line: Line | None = None
    _transport: asyncio.DatagramTransport | None = None
    _asked: Incoming | None = None
    _tasks: set[asyncio.Task[object]] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        """Open the socket."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(HOST, 0))
        self.address = self._transport.get_extra_info("sockname")[:2]
        transactions = Transactions(self._transport.sendto, self._take, lambda _: None)
        self._line = Line(Account("server", "", self.address), self.address, transactions)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the socket."""
        assert self._line is not None
        assert self._transport is not None
        self._line.transactions.close()
        await asyncio.gather(*self._tasks)
        self._transport.close()

    def datagram_received(self, data: bytes, addr: Address) -> None:
        """Take what a telephone sends."""
        assert self._line is not None
        self._line.transactions.receive(sip.parse(data), addr)

    def _take(self, incoming: Incoming) -> None:
        request = incoming.request
        call_id = request.headers.get("Call-ID") or ""
        match request.method:
            case "INVITE":
                self._invited(incoming, call_id)
            case "ACK":
                self.acks += 1
                if self._asked is not None:
                    self._asked.acknowledged()
            case "REFER":
                self.referred.append(request.headers.get("Refer-To") or "")
                incoming.reply(sip.respond(request, self.answer))
                self._tell(self.dialogs[call_id])
            case _:
                incoming.reply(sip.respond(request, 200))

    def _invited(self, incoming: Incoming, call_id: str) -> None:
        assert self._line is not None
        request = incoming.request
        self._asked = incoming
        lines = request.body.decode().split("\r\n")
        self.described.append(f"{lines[1].split()[2]} {lines[-2].removeprefix('a=')}")
        dialog = self.dialogs.setdefault(call_id, Dialog.of(self._line, request))
        extra: Fields = (("Contact", self._line.contact),)
        if request.uri.startswith("sip:ringing@"):
            incoming.reply(sip.respond(request, 180, tag=dialog.tag, extra=extra))
            return
        body = write_sdp(HOST, 9, 1)
        incoming.reply(sip.respond(request, 200, tag=dialog.tag, extra=(*extra, *SDP), body=body))

    def _tell(self, dialog: Dialog) -> None:
        assert self._line is not None
        for line in self.news:
            fields = (("Event", "refer"), ("Content-Type", "message/sipfrag;version=2.0"))
            notify = dialog.request("NOTIFY", fields, f"{line}\r\n".encode())
            work = self._line.transactions.request(notify, dialog.hop)
            self._tasks.add(asyncio.create_task(work, name="notify"))
