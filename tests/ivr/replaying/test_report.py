"""What a replay came to, as golden text at a fixed width and as JSON; no keyed digit is in either."""

from __future__ import annotations

import json
from pathlib import Path
from zoneinfo import ZoneInfo

from ivr.replaying.comparison import Difference, Replayed
from ivr.replaying.report import replayed_json, replayed_text
from routing.events import (
    AgentOffered,
    AgentStateChanged,
    CallerHungUp,
    CallerQueued,
    ChoiceOffered,
    Decision,
    DigitPressed,
    Rule,
    TelephoneState,
)

GOLDEN = Path(__file__).parent / "golden"
STOCKHOLM = ZoneInfo("Europe/Stockholm")
MORNING = 1_795_420_800.0  # Monday 2026-11-23, 9:00 in Stockholm
OFFER = AgentOffered("vaxel-7", "anna", "school", Rule.SPECIALIST, 0, 12.0, 2, 20.0, score=20.0)

EQUAL = Replayed(1687, 853, 834, 1, 1, 1687, MORNING, MORNING + 3000, 0, (), (), False, 0)


def difference(recorded: Decision | None, replayed: Decision | None, **more: object) -> Difference:
    event = AgentStateChanged("anna", TelephoneState.FREE)
    return Difference(312, MORNING + 60, event, recorded, replayed)._replace(**more)  # type: ignore[arg-type]  # by name


DIFFERENT = EQUAL._replace(
    runs=2,
    first_seq=4,
    differing=12_345,
    differences=(
        difference(OFFER, OFFER._replace(agent="gun", rule=Rule.WIDENED, ring=1)),
        difference(OFFER, OFFER._replace(free=3, score=21.0)),
        difference(None, CallerQueued("vaxel-8", "school", MORNING + 50)),
        difference(None, None, is_stale=True, event=CallerHungUp("vaxel-9")),
        difference(None, ChoiceOffered("vaxel-9", "school", "7"), event=DigitPressed("vaxel-9", "7")),
        difference(None, None, fault="KeyError"),
    ),
    unfinished=(1204,),
    broken=1,
)


def test_the_same_is_told_in_four_lines() -> None:
    assert replayed_text(EQUAL, zone=STOCKHOLM) == (
        "events 1 to 1,687, 2026-11-23 09:00:00 to 2026-11-23 09:50:00\n"
        "1 run of the engine, 1,687 events: 853 inputs, 834 decisions compared\n"
        "\n"
        "The replay decided the same, one for one.\n"
    )


def test_differences_are_the_golden_ones() -> None:
    text = replayed_text(DIFFERENT, unborn=1, zone=STOCKHOLM, width=100)
    assert text == (GOLDEN / "different.txt").read_text(encoding="utf-8")


def test_another_version_that_wrote_the_journal_is_named_where_that_may_explain_it() -> None:
    line = "It was written by Växel 0.0.8, 0.0.9, which may have decided otherwise.\n"
    assert line in replayed_text(DIFFERENT, others=["0.0.8", "0.0.9"])
    assert line not in replayed_text(EQUAL, others=["0.0.8", "0.0.9"])


def test_as_many_are_shown_as_is_wanted() -> None:
    text = replayed_text(DIFFERENT, shown=1, zone=STOCKHOLM)
    assert text.count("recorded: ") == 1
    assert text.endswith("\nand 12,344 more\n")


def test_json_has_everything_and_no_key() -> None:
    told = json.loads(json.dumps(replayed_json(DIFFERENT, unborn=1)))
    assert told["equal"] is False
    assert (told["inputs"], told["differing"], told["unfinished"]) == (853, 12_345, [1204])
    assert told["first_at"] == "2026-11-23T08:00:00.000Z"
    first = told["differences"][0]
    assert (first["seq"], first["input"], first["contact"]) == (312, "AgentStateChanged", None)
    assert first["replayed"]["agent"] == "gun"
    assert first["replayed"]["text"] == (
        "gun was rung for vaxel-7, after 12 s of waiting in school, for up to 20 s"
    )
    keyed = told["differences"][4]
    assert keyed["input"] == "DigitPressed"
    assert "7" not in json.dumps(keyed["replayed"]).replace("vaxel-9", "")
    assert replayed_json(EQUAL)["equal"] is True
