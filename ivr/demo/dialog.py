"""A telephone's identity on the wire, and the dialogs it speaks in (RFC 3261 section 12).

Owns who we say we are, how requests are built and authenticated, and a dialog's tags, counters and routes.
Knows no calls: what a request means is `ivr.demo.call`'s matter.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

from ivr.demo import digest, sip

if TYPE_CHECKING:
    from collections.abc import Callable

    from ivr.demo.transactions import Address, Transactions

TRIES: Final = 3  # a first one, one with the password, one more when the nonce was stale

Fields: TypeAlias = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Account:
    """Whom a telephone is, and at which server; the password stays out of every repr."""

    user: str = field(repr=False)  # a citizen's is a number
    password: str = field(repr=False)
    server: Address
    name: str = ""

    @property
    def uri(self) -> str:
        """The address of record."""
        return self.uri_of(self.user)

    def uri_of(self, user: str) -> str:
        """Return the SIP URI of another user at the same server."""
        return f"sip:{user}@{self.server[0]}:{self.server[1]}"


class Line:
    """What requests are built with: the account, our own address and the transactions of our socket."""

    def __init__(self, account: Account, own: Address, transactions: Transactions) -> None:
        self.account = account
        self.own = own
        self.transactions = transactions
        self.contact = f"<sip:{account.user}@{own[0]}:{own[1]}>"

    def request(self, method: str, uri: str, fields: Fields, body: bytes = b"") -> sip.Request:
        """Build a request with a new branch. `fields` hold From, To, Call-ID, CSeq and the rest."""
        via = f"SIP/2.0/UDP {self.own[0]}:{self.own[1]};rport;branch=z9hG4bK{secrets.token_hex(8)}"
        head: Fields = (("Via", via), ("Max-Forwards", "70"))
        return sip.Request(method, uri, sip.Headers(head + fields), body)

    async def ask(
        self,
        build: Callable[[Fields], sip.Request],
        address: Address,
        on_provisional: Callable[[sip.Response], None] | None = None,
    ) -> sip.Response | None:
        """Send what `build` makes; when challenged, build it anew with the answer.

        Returns the final response, or None when nobody answered.
        """
        extra: Fields = ()
        final: sip.Response | None = None
        for _ in range(TRIES):
            request = build(extra)
            final = await self.transactions.request(request, address, on_provisional)
            if final is None or (answer := self._answer(final, request)) is None:
                break
            already_refused = bool(extra)
            extra, stale = answer
            if already_refused and not stale:
                break
        return final

    def _answer(self, final: sip.Response, request: sip.Request) -> tuple[Fields, bool] | None:
        match final.status:
            case 401:
                asked, header = "WWW-Authenticate", "Authorization"
            case 407:
                asked, header = "Proxy-Authenticate", "Proxy-Authorization"
            case _:
                return None
        challenge = digest.read_challenge(final.headers.all(asked))
        if challenge is None:
            return None
        credentials = digest.Credentials(self.account.user, self.account.password)
        value = digest.authorization(
            challenge, credentials, request.method, request.uri, cnonce=secrets.token_hex(8)
        )
        return ((header, value),), challenge.stale


class Dialog:
    """Two tags, two counters, a target and a route: what makes requests belong together."""

    def __init__(self, line: Line, *, call_id: str, local: str, remote: str, target: str) -> None:
        self.line = line
        self.call_id = call_id
        self.local = local  # our From value, with our tag
        self.remote = remote  # their To value; with their tag once they have answered
        self.target = target
        self.routes: tuple[str, ...] = ()
        self._sequence = 0
        self._invited_as = 0

    @classmethod
    def to(cls, line: Line, target: str, local: str) -> Dialog:
        """Begin a dialog towards `target`; `local` is our From value without a tag."""
        return cls(
            line,
            call_id=f"{secrets.token_hex(10)}@{line.own[0]}",
            local=f"{local};tag={secrets.token_hex(5)}",
            remote=f"<{target}>",
            target=target,
        )

    @classmethod
    def of(cls, line: Line, invite: sip.Request) -> Dialog:
        """Take up the dialog that an INVITE opens."""
        dialog = cls(
            line,
            call_id=invite.headers.get("Call-ID") or "",
            local=f"{invite.headers.get('To') or ''};tag={secrets.token_hex(5)}",
            remote=invite.headers.get("From") or "",
            target=sip.address_uri(invite.headers.get("Contact") or invite.headers.get("From") or ""),
        )
        dialog.routes = invite.headers.listed("Record-Route")
        return dialog

    @property
    def tag(self) -> str:
        """Our tag."""
        return sip.parameter(self.local, "tag") or ""

    @property
    def replaces(self) -> str:
        """The value of a `Replaces` header that names this dialog to its far end (RFC 3891).

        The tags are said as the far end sees them: its own is the to-tag.
        """
        return f"{self.call_id};to-tag={sip.parameter(self.remote, 'tag') or ''};from-tag={self.tag}"

    @property
    def hop(self) -> Address:
        """Where the next request goes: the first route, or the target itself."""
        return sip.uri_host_port(sip.address_uri(self.routes[0]) if self.routes else self.target)

    def learn(self, response: sip.Response) -> None:
        """Take the far end's tag, contact and routes from a response to our INVITE."""
        self.remote = response.headers.get("To") or self.remote
        if contacts := response.headers.listed("Contact"):
            self.target = sip.address_uri(contacts[0])
        self.routes = tuple(reversed(response.headers.listed("Record-Route")))

    def learn_tag(self, response: sip.Response) -> None:
        """Take the far end's tag from a provisional response: a call that rings can be transferred to."""
        to = response.headers.get("To") or ""
        if sip.parameter(to, "tag"):
            self.remote = to

    def request(self, method: str, extra: Fields = (), body: bytes = b"") -> sip.Request:
        """Build the next request of the dialog."""
        self._sequence += 1
        if method == "INVITE":
            self._invited_as = self._sequence
        return self._numbered(method, self._sequence, extra, body)

    def ack(self) -> sip.Request:
        """Build the ACK of an answered INVITE; it has that INVITE's number and a branch of its own."""
        return self._numbered("ACK", self._invited_as, (), b"")

    def _numbered(self, method: str, number: int, extra: Fields, body: bytes) -> sip.Request:
        fields: Fields = (
            *(("Route", route) for route in self.routes),
            ("From", self.local),
            ("To", self.remote),
            ("Call-ID", self.call_id),
            ("CSeq", f"{number} {method}"),
            ("Contact", self.line.contact),
            *extra,
        )
        return self.line.request(method, self.target, fields, body)


def cancel_of(invite: sip.Request) -> sip.Request:
    """Build the CANCEL of an INVITE: same branch, same number (RFC 3261 section 9.1)."""
    kept = {"via", "from", "to", "call-id", "route", "max-forwards"}
    fields = [(name, value) for name, value in invite.headers.fields if name.lower() in kept]
    fields.append(("CSeq", f"{sip.cseq(invite)[0]} CANCEL"))
    return sip.Request("CANCEL", invite.uri, sip.Headers(tuple(fields)))
