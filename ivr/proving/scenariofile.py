"""`scenarios.yaml` in a number's folder: read into scenarios, or everything that is wrong with it.

Owns the keys of the file and what they may say about this number. Must not know how a call is tried;
`ivr.proving.moments` reads the times. docs/menus.md shows the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.menu.commands import ScriptDone
from ivr.menu.model import ScriptNode
from ivr.numbers import NumberPlan
from ivr.proving.actions import ActionsError, parse_actions
from ivr.proving.moments import read_moment, read_week
from ivr.proving.scenario import ENDS, Aspect, Given, GivenCrisis, Scenario
from queues.shapes import DATE, TEXT, Shape, described, either, keyed, listed, one_of_words
from queues.yamlfile import read_file, suggestion

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from ivr.menu.number import Number
    from ivr.proving.actions import Action
    from ivr.proving.scenario import HoursWord
    from queues.yamlfile import Findings, Section, Value

MOST_SCENARIOS = 1_000  # of one number
LONGEST_NAME = 120  # characters: one line of a report
MOST_PARTS = 50

FAILED = "failed"  # what a script returns that did not get through
CALLERS = ("mobile", "landline", "withheld")
_CALLER_WORDS = "mobile, landline, withheld or a telephone number such as +46 70 174 06 05"
_HOURS_WORDS: Mapping[str, HoursWord] = {"open": "open", "closed": "closed", "emergency": "emergency"}
_ANSWERS = {"answer": True, "away": False}

_PARTS = either(TEXT, listed(TEXT, least=1))
_SAID = either(TEXT, keyed("^[a-z]{2,3}$", TEXT))
CRISIS = Shape({"text": _SAID}, {"queue": described(TEXT, "only who comes to this queue hears it")})
_CRISIS = either(TEXT, CRISIS.schema)
GIVEN = Shape(
    {},
    {
        "crisis": described(
            either(_CRISIS, listed(_CRISIS, least=1)), "a message to everybody, or to a queue"
        ),
        "hours": keyed("^.+$", one_of_words(*_HOURS_WORDS), "opening hours that somebody has overridden"),
        "free": described(listed(TEXT), "agents whose telephones are free; nobody when left out"),
        "officers": described(one_of_words(*_ANSWERS), "whether officers answer; they do when left out"),
        "script results": keyed("^.+$", TEXT, "what each script returns, or: failed"),
    },
    "what is so at that time",
)
EXPECTS = Shape(
    {},
    {
        Aspect.QUEUE.value: described(TEXT, "the queue that the caller comes to"),
        Aspect.OFFICER.value: described(TEXT, "the officer whose telephone rings"),
        Aspect.AGENT.value: described(TEXT, "the agent who is offered the caller first"),
        Aspect.ENDS.value: described(
            one_of_words(*ENDS), "what the call counts as, when the caller has hung up"
        ),
        Aspect.NODE.value: described(TEXT, "the last node of the menu"),
        Aspect.LANGUAGE.value: described(TEXT, "in which the caller is spoken to at the end"),
        Aspect.SCRIPT.value: described(TEXT, "the script that has the caller"),
    },
)
SCENARIO = Shape(
    {
        "name": TEXT,
        "at": described(TEXT, "tuesday 16:29, or 2026-12-24 10:00"),
        "expects": EXPECTS.schema,
    },
    {
        "from": described(TEXT, _CALLER_WORDS),
        "to": described(TEXT, "the called number, if not the first; also an old one"),
        "given": GIVEN.schema,
        "does": described(TEXT, "such as: press 3, wait 40 s, hang up; silence when left out"),
        "hears": described(_PARTS, "parts of what is said, in this order"),
        "does not hear": described(_PARTS, "parts of what is not said"),
    },
)
SCENARIOS = Shape(
    {"scenarios": listed(SCENARIO.schema)},
    {"week of": described(DATE, "days of the week below are days of the week of this date")},
)


def load_scenarios(path: Path, number: Number, zone: ZoneInfo, findings: Findings) -> tuple[Scenario, ...]:
    """Load a number's scenarios; those without errors are returned, all that is wrong is noted.

    `zone`: of the times in the file.
    """
    root = read_file(path, findings)
    if root is None:
        return ()
    section = root.shaped(SCENARIOS)
    week = read_week(section.get("week of"))
    lines: dict[str, int] = {}
    scenarios: list[Scenario] = []
    for item in section.items("scenarios", what="a list of scenarios", most=MOST_SCENARIOS):
        already = findings.errors
        scenario = _Reader(number, zone, week).scenario(item)
        first = lines.setdefault(scenario.name, item.line)
        if first != item.line and scenario.name:
            place = next(value for key, value in item.entries() if key.written == "name")
            place.error(f"this name stands twice; the first is on line {first}")
        if findings.errors == already and not findings.full:
            scenarios.append(scenario)
    return tuple(scenarios)


class _Reader:
    """Reads scenarios of one number."""

    def __init__(self, number: Number, zone: ZoneInfo, week: date | None) -> None:
        self._number = number
        self._zone = zone
        self._week = week

    def scenario(self, item: Value) -> Scenario:
        """Read one scenario; what is wrong is noted, and harmless values stand in its place."""
        section = item.shaped(SCENARIO)
        name, at = section.get("name"), section.get("at")
        return Scenario(
            name="" if name is None else name.text(what="a name", longest=LONGEST_NAME),
            path=item.path,
            line=item.line,
            at=0.0 if at is None else read_moment(at, self._week, self._zone),
            expects=self._expects(section),
            to=self._called(section.get("to")),
            caller=_caller(section.get("from")),
            does=_does(section.get("does")),
            given=self._given(section.get("given")),
            hears=_parts(section.get("hears")),
            does_not_hear=_parts(section.get("does not hear")),
        )

    def _called(self, value: Value | None) -> str:
        called = self._number.called
        if value is None:
            return called[0]
        telephone = NumberPlan().e164(value.text(what="a telephone number"))
        if telephone not in called:
            value.error(
                f"expected a number that leads to {self._number.id}, found {value.found};"
                f" there is: {', '.join(called)}"
            )
            return called[0]
        return telephone or called[0]

    def _expects(self, section: Section) -> dict[Aspect, str]:
        place = section.get("expects")
        if place is None:
            return {}
        if place.is_empty:
            place.expected(f"at least one of {', '.join(Aspect)}")
            return {}
        inner = place.shaped(EXPECTS)
        number = self._number
        known: Mapping[Aspect, Collection[str]] = {
            Aspect.QUEUE: number.queues,
            Aspect.OFFICER: number.officers,
            Aspect.AGENT: number.people,
            Aspect.NODE: number.menu.nodes,
            Aspect.LANGUAGE: number.menu.languages,
            Aspect.SCRIPT: self._scripts(),
        }
        expects: dict[Aspect, str] = {}
        for aspect in Aspect:
            value = inner.get(aspect)
            if value is None:
                continue
            if aspect is Aspect.ENDS:
                expects[aspect] = value.choice({word: word for word in ENDS})
            else:
                expects[aspect] = _known(value, known[aspect], aspect)
        return expects

    def _given(self, value: Value | None) -> Given:
        if value is None:
            return Given()
        section = value.shaped(GIVEN)
        crisis, officers = section.get("crisis"), section.get("officers")
        crises: tuple[Value, ...] = () if crisis is None else (crisis,)
        if crisis is not None and crisis.is_list:
            crises = crisis.items(least=1)
        hours = {
            _known(key, self._number.menu.hours, "opening hours"): inner.choice(_HOURS_WORDS)
            for key, inner in section.entries("hours", what="opening hours, such as {office: closed}")
        }
        free = section.items("free", what="a list of agents")
        scripts: dict[str, ScriptDone] = {}
        for key, inner in section.entries("script results", what="scripts, each with what it returns"):
            result = inner.text(what="a result")
            done = ScriptDone(has_failed=True) if result == FAILED else ScriptDone(result)
            scripts[_known(key, self._scripts(), "script")] = done
        return Given(
            tuple(map(self._crisis, crises)),
            hours,
            tuple(_known(agent, self._number.people, "agent") for agent in free),
            officers is None or officers.choice(_ANSWERS),
            scripts,
        )

    def _crisis(self, value: Value) -> GivenCrisis:
        languages = self._number.menu.languages
        if value.written is not None:
            return GivenCrisis({languages[0]: value.text()})
        section = value.shaped(CRISIS)
        said, queue = section.get("text"), section.get("queue")
        texts: dict[str, str] = {}
        if said is not None and said.written is not None:
            texts[languages[0]] = said.text()
        elif said is not None:
            entries = said.entries(what="a text, or one in each language")
            texts = {_known(key, languages, "language"): text.text() for key, text in entries}
        return GivenCrisis(texts, "" if queue is None else _known(queue, self._number.queues, "queue"))

    def _scripts(self) -> Collection[str]:
        nodes = self._number.menu.nodes.values()
        return {node.script for node in nodes if isinstance(node, ScriptNode)}


def _known(value: Value, known: Collection[str], what: str) -> str:
    article = "an" if what[0] in "aeiou" else "a"
    found = value.text(what=f"{article} {what}")
    if found and found not in known:
        value.error(f"unknown {what} {value.found}; {suggestion(found, known)}")
    return found


def _caller(value: Value | None) -> str:
    """Read who calls. A telephone number is a person's, even here: it is not repeated in an error."""
    if value is None:
        return CALLERS[0]
    found = value.text(what=_CALLER_WORDS)
    if found in CALLERS or not found:
        return found
    telephone = NumberPlan().e164(found)
    if telephone is None:
        value.error(f"expected {_CALLER_WORDS}, found something else")
    return telephone or ""


def _does(value: Value | None) -> tuple[Action, ...]:
    if value is None:
        return ()
    try:
        return parse_actions(value.text(what='what the caller does, such as "press 3, wait 40 s"'))
    except ActionsError as error:
        value.error(str(error))
        return ()


def _parts(value: Value | None) -> tuple[str, ...]:
    if value is None:
        return ()
    if value.written is not None:
        return (value.text(),)
    return tuple(item.text() for item in value.items(what="a list of texts", least=1, most=MOST_PARTS))
