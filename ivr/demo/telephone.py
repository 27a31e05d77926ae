"""A simulated telephone: a small SIP user agent over UDP.

    async with Telephone(account, behaviour=Answer(after_s=1.0)) as telephone:
        await telephone.register(within_s=5)
        call = await telephone.ringing(within_s=30)

Owns the socket, the registration, and which message belongs to which call. What happens within a call is
`ivr.demo.call`'s matter. It serves the demonstration's agents, and tests as caller and as agent. Awaits have
deadlines, and what does not come is an outcome: `TimedOut`, `Refused`.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self, TypeAlias, assert_never

from ivr.demo import sip
from ivr.demo.call import Call
from ivr.demo.dialog import Account, Dialog, Line
from ivr.demo.errors import MalformedMessageError, PortTakenError, TelephoneClosedError
from ivr.demo.outcomes import BUSY, NOT_ACCEPTABLE, OK, TimedOut
from ivr.demo.registration import Outcome, Registered, Registration
from ivr.demo.sound import FLOOR_DBFS, Hearing, SoundPort, read_sdp
from ivr.demo.transactions import Incoming, Transactions

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from ivr.demo.dialog import Fields
    from ivr.demo.transactions import Address

DEFAULT_EXPIRES_S: Final = 3600
FAREWELL_S: Final = 2.0  # what closing may take: hanging up, and unregistering
WAITING_CALLS: Final = 32  # incoming calls that nobody has asked for; the oldest is dropped beyond it


@dataclass(frozen=True, slots=True)
class Ring:
    """Ring until somebody answers, refuses or gives up."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer after ringing for a while."""

    after_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Refuse:
    """Refuse: 486 busy, 603 declined, 480 not available; after ringing when `after_s` is not 0."""

    status: int = BUSY
    after_s: float = 0.0


Behaviour: TypeAlias = Ring | Answer | Refuse


class Telephone:
    """A SIP telephone on UDP; an asynchronous context manager.

    `behaviour` says what happens to incoming calls and may be changed at any time. `listens=False` leaves its
    RTP unread, which costs nothing; `voice` is a frame of A-law that is sent 50 times a second during a talk.
    With more than `calls_at_once` it is busy.
    """

    def __init__(
        self,
        account: Account,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        behaviour: Behaviour | None = None,
        listens: bool = True,
        voice: bytes | None = None,
        calls_at_once: int = 1,
    ) -> None:
        self.account = account
        self.behaviour: Behaviour = behaviour or Ring()
        self.listens = listens
        self.voice = voice
        self.calls_at_once = calls_at_once
        self.malformed = 0  # datagrams that were no SIP message
        self.on_invite: Callable[[sip.Request, Call | None], object] = _nobody_looks  # None: refused unseen
        self._own = (host, port)
        self._transport: asyncio.DatagramTransport | None = None
        self._line: Line | None = None
        self._calls: dict[tuple[str, str], Call] = {}
        self._last: Call | None = None
        self._incoming: asyncio.Queue[Call] = asyncio.Queue(WAITING_CALLS)
        self._tasks: set[asyncio.Task[None]] = set()
        self._refreshing: asyncio.Task[None] | None = None
        self._registration: Registration | None = None

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def address(self) -> Address:
        """Host and port of the open socket."""
        return self._open_line.own

    @property
    def uri(self) -> str:
        """The SIP URI that reaches this telephone directly, without a server."""
        return f"sip:{self.account.user}@{self.address[0]}:{self.address[1]}"

    @property
    def is_registered(self) -> bool:
        """Whether the last registration succeeded."""
        return self._registration is not None and self._registration.is_made

    @property
    def calls(self) -> tuple[Call, ...]:
        """The calls that are not over, the oldest first."""
        return tuple(self._calls.values())

    async def open(self) -> None:
        """Open the socket. Raises `PortTakenError`."""
        loop = asyncio.get_running_loop()
        host, port = self._own
        try:
            transport, _ = await loop.create_datagram_endpoint(lambda: _Socket(self), local_addr=self._own)
        except OSError as error:
            raise PortTakenError(
                f"telephone's SIP port {host}:{port} cannot be opened: {error.strerror}"
            ) from error
        self._transport = transport
        own: Address = transport.get_extra_info("sockname")[:2]
        self._line = Line(self.account, own, Transactions(self._send, self._on_request, self._on_stray))
        self._registration = Registration(self._line)

    async def close(self, *, politely: bool = True) -> None:
        """Hang up, unregister and close the socket.

        Not `politely`: vanish, as a telephone does whose power is cut; the server still believes in it.
        """
        if self._line is None or self._transport is None:
            return
        if politely:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(FAREWELL_S):
                    await asyncio.gather(*(call.hang_up() for call in self.calls))
                    if self.is_registered:
                        await self.unregister(FAREWELL_S)
        for call in self.calls:
            call.abandon()
        self._line.transactions.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._transport.close()
        self._line = self._registration = self._refreshing = None

    async def register(self, within_s: float, *, expires_s: int = DEFAULT_EXPIRES_S) -> Outcome:
        """Register, and stay registered until `unregister` or `close`."""
        registration = self._open_registration
        outcome = await registration.make(within_s, expires_s)
        if isinstance(outcome, Registered) and self._refreshing is None:
            keeping = registration.keep(outcome.expires_s, expires_s, within_s)
            self._refreshing = self._spawn(keeping, "registration")
        return outcome

    async def unregister(self, within_s: float) -> Outcome:
        """Tell the server that we are gone; `Registered(0)` when it agreed."""
        if self._refreshing is not None:
            self._refreshing.cancel()
            self._refreshing = None
        return await self._open_registration.make(within_s, 0)

    async def ringing(self, within_s: float | None = None) -> Call | TimedOut:
        """Wait for the next incoming call that has not ended meanwhile; for ever with None."""
        try:
            async with asyncio.timeout(within_s):
                while (call := await self._incoming.get()).is_over:
                    pass
                return call
        except TimeoutError:
            return TimedOut(within_s or 0.0)

    def place(
        self,
        target: str,
        *,
        caller_name: bytes | None = None,
        withheld: bool = False,
        extra: Fields = (),
    ) -> Call:
        """Call a SIP URI, or a user at our server. Await the call's `answered` next.

        `caller_name` goes between the From's quotes byte by byte, unescaped, for a test to be hostile with;
        `withheld` makes From anonymous and adds P-Asserted-Identity with `Privacy: id` (RFC 3323, RFC 3325).
        """
        line = self._open_line
        name = self.account.name if caller_name is None else caller_name.decode("utf-8", "surrogateescape")
        from_ = f'"{name}" <{self.account.uri}>' if name else f"<{self.account.uri}>"
        if withheld:
            identity = ("P-Asserted-Identity", f"<{self.account.uri}>")
            extra = (*extra, identity, ("Privacy", "id"))
            from_ = '"Anonymous" <sip:anonymous@anonymous.invalid>'
        uri = target if target.startswith("sip:") else self.account.uri_of(target)
        call = Call(Dialog.to(line, uri, from_), self._sound_port(), None)
        self._keep(call)
        self._spawn(call.dial(extra), "dial")
        return call

    def heard(self, window_s: float = 1.0) -> Hearing:
        """Measure what the latest call's ear heard in the last `window_s` seconds."""
        if self._last is None:
            return Hearing(window_s, 0, 0, FLOOR_DBFS, window_s, None)
        return self._last.sound.heard(window_s)

    @property
    def _open_line(self) -> Line:
        if self._line is None:
            raise TelephoneClosedError("telephone: its socket is not open; use it within 'async with'")
        return self._line

    @property
    def _open_registration(self) -> Registration:
        if self._registration is None:
            raise TelephoneClosedError("telephone: its socket is not open; use it within 'async with'")
        return self._registration

    def _sound_port(self) -> SoundPort:
        loop = asyncio.get_running_loop()
        return SoundPort(loop, self._open_line.own[0], listens=self.listens, voice=self.voice)

    def _keep(self, call: Call) -> None:
        key = (call.dialog.call_id, call.dialog.tag)
        self._calls[key] = self._last = call
        call.when_over = lambda: self._calls.pop(key, None)

    def _spawn(self, work: Coroutine[None, None, None], name: str) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=f"telephone {name}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _send(self, data: bytes, address: Address) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.sendto(data, address)

    def _take(self, datagram: bytes, source: Address) -> None:
        if not datagram.strip(b"\r\n\0"):
            return  # a keep-alive
        try:
            self._open_line.transactions.receive(sip.parse(datagram), source)
        except MalformedMessageError:
            self.malformed += 1

    def _on_request(self, incoming: Incoming) -> None:
        request = incoming.request
        call_id = request.headers.get("Call-ID") or ""
        tag = sip.parameter(request.headers.get("To") or "", "tag")
        if request.method == "CANCEL" and tag is None:
            tag = self._tag_of_cancelled(incoming)
        if call := self._calls.get((call_id, tag or "")):
            call.receive(incoming)
        elif request.method == "INVITE" and tag is None:
            self._on_invite(incoming)
        elif request.method == "OPTIONS" and tag is None:
            incoming.reply(sip.respond(request, OK, tag=secrets.token_hex(5)))
        elif request.method != "ACK":
            incoming.reply(sip.respond(request, 481, tag=secrets.token_hex(5)))

    def _tag_of_cancelled(self, incoming: Incoming) -> str | None:
        for call in self.calls:
            if call.is_invited_by(self._open_line.transactions.invite_of(incoming.request)):
                return call.dialog.tag
        return None

    def _on_invite(self, incoming: Incoming) -> None:
        offer = read_sdp(incoming.request.body)
        if incoming.request.body and (offer is None or not offer.alaw):
            self._turn_away(incoming, NOT_ACCEPTABLE)
            return
        if len(self._calls) >= self.calls_at_once:
            self._turn_away(incoming, BUSY)
            return
        call = Call(Dialog.of(self._open_line, incoming.request), self._sound_port(), incoming)
        self._keep(call)
        self.on_invite(incoming.request, call)
        if self._incoming.full():
            self._incoming.get_nowait()
        self._incoming.put_nowait(call)
        loop = asyncio.get_running_loop()
        match self.behaviour:
            case Ring():
                call.ring()
            case Answer(after_s=after_s):
                call.ring()
                loop.call_later(after_s, call.answer)
            case Refuse(status=status, after_s=0.0):
                call.refuse(status)
            case Refuse(status=status, after_s=after_s):
                call.ring()
                loop.call_later(after_s, call.refuse, status)
            case unknown:
                assert_never(unknown)

    def _turn_away(self, incoming: Incoming, status: int) -> None:
        incoming.reply(sip.respond(incoming.request, status, tag=secrets.token_hex(5)))
        self.on_invite(incoming.request, None)

    def _on_stray(self, response: sip.Response) -> None:
        tag = sip.parameter(response.headers.get("From") or "", "tag") or ""
        call = self._calls.get((response.headers.get("Call-ID") or "", tag))
        if call is not None and response.status == OK and sip.cseq(response)[1] == "INVITE":
            call.repeated_answer()


def _nobody_looks(_request: sip.Request, _call: Call | None) -> None:
    """Do nothing: what `on_invite` is until somebody sets it."""


class _Socket(asyncio.DatagramProtocol):
    def __init__(self, telephone: Telephone) -> None:
        self._telephone = telephone

    def datagram_received(self, data: bytes, addr: Address) -> None:
        self._telephone._take(data, addr)  # noqa: SLF001 - the other half of the same class

    def error_received(self, exc: Exception) -> None:
        """Nothing: a closed port on the far side shows as a transaction that nobody answers."""
