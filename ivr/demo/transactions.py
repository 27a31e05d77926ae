"""SIP transactions over UDP: what is sent again, what is answered once (RFC 3261 section 17).

Owns retransmission, the matching of responses by branch, the acknowledgement of refused INVITEs, and the
answering of repeated requests. Knows no dialogs, no calls and no registration.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from ivr.demo import sip

if TYPE_CHECKING:
    from collections.abc import Callable

T1_S: Final = 0.5  # RFC 3261 table 4: the round trip that timers go by
T2_S: Final = 4.0  # the longest interval between two sendings
LIFETIME_S: Final = 64 * T1_S  # timers B, F, H and J: then nobody answers any more
FIRST_FINAL: Final = 200
FIRST_FAILURE: Final = 300

Address: TypeAlias = tuple[str, int]


class Key(NamedTuple):
    """What tells one transaction from another."""

    branch: str
    method: str


class _Client:
    """A request of ours that waits for its final response."""

    def __init__(
        self, request: sip.Request, address: Address, on_provisional: Callable[[sip.Response], None] | None
    ) -> None:
        self.request = request
        self.address = address
        self.on_provisional = on_provisional
        self.final: asyncio.Future[sip.Response | None] = asyncio.get_running_loop().create_future()
        self.proceeding = False
        self.resend: asyncio.TimerHandle | None = None


class Incoming:
    """A request of theirs: answer it, provisionally as often as wished and finally once."""

    def __init__(self, owner: Transactions, request: sip.Request, source: Address) -> None:
        self.request = request
        self._owner = owner
        self._source = source
        self._sent: bytes | None = None
        self._resend: asyncio.TimerHandle | None = None
        self._on_silence: Callable[[], None] | None = None
        self.finished_at: float | None = None

    def reply(self, response: sip.Response, *, on_silence: Callable[[], None] | None = None) -> None:
        """Send a response; a final one to an INVITE is repeated until its ACK.

        `on_silence` is called when no ACK comes for `LIFETIME_S`.
        """
        if self.finished_at is not None:
            return
        self._sent = sip.encode(response)
        self._owner.send(self._sent, self._source)
        if response.status >= FIRST_FINAL:
            loop = asyncio.get_running_loop()
            self.finished_at = loop.time()
            if self.request.method == "INVITE":
                self._on_silence = on_silence
                self._again(T1_S, self.finished_at + LIFETIME_S)

    def repeated(self) -> None:
        """Answer a retransmission as the first time."""
        if self._sent is not None:
            self._owner.send(self._sent, self._source)

    def acknowledged(self) -> None:
        """Stop repeating the final response: the ACK has come."""
        if self._resend is not None:
            self._resend.cancel()
            self._resend = None

    def _again(self, interval: float, until: float) -> None:
        loop = asyncio.get_running_loop()

        def fire() -> None:
            if loop.time() >= until:
                self._resend = None
                if self._on_silence is not None:
                    self._on_silence()
                return
            self.repeated()
            self._again(min(2 * interval, T2_S), until)

        self._resend = loop.call_later(interval, fire)


class Transactions:
    """All transactions of one socket.

    `send` puts bytes on the wire; `on_request` gets each new request once, ACKs of answered INVITEs included;
    `on_stray` gets responses that belong to no open transaction (a repeated 200 to an INVITE is one).
    """

    def __init__(
        self,
        send: Callable[[bytes, Address], None],
        on_request: Callable[[Incoming], None],
        on_stray: Callable[[sip.Response], None],
    ) -> None:
        self.send = send
        self._on_request = on_request
        self._on_stray = on_stray
        self._clients: dict[Key, _Client] = {}
        self._servers: dict[Key, Incoming] = {}
        self._acks: dict[str, tuple[float, bytes, Address]] = {}

    async def request(
        self,
        request: sip.Request,
        address: Address,
        on_provisional: Callable[[sip.Response], None] | None = None,
    ) -> sip.Response | None:
        """Send a request and wait for its final response; None when nobody answered for `LIFETIME_S`.

        An INVITE that has had a provisional response waits for ever: cancel it.
        """
        key = Key(_branch(request), request.method)
        client = _Client(request, address, on_provisional)
        self._clients[key] = client
        encoded = sip.encode(request)
        loop = asyncio.get_running_loop()
        started = loop.time()
        longest = LIFETIME_S if request.method == "INVITE" else T2_S

        def fire(interval: float) -> None:
            if client.final.done() or (client.proceeding and request.method == "INVITE"):
                return
            if loop.time() - started >= LIFETIME_S:
                client.final.set_result(None)
                return
            self.send(encoded, address)
            client.resend = loop.call_later(interval, fire, min(2 * interval, longest))

        fire(T1_S)
        try:
            return await client.final
        finally:
            if client.resend is not None:
                client.resend.cancel()
            self._clients.pop(key, None)

    def receive(self, message: sip.Message, source: Address) -> None:
        """Take a message from the wire."""
        match message:
            case sip.Request():
                self._take_request(message, source)
            case sip.Response():
                self._take_response(message)

    def is_proceeding(self, request: sip.Request) -> bool:
        """Say whether a request of ours has had a provisional response and still waits for the final one."""
        client = self._clients.get(Key(_branch(request), request.method))
        return client is not None and client.proceeding and not client.final.done()

    def invite_of(self, cancel: sip.Request) -> Incoming | None:
        """Find the INVITE that a CANCEL is about: the same branch, RFC 3261 section 9.2."""
        return self._servers.get(Key(_branch(cancel), "INVITE"))

    def close(self) -> None:
        """Stop all timers and give up waiting requests."""
        for client in self._clients.values():
            if not client.final.done():
                client.final.set_result(None)
        for server in self._servers.values():
            server.acknowledged()
        self._servers.clear()

    def _take_request(self, request: sip.Request, source: Address) -> None:
        branch = _branch(request)
        if request.method == "ACK":
            if refused := self._servers.get(Key(branch, "INVITE")):
                refused.acknowledged()
            else:
                self._on_request(Incoming(self, request, source))
            return
        key = Key(branch, request.method)
        if known := self._servers.get(key):
            known.repeated()
            return
        self._forget_old()
        incoming = self._servers[key] = Incoming(self, request, source)
        self._on_request(incoming)

    def _take_response(self, response: sip.Response) -> None:
        _, method = sip.cseq(response)
        branch = _branch(response)
        client = self._clients.get(Key(branch, method))
        if client is None or client.final.done():
            if method == "INVITE" and branch in self._acks:
                _, ack, address = self._acks[branch]
                self.send(ack, address)
            else:
                self._on_stray(response)
            return
        if response.status < FIRST_FINAL:
            client.proceeding = True
            if client.on_provisional is not None:
                client.on_provisional(response)
            return
        if method == "INVITE" and response.status >= FIRST_FAILURE:
            ack = sip.encode(_ack_of_failure(client.request, response))
            self._acks[branch] = (asyncio.get_running_loop().time(), ack, client.address)
            self.send(ack, client.address)
        client.final.set_result(response)

    def _forget_old(self) -> None:
        """Drop what ended long ago; both tables are in order of arrival, so the look stops early."""
        horizon = asyncio.get_running_loop().time() - LIFETIME_S
        for key, server in list(self._servers.items()):
            if server.finished_at is None:
                continue
            if server.finished_at > horizon:
                break
            del self._servers[key]
        for branch, (since, _, _) in list(self._acks.items()):
            if since > horizon:
                break
            del self._acks[branch]


def _branch(message: sip.Message) -> str:
    vias = message.headers.listed("Via")
    branch = sip.parameter(vias[0], "branch") if vias else None
    return branch or f"{message.headers.get('Call-ID')}/{sip.cseq(message)[0]}"


def _ack_of_failure(invite: sip.Request, response: sip.Response) -> sip.Request:
    """Write the ACK to a refusal; it belongs to the INVITE's own transaction (RFC 3261 section 17.1.1.3)."""
    kept = {"via", "from", "call-id", "route", "max-forwards"}
    fields = [(name, value) for name, value in invite.headers.fields if name.lower() in kept]
    fields += [("To", response.headers.get("To") or ""), ("CSeq", f"{sip.cseq(invite)[0]} ACK")]
    return sip.Request("ACK", invite.uri, sip.Headers(tuple(fields)))
