"""What the journal tells about contacts that were open as the engine ended.

Owns the fold from an earlier run's events to the `ContactCarried` with which a new run begins, fitted to
the present configuration: a queue or a number that is no more sends the caller where a new one would go.
Pure. Must not know files, channels or what becomes of the contacts afterwards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from queues.waiting.keptplaces import KEPT_S
from routing.events import (
    AgentAutoPaused,
    AgentOffered,
    AgentPaused,
    AgentResumed,
    AsteriskConnected,
    CallArrived,
    CallEnded,
    CallerFellBack,
    CallerHungUp,
    CallerInformed,
    CallerLost,
    CallerQueued,
    CallerReturned,
    CallerSentOn,
    CallerTurnedAway,
    CallTransferred,
    ClockStepped,
    ContactCarried,
    EngineStarted,
    FallbackAnswered,
    LanguageChosen,
    OfferAnswered,
    OfferFailed,
    OfficerAnswered,
    OfficerCalled,
    OfficerFailed,
    Outcome,
    PatienceChosen,
    PlaceKept,
    PlaceRegained,
    PromptPlayed,
    ScriptStarted,
    TalkEnded,
    WayOut,
    true_time,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ivr.menu.number import Number
    from routing.events import Event, Recorded
    from routing.policy import Policy


class Restored(NamedTuple):
    """What an earlier run leaves behind."""

    contacts: tuple[ContactCarried, ...]  # in the order they arrived
    places: tuple[PlaceKept, ...]  # of callers who were cut off, whatever time has passed since
    ended: frozenset[str]  # contacts that were closed
    paused: tuple[str, ...]  # agents
    asterisk_run: str  # the run of Asterisk that it knew last; empty: none
    until: float | None  # UTC second of its last event; None: there was no earlier run


def restore(events: Iterable[Recorded]) -> Restored:
    """Fold the events since the last good start of an engine."""
    contacts: dict[str, ContactCarried] = {}
    ended: set[str] = set()
    paused: dict[str, None] = {}
    places: dict[str, PlaceKept] = {}
    back: set[str] = set()  # contacts who have had their place back
    run, until = "", None
    by_s = 0.0  # the machine's clock, against the engine's own, which the next one will not share
    for _, at, event in events:
        until = at
        match event:
            case AgentPaused(agent) | AgentAutoPaused(agent):
                paused[agent] = None
            case AgentResumed(agent):
                paused.pop(agent, None)
            case AsteriskConnected():
                run = event.run
            case EngineStarted():
                run = event.asterisk_run or run
                contacts = {case: _moved(contact, by_s) for case, contact in contacts.items()}
                places = {caller: _kept(place, by_s) for caller, place in places.items()}
                by_s = 0.0
            case ClockStepped():
                by_s += event.by_s
            case CallArrived(contact, channel, number):
                contacts[contact] = ContactCarried(
                    *(
                        contact,
                        channel,
                        number,
                        "menu",
                        None,
                        None,
                        true_time(at, event),
                        None,
                        None,
                        "caller",
                    ),
                    caller=event.caller,
                    group=event.group,
                )
            case PlaceKept(caller):
                places[caller] = event
            case PlaceRegained(contact):
                back.add(contact)
                if (known := contacts.get(contact)) is not None:
                    places.pop(known.caller or "", None)
            case ContactCarried(contact):
                contacts[contact] = event
            case CallEnded(contact):
                known = contacts.pop(contact, None)
                ended.add(contact)
                if (
                    known is not None
                    and contact not in back
                    and (place := _lost_place(known, true_time(at, event))) is not None
                ):
                    places[place.caller] = place
            case _:
                known = contacts.get(getattr(event, "contact", ""))
                if known is not None:
                    contacts[known.contact] = _follow(known, at, event)
    open_ = tuple(_moved(contact, by_s) for contact in contacts.values())
    kept = tuple(_kept(place, by_s) for place in places.values())
    until = None if until is None else until + by_s
    return Restored(open_, kept, frozenset(ended), tuple(paused), run, until)


def _lost_place(known: ContactCarried, at: float) -> PlaceKept | None:
    """Return the place that a caller has lost whose call ended in a queue, at `at`."""
    is_there = known.stage in {"waiting", "offered", "fallback"} and not known.answered
    if not is_there or known.caller is None or known.queue is None or known.since is None:
        return None
    return PlaceKept(known.caller, known.queue, known.since, at + KEPT_S)


def _kept(place: PlaceKept, by_s: float) -> PlaceKept:
    return place._replace(since=place.since + by_s, until=place.until + by_s) if by_s else place


def _moved(contact: ContactCarried, by_s: float) -> ContactCarried:
    """Return the contact with its times so much later."""
    if not by_s:
        return contact
    since, met_at = contact.since, contact.met_at
    return contact._replace(
        since=None if since is None else since + by_s, met_at=None if met_at is None else met_at + by_s
    )


def _follow(known: ContactCarried, at: float, event: Event) -> ContactCarried:
    match event:
        case PromptPlayed(_, node):
            return known._replace(node=node, since=_began(known, at))
        case LanguageChosen(_, language):
            return known._replace(language=language)
        case PatienceChosen():
            return known._replace(is_patient=True)
        case CallerInformed():
            return known._replace(is_informed=True)
        case OfficerCalled(_, officer):
            return known._replace(stage="handed", agent=officer, node=event.node or known.node)
        case ScriptStarted(_, node):
            return known._replace(node=node, since=_began(known, at))
        case CallerTurnedAway(_, _, way, node) | CallerSentOn(_, _, way, node):
            return known._replace(
                stage="menu",
                node=node,
                queue=None,
                since=_began(known, at),
                agent=None,
                outcome=_left(known, way),
            )
        case OfficerFailed() if known.queue is None:
            return known._replace(stage="menu", agent=None)
        case CallerQueued(_, queue, since, points):
            return known._replace(
                stage="waiting",
                queue=queue,
                since=since,
                agent=None,
                points=points,
                outcome=_so_far(known),
            )
        case AgentOffered(_, agent):
            return known._replace(stage="offered", agent=agent)
        case OfferFailed():
            return known._replace(stage="waiting", agent=None)
        case CallerReturned() if known.stage == "offered":
            return known._replace(stage="waiting", agent=None)
        case CallerFellBack(_, queue):
            outcome = _so_far(known)
            if known.queue is None:
                first = known.since if _has_left(known) else None
                known = known._replace(queue=queue, since=event.waits_since(at) if first is None else first)
            return known._replace(stage="fallback", agent=None, outcome=outcome, ended_by="caller")
        case OfferAnswered(_, agent) | FallbackAnswered(_, _, agent) | OfficerAnswered(_, agent):
            outcome = known.outcome if _has_left(known) else None
            met_at = true_time(at, event)
            return known._replace(stage="talking", agent=agent, answered=True, met_at=met_at, outcome=outcome)
        case CallTransferred(target=target):
            outcome = _so_far(known)
            known = known._replace(outcome=known.outcome if _has_left(known) else None, ended_by="caller")
            if event.answered:
                return known._replace(stage="talking", agent=target, met_at=true_time(at, event))
            if event.kind == "officer":
                return known._replace(stage="handed", agent=target)
            # That they wait there may not have come to the journal.
            return known._replace(stage="waiting", queue=target, agent=None, outcome=outcome)
        case TalkEnded(_, _, by):
            return known._replace(stage="leaving", outcome=_helped(known), ended_by=by)
        # The engine died before it wrote the contact's end: the agent may be with somebody else by now.
        case CallerHungUp() | CallerLost() if known.stage == "talking":
            by = event.by if isinstance(event, CallerLost) else "caller"
            return known._replace(stage="leaving", outcome=_helped(known), ended_by=by)
        case CallerHungUp() | CallerLost() if known.stage == "offered":
            return known._replace(stage="waiting", agent=None)
        case _:
            return known


def _helped(known: ContactCarried) -> Outcome:
    if _has_left(known) and known.outcome is not None:
        return known.outcome
    return Outcome.CONNECTED_DIRECTLY if known.queue is None else Outcome.ANSWERED


def _left(known: ContactCarried, way: WayOut) -> Outcome:
    """Return what it counts as so far that somebody has left a queue: `outcome`, while they have no other."""
    if known.answered:
        return _so_far(known) or _helped(known)
    return Outcome.ABANDONED if way is WayOut.CHOSEN else Outcome.OVERFLOWED


def _so_far(known: ContactCarried) -> Outcome | None:
    """Return what it counts as that somebody has met a person, where no queue gave them one."""
    if not known.answered or known.outcome is Outcome.ANSWERED:
        return None
    return _helped(known) if known.queue is None else known.outcome


def _has_left(known: ContactCarried) -> bool:
    return known.queue is None and known.outcome not in {None, Outcome.CONNECTED_DIRECTLY}


def _began(known: ContactCarried, at: float) -> float:
    """Return when the waiting of who has waited began; of anybody else, when this was said."""
    has_waited = known.queue is not None or _has_left(known)
    return known.since if has_waited and known.since is not None else at


def fit(
    contact: ContactCarried, numbers: Mapping[str, Number], default: Number, policy: Policy
) -> ContactCarried:
    """Return the contact with nothing in it that the present configuration does not know."""
    number = numbers.get(contact.number, default)
    if contact.queue is not None and contact.queue not in policy.queues:
        contact = contact._replace(queue=number.menu.person_queue)
    return contact._replace(number=number.id)
