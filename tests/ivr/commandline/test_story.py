"""`vaxel calls why`: by the call log alone, and with all agents by the journal and the versions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from routing.events import AgentOffered
from tests.ivr.commandline.vaxel import vaxel
from tests.ivr.replaying.town import FILES, Town

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """An installation after a short day, with its call log."""
    town = Town(tmp_path)
    town.starts()
    town.day(30)
    town.log()
    return town


def offered(town: Town, rule: str) -> str:
    """Return a contact to whom somebody was rung by this rule."""
    return next(
        each.event.contact
        for each in town.stream
        if isinstance(each.event, AgentOffered) and each.event.rule == rule
    )


def test_a_call_is_told_from_the_call_log(town: Town) -> None:
    code, out, err = vaxel(town.folder, "calls", "why", offered(town, "specialist"))
    assert (code, err) == (0, [])
    assert out[0].startswith("vaxel-")
    assert out[3] == "   0:00  The caller phoned"
    assert any("belongs to the first ring of" in line for line in out)


def test_a_ring_is_told_with_its_time_as_it_was_then(town: Town) -> None:
    contact = offered(town, "widened")
    town.edit("queues.yaml", FILES["queues.yaml"].replace("30 s", "5 s"))
    town.at += 9999.0
    town.publish()
    _, out, _ = vaxel(town.folder, "calls", "why", contact)
    assert any("belongs to ring 2, which had opened after 30 s of waiting" in line for line in out)
    town.forget_versions()
    _, out, _ = vaxel(town.folder, "calls", "why", contact)
    assert any("belongs to ring 2, which had opened by then" in line for line in out)


def test_with_agents_everybody_who_answers_is_told(town: Town) -> None:
    code, out, _ = vaxel(town.folder, "calls", "why", offered(town, "widened"), "--agents")
    assert code == 0
    lines = [line.strip() for line in out]
    assert any(line.startswith("gun (ring 2; level 2): free, and rung") for line in lines)
    assert any(line.startswith("anna (ring 1; level 3): ") for line in lines)


def test_agents_need_the_journal_of_then(town: Town) -> None:
    town.forget_versions()
    town.edit("agents.yaml", FILES["agents.yaml"].replace("Anna", "Änna"))
    code, out, err = vaxel(town.folder, "calls", "why", offered(town, "widened"), "--agents")
    assert (code, out) == (1, [])
    assert "which is kept neither in" in err[0]


def test_a_call_without_offers_has_no_agents(town: Town) -> None:
    rung = {each.event.contact for each in town.stream if isinstance(each.event, AgentOffered)}
    contact = next(f"vaxel-{n}" for n in range(1, 31) if f"vaxel-{n}" not in rung)
    assert vaxel(town.folder, "calls", "why", contact, "--agents")[0] == 0


def test_json_has_the_story(town: Town) -> None:
    _, out, _ = vaxel(town.folder, "calls", "why", offered(town, "widened"), "--agents", "--json")
    (told,) = map(json.loads, out)
    offer = next(each for each in told["story"] if each["event"] == "AgentOffered")
    assert offer["because"]
    assert any(line.endswith(": free, and rung") for line in offer["agents"])


def test_a_call_that_is_not_there_is_one_line(town: Town) -> None:
    code, _, err = vaxel(town.folder, "calls", "why", "vaxel-999")
    assert code == 1
    assert err == ["vaxel: contact vaxel-999: not in the call log; `vaxel calls list` shows the ids"]
