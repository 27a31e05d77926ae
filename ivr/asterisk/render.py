"""Asterisk's configuration, from a `Site` and the templates of `asterisk-config/`.

Owns the filling of the templates, the lists of modules and events that they print, and how the
files are written. Must not know where a site comes from, and starts nothing.

The patterns of `ivr.asterisk.site` are the first fence; here stands the second: no printed value
may hold a character that ends a line, begins a comment or opens a section.
"""

from __future__ import annotations

import os
import re
import sysconfig
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2

from ivr.asterisk.errors import FolderUnusableError, UnfitSettingError

if TYPE_CHECKING:
    from ivr.asterisk.site import Site

# What a call needs and nothing more, in the order of loading. Each group says why it is there.
MODULES: tuple[str, ...] = (
    "res_timing_timerfd",  # the clock of music and time-outs
    *("pbx_config", "app_dial", "app_stack", "app_exec", "app_playback", "app_userevent"),  # the dialplan
    *("func_callerid", "func_channel", "func_cut", "func_db", "func_logic", "func_strings", "func_timeout"),
    "app_queue",  # the fallback
    *("bridge_simple", "bridge_native_rtp", "bridge_softmix", "bridge_holding", "bridge_builtin_features"),
    *("codec_alaw", "codec_ulaw", "format_pcm", "format_sln", "format_wav"),
    *("res_musiconhold", "res_speech", "res_agi", "res_manager_devicestate"),
    "app_senddtmf",  # AMI's PlayDTMF, by which tests press keys
    *("res_pjproject", "res_sorcery_config", "res_sorcery_memory", "res_sorcery_astdb", "res_rtp_asterisk"),
    *("res_pjsip", "res_pjsip_session", "res_pjsip_sdp_rtp", "res_pjsip_caller_id", "res_pjsip_nat"),
    *("res_pjsip_authenticator_digest", "res_pjsip_outbound_authenticator_digest"),
    *("res_pjsip_endpoint_identifier_user", "res_pjsip_endpoint_identifier_ip"),
    *("res_pjsip_registrar", "res_pjsip_outbound_registration"),
    *("res_pjsip_dtmf_info", "res_pjsip_dlg_options", "res_pjsip_diversion", "res_pjsip_rfc3326"),
    *("res_pjsip_pubsub", "chan_pjsip", "res_pjsip_refer"),
)
SRTP_MODULE = "res_srtp"  # only when a trunk asks for it

# What the engine hears of AMI: what `ivr.translator` reads and no more, for each event wakes the engine.
EVENTS: tuple[str, ...] = (
    *("FullyBooted", "Hangup", "DeviceStateChange", "UserEvent"),
    *("DialBegin", "DialEnd", "BridgeEnter", "BridgeLeave", "BlindTransfer", "AttendedTransfer"),
)

SECRET_FILES = frozenset({"pjsip.conf", "manager.conf"})
# Files that Asterisk looks for and that have nothing to say.
EMPTY_FILES: tuple[str, ...] = (*("acl.conf", "ccss.conf", "pjproject.conf", "stasis.conf", "udptl.conf"),)

_UNFIT = re.compile(r"[\x00-\x1f\x7f;\[\]{}\\\"]")


def render(site: Site) -> dict[str, str]:
    """Return every configuration file of that site: name → text.

    Raises `UnfitSettingError` for a value that may not stand in such a file.
    """
    # Not HTML: nothing is escaped, everything is checked.
    environment = jinja2.Environment(  # noqa: S701
        loader=jinja2.FileSystemLoader(templates_folder()),
        undefined=jinja2.StrictUndefined,
        finalize=_checked,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    modules = (*MODULES, SRTP_MODULE) if any(trunk.srtp for trunk in site.trunks) else MODULES
    files = {
        name.removesuffix(".j2"): environment.get_template(name).render(
            site=site, modules=modules, events=EVENTS
        )
        for name in sorted(environment.list_templates(extensions=["j2"]))
    }
    return files | dict.fromkeys(EMPTY_FILES, "")


def write(site: Site, out_dir: Path) -> tuple[Path, ...]:
    """Write every configuration file into `out_dir`, each whole or not at all.

    Files that hold secrets can be read by their owner alone. Raises `UnfitSettingError` and
    `FolderUnusableError`.
    """
    files = render(site)
    try:
        out_dir.mkdir(parents=True, exist_ok=True)
        return tuple(_put(out_dir / name, text) for name, text in files.items())
    except OSError as error:
        raise FolderUnusableError(
            f"the configuration cannot be written to {out_dir}: {error.strerror}"
        ) from None


def templates_folder() -> Path:
    """Return where the templates are: in the checkout, or where the wheel put them."""
    here = Path(__file__).resolve().parents[2]
    places = (here / "asterisk-config", Path(sysconfig.get_path("data")) / "share/vaxel/asterisk-config")
    for place in places:
        if (place / "asterisk.conf.j2").is_file():
            return place
    raise FolderUnusableError(
        f"the templates of asterisk-config are in none of {', '.join(map(str, places))}"
    )


def _checked(value: Any) -> Any:
    if _UNFIT.search(str(value)):
        raise UnfitSettingError(
            "a value holds a character that may not stand in Asterisk's configuration: "
            "a line's end, a control character or one of ; [ ] { } \\ \""
        )
    return value


def _put(path: Path, text: str) -> Path:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    with os.fdopen(handle, "w", encoding="utf-8") as file:  # mkstemp made it 0600
        file.write(text)
    if path.name not in SECRET_FILES:
        Path(temporary).chmod(0o644)
    return Path(temporary).replace(path)
