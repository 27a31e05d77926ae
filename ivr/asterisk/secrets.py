"""Passwords and keys: made once, kept in a folder of their own, shown to nobody.

Owns the secrets' files in the state folder: one secret per file, mode 0600, in folders of mode 0700.

    secrets/ami                 Asterisk's manager interface; made here
    secrets/telephones/ID       an agent's telephone; made here
    secrets/trunks/NAME         the operator's password; put there by the administrator
    secrets/pseudonym.key       callers' numbers become pseudonyms by it; made here, in no other file

Must not know who uses a secret. A `Secret` appears in no repr, log or error text.
"""

from __future__ import annotations

import os
import re
import secrets as system_secrets
import tempfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ivr.asterisk.errors import SecretUnusableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

PASSWORD_BYTES = 18  # 144 bits of chance: 24 characters that every telephone's display can show
PSEUDONYM_KEY_BYTES = 32  # HMAC-SHA-256 gains nothing from more
MAX_SECRET = 128  # characters
# Printable ASCII without what a configuration file of Asterisk reads as its own: blanks, ; \ [ ] { } "
_FIT = re.compile(r'[^\x00-\x20\x7f-\U0010ffff;\\\[\]{}"]{1,128}')
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


@dataclass(frozen=True, slots=True)
class Secret:
    """A word that is given out by `reveal` alone."""

    _word: str = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse what cannot stand in Asterisk's configuration; the text never holds the word."""
        if not _FIT.fullmatch(self._word):
            raise SecretUnusableError(
                f"a secret of {len(self._word)} characters cannot be used: 1 to {MAX_SECRET} printable ASCII "
                'characters are expected, without blanks and without ; \\ [ ] { } "'
            )

    def reveal(self) -> str:
        """Return the word itself."""
        return self._word

    def __repr__(self) -> str:
        return "Secret(…)"


@dataclass(frozen=True, slots=True)
class Secrets:
    """All secrets that Asterisk's configuration holds."""

    ami: Secret
    telephones: Mapping[str, Secret] = field(default_factory=dict)
    trunks: Mapping[str, Secret] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SecretsFolder:
    """The folder `secrets` in an engine's state folder."""

    path: Path

    def open(self, telephones: Iterable[str] = (), trunks: Iterable[str] = ()) -> Secrets:
        """Read all secrets, making those that are ours to make.

        Raises `SecretUnusableError` for a trunk's password that the administrator has not put there.
        """
        return Secrets(
            ami=self._made("ami"),
            telephones={name: self._made("telephones", name) for name in telephones},
            trunks={name: self._given("trunks", name) for name in trunks},
        )

    def pseudonym_key(self) -> bytes:
        """Return the key by which callers' numbers become pseudonyms, made at its first use.

        Whoever has it can find out who phoned; whoever deletes it cuts all earlier calls loose.
        """
        path = self._file("pseudonym.key")
        text = _read(path) or _create(path, system_secrets.token_hex(PSEUDONYM_KEY_BYTES))
        try:
            key = bytes.fromhex(text)
        except ValueError:
            key = b""
        if len(key) != PSEUDONYM_KEY_BYTES:
            raise SecretUnusableError(
                f"{path} is not a key of {PSEUDONYM_KEY_BYTES} bytes in hexadecimal digits"
            )
        return key

    def _made(self, *names: str) -> Secret:
        path = self._file(*names)
        return _secret(path, _read(path) or _create(path, system_secrets.token_urlsafe(PASSWORD_BYTES)))

    def _given(self, *names: str) -> Secret:
        path = self._file(*names)
        if not (word := _read(path)):
            raise SecretUnusableError(
                f"the password in {path} is missing: write the operator's password there, mode 0600"
            )
        return _secret(path, word)

    def _file(self, *names: str) -> Path:
        for name in names:
            if not _NAME.fullmatch(name):
                raise SecretUnusableError(
                    f"{name[:MAX_SECRET]!r} cannot name a secret: letters, digits, '.', '_', '-'"
                )
        return self.path.joinpath(*names)


def _secret(path: Path, word: str) -> Secret:
    try:
        return Secret(word)
    except SecretUnusableError as error:
        raise SecretUnusableError(f"{path}: {error}") from None


def _read(path: Path) -> str:
    """Return what the file holds, or nothing when it is not there; take others' rights to it away."""
    try:
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)
        return path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise SecretUnusableError(f"{path} cannot be read: {type(error).__name__}") from None


def _create(path: Path, word: str) -> str:
    """Write a new secret; when another process was quicker, return that one's."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.parent.chmod(0o700)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:  # mkstemp made it 0600
                file.write(word + "\n")
            os.link(temporary, path)  # whole or not at all, and never over an older one
        finally:
            os.unlink(temporary)  # noqa: PTH108 - beside mkstemp and link, which pathlib lacks
    except FileExistsError:
        return _read(path)
    except OSError as error:
        raise SecretUnusableError(f"{path} cannot be written: {error.strerror}") from None
    return word
