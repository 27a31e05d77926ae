"""Two versions of one number side by side.

Owns the words for places and ways, and the comparison of texts and of ways, which nodes, old numbers and the
start have in common. Must not know the kinds of node.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ivr.menu.model import OfficerNode, QueueNode
from ivr.menu_views.difference import END, Difference, What, quoted
from ivr.menu_views.leads import day_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import tzinfo

    from ivr.menu.model import Menu, Way
    from ivr.menu.number import Number
    from ivr.menu.texts import Text


@dataclass(frozen=True, slots=True)
class Subject:
    """What leads somewhere: at the beginning of a sentence that says it is otherwise now, and within one."""

    begins: str  # "Press 3 in "welcome": now"
    within: str  # "key 3 in "welcome""


@dataclass(frozen=True, slots=True)
class Comparing:
    """The two versions. `names` has the old id of each node that has only been renamed."""

    old: Number
    new: Number
    names: Mapping[str, str]
    zone: tzinfo

    def differs(self, node: str, what: What, old: str, new: str, text: str) -> Difference:
        """Make a difference of this number."""
        return Difference(self.new.id, node, what, old, new, text)

    def old_id(self, node_id: str) -> str:
        """Return what a node of the new version was called."""
        return self.names.get(node_id, node_id)

    def texts(self, node: str, subject: str, old: Text | None, new: Text | None) -> Iterator[Difference]:
        """Compare what is said, in the languages that both versions have; the same change is told once."""
        languages = [each for each in self.new.menu.languages if each in self.old.menu.languages]
        changes: dict[tuple[str, str], list[str]] = {}
        for language in languages:
            before, after = _words(old, language), _words(new, language)
            if before != after:
                changes.setdefault((before, after), []).append(language)
        for (before, after), where in changes.items():
            text = f"{subject} says ({', '.join(where)}): {quoted(after)} (was: {quoted(before)})"
            yield self.differs(node, What.TEXT, before, after, text)

    def ways(self, node: str, subject: Subject, old: Way | None, new: Way | None) -> Iterator[Difference]:
        """Compare where something leads, now and from the days on which that changes."""
        before, after = None if old is None else old.to, None if new is None else new.to
        if before != (None if after is None else self.old_id(after)):
            was, now = self._two_places(before, after)
            yield self.differs(node, What.WAY, was, now, f"{subject.begins} leads to {now} (was: {was})")
        dated_before = {} if old is None else dict(old.changes)
        dated_after = {} if new is None else dict(new.changes)
        for since in sorted({*dated_before, *dated_after}):
            then_before, then_after = dated_before.get(since), dated_after.get(since)
            day = f"From {day_of(since, self.zone)} {subject.within} leads"
            if then_after is None:
                was = place(self.old.menu, then_before)
                yield self.differs(node, What.DATED_WAY, was, "", f"{day} where it did before (was: {was})")
            elif then_before is None:
                now = place(self.new.menu, then_after)
                yield self.differs(node, What.DATED_WAY, "", now, f"{day} to {now} (was: no change)")
            elif then_before != self.old_id(then_after):
                was, now = self._two_places(then_before, then_after)
                yield self.differs(node, What.DATED_WAY, was, now, f"{day} to {now} (was: {was})")

    def _two_places(self, before: str | None, after: str | None) -> tuple[str, str]:
        was, now = place(self.old.menu, before), place(self.new.menu, after)
        return (was, now) if was != now else (f'"{before}" ({was})', f'"{after}" ({now})')


def place(menu: Menu, node_id: str | None) -> str:
    """Name where a caller comes to: the queue, the officer, or else the node."""
    node = None if node_id is None else menu.nodes[node_id]
    match node:
        case None:
            return END
        case QueueNode(queue=queue):
            return f"queue {queue}"
        case OfficerNode(officer=officer):
            return f"officer {officer}"
        case _:
            return f'"{node_id}"'


def led(compared: Comparing, menu: Menu, way: Way | None) -> str:
    """Say where a way leads, now and later: "queue it", "queue it, from 2026-12-01 to queue permits"."""
    if way is None:
        return END
    later = (
        f", from {day_of(change.since, compared.zone)} to {place(menu, change.to)}" for change in way.changes
    )
    return place(menu, way.to) + "".join(later)


def _words(text: Text | None, language: str) -> str:
    return "" if text is None else " ".join(text.said_in(language).text.split())
