"""What one Asterisk is told: ports, folders, trunks, telephones.

Owns the immutable description that the templates of `asterisk-config/` are filled from, and the
refusal of every value that could mean something else in a configuration file. Must not know how
the values were found, and starts nothing.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from ivr.asterisk.errors import FolderUnusableError, UnfitSettingError

if TYPE_CHECKING:
    from pathlib import Path

    from ivr.asterisk.secrets import Secrets
    from ivr.toolbox import Library

Transport: TypeAlias = Literal["udp", "tcp", "tls"]
TrunkKind: TypeAlias = Literal["registration", "address"]

LAST_PORT = 65_535
MAX_SOCKET_PATH = 107  # bytes of a Unix socket's path on Linux (unix(7)), without its closing zero
# Sections of pjsip.conf share one namespace: what stands there already names no telephone.
RESERVED_IDS = frozenset({"global", "system", "udp", "tcp", "tls", "general", "speech", "telephone"})
TRUNK_PREFIX = "trunk-"

# Not a plain number: whoever guesses extensions must not guess telephones.
_ID = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_USERNAME = re.compile(r"[A-Za-z0-9+][A-Za-z0-9+._-]{0,63}")
_EXTENSION = re.compile(r"[1-9][0-9]{1,5}")
_TARGET = re.compile(r"(queue|officer):[a-z][a-z0-9_-]{0,39}")
_CALLED = re.compile(r"\+?[0-9]{2,20}")
_PATH = re.compile(r"/[\w/.+@ -]{0,400}")


def _check(where: str, pattern: re.Pattern[str], value: str, expected: str) -> None:
    if not pattern.fullmatch(value):
        raise UnfitSettingError(f"{where}: found {value[:80]!r}, expected {expected}")


def _check_id(where: str, value: str) -> None:
    _check(where, _ID, value, "a small letter, then small letters, digits, '-' or '_', at most 40")
    if value in RESERVED_IDS:
        raise UnfitSettingError(f"{where}: {value!r} is Asterisk's own word; choose another")


def is_taken(telephone: str) -> bool:
    """Tell whether Asterisk's configuration uses this id for something else than a telephone."""
    return telephone in RESERVED_IDS or telephone.startswith(TRUNK_PREFIX)


def _check_host(where: str, value: str) -> None:
    _check(where, _HOST, value, "a host name or an IPv4 address")


def _check_path(where: str, value: Path) -> None:
    _check(where, _PATH, str(value), "an absolute path of letters, digits, blanks and / . + @ _ -")


def _check_port(where: str, value: int) -> None:
    if not 0 < value <= LAST_PORT:
        raise UnfitSettingError(f"{where}: found {value}, expected a port from 1 to {LAST_PORT}")


def _check_loopback(where: str, value: str) -> None:
    try:
        inside = ipaddress.IPv4Address(value).is_loopback
    except ValueError:
        inside = False
    if not inside:
        raise UnfitSettingError(
            f"{where}: found {value[:80]!r}, expected an address of this machine alone, as 127.0.0.1"
        )


@dataclass(frozen=True, slots=True)
class Folders:
    """Where Asterisk keeps what; none of them is shared with another Asterisk."""

    config: Path
    run: Path
    log: Path
    spool: Path
    state: Path

    @classmethod
    def below(cls, folder: Path) -> Folders:
        """Return the usual five below one folder."""
        return cls(*(folder / name for name in ("etc", "run", "log", "spool", "lib")))

    def __post_init__(self) -> None:
        """Refuse paths that Asterisk's files or the kernel's sockets cannot hold."""
        for path in self.all():
            _check_path("folder", path)
        socket = str(self.run / "asterisk.ctl").encode()
        if len(socket) > MAX_SOCKET_PATH:
            raise UnfitSettingError(
                f"folder {self.run}: too long by {len(socket) - MAX_SOCKET_PATH} bytes "
                "for Asterisk's socket in it; choose a shorter state folder"
            )

    def all(self) -> tuple[Path, ...]:
        """Return every folder."""
        return (self.config, self.run, self.log, self.spool, self.state)

    def make(self) -> None:
        """Make the folders that are not there; raise `FolderUnusableError` when that fails."""
        for path in (*self.all(), self.state / "agi-bin", self.state / "cache"):
            try:
                path.mkdir(parents=True, exist_ok=True, mode=0o700)
                probe = path / ".writable"
                probe.touch()
                probe.unlink()
            except OSError as error:
                raise FolderUnusableError(
                    f"Asterisk's folder {path} cannot be written: {error.strerror}"
                ) from None


@dataclass(frozen=True, slots=True)
class Telephone:
    """A SIP telephone that registers: `id` is its user name and its endpoint."""

    id: str

    def __post_init__(self) -> None:
        """Refuse an id that is a number, a word of Asterisk's, or a trunk's."""
        _check_id("telephone", self.id)
        if self.id.startswith(TRUNK_PREFIX):
            raise UnfitSettingError(f"telephone: {self.id!r} begins as a trunk does; choose another")


@dataclass(frozen=True, slots=True)
class Trunk:
    """A line to the operator: we register there, or it is known by its address.

    `match` are the hosts or networks that its calls come from; without them it is `host`. Calls from
    elsewhere are refused. `watch_s` is how often the operator is asked whether it is there; 0: never.
    """

    name: str
    kind: TrunkKind
    host: str
    port: int = 5060
    username: str = ""
    contact_user: str = ""
    transport: Transport = "udp"
    match: tuple[str, ...] = ()
    srtp: bool = False
    watch_s: int = 60

    def __post_init__(self) -> None:
        """Refuse whatever the operator's side of the configuration cannot hold."""
        where = f"trunk {self.name[:40]}"
        _check_id(where, self.name)
        _check_host(f"{where}: host", self.host)
        _check_port(f"{where}: port", self.port)
        if self.kind == "registration" or self.username:
            _check(f"{where}: username", _USERNAME, self.username, "letters, digits, '+', '.', '_' or '-'")
        if self.contact_user:
            _check(
                f"{where}: contact_user",
                _USERNAME,
                self.contact_user,
                "letters, digits, '+', '.', '_' or '-'",
            )
        for address in self.match:
            _check_host(f"{where}: match", address.partition("/")[0])
            if "/" in address:
                _check_network(f"{where}: match", address)
        if self.kind not in ("registration", "address"):
            raise UnfitSettingError(f"{where}: found kind {self.kind!r}, expected registration or address")
        if self.transport not in ("udp", "tcp", "tls"):
            raise UnfitSettingError(f"{where}: found transport {self.transport!r}, expected udp, tcp or tls")
        if self.watch_s < 0:
            raise UnfitSettingError(
                f"{where}: found watch_s {self.watch_s}, expected seconds, or 0 for never"
            )

    @property
    def endpoint(self) -> str:
        """Return the name of its sections in pjsip.conf."""
        return TRUNK_PREFIX + self.name

    @property
    def addresses(self) -> tuple[str, ...]:
        """Return where its calls may come from."""
        return self.match or (self.host,)


def _check_network(where: str, value: str) -> None:
    try:
        ipaddress.IPv4Network(value, strict=False)
    except ValueError:
        raise UnfitSettingError(
            f"{where}: found {value[:80]!r}, expected a network as 192.0.2.0/24"
        ) from None


@dataclass(frozen=True, slots=True)
class FallbackQueue:
    """A queue of Asterisk's own that takes the callers of ours with the same id while no engine answers."""

    id: str
    ring_s: float
    wrap_up_s: float
    confidential: bool

    def __post_init__(self) -> None:
        """Refuse an id that is not a plain word."""
        _check("queue", _ID, self.id, "a small letter, then small letters, digits, '-' or '_', at most 40")


@dataclass(frozen=True, slots=True)
class TlsIdentity:
    """What this exchange shows to operators over TLS, and whom it believes (PEM files)."""

    certificate: Path
    key: Path
    authorities: Path | None = None
    port: int = 5061

    def __post_init__(self) -> None:
        """Refuse paths that a configuration file cannot hold."""
        for path in (self.certificate, self.key, self.authorities):
            if path is not None:
                _check_path("tls", path)
        _check_port("tls: port", self.port)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Everything that one Asterisk's configuration is rendered from."""

    folders: Folders
    library: Library
    secrets: Secrets
    sip_host: str = "0.0.0.0"  # noqa: S104 - telephones and the operator are on the network
    sip_port: int = 5060
    rtp_first: int = 10_000
    rtp_last: int = 19_999
    agi_host: str = "127.0.0.1"
    agi_port: int = 4573
    ami_host: str = "127.0.0.1"
    ami_port: int = 5038
    ami_user: str = "vaxel"
    name: str = "vaxel"  # Asterisk's unique ids begin with it
    agents: tuple[Telephone, ...] = ()
    officers: tuple[Telephone, ...] = ()
    targets: tuple[tuple[str, str], ...] = ()  # an extension that agents dial, and what it leads to
    trunks: tuple[Trunk, ...] = ()
    softphone: Telephone | None = None  # a citizen's telephone that may register: for trying out
    tls: TlsIdentity | None = None
    apology: Path | None = None  # a prompt without its .wav, played when no engine answers
    queues: tuple[FallbackQueue, ...] = ()
    persons: tuple[tuple[str, str], ...] = ()  # a called number in one way to write it, and whom it leads to
    default_queue: str = ""  # for called numbers that are not among these
    notes: int = 5_000  # ends of calls that Asterisk remembers: a busy day's
    engine_answer_s: int = 2  # an engine that is called and says nothing for so long hangs
    engine_tries: int = 5  # calls to an engine that is away, before Asterisk's own queue
    engine_pause_s: int = 1  # music between two of them
    telephone_watch_s: int = 30  # how often a telephone is asked whether it is there; 0: never
    max_calls: int = 4_000  # channels; as many sessions as the engine takes

    def __post_init__(self) -> None:
        """Refuse what could not work or could mean something else, the first such thing by name."""
        _check_host("sip_host", self.sip_host)
        _check_loopback("agi_host", self.agi_host)
        _check_loopback("ami_host", self.ami_host)
        _check_id("ami_user", self.ami_user)
        _check_id("name", self.name)
        for where in ("sip_port", "rtp_first", "rtp_last", "agi_port", "ami_port"):
            _check_port(where, getattr(self, where))
        if self.rtp_first >= self.rtp_last:
            raise UnfitSettingError(
                f"rtp_first: found {self.rtp_first}, expected less than rtp_last {self.rtp_last}"
            )
        for where in ("notes", "engine_answer_s", "engine_tries", "engine_pause_s", "max_calls"):
            if getattr(self, where) < 1:
                raise UnfitSettingError(f"{where}: found {getattr(self, where)}, expected 1 or more")
        if self.telephone_watch_s < 0:
            raise UnfitSettingError(f"telephone_watch_s: found {self.telephone_watch_s}, expected 0 or more")
        if self.apology is not None:
            _check_path("apology", self.apology)
        self._check_names()
        self._check_fallback()

    def _check_names(self) -> None:
        seen: set[str] = set()
        for name in (
            *(telephone.id for telephone in self.telephones),
            *(trunk.endpoint for trunk in self.trunks),
        ):
            if name in seen:
                raise UnfitSettingError(
                    f"{name}: named twice among telephones and trunks; each needs a name of its own"
                )
            seen.add(name)
        for telephone in self.telephones:
            if telephone.id not in self.secrets.telephones:
                raise UnfitSettingError(f"telephone {telephone.id}: no password was read for it")
        for trunk in self.trunks:
            if trunk.kind == "registration" and trunk.name not in self.secrets.trunks:
                raise UnfitSettingError(f"trunk {trunk.name}: no password was read for it")
            if trunk.transport == "tls" and self.tls is None:
                raise UnfitSettingError(f"trunk {trunk.name}: transport tls needs a certificate and a key")

    def _check_fallback(self) -> None:
        known = {queue.id for queue in self.queues}
        for extension, target in self.targets:
            _check("extension", _EXTENSION, extension, "2 to 6 digits")
            _check("target", _TARGET, target, "queue: or officer: and an id")
        for called, queue in self.persons:
            _check("called number", _CALLED, called, "digits, with or without a plus before them")
            if queue not in known:
                raise UnfitSettingError(f"called number {called}: leads to {queue!r}, which is no queue")
        if known and self.default_queue not in known:
            raise UnfitSettingError(
                f"default_queue: found {self.default_queue!r}, expected one of the queues"
            )

    @property
    def telephones(self) -> tuple[Telephone, ...]:
        """Return every telephone that registers."""
        inside = (*self.agents, *self.officers)
        return inside if self.softphone is None else (*inside, self.softphone)

    def uses(self, transport: Transport) -> bool:
        """Return whether any trunk speaks over it."""
        return any(trunk.transport == transport for trunk in self.trunks)
