"""A changed file of queues or people, as a policy of all numbers.

Owns which number a file belongs to, and what stands beside it: the rest is as it was live last in the
journal. Must not know what the policy is held against.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ivr.replaying.errors import UnfitPolicyError
from queues.definitions import check_guests, load_definitions, merge
from queues.problems import ConfigurationError, Findings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ivr.menu.number import Number
    from queues.definitions import Definitions
    from routing.policy import Policy

NAMES = ("queues.yaml", "agents.yaml")  # by their first key, whatever the file is called
_FIRST_KEY = re.compile(rb"^(queues|agents)\s*:", re.MULTILINE)


class Changed(NamedTuple):
    """A policy, and whose files made it what it is."""

    policy: Policy
    numbers: tuple[str, ...]
    gone: tuple[str, ...] = ()  # numbers that are no more: a folder of all has none of theirs


def changed_policy(
    path: Path, latest: Mapping[str, tuple[Number, Path]], number: str | None = None
) -> Changed:
    """Return the policy of all numbers with this file, this number's folder, or these folders in it.

    `latest` are the numbers as they were last, with their folders; `number` says whose a file is. Raises
    `UnfitPolicyError`, and `ConfigurationError` for what is wrong in the files.
    """
    definitions = {name: each.definitions.bare for name, (each, _) in latest.items()}
    found = _files(path, latest, number)
    findings, places = Findings(), dict[str, Path]()
    for name, files in found.items():
        definitions[name] = _definitions(name, files, latest[name][1], findings, places)
    if path.is_dir() and not _files_in(path):
        definitions = {name: definitions[name] for name in found}  # all numbers: what is not there is gone
    gone = tuple(sorted(latest.keys() - definitions.keys()))
    ordered = [definitions[name] for name in sorted(definitions)]
    policy = merge(ordered)
    check_guests(ordered, {})
    try:
        findings.check()
    except ConfigurationError as error:
        problems = (each._replace(path=str(places.get(each.path, each.path))) for each in error.problems)
        raise ConfigurationError(problems) from error
    return Changed(policy, tuple(sorted(found)), gone)


def _files(
    path: Path, latest: Mapping[str, tuple[Number, Path]], number: str | None
) -> dict[str, dict[str, Path]]:
    """Return for each number the files that are changed, by the names that they should have."""
    if path.is_dir():
        if files := _files_in(path):
            return {_whose(path, latest, number): files}
        found = {each: files for each in latest if (files := _files_in(path / each))}
        if not found:
            raise UnfitPolicyError(
                f"{path}: expected {' or '.join(NAMES)}, or folders of the numbers {', '.join(latest)};"
                " found neither"
            )
        return found
    try:
        key = _FIRST_KEY.search(path.read_bytes())
    except OSError as error:
        raise UnfitPolicyError(f"{path}: cannot be read: {error.strerror or 'unknown reason'}") from error
    if key is None:
        raise UnfitPolicyError(f"{path}: expected a file that begins with `queues:` or `agents:`")
    return {_whose(path.absolute().parent, latest, number): {f"{key[1].decode()}.yaml": path}}


def _files_in(folder: Path) -> dict[str, Path]:
    return {name: folder / name for name in NAMES if (folder / name).is_file()}


def _whose(folder: Path, latest: Mapping[str, tuple[Number, Path]], number: str | None) -> str:
    known = ", ".join(latest)
    if number is not None:
        if number not in latest:
            raise UnfitPolicyError(f"{number}: there is no such number in the journal; there is: {known}")
        return number
    if folder.name in latest:
        return folder.name
    if len(latest) > 1:
        raise UnfitPolicyError(f"{folder}: whose is it? Say --number with one of {known}")
    return next(iter(latest))


def _definitions(
    number: str, files: Mapping[str, Path], beside: Path, findings: Findings, places: dict[str, Path]
) -> Definitions:
    """Read a number's queues and people: what is not changed as it lies in the folder `beside`.

    `places` is told where the files truly lie that problems speak of.
    """
    with tempfile.TemporaryDirectory(prefix="vaxel-policy-") as made:
        folder = Path(made) / number
        folder.mkdir()
        for name, source in {**{each.name: each for each in beside.glob("*.yaml")}, **files}.items():
            shutil.copyfile(source, folder / name)
            places[str(folder / name)] = source
        return load_definitions(folder, findings, None, number)
