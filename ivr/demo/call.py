"""One call of a simulated telephone, from INVITE to its end, either way round.

Owns what the call has come to (ringing, answered, ended and by whom), its keys and its sound. Knows nothing
of registration or of other calls. A refusal, a hang-up and a passed deadline are outcomes, never exceptions.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from ivr.demo import sip, sound
from ivr.demo.dialog import cancel_of
from ivr.demo.outcomes import CANCELLED, DECLINED, OK, TIMED_OUT, Answered, Ended, TimedOut, Transferred
from ivr.demo.transactions import FIRST_FAILURE, LIFETIME_S
from ivr.demo.transfer import Referral, refer_to

if TYPE_CHECKING:
    from collections.abc import Callable

    from ivr.demo.dialog import Dialog, Fields
    from ivr.demo.outcomes import By, TransferOutcome
    from ivr.demo.transactions import Incoming

# Between handing over and hanging up. Asterisk 22 says that it is done before it is: a BYE within 2 ms in the
# call that asked for it cut off the caller 2 times in 40, after 50 ms never in 80.
GOODBYE_S: Final = 0.05
KEY_MS: Final = 100  # how long a key is said to be held
ALLOW: Final = "INVITE, ACK, BYE, CANCEL, INFO, OPTIONS, NOTIFY, UPDATE"
_SDP: Final[Fields] = (("Content-Type", "application/sdp"),)

TRANSFER_S: Final = 30.0  # a ringing target answers or not: longer than agents are rung


class Call:
    """One call. Made by `Telephone`: incoming ones come from `ringing()`, outgoing ones from `place()`."""

    def __init__(self, dialog: Dialog, ear: sound.SoundPort, incoming: Incoming | None) -> None:
        self.dialog = dialog
        self.sound = ear
        self.when_over: Callable[[], object] = lambda: None  # the telephone forgets the call
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        self._incoming = incoming
        self._rang = asyncio.Event()
        self._up = asyncio.Event()
        self._over = asyncio.Event()
        self._answer: Answered | None = None
        self._end: Ended | None = None
        self._has_rung = False
        self._leaving = False
        self._cancelling: asyncio.Task[sip.Response | None] | None = None
        self._unacknowledged = incoming  # the INVITE of theirs whose ACK is owed
        self._invite: sip.Request | None = None
        self._ack: sip.Request | None = None
        self._referral: Referral | None = None
        self._versions = 1  # of our description
        self._keys: list[str] = []
        self._sdp = sound.write_sdp(dialog.line.own[0], ear.port, ear.port)
        if incoming is not None:
            self._hear(incoming.request.body)

    def __repr__(self) -> str:
        state = "over" if self._end else "up" if self._answer else "ringing" if self._has_rung else "new"
        return f"Call({'in' if self._incoming else 'out'}, {state})"

    @property
    def is_up(self) -> bool:
        """Whether both can speak."""
        return self._answer is not None and self._end is None

    @property
    def is_over(self) -> bool:
        """Whether the call has ended."""
        return self._end is not None

    @property
    def answered_at(self) -> float | None:
        """The loop's time when the call was answered."""
        return None if self._answer is None else self._began + self._answer.after_s

    @property
    def keys(self) -> str:
        """The keys that the far end pressed, as SIP INFO told."""
        return "".join(self._keys)

    @property
    def invite(self) -> sip.Request | None:
        """The INVITE that opened the call; the last one sent, for a call of ours."""
        return self._incoming.request if self._incoming else self._invite

    async def rang(self, within_s: float) -> bool:
        """Wait until the far end says that it rings or sends early audio; False when it does not."""
        await _set(self._rang, within_s)
        return self._has_rung

    async def answered(self, within_s: float | None) -> Answered | Ended | TimedOut:
        """Wait until the call is answered, or has ended without; for ever with None."""
        await _set(self._up, within_s)
        return self._answer or self._end or TimedOut(within_s or 0.0)

    async def ended(self, within_s: float | None) -> Ended | TimedOut:
        """Wait until the call is over; for ever with None."""
        await _set(self._over, within_s)
        return self._end or TimedOut(within_s or 0.0)

    def answer(self) -> None:
        """Answer an incoming call. Nothing happens when it is answered or over."""
        if self._incoming is None or self._end or self._answer:
            return
        request = self._incoming.request
        self._connect()
        extra: Fields = (("Contact", self.dialog.line.contact), ("Allow", ALLOW), *_SDP)
        response = sip.respond(request, OK, tag=self.dialog.tag, extra=extra, body=self._sdp)
        self._incoming.reply(response, on_silence=lambda: self._finish("nobody", TIMED_OUT))

    def refuse(self, status: int) -> None:
        """Refuse an incoming call that is not answered yet."""
        if self._incoming is None or self._end or self._answer:
            return
        self._incoming.reply(sip.respond(self._incoming.request, status, tag=self.dialog.tag))
        self._finish("us", status)

    def ring(self) -> None:
        """Tell the caller that we ring."""
        if self._incoming is not None and not self._end and not self._answer:
            extra: Fields = (("Contact", self.dialog.line.contact),)
            self._incoming.reply(sip.respond(self._incoming.request, 180, tag=self.dialog.tag, extra=extra))
            self._ringing()

    async def hang_up(self) -> None:
        """End the call as its state asks: CANCEL, decline or BYE. Returns when the far end has agreed."""
        if self._leaving or self._end:
            await _set(self._over, LIFETIME_S)
            return
        self._leaving = True
        await self._leave()

    async def _leave(self) -> None:
        if self._answer:
            final = await self.request("BYE")
            self._finish("us", OK if final else TIMED_OUT)
        elif self._incoming:
            self.refuse(DECLINED)
        else:
            self._cancel_if_possible()
            if not await _set(self._over, LIFETIME_S):
                self._finish("us", TIMED_OUT)

    async def press(self, keys: str, *, gap_s: float = 0.0) -> bool:
        """Send keys as SIP INFO, one after the other; True when the far end took all of them."""
        for place, key in enumerate(keys):
            if place and gap_s:
                await asyncio.sleep(gap_s)
            body = f"Signal={key}\r\nDuration={KEY_MS}\r\n".encode()
            final = await self.request("INFO", (("Content-Type", "application/dtmf-relay"),), body)
            if final is None or final.status != OK:
                return False
        return True

    async def hold(self) -> bool:
        """Put the far end on hold; True when it agreed."""
        return await self._describe("sendonly")

    async def resume(self) -> bool:
        """Take the far end back from hold; True when it agreed."""
        return await self._describe("sendrecv")

    async def transfer(self, target: str, within_s: float = TRANSFER_S) -> TransferOutcome:
        """Send the far end to a SIP URI, or a user at our server, unasked; then hang up."""
        uri = target if target.startswith("sip:") else self.dialog.line.account.uri_of(target)
        return await self._refer(f"<{uri}>", within_s)

    async def transfer_to(self, other: Call, within_s: float = TRANSFER_S) -> TransferOutcome:
        """Connect the far end with that of `other`, a call of ours that rings or is up; then hang up.

        `other` is for the server to end: a BYE of ours there overtakes the transfer at times (Asterisk 22).
        """
        return await self._refer(refer_to(other.dialog), within_s)

    async def request(self, method: str, extra: Fields = (), body: bytes = b"") -> sip.Response | None:
        """Send any request within the dialog and return its final response; None when nobody answered."""
        return await self.dialog.line.ask(
            lambda auth: self.dialog.request(method, (*extra, *auth), body), self.dialog.hop
        )

    async def dial(self, extra: Fields) -> None:
        """Place the call: `Telephone.place` runs this as a task until the INVITE has its final response."""

        def build(auth: Fields) -> sip.Request:
            fields: Fields = (*extra, *auth, ("Allow", ALLOW), *_SDP)
            self._invite = self.dialog.request("INVITE", fields, self._sdp)
            return self._invite

        final = await self.dialog.line.ask(build, self.dialog.hop, self._provisional)
        if final is None:
            self._finish("us" if self._leaving else "nobody", TIMED_OUT)
        elif final.status < FIRST_FAILURE:
            self.dialog.learn(final)
            self._hear(final.body)
            self._acknowledge()
            self._connect()
            if self._leaving:  # their answer crossed our CANCEL
                await self._leave()
        else:
            by: By = "us" if self._leaving and final.status == CANCELLED else "them"
            self._finish(by, final.status, final.headers.get("Reason") or "")

    def receive(self, incoming: Incoming) -> None:
        """Take a request within the dialog."""
        request = incoming.request
        reason = request.headers.get("Reason") or ""
        match request.method:
            case "ACK":
                self._take_ack(request)
            case "BYE":
                self._reply(incoming, OK)
                self._finish("us" if self._leaving else "them", OK, reason)
            case "CANCEL":
                self._reply(incoming, OK)
                if self._incoming and not self._answer and not self._end:
                    self._incoming.reply(sip.respond(self._incoming.request, CANCELLED, tag=self.dialog.tag))
                    self._finish("them", CANCELLED, reason)
            case "INFO":
                self._keys.extend(_key(request.body))
                self._reply(incoming, OK)
            case "INVITE":
                self._unacknowledged = incoming
                self._hear(request.body)
                self._reply(incoming, OK, with_sdp=True)
            case "UPDATE":
                self._hear(request.body)
                self._reply(incoming, OK, with_sdp=bool(request.body))
            case "NOTIFY":
                self._reply(incoming, OK)
                if self._referral is not None:
                    self._referral.told(request.body)
            case "OPTIONS":
                self._reply(incoming, OK)
            case _:
                self._reply(incoming, 405)

    def repeated_answer(self) -> None:
        """Acknowledge again: the far end has repeated its answer."""
        if self._ack is not None:
            self.dialog.line.transactions.send(sip.encode(self._ack), self.dialog.hop)

    def is_invited_by(self, incoming: Incoming | None) -> bool:
        """Say whether this is the INVITE that opened the call."""
        return incoming is not None and incoming is self._incoming

    def abandon(self) -> None:
        """Forget the call without telling anybody: the telephone is being closed."""
        self._finish("us", OK if self._answer else CANCELLED)

    def _provisional(self, response: sip.Response) -> None:
        if response.status > 100:  # noqa: PLR2004 - 100 Trying comes from the next hop, not from a telephone
            self._ringing()
            self._hear(response.body)
            self.dialog.learn_tag(response)
        if self._leaving:
            self._cancel_if_possible()

    def _cancel_if_possible(self) -> None:
        """Send CANCEL once the INVITE has had a provisional response; not before (RFC 3261 section 9.1)."""
        invite = self._invite
        if invite is None or self._end or self._cancelling is not None:
            return
        transactions = self.dialog.line.transactions
        if transactions.is_proceeding(invite):
            self._cancelling = self._loop.create_task(self._cancel(invite), name="cancel")

    async def _cancel(self, invite: sip.Request) -> None:
        await self.dialog.line.transactions.request(cancel_of(invite), self.dialog.hop)

    async def _describe(self, direction: sound.Direction) -> bool:
        """Describe our audio anew; whatever asks for it later gets the same."""
        self._versions += 1
        host, port = self.dialog.line.own[0], self.sound.port
        self._sdp = sound.write_sdp(host, port, port, self._versions, direction)
        final = await self.request("INVITE", (("Allow", ALLOW), *_SDP), self._sdp)
        if final is None or final.status >= FIRST_FAILURE:
            return False
        self._hear(final.body)
        self._acknowledge()
        return True

    async def _refer(self, target: str, within_s: float) -> TransferOutcome:
        self._referral = Referral()
        fields = (("Refer-To", target), ("Referred-By", f"<{self.dialog.line.account.uri}>"))
        outcome = await self._referral.outcome(self.request("REFER", fields), within_s)
        if isinstance(outcome, Transferred):
            await asyncio.sleep(GOODBYE_S)
            await self.hang_up()  # as telephones do: Asterisk waits 60 s for it
        return outcome

    def _take_ack(self, ack: sip.Request) -> None:
        if self._unacknowledged is not None:
            self._unacknowledged.acknowledged()
        self._hear(ack.body)

    def _acknowledge(self) -> None:
        self._ack = self.dialog.ack()
        self.repeated_answer()

    def _reply(self, incoming: Incoming, status: int, *, with_sdp: bool = False) -> None:
        extra: Fields = (("Contact", self.dialog.line.contact), *(_SDP if with_sdp else ()))
        body = self._sdp if with_sdp else b""
        incoming.reply(sip.respond(incoming.request, status, tag=self.dialog.tag, extra=extra, body=body))

    def _hear(self, body: bytes) -> None:
        if (audio := sound.read_sdp(body)) and audio.port:
            self.sound.aim(audio.host, audio.port)

    def _connect(self) -> None:
        self._answer = Answered(self._loop.time() - self._began)
        self._ringing()
        self._up.set()
        self.sound.speak()

    def _ringing(self) -> None:
        self._has_rung = True
        self._rang.set()

    def _finish(self, by: By, status: int, reason: str = "") -> None:
        if self._end:
            return
        after = self._loop.time() - self._began
        talked = after - self._answer.after_s if self._answer else None
        self._end = Ended(by, status, after, talked, reason)
        self.sound.close()
        self.when_over()
        for event in (self._rang, self._up, self._over):
            event.set()


async def _set(event: asyncio.Event, within_s: float | None) -> bool:
    try:
        async with asyncio.timeout(within_s):
            await event.wait()
    except TimeoutError:
        return False
    return True


def _key(body: bytes) -> str:
    for line in body.decode("ascii", "replace").splitlines():
        name, _, value = line.partition("=")
        if name.strip().lower() == "signal":
            return value.strip()
    return ""
