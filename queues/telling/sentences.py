"""One event as one sentence.

Owns the sentences. Events come as the call log keeps them: the kind's name, and its fields but for those that
are as usual. Keyed digits and callers' numbers are in no sentence. Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from queues.telling.words import ENDED_BY, FAILURES, MENU_RESULTS, WAYS_OUT, came_to
from routing.words import MenuResult, OfferFailure, Outcome, WayOut

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Detail = Mapping[str, Any]

LATER_S = 5.0  # a place that counts from so long before is worth a word: menus say where they lead


def sentence(event: str, detail: Detail, who: str = "the caller", at: float | None = None) -> str:
    """Say what happened, without a full stop; `who` is the caller, `at` the event's time in UTC seconds.

    What is told by another event, as that a key was pressed, is said all the same: whoever tells a story may
    leave it out (`TOLD_ELSEWHERE`).
    """
    say = _SENTENCES.get(event)
    text = f"{_spaced(event)} ({who})" if say is None else say(detail, who, at)
    begins_with_id = text.partition(" ")[0] in detail.values()
    return text if begins_with_id or who != "the caller" else text[:1].upper() + text[1:]


def duration(seconds: float) -> str:
    """Say how long: `45 s`, `2:05 min`, `1:04:10 h`."""
    whole = round(seconds)
    minutes, rest = divmod(whole, 60)
    hours, of_hour = divmod(minutes, 60)
    if hours:
        return f"{hours}:{of_hour:02}:{rest:02} h"
    return f"{minutes}:{rest:02} min" if minutes else f"{whole} s"


def told(detail: Detail, most_position: int | None = None) -> str:
    """Say what a `WaitTold` told: the place, and the minutes that were still to wait.

    `most_position`: the last place that the queue told then; who stood behind it heard that more wait.
    None: not known.
    """
    parts = []
    if position := detail["position"]:
        or_later = " or later" if most_position is not None and position > most_position else ""
        parts.append(f"place {position}{or_later}")
    least_s, most_s = detail.get("least_s"), detail.get("most_s")
    if least_s is not None and most_s is not None:
        first = f"{least_s / 60:g} to" if least_s else "less than"
        parts.append(f"{first} {most_s / 60:g} min still to wait")
    return ", ".join(parts) or "only which keys there are"


TOLD_ELSEWHERE = frozenset(
    {"DigitPressed", "SecretKeyed", "SilenceElapsed", "PromptEnded", "ScriptEnded", "CallerHungUp"}
)
"""Events of which a later one says what came of them."""


def _spaced(event: str) -> str:
    """`CallerQueued` as "caller queued"."""
    return "".join(f" {sign.lower()}" if sign.isupper() else sign for sign in event).strip()


def _arrived(detail: Detail, who: str, _: float | None) -> str:
    group = f", of the group {detail['group']}" if detail.get("group") else ""
    return f"{who} phoned{group}"


def _menu_answered(detail: Detail, who: str, _: float | None) -> str:
    words = MENU_RESULTS[MenuResult(detail["result"])].format(leads_to=detail["leads_to"])
    return f"{who} {words} (at {detail['node']})"


def _queued(detail: Detail, who: str, at: float | None) -> str:
    waited_s = 0.0 if at is None else at - detail["since"]
    place = f", in the place of {duration(waited_s)} before" if waited_s >= LATER_S else ""
    points = f", with {detail['points']:g} points of the caller's kind" if detail.get("points") else ""
    return f"{who} began to wait in the queue {detail['queue']}{place}{points}"


def _told(detail: Detail, who: str, _: float | None) -> str:
    return f"{who} was told: {told(detail)}"


def _turned_away(detail: Detail, who: str, _: float | None) -> str:
    why = WAYS_OUT[WayOut(detail["way_out"])]
    return f"{who} was not let into the queue {detail['queue']}: {why}; went on to {detail['leads_to']}"


def _sent_on(detail: Detail, who: str, _: float | None) -> str:
    why = WAYS_OUT[WayOut(detail["way_out"])]
    return f"{who} left the queue {detail['queue']}: {why}; went on to {detail['leads_to']}"


def _offered(detail: Detail, who: str, _: float | None) -> str:
    for_whom = "" if who == "the caller" else f" for {who}"
    waited = f"after {duration(detail['waited_s'])} of waiting in {detail['queue']}"
    return f"{detail['agent']} was rung{for_whom}, {waited}, for up to {duration(detail['ring_s'])}"


def _offer_failed(detail: Detail, who: str, _: float | None) -> str:
    return f"{detail['agent']} {FAILURES[OfferFailure(detail['cause'])]}; {who} kept the place"


def _withdrawn(detail: Detail, who: str, _: float | None) -> str:
    why = "the telephone could no longer be reached"
    why = why if detail["cause"] == OfferFailure.UNREACHABLE else "it was taken back"
    return f"we stopped ringing {detail['agent']} for {who}: {why}"


def _talk_ended(detail: Detail, who: str, _: float | None) -> str:
    return f"{who} and {detail['agent']} were no longer connected: {ENDED_BY[detail['by']]}"


def _transferred(detail: Detail, who: str, _: float | None) -> str:
    whom = f"the {detail['kind']} {detail['target']}"
    how = "having spoken with them first" if detail["manner"] == "attended" else "at once"
    return f"{detail['by']} handed {who} over to {whom}, {how}"


def _officer_called(detail: Detail, who: str, _: float | None) -> str:
    for_whom = "" if who == "the caller" else f" for {who}"
    led = f", where the menu leads at {detail['node']}" if detail.get("node") else ""
    return f"{detail['officer']} was rung{for_whom}, for up to {duration(detail['ring_s'])}{led}"


def _ended(detail: Detail, who: str, _: float | None) -> str:
    of = "the call" if who == "the caller" else f"the call of {who}"
    return f"{of} was over: {came_to(Outcome(detail['outcome']), detail['by'])}"


def _plain(words: str) -> Callable[[Detail, str, float | None], str]:
    """Return a sentence of these words, in which {who} and the event's fields stand."""
    return lambda detail, who, _: words.format(who=who, **detail)


_SENTENCES: dict[str, Callable[[Detail, str, float | None], str]] = {
    "CallArrived": _arrived,
    "PromptPlayed": _plain("{who} was played {node}"),
    "DigitPressed": _plain("{who} pressed keys"),
    "SecretKeyed": _plain("{who} keyed digits that are kept nowhere"),
    "SilenceElapsed": _plain("{who} pressed nothing"),
    "PromptEnded": _plain("{who} heard the message to its end"),
    "ScriptEnded": _plain("the department's script gave {who} back"),
    "MenuAnswered": _menu_answered,
    "LanguageChosen": _plain("{who} chose the language {language}"),
    "PatienceChosen": _plain("{who} asked for more time at the menus"),
    "CallerInformed": _plain("{who} was told the crisis message {crisis}"),
    "ScriptStarted": _plain("the department's script {script} took {who} over (at {node})"),
    "CallerTurnedAway": _turned_away,
    "PlaceRegained": _plain("{who} had been cut off, and got the old place in {queue} back"),
    "CallerQueued": _queued,
    "WaitTold": _told,
    "ChoiceOffered": _plain("{who} pressed a key in the queue {queue}, and was asked to confirm it"),
    "CallerSentOn": _sent_on,
    "AgentOffered": _offered,
    "AgentAutoPaused": lambda detail, _, __: f"{detail['agent']} was paused by us",
    "OfferWithdrawn": _withdrawn,
    "OfferAnswered": _plain("{agent} answered"),
    "OfferFailed": _offer_failed,
    "TalkEnded": _talk_ended,
    "ConsultBegan": _plain("{agent} called the {kind} {target} meanwhile, about {who}"),
    "ConsultEnded": _plain("{agent} ended that other call, and kept {who}"),
    "CallTransferred": _transferred,
    "OfficerCalled": _officer_called,
    "OfficerAnswered": _plain("{officer} answered"),
    "OfficerFailed": _plain("{officer} did not take {who}, who went back"),
    "CallerReturned": _plain("{who} came back to us"),
    "CallerFellBack": _plain("no engine answered: Asterisk's own queue {queue} took {who}"),
    "FallbackAnswered": _plain("{agent} answered, by Asterisk's own queue {queue}"),
    "ContactCarried": _plain("our engine was started anew, and went on with {who}"),
    "GhostRemoved": _plain("Asterisk no longer had the {what} that we believed in, about {who}"),
    "CallerHungUp": _plain("the line of {who} was closed"),
    "CallerLost": lambda detail, who, _: (
        f"{who} was cut off, by {'our engine' if detail['by'] == 'engine' else 'Asterisk'}"
    ),
    "CallEnded": _ended,
    "AgentStateChanged": lambda detail, _, __: f"the telephone of {detail['agent']} was {detail['state']}",
    "AgentPaused": lambda detail, _, __: f"{detail['agent']} paused",
    "AgentResumed": lambda detail, _, __: f"{detail['agent']} took calls again",
    "TimerFired": lambda *_: "a time came that was waited for",
    "EngineStarted": lambda *_: "the engine was started",
    "EngineStopping": lambda *_: "the engine was told to end",
    "ConfigurationChanged": lambda detail, _, __: (
        f"the menus, queues and people of {detail['number']} went live"
    ),
    "RestorationEnded": lambda *_: "who waited before the start was back, or given up",
}
