"""Keys of a YAML file that begin too far left or right: told with numbers, and gone on with as meant.

Owns these guesses, for files that can be read and say something else than was meant; queues/yamlblanks.py
has those for files that cannot be read. The forms (queues/shapes.py) say which keys may stand where. Each
guess is one problem, at one line; what would follow from the mistake is not told then. Must not know what
any key means.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Final, TypeAlias

import yaml

from queues.problems import MAX_WORD
from queues.shapes import free_form, frees, has_keys, mark, named
from queues.yamlblanks import STEP, count
from queues.yamlkeys import TEXT, Mended, is_nothing, name_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from queues.shapes import JSON
    from queues.yamlkeys import Pair, Problem

    Forms: TypeAlias = Mapping[str, JSON]

MOST: Final = 20  # parts that stand in another, say: a file with more was made by a program
_MAPPING: Final = "tag:yaml.org,2002:map"


def placed(found: Mended, known: Forms, required: Collection[str]) -> Mended:
    """Mend a section with these keys: what belongs to one of its parts, and what of it stands in these."""
    if not found.is_block or not any(map(has_keys, known.values())):
        return found
    pairs: list[Pair] = []
    problems = list(found.problems)
    moved: dict[str, list[Pair]] = {}
    at = 0
    while at < len(found.pairs):
        key, value = found.pairs[at]
        name, at, begins = name_of(key), at + 1, at + 1
        if name in known:
            pairs.append((key, value))
            may_go_on = _is_block(value) and not mark(free_form(known[name]))  # else `_is_part` finds them
            if has_keys(known[name]) and (is_nothing(value) or may_go_on):
                at = _end_of_run(found.pairs, at, name, known)
            if at > begins and name not in moved:
                moved[name] = [*found.pairs[begins:at]]
                wanted = value.start_mark.column if may_go_on else key.start_mark.column + STEP
                problems.append(_moved(*moved[name][0], wanted, _of(key), moved[name][-1][0]))
            continue
        owner = next((each for each, form in known.items() if _is_part(name, value, form)), None)
        if owner is None:
            pairs.append((key, value))
            continue
        there = next((pair for pair in pairs if name_of(pair[0]) == owner), None)
        wanted = key.start_mark.column + STEP
        if there is not None and _is_block(there[1]):
            wanted = there[1].start_mark.column
        problems.append(_moved(key, value, wanted, f"it looks like one of the {owner}"))
        moved.setdefault(owner, []).append((key, value))
    here = {name_of(key) for key, _ in pairs}
    filled = [(key, _with(value, moved.get(name_of(key), []))) for key, value in pairs]
    for owner in moved.keys() - here:
        key = moved[owner][0][0]
        filled.append(
            (yaml.ScalarNode(TEXT, owner, key.start_mark, key.end_mark), _mapping(moved[owner], key))
        )
    return _moved_out(filled, problems, known, required)


def _end_of_run(pairs: Sequence[Pair], at: int, name: str, known: Forms) -> int:
    """Return where the keys end that seem to belong to the key before them, as a part of it."""
    form, start = known[name], at
    while at < len(pairs):
        key = name_of(pairs[at][0])
        may_be = key in named(form) or frees(form, key)
        is_few = at - start < MOST
        if key in known or not may_be or (is_few and difflib.get_close_matches(key[:MAX_WORD], known, n=1)):
            break
        at += 1
    return at


def _is_part(name: str, value: yaml.Node, form: JSON) -> bool:
    """Whether a key with this value would be right in a mapping of this form."""
    sign = mark(free_form(form))
    return bool(sign) and sign in _names(value) and frees(form, name)


def _moved_out(
    pairs: Sequence[Pair], problems: list[Problem], known: Forms, required: Collection[str]
) -> Mended:
    """Take the keys of a section out of its parts, in which they stand by mistake."""
    here = {name_of(key) for key, _ in pairs}
    result: list[Pair] = []
    for key, value in pairs:
        form = known.get(name_of(key))
        if form is None or not _is_block(value) or not has_keys(form):
            result.append((key, value))
            continue
        own: list[Pair] = []
        out: list[Pair] = []
        for inner_key, inner in value.value:
            name = name_of(inner_key)
            is_ours = (
                name in known
                and name not in here
                and name not in named(form)
                and (not frees(form, name) or name in required)
                and (is_nothing(inner) or has_keys(known[name]) == isinstance(inner, yaml.MappingNode))
            )
            (out if is_ours else own).append((inner_key, inner))
            if is_ours:
                here.add(name)
                why = f'it belongs beside "{name_of(key)}" (line {_line(key)})'
                problems.append(_moved(inner_key, inner, key.start_mark.column, why))
        result.append((key, _mapping(own, value) if out else value))
        result += out
    return Mended(result, tuple(problems), is_block=True)


def parted(found: Mended, form: JSON, noun: str) -> Mended:
    """Mend a mapping with free keys, such as nodes: what of its parts stands in none, or in another."""
    known, sign = named(form), mark(form)
    if not found.is_block or not sign:
        return found
    problems = list(found.problems)
    parts: list[Pair] = []
    wanted = found.pairs[0][0].start_mark.column if found.pairs else 0
    for key, value in _filled(found.pairs, known, sign, problems):
        ahead = [(key, value)]
        while ahead:
            part_key, part = ahead.pop()
            own, others = _separated(part, known, sign) if len(problems) < MOST else (part, [])
            parts.append((part_key, own))
            for other, inner in others:
                why = f'it looks like one of the {noun} and stands inside "{name_of(part_key)[:MAX_WORD]}"'
                if other.start_mark.column != wanted:  # else it is only what it stands in that is wrong
                    problems.append(_moved(other, inner, wanted, f"{why} (line {_line(part_key)})"))
            ahead += reversed(others)
    return Mended(parts, tuple(problems), found.is_block)


def _filled(
    pairs: Sequence[Pair], known: Collection[str], sign: str, problems: list[Problem]
) -> Sequence[Pair]:
    """Put the keys of parts that stand beside their part into it."""
    owners: list[tuple[yaml.Node, yaml.Node, list[Pair]]] = []  # and what is put into it
    for key, value in pairs:
        name = name_of(key)
        if owners and name in known and sign not in _names(value):
            _, part, inner = owners[-1]
            if is_nothing(part) or (_is_block(part) and name not in _names(part)):
                inner.append((key, value))
                continue
        owners.append((key, value, []))
    for owner, part, inner in owners:
        if inner:
            wanted = part.start_mark.column if _is_block(part) else owner.start_mark.column + STEP
            problems.append(_moved(*inner[0], wanted, _of(owner), inner[-1][0]))
    return [(owner, _with(part, inner)) for owner, part, inner in owners]


def _separated(part: yaml.Node, known: Collection[str], sign: str) -> tuple[yaml.Node, Sequence[Pair]]:
    """Return a part without those in it that would be parts of their own, and these."""
    if not _is_block(part):
        return part, []
    twice = _twice(part.value)
    others: list[Pair] = []
    own: list[Pair] = []
    for at, (key, value) in enumerate(part.value):
        if name_of(key) in known or not isinstance(key, yaml.ScalarNode):
            own.append((key, value))
        elif is_nothing(value) and twice[at]:
            others.append((key, _mapping(part.value[at + 1 :], key)))  # they are its lines
            break
        else:
            (others if sign in _names(value) else own).append((key, value))
    return (_mapping(own, part) if others else part), others


def _twice(pairs: Sequence[Pair]) -> Sequence[bool]:
    """Return of each place whether a key stands both before and after it."""
    last = {name_of(key): at for at, (key, _) in enumerate(pairs)}
    result: list[bool] = []
    furthest = 0
    for at, (key, _) in enumerate(pairs):
        result.append(furthest > at)
        furthest = max(furthest, last[name_of(key)])
    return result


def _moved(key: yaml.Node, value: yaml.Node, wanted: int, why: str, last: yaml.Node | None = None) -> Problem:
    """Say that a line is to begin elsewhere; and with it those down to the `last`."""
    found = key.start_mark.column
    also = _its_lines(key, value, wanted)
    if last is not None and last is not key:
        also = f" before each of the lines {_line(key)} to {_line(last)}"
    remedy = f"{'add' if wanted > found else 'remove'} {abs(wanted - found)}{also}"
    return key, f"expected {count(wanted)} before this line, because {why}, found {count(found)}; {remedy}"


def _its_lines(key: yaml.Node, value: yaml.Node, wanted: int) -> str:
    """Say that the lines below it are to be moved too, unless they are right already."""
    if not _is_block(value) or value.start_mark.column == wanted + STEP or _line(value) == _line(key):
        return ""
    return " before it and before each of its lines"


def _of(owner: yaml.Node) -> str:
    return f'it belongs to "{name_of(owner)[:MAX_WORD]}" (line {_line(owner)})'


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _names(value: yaml.Node) -> Collection[str]:
    return {name_of(key) for key, _ in value.value} if isinstance(value, yaml.MappingNode) else ()


def _is_block(value: yaml.Node) -> bool:
    return isinstance(value, yaml.MappingNode) and not value.flow_style and bool(value.value)


def _with(value: yaml.Node, more: Sequence[Pair]) -> yaml.Node:
    """Return a mapping, or nothing, with more pairs."""
    if not more:
        return value
    return _mapping([*(value.value if isinstance(value, yaml.MappingNode) else ()), *more], more[0][0])


def _mapping(pairs: Sequence[Pair], place: yaml.Node) -> yaml.MappingNode:
    """Return a mapping of these pairs; without any it stands at that place."""
    begin, end = (pairs[0][0], pairs[-1][1]) if pairs else (place, place)
    return yaml.MappingNode(_MAPPING, list(pairs), begin.start_mark, end.end_mark, flow_style=False)
