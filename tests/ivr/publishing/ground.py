"""Small folders of menus that tests write, spoil and mend, and jobs that make candidates of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from ivr.menu.number import STOCKHOLM, Ground
from ivr.publishing.candidate import Candidate, Job, make_candidate
from ivr.settings import Settings
from tests.ivr.sounds import tone, wav_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

NOON = datetime(2026, 11, 24, 12, tzinfo=STOCKHOLM).timestamp()  # a Tuesday
TELEPHONES = {"testby": "+46 8 580 285 00", "nyby": "+46 8 580 285 01"}

NUMBER = """\
name: {name} kommun
languages: [{languages}]
called numbers: [{called}]
trouble: {trouble}
"""
MENU = """\
start: hours
person: people
nodes:
  hours: {{kind: hours, hours: office, open: people, closed: shut}}
  people: {{kind: queue, queue: {queue}, text: {greeting}}}
  shut: {{kind: goodbye, text: {bye}, counts as: out of hours}}
"""
HOURS = "hours:\n  office: {weekly: {monday-friday: 08:00-16:00}}\n"
QUEUES = (
    "queues:\n  {queue}: {{name: Vi, extension: {extension}, rings: [{{after: 0 s, ask: specialists}}]}}\n"
)
AGENTS = "agents:\n  {agent}: {{name: Någon, specialist: {{{queue}: 3}}}}\n"
SCENARIOS = """\
week of: 2026-11-23
scenarios:
  - name: Den som ringer kommer fram
    at: tuesday 10:00
    hears: {greeting}
    expects: {{queue: {queue}}}
"""


# Hums, as tests/fakes/speech.py does, without the 30 ms that Python takes to start: menus have many prompts.
HUM = 'cp "$3" "$0" && printf "%s|%s|%s\\n" "$1" "$2" "$(cat)" >> "$4"'


def speech_in(folder: Path) -> tuple[str, ...]:
    """Give a speech program that hums, and notes each text in `folder`/diary as `language|pace|text`."""
    hum = folder / "hum.wav"
    if not hum.exists():
        hum.write_bytes(wav_file(tone(440, 22_050), 22_050))
    words = ("{output}", "{language}", "{pace}", str(hum), str(folder / "diary"))
    return ("sh", "-c", HUM, *words)


def diary(folder: Path) -> list[str]:
    """List what was spoken since the last time, sorted."""
    path = folder / "diary"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    path.unlink(missing_ok=True)
    return sorted(lines)


def write_number(
    menus: Path,
    name: str = "testby",
    *,
    greeting: str = "Välkommen.",
    queue: str = "",
    agent: str = "",
    trouble: str = "Fel.",
    languages: tuple[str, ...] = ("sv",),
    scenario: str | None = None,
) -> Path:
    """Write the folder of a number; `scenario` is what its only scenario must hear."""
    folder, queue = menus / name, queue or f"{name}-people"
    folder.mkdir(parents=True, exist_ok=True)

    def said(text: str) -> str:
        return "{" + ", ".join(f"{language}: {text}" for language in languages) + "}"

    telephone, extension = TELEPHONES.get(name, "+46 8 580 285 02"), 600 + len(name)
    files = {
        "number.yaml": NUMBER.format(
            name=name, languages=", ".join(languages), called=telephone, trouble=said(trouble)
        ),
        "menu.yaml": MENU.format(queue=queue, greeting=said(greeting), bye=said("Hej då.")),
        "hours.yaml": HOURS,
        "queues.yaml": QUEUES.format(queue=queue, extension=extension),
        "agents.yaml": AGENTS.format(agent=agent or f"{name}-anna", queue=queue),
    }
    if scenario is not None:
        files["scenarios.yaml"] = SCENARIOS.format(greeting=scenario, queue=queue)
    (folder / "scenarios.yaml").unlink(missing_ok=True)
    for file, text in files.items():
        (folder / file).write_text(text, encoding="utf-8")
    return folder


def record(menus: Path, hertz: float, name: str = "testby") -> Path:
    """Record the greeting of a number as a tone."""
    path = menus / name / "recordings" / "sv" / "people" / "text.wav"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(wav_file(tone(hertz, 8000), 8000))
    return path


def spoil(menus: Path, name: str = "testby") -> None:
    """Write what no queue can be."""
    (menus / name / "queues.yaml").write_text("queues: 7\n", encoding="utf-8")


def job_in(
    folder: Path, live: Mapping[str, str] | None = None, why: str = "by hand", made_at: float = NOON
) -> Job:
    """Describe a publication of `folder`/menus, spoken by humming."""
    return Job(
        menus=folder / "menus",
        versions=folder / "versions",
        prompts=folder / "prompts",
        speech=speech_in(folder),
        ground=Ground(STOCKHOLM, None, NOON),
        why=why,
        made_at=made_at,
        live=live or {},
    )


def hashes_of(candidate: Candidate) -> dict[str, str]:
    """Return what is live once the candidate is."""
    return {number.id: number.content_hash for number in candidate.numbers}


def settings_of(folder: Path, **changes: object) -> Settings:
    """Return the settings of an installation in this folder."""
    usual = Settings(state=folder, menus=folder / "menus", speech=speech_in(folder))
    return replace(usual, **changes)  # type: ignore[arg-type]  # fields by name


def two_numbers(folder: Path) -> Path:
    """Write Testby and Nyby, both good; return the folder of menus."""
    write_number(folder / "menus", "testby", scenario="välkommen")
    write_number(folder / "menus", "nyby", scenario="välkommen")
    return folder / "menus"


def made_live(folder: Path) -> dict[str, str]:
    """Make a first candidate, and return what is live then."""
    live = hashes_of(make_candidate(job_in(folder)))
    diary(folder)
    return live
