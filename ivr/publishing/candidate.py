"""One set of menus on its way to going live: checked, spoken, proven.

Owns the order of these steps and what is left as it was when one fails. Runs wherever it is called: in the
engine's own process before it answers, in a process of its own afterwards. Must not know calls.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from ivr.menu.number import check_folders, content_hash, folders_below
from ivr.prompts import PromptError, PromptLibrary
from ivr.proving.proof import prove
from ivr.proving.report import difference_line
from ivr.publishing.versions import MENUS, Versions
from ivr.speaking import prepare
from queues.definitions import Definitions
from queues.problems import Findings, Severity, suggestion

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from ivr.menu.circumstances import Standing
    from ivr.menu.number import Ground, Number
    from ivr.proving.proof import Proof
    from queues.problems import Problem


@dataclass(frozen=True, slots=True)
class Job:
    """What a candidate is made from."""

    menus: Path
    versions: Path
    prompts: Path
    speech: tuple[str, ...]
    ground: Ground
    why: str
    made_at: float  # UTC seconds
    default: str = ""  # the number without which there is no exchange
    live: Mapping[str, str] = field(default_factory=dict)  # content hash by number
    standing: Mapping[str, Standing] = field(default_factory=dict)
    only: tuple[str, ...] = ()  # numbers that may change, the others stay as they are live; none: all may


class Candidate(NamedTuple):
    """What came of it. `numbers` may go live, all together; none when nothing is new, or nothing good.

    A number that is live and not among them has no folder any more.
    """

    numbers: tuple[Number, ...]
    changed: tuple[str, ...]  # ids of those that are new or other than before
    refused: Mapping[str, tuple[str, ...]]  # number → why it stays as it was, a line each
    warnings: tuple[str, ...]
    version: int | None
    proven: int  # scenarios that passed

    @property
    def lines(self) -> tuple[str, ...]:
        """Everything that keeps a number as it was."""
        return tuple(dict.fromkeys(line for lines in self.refused.values() for line in lines))


def make_candidate(job: Job, progress: Callable[[int, int], None] | None = None) -> Candidate:
    """Make a candidate of the menus as they are now; `progress` is told of texts as they are spoken.

    Raises `VersionsError` and `PromptError`; what is wrong in the menus themselves is in the candidate.
    """
    versions, findings = Versions(job.versions), Findings()
    folders = folders_below(job.menus, findings)
    if not folders:
        return _nothing(dict.fromkeys(job.live or ("menus",), tuple(map(str, findings.problems))))
    if job.only:
        chosen = _chosen(job, versions, folders)
        if not isinstance(chosen, list):
            return _nothing(chosen)
        folders = chosen
    if job.default in job.live and job.default not in {folder.name for folder in folders}:
        why = f"{job.menus / job.default}: the folder of the default number is gone; put it back"
        return _nothing({job.default: (why,)})
    staged = versions.stage(folders)
    try:
        return _made(job, versions, staged, progress)
    except BaseException:
        versions.drop(staged)
        raise


def _made(
    job: Job, versions: Versions, staged: Path, progress: Callable[[int, int], None] | None
) -> Candidate:
    refused: dict[str, tuple[str, ...]] = {}
    while True:
        findings = Findings()
        there = folders_below(staged / MENUS, findings)
        numbers = check_folders(there, findings, job.ground)
        wrong = _by_number(staged, job, findings.problems)
        proven = 0
        if not wrong:
            folders = {number.id: staged / MENUS / number.id for number in numbers}
            proof = prove(numbers, folders, job.ground.zone, findings)
            wrong = _by_number(staged, job, findings.problems) or _failures(staged, job, proof)
            proven = proof.count
        if not wrong:
            break
        new = {number for number in wrong if number not in job.live} if job.live else set()
        before = {number: versions.folder_of(number, job.live.get(number, "")) for number in wrong}
        refused_before, refused = refused, wrong | refused
        is_stuck = any(before[each] is None and each not in new for each in wrong)
        if is_stuck or refused_before.keys() & wrong.keys() or len(new) == len(there):
            versions.drop(staged)  # nothing else to have, or what there is fails too
            return _nothing(refused)
        for number, folder in before.items():
            versions.put(staged, number, folder)
    changed = tuple(number.id for number in numbers if job.live.get(number.id) != number.content_hash)
    if not changed and not set(job.live) - {number.id for number in numbers}:
        versions.drop(staged)
        return _nothing(refused)
    try:
        prepare(PromptLibrary(job.prompts, job.speech), numbers, job.ground.at, job.standing, progress)
    except PromptError as error:
        raise type(error)(*_placed(staged, job, (str(error),))) from error
    hashes = {number.id: number.content_hash for number in numbers}
    version = versions.keep(staged, job.made_at, job.why, hashes)
    warnings = _placed(staged, job, tuple(str(problem) for problem in findings.warnings))
    bare = tuple(_bare(number) for number in numbers)
    return Candidate(bare, changed, refused, warnings, version.id, proven)


def _chosen(job: Job, versions: Versions, folders: Sequence[Path]) -> list[Path] | dict[str, tuple[str, ...]]:
    """Return the folders when only some numbers may change, or why that cannot be."""
    there = {folder.name: folder for folder in folders}
    refused: dict[str, tuple[str, ...]] = {}
    for number in job.only:
        if number not in there and number not in job.live:
            refused[number] = (f"{number}: there is no such number; {suggestion(number, there)}",)
    chosen = {number: there[number] for number in job.only if number in there}
    for number, digest in job.live.items():
        if number in job.only:
            continue
        kept = versions.folder_of(number, digest)
        if kept is not None:
            chosen[number] = kept
        elif number in there and content_hash(there[number]) == digest:
            chosen[number] = there[number]
        else:
            why = f"{number}: no copy is kept of what is live, so it cannot stay; reload every number"
            refused[number] = (why,)
    return refused or [chosen[number] for number in sorted(chosen)]


def _nothing(refused: Mapping[str, tuple[str, ...]]) -> Candidate:
    return Candidate((), (), refused, (), None, 0)


def _by_number(staged: Path, job: Job, problems: Sequence[Problem]) -> dict[str, tuple[str, ...]]:
    """Return the errors of each number's folder, as they would be told of the folder itself."""
    wrong: dict[str, tuple[str, ...]] = {}
    for problem in sorted(problems):
        if problem.severity is Severity.ERROR:
            number = problem.path.removeprefix(f"{staged / MENUS}/").partition("/")[0]
            wrong[number] = (*wrong.get(number, ()), *_placed(staged, job, (str(problem),)))
    return wrong


def _failures(staged: Path, job: Job, proof: Proof) -> dict[str, tuple[str, ...]]:
    """Return why scenarios of each number failed, a line for each."""
    failures: dict[str, tuple[str, ...]] = {}
    for number in proof.numbers:
        lines = tuple(
            f"{scenario.path}:{scenario.line}: {scenario.name}: {difference_line(difference)}"
            for tried in number.tried
            for scenario in (tried.scenario,)
            for difference in tried.differences
        )
        if lines:
            failures[number.number] = _placed(staged, job, lines)
    return failures


def _placed(staged: Path, job: Job, lines: tuple[str, ...]) -> tuple[str, ...]:
    """Let lines speak of the folder that people edit, not of our copy."""
    return tuple(line.replace(str(staged / MENUS), str(job.menus)) for line in lines)


def _bare(number: Number) -> Number:
    """Return the number without the places in files that its definitions still know."""
    known = number.definitions
    return replace(number, definitions=Definitions(known.queues, known.agents, known.officers))
