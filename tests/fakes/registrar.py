"""A SIP server for one user: challenges, registers and forgets, or falls silent as a test tells it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self

from ivr.demo import sip
from ivr.demo.digest import Challenge, Credentials, response

if TYPE_CHECKING:
    from ivr.demo.transactions import Address


class FakeRegistrar(asyncio.DatagramProtocol):
    """Grants half of what is asked for; `ignores` datagrams first; remembers what it was asked, and when."""

    def __init__(self, user: str, password: str, *, ignores: int = 0) -> None:
        self.bindings: list[int] = []  # the expiry of each accepted registration, 0 for one taken back
        self.asked_at: list[float] = []  # the loop's times of all datagrams
        self.address: Address = ("", 0)
        self.nonce = "n1"
        self.ignores = ignores
        self._credentials = Credentials(user, password)
        self._transport: asyncio.DatagramTransport | None = None

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", 0))
        self.address = self._transport.get_extra_info("sockname")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._transport is not None:
            self._transport.close()

    def datagram_received(self, data: bytes, addr: Address) -> None:
        """Answer a REGISTER."""
        self.asked_at.append(asyncio.get_running_loop().time())
        request = sip.parse(data)
        assert isinstance(request, sip.Request)
        if self.ignores:
            self.ignores -= 1
            return
        expires = int(request.headers.get("Expires") or "0")
        challenge = Challenge("vaxel", self.nonce, qop=True)
        given = request.headers.get("Authorization") or ""
        words = dict(part.strip().split("=", 1) for part in given.partition(" ")[2].split(",") if part)
        cnonce = words.get("cnonce", "").strip('"')
        right = response(challenge, self._credentials, "REGISTER", request.uri, cnonce=cnonce)
        if words.get("response", "").strip('"') == right:
            self.bindings.append(expires // 2)
            contact = f"{request.headers.get('Contact')};expires={expires // 2}"
            answer = sip.respond(request, 200, tag="r", extra=(("Contact", contact),))
        else:
            stale = ", stale=true" if given and words.get("nonce") != f'"{self.nonce}"' else ""
            asked = f'Digest realm="vaxel", nonce="{self.nonce}", algorithm=MD5, qop="auth"{stale}'
            answer = sip.respond(request, 401, tag="r", extra=(("WWW-Authenticate", asked),))
        assert self._transport is not None
        self._transport.sendto(sip.encode(answer), addr)
