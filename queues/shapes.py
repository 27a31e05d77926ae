"""Which keys a part of a file has: one table for the reader and for the JSON Schema that editors use.

Owns the form of such a table, and the forms that many files share. Must not know any file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

JSON: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shape:
    """The keys of a mapping, each with the form of its value, as JSON Schema has it."""

    required: Mapping[str, JSON]
    optional: Mapping[str, JSON] = field(default_factory=dict)
    about: str = ""

    @property
    def schema(self) -> JSON:
        """Return it as JSON Schema."""
        schema: JSON = {
            "type": "object",
            "properties": {**self.required, **self.optional},
            "required": list(self.required),
            "additionalProperties": False,
        }
        return {"description": self.about, **schema} if self.about else schema


def described(form: JSON, about: str) -> JSON:
    """Return the form with what an editor shows beside it."""
    return {**form, "description": about}


def one_of_words(*words: str) -> JSON:
    """Return the form of one of these words."""
    return {"enum": list(words)}


def listed(form: JSON, *, least: int = 0) -> JSON:
    """Return the form of a list of this."""
    return {"type": "array", "items": form, "minItems": least}


def keyed(pattern: str, form: JSON, about: str = "") -> JSON:
    """Return the form of a mapping with free keys."""
    schema: JSON = {"type": "object", "patternProperties": {pattern: form}, "additionalProperties": False}
    return {"description": about, **schema} if about else schema


def whole(least: int, most: int) -> JSON:
    """Return the form of a whole number between the two; in quotes it is one too, as the reader takes it."""
    return {"type": ["integer", "string"], "minimum": least, "maximum": most, "pattern": "^[0-9]+$"}


def either(*forms: JSON) -> JSON:
    """Return the form of any of these."""
    return {"anyOf": list(forms)}


TEXT: JSON = {"type": ["string", "number", "boolean"]}  # YAML makes these of some
YES_NO: JSON = {"enum": [True, False, "yes", "no", "true", "false", "Yes", "No", "YES", "NO"]}
TIME: JSON = {"type": "string", "pattern": r"^[0-9]{1,7}(\.[0-9]{1,3})? ?(ms|s|min|h)$"}
DATE: JSON = {"type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
EXTENSION: JSON = {"type": ["string", "integer"]}
DECIMAL: JSON = {"type": ["number", "string"], "minimum": 0, "pattern": r"^[0-9]{1,4}(\.[0-9]{1,2})?$"}
ID_KEY = "^[a-z][a-z0-9-]{1,30}$"
ANY: JSON = {}

SPOKEN_IN = "spoken in"
SAID = described(
    either(TEXT, keyed("^[a-z]{2,3}$", TEXT), {
        "type": "object",
        "properties": {SPOKEN_IN: TEXT, "text": TEXT},
        "required": [SPOKEN_IN, "text"],
        "additionalProperties": False,
    }),
    "what is said: one text, or one in each of the number's languages (sv: …, en: …)",
)  # fmt: skip
CHANGE = Shape({"from": described(DATE, "from this day on"), "to": TEXT})
WAY = described(
    either(TEXT, listed(either(TEXT, CHANGE.schema), least=1)),
    "the node that follows; or a list: the node, then {from: 2026-12-01, to: another}",
)


def free_form(form: JSON) -> JSON:
    """Return the form of what stands at the free keys of a mapping of this form; ANY when it has none."""
    for each in _forms(form):
        for inner in each.get("patternProperties", ANY).values():
            return dict(inner) or ANY
    return ANY


def frees(form: JSON, key: str) -> bool:
    """Whether `key` may be a free key of a mapping of this form."""
    patterns = [pattern for each in _forms(form) for pattern in each.get("patternProperties", ANY)]
    return any(re.search(pattern, key) is not None for pattern in patterns)


def named(form: JSON) -> frozenset[str]:
    """Return the keys with a name that a mapping of this form may have."""
    return frozenset(key for each in _forms(form) for key in each.get("properties", ANY))


def mark(form: JSON) -> str:
    """Return the key that shows a mapping to be of this form: the first that it has to have; else nothing."""
    return next((key for each in _forms(form) for key in each.get("required", ())), "")


def has_keys(form: JSON) -> bool:
    """Whether a mapping may be of this form."""
    return any(each.get("type") == "object" for each in _forms(form))


def _forms(form: JSON) -> Iterator[JSON]:
    """Give the forms of which it is any."""
    yield form
    for each in (*form.get("anyOf", ()), *form.get("oneOf", ())):
        yield from _forms(each)
