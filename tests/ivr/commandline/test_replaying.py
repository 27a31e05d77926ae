"""`vaxel replay`: its exit codes, its places, and that nothing keyed and no number comes out of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from queues.journal.format import format_line
from queues.journal.segments import segment_path
from routing.events import AgentOffered, DigitPressed
from tests.ivr.commandline.vaxel import vaxel
from tests.ivr.replaying.town import FILES, Town

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """An installation after a short day."""
    town = Town(tmp_path)
    town.starts()
    town.day(30)
    town.write()
    return town


def with_another_offer(town: Town) -> int:
    """Write that somebody else was rung; return that event's number."""
    seq, at, offer = next(each for each in town.stream if isinstance(each.event, AgentOffered))
    assert isinstance(offer, AgentOffered)
    town.stream[seq - 1] = town.stream[seq - 1]._replace(at=at, event=offer._replace(agent="nobody"))
    town.write()
    return seq


def test_the_installations_journal_is_replayed_and_is_equal(town: Town) -> None:
    code, out, err = vaxel(town.folder, "replay")
    assert (code, err) == (0, [])
    assert out[-1] == "The replay decided the same, one for one."


def test_a_folder_or_one_file_may_be_named(town: Town) -> None:
    for path in (town.journal, segment_path(town.journal, 1)):
        assert vaxel(town.folder, "replay", str(path))[0] == 0


def test_a_difference_is_exit_code_1(town: Town) -> None:
    seq = with_another_offer(town)
    code, out, _ = vaxel(town.folder, "replay")
    assert code == 1
    assert any(line.startswith("DIFFERENT: after 1 input ") for line in out)
    assert any(line.startswith("  recorded: nobody was rung for vaxel-") for line in out)
    code, out, _ = vaxel(town.folder, "replay", "--json")
    (told,) = map(json.loads, out)
    assert (code, told["equal"], told["differing"]) == (1, False, 1)
    assert told["differences"][0]["seq"] < seq


def test_what_cannot_be_replayed_is_exit_code_2_and_one_line(town: Town) -> None:
    town.forget_versions()
    town.edit("agents.yaml", FILES["agents.yaml"].replace("Anna", "Änna"))
    for words in (("replay",), ("replay", str(town.folder / "none")), ("replay", "--before", "1")):
        code, out, err = vaxel(town.folder, *words)
        assert (code, out, len(err)) == (2, [], 1)
        assert err[0].startswith("vaxel: ")


def test_a_run_of_which_too_little_is_known_is_exit_code_2_and_one_line(town: Town) -> None:
    cut = town.is_cut_off("nyby")
    town.write()
    code, out, err = vaxel(town.folder, "replay")
    assert (code, out, len(err)) == (2, [], 1)
    assert err[0].startswith(f"vaxel: the run that begins with event {cut} took over callers of nyby ")
    assert vaxel(town.folder, "replay", "--before", str(cut))[0] == 0


def test_a_damaged_journal_is_exit_code_2(town: Town) -> None:
    lines = [format_line(each) for each in town.stream]
    segment_path(town.journal, 1).write_bytes(b"".join((*lines[:40], b"{}\n", *lines[41:])))
    code, _, err = vaxel(town.folder, "replay")
    assert code == 2
    assert "000000000001.jsonl, line at byte" in err[0]


def test_moments_are_numbers_of_events_or_local_times(town: Town) -> None:
    code, out, _ = vaxel(town.folder, "replay", "--before", "2026-11-23 09:02", "--since", "1")
    assert code == 0
    assert "09:00:00 to 2026-11-23 09:01:" in out[0]
    code, _, err = vaxel(town.folder, "replay", "--since", "noon")
    assert code == 2
    assert 'expected an event\'s number, or a day and a time such as "2026-12-24 10:00"' in err[-1]


def test_versions_that_lie_elsewhere_may_be_named(town: Town) -> None:
    away = town.versions.rename(town.folder / "copies")
    town.edit("agents.yaml", FILES["agents.yaml"].replace("Anna", "Änna"))
    assert vaxel(town.folder, "replay")[0] == 2
    assert vaxel(town.folder, "replay", "--versions", str(away))[0] == 0


def test_a_changed_file_answers_what_if(town: Town) -> None:
    file = town.folder / "tomorrow.yaml"
    file.write_text(
        FILES["agents.yaml"].replace("{school: 3}}", "{school: 3, general: 1}}"), encoding="utf-8"
    )
    code, out, _ = vaxel(town.folder, "replay", "--policy", str(file), "--show", "1")
    assert code == 0
    assert out[0] == "The changed policy (testby) against the recorded one"
    assert any(line.startswith(" all queues  recorded") for line in out)
    code, out, _ = vaxel(town.folder, "replay", "--policy", str(file), "--json", "--seed", "7")
    (told,) = map(json.loads, out)
    assert (code, told["free_run"]["seed"]) == (0, 7)


def test_a_mistake_in_the_changed_file_is_exit_code_2_with_its_place(town: Town) -> None:
    file = town.folder / "tomorrow.yaml"
    file.write_text("agents: 7\n", encoding="utf-8")
    code, _, err = vaxel(town.folder, "replay", "--policy", str(file))
    assert code == 2
    assert err[0].startswith(f"{file}:1:9: error: ")


def test_no_keyed_digit_and_no_caller_comes_out(town: Town) -> None:
    seq = next(each.seq for each in town.stream if isinstance(each.event, DigitPressed))
    keyed = town.stream[seq - 1].event
    assert isinstance(keyed, DigitPressed)
    town.stream[seq - 1] = town.stream[seq - 1]._replace(event=keyed._replace(digits="47110815"))
    town.write()
    for words in ((), ("--json",)):
        code, out, err = vaxel(town.folder, "replay", "--show", "1000", *words)
        told = "".join(out + err)
        assert code == 1
        assert "pressed keys" in told or "DigitPressed" in told
        assert "47110815" not in told
        assert f"{1:064x}" not in told
