"""What settings and numbers mean together: the default number, and what Asterisk is to be told.

Owns the choice of the default number, and the step from settings and definitions to the description that
Asterisk's configuration is rendered from. Starts nothing.
"""

from __future__ import annotations

import sysconfig
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ivr.asterisk.site import FallbackQueue, Folders, Site, Telephone
from ivr.numbers import NumberPlan
from ivr.prompts import PromptLibrary
from ivr.toolbox import Library, MissingProgramError, find_program
from queues.problems import Findings, suggestion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ivr.menu.number import Number
    from ivr.settings import Settings


def site_of(settings: Settings, numbers: Sequence[Number], config: Path) -> Site:
    """Return the site whose configuration lies in `config`; makes the secrets that are ours to make.

    On a machine without an Asterisk it is described for the place where Debian's package puts it.
    Raises `SecretUnusableError`, `UnfitSettingError`, `SpeechCommandUnfitError`, and `ConfigurationError` for
    a default number that there is not.
    """
    default = default_number(settings, numbers)
    plan = NumberPlan(settings.region, settings.area)
    apology = PromptLibrary.of(settings).sound_name(default.trouble)
    agents = sorted({agent for number in numbers for agent in number.agents})
    officers = sorted({officer for number in numbers for officer in number.officers})
    secrets = settings.secrets.open(
        [*agents, *officers], [t.name for t in settings.trunks if t.kind == "registration"]
    )
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
        officers=tuple(Telephone(officer) for officer in officers),
        targets=tuple(targets(numbers).items()),
        trunks=settings.trunks,
        tls=settings.tls,
        apology=Path(apology),
        queues=tuple(
            FallbackQueue(queue.id, queue.ring_s, queue.wrap_up_s, queue.confidential)
            for number in numbers
            for queue in number.queues.values()
        ),
        persons=tuple(
            (way, number.menu.person_queue)
            for number in numbers
            for called in number.called
            for way in plan.written(called)
        ),
        default_queue=default.menu.person_queue,
    )


def targets(numbers: Sequence[Number]) -> dict[str, str]:
    """Return what agents may dial to hand a caller over: extension → `queue:ID` or `officer:ID`."""
    return {
        extension: target
        for number in numbers
        for extension, target in (
            *((queue.extension, f"queue:{queue.id}") for queue in number.queues.values()),
            *((officer.extension, f"officer:{officer.id}") for officer in number.officers.values()),
        )
        if extension
    }


def default_number(settings: Settings, numbers: Sequence[Number]) -> Number:
    """Return whose menu a called number comes to that no folder names, and whose apology all callers hear.

    The first one unless the settings say. Raises `ConfigurationError` when there is none of that name.
    """
    if not settings.default_number:
        return numbers[0]
    known = {number.id: number for number in numbers}
    if settings.default_number not in known:
        findings = Findings()
        found = f'default number: no folder of menus is named "{settings.default_number}"'
        findings.note(Path("vaxel.yaml"), 1, 1, f"{found}; {suggestion(settings.default_number, known)}")
        findings.check()
    return known[settings.default_number]


def _library() -> Library:
    try:
        return find_program("asterisk").library()
    except MissingProgramError:
        share = Path("/usr/share/asterisk")
        machine = sysconfig.get_config_var("MULTIARCH") or "x86_64-linux-gnu"
        modules = Path("/usr/lib") / str(machine) / "asterisk" / "modules"
        return Library(modules, share, share / "sounds" / "en_US_f_Allison", share / "moh")
