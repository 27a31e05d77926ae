"""A failed scenario is told so that an administrator sees where the call went another way."""

from __future__ import annotations

import json

from ivr.menu.number import STOCKHOLM
from ivr.proving.proof import NumberProof, Proof, Tried
from ivr.proving.report import proof_json, report, summary
from ivr.proving.scenario import Aspect
from ivr.proving.trial import Trials
from ivr.proving.verdict import NotHeard, Otherwise, Overheard, differences
from tests.ivr.proving.testby import one_second, scenario, the_number

PATH = scenario().path


def tried(
    does: str, expects: dict[Aspect, str], hears: tuple[str, ...] = (), not_: tuple[str, ...] = ()
) -> Tried:
    asked = scenario(does, expects=expects, hears=hears, does_not_hear=not_)
    trial = Trials([the_number()], one_second).run("testby", asked)
    return Tried(asked, trial, differences(asked, trial))


PASSED = tried("1", {Aspect.QUEUE: "school"}, ("välkommen till testby. skola", "KOPPLAS"), ("Fel knapp",))
FAILED = tried(
    "wait 1.8 s, 8, wait 2 s, 12, 4711",
    {Aspect.QUEUE: "school", Aspect.ENDS: "abandoned"},
    ("Key the code", "Press 1 for school", "Welcome to Testby"),
    ("school, press 1",),
)


def proof(*all_tried: Tried, has_file: bool = True) -> Proof:
    return Proof((NumberProof("testby", PATH, STOCKHOLM, "sv", all_tried, has_file),))


GOLDEN = """\
menus/testby/scenarios.yaml:7: Ett samtal
    expected queue school, found general
    tuesday 2026-11-24 10:00:00  heard   Välkommen till Testby.
                       10:00:01  heard   Skola, …
                       10:00:01  pressed 8
                       10:00:01  language en
                       10:00:01  heard   (en) Welcome to Testby.
                       10:00:03  heard   (en) School, …
                       10:00:03  pressed 12
                       10:00:04  heard   (en) Key the code.
                       10:00:05  pressed 4711
                       10:00:05  heard   (en) One moment.
                       10:00:06  script parking:main
                       10:00:06  queue general
                       10:00:06  hung up: abandoned
    expected to hear "Press 1 for school" after "Key the code": not heard
    expected to hear "Welcome to Testby" after "Key the code": heard only before it

1 of 2 scenarios failed"""


def test_a_failed_scenario_is_told_with_its_course_and_its_differences() -> None:
    assert report(proof(PASSED, FAILED)) == GOLDEN


def test_what_passed_is_only_counted() -> None:
    assert report(proof(PASSED)) == "1 scenario passed"
    assert report(proof(PASSED, PASSED)) == "2 scenarios passed"
    assert summary(proof()) == "no scenarios"


def test_a_number_without_scenarios_is_told_and_is_no_failure() -> None:
    missing = proof(has_file=False)
    assert missing.passed
    assert report(missing) == f"{PATH}: not there, so nothing was proved of testby\nno scenarios"


def test_nothing_that_was_expected_is_a_difference() -> None:
    assert PASSED.differences == ()


def test_each_kind_of_difference_is_found() -> None:
    found = tried(
        "1",
        {Aspect.QUEUE: "general", Aspect.AGENT: "anna", Aspect.ENDS: "abandoned"},
        ("Du kopplas till skola.", "Välkommen"),
        ("tryck 2",),
    )
    assert found.differences == (
        Otherwise(Aspect.QUEUE, "general", "school"),
        Otherwise(Aspect.AGENT, "anna", None),
        NotHeard("Du kopplas till skola.", nearest="Du kopplas till skolan."),
        Overheard("tryck 2", "Öppettider, tryck 2."),
    )


def test_a_caller_who_is_silent_for_long_is_told_in_short() -> None:
    lines = report(proof(tried("7", {Aspect.QUEUE: "school"}))).splitlines()
    assert len(lines) == 2 + 61 + 2
    assert lines[32].strip().endswith("lines left out; --json has everything)")


def test_a_narrow_terminal_wraps_what_is_said_below_its_beginning() -> None:
    lines = report(proof(tried("1", {Aspect.QUEUE: "general"})), width=60).splitlines()
    assert lines[2:4] == [
        "    tuesday 2026-11-24 10:00:00  heard   Välkommen till",
        "                                         Testby.",
    ]
    assert max(map(len, lines)) <= 60


def test_programs_read_the_same_as_json() -> None:
    told = json.loads(json.dumps(proof_json(proof(PASSED, FAILED)), ensure_ascii=False))
    assert {key: told[key] for key in ("passed", "scenarios", "failed")} == {
        "passed": False,
        "scenarios": 2,
        "failed": 1,
    }
    (number,) = told["numbers"]
    assert (number["number"], number["path"], number["has_file"]) == ("testby", str(PATH), True)
    passed, failed = number["scenarios"]
    assert passed == {"name": "Ett samtal", "line": 7, "passed": True}
    assert failed["differences"][0] == {
        "kind": "queue",
        "expected": "school",
        "found": "general",
        "message": "expected queue school, found general",
    }
    assert failed["course"][:3] == [
        {
            "at": "2026-11-24T10:00:00.000+01:00",
            "what": "heard",
            "text": "Välkommen till Testby.",
            "language": "sv",
            "is_cut": False,
        },
        {
            "at": "2026-11-24T10:00:01.300+01:00",
            "what": "heard",
            "text": "Skola,",
            "language": "sv",
            "is_cut": True,
        },
        {"at": "2026-11-24T10:00:01.800+01:00", "what": "pressed", "key": "8"},
    ]
    assert failed["course"][-1]["what"] == "ended"
