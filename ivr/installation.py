"""What one installation's Asterisk is to be told: the site of these settings and these numbers.

Owns the step from settings and definitions to the description that Asterisk's configuration is rendered
from. Starts nothing.
"""

from __future__ import annotations

import sysconfig
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ivr.asterisk.site import Folders, Site, Telephone
from ivr.prompts import PromptLibrary
from ivr.toolbox import Library, MissingProgramError, find_program

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ivr.menu.number import Number
    from ivr.settings import Settings


def site_of(settings: Settings, numbers: Sequence[Number], config: Path) -> Site:
    """Return the site whose configuration lies in `config`; makes the secrets that are ours to make.

    On a machine without an Asterisk it is described for the place where Debian's package puts it.
    Raises `SecretUnusableError` and `UnfitSettingError`.
    """
    default = next((n for n in numbers if n.id == settings.default_number), numbers[0])
    apology = PromptLibrary.of(settings).sound_name(default.language, default.trouble.text)
    agents = sorted({agent for number in numbers for agent in number.agents})
    secrets = settings.secrets.open(agents, [t.name for t in settings.trunks if t.kind == "registration"])
    return Site(
        folders=replace(Folders.below(settings.state.absolute() / "asterisk"), config=config.absolute()),
        library=_library(),
        secrets=secrets,
        sip_host=settings.sip_host,
        sip_port=settings.sip_port,
        rtp_first=settings.first_audio_port,
        rtp_last=settings.last_audio_port,
        agi_host=settings.agi_host,
        agi_port=settings.agi_port,
        ami_host=settings.ami_host,
        ami_port=settings.ami_port,
        ami_user=settings.ami_user,
        agents=tuple(Telephone(agent) for agent in agents),
        trunks=settings.trunks,
        tls=settings.tls,
        apology=Path(apology),
    )


def _library() -> Library:
    try:
        return find_program("asterisk").library()
    except MissingProgramError:
        share = Path("/usr/share/asterisk")
        machine = sysconfig.get_config_var("MULTIARCH") or "x86_64-linux-gnu"
        modules = Path("/usr/lib") / str(machine) / "asterisk" / "modules"
        return Library(modules, share, share / "sounds" / "en_US_f_Allison", share / "moh")
