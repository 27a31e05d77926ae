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
from ivr.publishing.versions import MENUS, Versions, live_since, unreadable_file
from ivr.speaking import prepare
from queues.problems import Findings, Severity, suggestion

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
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

    Raises `VersionsError`, and `PromptError` where nothing is live yet; what is wrong in the menus themselves
    is in the candidate.
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
    unreadable = {folder.name: (line,) for folder in folders if (line := unreadable_file(folder))}
    staged = versions.stage(folder for folder in folders if folder.name not in unreadable)
    try:
        attempt = _Attempt(job, versions, staged)
        if unreadable and not attempt.put_back(unreadable):
            versions.drop(staged)
            return _nothing(unreadable)
        return attempt.candidate(progress)
    except BaseException:
        versions.drop(staged)
        raise


class _Attempt:
    """What is staged becomes a version, or the last good one of what is wrong in it, or nothing."""

    def __init__(self, job: Job, versions: Versions, staged: Path) -> None:
        self._job = job
        self._versions = versions
        self._staged = staged
        self._refused: dict[str, tuple[str, ...]] = {}
        self._warnings: list[str] = []

    def candidate(self, progress: Callable[[int, int], None] | None) -> Candidate:
        """Go on until what is staged is good; drop it when that cannot be, or nothing is new."""
        job = self._job
        while True:
            self._warnings.clear()
            numbers, proven, wrong = self._checked()
            new = [number for number in numbers if job.live.get(number.id) != number.content_hash]
            if not wrong and new:
                wrong = self._unspoken(numbers, {number.id for number in new}, progress)
            if wrong:
                if not self.put_back(wrong):
                    self._versions.drop(self._staged)
                    return _nothing(self._refused)
            elif not self._kept_of_a_renamed(numbers):
                break
        if not new and not set(job.live) - {number.id for number in numbers}:
            self._versions.drop(self._staged)
            return _nothing(self._refused)
        hashes = {number.id: number.content_hash for number in numbers}
        version = self._versions.keep(self._staged, job.made_at, job.why, hashes)
        bare, changed = tuple(_bare(number) for number in numbers), tuple(number.id for number in new)
        return Candidate(bare, changed, self._refused, tuple(self._warnings), version.id, proven)

    def put_back(self, wrong: Mapping[str, tuple[str, ...]]) -> bool:
        """Stage the live copies of what is wrong, and nothing for what is new; say whether that helps.

        It does not where what is wrong is the live copy, or there is none, or nothing would be left.
        """
        is_stuck = bool(wrong.keys() & (self._refused.keys() | self._live()))
        self._refused = {**wrong, **self._refused}
        copies: dict[str, Path | None] = {}
        for number in wrong:
            is_new = bool(self._job.live) and number not in self._job.live
            copies[number] = self._versions.folder_of(number, self._job.live.get(number, ""))
            is_stuck |= copies[number] is None and not is_new
        staged = {folder.name for folder in self._folders()}
        gone = {number for number, copy in copies.items() if copy is None}
        if is_stuck or not (staged | copies.keys()) - gone:
            return False
        for number, copy in copies.items():
            self._versions.put(self._staged, number, copy)
        return True

    def _kept_of_a_renamed(self, numbers: Sequence[Number]) -> bool:
        """Stage the live copies of folders that are gone while a new one is refused; say whether there are.

        The new folder may be an old one by another name: its number must not go out of service for a mistake.
        """
        live = self._job.live
        refused = sorted(self._refused.keys() - live.keys())
        if not refused:
            return False
        copies = {
            number: folder
            for number in live.keys() - {number.id for number in numbers}
            if (folder := self._versions.folder_of(number, live[number])) is not None
        }
        for number, folder in copies.items():
            self._versions.put(self._staged, number, folder)
            why = f"its folder is gone; it stays live while {', '.join(refused)} is refused"
            self._refused[number] = (f"{self._job.menus / number}: {why}",)
        return bool(copies)

    def _folders(self) -> list[Path]:
        return folders_below(self._staged / MENUS, Findings())

    def _live(self) -> set[str]:
        """List the numbers whose staged copy is what is live."""
        return {folder.name for folder in self._folders() if self._is_live(folder)}

    def _is_live(self, folder: Path) -> bool:
        try:
            return self._job.live.get(folder.name) == content_hash(folder)
        except OSError:
            return False  # a file is missing, which is told as every other problem

    def _checked(self) -> tuple[tuple[Number, ...], int, dict[str, tuple[str, ...]]]:
        """Load what is staged and try its scenarios: the numbers, how many scenarios, and what is wrong.

        What is live as it is comes first: of two who claim the same, the one that is new has to give way. Its
        scenarios hold nobody up; nor do those of a very first start, when there is nothing to fall back on.
        """
        findings, folders, live = Findings(), self._folders(), self._live()
        folders.sort(key=lambda each: (each.name not in live, each.name not in self._job.live, each.name))
        since = live_since(self._versions.all(), {number: self._job.live[number] for number in live})
        numbers = check_folders(folders, findings, replace(self._job.ground, live_since=since))
        numbers = tuple(sorted(numbers, key=lambda number: number.id))
        wrong = self._by_number(findings.problems)
        if wrong:
            return numbers, 0, wrong
        proof = prove(numbers, {folder.name: folder for folder in folders}, self._job.ground.zone, findings)
        wrong = self._by_number(findings.problems)
        for number, lines in self._failures(proof).items():
            if number in live or not self._job.live:
                self._warnings += (f"{line}; {number} is live all the same" for line in lines)
            else:
                wrong[number] = (*wrong.get(number, ()), *lines)
        self._warnings += self._placed(str(problem) for problem in findings.warnings)
        return numbers, proof.count, wrong

    def _unspoken(
        self, numbers: Sequence[Number], new: Collection[str], progress: Callable[[int, int], None] | None
    ) -> dict[str, tuple[str, ...]]:
        """Let everything be spoken; return which new numbers must not go live because something cannot be."""
        job = self._job
        library = PromptLibrary(job.prompts, job.speech)
        try:
            prepare(library, numbers, job.ground.at, job.standing, progress)
        except PromptError as error:
            if not job.live:
                raise type(error)(*self._placed((str(error),))) from error
        else:
            return {}
        wrong: dict[str, tuple[str, ...]] = {}
        for number in numbers:
            for standing in ({}, job.standing):  # what stands was ordered by hand, and must keep no menu back
                try:
                    prepare(library, [number], job.ground.at, standing, progress)
                except PromptError as error:
                    lines = self._placed((str(error),))
                    if number.id in new and not standing:
                        wrong[number.id] = lines
                    else:
                        self._warnings += (f"{line}; {number.id} is live all the same" for line in lines)
                    break
        return wrong

    def _by_number(self, problems: Sequence[Problem]) -> dict[str, tuple[str, ...]]:
        """Return the errors of each number's folder, as they would be told of the folder itself."""
        wrong: dict[str, tuple[str, ...]] = {}
        for problem in sorted(problems):
            if problem.severity is Severity.ERROR:
                number = problem.path.removeprefix(f"{self._staged / MENUS}/").partition("/")[0]
                wrong[number] = (*wrong.get(number, ()), *self._placed((str(problem),)))
        return wrong

    def _failures(self, proof: Proof) -> dict[str, tuple[str, ...]]:
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
                failures[number.number] = self._placed(lines)
        return failures

    def _placed(self, lines: Iterable[str]) -> tuple[str, ...]:
        """Let lines speak of the folder that people edit, not of our copy."""
        return tuple(line.replace(str(self._staged / MENUS), str(self._job.menus)) for line in lines)


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
    if not chosen and not refused:
        refused = dict.fromkeys(job.only, ("no number would be left; put a folder back first",))
    return refused or [chosen[number] for number in sorted(chosen)]


def _nothing(refused: Mapping[str, tuple[str, ...]]) -> Candidate:
    return Candidate((), (), refused, (), None, 0)


def _bare(number: Number) -> Number:
    """Return the number without the places in files that its definitions still know."""
    return replace(number, definitions=number.definitions.bare)
