"""The language that administrators write menus in: which kinds of node there are, and the keys of each.

Owns these tables, for the loader and for the JSON Schema. docs/menus.md shows each part. Must not know what a
kind does with its keys.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.menu.wording import PACE
from queues.shapes import (
    EXTENSION,
    ID_KEY,
    SAID,
    TEXT,
    TIME,
    WAY,
    YES_NO,
    Shape,
    described,
    either,
    keyed,
    one_of_words,
    whole,
)
from routing.events import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from queues.shapes import JSON

MAX_COUNT = 5  # wrong keys or silences before it leads on: nobody tries a sixth time
MOST_DIGITS = 20  # an IBAN has more, a telephone nobody's patience

OUTCOMES: Mapping[str, Outcome] = {
    "self-served": Outcome.SELF_SERVED,
    "out of hours": Outcome.OUT_OF_HOURS,
    "refused": Outcome.REFUSED,
}
_COUNTS_AS = described(one_of_words(*OUTCOMES), "what a call counts as that ends here")
_WAIT = described(TIME, "for a key, after everything was said; 5 s when left out")

RETRY = Shape({}, {"text": SAID, "count": whole(1, MAX_COUNT), "to": WAY})
_RETRIES: Mapping[str, JSON] = {
    "wrong key": described(RETRY.schema, "what follows a key that is no option"),
    "silence": described(RETRY.schema, "what follows when nothing is pressed"),
}

OPTION = Shape({"to": WAY}, {"text": SAID, "unsaid": described(YES_NO, "the key works without being said")})
OPTION_KEY = "^(0|[1-9][0-9]{0,2})$"
_OPTIONS = keyed(OPTION_KEY, OPTION.schema, "each key with its text and where it leads")

LENGTH = either(whole(1, MOST_DIGITS), {"type": "string"})

KINDS: Mapping[str, Shape] = {
    "menu": Shape(
        {"greeting": SAID, "options": _OPTIONS},
        {
            "short greeting": SAID,
            "wait": _WAIT,
            "next key": described(TIME, "for one more key, where 1 and 12 are both options; 2 s"),
            "pace": PACE,
            **_RETRIES,
            "accepted_because": described(TEXT, "why there are more than six options"),
        },
        "the caller presses a key",
    ),
    "message": Shape({"text": SAID}, {"then": WAY, "pace": PACE}, "the menu itself answers"),
    "queue": Shape({"queue": TEXT}, {"text": SAID}, "the caller waits for a person"),
    "officer": Shape(
        {"officer": TEXT}, {"text": SAID, "away": WAY}, "the caller is connected with one telephone"
    ),
    "extension": Shape(
        {"extension": EXTENSION},
        {"text": SAID, "away": WAY},
        "the caller comes to whom this extension reaches",
    ),
    "hours": Shape({"hours": TEXT, "open": WAY}, {"closed": WAY}, "leads on by opening hours"),
    "language": Shape({"language": TEXT, "then": WAY}, {}, "from here on in another language"),
    "patience": Shape({"then": WAY}, {"text": SAID}, "from here on with all the time that is needed"),
    "digits": Shape(
        {"text": SAID, "length": described(LENGTH, "how many digits: 10, or 4-8 ended by #")},
        {
            "then": WAY,
            "dials": described(YES_NO, "the digits are an extension"),
            "read back": described(YES_NO, "the digits are said again and confirmed"),
            "secret": described(YES_NO, "the digits are kept nowhere"),
            "wait": _WAIT,
            "pace": PACE,
            **_RETRIES,
        },
        "the caller keys a number",
    ),
    "script": Shape(
        {"script": described(TEXT, "module:function"), "then": WAY},
        {"text": SAID, "failed": WAY, "results": keyed("^.+$", WAY, "where each result leads")},
        "a department's own script has the caller",
    ),
    "goodbye": Shape({"text": SAID}, {"counts as": _COUNTS_AS}, "the call ends with a text"),
    "hang up": Shape({}, {"counts as": _COUNTS_AS}, "the call ends"),
}

MENU = Shape(
    {
        "start": described(WAY, "the node that every call begins at"),
        "person": described(TEXT, "the node of kind queue for those who do not get on"),
        "nodes": keyed(
            ID_KEY,
            {
                "oneOf": [
                    Shape({"kind": {"const": kind}, **shape.required}, shape.optional, shape.about).schema
                    for kind, shape in KINDS.items()
                ]
            },
        ),
    }
)
