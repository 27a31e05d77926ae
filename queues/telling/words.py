"""The words for closed sets of words: why an offer failed, why somebody left a queue, how a call ended.

Owns them, and how counts of them are said. Every member has its words; a test holds that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from routing.words import Condition, MenuResult, OfferFailure, Outcome, WayOut

if TYPE_CHECKING:
    from collections.abc import Mapping

WAYS_OUT: Mapping[WayOut, str] = {
    WayOut.NOBODY_LOGGED_IN: "nobody who answers it was logged in",
    WayOut.ALL_PAUSED: "everybody who was logged in had a pause",
    WayOut.ESTIMATE: "the estimated wait was above the queue's limit",
    WayOut.PER_AGENT: "too many callers waited for each agent",
    WayOut.WAITING: "too many callers waited already",
    WayOut.WAITED: "the wait had been as long as the queue allows",
    WayOut.CLOSED: "it closed",
    WayOut.CHOSEN: "by the caller's own choice, with a key",
}

FAILURES: Mapping[OfferFailure, str] = {
    OfferFailure.NO_ANSWER: "did not answer",
    OfferFailure.BUSY: "was busy",
    OfferFailure.DECLINED: "declined",
    OfferFailure.UNREACHABLE: "could not be reached",
    OfferFailure.WITHDRAWN: "was no longer rung, by our doing",
    OfferFailure.CALLER_GONE: "was no longer rung, because the caller had gone",
}

OUTCOMES: Mapping[Outcome, str] = {
    Outcome.SELF_SERVED: "a message of the menu was the answer",
    Outcome.LEFT_IN_MENU: "the caller hung up in the menu",
    Outcome.OUT_OF_HOURS: "it was closed",
    Outcome.REFUSED: "refused",
    Outcome.INFORMED: "a crisis message was the answer",
    Outcome.CONNECTED_DIRECTLY: "connected directly",
    Outcome.LOST_IN_MENU: "lost in the menu, by us",
    Outcome.ANSWERED: "answered",
    Outcome.ABANDONED: "the caller hung up in a queue",
    Outcome.CALLBACK: "to be called back",
    Outcome.OVERFLOWED: "sent on out of a queue",
    Outcome.ENGINE_LOST: "lost while waiting, by our engine",
    Outcome.PBX_LOST: "lost while waiting, by Asterisk",
}

MENU_RESULTS: Mapping[MenuResult, str] = {
    MenuResult.MATCH: "pressed a key that leads to {leads_to}",
    MenuResult.WRONG_KEY: "pressed a key that means nothing there; went on to {leads_to}",
    MenuResult.SILENCE: "pressed nothing; went on to {leads_to}",
    MenuResult.REPEAT: "asked to hear it again",
    MenuResult.BACK: "went back to {leads_to}",
    MenuResult.TAKEN: "keyed the digits that were asked for; went on to {leads_to}",
    MenuResult.PERSON: "asked for a person; went on to {leads_to}",
    MenuResult.AWAY: "was not answered there; went on to {leads_to}",
    MenuResult.SCRIPT: "was given back by the department's script; went on to {leads_to}",
    MenuResult.SCRIPT_FAILED: "was given back by the department's script, which failed; on to {leads_to}",
}

CONDITIONS: Mapping[Condition, str] = {
    Condition.FREE: "free",
    Condition.OFFERED: "being rung",
    Condition.TALKING: "talking",
    Condition.BUSY: "on another call",
    Condition.WRAP_UP: "in wrap-up",
    Condition.COOL_DOWN: "left alone after an offer that failed",
    Condition.PAUSED: "paused",
    Condition.AWAY: "not logged in",
}

CLOSED = "closed"  # among counts: agents of rings that were not open yet, whatever they did

_SAYS_WHO = frozenset({Outcome.ABANDONED, Outcome.LEFT_IN_MENU})

ENDED_BY: Mapping[str, str] = {
    "caller": "the caller ended it",
    "agent": "the agent ended it",
    "engine": "we ended it",
    "pbx": "Asterisk ended it",
}


def counted(counts: Mapping[str, int]) -> str:
    """Say how many agents were in which condition, `counts` by its word or `CLOSED`; "" for nobody."""
    parts = [f"{counts[each]} {words}" for each, words in CONDITIONS.items() if counts.get(each)]
    if counts.get(CLOSED):
        parts.append(f"{counts[CLOSED]} of rings that were not open yet")
    return ", ".join(parts)


def came_to(outcome: Outcome, by: str) -> str:
    """Say what a call came to, and who ended it, unless that is the same."""
    words = OUTCOMES[outcome]
    return words if outcome in _SAYS_WHO and by == "caller" else f"{words}; {ENDED_BY[by]}"
