"""Histories: what was live is found by its content; what is lost is told, and what goes all the same."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from ivr.replaying.comparison import compare
from ivr.replaying.errors import ConfigurationLostError, NoRunError, NumberUntoldError
from ivr.replaying.history import History, Moment, open_history
from ivr.replaying.runs import runs_of
from queues.journal.format import format_line
from queues.journal.segments import segment_path
from routing.events import AgentStateChanged, ConfigurationChanged, EngineStarted, Recorded, TelephoneState
from tests.ivr.replaying.town import FILES, MORNING, Town, carried

if TYPE_CHECKING:
    from pathlib import Path

ANNA_FOR_BOTH = FILES["agents.yaml"].replace("{school: 3}}", "{school: 3, general: 1}}")


def town_of_two_runs(folder: Path) -> tuple[Town, int]:
    """Make a town whose engine is started anew with another file; return the second start's number."""
    town = Town(folder)
    town.starts()
    town.day(10)
    town.edit("agents.yaml", ANNA_FOR_BOTH)
    town.number = town.publish()
    second = len(town.stream) + 1
    town.starts()
    town.day(10)
    town.write()
    return town, second


def equal(history: History) -> int:
    """Check that the replay decides the same; return how many events it read."""
    replayed = compare(history.events(), history)
    assert replayed.differences == ()
    return replayed.events


def test_each_run_is_replayed_with_what_was_live_in_it(tmp_path: Path) -> None:
    town, _ = town_of_two_runs(tmp_path)
    history = open_history(town.places())
    assert equal(history) == len(town.stream)
    assert len(history.runs) == 2


def test_what_goes_live_under_calls_is_live_from_then_on(tmp_path: Path) -> None:
    town = Town(tmp_path)
    town.starts()
    town.edit("agents.yaml", ANNA_FOR_BOTH)
    town.plan(MORNING + 300, town.goes_live)
    town.day(40)
    town.write()
    history = open_history(town.places())
    assert equal(history) == len(town.stream)
    skills = [tuple(policy.agents["anna"].skills) for _, _, policy in history.policies()]
    assert skills == [("school",), ("school", "general")]
    assert history.latest()["testby"][0].content_hash == town.number.content_hash


def test_the_present_files_will_do_where_no_version_is_kept(tmp_path: Path) -> None:
    town = Town(tmp_path)
    town.starts()
    town.day(5)
    town.write()
    town.forget_versions()
    assert equal(open_history(town.places())) == len(town.stream)


def test_a_lost_version_is_named_with_where_it_was_looked_for_and_what_goes(tmp_path: Path) -> None:
    town, second = town_of_two_runs(tmp_path)
    first = town.stream[2].event
    assert isinstance(first, ConfigurationChanged)
    town.forget_versions()
    with pytest.raises(ConfigurationLostError) as raised:
        open_history(town.places())
    assert str(raised.value) == (
        f"the journal's event 3 made testby {first.content_hash[:12]} live, which is kept neither in"
        f" {town.versions} nor in {town.menus}; from event {second} on everything is kept: --since {second}"
    )
    assert equal(open_history(town.places(), Moment(seq=second))) == len(town.stream) - second + 1


def test_a_version_that_is_lost_at_the_end_leaves_the_beginning(tmp_path: Path) -> None:
    town, second = town_of_two_runs(tmp_path)
    (town.versions / "0002" / "version.json").unlink()
    town.edit("agents.yaml", FILES["agents.yaml"])
    with pytest.raises(
        ConfigurationLostError, match=f"before event {second} everything .*--before {second}$"
    ):
        open_history(town.places())
    assert equal(open_history(town.places(), before=Moment(seq=second))) == second - 1


def test_where_nothing_is_kept_people_are_asked_for_the_folder(tmp_path: Path) -> None:
    town = Town(tmp_path)
    town.starts()
    town.write()
    town.forget_versions()
    town.edit("agents.yaml", ANNA_FOR_BOTH)
    with pytest.raises(ConfigurationLostError, match=r"name the folder that keeps it: --versions FOLDER$"):
        open_history(town.places())


def test_other_folders_of_versions_are_searched_too(tmp_path: Path) -> None:
    town, _ = town_of_two_runs(tmp_path)
    away = town.versions.rename(tmp_path / "copies")
    places = town.places()._replace(versions=(away,))
    assert equal(open_history(places)) == len(town.stream)


def test_a_copy_that_was_changed_by_hand_is_not_what_was_live(tmp_path: Path) -> None:
    town, _ = town_of_two_runs(tmp_path)
    (town.versions / "0001" / "menus" / "testby" / "queues.yaml").write_text(
        FILES["queues.yaml"].replace("30 s", "31 s"), encoding="utf-8"
    )
    history = open_history(town.places())
    with pytest.raises(ConfigurationLostError, match="has been changed since"):
        compare(history.events(), history)


def test_a_journal_whose_beginning_was_deleted_is_replayed_from_the_first_start(tmp_path: Path) -> None:
    town, second = town_of_two_runs(tmp_path)
    segment_path(town.journal, 1).unlink()
    middle = second - 7
    late = segment_path(town.journal, middle)
    late.write_bytes(b"".join(format_line(each) for each in town.stream[middle - 1 :]))
    assert equal(open_history(town.places())) == len(town.stream) - second + 1
    assert equal(open_history(town.places(late))) == len(town.stream) - second + 1


def test_a_file_without_a_start_cannot_be_replayed(tmp_path: Path) -> None:
    town = Town(tmp_path)
    town.starts()
    town.day(3)
    town.journal.mkdir(parents=True)
    later = segment_path(town.journal, 5)
    later.write_bytes(b"".join(format_line(each) for each in town.stream[4:]))
    with pytest.raises(NoRunError, match=re.escape(f"journal {later}: no run of the engine begins in it")):
        open_history(town.places(later))


def test_since_begins_with_the_run_that_was_under_way(tmp_path: Path) -> None:
    town, second = town_of_two_runs(tmp_path)
    at = town.stream[second - 1].at
    for since in (Moment(seq=second + 3), Moment(at=at + 3), Moment(seq=second)):
        assert open_history(town.places(), since).runs[0].first_seq == second
    for since in (Moment(seq=second - 1), Moment(at=MORNING - 100)):
        assert open_history(town.places(), since).runs[0].first_seq == 1


def test_before_ends_where_it_is_told(tmp_path: Path) -> None:
    town, second = town_of_two_runs(tmp_path)
    assert equal(open_history(town.places(), before=Moment(seq=21))) == 20
    assert len(open_history(town.places(), before=Moment(at=town.stream[second - 1].at)).runs) == 1


def test_a_run_that_was_killed_as_it_began_is_left_out(tmp_path: Path) -> None:
    town = Town(tmp_path)
    town.stream.append(Recorded(1, MORNING - 9, EngineStarted("0.1.0")))
    town.starts()
    town.day(3)
    town.write()
    history = open_history(town.places())
    assert history.unborn == 1
    assert equal(history) == len(town.stream) - 1


def test_a_run_that_was_killed_before_it_told_of_a_number_whose_callers_it_had_is_named(
    tmp_path: Path,
) -> None:
    town = Town(tmp_path)
    cut, second = town.is_cut_off("nyby"), len(town.stream) + 1
    town.starts()
    town.day(3)
    town.write()
    history = open_history(town.places())
    with pytest.raises(NumberUntoldError) as raised:
        compare(history.events(), history)
    assert str(raised.value) == (
        f"the run that begins with event {cut} took over callers of nyby and was killed before it had told"
        " all its numbers: what was live there is not in the journal; the next run begins later:"
        f" --since {second}"
    )
    assert equal(open_history(town.places(), Moment(seq=second))) == len(town.stream) - second + 1


def test_before_a_last_run_that_was_killed_so_everything_can_be_replayed(tmp_path: Path) -> None:
    town = Town(tmp_path)
    town.starts()
    town.day(3)
    cut = town.is_cut_off("nyby")
    town.write()
    history = open_history(town.places())
    with pytest.raises(NumberUntoldError, match=f"; earlier runs end before it: --before {cut}$"):
        compare(history.events(), history)
    assert equal(open_history(town.places(), before=Moment(seq=cut))) == cut - 1
    alone = open_history(town.places(), Moment(seq=cut))
    with pytest.raises(NumberUntoldError, match=r"is not in the journal$"):
        compare(alone.events(), alone)


def test_progress_is_told_on_the_way(tmp_path: Path) -> None:
    town = Town(tmp_path)
    town.starts()
    town.day(100)
    town.write()
    told: list[tuple[int, int]] = []
    list(open_history(town.places()).events(lambda done, of: told.append((done, of))))
    assert told[0] == (999, len(town.stream) - 1)


def test_a_runs_numbers_are_those_that_are_told_one_after_the_other() -> None:
    marks = [
        Recorded(1, 0.0, ConfigurationChanged("lost", "0")),
        Recorded(4, 1.0, EngineStarted("1")),
        Recorded(5, 1.0, carried("b")),
        Recorded(6, 1.0, ConfigurationChanged("a", "1")),
        Recorded(7, 1.0, ConfigurationChanged("b", "1")),
        Recorded(8, 2.0, ConfigurationChanged("a", "2")),
        Recorded(90, 3.0, ConfigurationChanged("c", "1")),
        Recorded(91, 3.0, ConfigurationChanged("b", "")),
    ]
    (run,) = runs_of(marks)
    assert [(each.number, each.content_hash) for each in run.numbers] == [("a", "1"), ("b", "1")]
    assert run.carried == ("b",)
    assert [(each.seq, each.number) for each in run.changes] == [(8, "a"), (90, "c"), (91, "b")]


def test_telephones_alone_make_no_run() -> None:
    assert runs_of([Recorded(1, 0.0, AgentStateChanged("anna", TelephoneState.FREE))]) == ()
