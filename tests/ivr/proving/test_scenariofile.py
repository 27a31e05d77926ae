"""scenarios.yaml is read whole, and everything that is wrong with it is told with its place."""

# ruff: noqa: E501  # messages stand here as whole lines, as people see them

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import jsonschema
import pytest
import yaml

from ivr.menu.commands import ScriptDone
from ivr.menu.number import STOCKHOLM
from ivr.proving.actions import HangUp, Press, Wait
from ivr.proving.scenario import Aspect, Given, GivenCrisis, Scenario
from ivr.proving.scenariofile import SCENARIOS, load_scenarios
from queues.problems import Findings
from tests.ivr.proving.testby import CALLED, REPLACED, the_number

if TYPE_CHECKING:
    from pathlib import Path

FULL = """\
week of: 2026-11-25
scenarios:
  - name: Allt på en gång
    at: Tuesday 16:29
    from: 070-174 06 05
    to: 08-580 100 00
    given:
      crisis:
        - Vattnet är borta.
        - {text: {en: School is closed.}, queue: school}
      hours: {office: emergency}
      free: [anna, gun]
      officers: away
      script results: {"parking:main": failed}
    does: press 3, wait 40 s, hang up
    hears: [Välkommen, "Skola, tryck 1"]
    does not hear: Holm
    expects: {queue: school, officer: holm, agent: anna, ends: abandoned, node: top, language: sv, script: "parking:main"}
  - {name: Det minsta, at: 2026-12-24 10:00:30, expects: {ends: out of hours}}
"""


def read(tmp_path: Path, text: str) -> tuple[tuple[Scenario, ...], list[str]]:
    path = tmp_path / "scenarios.yaml"
    path.write_text(text, encoding="utf-8")
    findings = Findings()
    scenarios = load_scenarios(path, the_number(), STOCKHOLM, findings)
    return scenarios, [str(problem).removeprefix(f"{path}:") for problem in sorted(findings.problems)]


def one(keys: str, week: str = "") -> str:
    """Write a file with one scenario, its keys on line 3 and on; what is left out is harmless."""
    whole = {"name": "A", "at": "2026-11-24 10:00", "expects": "{queue: school}"}
    lines = keys.splitlines()
    given = {line.partition(":")[0] for line in lines if not line.startswith(" ")}
    lines += [f"{key}: {value}" for key, value in whole.items() if key not in given]
    return "\n".join(
        [week, "scenarios:", *(f"  {'- ' if not i else '  '}{line}" for i, line in enumerate(lines))]
    )


def test_every_key_is_read(tmp_path: Path) -> None:
    (full, least), problems = read(tmp_path, FULL)
    assert problems == []
    assert full == Scenario(
        name="Allt på en gång",
        path=tmp_path / "scenarios.yaml",
        line=3,
        at=datetime(2026, 11, 24, 15, 29, tzinfo=UTC).timestamp(),
        expects={
            Aspect.QUEUE: "school",
            Aspect.OFFICER: "holm",
            Aspect.AGENT: "anna",
            Aspect.ENDS: "abandoned",
            Aspect.NODE: "top",
            Aspect.LANGUAGE: "sv",
            Aspect.SCRIPT: "parking:main",
        },
        to=REPLACED,
        caller="+46701740605",
        does=(Press("3"), Wait(40.0), HangUp()),
        given=Given(
            (GivenCrisis({"sv": "Vattnet är borta."}), GivenCrisis({"en": "School is closed."}, "school")),
            {"office": "emergency"},
            ("anna", "gun"),
            officers_answer=False,
            scripts={"parking:main": ScriptDone(has_failed=True)},
        ),
        hears=("Välkommen", "Skola, tryck 1"),
        does_not_hear=("Holm",),
    )
    assert (least.to, least.caller, least.does, least.given) == (CALLED, "mobile", (), Given())
    assert least.at == datetime(2026, 12, 24, 9, 0, 30, tzinfo=UTC).timestamp()


def test_a_caller_s_number_is_in_no_repr(tmp_path: Path) -> None:
    (full, _), _ = read(tmp_path, FULL)
    assert "70174" not in repr(full)


def test_a_time_that_exists_twice_is_the_first_of_the_two(tmp_path: Path) -> None:
    (scenario,), _ = read(tmp_path, one("at: 2026-10-25 02:30"))
    assert scenario.at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["1:1: error: expected keys with values, found an empty file"]),
        ("week of: 2026-11-23\n", ['1:1: error: the key "scenarios" is missing']),
        (one("nam: B"), ['3:5: error: scenarios[1].nam: unknown key; did you mean "name"?']),
        (one("name: ''"), ['3:11: error: scenarios[1].name: expected a name, found ""']),
        (one("expects: {}"), ["3:14: error: scenarios[1].expects: expected at least one of queue, officer, agent, ends, node, language, script, found no keys at all"]),
        (one("expects:"), ["3:13: error: scenarios[1].expects: expected at least one of queue, officer, agent, ends, node, language, script, found nothing"]),
        (one("expects: school"), ['3:14: error: scenarios[1].expects: expected keys with values (queue:, officer:, agent:, ends:, node:, language:, script:), found "school"']),
        (one("expects: {quue: school}"), ['3:15: error: scenarios[1].expects.quue: unknown key; did you mean "queue"?']),
        (one("expects: {queue: schol}"), ['3:22: error: scenarios[1].expects.queue: unknown queue "schol"; did you mean "school"?']),
        (one("expects: {officer: anna}"), ['3:24: error: scenarios[1].expects.officer: unknown officer "anna"; there is: holm']),
        (one("expects: {agent: ann}"), ['3:22: error: scenarios[1].expects.agent: unknown agent "ann"; did you mean "anna"?']),
        (one("expects: {node: tops}"), ['3:21: error: scenarios[1].expects.node: unknown node "tops"; did you mean "top"?']),
        (one("expects: {language: fi}"), ['3:25: error: scenarios[1].expects.language: unknown language "fi"; there is: en, sv']),
        (one('expects: {script: "park:main"}'), ['3:23: error: scenarios[1].expects.script: unknown script "park:main"; did you mean "parking:main"?']),
        (one("expects: {ends: self served}"), ['3:21: error: scenarios[1].expects.ends: expected one of "self-served", "left in menu", "out of hours", "refused", "informed", "connected directly", "answered", "abandoned", found "self served"; did you mean "self-served"?']),
        (one("at: tisdag 10:00", "week of: 2026-11-23"), ['3:9: error: scenarios[1].at: expected a day and a time such as tuesday 16:29 or 2026-12-24 10:00, found "tisdag 10:00"; did you mean "tuesday"?']),
        (one("at: tuesday 10:00"), ['3:9: error: scenarios[1].at: expected a date, or the key "week of" at the top of the file, which says of which week']),
        (one("at: tuesday", "week of: 2026-11-23"), ['3:9: error: scenarios[1].at: expected a day and a time such as tuesday 16:29 or 2026-12-24 10:00, found "tuesday"']),
        (one("at: 2026-02-30 10:00"), ['3:9: error: scenarios[1].at: expected a date that exists, found "2026-02-30 10:00"']),
        (one("at: 2026-03-29 02:30"), ['3:9: error: scenarios[1].at: expected a time that exists, found "2026-03-29 02:30"; the clocks go forward over it that night']),
        (one("name: A", "week of: 2026-13-01"), ['1:10: error: week of: expected a date that exists, found "2026-13-01"']),
        (one("name: A", "week of: monday"), ['1:10: error: week of: expected a date such as 2026-11-23, found "monday"']),
        (one("from: 12"), ["3:11: error: scenarios[1].from: expected mobile, landline, withheld or a telephone number such as +46 70 174 06 05, found something else"]),
        (one("to: +46 8 123 456"), ['3:9: error: scenarios[1].to: expected a number that leads to testby, found "+46 8 123 456"; there is: +46858028500, +46858010000']),
        (one("does: press #"), ['3:11: error: scenarios[1].does: expected keys such as 9 or 1234#, "wait 2 s" or "hang up", found nothing at a comma or after the word press; in a file, keys with # need quotes around everything']),
        (one("hears: []"), ["3:12: error: scenarios[1].hears: expected a list of texts (1 to 50 of them), found an empty list"]),
        (one("given:\n  crisis: {text: A, queue: scool}"), ['4:32: error: scenarios[1].given.crisis.queue: unknown queue "scool"; did you mean "school"?']),
        (one("given:\n  crisis: {text: {fi: A}}"), ['4:23: error: scenarios[1].given.crisis.text.fi: unknown language "fi"; there is: en, sv']),
        (one("given:\n  crisis: {queue: school}"), ['4:15: error: scenarios[1].given.crisis: the key "text" is missing']),
        (one("given:\n  hours: {offices: shut}"), ['4:15: error: scenarios[1].given.hours.offices: unknown opening hours "offices"; did you mean "office"?', '4:24: error: scenarios[1].given.hours.offices: expected one of "open", "closed", "emergency", found "shut"']),
        (one("given:\n  free: [holm]"), ['4:14: error: scenarios[1].given.free[1]: unknown agent "holm"; there is: anna, gun']),
        (one("given:\n  officers: busy"), ['4:17: error: scenarios[1].given.officers: expected one of "answer", "away", found "busy"']),
        (one("given:\n  script results: {parking: paid}"), ['4:24: error: scenarios[1].given.script results.parking: unknown script "parking"; did you mean "parking:main"?']),
    ],
)  # fmt: skip
def test_each_mistake_is_told(tmp_path: Path, text: str, expected: list[str]) -> None:
    scenarios, problems = read(tmp_path, text)
    assert problems == expected
    assert scenarios == () or "week of" in text


def test_a_name_that_stands_twice_is_told_and_the_others_are_read(tmp_path: Path) -> None:
    again = "  - {name: Det minsta, at: 2026-12-24 11:00, expects: {ends: out of hours}}\n"
    scenarios, problems = read(tmp_path, FULL + again)
    assert problems == ["20:12: error: scenarios[3].name: this name stands twice; the first is on line 19"]
    assert [scenario.name for scenario in scenarios] == ["Allt på en gång", "Det minsta"]


def test_the_schema_for_editors_knows_every_key() -> None:
    plain = yaml.load(
        FULL.replace("2026-11-25", "'2026-11-25'").replace("2026-12-24 10:00:30", "'x 10:00'"),
        yaml.SafeLoader,
    )
    jsonschema.validate(plain, SCENARIOS.schema)
    plain["scenarios"][0]["hear"] = ["x"]
    with pytest.raises(jsonschema.ValidationError, match="hear"):
        jsonschema.validate(plain, SCENARIOS.schema)
