"""Show how good spoken waiting times were: as text for a terminal, and as dictionaries for JSON.

Owns the words and the layout. Each figure stands with its formula's name, numerator, denominator and what was
left out. Knows no database.
"""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Any, NamedTuple

from queues.calllog.readings import of_all_queues
from queues.times import iso

if TYPE_CHECKING:
    from collections.abc import Sequence

    from queues.calllog.readings import EstimateQuality

ALL_QUEUES = "all queues"
NOTHING = "-"

_TRUE_WAITS = "true waits"
_COVERED = "in the range told"
_SIGNED = frozenset({"estimate bias", "relative estimate bias"})

_ENDS = {
    "left": "hung up",
    "sent_on": "sent on",
    "moved": "to another queue",
    "lost": "lost",
    "still_open": "still waiting",
}

_NOTES = """\
Counted are estimates: a caller who was told three times counts with all three, each from when it was told.
Bias: above 0, callers waited longer than the middle of the range that they were told.
Left out of bias and coverage: estimates after which no answer ended the wait.
"""


class Figure(NamedTuple):
    """One figure; `value` is None where the denominator is 0."""

    name: str  # of the formula
    value: float | None
    unit: str  # "s", or "" for a share
    numerator: float
    of: str  # what the numerator is
    denominator: float
    by: str  # what the denominator is


def figures(quality: EstimateQuality) -> tuple[Figure, ...]:
    """List the figures of one queue."""
    longer_s, waited_s, answered = quality.waited_s - quality.told_s, quality.waited_s, quality.answered
    longer = "true waits - middles told"
    return (
        Figure("estimate bias", quality.bias_s, "s", longer_s, longer, answered, "answered"),
        Figure("relative estimate bias", quality.relative_bias, "", longer_s, longer, waited_s, _TRUE_WAITS),
        Figure("estimate coverage", quality.coverage, "", quality.covered, _COVERED, answered, "answered"),
    )


def left_out(quality: EstimateQuality) -> dict[str, int]:
    """Return how many estimates were left out of the figures, by how the wait ended."""
    return {
        "left": quality.left,
        "sent_on": quality.sent_on,
        "moved": quality.moved,
        "lost": quality.lost,
        "still_open": quality.still_open,
    }


def quality_text(
    qualities: Sequence[EstimateQuality], *, since: float | None = None, zone: tzinfo = UTC
) -> str:
    """Render the figures of each queue, and of several together."""
    when = "" if since is None else f" since {datetime.fromtimestamp(since, zone):%Y-%m-%d %H:%M %Z}"
    if not qualities:
        return f"no waiting time has been told{when or ' yet'}\n"
    blocks = [f"Waiting times that callers were told{when}\n"]
    blocks += ["".join(f"{line}\n" for line in _block(each)) for each in _with_all(qualities)]
    return "\n".join((*blocks, _NOTES))


def quality_json(qualities: Sequence[EstimateQuality], *, since: float | None = None) -> dict[str, Any]:
    """Return the figures for JSON; the last of several is of all queues, and its `queue` is null."""
    return {
        "since": None if since is None else iso(since, "seconds"),
        "queues": [
            {
                "queue": None if place == len(qualities) else each.queue,
                "spoken": each.spoken,
                "answered": each.answered,
                "left_out": {"all": each.censored, **left_out(each)},
                "figures": [_figure_json(figure) for figure in figures(each)],
            }
            for place, each in enumerate(_with_all(qualities))
        ],
    }


def _with_all(qualities: Sequence[EstimateQuality]) -> tuple[EstimateQuality, ...]:
    joined = (of_all_queues(qualities, ALL_QUEUES),) if len(qualities) > 1 else ()
    return (*qualities, *joined)


def _block(quality: EstimateQuality) -> list[str]:
    parts = ", ".join(f"{count} {_ENDS[word]}" for word, count in left_out(quality).items())
    return [
        quality.queue,
        _line("spoken", str(quality.spoken), ""),
        _line("answered", str(quality.answered), f"of {quality.spoken} spoken"),
        _line("left out", str(quality.censored), parts),
        *(_line(figure.name, _value(figure), _fraction(figure)) for figure in figures(quality)),
    ]


def _line(name: str, value: str, how: str) -> str:
    return f"  {name:<22}  {value:>9}  {how}".rstrip()


def _value(figure: Figure) -> str:
    if figure.value is None:
        return NOTHING
    sign = "+" if figure.name in _SIGNED else ""
    return f"{figure.value:{sign}.1f} s" if figure.unit == "s" else f"{100 * figure.value:{sign}.1f} %"


def _fraction(figure: Figure) -> str:
    return f"{_part(figure.numerator, figure.of)} ÷ {_part(figure.denominator, figure.by)}"


def _part(number: float, what: str) -> str:
    """Say a count, or seconds."""
    return f"{number} {what}" if isinstance(number, int) else f"{number:.1f} s ({what})"


def _figure_json(figure: Figure) -> dict[str, Any]:
    return {
        "formula": figure.name,
        "value": None if figure.value is None else round(figure.value, 6),
        "unit": figure.unit or None,
        "numerator": round(figure.numerator, 3),
        "numerator_is": figure.of,
        "denominator": round(figure.denominator, 3),
        "denominator_is": figure.by,
    }
