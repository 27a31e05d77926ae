"""Keys of a YAML file that a missing blank or missing quotes have made: told, and gone on with as meant.

Owns these guesses; queues/yamlplaces.py has those about the blanks before a line. Each is one problem, at one
place; what would follow from the mistake is not told then. Must not know what any key means.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

import yaml

from queues.problems import MAX_WORD
from queues.yamlnodes import NULL_TAG

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

Pair: TypeAlias = tuple[yaml.Node, yaml.Node]
Problem: TypeAlias = tuple[yaml.Node, str]

_NO_BLANK: Final = re.compile(r"([^:{}\[\]]+):(\S.*)", re.DOTALL)
TEXT: Final = "tag:yaml.org,2002:str"


class Mended(NamedTuple):
    """The pairs of a mapping as they were probably meant, and what is wrong with them, each at its key."""

    pairs: Sequence[Pair]
    problems: tuple[Problem, ...] = ()
    is_block: bool = False  # each key begins a line


def is_nothing(node: yaml.Node) -> bool:
    """Whether no value stands there."""
    return isinstance(node, yaml.ScalarNode) and node.tag == NULL_TAG and not node.style  # no quotes


def signed(node: yaml.MappingNode, known: Collection[str]) -> Mended:
    """Mend colons without a blank, and texts that a comma in braces has cut."""
    pairs: list[Pair] = []
    problems: list[Problem] = []
    pieces: dict[int, list[str]] = {}  # of the texts that commas have cut, by the place of their pair
    for key, value in node.value:
        name = name_of(key)
        glued = None if name in known or not _is_plain(key) else _NO_BLANK.fullmatch(name)
        cut = pairs[-1] if pairs and node.flow_style and name not in known else None
        if glued is not None and (is_nothing(value) or glued[2][0] in "{["):
            meant = f"{glued[1]}: {glued[2] if is_nothing(value) else '…'}"
            problems.append((key, f'expected a blank after the colon: "{_shown(meant)}"'))
            if is_nothing(value):
                pairs.append((_scalar(key, glued[1]), _scalar(key, glued[2])))
        elif cut is not None and _is_plain(cut[1]) and _is_plain(key) and _is_unwritten(key, value):
            pieces.setdefault(len(pairs) - 1, [cut[1].value]).append(name)
        else:
            pairs.append((key, value))
    for at, texts in pieces.items():
        key, value = pairs[at]
        text = " ".join(", ".join(texts).split())
        pairs[at] = (key, _scalar(value, text))
        problems.append((key, f'a text with a comma needs quotes: "{_shown(text)}"'))
    return Mended(pairs if problems else node.value, tuple(problems), not node.flow_style)


def _is_plain(node: yaml.Node) -> bool:
    """Whether a text stands there without quotes."""
    return isinstance(node, yaml.ScalarNode) and not node.style and not is_nothing(node)


def _is_unwritten(key: yaml.Node, value: yaml.Node) -> bool:
    """Whether a key stands there without a colon."""
    return is_nothing(value) and bool(value.start_mark.index == key.end_mark.index)


def name_of(key: yaml.Node) -> str:
    """Return a key as it is compared with the known ones; nothing when it is no word."""
    return " ".join(key.value.split()) if isinstance(key, yaml.ScalarNode) else ""


def _shown(text: str) -> str:
    return text if len(text) <= 2 * MAX_WORD else f"{text[: 2 * MAX_WORD]}…"


def _scalar(like: yaml.Node, value: str) -> yaml.ScalarNode:
    return yaml.ScalarNode(TEXT, value, like.start_mark, like.end_mark)
