"""The one place where the engine's parts learn of new numbers' folders.

Owns who has to hear of them, and what is left for people to do. Must not know files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.installation import default_number, targets
from ivr.menu.number import policy
from routing.events import ConfigurationChanged

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ivr.acquaintances import Acquaintances
    from ivr.arrivals import Arrivals
    from ivr.exchange import Exchange
    from ivr.menu.number import Number
    from ivr.mirror import FallbackMirror
    from ivr.settings import Settings


TO_DO = (
    "for whoever runs the exchange: telephones, queues or extensions have changed; Asterisk learns of them by"
    " vaxel asterisk render (docs/operation.md)"
)


class Swap:
    """Let exactly these numbers be live: `swap(numbers)`.

    `led_to` says what extensions lead to; it is changed in place.
    """

    def __init__(
        self,
        exchange: Exchange,
        arrivals: Arrivals,
        mirror: FallbackMirror,
        led_to: dict[str, str],
        forget_scripts: Callable[[], None],
        settings: Settings,
        acquaintances: Acquaintances,
    ) -> None:
        self._exchange = exchange
        self._arrivals = arrivals
        self._mirror = mirror
        self._led_to = led_to
        self._forget_scripts = forget_scripts
        self._settings = settings
        self._acquaintances = acquaintances

    def __call__(self, numbers: tuple[Number, ...]) -> tuple[str, ...]:
        """Let these numbers be live for the calls that come; return what people still have to do."""
        attendant = self._exchange.core.attendant
        before, versions = self._known_to_asterisk(), _versions(attendant.numbers)
        self._forget_scripts()
        changes: list[tuple[str, str]] = []
        for number in numbers:
            attendant.know(number)
            if versions.pop(number.id, "") != number.content_hash:
                changes.append((number.id, number.content_hash))
        changes += [(removed, "") for removed in versions]
        for to_come, (number_id, content_hash) in zip(reversed(range(len(changes))), changes, strict=True):
            self._exchange.happened(ConfigurationChanged(number_id, content_hash, more_follow=to_come > 0))
        live = tuple(attendant.numbers.values())
        self._arrivals.change(live)
        everybody = policy(live)
        self._mirror.change(everybody)
        self._acquaintances.change(everybody.queues, self._exchange.now())
        self._led_to.clear()
        self._led_to.update(targets(live))
        return () if self._known_to_asterisk() == before else (TO_DO,)

    def _known_to_asterisk(self) -> set[tuple[str, ...]]:
        """Return what Asterisk's own configuration has of the live numbers."""
        numbers = tuple(self._exchange.core.attendant.numbers.values())
        default = default_number(self._settings, numbers)
        apology = default.trouble.language, default.trouble.text, str(bool(default.trouble.recording))
        known: set[tuple[str, ...]] = {("default", default.menu.person_queue, *apology)}
        for number in numbers:
            known |= {("agent", agent) for agent in number.agents}
            known |= {("officer", officer.id, officer.extension) for officer in number.officers.values()}
            known |= {
                (
                    "queue",
                    *map(str, (queue.id, queue.extension, queue.ring_s, queue.wrap_up_s, queue.confidential)),
                )
                for queue in number.queues.values()
            }
            known |= {("called", called, number.menu.person_queue) for called in number.called}
        return known


def _versions(numbers: Mapping[str, Number]) -> dict[str, str]:
    return {number.id: number.content_hash for number in numbers.values()}
