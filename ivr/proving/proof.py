"""All scenarios of some numbers, tried: whether their menus may go live.

Owns the going through of folders and scenarios. Must not know how anything is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ivr.editing.checking import folders_beside, folders_meant
from ivr.menu.lengths import estimated_s
from ivr.menu.number import SCENARIOS_FILE, check_folders, id_of
from ivr.proving.scenariofile import load_scenarios
from ivr.proving.trial import Trials
from ivr.proving.verdict import differences
from queues.problems import Findings

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from ivr.menu.number import Ground, Number
    from ivr.menu.texts import Prompt
    from ivr.proving.course import Trial
    from ivr.proving.scenario import Scenario
    from ivr.proving.verdict import Difference


@dataclass(frozen=True, slots=True)
class Tried:
    """A scenario, what came of it, and what of that was not expected."""

    scenario: Scenario
    trial: Trial
    differences: tuple[Difference, ...]

    @property
    def passed(self) -> bool:
        """Whether everything came as expected."""
        return not self.differences


@dataclass(frozen=True, slots=True)
class NumberProof:
    """What came of one number's scenarios; `path` is their file, which need not be there."""

    number: str
    path: Path
    zone: ZoneInfo
    language: str  # that callers are spoken to in first
    tried: tuple[Tried, ...] = ()
    has_file: bool = True


@dataclass(frozen=True, slots=True)
class Proof:
    """What came of all scenarios, number by number."""

    numbers: tuple[NumberProof, ...]

    @property
    def count(self) -> int:
        """How many scenarios were tried."""
        return sum(len(number.tried) for number in self.numbers)

    @property
    def failed(self) -> tuple[Tried, ...]:
        """The scenarios that did not pass."""
        return tuple(tried for number in self.numbers for tried in number.tried if not tried.passed)

    @property
    def passed(self) -> bool:
        """Whether no scenario failed; also when there was none."""
        return not self.failed


def prove(
    numbers: Iterable[Number],
    folders: Mapping[str, Path],
    zone: ZoneInfo,
    findings: Findings,
    *,
    only: Collection[str] | None = None,
    length_s: Callable[[Prompt], float] = estimated_s,
) -> Proof:
    """Try the scenarios of these numbers, each in the folder that `folders` has for its id.

    All numbers stand in each trial; `only` the scenarios of these are tried. Scenarios that cannot be read
    are noted in `findings` and not tried. `length_s`: how long a prompt lasts.
    """
    numbers = tuple(numbers)
    trials = Trials(numbers, length_s)
    proofs = [
        _prove(number, folders[number.id], trials, zone, findings)
        for number in numbers
        if only is None or number.id in only
    ]
    return Proof(tuple(proofs))


def prove_folders(paths: Iterable[Path], ground: Ground, menus: Path | None = None) -> Proof:
    """Load the numbers that these paths mean, together, and try their scenarios.

    A path is a folder of numbers, a number's folder, or a file in one, which stands for its folder; below
    `menus` a number's name will do. Raises `ConfigurationError` with all problems of all files, when any of
    them is an error.
    """
    findings = Findings()
    folders = {folder.resolve(): folder for path in paths for folder in folders_meant(path, findings, menus)}
    beside = folders_beside(folders)
    numbers = check_folders(folders.values(), findings, ground, beside)
    by_id = {id_of(folder): folder for folder in folders.values()}
    # Who serves several numbers may be defined in one beside; what is wrong there is not told.
    others = check_folders(beside, Findings(), ground, folders.values())
    proof = prove((*numbers, *others), by_id, ground.zone, findings, only=by_id)
    findings.check()
    return proof


def _prove(number: Number, folder: Path, trials: Trials, zone: ZoneInfo, findings: Findings) -> NumberProof:
    path, language = folder / SCENARIOS_FILE, number.menu.languages[0]
    if not path.exists():
        return NumberProof(number.id, path, zone, language, has_file=False)
    tried: list[Tried] = []
    for scenario in load_scenarios(path, number, zone, findings):
        trial = trials.run(number.id, scenario)
        tried.append(Tried(scenario, trial, differences(scenario, trial)))
    return NumberProof(number.id, path, zone, language, tuple(tried))
