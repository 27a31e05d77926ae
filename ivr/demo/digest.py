"""Digest authentication as a SIP client needs it (RFC 2617, RFC 3261 section 22).

Owns the challenge and the answer to it: MD5, with and without `qop=auth`. Knows no sockets and keeps no
password. MD5 is what Asterisk asks for by default and what every desk telephone speaks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from hashlib import md5
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_PAIR: Final = re.compile(r'([A-Za-z0-9_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a server asks for in `WWW-Authenticate` or `Proxy-Authenticate`."""

    realm: str
    nonce: str
    opaque: str | None = None
    qop: bool = False  # whether `auth` is among the offered qualities of protection
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who authenticates; the password stays out of every repr."""

    user: str
    password: str = field(repr=False)


def read_challenge(values: Iterable[str]) -> Challenge | None:
    """Choose the first challenge that we can answer: scheme Digest, algorithm MD5 or none said."""
    for value in values:
        scheme, _, rest = value.strip().partition(" ")
        parts = {key.lower(): quoted or bare for key, quoted, bare in _PAIR.findall(rest)}
        if (
            scheme.lower() != "digest"
            or parts.get("algorithm", "MD5").upper() != "MD5"
            or "nonce" not in parts
        ):
            continue
        offered = {word.strip().lower() for word in parts.get("qop", "").split(",")}
        return Challenge(
            realm=parts.get("realm", ""),
            nonce=parts["nonce"],
            opaque=parts.get("opaque"),
            qop="auth" in offered,
            stale=parts.get("stale", "").lower() == "true",
        )
    return None


def response(
    challenge: Challenge, credentials: Credentials, method: str, uri: str, *, cnonce: str = "", count: int = 1
) -> str:
    """Compute the `response` digest: RFC 2617 section 3.2.2.1, 32 hexadecimal digits."""
    a1 = _md5(f"{credentials.user}:{challenge.realm}:{credentials.password}")
    a2 = _md5(f"{method}:{uri}")
    if challenge.qop:
        return _md5(f"{a1}:{challenge.nonce}:{count:08x}:{cnonce}:auth:{a2}")
    return _md5(f"{a1}:{challenge.nonce}:{a2}")


def authorization(
    challenge: Challenge, credentials: Credentials, method: str, uri: str, *, cnonce: str, count: int = 1
) -> str:
    """Write the value of an `Authorization` or `Proxy-Authorization` header."""
    parts = [
        f'username="{credentials.user}"',
        f'realm="{challenge.realm}"',
        f'nonce="{challenge.nonce}"',
        f'uri="{uri}"',
        f'response="{response(challenge, credentials, method, uri, cnonce=cnonce, count=count)}"',
        "algorithm=MD5",
    ]
    if challenge.opaque is not None:
        parts.append(f'opaque="{challenge.opaque}"')
    if challenge.qop:
        parts.append(f'qop=auth, nc={count:08x}, cnonce="{cnonce}"')
    return "Digest " + ", ".join(parts)


def _md5(text: str) -> str:
    return md5(text.encode("utf-8", "surrogateescape"), usedforsecurity=False).hexdigest()
