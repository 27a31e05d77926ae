"""What if: a day of a small town under its own policy and under others; the report is the golden one."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from ivr.replaying.changed import Changed, changed_policy
from ivr.replaying.history import open_history
from ivr.replaying.whatif import RUNS, WhatIf, what_if
from ivr.replaying.whatif_report import what_if_json, what_if_text
from queues.whatif.demand import Demand
from queues.whatif.figures import ALL, Figures
from queues.whatif.onestep import Compared, Kind, OneStep
from queues.whatif.patience import Patience, Stay
from routing.events import AgentOffered, Rule
from routing.policy import Policy
from tests.ivr.replaying.town import FILES, MORNING, Town

if TYPE_CHECKING:
    from ivr.replaying.history import History

GOLDEN = Path(__file__).parent / "golden"
STOCKHOLM = ZoneInfo("Europe/Stockholm")
CHANGED = Changed(Policy({}, {}), ("testby",))


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> History:
    town = Town(tmp_path_factory.mktemp("town"))
    town.starts()
    town.day(200, 30.0)
    town.write()
    return open_history(town.places())


@pytest.fixture(scope="module")
def more_help(history: History, tmp_path_factory: pytest.TempPathFactory) -> Policy:
    """Let everybody answer everything."""
    text = FILES["agents.yaml"].replace("{school: 3}}", "{school: 3, general: 1}}")
    text = text.replace("vera: {name: Vera, ", "vera: {name: Vera, generalist: {school: 1}, ")
    file = tmp_path_factory.mktemp("changed") / "agents.yaml"
    file.write_text(text, encoding="utf-8")
    return changed_policy(file, history.latest()).policy


def asked(history: History, policy: Policy | None = None, seed: int = 1) -> WhatIf:
    was = [(at, each) for _, at, each in history.policies()]
    return what_if(history.events, was, policy or was[0][1], seed)


def test_the_same_policy_offers_the_same_and_comes_near_to_what_was(history: History) -> None:
    answer = asked(history)
    assert answer.offers.kinds.keys() == {Kind.SAME}
    assert answer.same == answer.changed
    recorded, same = answer.recorded[ALL], answer.same[ALL]
    assert same.entered == recorded.entered == 200
    assert same.answered == pytest.approx(recorded.answered, rel=0.1)
    assert same.mean_wait_s is not None
    assert recorded.mean_wait_s is not None
    assert same.mean_wait_s == pytest.approx(recorded.mean_wait_s, abs=15)
    assert same.specialists == pytest.approx(recorded.specialists, abs=0.1)


def test_more_people_who_may_answer_answer_more(history: History, more_help: Policy) -> None:
    answer = asked(history, more_help)
    assert answer.changed[ALL].answered > answer.same[ALL].answered
    assert answer.offers.kinds[Kind.SOONER] > 0


def test_a_seed_gives_the_same_again_and_another_something_else(history: History, more_help: Policy) -> None:
    assert asked(history, more_help).changed == asked(history, more_help).changed
    assert asked(history, more_help).changed != asked(history, more_help, seed=99).changed


def test_progress_is_told_after_each_run(history: History, more_help: Policy) -> None:
    told: list[int] = []
    what_if(history.events, [(0.0, more_help)], more_help, 1, lambda done, _: told.append(done))
    assert told == list(range(1, RUNS + 1))


def made() -> WhatIf:
    """Return an answer with a bit of everything."""
    offer = AgentOffered("vaxel-7", "anna", "school", Rule.SPECIALIST, 0, 41.0, 2, 20.0)
    other = offer._replace(agent="gun", ring=1, waited_s=11.0)
    offers = Compared(
        1_234,
        Counter({Kind.SAME: 1_230, Kind.SOONER: 3, Kind.NOT_THEN: 1, Kind.INSTEAD_OF_NONE: 1}),
        (
            OneStep(Kind.SOONER, 82, MORNING, offer, other, 30.0),
            OneStep(Kind.NOT_THEN, 99, MORNING + 5, offer, None),
            OneStep(Kind.INSTEAD_OF_NONE, 0, MORNING + 9, None, other),
        ),
    )
    was = {
        ALL: Figures(1000, 900, 90, 10, 45.2, 122.0, 0.873),
        "school": Figures(10, 0, 10, 0, None, None, None),
    }
    ran = {
        ALL: Figures(1000, 898.4, 91.6, 10, 44.0, 119.5, 0.86),
        "school": Figures(10, 0.5, 9.5, 0, 3.0, 3.0, 1.0),
    }
    patience = {ALL: Patience([Stay(30.0, True), Stay(90.0, False)]), "school": Patience([Stay(30.0, True)])}
    return WhatIf(offers, Demand((), (), (), (), 0.0), patience, was, ran, ran)


def test_the_report_is_the_golden_one() -> None:
    text = what_if_text(made(), CHANGED, 1, shown=3, zone=STOCKHOLM, width=100)
    assert text == (GOLDEN / "whatif.txt").read_text(encoding="utf-8")


def test_the_report_says_how_many_more_there_are() -> None:
    assert "\n   and 4 more\n" in what_if_text(made(), CHANGED, 1, shown=1)


def test_the_report_says_which_numbers_are_taken_as_gone() -> None:
    text = what_if_text(made(), CHANGED._replace(gone=("annanby", "nyby")), 1, shown=0, width=100)
    assert text.splitlines()[1:4] == [
        "Taken as gone, because the folder has none of their files: annanby, nyby. To change one number and",
        "keep the others, name its own folder.",
        "",
    ]


def test_where_nobody_hung_up_the_report_says_so() -> None:
    text = what_if_text(made()._replace(patience={ALL: Patience([])}), CHANGED, 1, shown=0)
    assert "nobody hung up in history, so everybody is taken to wait for ever." in text


def test_json_has_both_answers(history: History, more_help: Policy) -> None:
    answer = asked(history, more_help)
    told = json.loads(json.dumps(what_if_json(answer, CHANGED, 1, shown=3)))
    assert told["numbers"] == ["testby"]
    assert told["gone"] == []
    assert sum(told["offers"]["kinds"].values()) >= told["offers"]["recorded"]
    assert len(told["offers"]["differences"]) == 3
    of_all = told["free_run"]["queues"]["all"]
    assert of_all["recorded"]["entered"] == 200
    assert of_all["changed_policy"]["answered"] == answer.changed[ALL].answered
    assert told["free_run"]["patience"]["all"]["tail_mean_s"] > 0
