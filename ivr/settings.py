"""The settings of one installation: one YAML file, and the environment above it.

Owns `vaxel.yaml`: where the state and the menus lie, which addresses and ports are used, which trunks
there are. What administrators edit (menus, queues, people) is not here. Secrets are not here either:
they lie in the state folder, in files of their own.
"""

from __future__ import annotations

import os
import re
import shlex
import sys
import time
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ivr.asterisk.errors import UnfitSettingError
from ivr.asterisk.secrets import SecretsFolder
from ivr.asterisk.site import TlsIdentity, Trunk
from ivr.menu.number import Ground
from ivr.prompts.speech import ESPEAK_COMMAND
from queues.yamlfile import Findings, Value, read_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ivr.asterisk.site import Transport, TrunkKind
    from queues.yamlfile import Section

_LOCAL_TIME_WORDS = "a local time such as 2026-12-24 10:00"
LOWEST_PORT, HIGHEST_PORT = 1, 65_535

_HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9.:-]{0,252}")
_NAME = re.compile(r"[a-z][a-z0-9-]{1,30}")
_REGION = re.compile(r"[A-Z]{2}")
_PORTS: Mapping[str, int] = {"udp": 5060, "tcp": 5060, "tls": 5061}  # of SIP: RFC 3261
_PORT = re.compile(r"[0-9]{1,5}")
_AREA = re.compile(r"[1-9][0-9]{0,4}")


_ROOT = Path(__file__).resolve().parent.parent


def share(name: str, root: Path = _ROOT) -> Path:
    """Return the folder `name` ("menus", "asterisk-config") of this checkout or this installation."""
    return root / name if (root / name).is_dir() else Path(sys.prefix) / "share" / "vaxel" / name


def usual_menus(root: Path = _ROOT) -> Path:
    """Return where menus lie when nobody says: in the checkout; installed, where we are, or as shipped."""
    shipped, own = share("menus", root), Path("menus").absolute()
    return own if not shipped.is_relative_to(root) and any(own.glob("*/number.yaml")) else shipped


def near(path: Path) -> Path:
    """Return the path as people would write it from where they are."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def usual_state() -> Path:
    """Return where state lies when nobody says: the system's place for root, the user's own otherwise."""
    if os.geteuid() == 0:
        return Path("/var/lib/vaxel")
    home = os.environ.get("XDG_STATE_HOME")
    return (Path(home) if home else Path.home() / ".local" / "state") / "vaxel"


@dataclass(frozen=True, slots=True)
class Settings:
    """Where one installation's engine finds everything. Ports are TCP but for SIP and audio (UDP)."""

    state: Path = field(default_factory=usual_state)
    menus: Path = field(default_factory=usual_menus)
    database: str = field(default="", repr=False)  # an SQLAlchemy URL, which may hold a password
    region: str = "SE"
    area: str = "8"
    time_zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/Stockholm"))  # of what people read
    default_number: str = ""  # the folder of menus for called numbers that no folder names
    agi_host: str = "127.0.0.1"
    agi_port: int = 4573
    ami_host: str = "127.0.0.1"
    ami_port: int = 5038
    ami_user: str = "vaxel"
    sip_host: str = "0.0.0.0"  # noqa: S104  # telephones and the operator are on the network
    sip_port: int = 5060
    first_audio_port: int = 10_000
    last_audio_port: int = 19_999
    speech: tuple[str, ...] = ()  # empty: espeak-ng, wherever it is found
    trunks: tuple[Trunk, ...] = ()
    tls: TlsIdentity | None = None
    prompt_cache: Path | None = None  # None: in the state folder
    scripts: Path | None = None  # departments' own; None: there are none
    as_if: datetime | None = None  # callers are told the hours of this moment, at the start; None: of now
    reloads: bool = False  # menus by itself, when a file has changed

    @property
    def database_url(self) -> str:
        """The call log's database."""
        return self.database or f"sqlite:///{self.state.absolute() / 'calls.sqlite'}"

    @property
    def ground(self) -> Ground:
        """What the folders of menus are read against."""
        return Ground(self.time_zone, self.scripts, self.calendar_at(time.time()))

    def calendar_at(self, at: float) -> float:
        """Return the UTC second by which an engine that starts at `at` tells opening hours."""
        if self.as_if is None:
            return at
        return self.as_if.replace(tzinfo=self.time_zone).timestamp()

    @property
    def journal(self) -> Path:
        """The journal's folder."""
        return self.state / "journal"

    @property
    def prompts(self) -> Path:
        """The folder of spoken prompts."""
        return self.prompt_cache or self.state / "prompts"

    @property
    def speech_command(self) -> tuple[str, ...]:
        """What speaks texts."""
        return self.speech or ESPEAK_COMMAND

    @property
    def versions(self) -> Path:
        """The folder of the menus that were live."""
        return self.state.absolute() / "versions"

    @property
    def standing(self) -> Path:
        """The file of crisis messages and overridden hours."""
        return self.state.absolute() / "standing.jsonl"

    @property
    def control(self) -> Path:
        """The socket at which a running engine takes orders."""
        return self.state.absolute() / "control.sock"

    @property
    def secrets(self) -> SecretsFolder:
        """The folder of secrets."""
        return SecretsFolder(self.state / "secrets")


def load_settings(path: Path | None, environment: Mapping[str, str] = os.environ) -> Settings:
    """Read settings from `path` (None: defaults only), with the environment's VAXEL_… above them.

    Raises:
        ConfigurationError: the file, or a variable, says what it may not; all problems at once.
    """
    findings = Findings()
    settings = Settings()
    if path is not None:
        root = read_file(path, findings)
        if root is not None:
            settings = _read(root, path.absolute().parent)
    settings = _environment(settings, environment, findings)
    findings.check()
    return settings


def _read(root: Value, base: Path) -> Settings:
    usual = Settings()
    top = root.section(
        optional=(
            "time zone",
            "state",
            "menus",
            "database",
            "region",
            "area",
            "default number",
            "speech",
            "agi",
            "ami",
            "sip",
            "trunks",
            "tls",
            "prompts",
            "scripts",
            "as if",
            "automatic reload",
        )
    )
    changes: dict[str, object] = {}
    folders = (("state", "state"), ("menus", "menus"), ("prompts", "prompt_cache"), ("scripts", "scripts"))
    for key, name in folders:
        if top.get(key) is not None:
            changes[name] = base / _folder(top.text(key, what="a folder"))
    changes["database"] = top.text("database", what="a database's URL")
    changes["region"] = top.text("region", usual.region, what='a country such as "SE"', pattern=_REGION)
    changes["area"] = top.text("area", usual.area, what="an area code without its zero", pattern=_AREA)
    zone = top.get("time zone")
    if zone is not None:
        changes["time_zone"] = _zone(zone)
    as_if = top.get("as if")
    if as_if is not None:
        changes["as_if"] = _local_time(as_if.written or "")
        if changes["as_if"] is None:
            as_if.expected(_LOCAL_TIME_WORDS)
    changes["reloads"] = top.boolean("automatic reload")
    changes["default_number"] = top.text("default number", what="a folder of menus", pattern=_NAME)
    speech = top.get("speech")
    if speech is not None:
        changes["speech"] = _command(speech)
    for service in ("agi", "ami", "sip"):
        value = top.get(service)
        if value is None:
            continue
        extra = {"ami": ("user",), "sip": ("first audio port", "last audio port")}.get(service, ())
        section = value.section(optional=("host", "port", *extra))
        if section.get("host") is not None:
            changes[f"{service}_host"] = section.text("host", what="a host name or address", pattern=_HOST)
        for key, name in (
            ("port", f"{service}_port"),
            *((e, e.replace(" ", "_")) for e in extra if e != "user"),
        ):
            if section.get(key) is not None:
                changes[name] = section.integer(key, least=LOWEST_PORT, most=HIGHEST_PORT)
        if section.get("user") is not None:
            changes["ami_user"] = section.text("user", what="a user's name", pattern=_NAME)
        if service == "sip":
            _check_audio_ports(section, replace(usual, **changes))  # type: ignore[arg-type]
    trunks = (_trunk(item) for item in top.items("trunks", what="a list of trunks"))
    changes["trunks"] = tuple(trunk for trunk in trunks if trunk is not None)
    tls = top.get("tls")
    if tls is not None:
        changes["tls"] = _tls(tls, base)
    return replace(usual, **changes)  # type: ignore[arg-type]  # the names above are the fields


def _check_audio_ports(section: Section, settings: Settings) -> None:
    first, last = settings.first_audio_port, settings.last_audio_port
    if last <= first:  # each leg of a call takes two
        value = section.get("last audio port") or section.get("first audio port")
        if value is not None:
            value.error(f"the last audio port {last} is not above the first, {first}")


def _folder(text: str) -> Path:
    """Return the folder, with `~` as the user's own where there is such a user."""
    try:
        return Path(text).expanduser()
    except RuntimeError:
        return Path(text)


def _command(value: Value) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(value.text(what="a command")))
    except ValueError:
        value.expected("a command whose quotes are closed")
        return ()


def _zone(value: Value) -> ZoneInfo:
    try:
        return ZoneInfo(value.text(what="a time zone such as Europe/Stockholm") or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: "Europe" is a folder of zones
        value.expected("a time zone such as Europe/Stockholm")
        return ZoneInfo("UTC")


def _local_time(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is None else None


def _trunk(value: Value) -> Trunk | None:
    section = value.section(
        required=("name", "host"),
        optional=("kind", "port", "username", "contact user", "transport", "calls from", "encrypted audio"),
    )
    kinds: Mapping[str, TrunkKind] = {"address": "address", "registration": "registration"}
    transports: Mapping[str, Transport] = {"udp": "udp", "tcp": "tcp", "tls": "tls"}
    kind, transport = section.get("kind"), section.get("transport")
    chosen: Transport = "udp" if transport is None else transport.choice(transports)
    try:
        return Trunk(
            name=section.text("name", what="a short name in small letters", pattern=_NAME),
            kind="address" if kind is None else kind.choice(kinds),
            host=section.text("host", what="a host name or address", pattern=_HOST),
            port=section.integer("port", _PORTS[chosen], least=LOWEST_PORT, most=HIGHEST_PORT),
            username=section.text("username", what="the user name at the operator"),
            contact_user=section.text("contact user", what="the user that the operator calls"),
            transport=chosen,
            match=tuple(item.text(what="a host or a network") for item in section.items("calls from")),
            srtp=section.boolean("encrypted audio"),
        )
    except UnfitSettingError as unfit:
        if section.get("name") is not None and section.get("host") is not None:  # else it is told already
            value.error(str(unfit))
        return None


def _tls(value: Value, base: Path) -> TlsIdentity | None:
    section = value.section(required=("certificate", "key"), optional=("authorities", "port"))
    authorities = section.text("authorities", what="a file")
    try:
        return TlsIdentity(
            certificate=base / section.text("certificate", what="a file"),
            key=base / section.text("key", what="a file"),
            authorities=base / authorities if authorities else None,
            port=section.integer("port", 5061, least=LOWEST_PORT, most=HIGHEST_PORT),
        )
    except UnfitSettingError as unfit:
        value.error(str(unfit))
        return None


def _environment(settings: Settings, environment: Mapping[str, str], findings: Findings) -> Settings:
    changes: dict[str, object] = {}
    for name in ("state", "menus"):
        if text := environment.get(f"VAXEL_{name.upper()}"):
            changes[name] = _folder(text)
    if text := environment.get("VAXEL_AS_IF"):
        changes["as_if"] = _local_time(text)
        if changes["as_if"] is None:
            findings.note(Path("VAXEL_AS_IF"), 1, 1, f"expected {_LOCAL_TIME_WORDS}, found {text[:20]!r}")
    if text := environment.get("VAXEL_DATABASE"):
        changes["database"] = text
    for name in ("agi_port", "ami_port", "sip_port"):
        variable = f"VAXEL_{name.upper()}"
        text = environment.get(variable, "")
        if not text:
            continue
        if _PORT.fullmatch(text) and LOWEST_PORT <= int(text) <= HIGHEST_PORT:
            changes[name] = int(text)
        else:
            findings.note(
                Path(variable),
                1,
                1,
                f"expected a port from {LOWEST_PORT} to {HIGHEST_PORT}, found {text[:20]!r}",
            )
    return replace(settings, **changes)  # type: ignore[arg-type]  # the names above are the fields
